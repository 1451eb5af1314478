from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from smclub.languages import Text, localised
from smclub.markdown import RenderedField
from smclub.words import words


def at_most(number: int) -> MaxValueValidator:
    """Of a number typed by hand: more is a slip, and more than a database may hold."""
    return MaxValueValidator(number, message=_("%(limit_value)s at most."))


MOST_PLACES = at_most(100_000)


class Venue(models.Model):
    class StepFree(models.TextChoices):
        YES = "yes", _("Step-free from the street to the room")
        HELP = "help", _("Step-free if you tell us beforehand")
        NO = "no", _("There are steps")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    street = models.CharField(_("street"), max_length=150, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80)
    country = models.CharField(_("country"), max_length=2, default="FR", help_text=_("Two letters."))
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    access = models.TextField(_("getting there"), blank=True, help_text=_("By foot, bicycle and transport: everybody reads it."))
    access_en = models.TextField(_("getting there, in English"), blank=True)
    step_free = models.CharField(_("without steps"), max_length=4, choices=StepFree, blank=True)
    accessibility = models.TextField(
        _("accessibility"), blank=True, help_text=_("Lift, toilets, hearing loop, quiet room, what is missing too.")
    )
    accessibility_en = models.TextField(_("accessibility, in English"), blank=True)
    access_notes = models.TextField(
        _("private access notes"), blank=True, help_text=_("Code, floor, phone: only those going read it.")
    )
    capacity_hint = models.PositiveIntegerField(_("places, about"), null=True, blank=True, validators=[MOST_PLACES])

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")

    def __str__(self) -> str:
        return self.name if self._names_its_town else f"{self.name}, {self.city}"

    def get_absolute_url(self) -> str:
        return reverse("places:venue", args=[self.slug])

    @property
    def address(self) -> str:
        """Street, postcode and town on one line."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.street, town) if part)

    @property
    def whereabouts(self) -> str:
        """What follows its name: the address, or nothing where that is the town alone and the name has it."""
        return "" if self._names_its_town and not self.street else self.address

    @property
    def place(self) -> str:
        """Name and address on one line."""
        return ", ".join(part for part in (self.name, self.whereabouts) if part)

    @property
    def map_url(self) -> str:
        if self.latitude is not None and self.longitude is not None:
            return f"https://www.openstreetmap.org/?mlat={self.latitude}&mlon={self.longitude}#map=17/{self.latitude}/{self.longitude}"
        return "https://www.openstreetmap.org/search?" + urlencode({"query": f"{self.address}, {self.country}"})

    @property
    def directions(self) -> Text:
        return localised(self, "access")

    @property
    def ease(self) -> Text:
        return localised(self, "accessibility")

    @property
    def _names_its_town(self) -> bool:
        """« Mairie de Rennes », at Rennes."""
        name, town = (f" {' '.join(words(text))} " for text in (self.name, self.city))
        return town in name


class CycleQuerySet(models.QuerySet):
    def of_some(self, events):
        """Cycles that one at least of `events` belongs to: the others are as if they did not exist."""
        return self.filter(Exists(events.filter(cycle=OuterRef("pk"))))


class Cycle(models.Model):
    """Numbered meetings on one subject."""

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    description_html = RenderedField(source="description")

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("places:cycle", args=[self.slug])

    @property
    def label(self) -> Text:
        return localised(self, "title")
