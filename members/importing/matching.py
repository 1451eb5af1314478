"""What a file would change: each line beside what the club knows already, as one list of deeds and one of outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import batched

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils.translation import gettext as _

from members import naming, treasury
from members.importing.columns import Field
from members.importing.lines import Described, Line
from members.models import Club, Dues, GroupMembership, ImportLine, Member, Organisation
from members.models.shape import shape
from smclub.dates import day
from smclub.money import euros
from smclub.words import fold, words

BATCH = 500
Outcome = ImportLine.Outcome
Payer = tuple[str, object]  # "member" or "organisation", and its key; the address of who has no account yet


# -- what the club knows ---------------------------------------------------------------
@dataclass(frozen=True)
class Account:
    pk: int
    email: str
    name: str
    standing: str
    accepted_on: date | None
    groups: frozenset[int]

    @property
    def is_blocked(self) -> bool:
        return self.standing == Member.Standing.BLOCKED


@dataclass(frozen=True)
class Held:
    """Dues that there are, or that an earlier line makes."""

    plan: int
    starts_on: date
    ends_on: date | None
    paid_on: date | None
    amount: Decimal
    reference: str
    pk: int | None = None
    is_cancelled: bool = False


@dataclass
class Known:
    """Everything that decides about the lines of a file. Read twice, it is equal when nothing changed in between."""

    accounts: dict[str, Account] = field(default_factory=dict)  # by address
    organisations: dict[str, Organisation] = field(default_factory=dict)  # by folded name
    dues: dict[Payer, list[Held]] = field(default_factory=dict)


def known_about(lines: Iterable[Line], *, lock: bool = False) -> Known:
    """Five questions for each 500 addresses; with `lock`, nobody changes what they answer before the transaction ends."""
    known = Known()
    emails = sorted({line.email for line in lines if line.email})
    names = {fold(line.organisation) for line in lines if line.organisation}
    if names:
        _read_organisations(known, names, lock=lock)
    for some in batched(emails, BATCH, strict=False):
        _read_accounts(known, some, lock=lock)
    return known


def _read_organisations(known: Known, names: set[str], *, lock: bool) -> None:
    rows = Organisation.objects.order_by("pk").only("name")
    known.organisations = {fold(row.name): row for row in rows if fold(row.name) in names}
    for some in batched([row.pk for row in known.organisations.values()], BATCH, strict=False):
        if lock:
            list(Organisation.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))
        _read_dues(known, "organisation", Dues.objects.filter(organisation__in=some))


def _read_accounts(known: Known, emails: tuple[str, ...], *, lock: bool) -> None:
    """An address is of the account that verified it, else of the one made for it (as `joining.account_of` has it)."""
    verified = dict(EmailAddress.objects.filter(email__in=emails, verified=True).values_list("email", "user"))
    rows = Member.objects.filter(Q(email__in=emails) | Q(pk__in=list(verified.values())))
    rows = rows.order_by("pk").only("pk", "email", "name", "standing", "accepted_on")
    members = {member.pk: member for member in (rows.select_for_update() if lock else rows)}
    groups: dict[int, set[int]] = {}
    for member, group in GroupMembership.objects.filter(member__in=list(members)).values_list("member", "group"):
        groups.setdefault(member, set()).add(group)
    made_for = {member.email: member for member in members.values()}
    for email in emails:
        if member := members.get(verified.get(email)) or made_for.get(email):
            facts = (member.email, member.name, member.standing, member.accepted_on)
            known.accounts[email] = Account(member.pk, *facts, frozenset(groups.get(member.pk, ())))
    _read_dues(known, "member", Dues.objects.filter(member__in=list(members)))


def _read_dues(known: Known, payer: str, rows) -> None:
    names = ("plan_id", "starts_on", "ends_on", "paid_on", "amount", "reference", "pk", "cancelled_at")
    for key, *facts, cancelled_at in rows.order_by("pk").values_list(f"{payer}_id", *names):
        held = Held(*facts, is_cancelled=cancelled_at is not None)
        kept = known.dues.setdefault((payer, key), [])
        if held not in kept:  # an account of two addresses is read with each
            kept.append(held)


# -- what is to be done ----------------------------------------------------------------
@dataclass
class Somebody:
    """One account that lines are about: it exists, or the first line makes it."""

    account: Account | None
    email: str
    line: int  # that names them first
    name: str = ""
    language: str = ""
    since: date | None = None
    groups: dict[int, int] = field(default_factory=dict)  # to join → by which line
    changes: dict[str, object] = field(default_factory=dict)  # of an account that exists


@dataclass
class Payment:
    """Dues to be made, or, with `pays`, those asked for that are paid."""

    line: Line
    somebody: Somebody
    organisation: Organisation | None
    starts_on: date
    ends_on: date | None
    pays: int | None = None


@dataclass
class Work:
    """What a file does when it is imported, and what is said of each of its lines."""

    lines: list[Line]
    known: Known
    people: list[Somebody] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    outcomes: dict[int, tuple[str, list[str]]] = field(default_factory=dict)  # number of a line → outcome, what is done

    @property
    def counts(self) -> dict[str, object]:
        said = [outcome for outcome, _said in self.outcomes.values()]
        counts: dict[str, object] = {outcome: said.count(outcome) for outcome in Outcome.values}
        total = sum((payment.line.amount for payment in self.payments), Decimal(0))
        people = sum(1 for somebody in self.people if somebody.account is None)
        return counts | {"lines": len(self.lines), "people": people, "dues": len(self.payments), "amount": str(total)}


def plan_work(lines: list[Line], told: Described, *, club: Club) -> Work:
    """Reads what the club knows, and decides; writes nothing."""
    known = known_about([line for line in lines if line.is_good])
    work = Work(lines, known)
    people = _People(work, told)
    for line in lines:
        if line.is_good:
            people.meet(line)
    people.check_names()
    _Payments(work, told, people, club=club).settle()
    _outcomes(work, people)
    return work


def same_person(one: str, other: str) -> bool:
    """« Marie Dupont », DUPONT Marie and « M. Dupont » may be; « Paul Dupont » is not."""
    fewer, more = sorted((words(one), words(other)), key=len)
    left = list(more)
    for word in sorted(fewer, key=len, reverse=True):
        twin = next((known for known in left if known == word or (1 in (len(known), len(word)) and known[0] == word[0])), None)
        if twin is None:
            return False
        left.remove(twin)
    return True


class _People:
    """Who the lines are about."""

    def __init__(self, work: Work, told: Described):
        self.work, self.told = work, told
        self.by_key: dict[object, Somebody] = {}
        self.of_line: dict[int, Somebody] = {}
        self.done: dict[int, list[str]] = {}  # number of a line → what it does
        self.notes: dict[int, str] = {}  # number of a line → what is said besides

    def meet(self, line: Line) -> None:
        account = self.work.known.accounts.get(line.email)
        key = account.pk if account else line.email
        somebody = self.by_key.get(key)
        if somebody is None:
            somebody = self.by_key[key] = Somebody(account, account.email if account else line.email, line.number)
            self.work.people.append(somebody)
        if not self._refuse(line, somebody):
            self.of_line[line.number] = somebody
            self.done[line.number] = [*self._take(line, somebody)]

    def _refuse(self, line: Line, somebody: Somebody) -> bool:
        account = somebody.account
        wrong = line.wrong
        if account and account.is_blocked:
            wrong.append((self._heading(Field.EMAIL), _("This account is blocked.")))
        elif line.name and account and account.name and not same_person(line.name, account.name):
            said = _("This address is that of “%(name)s” here: if it is the same person, write that name in the file.")
            wrong.append((self._heading(Field.EMAIL), said % {"name": account.name}))
        elif line.name and somebody.name and not same_person(line.name, somebody.name):
            said = _("Line %(number)s gives this address to “%(name)s”: each person needs an address of their own.")
            wrong.append((self._heading(Field.EMAIL), said % {"number": somebody.line, "name": somebody.name}))
        elif not line.name and not account and not somebody.name:
            wrong.append((self._heading(Field.LAST), _("This line has no name, and nobody here has this address.")))
        return bool(wrong)

    def _take(self, line: Line, somebody: Somebody) -> Iterable[str]:
        """What the line gives the account; nothing that it has is taken away or replaced."""
        account, is_first = somebody.account, somebody.line == line.number
        somebody.name, somebody.language = somebody.name or line.name, somebody.language or line.language
        somebody.since = min(filter(None, (somebody.since, line.since)), default=None)
        if account is None and is_first:
            yield _("A new account.")
        if account and not account.name and line.name and "name" not in somebody.changes:
            somebody.changes["name"] = line.name
            yield _("Gets a name.")
        if account and self.told.standing == Member.Standing.MEMBER and account.standing == Member.Standing.FRIEND and is_first:
            somebody.changes["standing"] = Member.Standing.MEMBER
            yield _("Becomes a member.")
        if account and line.since and account.accepted_on is None and somebody.changes.get("accepted_on") != somebody.since:
            somebody.changes["accepted_on"] = somebody.since
            yield _("Member since %(day)s.") % {"day": day(somebody.since)}
        joins = line.group and line.group not in somebody.groups and line.group not in (account.groups if account else ())
        if joins and (self.told.standing == Member.Standing.MEMBER or (account and account.standing == Member.Standing.MEMBER)):
            somebody.groups[line.group] = line.number
            yield _("Joins a group.")

    def check_names(self) -> None:
        """New names that only look like somebody's, here or on an earlier line."""
        named = [one for one in self.work.people if one.name and not (one.account and one.account.name)]
        names = {one.name for one in named}
        taken = {name for some in batched(sorted(names), BATCH, strict=False) for name in naming.taken_for_others(some)}
        first: dict[str, str] = {}
        lines = {line.number: line for line in self.work.lines}
        for one in named:
            letters = naming.plain(one.name)
            if one.name in taken or first.setdefault(shape(one.name), letters) != letters:
                about = Field.NAME if Field.NAME in self.told.columns.values() else Field.LAST
                lines[one.line].wrong.append((self._heading(about), " ".join(naming.alike().messages)))

    def _heading(self, about: Field) -> str:
        return self.told.heading(about)


