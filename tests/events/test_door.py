"""The door: who is here, said by two telephones, twice, late, and by mistake."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import admitting, checking, registering
from events.door import arriving
from events.door.arriving import Keeper
from events.models import DoorTap, Event, Registration
from events.models.door import window
from events.refusals import Refused
from members.models import Entry, Letter
from smclub import erasing, retention
from tests.cast import cast
from tests.make import make_event, make_member, make_registration

pytestmark = pytest.mark.django_db
State, Source = Registration.State, Registration.Source


@pytest.fixture
def olga():
    return Keeper(cast("olga"))


def tonight(**fields):
    return make_event(days=0, **fields)


def refusal(deed, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        deed(*args, **kwargs)
    return caught.value.code


def arrived(registration):
    registration.refresh_from_db()
    return registration.arrived


# -- checking in ---------------------------------------------------------------
def test_one_tap_and_they_are_here(olga):
    row = make_registration(event=tonight(), guests=2)
    done = arriving.check_in(row, people=3, nonce="a", keeper=olga)
    assert (done.registration.arrived, done.here_since) == (3, None)
    assert done.registration.checked_in_at is not None
    assert [(tap.nonce, tap.arrived, tap.by) for tap in DoorTap.objects.all()] == [("a", 3, olga.by)]


def test_guests_who_come_later_raise_it_and_the_hour_stays(olga):
    row = make_registration(event=tonight(), guests=2)
    first = arriving.check_in(row, people=1, nonce="a", keeper=olga).registration.checked_in_at
    later = arriving.check_in(row, people=2, nonce="b", keeper=olga).registration
    assert (later.arrived, later.checked_in_at) == (2, first)


@pytest.mark.parametrize("people", [1, 2])
def test_who_is_here_already_is_told_since_when_and_nothing_is_lowered(olga, people):
    row = make_registration(event=tonight(), guests=1)
    first = arriving.check_in(row, people=2, nonce="a", keeper=olga).registration
    again = arriving.check_in(row, people=people, nonce="b", keeper=Keeper(cast("coralie")))
    assert (again.registration.arrived, again.here_since) == (2, first.checked_in_at)


def test_the_same_tap_sent_twice_counts_once_even_after_it_was_undone(olga):
    row = make_registration(event=tonight())
    arriving.check_in(row, people=1, nonce="a", keeper=olga)
    assert arriving.check_in(row, people=1, nonce="a", keeper=olga).here_since is None
    arriving.undo(row, nonce="b", keeper=olga)
    arriving.check_in(row, people=1, nonce="a", keeper=olga)
    assert arrived(row) == 0
    arriving.check_in(row, people=1, nonce="c", keeper=olga)
    arriving.undo(row, nonce="b", keeper=olga)
    assert arrived(row) == 1


def test_a_tap_that_found_them_here_is_not_done_later_either(olga):
    row = make_registration(event=tonight())
    for nonce in "ab":
        arriving.check_in(row, people=1, nonce=nonce, keeper=olga)
    arriving.undo(row, nonce="c", keeper=olga)
    arriving.check_in(row, people=1, nonce="b", keeper=olga)
    assert arrived(row) == 0


@pytest.mark.parametrize(("people", "guests"), [(0, 0), (2, 0), (4, 2), (-1, 0)])
def test_no_more_people_than_are_registered(olga, people, guests):
    row = make_registration(event=tonight(), guests=guests)
    assert refusal(arriving.check_in, row, people=people, nonce="a", keeper=olga) == "people"
    assert arrived(row) == 0


@pytest.mark.parametrize("state", [State.WAITING, State.CANCELLED, State.REMOVED])
def test_only_who_holds_a_place_is_checked_in(olga, state):
    row = make_registration(event=tonight(), state=state)
    assert refusal(arriving.check_in, row, people=1, nonce="a", keeper=olga) == "not_going"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"kind": "external"}, "elsewhere"),
        ({"days": 3}, "early"),
    ],
)
def test_the_door_is_shut(olga, fields, code):
    row = make_registration(event=make_event(**{"days": 0} | fields))
    assert refusal(arriving.check_in, row, people=1, nonce="a", keeper=olga) == code


def test_a_link_ends_with_the_day_after_and_who_runs_it_corrects_for_ever(olga):
    event = tonight()
    row, other = make_registration(event=event), make_registration(event=event)
    link = arriving.give_link(event, by=olga.by)
    with time_machine.travel(window(event)[1] - timedelta(minutes=1)):
        arriving.check_in(row, people=1, nonce="a", keeper=Keeper(None, link))
    with time_machine.travel(window(event)[1]):
        assert refusal(arriving.check_in, other, people=1, nonce="b", keeper=Keeper(None, link)) == "closed"
        arriving.check_in(other, people=1, nonce="b", keeper=olga)
    assert set(DoorTap.objects.values_list("by", "link")) == {(None, link.pk), (olga.by.pk, None)}


def test_the_window_is_of_the_calendar_of_the_event():
    event = make_event(starts_at=timezone.datetime.fromisoformat("2026-03-28T23:30+01:00"), hours=2)
    assert [at.isoformat() for at in window(event)] == ["2026-03-27T00:00:00+01:00", "2026-03-31T00:00:00+02:00"]


# -- a place and being here ------------------------------------------------------
def test_who_is_here_neither_leaves_nor_sends_home_those_who_came_along(olga):
    event = make_event(days=0.2, max_guests=2)
    row = make_registration(event=event, guests=2)
    arriving.check_in(row, people=2, nonce="a", keeper=olga)
    assert refusal(registering.leave, event, member=row.member) == "arrived"
    assert refusal(registering.set_guests, event, member=row.member, guests=0) == "arrived"
    assert registering.set_guests(event, member=row.member, guests=1).guests == 1


def test_a_registration_taken_back_is_here_no_more(olga):
    row = make_registration(event=tonight())
    arriving.check_in(row, people=1, nonce="a", keeper=olga)
    admitting.remove(row, by=olga.by)
    assert arrived(row) == 0


def test_of_two_accounts_of_one_person_the_one_that_came_is_kept(olga):
    event, one, two = tonight(), make_member(), make_member()
    make_registration(event=event, member=one)
    came = make_registration(event=event, member=two)
    arriving.check_in(came, people=1, nonce="a", keeper=olga)
    assert registering.unite(event, member=two, into=one) == came
    assert [(row.member, row.arrived) for row in event.registrations.all()] == [(one, 1)]


# -- from the waiting list ---------------------------------------------------------
def test_somebody_waiting_comes_in_where_there_is_room(olga):
    row = make_registration(event=tonight(capacity=2), state=State.WAITING, guests=3)
    done = arriving.admit(row, people=2, nonce="a", keeper=olga).registration
    assert (done.state, done.guests, done.arrived, done.source, done.rev) == (State.GOING, 1, 2, Source.DOOR, 1)
    assert [(entry.verb, entry.actor, entry.note) for entry in Entry.objects.all()] == [("event.admit", olga.by, f"#{row.pk}")]


def test_beyond_the_places_it_is_asked_once_and_logged(olga):
    event = tonight(capacity=1)
    make_registration(event=event)
    row = make_registration(event=event, state=State.WAITING)
    assert refusal(arriving.admit, row, people=1, nonce="a", keeper=olga) == "full"
    row.refresh_from_db()
    assert row.is_waiting
    for _again in range(2):
        arriving.admit(row, people=1, nonce="b", keeper=olga, is_confirmed=True)
    assert (event.free(), arrived(row)) == (-1, 1)
    assert [entry.note for entry in Entry.objects.all()] == [f"#{row.pk} · beyond"]


def test_somebody_who_was_seated_meanwhile_is_checked_in(olga):
    row = make_registration(event=tonight(capacity=1))
    assert arriving.admit(row, people=1, nonce="a", keeper=olga).registration.arrived == 1
    assert not Entry.objects.exists()


# -- without a registration ----------------------------------------------------------
def walk_in(event, keeper, **said):
    return arriving.walk_in(event, **{"name": "Zoé Le Goff", "nonce": "w", "keeper": keeper} | said)


def test_who_comes_unannounced_is_on_the_list_with_a_name_and_here(olga):
    event = tonight(capacity=5)
    done = walk_in(event, olga, people=3).registration
    assert (done.shown_name, done.guests, done.arrived, done.state) == ("Zoé Le Goff", 2, 3, State.GOING)
    assert (done.member, done.source, event.free()) == (None, Source.DOOR, 2)
    assert list(event.registrations.for_list()) == [done]


def test_the_log_names_nobody_who_came_unannounced(olga):
    event = tonight()
    link = arriving.give_link(event, by=olga.by, label="Yann")
    row = walk_in(event, Keeper(None, link)).registration
    entry = Entry.objects.get(verb="event.walk_in")
    assert (entry.actor, entry.note, entry.subject_label) == (None, f"#{row.pk} · link #{link.pk}", str(event))


def test_sent_twice_they_came_once(olga):
    event = tonight()
    assert walk_in(event, olga) == walk_in(event, olga)
    assert event.registrations.count() == DoorTap.objects.count() == 1


def test_beyond_the_places_they_come_in_once_it_is_confirmed(olga):
    event = tonight(capacity=1)
    make_registration(event=event)
    assert refusal(walk_in, event, olga) == "full"
    assert event.registrations.count() == 1
    walk_in(event, olga, is_confirmed=True)
    assert event.free() == -1
    assert Entry.objects.get().note.endswith(" · beyond")


def test_a_name_that_is_on_the_list_is_asked_about(olga):
    event = tonight()
    make_registration(event=event, member=make_member(name="Zoe LE GOFF"))
    assert refusal(walk_in, event, olga) == "same_name"
    assert walk_in(event, olga, is_confirmed=True).registration.arrived == 1


def test_an_address_leads_to_the_account_and_says_nothing_of_it(olga):
    event, milan = tonight(), cast("milan")
    row = walk_in(event, olga, email=" Milan@Example.org ").registration
    assert (row.member, row.email, row.shown_name) == (milan, "", "Zoé Le Goff")


@pytest.mark.parametrize("state", [State.GOING, State.WAITING, State.CANCELLED])
def test_an_address_of_the_list_is_the_same_person(olga, state):
    event = tonight()
    row = make_registration(event=event, member=cast("milan"), state=state)
    walk_in(event, olga, email="milan@example.org")
    row.refresh_from_db()
    assert (row.state, row.arrived, event.registrations.count()) == (State.GOING, 1, 1)


def test_two_people_are_not_one_because_they_have_no_account(olga):
    event = tonight()
    walk_in(event, olga, email="zoe@example.net")
    walk_in(event, olga, email="zoe@example.net", name="Encore Zoé", nonce="x")
    walk_in(event, olga, name="Ali", nonce="y")
    assert [row.email for row in event.registrations.order_by("queue_no")] == ["zoe@example.net", ""]


@pytest.mark.parametrize("who", ["boris", "milan"])
def test_the_blocked_and_those_taken_back_are_an_organisers_affair(olga, who):
    event, member = tonight(), cast(who)
    if member.is_active:
        make_registration(event=event, member=member, state=State.REMOVED)
    assert refusal(walk_in, event, olga, email=member.email) == "removed"


@pytest.mark.parametrize("people", [0, 11])
def test_a_crowd_is_let_in_by_tens(olga, people):
    assert refusal(walk_in, tonight(), olga, people=people) == "people"


def test_undoing_gives_the_place_of_who_came_unannounced_back(olga):
    event = make_event(days=0.9, capacity=1)
    waiting = make_registration(event=event, state=State.WAITING)
    row = walk_in(event, olga).registration
    arriving.undo(row, nonce="u", keeper=olga)
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.state, row.arrived, waiting.state) == (State.REMOVED, 0, State.GOING)


def facts(row):
    row.refresh_from_db()
    return row.state, row.guests, row.source, row.queue_no, row.arrived, row.checked_in_at


@pytest.mark.parametrize("state", [State.WAITING, State.PENDING])
def test_undoing_puts_who_waited_back_in_their_rank_with_their_guests(olga, state):
    event = tonight(capacity=1)
    make_registration(event=event, rev=1)
    row, behind = (make_registration(event=event, state=state, guests=2) for _n in range(2))
    before = facts(row)
    for times in range(2):
        arriving.admit(row, people=1, nonce=f"a{times}", keeper=olga, is_confirmed=True)
        assert facts(row)[0] == State.GOING
        arriving.undo(row, nonce=f"b{times}", keeper=olga)
        assert facts(row) == before
    assert behind.queue_no > row.queue_no
    assert (event.taken(), event.registrations.absent().count()) == (1, 0)
    assert not Letter.objects.exists()
    assert list(checking.breaks()) == []


@pytest.mark.parametrize("state", [None, State.CANCELLED, State.WAITING, State.PENDING])
def test_undoing_who_came_on_their_account_gives_back_the_place_and_counts_nobody_absent(olga, state):
    event, zoe = tonight(), make_member(name="Zoé")
    if state:
        make_registration(event=event, member=zoe, state=state, guests=1, reason="Un train")
    make_registration(event=event, rev=1, arrived=1, checked_in_at=timezone.now())
    row = arriving.walk_in(event, name="Zoé", email=zoe.email, people=3, nonce="w", keeper=olga, is_confirmed=True).registration
    assert row.seats == 3
    done = arriving.undo(row, nonce="u", keeper=olga).registration
    assert (done.state, done.arrived) == (state or State.CANCELLED, 0)
    assert not state or (done.guests, done.source, done.reason) == (1, Source.WEB, "Un train")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert list(Registration.objects.absent()) == []
    assert not Letter.objects.exists()
    assert list(checking.breaks()) == []


def test_a_place_given_since_stays_when_a_later_tap_is_undone(olga):
    event = tonight()
    row = make_registration(event=event, state=State.WAITING)
    arriving.admit(row, people=1, nonce="a", keeper=olga)
    arriving.undo(row, nonce="b", keeper=olga)
    admitting.seat(row, by=olga.by, reason="Il parle ce soir")
    arriving.check_in(row, people=1, nonce="c", keeper=olga)
    arriving.undo(row, nonce="d", keeper=olga)
    assert (facts(row)[0], arrived(row)) == (State.GOING, 0)


def test_undoing_gives_who_waits_the_place_that_is_free_again(olga):
    event = make_event(days=0.9, capacity=1)
    first, second = (make_registration(event=event, state=State.PENDING if n else State.WAITING) for n in (1, 0))
    arriving.admit(first, people=1, nonce="a", keeper=olga)
    arriving.undo(first, nonce="b", keeper=olga)
    assert (facts(first)[0], facts(second)[0]) == (State.PENDING, State.GOING)
    assert list(checking.breaks()) == []


def test_undoing_leaves_the_place_of_who_was_registered(olga):
    row = make_registration(event=tonight(capacity=1))
    arriving.check_in(row, people=1, nonce="a", keeper=olga)
    arriving.undo(row, nonce="b", keeper=olga)
    assert (facts(row)[0], arrived(row)) == (State.GOING, 0)


# -- afterwards -----------------------------------------------------------------------
def test_absent_is_who_was_not_seen_at_a_door_that_was_kept():
    kept, unkept, running = make_event(days=-2), make_event(days=-2), make_event(days=0)
    came = make_registration(event=kept, arrived=1, checked_in_at=timezone.now())
    absent = make_registration(event=kept)
    make_registration(event=kept, state=State.WAITING)
    make_registration(event=running, arrived=1, checked_in_at=timezone.now())
    unknown, late = make_registration(event=unkept), make_registration(event=running)
    assert list(Registration.objects.absent()) == [absent]
    assert came in Registration.objects.came()
    attended = [row for row in (came, absent, unknown, late) if Event.objects.attended_by(row.member).exists()]
    assert attended == [came, unknown, late]


def test_a_link_is_revoked_once(olga):
    link = arriving.give_link(tonight(), by=olga.by)
    for _again in range(2):
        arriving.revoke_link(link, by=olga.by)
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["event.door_link", "event.door_link_revoke"]


def test_a_meeting_without_registration_has_no_door(olga):
    assert refusal(arriving.give_link, make_event(days=None), by=olga.by) == "elsewhere"


def test_names_of_the_door_go_after_three_months(olga):
    event = tonight()
    walk_in(event, olga, email="zoe@example.net")
    arriving.give_link(event, by=olga.by, label="Yann")
    with time_machine.travel(timezone.now() + timedelta(days=80)):
        retention.apply()
        row = event.registrations.get()
        assert (row.name, event.door_links.count(), DoorTap.objects.count()) == ("Zoé Le Goff", 0, 0)
    with time_machine.travel(timezone.now() + timedelta(days=95)):
        retention.apply()
    row.refresh_from_db()
    assert (row.name, row.email, row.arrived) == ("", "", 1)


def test_an_account_that_goes_takes_along_what_was_said_at_the_door(olga):
    row = walk_in(tonight(), olga, email="milan@example.net").registration
    milan = make_member(email="milan@example.net")  # made the day after
    erasing.erase(erasing.ask(milan, by=milan))
    row.refresh_from_db()
    assert (row.name, row.email, row.arrived) == ("", "", 1)
