from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.dues import Dues


class SeriesQuerySet(models.QuerySet):
    def lock(self, year: int) -> Any:
        """The series of that year with its next number taken, held until the transaction ends; a rollback gives it back."""
        self.get_or_create(year=year)
        self.filter(year=year).update(last=F("last") + 1)
        return self.get(year=year)


class InvoiceSeries(models.Model):
    """The last number given in a year: numbers follow each other without a gap, as the law wants."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of invoices")
        verbose_name_plural = _("series of invoices")

    def __str__(self) -> str:
        return f"{self.year}-{self.last:04}"

    @property
    def issued_on(self) -> date:
        """Today, or the last day of its year for who waited over midnight: dates follow numbers."""
        return min(timezone.localdate(), date(self.year, 12, 31))


class InvoiceQuerySet(models.QuerySet):
    def visible_to(self, visitor):
        return self.filter(dues__in=Dues.objects.visible_to(visitor).values("pk"))

    def in_order(self):
        return self.order_by("-series", "-rank")


class Invoice(models.Model):
    """An invoice (*facture*) of an organisation's dues, or the credit note (*avoir*) that takes one back, as it was sent.

    It repeats everything that it says: what becomes of the club or of the payer afterwards changes nothing of it.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT = "credit", _("Credit note")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.INVOICE)
    series = models.ForeignKey(InvoiceSeries, models.PROTECT, related_name="invoices", verbose_name=_("year"))
    rank = models.PositiveIntegerField(_("rank in the year"))
    number = models.CharField(_("number"), max_length=12, unique=True)
    dues = models.ForeignKey(Dues, models.PROTECT, related_name="invoices", verbose_name=_("dues"))
    credited = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="credit_note", verbose_name=_("takes back")
    )
    issued_on = models.DateField(_("date"))
    issued_by = models.ForeignKey("members.Member", models.SET_NULL, null=True, related_name="+", verbose_name=_("made by"))
    club_name = models.CharField(_("club"), max_length=80)
    club_address = models.CharField(_("its address"), max_length=200)
    club_registration = models.CharField(_("its number"), max_length=40)
    payer_name = models.CharField(_("payer"), max_length=150)
    payer_address = models.TextField(_("its address"))
    payer_siret = models.CharField("SIRET", max_length=18, blank=True)
    purchase_order = models.CharField(_("purchase order"), max_length=80, blank=True)
    line = models.CharField(_("what is paid for"), max_length=250)
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=2)
    vat_mention = models.CharField(_("VAT mention"), max_length=200)
    payment_details = models.TextField(_("other ways to pay"), blank=True)
    terms = models.TextField(_("conditions of payment"), blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["series", "rank"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["dues"],
                condition=Q(kind="invoice"),
                name="invoice_once",
                violation_error_message=_("These dues have an invoice already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credited=None) | Q(kind="credit", credited__isnull=False),
                name="invoice_credit_names_invoice",
                violation_error_message=_("A credit note names the invoice that it takes back."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("members:invoice", args=[self.number])

    @property
    def is_credit(self) -> bool:
        return self.kind == self.Kind.CREDIT

    @property
    def signed_amount(self) -> Decimal:
        return -self.amount if self.is_credit else self.amount
