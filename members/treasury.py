"""Every change of dues: recorded, asked for, paid, cancelled. Who is paid up follows from the rows (`members/models/dues.py`)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members import invoicing
from members.mail import letter
from members.models import Club, Dues, Entry, Member, Organisation, Plan
from members.refusals import Refused
from smclub.dates import day, short_day
from smclub.money import euros

__all__ = ["Refused", "ask_for", "cancel", "pay", "record", "remind"]
AHEAD = timedelta(days=120)  # before their end, from when dues without a date are those that follow
Payer = Member | Organisation


@transaction.atomic
def record(plan: Plan, *, by: Member | None, paid_on: date | None = None, method: str = "", reference: str = "", **terms) -> Dues:
    """Dues that were paid, today unless another day is said; `terms` are those of `_begin`. The payer gets a receipt."""
    dues = _begin(plan, by=by, **terms)
    _mark_paid(dues, paid_on=paid_on or timezone.localdate(), method=method, reference=reference)
    dues.save()
    Entry.objects.write("dues.record", dues, by=by, after="paid", note=_facts(dues))
    _tell("members.dues_receipt", dues)
    return dues


@transaction.atomic
def ask_for(plan: Plan, *, by: Member | None, **terms) -> Dues:
    """Dues that count once they are paid; whoever they go to is told how to pay. `terms` are those of `_begin`."""
    dues = _begin(plan, by=by, **terms)
    dues.save()
    Entry.objects.write("dues.ask", dues, by=by, after="asked", note=_facts(dues))
    _tell("members.dues_asked", dues)
    return dues


@transaction.atomic
def pay(dues: Dues, *, by: Member | None, paid_on: date, method: str, reference: str = "") -> Dues:
    """What was asked for has been paid. Raises Refused."""
    dues = Dues.objects.lock(dues.pk)
    if dues.cancelled_at:
        raise Refused(_("These dues are cancelled: record them anew."), code="cancelled")
    if dues.paid_on:
        raise Refused(_("These dues were paid already."), code="paid")
    _mark_paid(dues, paid_on=paid_on, method=method, reference=reference)
    dues.save(update_fields=["paid_on", "method", "reference"])
    Entry.objects.write("dues.pay", dues, by=by, before="asked", after="paid", note=_facts(dues))
    _tell("members.dues_receipt", dues)
    return dues


@transaction.atomic
def cancel(dues: Dues, *, by: Member | None, reason: str) -> Dues:
    """Dues recorded by mistake or paid back count no more; an invoice of theirs is taken back by a credit note."""
    if not reason.strip():
        raise Refused(_("Give a reason: it stays in the log."), code="required", field="reason")
    dues = Dues.objects.lock(dues.pk)
    if dues.cancelled_at:
        raise Refused(_("These dues are cancelled already."), code="cancelled")
    before = "paid" if dues.paid_on else "asked"
    dues.cancelled_at, dues.cancel_reason = timezone.now(), reason.strip()[:250]
    dues.save(update_fields=["cancelled_at", "cancel_reason"])
    Entry.objects.write("dues.cancel", dues, by=by, before=before, after="cancelled", note=dues.cancel_reason)
    for invoice in dues.invoices.filter(kind="invoice"):
        invoicing.credit(invoice, by=by)
    _tell("members.dues_cancelled", dues)
    return dues


# -- under the lock ------------------------------------------------------------
def _begin(
    plan: Plan,
    *,
    by: Member | None,
    member: Member | None = None,
    organisation: Organisation | None = None,
    contact: Member | None = None,
    amount: Decimal | None = None,
    seats: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    purchase_order: str = "",
) -> Dues:
    """Dues of that plan, not saved yet; what is not said is as in the plan. Raises Refused."""
    payer = _payer(plan, member, organisation)
    _lock(payer)
    dues = Dues(plan=plan, member=member, organisation=organisation, purchase_order=purchase_order, recorded_by=by)
    dues.amount = plan.amount if amount is None else amount
    if organisation:
        dues.contact, dues.seats = contact, seats or plan.seats
    dues.starts_on, dues.ends_on = _period(plan, payer, starts_on=starts_on, ends_on=ends_on)
    _refuse_a_second_time(dues, payer)
    return dues


def _payer(plan: Plan, member: Member | None, organisation: Organisation | None) -> Payer:
    if member and organisation:
        raise Refused(_("Say who pays: a member or an organisation, not both."), code="payer", field="organisation")
    if plan.is_for_organisations and not organisation:
        raise Refused(_("This plan is for organisations: name the one that pays."), code="payer", field="organisation")
    if organisation and not (plan.is_for_organisations or plan.kind == Plan.Kind.HONORARY):
        raise Refused(_("This plan is for people: organisations have plans of their own."), code="plan", field="plan")
    payer = member or organisation
    if payer is None:
        raise Refused(_("Name the member who pays."), code="payer", field="member")
    return payer


def _lock(payer: Payer) -> None:
    """Of two deeds about one payer at the same moment the second waits for the first; a write, for SQLite as well."""
    type(payer)._default_manager.filter(pk=payer.pk).update(name=F("name"))


def _of(payer: Payer):
    return Dues.objects.in_force().filter(Q(member=payer) if isinstance(payer, Member) else Q(organisation=payer))


def _period(plan: Plan, payer: Payer, *, starts_on: date | None, ends_on: date | None) -> tuple[date, date | None]:
    """From the day given, else from the day after dues that end soon, else from today; as long as the plan lasts."""
    today = timezone.localdate()
    if starts_on is None:
        last = _of(payer).filter(ends_on__gte=today, ends_on__lt=today + AHEAD).order_by("-ends_on").first()
        starts_on = last.ends_on + timedelta(days=1) if last else today
    if ends_on is None:
        ends_on = end_of(plan, starts_on)
    if ends_on and ends_on < starts_on:
        raise Refused(_("Dues end after they begin."), code="period", field="ends_on")
    return starts_on, ends_on


def end_of(plan: Plan, starts_on: date, *, club: Club | None = None) -> date | None:
    """The last day of `plan` begun on that day; None for life. Who asks often gives the club."""
    if plan.term == Plan.Term.LIFE:
        return None
    if plan.term == Plan.Term.SEASON:
        return (club or Club.current()).season_of(starts_on)[1]
    try:
        return starts_on.replace(year=starts_on.year + 1) - timedelta(days=1)
    except ValueError:  # begun on 29 February
        return date(starts_on.year + 1, 2, 28)


def _refuse_a_second_time(dues: Dues, payer: Payer) -> None:
    """One payer has one period at a time."""
    same = _of(payer).filter(Q(ends_on=None) | Q(ends_on__gte=dues.starts_on))
    if dues.ends_on:
        same = same.filter(starts_on__lte=dues.ends_on)
    other = same.order_by("starts_on").first()
    if other is None:
        return
    raise twice(payer, other.starts_on, other.ends_on)


def twice(payer: object, starts_on: date, ends_on: date | None) -> Refused:
    """What is said of dues that would count beside those of `payer` from one day to the other."""
    facts = {"payer": payer, "start": day(starts_on)}
    if ends_on is None:
        return Refused(_("%(payer)s has dues for life since %(start)s.") % facts, code="twice", field="starts_on")
    facts["end"] = day(ends_on)
    return Refused(
        _("%(payer)s has dues from %(start)s to %(end)s: cancel these first, or give a later day.") % facts,
        code="twice",
        field="starts_on",
    )


def _mark_paid(dues: Dues, *, paid_on: date, method: str, reference: str) -> None:
    if paid_on > timezone.localdate():
        raise Refused(_("That day is still to come: dues count once they are paid."), code="future", field="paid_on")
    if dues.amount and method not in Dues.Method.values:
        raise Refused(_("Say how they were paid."), code="method", field="method")
    dues.paid_on, dues.method, dues.reference = paid_on, method, reference


def _facts(dues: Dues) -> str:
    """What the log keeps of it, whatever becomes of the row."""
    period = f"{short_day(dues.starts_on)} → {short_day(dues.ends_on) if dues.ends_on else '∞'}"
    paid = f"{dues.get_method_display()} {short_day(dues.paid_on)}".strip() if dues.paid_on else ""
    return " · ".join(filter(None, (euros(dues.amount), period, paid, dues.reference, dues.purchase_order)))


def _tell(kind: str, dues: Dues) -> None:
    if dues.addressee:
        letter(kind, key=f"dues:{dues.pk}:{kind}", to=dues.addressee, dues=dues.pk)


# -- reminders -----------------------------------------------------------------
def remind() -> int:
    """Writes, once each, to payers whose dues end within thirty days, have ended, or ended a fortnight ago; how many.

    Late by days or run twice, the letter of each moment is written once at most; whoever has renewed gets none.
    """
    written = 0
    for dues, moment in due_for_a_reminder():
        if dues.addressee:
            letter("members.dues_reminder", key=f"dues:{dues.pk}:{moment}", to=dues.addressee, dues=dues.pk, moment=moment)
            written += 1
    return written


def due_for_a_reminder():
    """(dues, "before", "end" or "after")."""
    today = timezone.localdate()
    waiting = Dues.objects.not_renewed().ending(after=today - timedelta(days=45), until=today + timedelta(days=30))
    for dues in waiting.for_lists().order_by("pk"):
        yield dues, moment_of(dues, today)


def moment_of(dues: Dues, today: date) -> str:
    if dues.ends_on > today:
        return "before"
    return "end" if dues.ends_on > today - timedelta(days=15) else "after"
