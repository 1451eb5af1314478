from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Organisation, Person
from smclub.languages import Text, localised, localised_html
from smclub.markdown import RenderedField
from smclub.searchable import Analysed, Searchable


class PartnerQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    announced = published

    def listed_for(self, visitor):
        """Partners whose page exists for `visitor`: the published ones, for everybody."""
        return self.published()

    visible_to = listed_for

    def current(self):
        return self.filter(Exists(Period.objects.running().filter(partner=OuterRef("pk"))))

    def past(self):
        """No longer; whose first period is still to come is neither past nor current."""
        of_partner = Period.objects.filter(partner=OuterRef("pk"))
        begun = Exists(of_partner.begun()) | ~Exists(of_partner)
        return self.exclude(Exists(of_partner.running())).filter(begun)

    def for_cards(self):
        return self.select_related("organisation__logo").prefetch_related("periods")

    def in_order(self):
        """By kind as listed in Partner.Kind, then as organisers placed them."""
        kinds = [When(kind=kind, then=place) for place, kind in enumerate(Partner.Kind.values)]
        return self.order_by(Case(*kinds), "position", "organisation__name", "pk")


class Partner(Searchable, models.Model):
    """An organisation's relation with the club."""

    class Kind(models.TextChoices):
        MEDIA = "media", _("Media partner")
        HOST = "host", _("Host")
        SPONSOR = "sponsor", _("Sponsor")
        INSTITUTION = "institution", _("Institution")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="partnerships", verbose_name=_("organisation"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    summary_en = models.CharField(_("English summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown: who they are, since when, what was done together."))
    body_html = RenderedField(source="body")
    body_en = models.TextField(_("English text"), blank=True)
    body_en_html = RenderedField(source="body_en")
    contacts = models.ManyToManyField(Person, blank=True, related_name="partnerships", verbose_name=_("contacts"))
    is_published = models.BooleanField(pgettext_lazy("partner", "published"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PartnerQuerySet.as_manager()
    search_fields = [
        Analysed("organisation", title=True),
        Analysed("summary"),
        Analysed("summary_en"),
        Analysed("body_html"),
        Analysed("body_en_html"),
    ]
    search_reads = ("organisation",)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                name="partner_once_per_kind",
                violation_error_message=_("This organisation is a partner of this kind already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    def get_absolute_url(self) -> str:
        return reverse("partners:detail", args=[self.slug])

    @property
    def lede(self) -> Text:
        return localised(self, "summary")

    @property
    def story(self) -> Text:
        """Rendered HTML in the reader's language."""
        text = localised_html(self, "body")
        return Text(text.value.replace('rel="noopener"', f'rel="{self.link_rel()}"'), text.lang)

    def link_rel(self) -> str:
        """What the partner's links say to search engines: paid for, or nothing of the sort (reads `periods`)."""
        is_paid = any(period.is_paid and period.is_running for period in self.periods.all())
        return "sponsored noopener" if is_paid else "noopener"

    def since(self) -> str:
        """« since 2011 », « from 2011 to 2013, since 2019 »; empty when no period is known (reads `periods`)."""
        known = [period for period in self.periods.all() if period.starts_on or period.ends_on]
        return ", ".join(str(period.years) for period in sorted(known, key=lambda period: period.starts_on or period.ends_on))


class PeriodQuerySet(models.QuerySet):
    def running(self):
        today = timezone.localdate()
        return self.begun().filter(Q(ends_on=None) | Q(ends_on__gte=today))

    def begun(self):
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=timezone.localdate()))

    def with_counterpart_counts(self):
        return self.annotate(
            promised_count=Count("counterparts"), given_count=Count("counterparts", filter=Q(counterparts__is_given=True))
        )


class Period(models.Model):
    """A stretch of time during which the partnership holds."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="periods", verbose_name=_("partner"))
    starts_on = models.DateField(_("from"), null=True, blank=True, help_text=_("Empty when nobody remembers."))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty while it lasts."))
    is_paid = models.BooleanField(_("paid"), default=False, help_text=_("Its links then say so to search engines."))

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="period_ends_after_start",
                violation_error_message=_("A period ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        first, last = (date_format(day, "SHORT_DATE_FORMAT") if day else "…" for day in (self.starts_on, self.ends_on))
        return f"{first} – {last}"

    @property
    def is_running(self) -> bool:
        today = timezone.localdate()
        return (self.starts_on is None or self.starts_on <= today) and (self.ends_on is None or self.ends_on >= today)

    @property
    def years(self) -> str:
        """« since 2011 », « from 2027 on », « in 2011 », « from 2011 to 2013 », « until 2013 »."""
        first, last = self.starts_on and self.starts_on.year, self.ends_on and self.ends_on.year
        if first and self.starts_on > timezone.localdate():
            return _("from %(first)s on") % {"first": first}
        if first and not (last and self.ends_on < timezone.localdate()):
            return _("since %(first)s") % {"first": first}
        if first == last:
            return _("in %(first)s") % {"first": first} if first else ""
        if not first:
            return _("until %(last)s") % {"last": last}
        return _("from %(first)s to %(last)s") % {"first": first, "last": last}


class Counterpart(models.Model):
    """Something promised for a period, ticked when it was given (*contrepartie*)."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="counterparts", verbose_name=_("period"))
    text = models.CharField(_("what"), max_length=200)
    is_given = models.BooleanField(_("given"), default=False)

    class Meta:
        verbose_name = _("counterpart")
        verbose_name_plural = _("counterparts")

    def __str__(self) -> str:
        return self.text
