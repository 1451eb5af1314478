"""Announcements of groups: who reads them, and letters that leave once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members import noticing, outbox, telling
from members.models import Entry, Group, GroupMembership, GroupNotice, Letter, Notice
from members.refusals import Refused
from tests import desk
from tests.cast import cast
from tests.make import make_group, make_group_notice, make_member, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group(coordinators=[cast("coralie")], members=[cast("milan")])


def titles(client, group, page="group") -> list[str]:
    context = client.get(reverse(f"members:{page}", args=[group.slug])).context
    return [notice.title for notice in context["notices" if page == "group" else "page"]]


def told() -> list[str]:
    """Who is noted to be told."""
    return sorted(Notice.objects.filter(kind="members.group_notice").values_list("member__email", flat=True))


# -- reading --------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["group", "group_notices"])
def test_an_announcement_is_for_the_group_unless_it_is_for_everybody(client, group, page):
    make_group_notice(group=group, title="Entre nous")
    make_group_notice(group=group, title="À tous", audience="everybody")
    make_group_notice(title="Ailleurs", audience="everybody")
    assert titles(client, group, page) == ["À tous"]
    for who, reads in (("flora", 1), ("mona", 1), ("milan", 2), ("coralie", 2), ("olga", 2), ("edith", 1)):
        client.force_login(cast(who))
        assert len(titles(client, group, page)) == reads, who


def test_what_is_pinned_stands_first_until_its_day_is_over(client, group):
    today = timezone.localdate()
    for number, until in enumerate([today, None, today - timedelta(days=1), None]):
        make_group_notice(group=group, title=str(number), audience="everybody", pinned_until=until)
    assert titles(client, group) == ["0", "3", "2", "1"]
    page = client.get(reverse("members:group", args=[group.slug])).text
    assert "annonces/" in page
    assert 'id="annonce-' in page


def test_an_announcement_in_another_language_says_so(client, group):
    make_group_notice(group=group, title="Next session", audience="everybody", lang="en")
    assert 'lang="en">\n<h3>Next session' in client.get(reverse("members:group", args=[group.slug])).text


def test_a_group_that_stopped_announces_nothing(client):
    group = make_group(is_active=False)
    assert client.get(reverse("members:group_notices", args=[group.slug])).status_code == 404


# -- telling --------------------------------------------------------------------------------
def test_members_are_told_once_and_others_never(group):
    make_member()
    group.memberships.create(member=make_member(standing="blocked"))
    notice = make_group_notice(group=group, author=cast("coralie"))
    noticing.tell_members(notice, by=cast("coralie"))
    late = make_member()
    GroupMembership.objects.create(group=group, member=late)
    assert told() == ["milan@example.org"]
    assert Entry.objects.get(verb="notice.tell").actor == cast("coralie")
    with pytest.raises(Refused) as refusal:
        noticing.tell_members(notice, by=cast("olga"))
    assert refusal.value.code == "told"


def test_who_left_meanwhile_or_wants_none_receives_nothing(group):
    mona, quiet = cast("mona"), make_member(email="quiet@example.org")
    for member in (mona, quiet):
        group.memberships.create(member=member)
    quiet.preferences.create(kind="members.group_notice", cadence="never")
    noticing.tell_members(make_group_notice(group=group, body="Un **mot**."), by=cast("olga"))
    group.memberships.filter(member=mona).delete()
    telling.sweep()
    for letter in Letter.objects.all():
        outbox.deliver(letter.pk)
    assert dict(Letter.objects.values_list("to_email", "state")) == {
        "coralie@example.org": "sent",
        "milan@example.org": "sent",
        "mona@example.org": "dropped",
    }
    text = Letter.objects.get(to_email="milan@example.org")
    assert (group.name in text.subject, "Un mot." in text.text) == (True, True)


def test_a_group_receives_two_announcements_a_day(group):
    olga = cast("olga")
    for _time in range(2):
        noticing.tell_members(make_group_notice(group=group), by=olga)
    third = make_group_notice(group=group)
    with pytest.raises(Refused) as refusal:
        noticing.tell_members(third, by=olga)
    assert refusal.value.code == "too_many"
    noticing.tell_members(make_group_notice(), by=olga)
    GroupNotice.objects.filter(group=group, told_at__isnull=False).update(told_at=timezone.now() - timedelta(hours=25))
    noticing.tell_members(third, by=olga)


@pytest.mark.parametrize("who", ["milan", "edith", "sarah"])
def test_who_does_not_run_the_group_tells_nobody(group, who):
    with pytest.raises(Refused):
        noticing.tell_members(make_group_notice(group=group), by=cast(who))
    assert told() == []


# -- at the desk ------------------------------------------------------------------------------
def said(group, **fields) -> dict:
    return {"group": group.pk, "title": "Mardi", "body": "Venez.", "lang": "fr", "audience": "group", **fields}


def test_a_coordinator_writes_and_tells_in_one_go(client, group):
    client.force_login(cast("coralie"))
    add = reverse("admin:members_groupnotice_add")
    assert client.post(add, said(group)).status_code == 302
    assert client.post(add, said(group, tells="on")).status_code == 302
    quiet, loud = GroupNotice.objects.order_by("pk")
    assert (quiet.told_at, loud.told_at is None, loud.author) == (None, False, cast("coralie"))
    desk.save(client, quiet, title="Mercredi", group=make_group().pk)
    quiet.refresh_from_db()
    assert (quiet.title, quiet.group) == ("Mercredi", group)
    assert 'name="tells"' not in client.get(desk.change_url(loud)).text


def test_a_third_letter_of_the_day_is_refused_beside_its_box_and_nothing_is_lost(client, group):
    for _time in range(2):
        make_group_notice(group=group, told_at=timezone.now())
    client.force_login(cast("coralie"))
    page = client.post(reverse("admin:members_groupnotice_add"), said(group, tells="on"))
    form = page.context["adminform"].form
    assert (list(form.errors), form["title"].value()) == (["tells"], "Mardi")
    assert GroupNotice.objects.count() == 2


# -- topics -------------------------------------------------------------------------------------
def test_a_group_leads_to_its_topics_and_back(client):
    group, topic = make_group(), make_topic(name="presse locale")
    page = reverse("posts:topic", args=[topic.slug])
    assert client.get(page).status_code == 404  # nothing bears it
    group.topics.add(topic)
    assert f'href="{page}"' in client.get(group.get_absolute_url()).text
    assert list(client.get(page).context["groups"]) == [group]
    Group.objects.update(is_active=False)
    assert client.get(page).status_code == 404


def test_a_coordinator_says_what_the_group_is_about(client, group):
    client.force_login(cast("coralie"))
    desk.save(client, group, topics="radio, presse locale")
    assert sorted(group.topics.names()) == ["presse locale", "radio"]
