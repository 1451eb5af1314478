from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from smclub.addresses import absolute, in_language
from smclub.markdown import MAX_LENGTH, RenderedField
from smclub.searchable import Analysed, Searchable

LEGAL_NOTICE = "mentions-legales"
JOINING = "adherer"
INTRODUCTIONS = {  # texts read at the head of a page of the site: they have no page of their own
    "contact-intro": "members:contact",
    "equipe-intro": "members:team",
    "signaler-intro": "posts:report",
}


class PageQuerySet(models.QuerySet):
    def visible_to(self, visitor):
        """Pages are public."""
        return self.all()

    def in_language(self, language: str):
        """The page in `language` first, then any other."""
        return self.order_by(models.Case(models.When(lang=language, then=0), default=1), "pk")

    def one_per_slug(self, language: str):
        """Of a page in two languages, that in `language`."""
        told: models.QuerySet = PageQuerySet(self.model).filter(lang=language).values("slug")
        return self.filter(models.Q(lang=language) | ~models.Q(slug__in=told))

    def with_an_address(self):
        return self.exclude(slug__in=INTRODUCTIONS)


class Page(Searchable, models.Model):
    """A text of the site that organisers edit: about, how to join, legal notice…"""

    slug = models.SlugField(_("slug"), max_length=60)
    lang = models.CharField(_("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    title = models.CharField(_("title"), max_length=150)
    description = models.CharField(_("description"), max_length=250, blank=True)
    body = models.TextField(_("text"), max_length=MAX_LENGTH, blank=True, help_text=_("Markdown."))
    body_html = RenderedField(source="body")
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PageQuerySet.as_manager()
    search_fields = [Analysed("title", title=True), Analysed("description"), Analysed("body_html")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "lang"],
                name="page_once_per_language",
                violation_error_message=_("This page exists in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_about_joining(self) -> bool:
        """The page that says how to become a member: what dues cost follows its text."""
        return self.slug == JOINING

    @property
    def is_legal_notice(self) -> bool:
        """The page that the law asks for: the club's own settings come first on it."""
        return self.slug == LEGAL_NOTICE

    @property
    def _place(self) -> list[str]:
        """The name of the address where it is read, and its arguments."""
        return [INTRODUCTIONS[self.slug]] if self.slug in INTRODUCTIONS else ["page", self.slug]

    def get_absolute_url(self) -> str:
        name, *args = self._place
        return reverse(name, args=args)

    def canonical_url(self) -> str:
        """Absolute address under the prefix of the page's own language."""
        return absolute(in_language(self.lang, *self._place))
