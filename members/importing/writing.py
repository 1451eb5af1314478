"""The deeds of a file, done in one transaction: all of them, or none with the line that stood in the way."""

from collections.abc import Callable, Sequence
from itertools import batched

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.importing.matching import BATCH, Known, Payment, Somebody, Work, known_about
from members.joining import close_applications
from members.models import Dues, Entry, GroupMembership, Import, Letter, Member
from members.models.shape import shape
from smclub.changed import pages_changed


class Unwritable(Exception):
    """The line that could not be written, and why; nothing of the file is."""

    def __init__(self, line: int, sentence: str):
        super().__init__(sentence)
        self.line = line


class Writing:
    """One file being written. Nothing that decides may have changed since `work` was planned: it is asked again, under locks."""

    def __init__(self, work: Work, *, batch: Import, standing: str, writes_letters: bool, tell: Callable[[int], None]):
        self.work, self.batch, self.by = work, batch, batch.made_by
        self.standing, self.writes_letters, self.tell = standing, writes_letters, tell
        self.today, self.done = timezone.localdate(), 0
        self.paid_first = {}
        for payment in sorted(work.payments, key=lambda payment: payment.line.paid_on, reverse=True):
            self.paid_first[id(payment.somebody)] = payment.line.paid_on
        newcomers = [somebody for somebody in work.people if somebody.account is None]
        self.members = {id(somebody): self._account(somebody) for somebody in newcomers}

    @transaction.atomic
    def write(self) -> None:
        """Raises Unwritable."""
        self._ask_again()
        for newcomers in self._some([somebody for somebody in self.work.people if somebody.account is None]):
            self._each_or_tell(newcomers, self._welcome, lambda somebody: somebody.line)
        for known in self._some([somebody for somebody in self.work.people if somebody.account and somebody.changes]):
            self._each_or_tell(known, self._change, lambda somebody: somebody.line)
        joining = [(somebody, group, line) for somebody in self.work.people for group, line in somebody.groups.items()]
        for some in self._some(joining):
            self._each_or_tell(some, self._join, lambda joined: joined[2])
        for payments in self._some(self.work.payments):
            self._each_or_tell(payments, self._record, lambda payment: payment.line.number)
        pages_changed()

    # -- nothing has changed meanwhile ---------------------------------------------------
    def _ask_again(self) -> None:
        good = [line for line in self.work.lines if line.is_good]
        now = known_about(good, lock=True)
        if now == self.work.known:
            return
        for line in good:
            if _about(now, line.email) != _about(self.work.known, line.email):
                raise Unwritable(line.number, _("Somebody changed this account or its dues in the meantime: try the file again."))
        raise Unwritable(good[0].number, _("Somebody changed an organisation or its dues in the meantime: try the file again."))

    # -- by the hundred, and one by one when something is wrong ----------------------------
    def _some(self, things: Sequence):
        for some in batched(things, BATCH, strict=False):
            yield list(some)
            self.done += len(some)
            self.tell(self.done)

    def _each_or_tell(self, things: list, deed: Callable[[list], None], number: Callable) -> None:
        """Does the deed to all at once; where the database refuses, to one after the other, to name the line that it means."""
        try:
            with transaction.atomic():
                return deed(things)
        except DatabaseError:
            for thing in things:
                self._do_or_tell(thing, deed, number(thing))
        raise Unwritable(number(things[0]), _("The database refuses this line and those after it."))

    def _do_or_tell(self, thing, deed: Callable[[list], None], line: int) -> None:
        try:
            with transaction.atomic():
                deed([thing])
        except DatabaseError as error:
            reason = str(error).partition("\n")[0][:160]
            raise Unwritable(line, _("The database refuses this line: %(reason)s.") % {"reason": reason}) from error

    # -- the deeds -------------------------------------------------------------------------
    def _welcome(self, newcomers: list[Somebody]) -> None:
        """Accounts that nobody has opened yet: their address proves itself with the first code, as everybody's does."""
        made = Member.objects.bulk_create(self.members[id(somebody)] for somebody in newcomers)
        EmailAddress.objects.bulk_create(EmailAddress(user=member, email=member.email, primary=True) for member in made)
        self._log("member.import", made, after=self.standing)
        if self.writes_letters:
            Letter.objects.bulk_create(map(self._letter, made))

    def _account(self, somebody: Somebody) -> Member:
        is_member = self.standing == Member.Standing.MEMBER
        return Member(
            email=somebody.email,
            name=somebody.name,
            password=make_password(None),
            standing=self.standing,
            language=somebody.language or self.batch.language,
            accepted_on=self._since(somebody) if is_member else None,
        )

    def _since(self, somebody: Somebody):
        return min(filter(None, (somebody.since, self.paid_first.get(id(somebody)))), default=self.today)

    def _letter(self, member: Member) -> Letter:
        """No task sends it at once: the sweep of each minute takes them by turns, behind what is more urgent."""
        return Letter(
            kind="members.imported",
            key=f"import:{self.batch.pk}:{member.pk}",
            member=member,
            to_email=member.email,
            language=member.language,
        )

    def _change(self, known: list[Somebody]) -> None:
        members = []
        for somebody in known:
            member = Member(pk=somebody.account.pk, email=somebody.email, name=somebody.account.name)
            member.standing, member.accepted_on = somebody.account.standing, somebody.account.accepted_on
            for name, value in somebody.changes.items():
                setattr(member, name, value)
            if "standing" in somebody.changes:
                member.accepted_on = member.accepted_on or self._since(somebody)
            member.name_shape = shape(member.name)
            members.append(member)
        Member.objects.bulk_update(members, ["name", "name_shape", "standing", "accepted_on"])
        risen = [member for member, somebody in zip(members, known, strict=True) if "standing" in somebody.changes]
        close_applications(risen, by=self.by)
        self._log("member.import", members, after="")

    def _join(self, joined: list[tuple[Somebody, int, int]]) -> None:
        GroupMembership.objects.bulk_create(
            GroupMembership(group_id=group, member=self._member(somebody)) for somebody, group, _line in joined
        )

    def _record(self, payments: list[Payment]) -> None:
        new = [self._dues(payment) for payment in payments if payment.pays is None]
        paid = [self._dues(payment) for payment in payments if payment.pays]
        Dues.objects.bulk_create(new)
        Dues.objects.bulk_update(paid, ["paid_on", "method", "reference"])
        self._log("dues.import", [*new, *paid], after="paid")

    def _dues(self, payment: Payment) -> Dues:
        line, member = payment.line, self._member(payment.somebody)
        payer = {"organisation": payment.organisation, "contact": member} if payment.organisation else {"member": member}
        return Dues(
            pk=payment.pays,
            plan=line.plan,
            amount=line.amount,
            seats=line.plan.seats if payment.organisation else 1,
            starts_on=payment.starts_on,
            ends_on=payment.ends_on,
            recorded_by=self.by,
            paid_on=line.paid_on,
            method=line.method,
            reference=line.reference,
            **payer,
        )

    def _member(self, somebody: Somebody) -> Member:
        """Their account, as far as a foreign key and a line of the log ask; made from what is known, without a question."""
        account = somebody.account
        return Member(pk=account.pk, email=account.email, name=account.name) if account else self.members[id(somebody)]

    def _log(self, verb: str, rows: Sequence, *, after: str) -> None:
        note = f"{self.batch.name} ({self.batch.pk})"
        Entry.objects.bulk_create(Entry.objects.line(verb=verb, subject=row, by=self.by, after=after, note=note) for row in rows)


def _about(known: Known, email: str) -> tuple:
    account = known.accounts.get(email)
    return account, known.dues.get(("member", account.pk)) if account else None
