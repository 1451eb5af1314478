from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from events import inviting, registering, scheduling, wording
from events.models import Invitation, Registration
from members import outbox
from members.mail import compose
from members.models import Entry, Letter
from tests.cast import cast
from tests.make import (
    make_event,
    make_member,
    make_registration,
    make_venue,
)

pytestmark = pytest.mark.django_db
State = Registration.State


def letters():
    return sorted((row.kind.removeprefix("events."), row.to_email) for row in Letter.objects.all())


def with_people(**fields):
    event = make_event(capacity=1, **fields)
    going = make_registration(event=event)
    waiting = make_registration(event=event, state=State.WAITING)
    make_registration(event=event, state=State.CANCELLED)
    make_registration(event=event, state=State.REMOVED)
    return event, going, waiting


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("postpone", "postponed")])
def test_calling_off_tells_those_going_and_waiting_once_and_keeps_their_rows(verb, status):
    event, going, waiting = with_people()
    for _twice in range(2):
        getattr(scheduling, verb)(event, by=cast("olga"), reason="Grève des transports")
    event.refresh_from_db()
    assert (event.status, event.status_reason, event.ical_sequence) == (status, "Grève des transports", 1)
    assert letters() == sorted([(status, going.member.email), (status, waiting.member.email)])
    assert [r.state for r in event.registrations.order_by("queue_no")] == [
        State.GOING,
        State.WAITING,
        State.CANCELLED,
        State.REMOVED,
    ]
    entry = Entry.objects.get(verb=f"event.{verb}")
    assert (entry.actor, entry.before, entry.after, entry.note) == (cast("olga"), "scheduled", status, "Grève des transports")


@pytest.mark.parametrize("state", [State.PENDING, State.WAITING, State.GOING])
@pytest.mark.parametrize("days", [None, 3])
@pytest.mark.parametrize("fields", [{}, {"status": "cancelled"}, {"status": "postponed", "days": -3}])
def test_what_people_are_registered_for_is_not_taken_off_the_site(state, days, fields):
    event = make_event(**fields)
    make_registration(event=event, state=state)
    with pytest.raises(scheduling.Refused) as caught:
        scheduling.set_publication(event, by=cast("olga"), at=days and timezone.now() + timedelta(days=days))
    assert (caught.value.code, caught.value.field) == ("registered", "published_at")
    event.refresh_from_db()
    assert event.is_published
    assert letters() == []


def test_what_nobody_comes_to_or_is_over_goes_back_to_the_drafts():
    for event in (make_event(), make_event(days=-3), make_event(published_at=timezone.now() + timedelta(days=1))):
        make_registration(event=event, state=State.CANCELLED if event.is_published and not event.is_over else State.GOING)
        scheduling.set_publication(event, by=cast("olga"), at=None)
        event.refresh_from_db()
        assert event.published_at is None


def test_published_since_another_hour_is_no_cancellation():
    event = make_event()
    make_registration(event=event)
    sooner = timezone.now() - timedelta(days=5)
    scheduling.set_publication(event, by=cast("olga"), at=sooner)
    event.refresh_from_db()
    assert event.published_at == sooner


def test_what_is_over_is_not_called_off():
    with pytest.raises(scheduling.Refused) as caught:
        scheduling.cancel(make_event(days=-2), by=cast("olga"))
    assert caught.value.code == "over"


def test_restoring_promotes_and_writes_one_letter_each():
    event, going, waiting = with_people()
    scheduling.cancel(event, by=cast("olga"))
    Letter.objects.all().delete()
    event.capacity = 2
    event.save(update_fields=["capacity"])
    for _twice in range(2):
        scheduling.restore(event, by=cast("olga"))
    event.refresh_from_db()
    assert (event.status, event.status_reason, event.ical_sequence) == ("scheduled", "", 2)
    assert letters() == sorted([("promoted", waiting.member.email), ("restored", going.member.email)])


def test_a_new_date_ends_the_postponement_remembers_the_first_and_tells_once():
    event, going, waiting = with_people(promotion_cutoff_at=timezone.now() + timedelta(days=8))
    first, cutoff, later = event.starts_at, event.promotion_cutoff_at, timedelta(days=14)
    scheduling.postpone(event, by=cast("olga"))
    Letter.objects.all().delete()
    scheduling.reschedule(event, by=cast("olga"), starts_at=first + later, ends_at=event.ends_at + later)
    event.refresh_from_db()
    assert (event.status, event.previous_starts_at, event.ical_sequence) == ("scheduled", first, 2)
    assert event.starts_at == first + later
    assert event.promotion_cutoff_at == cutoff + later
    assert letters() == sorted([("rescheduled", going.member.email), ("rescheduled", waiting.member.email)])


