"""The letters about dues put into words, each dropped once it is no longer true."""

from datetime import timedelta

from django.utils import timezone

from members import treasury
from members.mail import composes
from members.models import Club, Dues, DuesSeat, Letter
from smclub.addresses import absolute, in_language


def _dues(row: Letter) -> Dues | None:
    return Dues.objects.for_lists().filter(pk=row.context["dues"]).first()


def _facts(row: Letter, dues: Dues) -> dict:
    club = Club.current()
    invoice = dues.invoices.filter(kind="invoice").first()
    return {
        "dues": dues,
        "page_url": absolute(in_language(row.language, "members:dues")),
        "receipt_url": absolute(in_language(row.language, "members:receipt", dues.pk)),
        "invoice_url": absolute(in_language(row.language, "members:invoice", invoice.number)) if invoice else "",
        "payment_url": club.payment_url,
        "payment_details": club.payment_details,
    }


@composes("members.dues_receipt")
def _receipt(row: Letter) -> dict | None:
    dues = _dues(row)
    return _facts(row, dues) if dues and dues.is_paid else None


@composes("members.dues_asked")
def _asked(row: Letter) -> dict | None:
    dues = _dues(row)
    return _facts(row, dues) if dues and dues.is_asked else None


@composes("members.dues_cancelled")
def _cancelled(row: Letter) -> dict | None:
    dues = _dues(row)
    return _facts(row, dues) if dues and dues.cancelled_at else None


@composes("members.dues_seat")
def _seat(row: Letter) -> dict | None:
    seats = DuesSeat.objects.select_related("dues__organisation", "dues__plan")
    seat = seats.filter(pk=row.context["seat"], dues__cancelled_at=None).first()
    return _facts(row, seat.dues) | {"seat": seat} if seat else None


@composes("members.dues_reminder")
def _reminder(row: Letter) -> dict | None:
    """Nothing to whoever has renewed meanwhile, nor about a moment that has gone by."""
    dues = Dues.objects.not_renewed().for_lists().filter(pk=row.context["dues"]).first()
    if dues is None or dues.addressee != row.member:
        return None
    if treasury.moment_of(dues, timezone.localdate()) != row.context["moment"]:
        return None
    asked = Dues.objects.asked().filter(member=dues.member_id, organisation=dues.organisation_id).first()
    grace_ends_on = dues.ends_on + timedelta(days=Club.current().grace_days)
    told = {"dues": dues, "moment": row.context["moment"]}
    return _facts(row, asked or dues) | told | {"grace_ends_on": grace_ends_on if grace_ends_on >= timezone.localdate() else None}
