"""Whom one met: both were there, the meeting was open to all, and both wish it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from smclub import farewell, merging
from tests.cast import cast
from tests.make import make_event, make_group, make_invitation, make_member, make_person, make_registration

pytestmark = pytest.mark.django_db
PAGE = "/compte/personnes-croisees/"
HERE = {"arrived": 1, "checked_in_at": timezone.now()}


@pytest.fixture
def ana():
    return make_member(name="Ana Retrouvable", shows_encounters=True)


@pytest.fixture
def ben():
    return make_member(name="Ben Retrouvable", shows_encounters=True)


def both_at(ana, ben, *, rows=({}, {}), **fields):
    """A meeting that was yesterday, where each of them registered as `rows` say."""
    event = make_event(**{"days": -1} | fields)
    for member, row in zip((ana, ben), rows, strict=True):
        make_registration(event=event, member=member, **row)
    return event


def found(client, visitor) -> list[tuple[str, int]]:
    """Whom `visitor` reads to have met, and how often."""
    client.force_login(visitor)
    return [(encounter.member.name, encounter.times) for encounter in client.get(PAGE).context["met"]]


def is_told(client, visitor, person) -> bool:
    """Whether the page of `person` tells `visitor` where they met."""
    client.force_login(visitor)
    return "Vos rencontres communes" in client.get(person.get_absolute_url()).text


def test_two_who_wish_it_find_each_other(client, ana, ben):
    events = [both_at(ana, ben, title=f"Rencontre {days}", days=-days) for days in (9, 2)]
    assert (found(client, ana), found(client, ben)) == ([("Ben Retrouvable", 2)], [("Ana Retrouvable", 2)])
    (encounter,) = client.get(PAGE).context["met"]
    assert (encounter.last, encounter.person) == (events[1], None)


@pytest.mark.parametrize(
    "refusal",
    [{"shows_encounters": False}, {"shows_attendance": False}, {"standing": "blocked", "is_active": False}, {"name": ""}],
)
def test_the_refusal_of_one_hides_both_from_each_other(client, ana, ben, refusal):
    both_at(ana, ben)
    people = [make_person(name=member.name, member=member) for member in (ana, ben)]
    assert (is_told(client, ana, people[1]), is_told(client, ben, people[0])) == (True, True)
    Member.objects.filter(pk=ben.pk).update(**refusal)
    ben.refresh_from_db()
    assert found(client, ana) == []
    if "standing" in refusal:  # their page is nobody's any more
        assert client.get(people[1].get_absolute_url()).status_code == 404
        return
    assert not is_told(client, ana, people[1])
    if "name" not in refusal:
        assert (found(client, ben), is_told(client, ben, people[0])) == ([], False)


@pytest.mark.parametrize(
    ("rows", "is_met"),
    [
        (({}, {}), True),
        ((HERE, HERE), True),
        ((HERE, {}), False),
        (({}, HERE), False),
        (({}, {"state": "waiting"}), False),
        (({}, {"state": "cancelled"}), False),
        (({"state": "removed"}, {}), False),
        (({"state": "pending"}, {}), False),
    ],
)
def test_both_were_seen_or_going_where_nobody_kept_the_door(client, ana, ben, rows, is_met):
    both_at(ana, ben, rows=rows)
    assert [bool(found(client, member)) for member in (ana, ben)] == [is_met, is_met]


def test_the_door_that_saw_somebody_else_tells_of_neither(client, ana, ben):
    make_registration(event=both_at(ana, ben), **HERE)
    assert found(client, ana) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"audience": "members"},
        {"audience": "paid_up"},
        {"audience": "invitation"},
        {"is_confidential": True},
        {"days": 1},
        {"days": 0},
        {"status": "cancelled"},
        {"status": "postponed"},
        {"published_at": None},
    ],
)
def test_only_meetings_open_to_all_that_took_place(client, ana, ben, fields):
    event = both_at(ana, ben, **fields)
    for member in (ana, ben):
        make_invitation(event=event, member=member, email=member.email)
    person = make_person(member=ben)
    assert (found(client, ana), is_told(client, ana, person)) == ([], False)


def test_nor_those_of_a_group_that_both_are_in(client, ana, ben):
    both_at(ana, ben, audience="group", group=make_group(members=[ana, ben]))
    assert found(client, ana) == []


def test_a_page_is_linked_to_who_may_read_it(client, ana, ben):
    both_at(ana, ben)
    person = make_person(name=ben.name, member=ben, visibility="private", headline="Secret de Ben")
    client.force_login(ana)
    assert [text in client.get(PAGE).text for text in ("Ben Retrouvable", person.slug, "Secret de Ben")] == [True, False, False]
    type(person).objects.update(visibility="members")
    assert [text in client.get(PAGE).text for text in ("Ben Retrouvable", person.slug, "Secret de Ben")] == [True, True, True]


def test_nobody_reads_on_a_page_whom_its_owner_met(client, ana, ben):
    both_at(ana, ben)
    person = make_person(name=ben.name, member=ben)
    client.logout()
    assert "Vos rencontres communes" not in client.get(person.get_absolute_url()).text
    assert not is_told(client, cast("olga"), person)
    assert not is_told(client, ben, person)
    assert "Vos rencontres communes" not in client.get(reverse("members:profile_seen", args=["membre"])).text


def test_who_has_not_said_it_reads_what_it_is_and_where_it_is_said(client):
    client.force_login(cast("milan"))
    page = client.get(PAGE)
    assert "/compte/nom/?next=/compte/personnes-croisees/" in page.text
    assert Member._meta.get_field("shows_encounters").default is False


def test_it_is_said_beside_the_name_and_asks_for_the_name_among_those_going(client):
    client.force_login(milan := cast("milan"))
    said = {"name": "Milan", "language": "fr", "shows_encounters": "on", "next": PAGE}
    refused = client.post(reverse("members:name"), said)
    assert set(refused.context["form"].errors) == {"shows_encounters"}
    assert client.post(reverse("members:name"), said | {"shows_attendance": "on"}).url == PAGE
    milan.refresh_from_db()
    assert milan.shows_encounters


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True), (True, True)])
def test_of_two_accounts_that_become_one_both_wished_it(one, other):
    members = [make_member(shows_encounters=wish) for wish in (one, other)]
    merging.merge(members[0], into=members[1], by=cast("oscar"))
    members[1].refresh_from_db()
    assert members[1].shows_encounters is (one and other)


def test_who_was_blocked_is_not_found(client, ana, ben):
    both_at(ana, ben)
    farewell.block(ben, by=cast("olga"), reason="Insultes")
    assert found(client, ana) == []


@pytest.mark.parametrize("number", [2, 9])
def test_the_page_costs_the_same_however_many(client, ana, number, django_assert_num_queries):
    for _n in range(number):
        ben = make_member(name="Ben", shows_encounters=True)
        make_person(member=ben)
        for days in range(1, number):
            both_at(ana, ben, days=-days)
    client.force_login(ana)
    with django_assert_num_queries(9):
        client.get(PAGE)


def test_there_are_pages_of_them(client, ana):
    event = make_event(days=-1)
    make_registration(event=event, member=ana)
    for number in range(25):
        make_registration(event=event, member=make_member(name=f"Nom {number:02}", shows_encounters=True))
    assert [name for name, _times in found(client, ana)] == [f"Nom {number:02}" for number in range(24)]
    assert [encounter.member.name for encounter in client.get(PAGE, {"page": "2"}).context["met"]] == ["Nom 24"]
    assert client.get(PAGE, {"page": "\x00"}).status_code == 200
