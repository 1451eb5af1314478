"""`manage.py check_events` on sound seats, then on each break planted behind the verbs' back."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import admitting, checking, registering
from events.models import Event, Registration
from members.models import Entry, Letter
from tests.cast import cast
from tests.make import make_event, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture
def event():
    """Full, with somebody waiting and somebody who left; all of it done by the verbs."""
    event = make_event(capacity=2, max_guests=1)
    going, also, left, waiting = (registering.join(event, member=make_member()) for _n in range(4))
    registering.leave(event, member=left.member)
    assert (going.state, also.state, waiting.state) == (State.GOING, State.GOING, State.WAITING)
    return event


def rows(event, state):
    return event.registrations.filter(state=state)


def crowd(event):
    rows(event, State.WAITING).update(state=State.GOING)


def free_a_place(event):
    rows(event, State.GOING).order_by("pk")[:1].get().delete()


def drop_the_constraint(event):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX registration_once")


def invent_a_state(event):
    rows(event, State.CANCELLED).update(state="maybe")


def write_to_who_left(event):
    row = rows(event, State.CANCELLED).get()
    Letter.objects.create(
        kind="events.promoted", key="x", to_email="x@example.org", context={"registration": row.pk, "since": "x"}
    )


def write_twice(event):
    letter = Letter.objects.filter(kind="events.registered").first()
    Letter.objects.create(kind=letter.kind, key="x", to_email=letter.to_email, context=letter.context)


def let_in_without_a_place(event):
    row = rows(event, State.GOING).first()
    Registration.objects.filter(pk=row.pk).update(arrived=1, checked_in_at=event.starts_at)
    Registration.objects.filter(pk=row.pk).update(state=State.REMOVED)
    rows(event, State.WAITING).delete()


def seat_at_once(event):
    Event.objects.filter(pk=event.pk).update(capacity=3)
    rows(event, State.WAITING).delete()
    make_registration(event=event)


PLANTED = {
    crowd: ["I1", "I10"],
    free_a_place: ["I2"],
    drop_the_constraint: ["I3"],
    invent_a_state: ["I4"],
    write_to_who_left: ["I7"],
    write_twice: ["I7"],
    let_in_without_a_place: ["I8"],
    seat_at_once: ["I10"],
}


def test_sound_seats_pass(event, capsys):
    call_command("check_events")
    assert "as they must be" in capsys.readouterr().out


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_each_break_is_said_in_a_sentence_and_fails_the_command(event, plant, capsys):
    with transaction.atomic():
        plant(event)
        with pytest.raises(CommandError):
            call_command("check_events")
        transaction.set_rollback(True)
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == PLANTED[plant]
    assert all(line.endswith(".") for line in said)


def test_what_an_organiser_decided_is_no_break(event):
    admitting.seat(rows(event, State.WAITING).get(), by=cast("olga"), reason="Intervient finalement.")
    assert list(checking.breaks()) == []


def test_places_lowered_at_the_desk_are_no_break(event):
    Event.objects.filter(pk=event.pk).update(capacity=1)
    assert [line[:2] for line in checking.breaks()] == ["I1"]
    Entry.objects.write("event.capacity", event, by=cast("olga"), before="2/0", after="1/0")
    assert list(checking.breaks()) == []


def test_who_waits_when_registration_has_closed_is_no_break(event):
    Event.objects.filter(pk=event.pk).update(capacity=3)
    assert [line[:2] for line in checking.breaks()] == ["I2"]
    Event.objects.filter(pk=event.pk).update(rsvp_closes_at=timezone.now())
    assert list(checking.breaks()) == []


def test_it_asks_as_much_for_one_meeting_as_for_six():
    asked = []
    for more in (1, 5):
        for _n in range(more):
            make_registration(event=make_event(capacity=1), state=State.WAITING)
        with CaptureQueriesContext(connection) as queries:
            list(checking.breaks())
        asked.append(len(queries))
    assert asked[0] == asked[1]
