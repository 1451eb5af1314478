"""What each line of a file asks for, as its columns were described; nothing here asks the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from members import naming
from members.importing import values
from members.importing.columns import Field
from members.importing.reading import Row, Table, folded
from members.models import Club, Member, Plan
from members.refusals import Refused

PERSON, ASIDE = "person", "aside"  # what a plan of the file may mean besides one of the club's


@dataclass(frozen=True)
class Described:
    """How a file is read: what people chose, or what was guessed for them."""

    header: list[str]
    columns: dict[int, Field]
    plans: dict[str, Plan | str] = field(default_factory=dict)  # name in the file, folded → plan, PERSON or ASIDE
    groups: dict[str, int | None] = field(default_factory=dict)  # name in the file, folded → key of a group
    plan: Plan | None = None  # of lines that name none
    method: str = ""  # of lines that name none
    standing: str = Member.Standing.MEMBER
    is_helloasso: bool = False

    @property
    def has_dues(self) -> bool:
        return bool(self.plan) or Field.PLAN in self.columns.values()

    def heading(self, wanted: Field) -> str:
        """The column that is about it, as the file calls it."""
        return next((self.header[place] for place, about in self.columns.items() if about == wanted), "")


@dataclass
class Line:
    """What one line asks for; `wrong` says in which column and why it cannot be."""

    number: int
    email: str = ""
    name: str = ""
    language: str = ""
    since: date | None = None
    group: int | None = None
    plan: Plan | None = None
    amount: Decimal = Decimal(0)
    paid_on: date | None = None
    method: str = ""
    reference: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    organisation: str = ""
    aside: str = ""
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.wrong and not self.aside


class _Reader:
    """One row being read."""

    def __init__(self, row: Row, told: Described):
        self.told, self.line = told, Line(row.number)
        self.cells = {about: row.cells[place] for place, about in told.columns.items() if place < len(row.cells)}
        if any(row.cells[len(told.header) :]):
            self.refuse(None, _("This line has more cells than the first one: a separator stands where none belongs."))

    def refuse(self, about: Field | None, sentence: str) -> None:
        self.line.wrong.append((self.told.heading(about) if about else "", sentence))

    def said(self, about: Field) -> str:
        return self.cells.get(about, "")

    def value(self, about: Field, reading: Callable, otherwise=None):
        """What the cell says, or `otherwise` when it is empty or wrong; what is wrong is noted."""
        text = self.said(about)
        if not text:
            return otherwise
        try:
            return reading(text)
        except Refused as refusal:
            self.refuse(about, str(refusal))
            return otherwise


def read_line(row: Row, told: Described, *, club: Club) -> Line:
    reader = _Reader(row, told)
    plan = _plan(reader)
    if reader.line.aside:
        return reader.line
    _read_person(reader, club=club)
    if plan:
        _read_dues(reader, plan)
    return reader.line


def _plan(reader: _Reader) -> Plan | None:
    """The plan that the line pays for, or None; a line that is no paid membership is left aside."""
    told, line = reader.told, reader.line
    if reader.said(Field.KIND) and not values.is_membership(reader.said(Field.KIND)):
        line.aside = _("“%(text)s” is no membership.") % {"text": reader.said(Field.KIND)[:80]}
    elif reader.value(Field.STATUS, values.is_paid, True) is False:
        line.aside = _("Not paid: “%(text)s”.") % {"text": reader.said(Field.STATUS)[:80]}
    named = reader.said(Field.PLAN)
    chosen = told.plans.get(folded(named)) if named else told.plan
    if chosen == ASIDE:
        line.aside = line.aside or _("“%(text)s” is left aside.") % {"text": named[:80]}
    if chosen in (ASIDE, PERSON):
        return None
    if chosen is None and named:
        reader.refuse(Field.PLAN, _("Say which plan of the club “%(text)s” is.") % {"text": named[:80]})
    elif chosen is None and (reader.said(Field.AMOUNT) or reader.said(Field.PAID_ON)):
        about = Field.PLAN if Field.PLAN in told.columns.values() else Field.PAID_ON
        reader.refuse(about, _("This line has a payment and no plan."))
    return chosen


def _read_person(reader: _Reader, *, club: Club) -> None:
    line = reader.line
    about = Field.EMAIL if reader.said(Field.EMAIL) or not reader.said(Field.EMAIL_ELSE) else Field.EMAIL_ELSE
    line.email = reader.value(about, values.email, "")
    if not reader.said(about):
        reader.refuse(Field.EMAIL, _("This line has no e-mail address."))
    line.name = _name(reader, club=club)
    line.language = reader.value(Field.LANGUAGE, values.language, "")
    line.since = reader.value(Field.SINCE, values.day)
    if line.since and line.since > timezone.localdate():
        reader.refuse(Field.SINCE, _("That day is still to come."))
    line.group = reader.told.groups.get(folded(reader.said(Field.GROUP)))


def _name(reader: _Reader, *, club: Club) -> str:
    about = Field.NAME if reader.said(Field.NAME) else Field.LAST
    try:
        whole = values.name(reader.said(Field.NAME)) or values.name_of(reader.said(Field.FIRST), reader.said(Field.LAST))
        if whole:
            naming.check_by_itself(whole, club=club)
    except Refused as refusal:
        reader.refuse(about, str(refusal))
    except ValidationError as refusal:
        reader.refuse(about, " ".join(refusal.messages))
    else:
        return whole
    return ""


def _read_dues(reader: _Reader, plan: Plan) -> None:
    line, told = reader.line, reader.told
    line.plan = plan
    line.amount = reader.value(Field.AMOUNT, values.amount, plan.amount)
    line.paid_on = reader.value(Field.PAID_ON, values.day)
    if not reader.said(Field.PAID_ON):
        reader.refuse(Field.PAID_ON, _("Say on which day these dues were paid."))
    elif line.paid_on and line.paid_on > timezone.localdate():
        reader.refuse(Field.PAID_ON, _("That day is still to come: dues count once they are paid."))
    if line.amount:
        line.method = reader.value(Field.METHOD, lambda text: values.method(text, is_helloasso=told.is_helloasso), told.method)
        if not line.method and not reader.said(Field.METHOD):
            reader.refuse(Field.METHOD, _("Say how they were paid."))
    line.reference = reader.value(Field.REFERENCE, lambda text: values.reference(text, is_helloasso=told.is_helloasso), "")
    line.starts_on = reader.value(Field.STARTS_ON, values.day)
    line.ends_on = reader.value(Field.ENDS_ON, values.day)
    if plan.is_for_organisations:
        line.organisation = reader.said(Field.ORGANISATION)
        if not line.organisation:
            reader.refuse(Field.ORGANISATION, _("This plan is for organisations: name the one that pays."))


def read_lines(table: Table, told: Described, *, club: Club, tell: Callable[[int], None] = lambda done: None) -> list[Line]:
    lines = []
    for row in table.rows:
        lines.append(read_line(row, told, club=club))
        if len(lines) % 500 == 0:
            tell(len(lines))
    return lines


def said_in(table: Table, columns: dict[int, Field], about: Field) -> dict[str, str]:
    """The different values of that column: folded → as it is written first."""
    place = next((place for place, field_ in columns.items() if field_ == about), None)
    found: dict[str, str] = {}
    for row in table.rows if place is not None else []:
        if place < len(row.cells) and row.cells[place]:
            found.setdefault(folded(row.cells[place]), row.cells[place])
    return found
