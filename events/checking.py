"""What must be true of the seats of a live database (the invariants I1 to I10), asked of the rows themselves.

Each check is a few queries whatever the number of meetings, and yields sentences. Three are not asked: ranks are counted when
they are shown (I5), the public number is that of the seats taken (I9), and only tests tell whether a request sent twice changes
nothing (I6).
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from events.models import Event, Registration
from members.models import Entry, Letter
from members.models.journal import KEPT

State = Registration.State
BY_HAND = (
    "registration.seat",
    "registration.register",
    "event.capacity",
    "event.admit",
    "event.walk_in",
)  # deeds that may exceed the places
OF_A_PLACE = ("events.registered", "events.promoted", "events.accepted", "events.waiting", "events.last_minute", "events.skipped")
RECENT = timedelta(days=60)  # letters lose what they are about after three months


def breaks() -> Iterator[str]:
    """A sentence for each thing that is not as it must be."""
    for check in CHECKS:
        yield from check()


def _more_taken_than_there_are() -> Iterator[str]:
    """I1; as long as the log, which tells of exceptions, goes back."""
    crowded = Event.objects.with_seats_taken().filter(seats_taken__gt=F("capacity") - F("reserved"))
    for event in crowded.filter(ends_at__gt=timezone.now() - KEPT).order_by("pk"):
        rows = [str(pk) for pk in event.registrations.values_list("pk", flat=True)]
        of_rows = Entry.objects.filter(subject_type="events.registration", subject_id__in=rows, verb__in=BY_HAND)
        if not of_rows.exists() and not Entry.objects.about(event).filter(verb__in=BY_HAND).exists():
            places = event.capacity - event.reserved
            yield f"I1: “{event}”: {event.seats_taken} seats are taken of {places}, and nobody decided so."


def _waiting_beside_a_free_place() -> Iterator[str]:
    """I2."""
    events = {
        event.pk: event
        for event in Event.objects.published().upcoming().with_seats_taken()
        if event.takes_registrations and not event.is_called_off and event.promotes_by_itself
    }
    for row in Registration.objects.waiting().filter(event__in=events).order_by("event", "queue_no"):
        event = events[row.event_id]
        free = None if event.capacity is None else event.capacity - event.reserved - event.seats_taken
        if free is None or row.seats <= free:
            left = "no limit" if free is None else f"{free} free"
            yield f"I2: “{event}”: registration {row.pk} waits for {row.seats} seats, with {left}."


def _constraints_that_are_missing() -> Iterator[str]:
    """I3, I8: one registration per person and event, one number in the queue, no more people here than seats."""
    with connection.cursor() as cursor:
        known = set(connection.introspection.get_constraints(cursor, Registration._meta.db_table))
    for constraint in Registration._meta.constraints:
        if constraint.name not in known:
            yield f"I3: the database does not hold the constraint {constraint.name}: run `manage.py migrate`."


def _in_no_known_state() -> Iterator[str]:
    """I4: what is counted is counted by its state."""
    for row in Registration.objects.exclude(state__in=State.values).order_by("pk"):
        yield f"I4: registration {row.pk} is in the state “{row.state}”, which there is not."


def _letters_that_should_not_be() -> Iterator[str]:
    """I7: one letter for one change, and none about a place to who left before it was written."""
    left = dict(Registration.objects.filter(state=State.CANCELLED).values_list("pk", "state_changed_at"))
    seen = set()
    letters = Letter.objects.filter(kind__in=OF_A_PLACE, created_at__gt=timezone.now() - RECENT).exclude(context={})
    for pk, kind, context, at in letters.order_by("pk").values_list("pk", "kind", "context", "created_at").iterator():
        number = context.get("registration")
        if number in left and at > left[number]:
            yield f"I7: letter {pk} ({kind}) was written after registration {number} had been given up."
        if (kind, number, context.get("since")) in seen:
            yield f"I7: letter {pk} ({kind}) tells registration {number} the same a second time."
        seen.add((kind, number, context.get("since")))


def _here_without_a_place() -> Iterator[str]:
    """I8."""
    for row in Registration.objects.filter(arrived__gt=0).exclude(state=State.GOING).order_by("pk"):
        yield f"I8: registration {row.pk} has {row.arrived} people here and no place."


def _seated_without_having_waited() -> Iterator[str]:
    """I10: on the site one waits first, if only for a moment; only organisers, the door and imports seat at once."""
    for row in Registration.objects.going().filter(rev=0, source=Registration.Source.WEB).order_by("pk"):
        yield f"I10: registration {row.pk} has a place and never waited for it."


CHECKS = (
    _more_taken_than_there_are,
    _waiting_beside_a_free_place,
    _constraints_that_are_missing,
    _in_no_known_state,
    _letters_that_should_not_be,
    _here_without_a_place,
    _seated_without_having_waited,
)
