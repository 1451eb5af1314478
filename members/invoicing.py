"""Invoices and credit notes: numbered without a gap, never changed afterwards."""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Club, Dues, Entry, Invoice, InvoiceSeries, Member
from members.refusals import Refused
from smclub.dates import day
from smclub.money import euros


@transaction.atomic
def issue(dues: Dues, *, by: Member | None) -> Invoice:
    """The invoice of an organisation's dues, paid or asked for. Raises Refused while something that it must say is missing."""
    dues = Dues.objects.lock(dues.pk)
    club = Club.current()
    _refuse_unless_it_may_be_made(dues, club)
    organisation = dues.organisation
    return _write(
        dues,
        by=by,
        club_name=club.name,
        club_address=club.seat,
        club_registration=club.registration,
        payer_name=organisation.name,
        payer_address=organisation.billing_address,
        payer_siret=organisation.siret,
        purchase_order=dues.purchase_order,
        line=_line(dues),
        amount=dues.amount,
        vat_mention=club.vat_mention,
        payment_details=club.payment_details,
        terms=club.invoice_terms,
    )


def credit(invoice: Invoice, *, by: Member | None) -> Invoice:
    """The credit note that takes `invoice` back whole, in the transaction of the deed that cancels its dues."""
    copied = ("club_name", "club_address", "club_registration", "payer_name", "payer_address", "payer_siret")
    copied += ("purchase_order", "line", "amount", "vat_mention")
    said = {name: getattr(invoice, name) for name in copied}
    return _write(invoice.dues, by=by, kind=Invoice.Kind.CREDIT, credited=invoice, **said)


def _write(dues: Dues, *, by: Member | None, **said) -> Invoice:
    """Takes the next number last, so that whoever waits for it waits for this row alone."""
    series = InvoiceSeries.objects.lock(timezone.localdate().year)
    invoice = Invoice.objects.create(
        dues=dues,
        series=series,
        rank=series.last,
        number=str(series),
        issued_on=series.issued_on,
        issued_by=by,
        **said,
    )
    Entry.objects.write(f"dues.{invoice.kind}", invoice, by=by, after=invoice.number, note=euros(invoice.amount))
    return invoice


def _refuse_unless_it_may_be_made(dues: Dues, club: Club) -> None:
    if not dues.organisation_id:
        raise Refused(_("Members have a receipt; an invoice is for an organisation."), code="member")
    if dues.cancelled_at:
        raise Refused(_("These dues are cancelled."), code="cancelled")
    if dues.invoices.filter(kind=Invoice.Kind.INVOICE).exists():
        raise Refused(_("These dues have an invoice already."), code="twice")
    if club.invoice_gaps:
        raise Refused(
            _("The club’s settings lack what an invoice must say: its seat, its RNA or SIRET number, its VAT mention."),
            code="club",
        )
    if not dues.organisation.billing_address.strip():
        raise Refused(_("Write the billing address of this organisation first."), code="address")


def _line(dues: Dues) -> str:
    """In French, whoever makes it: the paper is for French books."""
    with translation.override("fr"):
        facts = {"plan": dues.plan.name, "start": day(dues.starts_on), "n": dues.seats}
        if dues.ends_on is None:
            said = _("Dues “%(plan)s”, for life from %(start)s") % facts
        else:
            said = _("Dues “%(plan)s”, from %(start)s to %(end)s") % (facts | {"end": day(dues.ends_on)})
        seats = ngettext("%(n)s person", "%(n)s people", dues.seats) % facts
        return f"{said} ({seats})"[:250]
