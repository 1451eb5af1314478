from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smclub.languages import Text, localised
from smclub.markdown import RenderedField

LANGUAGES = [("fr", _("French")), ("en", _("English"))]


class Category(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("English description"), blank=True)
    gathers_language = models.CharField(
        _("gathers the posts in"), max_length=2, choices=LANGUAGES, blank=True, help_text=_("Instead of those filed under it.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("posts:category", args=[self.slug])

    @property
    def label(self) -> Text:
        return localised(self, "name")

    @property
    def about(self) -> Text:
        return localised(self, "description")


class SeriesQuerySet(models.QuerySet):
    def of_some(self, posts):
        """Those that one of `posts` belongs to."""
        return self.filter(Exists(posts.filter(series=OuterRef("pk"))))


class Series(models.Model):
    title = models.CharField(_("title"), max_length=150)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    lang = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="fr")
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    description_html = RenderedField(source="description")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("several", "series")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("posts:series", args=[self.slug])
