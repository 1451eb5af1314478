"""What organisers decide about one registration: from a state, a deed, to a state, with its letters and its line of the log."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from events import admitting, registering, scheduling
from events.models import Registration
from members import telling
from members.models import Entry, Letter, Notice
from tests.cast import cast
from tests.events.test_admin import act, save
from tests.events.test_registering import letters, refusal, states
from tests.make import make_event, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


def asked(event, *guests):
    return [registering.join(event, member=make_member(), guests=number) for number in guests]


def told(verb):
    return list(Entry.objects.filter(verb=verb).order_by("pk").values_list("before", "after", "note"))


# -- none, CANCELLED → join, on request ------------------------------------------
def test_a_second_identical_request_changes_nothing():
    event, milan = make_event(is_by_approval=True), cast("milan")
    before = registering.join(event, member=milan)
    assert registering.join(event, member=milan).rev == before.rev
    assert len(letters()) == Notice.objects.count() + 1 == 1


def test_a_request_may_be_sent_to_a_full_meeting_without_a_waiting_list():
    event = make_event(capacity=1, is_by_approval=True, has_waiting_list=False)
    make_registration(event=event)
    assert registering.join(event, member=cast("milan")).is_pending


def test_who_asks_changes_their_guests_and_takes_the_request_back_without_a_letter():
    event, milan = make_event(max_guests=2, is_by_approval=True), cast("milan")
    registering.join(event, member=milan)
    assert registering.set_guests(event, member=milan, guests=2).is_pending
    assert registering.leave(event, member=milan).state == State.CANCELLED
    assert letters() == [("asked", milan.email)]
    assert registering.join(event, member=milan).queue_no == 2


# -- PENDING → approve, decline ----------------------------------------------------
def test_accepting_seats_in_the_order_of_the_requests():
    """The number in the queue is that of the request: who asked first and is accepted last is ahead all the same."""
    event, olga = make_event(capacity=1, is_by_approval=True), cast("olga")
    first, second, third = asked(event, 0, 0, 0)
    assert admitting.approve(third, by=olga).state == State.GOING
    assert admitting.approve(second, by=olga).rank() == 1
    assert admitting.approve(first, by=olga).rank() == 1
    registering.leave(event, member=third.member)
    assert [state for _who, state, _guests in states(event)] == [State.GOING, State.WAITING, State.CANCELLED]
    assert letters("accepted") == [("accepted", row.member.email) for row in (third, second, first)]
    assert letters("promoted") == [("promoted", first.member.email)]
    assert [after for _before, after, _note in told("registration.approve")] == [State.GOING, State.WAITING, State.WAITING]


def test_declining_is_told_kindly_and_for_good():
    event, olga = make_event(is_by_approval=True), cast("olga")
    (registration,) = asked(event, 0)
    registration = admitting.decline(registration, by=olga, reason="La salle est petite.")
    assert (registration.state, registration.reason) == (State.REMOVED, "La salle est petite.")
    assert letters("declined") == [("declined", registration.member.email)]
    assert told("registration.decline") == [(State.PENDING, State.REMOVED, "La salle est petite.")]
    assert refusal(registering.join, event, member=registration.member).code == "removed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"days": -3}, "over"),
        ({"status": "cancelled"}, "called_off"),
        ({"status": "postponed"}, "called_off"),
        ({"rsvp_closes_at": timezone.now() - timedelta(days=1)}, "closed"),
        ({"capacity": 0, "has_waiting_list": False}, "full"),
        ({"days": 0.2, "has_waiting_list": False}, "by_hand"),
        ({"is_promotion_paused": True, "has_waiting_list": False}, "by_hand"),
    ],
)
def test_a_request_is_not_accepted(fields, code):
    registration = make_registration(event=make_event(is_by_approval=True, **fields), state=State.PENDING)
    assert refusal(admitting.approve, registration, by=cast("olga")).code == code
    registration.refresh_from_db()
    assert registration.is_pending
    assert letters() == []


def test_who_asks_hears_what_becomes_of_the_meeting():
    event = make_event(is_by_approval=True)
    (registration,) = asked(event, 0)
    scheduling.cancel(event, by=cast("olga"))
    assert letters("cancelled") == [("cancelled", registration.member.email)]


# -- those who run the meeting -------------------------------------------------------
def test_requests_are_told_once_a_day_to_those_who_run_the_meeting(mailoutbox):
    olga, coralie, milan = cast("olga"), cast("coralie"), make_member(name="Milan Curieux")
    event = make_event(group=make_group(coordinators=[coralie]), is_by_approval=True)
    make_group(coordinators=[cast("mona")])
    registering.join(event, member=milan)
    registration = registering.join(event, member=make_member(name="Déjà Répondue"))
    admitting.approve(registration, by=olga)
    assert set(Notice.objects.values_list("member", flat=True)) == {olga.pk, coralie.pk}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        telling.sweep()
        for letter in Letter.objects.filter(kind="members.news"):
            telling_text = _words(letter)
            assert "Milan Curieux" in telling_text
            assert "Déjà Répondue" not in telling_text
        assert Letter.objects.filter(kind="members.news").count() == 2


def _words(letter):
    from members import outbox  # lazy: only this test sends

    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    return letter.text


def test_the_desk_answers_one_or_many(client):
    client.force_login(cast("olga"))
    event = make_event(capacity=5, is_by_approval=True)
    yes, also, no = asked(event, 0, 0, 0)
    act(client, "approve", yes, also, model="registration")
    act(client, "decline", no, model="registration", confirmed="yes", reason="")
    assert [state for _who, state, _guests in states(event)] == [State.GOING, State.GOING, State.REMOVED]
    again = act(client, "approve", no, model="registration").text
    assert "déjà" in again


def test_the_desk_shows_what_is_to_answer(client):
    client.force_login(cast("olga"))
    event = make_event(is_by_approval=True)
    asked(event, 0)
    make_registration(event=make_event(days=-4), state=State.PENDING)
    page = client.get(reverse("admin:events_event_attendees", args=[event.pk]))
    assert [row.state for row in page.context["pending"]] == [State.PENDING]
    queues = client.get(reverse("admin:index")).context["week"]["queues"]
    assert [queue.count for queue in queues if "registration/?state__exact=pending" in queue.url] == [1]


# -- the page ------------------------------------------------------------------------
def test_the_page_says_it_before_and_after(client):
    event, milan = make_event(is_by_approval=True), cast("milan")
    visitor = client.get(event.get_absolute_url()).text
    assert "Demander une place" in visitor
    assert "Sur demande" in visitor
    client.force_login(milan)
    assert "Demander une place" in client.get(event.get_absolute_url()).text
    after = client.post(reverse("events:register", args=[event.slug]), follow=True).text
    assert "Vous avez demandé une place" in after
    assert "Retirer ma demande" in after
    client.post(reverse("events:leave", args=[event.slug]))
    assert event.registrations.get().state == State.CANCELLED


# -- by hand ---------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "kind"), [(State.WAITING, "promoted"), (State.PENDING, "accepted")])
def test_an_organiser_gives_a_place_beyond_the_places_and_ahead_of_the_queue(state, kind):
    event = make_event(capacity=1)
    make_registration(event=event)
    ahead = make_registration(event=event, state=State.WAITING)
    registration = admitting.seat(make_registration(event=event, state=state, guests=1), by=cast("olga"), reason="Elle anime.")
    assert (registration.state, event.free()) == (State.GOING, -2)
    assert Registration.objects.get(pk=ahead.pk).is_waiting
    assert letters() == [(kind, registration.member.email)]
    assert told("registration.seat") == [(state, State.GOING, "Elle anime. (+2)")]


@pytest.mark.parametrize(
    ("state", "reason", "fields", "code"),
    [
        (State.WAITING, " ", {}, "reason"),
        (State.GOING, "x", {}, "going"),
        (State.CANCELLED, "x", {}, "not_live"),
        (State.REMOVED, "x", {}, "not_live"),
        (State.WAITING, "x", {"days": -3}, "over"),
        (State.WAITING, "x", {"status": "cancelled"}, "called_off"),
    ],
)
def test_no_place_is_given(state, reason, fields, code):
    registration = make_registration(event=make_event(**fields), state=state)
    assert refusal(admitting.seat, registration, by=cast("olga"), reason=reason).code == code
    assert Registration.objects.get(pk=registration.pk).state == state
    assert (letters(), told("registration.seat")) == ([], [])


@pytest.mark.parametrize(("capacity", "state", "kind"), [(3, State.GOING, "registered"), (1, State.WAITING, "waiting")])
def test_who_was_removed_is_reinstated_at_the_end_of_the_queue(capacity, state, kind):
    event = make_event(capacity=capacity)
    removed = make_registration(event=event, state=State.REMOVED)
    make_registration(event=event)
    registration = admitting.reinstate(removed, by=cast("olga"))
    assert (registration.state, registration.queue_no) == (state, 3)
    assert letters() == [(kind, registration.member.email)]
    assert told("registration.reinstate") == [(State.REMOVED, state, "")]


@pytest.mark.parametrize(
    ("state", "fields", "code"),
    [
        (State.GOING, {}, "not_removed"),
        (State.CANCELLED, {}, "not_removed"),
        (State.REMOVED, {"days": -3}, "over"),
        (State.REMOVED, {"status": "postponed"}, "called_off"),
        (State.REMOVED, {"capacity": 0, "has_waiting_list": False}, "full"),
        (State.REMOVED, {"days": 0.2, "has_waiting_list": False}, "by_hand"),
    ],
)
def test_nobody_is_reinstated(state, fields, code):
    registration = make_registration(event=make_event(**fields), state=state)
    assert refusal(admitting.reinstate, registration, by=cast("olga")).code == code
    assert Registration.objects.get(pk=registration.pk).state == state


def test_a_blocked_account_is_not_reinstated():
    registration = make_registration(member=cast("boris"), state=State.REMOVED)
    assert refusal(admitting.reinstate, registration, by=cast("olga")).code == "blocked"


def test_the_desk_logs_how_many_places_there_were(client):
    client.force_login(cast("olga"))
    save(client, make_event(capacity=3), capacity=2)
    assert told("event.capacity") == [("3/0", "2/0", "")]
