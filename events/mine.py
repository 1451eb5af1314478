"""The meetings of one member: those to come that they answered or speak at, and those they were lately at."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from events import reviewing
from events.models import Event, Registration, Talk

LATELY = 12


@dataclass(frozen=True)
class Mine:
    """A meeting and what its member does there: one of the two at least is not None."""

    event: Event
    registration: Registration | None
    talk: Talk | None

    @property
    def asks_for_an_opinion(self) -> bool:
        return reviewing.asks(self.registration)


def to_come(member) -> list[Mine]:
    """Soonest first, with those waiting for another date."""
    theirs = Registration.objects.live().with_attendance().with_rank().filter(member=member)
    return _with_parts(member, Event.objects.listed_for(member).to_come().in_order_of_dates(), theirs)


def been_at(member) -> list[Mine]:
    """The latest, of those where they were as far as anybody knows, latest first."""
    theirs = Registration.objects.with_attendance().attended().filter(member=member)
    return _with_parts(member, Event.objects.listed_for(member).took_place(), theirs, most=LATELY)


def _with_parts(member, events, theirs, *, most: int | None = None) -> list[Mine]:
    talks = Talk.objects.filter(person__member=member)
    of_event = {"event": OuterRef("pk")}
    wanted = events.filter(Exists(theirs.filter(**of_event)) | Exists(talks.filter(**of_event))).select_related("venue")
    found = {event.pk: event for event in wanted[:most]}
    registrations = _by_event(theirs.filter(event__in=found), found)
    first_talks = _by_event(talks.filter(event__in=found).order_by("-position", "-pk"), found)
    return [Mine(event, registrations.get(pk), first_talks.get(pk)) for pk, event in found.items()]


def _by_event(rows: Iterable, events: dict[int, Event]) -> dict:
    """Each knows the meeting that was read already."""
    found = {}
    for row in rows:
        row.event = events[row.event_id]
        found[row.event_id] = row
    return found