@pytest.mark.parametrize(
    ("new", "moves"),
    [
        ({"venue": "new"}, True),
        ({"is_online": True}, True),
        ({"zone_name": "Indian/Reunion"}, True),
        ({"precision": "day"}, True),
        ({}, False),
        ({"venue": None}, False),
    ],
)
def test_the_sequence_rises_with_what_moves_a_calendar_entry(new, moves):
    event, _going, _waiting = with_people()
    new = {name: make_venue() if value == "new" else value for name, value in new.items()}
    scheduling.reschedule(event, by=cast("olga"), **new)
    event.refresh_from_db()
    assert event.ical_sequence == (1 if moves else 0)
    assert len(letters()) == (2 if moves else 0)


def later(event, **by):
    return {"starts_at": event.starts_at + timedelta(**by), "ends_at": event.ends_at + timedelta(**by)}


def test_a_small_change_may_be_silent():
    event, _going, _waiting = with_people()
    scheduling.reschedule(event, by=cast("olga"), is_silent=True, **later(event, minutes=29))
    assert letters() == []


@pytest.mark.parametrize("change", [{"minutes": 30}, {"minutes": -30}, {"days": 7}, "venue", "zone_name", "is_online"])
def test_a_change_that_is_not_small_may_not(change):
    event, going, _waiting = with_people()
    new = {"venue": make_venue(), "zone_name": "Indian/Reunion", "is_online": True}
    moved = later(event, **change) if isinstance(change, dict) else {change: new[change]}
    with pytest.raises(scheduling.Refused) as caught:
        scheduling.reschedule(event, by=cast("olga"), is_silent=True, **moved)
    assert (caught.value.code, caught.value.field, letters()) == ("silent", "is_silent", [])
    event.registrations.filter(pk=going.pk).delete()
    event.registrations.update(state=State.CANCELLED)
    assert scheduling.reschedule(event, by=cast("olga"), is_silent=True, **moved).ical_sequence == 1


@pytest.mark.parametrize("name", ["rsvp_closes_at", "promotion_cutoff_at"])
def test_when_registration_closes_moves_no_calendar_entry_and_is_told_to_nobody(name):
    event = make_event(days=10)
    make_registration(event=event, member=make_member())
    moment = event.starts_at - timedelta(days=1)
    event = scheduling.reschedule(event, by=cast("olga"), **{name: moment})
    assert (getattr(event, name), event.ical_sequence, letters()) == (moment, 0, [])


def test_nobody_is_written_to_about_a_meeting_that_is_over():
    """Corrected years later, it is history; dated again, it is news."""
    event, going, waiting = with_people(days=-30)
    scheduling.reschedule(event, by=cast("olga"), venue=make_venue(), **later(event, hours=-1))
    assert letters() == []
    scheduling.reschedule(event, by=cast("olga"), **later(event, days=60))
    assert letters() == sorted([("rescheduled", going.member.email), ("rescheduled", waiting.member.email)])


@pytest.mark.parametrize("status", ["scheduled", "postponed"])
def test_those_registered_keep_a_date_until_it_is_postponed(status):
    event, _going, _waiting = with_people(status=status)
    unknown = {"precision": "none", "starts_at": None, "ends_at": None}
    for new in (unknown, {"precision": "month"}):
        with pytest.raises(scheduling.Refused) as caught:
            scheduling.reschedule(event, by=cast("olga"), **new)
        assert (caught.value.code, caught.value.field) == ("undated", "precision")
    event.registrations.update(state=State.CANCELLED)
    assert scheduling.reschedule(event, by=cast("olga"), **unknown).starts_at is None


def test_a_cancelled_meeting_is_restored_before_it_moves():
    event = make_event(status="cancelled")
    with pytest.raises(scheduling.Refused):
        scheduling.reschedule(event, by=cast("olga"), venue=make_venue())


def test_of_what_is_postponed_another_place_alone_is_no_news():
    """It has no date to come at: the letter that it is postponed still leaves, and that of the new date names the place."""
    event, going, _waiting = with_people()
    scheduling.postpone(event, by=cast("olga"))
    event = scheduling.reschedule(event, by=cast("olga"), venue=make_venue(name="Le Hangar"))
    assert {kind for kind, _to in letters()} == {"postponed"}
    row = Letter.objects.get(to_email=going.member.email)
    assert compose(row)
    scheduling.reschedule(event, by=cast("olga"), **later(event, days=30))
    row = Letter.objects.get(to_email=going.member.email, kind="events.rescheduled")
    assert compose(row)
    assert "Le Hangar" in row.text


