"""Two accounts of one person become one."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from events import registering
from events.models import Registration
from members.models import Application, Entry, GroupMembership, Letter, Member, OldAddress, Person
from smclub import erasing, merging
from tests.cast import cast
from tests.make import (
    make_application,
    make_comment,
    make_event,
    make_group,
    make_invitation,
    make_member,
    make_person,
    make_post,
    make_registration,
    make_talk,
    make_topic,
)
from tests.members.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_member(name="Ana Deux", email="ana.old@example.org", standing="friend")


@pytest.fixture
def kept():
    return make_member(name="Ana Un", email="ana@example.org", standing="friend")


def merge(member, into):
    merging.merge(member, into=into, by=cast("oscar"))


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ("going", "waiting", "going"),
        ("waiting", "going", "going"),
        ("cancelled", "waiting", "waiting"),
        ("going", "removed", "going"),
        ("cancelled", "removed", "removed"),
    ],
)
def test_of_two_answers_the_better_stays(ana, kept, one, other, left):
    event = make_event()
    make_registration(event=event, member=ana, state=one)
    make_registration(event=event, member=kept, state=other)
    merge(ana, kept)
    row = Registration.objects.get()
    assert (row.member, row.state) == (kept, left)


def test_the_seat_that_was_held_twice_goes_to_who_waits(ana, kept):
    event = make_event(capacity=2)
    for member in (ana, kept):
        registering.join(event, member=member)
    waiting = registering.join(event, member=cast("milan"))
    assert waiting.is_waiting
    merge(ana, kept)
    waiting.refresh_from_db()
    assert waiting.is_going
    assert event.registrations.going().seats() == 2


def test_a_place_in_the_queue_is_kept(ana, kept):
    event = make_event(capacity=1)
    registering.join(event, member=cast("milan"))
    first, second = (registering.join(event, member=member) for member in (ana, cast("mona")))
    merge(ana, kept)
    assert list(event.registrations.waiting().values_list("member", "queue_no")) == [
        (kept.pk, first.queue_no),
        (cast("mona").pk, second.queue_no),
    ]


def test_what_was_said_written_and_joined_is_together(ana, kept):
    both, one = make_group(members=[kept], coordinators=[ana]), make_group(members=[ana])
    said, event = make_comment(member=ana), make_event(audience="invitation")
    make_invitation(event=event, member=ana)
    make_application(member=ana)
    make_application(member=kept)
    merge(ana, kept)
    said.refresh_from_db()
    assert said.member == kept
    roles = dict(GroupMembership.objects.filter(member=kept).values_list("group", "role"))
    assert roles == {both.pk: "coordinator", one.pk: "member"}
    assert event.invitations.get().member == kept
    assert Application.objects.get().member == kept
    assert not Member.objects.filter(pk=ana.pk).exists()


def test_the_better_standing_and_both_addresses_stay(kept):
    milan = cast("milan")
    merge(milan, kept)
    kept.refresh_from_db()
    assert (kept.standing, kept.name, kept.email) == ("member", "Ana Un", "ana@example.org")
    assert set(EmailAddress.objects.filter(user=kept, verified=True).values_list("email", "primary")) == {
        ("ana@example.org", True),
        ("milan@example.org", False),
    }
    assert Letter.objects.get(kind="members.merged").member == kept
    entry = Entry.objects.get(verb="member.merge")
    assert (entry.actor, entry.note) == (cast("oscar"), f"{milan.pk} → {kept.pk}")


def test_one_page_has_what_both_had_and_the_other_leads_to_it(ana, kept, client):
    topic, event = make_topic(), make_event(days=-3)
    own, other = (
        make_person(member=kept, name="Ana Un", headline=""),
        make_person(member=ana, name="Ana Deux", headline="Autrice"),
    )
    for person in (own, other):
        person.topics.add(topic)
        make_talk(event=event, person=person)
    post = make_post(author=other)
    path = other.get_absolute_url()
    merge(ana, kept)
    own.refresh_from_db()
    assert Person.objects.get() == own
    assert (own.headline, own.talks.count(), post.credits.get().person) == ("Autrice", 1, own)
    assert client.get(path).url == own.get_absolute_url()
    assert OldAddress.objects.exists()


def test_the_only_page_goes_with_its_owner(ana, kept):
    person = make_person(member=ana)
    merge(ana, kept)
    person.refresh_from_db()
    assert person.member == kept


def test_who_may_not_be_merged(ana, kept):
    erasing.ask(cast("mona"), by=None)
    for member, into, by in (
        (ana, kept, cast("olga")),
        (ana, ana, cast("oscar")),
        (cast("edith"), kept, cast("oscar")),
        (cast("boris"), kept, cast("oscar")),
        (ana, cast("boris"), cast("oscar")),
        (ana, cast("mona"), cast("oscar")),
    ):
        with pytest.raises(merging.Refused):
            merging.merge(member, into=into, by=by)
    assert Member.objects.filter(pk=ana.pk).exists()


def test_an_owner_sees_what_each_has_chooses_and_merges(ana, kept, client):
    make_comment(member=ana)
    client.force_login(cast("oscar"))
    rows = reverse("admin:members_member_changelist")
    data = {"action": "merge", "_selected_action": [ana.pk, kept.pk]}
    assert client.post(rows, data).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.post(rows, data).text
    assert "commentaires (1)" in page
    assert Member.objects.filter(pk=ana.pk).exists()
    client.post(rows, data | {"confirmed": "yes", "into": kept.pk})
    assert not Member.objects.filter(pk=ana.pk).exists()
    assert Member.objects.get(pk=kept.pk).comments.count() == 1


def test_two_accounts_are_needed(ana, client):
    client.force_login(cast("oscar"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    data = {"action": "merge", "_selected_action": [ana.pk]}
    assert "Cochez les deux comptes" in client.post(reverse("admin:members_member_changelist"), data, follow=True).text
