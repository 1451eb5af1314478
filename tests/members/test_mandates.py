"""Mandates: the team and those before it, and the role that ends with a mandate (AD-02)."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from members import mandating
from members.models import Entry, Letter, Mandate, Member
from smclub import roles, week
from tests import desk
from tests.cast import cast
from tests.make import make_mandate, make_person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def mandate_of(member: Member, *, ends: int | None, role: str = "", **fields) -> Mandate:
    """Which ends that many days from now."""
    person = member.person if hasattr(member, "person") else make_person(name=member.name, member=member)
    ends_on = None if ends is None else TODAY() + timedelta(days=ends)
    return make_mandate(person=person, starts_on=TODAY() - timedelta(days=400), ends_on=ends_on, staff_role=role, **fields)


def roles_of(who: str) -> list[str]:
    member = Member.objects.get(pk=cast(who).pk)
    return [*(["owner"] if member.is_superuser else []), *member.groups.values_list("name", flat=True)]


def told(kind: str) -> list[str]:
    return sorted(Letter.objects.filter(kind=f"members.{kind}").values_list("to_email", flat=True))


# -- the page ---------------------------------------------------------------------------------
def test_the_team_and_those_before_it(client):
    now = make_mandate(title="Présidente")
    mandate_of(cast("milan"), ends=-30, title="Trésorier")
    make_mandate(person=make_person(visibility="private"), ends_on=TODAY() - timedelta(days=1))
    last = mandate_of(cast("mona"), ends=-1, title="Secrétaire")
    page = client.get(reverse("members:team"))
    assert list(page.context["mandates"]) == [now]
    assert [mandate.title for mandate in page.context["past"]] == [last.title, "Trésorier"]


# -- the role that ends -----------------------------------------------------------------------
def test_the_roles_of_mandates_are_those_of_the_desk():
    assert tuple(Mandate.StaffRole.values) == roles.ROLES


@pytest.mark.parametrize(("ends", "left"), [(-1, []), (0, ["treasurer"]), (3, ["treasurer"]), (None, ["treasurer"])])
def test_a_role_ends_on_the_day_after_its_mandate(ends, left):
    cast("oscar")
    mandate_of(cast("tristan"), ends=ends, role="treasurer")
    mandating.sweep()
    assert roles_of("tristan") == left
    assert Member.objects.get(pk=cast("tristan").pk).is_staff == bool(left)
    assert told("mandate_over") == ([] if left else ["oscar@example.org", "tristan@example.org"])


def test_it_is_done_once_and_leaves_a_line():
    tristan = cast("tristan")
    UserSession.objects.create(user=tristan, session_key="s" * 32, ip="127.0.0.1", user_agent="x", created_at=timezone.now())
    mandate = mandate_of(tristan, ends=-1, role="treasurer")
    assert [mandating.sweep(), mandating.sweep()] == [1, 0]
    entry = Entry.objects.get(verb="mandate.role_over")
    assert (entry.actor, entry.before, entry.after, entry.note) == (None, "treasurer", "", str(mandate))
    assert not UserSession.objects.exists()
    roles.give(tristan, "treasurer")  # an owner thinks again
    mandating.sweep()
    assert roles_of("tristan") == ["treasurer"]


def test_other_roles_and_another_mandate_keep_what_they_hold():
    olga = cast("olga")
    roles.give(olga, "organiser", "treasurer")
    mandate_of(olga, ends=-1, role="treasurer")
    mandating.sweep()
    assert (roles_of("olga"), Member.objects.get(pk=olga.pk).is_staff) == (["organiser"], True)
    mandate_of(olga, ends=-1, role="organiser")
    mandate_of(olga, ends=300, role="organiser")
    mandating.sweep()
    assert roles_of("olga") == ["organiser"]


def test_the_last_owner_stays_until_there_is_another():
    oscar = cast("oscar")
    mandate_of(oscar, ends=-1, role="owner")
    for _time in range(2):
        assert mandating.sweep() == 0
    assert roles_of("oscar") == ["owner"]
    assert [queue.count for queue in week.queues(oscar) if "terme=owed" in queue.url] == [1]
    assert told("mandate_over") == []
    roles.give(cast("milan"), roles.OWNER)
    assert mandating.sweep() == 1
    assert (roles_of("oscar"), roles_of("milan")) == ([], ["owner"])


def test_of_two_owners_whose_mandates_end_together_one_stays():
    for who in ("oscar", "milan"):
        roles.give(cast(who), roles.OWNER)
        mandate_of(cast(who), ends=-1, role="owner")
    assert mandating.sweep() == 1
    assert Member.objects.filter(is_superuser=True).count() == 1
    assert Mandate.objects.role_owed().count() == 1


# -- the reminder -----------------------------------------------------------------------------
@pytest.mark.parametrize(("ends", "reminded"), [(31, False), (30, True), (0, True), (-1, False), (None, False)])
def test_a_reminder_leaves_a_month_before_once(ends, reminded):
    for who in ("olga", "sarah", "edith"):
        cast(who)
    mandate = mandate_of(cast("milan"), ends=ends)
    for _time in range(2):
        mandating.sweep()
    keepers = ["milan@example.org", "olga@example.org", "sarah@example.org"]
    assert told("mandate_ends") == (keepers if reminded else [])
    Mandate.objects.filter(pk=mandate.pk).update(ends_on=TODAY() + timedelta(days=29))
    mandating.sweep()
    assert len(told("mandate_ends")) == (6 if reminded else 3)


def test_a_mandate_that_goes_on_reminds_nobody():
    mandate_of(cast("milan"), ends=10, title="Trésorier")
    mandate_of(cast("milan"), ends=375, title="Trésorier")
    mandating.sweep()
    assert told("mandate_ends") == []


# -- at the desk --------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["olga", "sarah"])
def test_who_gives_no_roles_moves_no_mandate_on_which_one_hangs(client, who):
    client.force_login(cast(who))
    tied, free = mandate_of(cast("oscar"), ends=100, role="owner"), mandate_of(cast("milan"), ends=100)
    assert client.post(desk.change_url(tied), {"ends_on": "2020-01-01"}).status_code == 403
    desk.save(client, free, title="Autre", staff_role="owner")
    free.refresh_from_db()
    assert (free.title, free.staff_role) == ("Autre", "")
    page = client.get(desk.change_url(tied.person))
    assert [formset.formset.queryset.count() for formset in page.context["inline_admin_formsets"]] == [0]


def test_an_owner_ties_a_role_and_thinks_again(client):
    client.force_login(cast("oscar"))
    mandate = mandate_of(cast("tristan"), ends=-1, role="treasurer", role_ended_at=timezone.now())
    desk.save(client, mandate, ends_on=TODAY() + timedelta(days=9))
    mandate.refresh_from_db()
    assert mandate.role_ended_at is None