def test_a_zone_that_is_corrected_gives_what_is_postponed_no_date():
    event, going, _waiting = with_people()
    scheduling.postpone(event, by=cast("olga"))
    there = ZoneInfo("Indian/Reunion")
    moved = {"starts_at": event.local_start.replace(tzinfo=there), "ends_at": event.local_end.replace(tzinfo=there)}
    event = scheduling.reschedule(event, by=cast("olga"), zone_name="Indian/Reunion", **moved)
    assert (event.status, event.zone_name, event.local_start.tzinfo) == ("postponed", "Indian/Reunion", there)
    assert {kind for kind, _to in letters()} == {"postponed"}
    assert compose(Letter.objects.get(to_email=going.member.email))


HERE, THERE = "https://visio.example.org/ici", "https://visio.example.org/la"


@pytest.mark.parametrize(
    ("fields", "new", "told"),
    [
        ({"online_url": HERE}, THERE, True),
        ({"online_url": HERE}, HERE, False),
        ({"online_url": HERE}, "", False),
        ({"online_url": ""}, THERE, False),
        ({"online_url": HERE, "published_at": None}, THERE, False),
        ({"online_url": HERE, "status": "cancelled"}, THERE, False),
        ({"online_url": HERE, "days": -2}, THERE, False),
    ],
)
def test_another_link_is_told_to_those_going_alone_and_once(fields, new, told):
    event = make_event(is_online=True, **{"days": 3} | fields)
    going = make_registration(event=event)
    make_registration(event=event, state="waiting")
    for _n in range(2):
        event = scheduling.change_link(event, online_url=new, by=cast("olga"))
    assert (event.online_url, event.ical_sequence) == (new, 0)
    assert letters() == ([("new_link", going.member.email)] if told else [])


def test_who_gave_the_place_back_reads_no_new_link():
    event = make_event(is_online=True, online_url=HERE, days=3)
    stays, leaves = make_registration(event=event), make_registration(event=event)
    scheduling.change_link(event, online_url=THERE, by=cast("olga"))
    registering.leave(event, member=leaves.member)
    outbox.sweep()
    told = Letter.objects.filter(kind="events.new_link")
    assert {row.to_email: (row.state, THERE in row.text) for row in told} == {
        stays.member.email: ("sent", True),
        leaves.member.email: ("dropped", False),
    }


def test_publishing_shows_promotes_and_writes_to_the_invited():
    event = make_event(published_at=None, audience="invitation")
    waiting = make_registration(event=event, state=State.WAITING)
    inviting.invite(event, by=cast("olga"), email="Nouvelle@Example.org ")
    assert letters() == []
    for _twice in range(2):
        scheduling.publish(event, by=cast("olga"))
    event.refresh_from_db()
    assert event.is_published
    assert letters() == sorted([("promoted", waiting.member.email), ("invitation", "nouvelle@example.org")])


def test_an_invitation_to_what_appears_later_waits_for_it():
    event, at = make_event(published_at=None, audience="invitation"), timezone.now() + timedelta(days=2)
    inviting.invite(event, by=cast("olga"), email="nouvelle@example.org")
    scheduling.publish(event, by=cast("olga"), at=at)
    letter = Letter.objects.get()
    assert letter.send_after == at
    with time_machine.travel(at + timedelta(minutes=1)):
        outbox.deliver(letter.pk)
        letter.refresh_from_db()
        assert letter.state == Letter.State.SENT


def test_inviting_an_address_that_has_an_account_ties_it_and_twice_is_once():
    event, flora = make_event(audience="invitation"), cast("flora")
    for _twice in range(2):
        inviting.invite(event, by=cast("olga"), email="FLORA@example.org")
    assert Invitation.objects.get().member == flora
    assert letters() == [("invitation", flora.email)]


def test_no_letter_about_a_registration_moves_the_calendar_entry():
    event = make_event()
    before = (event.ical_sequence, event.modified_at)
    make_registration(event=event, member=make_member())
    event.refresh_from_db()
    assert (event.ical_sequence, event.modified_at) == before


@pytest.mark.parametrize(
    ("precision", "moves", "words"),
    [
        ("hour", [timedelta(minutes=30)], "Nouvelle heure : cette rencontre était d’abord annoncée pour 19 h."),
        ("hour", [timedelta(days=1)], "Nouvelle date : cette rencontre était d’abord annoncée pour le mardi 10 mars 2026."),
        ("hour", [timedelta(days=1), timedelta(0)], ""),
        ("day", [timedelta(hours=19)], ""),
    ],
)
def test_a_meeting_that_moved_says_what_changed_of_its_first_date(precision, moves, words):
    first = datetime(2026, 3, 10, 0 if precision == "day" else 19, tzinfo=ZoneInfo("Europe/Paris"))
    event = make_event(starts_at=first, ends_at=first + timedelta(hours=24), precision=precision)
    for move in moves:
        new = {"starts_at": first + move, "ends_at": first + move + timedelta(hours=2), "precision": "hour"}
        event = scheduling.reschedule(event, by=cast("olga"), **new)
    assert wording.moved_from(event).replace("\N{NO-BREAK SPACE}", " ") == words
