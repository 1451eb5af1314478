"""The table of transitions: from a state, a deed, to a state, with the letters it writes."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from events import admitting, registering
from events.models import Registration
from events.registering import Refused
from members.models import Entry, Letter, Member
from tests.cast import cast
from tests.make import make_event, make_group, make_invitation, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


def letters(kind=None):
    rows = Letter.objects.order_by("pk").values_list("kind", "member__email")
    return [(k.removeprefix("events."), email) for k, email in rows if kind is None or k == f"events.{kind}"]


def states(event):
    return [(r.member.email.split("@")[0], r.state, r.guests) for r in event.registrations.order_by("queue_no")]


def refusal(deed, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        deed(*args, **kwargs)
    return caught.value


# -- none, CANCELLED → join ----------------------------------------------------
def test_joining_a_full_event_waits_at_the_tail():
    event = make_event(capacity=1)
    make_registration(event=event)
    first, second = make_member(), make_member()
    assert registering.join(event, member=first).rank() == 1
    assert registering.join(event, member=second).rank() == 2
    assert letters() == [("waiting", first.email), ("waiting", second.email)]


@pytest.mark.parametrize(
    ("fields", "guests", "code"),
    [
        ({"published_at": None}, 0, "unknown"),
        ({"status": "cancelled"}, 0, "cancelled"),
        ({"status": "postponed"}, 0, "postponed"),
        ({"kind": "external"}, 0, "elsewhere"),
        ({"precision": "month"}, 0, "elsewhere"),
        ({"rsvp_opens_at": timezone.now() + timedelta(days=1)}, 0, "early"),
        ({"rsvp_closes_at": timezone.now() - timedelta(days=1)}, 0, "closed"),
        ({"days": -3}, 0, "closed"),
        ({"max_guests": 1}, 2, "guests"),
        ({"max_guests": 3, "capacity": 2}, 2, "full"),
        ({"capacity": 0}, 0, "full"),
        ({"max_guests": 1}, -1, "guests"),
    ],
)
def test_joining_is_refused(fields, guests, code):
    event = make_event(**fields)
    refused = refusal(registering.join, event, member=cast("milan"), guests=guests)
    assert refused.code == code
    assert refused.field == ("guests" if guests else None)
    assert str(refused)
    assert event.registrations.count() == 0
    assert letters() == []


def test_joining_needs_a_verified_address():
    stranger = Member.objects.create_user("neuve@example.org", name="Neuve")
    assert refusal(registering.join, make_event(), member=stranger).code == "unverified"


def test_blocked_accounts_do_not_join():
    assert refusal(registering.join, make_event(), member=cast("boris")).code == "unverified"


@pytest.mark.parametrize(
    ("audience", "welcome"),
    [
        ("open", {"flora", "milan", "insider", "guest"}),
        ("members", {"milan", "insider", "guest"}),
        ("group", {"insider", "guest"}),
        ("invitation", {"guest"}),
    ],
)
def test_the_audience_says_who_joins(audience, welcome):
    people = {"flora": cast("flora"), "milan": cast("milan"), "insider": make_member(), "guest": make_member(standing="friend")}
    event = make_event(audience=audience, group=make_group(members=[people["insider"]]))
    make_invitation(event=event, email=people["guest"].email)
    joined, codes = set(), {}
    for who, member in people.items():
        try:
            registering.join(event, member=member)
            joined.add(who)
        except Refused as refused:
            codes[who] = refused.code
    assert joined == welcome
    assert set(codes.values()) <= {"unknown" if audience == "invitation" else "restricted"}


def test_the_name_is_kept_once():
    nameless = make_member(name="")
    event = make_event()
    registering.join(event, member=nameless, name="Nadia")
    registering.join(make_event(), member=nameless, name="Autre")
    assert Member.objects.get(pk=nameless.pk).name == "Nadia"


# -- GOING, WAITING → join again, guests ---------------------------------------
@pytest.mark.parametrize("capacity", [5, 1])
def test_a_second_identical_request_changes_nothing(capacity):
    event, milan = make_event(capacity=capacity), cast("milan")
    make_registration(event=event)
    registering.join(event, member=milan)
    before = (Registration.objects.order_by("pk").values_list(), letters())
    before = (list(before[0]), before[1])
    registering.join(event, member=milan)
    assert (list(Registration.objects.order_by("pk").values_list()), letters()) == before


def test_a_second_identical_request_is_answered_even_when_registration_has_closed():
    event, milan = make_event(), cast("milan")
    registering.join(event, member=milan)
    with time_machine.travel(event.starts_at + timedelta(minutes=5)):
        assert registering.join(event, member=milan).state == State.GOING


def test_more_guests_without_room_is_refused_and_keeps_the_old_value():
    event, milan = make_event(capacity=3, max_guests=2), cast("milan")
    registering.join(event, member=milan, guests=1)
    make_registration(event=event)
    refused = refusal(registering.set_guests, event, member=milan, guests=2)
    assert (refused.code, refused.field) == ("full", "guests")
    registration = event.registrations.get(member=milan)
    assert (registration.state, registration.guests) == (State.GOING, 1)


def test_a_waiting_party_that_grows_smaller_keeps_its_rank_and_is_seated_when_it_fits():
    event = make_event(capacity=2, max_guests=3)
    make_registration(event=event)
    party = registering.join(event, member=make_member(), guests=1)
    single = registering.join(event, member=make_member())
    assert (party.state, single.state) == (State.WAITING, State.GOING)
    registering.leave(event, member=single.member)
    party.refresh_from_db()
    assert party.state == State.WAITING
    party = registering.set_guests(event, member=party.member, guests=0)
    assert (party.state, party.queue_no) == (State.GOING, 2)


def test_guests_of_who_is_not_registered():
    assert refusal(registering.set_guests, make_event(), member=cast("milan"), guests=1).code == "unknown"


def test_guests_are_not_raised_once_registration_is_closed_but_may_be_lowered_until_the_end():
    event, milan = make_event(max_guests=3), cast("milan")
    registering.join(event, member=milan, guests=1)
    with time_machine.travel(event.starts_at + timedelta(minutes=5)):
        assert refusal(registering.set_guests, event, member=milan, guests=2).code == "closed"
        assert registering.set_guests(event, member=milan, guests=0).guests == 0
    with time_machine.travel(event.ends_at + timedelta(minutes=5)):
        assert refusal(registering.set_guests, event, member=milan, guests=1).code == "over"


# -- leave ---------------------------------------------------------------------
@pytest.mark.parametrize("state", [None, State.CANCELLED, State.REMOVED])
def test_leaving_without_a_place_changes_nothing(state):
    event, milan = make_event(), cast("milan")
    if state:
        make_registration(event=event, member=milan, state=state)
    registering.leave(event, member=milan)
    assert [r.state for r in event.registrations.all()] == ([state] if state else [])
    assert letters() == []


def test_leaving_is_possible_until_the_end():
    event, milan, mona = make_event(), cast("milan"), cast("mona")
    registering.join(event, member=milan)
    registering.join(event, member=mona)
    with time_machine.travel(event.ends_at - timedelta(minutes=5)):
        assert registering.leave(event, member=milan).state == State.CANCELLED
    with time_machine.travel(event.ends_at + timedelta(minutes=5)):
        assert refusal(registering.leave, event, member=mona).code == "over"


def test_leaving_a_postponed_meeting_is_possible_after_its_old_date():
    event, milan = make_event(status="postponed", days=-5), cast("milan")
    make_registration(event=event, member=milan)
    assert registering.leave(event, member=milan).state == State.CANCELLED


# -- remove --------------------------------------------------------------------
@pytest.mark.parametrize("state", [State.GOING, State.WAITING])
def test_removing_frees_the_seats_is_logged_and_told(state):
    event, olga = make_event(capacity=1), cast("olga")
    registration = make_registration(event=event, state=state)
    waiting = make_registration(event=event, state=State.WAITING)
    admitting.remove(registration, by=olga, reason="Double compte")
    registration.refresh_from_db()
    waiting.refresh_from_db()
    assert (registration.state, registration.reason) == (State.REMOVED, "Double compte")
    assert waiting.state == State.GOING
    assert letters() == [("removed", registration.member.email), ("promoted", waiting.member.email)]
    entry = Entry.objects.get(verb="registration.remove")
    assert (entry.actor, entry.before, entry.after) == (olga, state, State.REMOVED)


# -- promote -------------------------------------------------------------------
def waiting_parties(event, *guests):
    return [make_registration(event=event, state=State.WAITING, guests=n) for n in guests]


def seated(event):
    return [r.guests + 1 for r in event.registrations.going().order_by("queue_no")]


@pytest.mark.parametrize(
    ("capacity", "reserved", "parties", "expected"),
    [
        (4, 0, [3, 1, 1, 1], [3, 1]),
        (4, 0, [5, 2, 2, 1], [2, 2]),  # a party too big is skipped and keeps its rank
        (4, 1, [4, 1, 1, 1, 1], [1, 1, 1]),
        (None, 0, [3, 1, 2], [3, 1, 2]),
        (0, 0, [1, 1], []),
        (2, 3, [1], []),  # fewer than none: nobody
    ],
)
def test_promotion_is_in_order_first_fit(capacity, reserved, parties, expected):
    event = make_event(capacity=capacity, reserved=reserved)
    waiting_parties(event, *(n - 1 for n in parties))
    registering.promote(event)
    assert seated(event) == expected
    assert len(letters("promoted")) == len(expected)


@pytest.mark.parametrize(
    "fields",
    [{"status": "cancelled"}, {"status": "postponed"}, {"is_promotion_paused": True}, {"published_at": None}, {"days": -1}],
)
def test_nobody_is_promoted(fields):
    event = make_event(capacity=5, **fields)
    waiting_parties(event, 0)
    assert registering.promote(event) == []
    assert seated(event) == []


def test_after_the_cut_off_nobody_is_seated_while_absent_but_a_newcomer_is():
    event = make_event(capacity=3)
    absent = waiting_parties(event, 0)[0]
    with time_machine.travel(event.starts_at - timedelta(hours=11)):
        registering.promote(event)
        newcomer = registering.join(event, member=cast("milan"))
    absent.refresh_from_db()
    assert (absent.state, newcomer.state) == (State.WAITING, State.GOING)


@pytest.mark.parametrize("others", [2, 40])
def test_joining_costs_the_same_however_many_have_joined(others, django_assert_num_queries):
    event, milan = make_event(capacity=others), cast("milan")
    for _n in range(others):
        make_registration(event=event)
    with transaction.atomic(), django_assert_num_queries(JOIN_QUERIES):
        registering.join(event, member=milan)


JOIN_QUERIES = 15
