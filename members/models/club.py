from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from smclub.languages import Text, localised
from smclub.links import web_address

GRACE_DAYS = 30
HANDOVER = """La boîte de courriel du club
Le nom de domaine
L’hébergement du site, ses clés et ses sauvegardes
Le compte en banque et ses signatures
Les comptes des réseaux sociaux
Les papiers de l’association : statuts, registre, assurance
Les clés de la salle et le matériel"""
LETTERS_A_WEEK = 3


class Club(models.Model):
    """The chapter's own settings: exactly one row."""

    class Joining(models.TextChoices):
        OPEN = "open", _("Open to all")
        APPLICATION = "application", _("By application")
        INVITATION = "invitation", _("By invitation")

    name = models.CharField(_("name"), max_length=80, default="Social Media Club France")
    short_name = models.CharField(_("short name"), max_length=30, default="SMC France")
    tagline = models.CharField(_("tagline"), max_length=150, blank=True)
    tagline_en = models.CharField(_("English tagline"), max_length=150, blank=True)
    objective = models.TextField(_("what the club is for"), blank=True)
    objective_en = models.TextField(_("what the club is for, in English"), blank=True)
    gains = models.TextField(_("what a member gains"), blank=True, help_text=_("One per line."))
    gains_en = models.TextField(_("what a member gains, in English"), blank=True, help_text=_("One per line."))
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    joining = models.CharField(_("becoming a member"), max_length=12, choices=Joining, default=Joining.APPLICATION)
    meetings_offered = models.PositiveSmallIntegerField(
        _("meetings offered before joining"),
        null=True,
        blank=True,
        help_text=_("A friend who went to as many is then asked to apply. Empty: as many as they like."),
    )
    conduct_version = models.CharField(
        _("version of the code of conduct"),
        max_length=20,
        blank=True,
        help_text=_(
            "For instance 2026-11. Whoever registers, comments or applies accepts it once, and again when it changes. "
            "Empty: nobody is asked."
        ),
    )
    letters_a_week = models.PositiveSmallIntegerField(
        _("letters a week"),
        default=LETTERS_A_WEEK,
        help_text=_("The most that anybody gets of what they did not ask for; the rest waits for Monday’s summary."),
    )
    contact_email = models.EmailField(_("contact address"), blank=True)
    press_email = models.EmailField(_("press address"), blank=True)
    partners_email = models.EmailField(_("partners’ address"), blank=True)
    hashtag = models.CharField(_("hashtag"), max_length=40, blank=True)
    mastodon = models.URLField("Mastodon", blank=True, validators=[web_address])
    bluesky = models.URLField("Bluesky", blank=True, validators=[web_address])
    linkedin = models.URLField("LinkedIn", blank=True, validators=[web_address])
    publisher_name = models.CharField(_("director of publication"), max_length=120, blank=True)
    seat = models.CharField(_("seat"), max_length=200, blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    registration = models.CharField(_("RNA or SIRET number"), max_length=40, blank=True)
    host = models.CharField(_("host of the site"), max_length=250, blank=True, help_text=_("Name, address, telephone."))
    season_starts_month = models.PositiveSmallIntegerField(
        _("first month of the season"),
        default=9,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("1 to 12."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=GRACE_DAYS,
        help_text=_("After the end of their dues, how long members still count as paid up."),
    )
    payment_url = models.URLField(
        _("payment page"), blank=True, validators=[web_address], help_text=_("Where dues are paid online.")
    )
    payment_details = models.TextField(
        _("other ways to pay"), blank=True, help_text=_("IBAN, order and address of the cheque… Members and invoices read it.")
    )
    vat_mention = models.CharField(
        _("VAT mention"),
        max_length=200,
        blank=True,
        help_text=_("What every invoice says about VAT; ask your accountant. Without it no invoice is made."),
    )
    invoice_terms = models.TextField(
        _("conditions of payment"), blank=True, help_text=_("What every invoice says besides: time to pay, late payment…")
    )

    handover = models.TextField(
        _("what is handed on by hand"),
        blank=True,
        default=HANDOVER,
        help_text=_("One thing per line: accounts, keys, papers that no table of the site knows of. Never a password."),
    )

    class Meta:
        verbose_name = _("the club")
        verbose_name_plural = _("the club")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="club_only_one"),
            models.CheckConstraint(
                condition=Q(season_starts_month__gte=1, season_starts_month__lte=12),
                name="club_season_month",
                violation_error_message=_("A month is a number from 1 to 12."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Club":
        """The one row, or its defaults before it was written."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def invoice_gaps(self) -> int:
        """How many of the facts that the law wants on an invoice are still missing."""
        return [self.seat, self.registration, self.vat_mention].count("")

    def season_of(self, day: date) -> tuple[date, date]:
        """The first and the last day of the season that `day` belongs to."""
        year = day.year if day.month >= self.season_starts_month else day.year - 1
        first = date(year, self.season_starts_month, 1)
        return first, first.replace(year=year + 1) - timedelta(days=1)

    @property
    def motto(self) -> Text:
        return localised(self, "tagline")

    @property
    def purpose(self) -> Text:
        return localised(self, "objective")

    @property
    def gains_list(self) -> list[Text]:
        gains = localised(self, "gains")
        return [Text(line.strip(), gains.lang) for line in gains.value.splitlines() if line.strip()]
