"""Many people at the same second: real processes on a real database."""

from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from events.models import Event, Registration
from members import outbox
from members.models import Erasure, Letter
from tests.events.rush import Deed, rush
from tests.make import make_dues, make_event, make_member, make_registration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
State = Registration.State
CLIENTS, FIFTY = 12, 50


def run(deeds, **options):
    connection.close()
    name = connection.settings_dict["NAME"]
    answers = rush(str(name), deeds, **options)
    assert [a for a in answers if a[2].startswith("error")] == []
    return Counter(answer for _verb, _member, answer in answers)


def joins(event, people, guests=lambda n: 0):
    return [Deed("join", event.pk, person.pk, {"guests": guests(n)}) for n, person in enumerate(people)]


def people(number):
    return [make_member() for _n in range(number)]


def check(event):
    """I1, I2, I3, I7, on what is in the database now."""
    event = Event.objects.get(pk=event.pk)
    rows = list(event.registrations.order_by("queue_no"))
    assert event.taken() <= event.capacity
    assert [r for r in rows if r.is_waiting and r.seats <= event.free()] == []
    assert len({r.queue_no for r in rows}) == len({r.member_id for r in rows}) == len(rows)
    keys = list(Letter.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    return rows


def test_twelve_join_five_places_with_guests():
    event = make_event(capacity=5, max_guests=2)
    answers = run(joins(event, people(CLIENTS), guests=lambda n: n % 3))
    rows = check(event)
    assert len(rows) == CLIENTS
    assert answers == Counter(r.state for r in rows)
    assert 4 <= event.taken() <= 5
    assert Letter.objects.filter(kind="events.registered").count() == sum(r.is_going for r in rows)


def test_fifty_want_the_last_place():
    """RC-01: one has it, and the others wait in the order in which the database took them."""
    event = make_event(capacity=1)
    answers = run(joins(event, people(FIFTY)))
    rows = check(event)
    assert answers == {State.GOING: 1, State.WAITING: FIFTY - 1}
    assert [row.queue_no for row in rows] == list(range(1, FIFTY + 1))
    assert [row.is_going for row in rows] == [True] + [False] * (FIFTY - 1)
    assert Counter(Letter.objects.values_list("kind", flat=True)) == {"events.registered": 1, "events.waiting": FIFTY - 1}


def test_without_a_waiting_list_exactly_as_many_as_there_are_places():
    event = make_event(capacity=5, has_waiting_list=False)
    answers = run(joins(event, people(CLIENTS)))
    assert answers == {State.GOING: 5, "refused: full": 7}
    assert len(check(event)) == 5


def test_six_leave_while_six_join():
    event = make_event(capacity=6)
    leaving = [make_registration(event=event).member for _n in range(6)]
    run([Deed("leave", event.pk, person.pk) for person in leaving] + joins(event, people(6)))
    assert Counter(r.state for r in check(event)) == {State.CANCELLED: 6, State.GOING: 6}


def test_places_are_added_while_people_join():
    event = make_event(capacity=2)
    run([*joins(event, people(CLIENTS - 1)), Deed("capacity", event.pk, None, {"capacity": 7})])
    assert Counter(r.state for r in check(event)) == {State.GOING: 7, State.WAITING: 4}


def test_the_same_person_twelve_times_is_one_registration_and_one_letter():
    event, person = make_event(capacity=5), make_member()
    answers = run(joins(event, [person] * CLIENTS))
    assert answers == {State.GOING: CLIENTS}
    assert [r.rev for r in check(event)] == [1]
    assert Letter.objects.count() == 1


def test_places_freed_added_and_asked_for_at_once_go_to_who_came_first():
    """RC-03."""
    event = make_event(capacity=6)
    leaving = [make_registration(event=event).member for _n in range(6)][:4]
    queue = [make_registration(event=event, state=State.WAITING).pk for _n in range(12)]
    more = Deed("capacity", event.pk, None, {"capacity": 9})
    run([*(Deed("leave", event.pk, person.pk) for person in leaving), more, *joins(event, people(4))])
    rows = check(event)
    assert Counter(r.state for r in rows) == {State.GOING: 9, State.CANCELLED: 4, State.WAITING: 9}
    assert [r.pk for r in rows if r.is_going and r.pk in queue] == queue[:7]
    promoted = Letter.objects.filter(kind="events.promoted").values_list("context__registration", flat=True)
    assert sorted(promoted) == queue[:7]


def test_no_letter_says_what_is_no_longer_true_after_a_rush(mailoutbox):
    """RC-04."""
    event, by = make_event(capacity=1), make_member()
    going, first, second = (make_registration(event=event, state=state) for state in (State.GOING, State.WAITING, State.WAITING))
    leaves = [Deed("leave", event.pk, row.member_id) for row in (going, first)]
    run([*leaves, Deed("cancel", event.pk, None, {"by": by.pk})])
    event.refresh_from_db()
    states = {row.pk: row.state for row in event.registrations.all()}
    assert (event.status, states[going.pk], states[first.pk]) == ("cancelled", State.CANCELLED, State.CANCELLED)
    outbox.sweep()
    told = {letter.to[0]: letter.subject for letter in mailoutbox}
    assert len(told) == len(mailoutbox) == 3
    assert "annulée" in told[second.member.email].lower()
    assert not any("une place" in subject.lower() for subject in told.values())


def test_an_organiser_removes_while_the_person_leaves():
    event = make_event(capacity=1)
    person = make_registration(event=event).member
    waiting = make_registration(event=event, state=State.WAITING)
    by = make_member()
    run([Deed("leave", event.pk, person.pk), *_removals(event, person, by)])
    check(event)
    waiting.refresh_from_db()
    assert waiting.state == State.GOING
    assert event.registrations.get(member=person).state in (State.CANCELLED, State.REMOVED)
    assert Letter.objects.filter(member=person).count() == 1


def _removals(event, person, by):
    return [Deed("remove", event.pk, person.pk, {"by": by.pk}) for _n in range(3)]


def test_one_of_those_who_claim_has_the_last_place():
    event = make_event(days=0.2, capacity=1)
    waiting = [make_registration(event=event, state=State.WAITING).member for _n in range(6)]
    newcomers = people(6)
    answers = run([Deed("claim", event.pk, person.pk) for person in waiting] + joins(event, newcomers))
    assert answers == {State.GOING: 1, State.WAITING: 11}
    assert event.taken() == 1


def test_a_place_claimed_six_times_at_once_by_one_person_is_claimed_once():
    event = make_event(days=0.2, capacity=2)
    one, other = (make_registration(event=event, state=State.WAITING) for _n in range(2))
    claims = [Deed("claim", event.pk, one.member_id), Deed("claim_place", event.pk, one.member_id)] * 3
    assert run(claims) == {State.GOING: 6}
    assert [row.rev for row in event.registrations.order_by("queue_no")] == [1, 0]
    assert Counter(Letter.objects.values_list("kind", "member")) == {
        ("events.promoted", one.member_id): 1,
        ("events.last_minute", other.member_id): 1,
    }


def test_a_request_accepted_twelve_times_is_accepted_once():
    event = make_event(capacity=1, is_by_approval=True)
    row, by = make_registration(event=event, state=State.PENDING), make_member()
    answers = run([Deed("approve", event.pk, row.member_id, {"by": by.pk}) for _n in range(CLIENTS)])
    assert answers == {State.GOING: 1, "refused: answered": CLIENTS - 1}
    assert Letter.objects.count() == 1


def test_somebody_is_erased_while_others_join_and_leave():
    event = make_event(capacity=3)
    going = [make_registration(event=event).member for _n in range(3)]
    waiting = [make_registration(event=event, state=State.WAITING).member for _n in range(3)]
    erasure = Erasure.objects.create(member=going[0], due_at=timezone.now())
    run([Deed("erase", event.pk, going[0].pk), Deed("leave", event.pk, going[1].pk), *joins(event, people(4))])
    event.refresh_from_db()
    erasure.refresh_from_db()
    assert (erasure.member, event.taken(), event.free()) == (None, 3, 0)
    assert event.registrations.going().filter(member__in=waiting).count() == 2
    assert event.registrations.filter(member=None, state=State.CANCELLED).count() == 1


def test_an_event_saved_by_several_at_once_is_indexed_once():
    event = make_event()
    assert run([Deed("changed", event.pk) for _n in range(6)]) == {"done": 6}


def taps(row, nonces, people):
    return [Deed("check_in", row.event_id, row.member_id, {"people": people, "nonce": nonce}) for nonce in nonces]


def test_one_ticket_shown_to_six_telephones_lets_one_party_in():
    row = make_registration(event=make_event(days=0), guests=1)
    assert run(taps(row, "abcdef", people=2)) == {"2": 1, "2 already": 5}
    row.refresh_from_db()
    assert (row.arrived, row.taps.count()) == (2, 6)


def test_one_tap_sent_six_times_at_once_is_one_tap():
    row = make_registration(event=make_event(days=0))
    assert run(taps(row, "aaaaaa", people=1)) == {"1": 6}
    assert row.taps.count() == 1


def four_want_the_last_place():
    event = make_event(capacity=5, max_guests=1)
    going = [make_registration(event=event).member for _n in range(4)]
    return event, [Deed("set_guests", event.pk, person.pk, {"guests": 1}) for person in going]


def test_the_last_place_is_given_to_one_guest():
    event, deeds = four_want_the_last_place()
    assert run(deeds) == {State.GOING: 1, "refused: full": 3}
    assert event.taken() == 5


def test_the_race_can_be_seen_without_the_lock():
    """Negative control: without the lock the same clients do oversell, so the tests above could have failed."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: test_locks asserts its BEGIN IMMEDIATE instead")
    event, deeds = four_want_the_last_place()
    assert run(deeds, is_unlocked=True)[State.GOING] > 1
    assert event.taken() > event.capacity


def test_the_constraint_on_the_queue_is_a_second_net():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    event = make_event(capacity=1)
    deeds = joins(event, people(4))
    connection.close()
    answers = [answer for _verb, _member, answer in rush(connection.settings_dict["NAME"], deeds, is_unlocked=True)]
    assert any("registration_queue_no_once" in answer for answer in answers)
    assert event.taken() == 1


def voters(number):
    return [make_dues().member for _n in range(number)]


def gives(event, pairs):
    return [Deed("give", event.pk, giver.pk, {"email": holder.email}) for giver, holder in pairs]


def test_six_give_their_vote_to_somebody_who_may_bring_two():
    event = make_event(kind="assembly", audience="members")
    holder, *givers = voters(7)
    answers = run(gives(event, [(giver, holder) for giver in givers]))
    assert answers == {str(holder.pk): 2, "refused: full": 4}
    assert event.proxies.standing().filter(holder=holder).count() == event.proxies.count() == 2
    assert Letter.objects.filter(kind="events.proxy_given").count() == 2


def test_a_vote_given_six_times_at_once_is_given_once():
    event = make_event(kind="assembly", audience="members")
    giver, holder = voters(2)
    assert run(gives(event, [(giver, holder)] * 6)) == {str(holder.pk): 6}
    assert (event.proxies.count(), Letter.objects.count()) == (1, 1)


def test_of_a_vote_given_to_six_at_once_one_brings_it():
    event = make_event(kind="assembly", audience="members")
    giver, *holders = voters(7)
    answers = run(gives(event, [(giver, holder) for holder in holders]))
    assert answers == {str(event.proxies.get().holder_id): 1, "refused: given": 5}
    assert Letter.objects.count() == 1


def test_two_who_give_their_vote_to_each_other_at_once_do_not_both_stay_away():
    event = make_event(kind="assembly", audience="members")
    one, other = voters(2)
    answers = run(gives(event, [(one, other), (other, one)]))
    assert answers == {str(event.proxies.get().holder_id): 1, "refused: absent": 1}
