"""What the page of the door shows: who is expected, who is here, and how many, made here and only drawn by the template."""

import re
from dataclasses import dataclass, field

from events.models import Event, Registration
from smclub.dates import hour
from smclub.words import fold


@dataclass(frozen=True)
class Line:
    registration: Registration
    since: str  # the hour at which the first of them came
    rank: int = 0  # on the waiting list; none for a request that nobody answered

    @property
    def missing(self) -> int:
        return self.registration.seats - self.registration.arrived

    @property
    def fewer(self) -> range:
        """The numbers of people that may be here, short of all."""
        return range(1, self.registration.seats)


@dataclass
class DoorList:
    """`expected` and `here` count people, guests included, whatever was searched for."""

    going: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    expected: int = 0
    here: int = 0
    queue: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.going and not self.waiting


def door_list(event: Event, *, query: str = "", only: Registration | None = None) -> DoorList:
    """Those going by name, those waiting in their order, those asking; `query` keeps names that begin so, `only` that party."""
    rows = list(event.registrations.for_list())
    found = DoorList()
    for row in rows:
        if row.is_going:
            found.expected += row.seats
            found.here += row.arrived
        else:
            found.queue += 1
    wanted, ranks = _words(query), {row.pk: rank for rank, row in enumerate((row for row in rows if row.is_waiting), start=1)}
    for row in rows:
        if (only and row.pk != only.pk) or not begins(row.shown_name, wanted):
            continue
        if row.is_going:
            found.going.append(_line(event, row))
        else:
            found.waiting.append(_line(event, row, rank=ranks.get(row.pk, 0)))
    found.waiting.sort(key=lambda line: (line.rank == 0, line.rank))
    found.going.sort(key=lambda line: (fold(line.registration.shown_name), line.registration.pk))
    return found


def begins(name: str, wanted: list[str]) -> bool:
    """Whether each of the words typed begins a word of the name: "le z" finds Zoé Le Goff."""
    parts = _words(name)
    return all(any(part.startswith(word) for part in parts) for word in wanted)


def _words(text: str) -> list[str]:
    """Every word counts in a name; door.js cuts them alike."""
    return re.findall(r"[^\W_]+", fold(text))


def _line(event: Event, row: Registration, *, rank: int = 0) -> Line:
    return Line(row, hour(row.checked_in_at.astimezone(event.zone)) if row.checked_in_at else "", rank)