class _Payments:
    """Which dues the lines make, in the order in which they were paid."""

    def __init__(self, work: Work, told: Described, people: _People, *, club: Club):
        self.work, self.told, self.people, self.club = work, told, people, club
        self.held = {payer: list(rows) for payer, rows in work.known.dues.items()}

    def settle(self) -> None:
        paying = [line for line in self.work.lines if line.is_good and line.plan and line.number in self.people.of_line]
        for line in sorted(paying, key=lambda line: (line.paid_on, line.number)):
            payer, label, organisation = self._payer(line)
            if payer:
                self._settle(line, payer, label, organisation)

    def _payer(self, line: Line) -> tuple[Payer | None, str, Organisation | None]:
        somebody = self.people.of_line[line.number]
        if not line.organisation:
            key = somebody.account.pk if somebody.account else somebody.email
            return ("member", key), line.name or somebody.name or somebody.email, None
        found = self.work.known.organisations.get(fold(line.organisation))
        if found is None:
            said = _("The club knows no organisation called “%(name)s”: add it first.") % {"name": line.organisation[:80]}
            line.wrong.append((self.told.heading(Field.ORGANISATION), said))
            return None, "", None
        return ("organisation", found.pk), found.name, found

    def _settle(self, line: Line, payer: Payer, label: str, organisation: Organisation | None) -> None:
        held = self.held.setdefault(payer, [])
        if self._is_recorded(line, held):
            return
        somebody, asked = self.people.of_line[line.number], self._asked(line, held)
        if asked:
            self.work.payments.append(Payment(line, somebody, organisation, asked.starts_on, asked.ends_on, pays=asked.pk))
            held.remove(asked)
            starts_on, ends_on = asked.starts_on, asked.ends_on
        else:
            starts_on, ends_on = self._period(line, held)
            if not self._fits(line, label, held, starts_on, ends_on):
                return
            self.work.payments.append(Payment(line, somebody, organisation, starts_on, ends_on))
        held.append(
            Held(line.plan.pk, starts_on, ends_on, line.paid_on, line.amount, line.reference, asked.pk if asked else None)
        )
        self.people.done[line.number].append(self._said(line, starts_on, ends_on))

    def _is_recorded(self, line: Line, held: list[Held]) -> bool:
        """Whether dues are here already, whoever recorded them; what contradicts them is noted as wrong."""
        for dues in held:
            is_named = bool(line.reference) and dues.reference == line.reference
            if dues.plan != line.plan.pk or dues.paid_on is None or not (is_named or dues.paid_on == line.paid_on):
                continue
            if (dues.amount, dues.paid_on) == (line.amount, line.paid_on):
                if dues.is_cancelled:
                    self.people.notes[line.number] = _("These dues were cancelled since: they are not recorded again.")
                return True
            if not dues.is_cancelled:
                said = _("These dues are recorded already, paid on %(day)s, %(amount)s: cancel them first, or mend the line.")
                said %= {"day": day(dues.paid_on), "amount": euros(dues.amount)}
                line.wrong.append((self.told.heading(Field.AMOUNT), said))
                return True
        return False

    def _asked(self, line: Line, held: list[Held]) -> Held | None:
        """The dues asked for that this line pays."""
        return next(
            (
                dues
                for dues in held
                if dues.paid_on is None
                and not dues.is_cancelled
                and (dues.plan, dues.amount) == (line.plan.pk, line.amount)
                and (line.starts_on is None or line.starts_on == dues.starts_on)
            ),
            None,
        )

    def _period(self, line: Line, held: list[Held]) -> tuple[date, date | None]:
        """As `treasury.record` has it, on the day of the payment."""
        starts_on = line.starts_on
        if starts_on is None:
            soon = [
                dues.ends_on
                for dues in held
                if dues.ends_on and not dues.is_cancelled and line.paid_on <= dues.ends_on < line.paid_on + treasury.AHEAD
            ]
            starts_on = max(soon) + timedelta(days=1) if soon else line.paid_on
        return starts_on, line.ends_on or treasury.end_of(line.plan, starts_on, club=self.club)

    def _fits(self, line: Line, label: str, held: list[Held], starts_on: date, ends_on: date | None) -> bool:
        if ends_on and ends_on < starts_on:
            line.wrong.append((self.told.heading(Field.ENDS_ON), _("Dues end after they begin.")))
            return False
        for dues in held:
            begins_in_time = ends_on is None or dues.starts_on <= ends_on
            if not dues.is_cancelled and begins_in_time and (dues.ends_on is None or dues.ends_on >= starts_on):
                line.wrong.append((self.told.heading(Field.PAID_ON), str(treasury.twice(label, dues.starts_on, dues.ends_on))))
                return False
        return True

    def _said(self, line: Line, starts_on: date, ends_on: date | None) -> str:
        facts = {"plan": line.plan.name, "amount": euros(line.amount), "start": day(starts_on)}
        if ends_on is None:
            return _("Dues “%(plan)s”, %(amount)s, for life from %(start)s.") % facts
        return _("Dues “%(plan)s”, %(amount)s, from %(start)s to %(end)s.") % (facts | {"end": day(ends_on)})


def _outcomes(work: Work, people: _People) -> None:
    for line in work.lines:
        done = people.done.get(line.number, [])
        if line.wrong:
            work.outcomes[line.number] = Outcome.REFUSED, [said for _heading, said in line.wrong]
        elif line.aside:
            work.outcomes[line.number] = Outcome.ASIDE, [line.aside]
        else:
            note = people.notes.get(line.number)
            work.outcomes[line.number] = _outcome(line, people.of_line[line.number], done), [*done, *([note] if note else [])]


def _outcome(line: Line, somebody: Somebody, done: list[str]) -> str:
    if not done:
        return Outcome.UNCHANGED
    return Outcome.NEW if somebody.account is None and somebody.line == line.number else Outcome.UPDATED
