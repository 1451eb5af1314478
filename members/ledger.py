"""What the club received in a year, for the treasurer and the accountant: the page of totals and its file share these."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Dues


@dataclass(frozen=True)
class Part:
    label: object
    number: int
    total: Decimal


@dataclass(frozen=True)
class Year:
    year: int
    received: Part
    by_plan: list[Part]
    by_method: list[Part]
    by_month: list[Part]
    cancelled: Part
    asked: Part


def years() -> list[int]:
    """Those of payments, the latest first; this one always."""
    found = {day.year for day in Dues.objects.filter(paid_on__isnull=False).dates("paid_on", "year")}
    return sorted(found | {timezone.localdate().year}, reverse=True)


def of(year: int) -> Year:
    """By the day of payment; what was cancelled afterwards is apart, and so is what is still asked for, whatever the year."""
    paid = Dues.objects.filter(paid_on__year=year)
    received = paid.in_force()
    methods = dict(Dues.Method.choices)
    return Year(
        year=year,
        received=_sum("", received),
        by_plan=_parts(received, "plan__name", order="plan__position"),
        by_method=[Part(methods.get(part.label, "–"), part.number, part.total) for part in _parts(received, "method")],
        by_month=_parts(received.annotate(month=TruncMonth("paid_on")), "month"),
        cancelled=_sum("", paid.filter(cancelled_at__isnull=False)),
        asked=_sum("", Dues.objects.asked()),
    )


def _parts(rows, name: str, *, order: str = "") -> list[Part]:
    grouped = rows.values(name).annotate(number=Count("pk"), total=Sum("amount"), **({"place": F(order)} if order else {}))
    return [Part(row[name], row["number"], row["total"]) for row in grouped.order_by(*(["place"] if order else []), name)]


def _sum(label: str, rows) -> Part:
    found = rows.aggregate(number=Count("pk"), total=Sum("amount"))
    return Part(label, found["number"], found["total"] or Decimal(0))


def header() -> list[str]:
    return [
        _("Number"),
        _("Paid on"),
        _("Payer"),
        _("Plan"),
        _("Amount"),
        _("Paid by"),
        _("Reference"),
        _("From"),
        _("Until"),
        _("Invoice"),
        _("Purchase order"),
        _("Cancelled"),
        _("Reason"),
    ]


def lines(year: int):
    """One row per payment, those cancelled since included: the accountant sees both."""
    rows = Dues.objects.filter(paid_on__year=year).select_related("plan", "member", "organisation")
    rows = rows.prefetch_related("invoices").order_by("paid_on", "pk")
    for dues in rows:
        yield [
            dues.pk,
            dues.paid_on,
            dues.payer,
            dues.plan.name,
            dues.amount,
            dues.get_method_display() if dues.method else "",
            dues.reference,
            dues.starts_on,
            dues.ends_on,
            ", ".join(sorted(invoice.number for invoice in dues.invoices.all())),
            dues.purchase_order,
            dues.cancelled_at,
            dues.cancel_reason,
        ]
