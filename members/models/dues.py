"""What members and organisations pay the club for a season or a year, and the one home of who is paid up."""

from datetime import date, timedelta
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import DateField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.club import GRACE_DAYS, Club
from smclub.languages import Text, localised


class DuesState(models.TextChoices):
    """Of a member, on a given day. Paid up is current or in grace."""

    CURRENT = "current", _("Current")
    GRACE = "grace", _("In grace")
    AHEAD = "ahead", _("Paid ahead")
    TO_RENEW = "renew", _("To renew")
    NEVER = "never", _("Never paid")


class Plan(models.Model):
    """What may be paid for (*formule d'adhésion*): for whom, how much, for how long."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        STUDENT = "student", _("Student")
        COMPANY = "company", _("Company")
        HONORARY = "honorary", _("Honorary member")

    class Term(models.TextChoices):
        SEASON = "season", _("Until the end of the season")
        YEAR = "year", _("One year from the day it begins")
        LIFE = "life", _("For life")

    name = models.CharField(_("name"), max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True, help_text=_("For whom, in a sentence."))
    description_en = models.CharField(_("English description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INDIVIDUAL)
    amount = models.DecimalField(
        _("amount"), max_digits=8, decimal_places=2, default=0, validators=[MinValueValidator(0)], help_text=_("In euros.")
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=1, help_text=_("How many people a company’s plan makes paid up; its contact hands the seats out.")
    )
    term = models.CharField(_("how long"), max_length=6, choices=Term, default=Term.SEASON)
    is_offered = models.BooleanField(_("offered"), default=True, help_text=_("Shown on the page about joining the club."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="plan_amount", violation_error_message=_("An amount is not negative.")
            ),
            models.CheckConstraint(
                condition=Q(kind="company", seats__gte=1) | (~Q(kind="company") & Q(seats=1)),
                name="plan_seats",
                violation_error_message=_("A company’s plan has one seat or more, any other exactly one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> Text:
        return localised(self, "name")

    @property
    def about(self) -> Text:
        return localised(self, "description")

    @property
    def is_for_organisations(self) -> bool:
        return self.kind == self.Kind.COMPANY


class _DaysBefore(Func):
    """A date less a number of days, both expressions; each database counts days in its own words."""

    arity, output_field = 2, DateField()
    template, arg_joiner = "(%(expressions)s)", " - "

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="date(%(expressions)s || ' days')", arg_joiner=", '-' || ", **context)


def grace_limit(on: date) -> Coalesce:
    """The last day in the past on which dues may have ended that are in grace on the day `on`."""
    days = Subquery(Club.objects.filter(pk=1).values("grace_days"))
    return Coalesce(_DaysBefore(Value(on, DateField()), days), Value(on - timedelta(days=GRACE_DAYS), DateField()))


class DuesQuerySet(models.QuerySet):
    def lock(self, pk: int) -> Any:
        """The dues as they stand, held until the transaction ends: by a write, which locks on SQLite and PostgreSQL alike."""
        self.filter(pk=pk).update(seats=F("seats"))
        return self.select_related("plan", "member", "organisation", "contact").get(pk=pk)

    def in_force(self):
        """Not cancelled, paid or not."""
        return self.filter(cancelled_at=None)

    def asked(self):
        """Asked for and not paid yet."""
        return self.in_force().filter(paid_on=None)

    def counting(self, on: date | None = None):
        """Paid by that day, and not cancelled."""
        return self.in_force().filter(paid_on__lte=on or timezone.localdate())

    def begun(self, on: date | None = None):
        on = on or timezone.localdate()
        return self.counting(on).filter(starts_on__lte=on)

    def current(self, on: date | None = None):
        on = on or timezone.localdate()
        return self.begun(on).filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def good(self, on: date | None = None):
        """Current or in grace: those that make somebody paid up."""
        on = on or timezone.localdate()
        return self.begun(on).filter(Q(ends_on=None) | Q(ends_on__gte=grace_limit(on)))

    def about(self, member):
        """In the name of `member`, or of an organisation that gave them a seat."""
        return self.filter(Q(member=member) | Exists(DuesSeat.objects.filter(dues=OuterRef("pk"), member=member)))

    def led_by(self, member):
        """Of organisations whose contact `member` is."""
        return self.filter(organisation__isnull=False, contact=member)

    def visible_to(self, visitor):
        """Those that `visitor` paid for, or looks after for an organisation; all of them for who keeps the accounts."""
        if not getattr(visitor, "is_authenticated", False):
            return self.none()
        return self.all() if visitor.may("members.change_dues") else self.filter(Q(member=visitor) | Q(contact=visitor))

    def not_renewed(self):
        """The latest of each payer that end one day, with nothing paid for afterwards, a seat elsewhere included."""
        longer = Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")) | Q(ends_on=OuterRef("ends_on"), pk__gt=OuterRef("pk"))
        later = Dues.objects.counting().filter(longer)
        seats = DuesSeat.objects.filter(member=OuterRef("member"), dues__cancelled_at=None, dues__paid_on__isnull=False)
        seats = seats.filter(Q(dues__ends_on=None) | Q(dues__ends_on__gt=OuterRef("ends_on")))
        return self.counting().filter(
            ~Exists(later.filter(member=OuterRef("member"))),
            ~Exists(later.filter(organisation=OuterRef("organisation"))),
            ~Exists(seats),
            ends_on__isnull=False,
        )

    def ending(self, *, after: date, until: date):
        return self.filter(ends_on__gt=after, ends_on__lte=until)

    def in_grace(self):
        """Over since less time than the grace, and not renewed."""
        today = timezone.localdate()
        return self.not_renewed().filter(ends_on__lt=today, ends_on__gte=grace_limit(today))

    def to_renew(self):
        """Over since longer than the grace, and not renewed."""
        return self.not_renewed().filter(ends_on__lt=grace_limit(timezone.localdate()))

    def for_lists(self):
        return self.select_related("plan", "member", "organisation", "contact").prefetch_related("invoices")

    def with_holders(self):
        """With the seats of each and who has them, in the order given."""
        holders = DuesSeat.objects.select_related("member").order_by("given_on", "pk")
        return self.prefetch_related(models.Prefetch("holders", holders))

    def latest_first(self):
        return self.order_by(F("ends_on").desc(nulls_first=True), "-pk")


class Dues(models.Model):
    """What one member or one organisation paid, or is asked to pay, for one period (*cotisation*). Never deleted."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        CHEQUE = "cheque", _("Cheque")
        CASH = "cash", _("Cash")
        CARD = "card", _("Card")
        PAGE = "page", _("Payment page")

    STATES = {"asked": _("Asked for"), "paid": _("Paid"), "cancelled": pgettext_lazy("dues", "Cancelled")}  # in the log

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="dues", verbose_name=_("plan"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="dues", verbose_name=_("member")
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, null=True, blank=True, related_name="dues", verbose_name=_("organisation")
    )
    contact = models.ForeignKey(
        "members.Member",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="dues_led",
        verbose_name=_("contact"),
        help_text=_("The member who hands out an organisation’s seats and receives its letters."),
    )
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: for life."))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    method = models.CharField(_("paid by"), max_length=8, choices=Method, blank=True)
    reference = models.CharField(
        _("reference"), max_length=80, blank=True, help_text=_("Of the payment: number of the cheque, words of the transfer.")
    )
    purchase_order = models.CharField(_("purchase order"), max_length=80, blank=True, help_text=_("What the invoice repeats."))
    recorded_by = models.ForeignKey(
        "members.Member", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = DuesQuerySet.as_manager()

    class Meta:
        verbose_name = _("dues")
        verbose_name_plural = pgettext_lazy("several", "dues")
        indexes = [
            models.Index(fields=["member", "ends_on"], name="dues_member"),
            models.Index(fields=["organisation", "ends_on"], name="dues_organisation"),
            models.Index(fields=["ends_on"], name="dues_ends"),
            models.Index(fields=["paid_on"], name="dues_paid"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None) | Q(organisation=None),  # neither: the account was erased, the books stay
                name="dues_one_payer",
                violation_error_message=_("Say who pays: a member or an organisation, not both."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="dues_amount", violation_error_message=_("An amount is not negative.")
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="dues_end_after_start",
                violation_error_message=_("Dues end after they begin."),
            ),
            models.CheckConstraint(
                condition=Q(paid_on=None) | ~Q(method="") | Q(amount=0),
                name="dues_paid_somehow",
                violation_error_message=_("Say how they were paid."),
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(contact=None, seats=1),
                name="dues_seats_of_organisations",
                violation_error_message=_("Only an organisation has a contact and several seats."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancel_reason=""),
                name="dues_cancelled_for_a_reason",
                violation_error_message=_("Give a reason: it stays in the log."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} · {self.plan}"

    def get_absolute_url(self) -> str:
        """Its receipt."""
        return reverse("members:receipt", args=[self.pk])

    @property
    def payer(self):
        return self.organisation or self.member or _("an account erased since")

    @property
    def is_paid(self) -> bool:
        """Whether they count."""
        return self.paid_on is not None and self.cancelled_at is None

    @property
    def is_asked(self) -> bool:
        return self.paid_on is None and self.cancelled_at is None

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        return self.is_paid and self.starts_on <= today and (self.ends_on is None or self.ends_on >= today)

    @property
    def seats_left(self) -> int:
        """Of dues that came `with_holders`."""
        return max(self.seats - len(self.holders.all()), 0)

    @property
    def addressee(self):
        """The member to whom letters about them go, or None."""
        member = self.contact if self.organisation_id else self.member
        return member if member and member.is_active else None


class DuesSeat(models.Model):
    """A seat of an organisation's dues in the hands of a member, who is paid up by it."""

    dues = models.ForeignKey(Dues, models.CASCADE, related_name="holders", verbose_name=_("dues"))
    member = models.ForeignKey("members.Member", models.CASCADE, related_name="dues_seats", verbose_name=_("member"))
    given_on = models.DateField(pgettext_lazy("a seat", "given"), default=timezone.localdate)

    class Meta:
        verbose_name = _("seat of an organisation")
        verbose_name_plural = _("seats of organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["dues", "member"], name="dues_seat_once", violation_error_message=_("This member has a seat already.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.dues}"


def held(dues, on: date | None = None) -> Q:
    """The condition on members that one of `dues` is theirs, in their own name or by a seat they had on that day."""
    on = on or timezone.localdate()
    by_seat = dues.filter(holders__member=OuterRef("pk"), holders__given_on__lte=on)
    return Q(Exists(dues.filter(member=OuterRef("pk")))) | Q(Exists(by_seat))
