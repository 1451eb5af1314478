"""The figures of meetings (*le bilan d’activité*): how many registered, came, stayed away. Of nobody by name.

Counted from registrations, those without a person too, so that no erasure moves them. What nobody noted is not known (None),
never zero: where nobody was checked in, who came; of a few opinions, their score.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Event, Feedback, Registration
from events.programme import Season
from events.reviewing import ENOUGH
from members.models import Club

DAY = timedelta(days=1)
_GOING, _AT_THE_DOOR = Q(state=Registration.State.GOING), Q(source=Registration.Source.DOOR)
_ANNOUNCED = _GOING & ~_AT_THE_DOOR
_BY_THEMSELVES = _ANNOUNCED & ~Q(source=Registration.Source.ADMIN)  # at a moment that they chose
_AHEAD = ExpressionWrapper(F("event__starts_at") - F("created_at"), DurationField())
COUNTED = {  # of the registrations of a meeting
    "registered": Count("pk", filter=_ANNOUNCED),
    "brought": Sum("guests", filter=_ANNOUNCED),
    "waiting": Sum(F("guests") + 1, filter=Q(state=Registration.State.WAITING)),
    "cancelled": Count("pk", filter=Q(state=Registration.State.CANCELLED)),
    "came": Sum("arrived", filter=_GOING),
    "parties_came": Count("pk", filter=_GOING & Q(arrived__gt=0)),
    "unannounced": Sum("arrived", filter=_GOING & _AT_THE_DOOR),
    "dated": Count("pk", filter=_BY_THEMSELVES),
}


@dataclass(frozen=True)
class Tally:
    """What adds up over meetings; `cells` says what may be told of it."""

    meetings: int = 0
    registered: int = 0  # who has a place they asked for
    brought: int = 0  # their guests
    waiting: int = 0  # people, guests included
    cancelled: int = 0
    kept: int = 0  # meetings at whose door somebody was seen
    came: int = 0  # people, guests included
    parties_came: int = 0
    unannounced: int = 0  # of those who came
    expected: int = 0  # people registered for meetings whose door was kept
    dated: int = 0  # registrations that people made themselves, and how long before in all
    ahead: timedelta = timedelta()
    opinions: int = 0  # of meetings that have enough of them
    points: int = 0

    @property
    def people(self) -> int:
        return self.registered + self.brought

    @property
    def is_kept(self) -> bool:
        """Whether the door of all of them was kept: those who came stand beside those registered."""
        return 0 < self.kept == self.meetings

    @property
    def guests_came(self) -> int:
        return self.came - self.parties_came

    @property
    def absent(self) -> int | None:
        """Of a hundred people expected, those who were not seen."""
        seen = self.came - self.unannounced
        return round(100 * (self.expected - seen) / self.expected) if self.expected else None

    @property
    def days_ahead(self) -> float | None:
        return round(self.ahead / DAY / self.dated, 1) if self.dated else None

    @property
    def score(self) -> float | None:
        return round(self.points / self.opinions, 1) if self.opinions else None

    @property
    def cells(self) -> list[int | float | None]:
        return [column.of(self) for column in COLUMNS]


@dataclass(frozen=True)
class Column:
    label: str | Promise
    of: Callable[[Tally], int | float | None]


def _seen(number: Callable[[Tally], int]) -> Callable[[Tally], int | None]:
    return lambda tally: number(tally) if tally.kept else None


COLUMNS = (
    Column(_("Registrations"), lambda tally: tally.registered),
    Column(_("Guests"), lambda tally: tally.brought),
    Column(pgettext_lazy("people at a meeting", "Came"), _seen(lambda tally: tally.came)),
    Column(_("Guests who came"), _seen(lambda tally: tally.guests_came)),
    Column(pgettext_lazy("people at a meeting", "Without a registration"), _seen(lambda tally: tally.unannounced)),
    Column(_("Absent (%)"), lambda tally: tally.absent),
    Column(_("Left waiting"), lambda tally: tally.waiting),
    Column(_("Places given back"), lambda tally: tally.cancelled),
    Column(_("Days ahead"), lambda tally: tally.days_ahead),
    Column(_("Opinion, out of 5"), lambda tally: tally.score),
)


def total(tallies: Iterable[Tally]) -> Tally:
    tallies = list(tallies)
    return Tally(**{each.name: sum((getattr(tally, each.name) for tally in tallies), each.default) for each in fields(Tally)})


def tallies_of(events: Sequence[Event]) -> dict[int, Tally]:
    """By meeting, in two queries."""
    counted = {event.pk: {"meetings": 1} for event in events}
    rows = Registration.objects.filter(event__in=counted).order_by().values("event")
    for row in rows.annotate(**COUNTED, ahead=Sum(_AHEAD, filter=_BY_THEMSELVES)):
        found = {name: value for name, value in row.items() if value and name != "event"}
        if "came" in found:
            found |= {"kept": 1, "expected": found.get("registered", 0) + found.get("brought", 0)}
        counted[row["event"]] |= found
    said = Feedback.objects.filter(event__in=counted).order_by().values("event")
    for row in said.annotate(opinions=Count("pk"), points=Sum("score")).filter(opinions__gte=ENOUGH):
        counted[row.pop("event")] |= row
    return {pk: Tally(**found) for pk, found in counted.items()}


def ahead_of(event: Event) -> list[tuple[str | Promise, int]]:
    """How many registered how long before, of those who have a place and asked for it themselves."""
    moments = event.registrations.filter(_BY_THEMSELVES).values_list("created_at", flat=True)
    days = [(event.starts_at - at) / DAY for at in moments]
    return [(label, sum(low <= day < high for day in days)) for label, low, high in SPANS]


SPANS = (
    (_("More than a month before"), 31, float("inf")),
    (_("Two weeks to a month"), 14, 31),
    (_("One to two weeks"), 7, 14),
    (_("Two to seven days"), 2, 7),
    (_("In the last two days"), float("-inf"), 2),
)


# -- tables ----------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    label: str | Promise
    tally: Tally
    event: Event | None = None
    asks: dict[str, str] = field(default_factory=dict)  # what narrows the page to it


@dataclass(frozen=True)
class Table:
    name: str  # that of its file
    label: str | Promise
    lines: list[Line]

    @property
    def total(self) -> Tally:
        return total(line.tally for line in self.lines)

    @property
    def peak(self) -> int:
        """The longest bar."""
        return max((max(line.tally.people, line.tally.came) for line in self.lines), default=0) or 1


def tables_of(events: Sequence[Event], *, club: Club) -> list[Table]:
    """Season by season, group by group, cycle by cycle; then each meeting, latest first."""
    counted = tallies_of(events)

    def by(key: Callable[[Event], tuple]) -> list[Line]:
        """`key` gives a label, and the name and value that narrow the page to it; nothing leaves a meeting out."""
        parts: dict[tuple, list[Tally]] = {}
        for event in events:
            if found := key(event):
                parts.setdefault(found, []).append(counted[event.pk])
        return [Line(label, total(tallies), asks={name: value}) for (label, name, value), tallies in parts.items()]

    def season(event: Event) -> tuple:
        found = Season.of(event.local_day, club)
        return found.label, "saison", found.slug

    def group(event: Event) -> tuple:
        return (event.group.name, "groupe", event.group.slug) if event.group else (_("The whole club"), "groupe", NO_GROUP)

    def cycle(event: Event) -> tuple:
        return event.cycle and (event.cycle.label.value, "cycle", event.cycle.slug)

    return [
        Table("saisons", _("By season"), by(season)),
        Table("groupes", _("By group"), sorted(by(group), key=lambda line: str(line.label).casefold())),
        Table("cycles", _("By cycle"), sorted(by(cycle), key=lambda line: str(line.label).casefold())),
        Table("rencontres", _("By meeting"), [Line(event.title, counted[event.pk], event=event) for event in events]),
    ]


NO_GROUP = "-"  # no slug is only a hyphen: a name always leaves more
