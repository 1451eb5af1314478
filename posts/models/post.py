from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from events.models import Event
from members.models import Group, Member, Organisation, Person, Topic, is_accepted
from posts.models.comment import Discussion
from posts.models.filing import LANGUAGES, Category, Series
from posts.models.finding import PostQuerySet, what_it_says
from posts.models.ties import Credit
from smclub.addresses import absolute, in_language
from smclub.links import web_address
from smclub.markdown import MAX_LENGTH, RenderedField, opening
from smclub.searchable import Analysed, Searchable, found_by

WORDS_A_MINUTE = 230
LEDE = 500  # letters of an excerpt
OPENING = 160  # words of a write-up on the page of its meeting, to the end of the paragraph


def validate_slug(slug: str) -> None:
    """Old addresses may hold accents; none holds a slash, a space or a question mark."""
    if not slug or any(c in "/?#% " or c.isspace() for c in slug):
        raise ValidationError(_("A slug holds no space, slash or question mark."), code="slug")


class Post(Searchable, models.Model):
    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        REPORT = "report", _("Write-up")
        OPINION = "opinion", _("Opinion")
        BRIEF = "brief", _("Brief")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        MEMBERS = "members", _("Members only")

    # state -> label; each state is also a query word
    STATES = {"drafts": _("Draft"), "submitted": _("Submitted"), "scheduled": _("Scheduled"), "published": _("Published")}

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.ARTICLE)
    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(_("slug"), max_length=200, validators=[validate_slug])
    lang = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="fr")
    original = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="translation",
        verbose_name=_("translation of"),
        help_text=_("The same post in the other language."),
    )
    excerpt = models.TextField(_("excerpt"), max_length=LEDE, blank=True)
    takeaways = models.TextField(_("takeaways"), blank=True, help_text=_("One per line."))
    body = models.TextField(_("text"), max_length=MAX_LENGTH, blank=True, help_text=_("Markdown."))
    body_html = RenderedField(source="body")
    cover = models.ForeignKey(
        "members.Picture", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cover")
    )
    audience = models.CharField(_("who may read it"), max_length=8, choices=Audience, default=Audience.PUBLIC)
    categories = models.ManyToManyField(Category, blank=True, related_name="posts", verbose_name=_("categories"))
    topics = TaggableManager(_("topics"), through="posts.PostTopic", blank=True, help_text=_("Separated by commas."))
    series = models.ForeignKey(Series, models.SET_NULL, null=True, blank=True, related_name="posts", verbose_name=_("series"))
    series_position = models.PositiveSmallIntegerField(_("number in the series"), null=True, blank=True)
    event = models.ForeignKey(
        Event,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("event"),
        help_text=_("The meeting that a write-up tells of."),
    )
    mentions = models.ManyToManyField(
        Organisation, blank=True, related_name="mentioned_in", verbose_name=_("organisations mentioned")
    )
    first_published_in = models.CharField(_("first published in"), max_length=150, blank=True)
    first_published_on = models.DateField(_("first published on"), null=True, blank=True)
    first_published_url = models.URLField(_("first published at"), blank=True, validators=[web_address])

    address_on = models.DateField(_("date of the address"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Empty: a draft. Later than now: it appears by itself.")
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    told_at = models.DateTimeField(_("told to who went"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("created by")
    )
    discussion = models.ForeignKey(Discussion, models.PROTECT, null=True, blank=True, editable=False, related_name="posts")

    objects = PostQuerySet.as_manager()
    search_fields = [
        Analysed("title", title=True),
        Analysed("takeaways"),
        Analysed("excerpt"),
        Analysed("topic_words"),
        Analysed("body_html"),
        Analysed("credit_names"),
    ]
    search_reads = ("topics", "credits__person", "credits__organisation")

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        permissions = [("publish_post", _("Can publish posts"))]
        indexes = [models.Index(fields=["-published_at", "-id"], name="post_published"), found_by("post_found")]
        constraints = [
            models.UniqueConstraint(
                fields=["address_on", "slug"],
                name="post_address_once",
                violation_error_message=_("Another post of that day has this slug."),
            ),
            models.UniqueConstraint(
                fields=["series", "series_position"],
                condition=Q(series_position__isnull=False),
                name="post_series_position_once",
                violation_error_message=_("Another post has this number in the series."),
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(address_on__isnull=False),
                name="post_published_has_address",
                violation_error_message=_("A published post has a dated address."),
            ),
            models.CheckConstraint(condition=~Q(original=F("id")), name="post_is_not_its_own_translation"),
        ]

    def __str__(self) -> str:
        return self.title

    # -- addresses ---------------------------------------------------------------
    def _address(self) -> tuple:
        on = self.address_on
        return f"{on:%Y}", f"{on:%m}", f"{on:%d}", self.slug

    def get_absolute_url(self) -> str:
        """Its page under the reader's interface; a post never published has none and answers the list's."""
        return reverse("posts:detail", args=self._address()) if self.address_on else reverse("posts:list")

    def own_path(self) -> str:
        """Its page under the prefix of its own language."""
        return in_language(self.lang, "posts:detail", *self._address())

    def canonical_url(self) -> str:
        return absolute(self.own_path())

    # -- facts -------------------------------------------------------------------
    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.published_at is None:
            return "submitted" if self.submitted_at else "drafts"
        return "published" if self.is_published else "scheduled"

    @property
    def is_report(self) -> bool:
        return self.kind == self.Kind.REPORT

    @property
    def is_for_members(self) -> bool:
        return self.audience == self.Audience.MEMBERS

    @property
    def takeaways_list(self) -> list[str]:
        return [line.strip(" -*\t") for line in self.takeaways.splitlines() if line.strip(" -*\t")]

    @property
    def lede(self) -> str:
        """What leads to its text: not an excerpt that was made of the first takeaway, which stands just below."""
        is_said_below = not self.is_for_members and self.takeaways_list and self.excerpt == self.takeaways_list[0][:LEDE]
        return "" if is_said_below else self.excerpt

    @property
    def word_count(self) -> int:
        return len(self.body.split())

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.word_count / WORDS_A_MINUTE))

    @property
    def opening_html(self) -> str:
        return opening(self.body_html, words=OPENING)

    @property
    def writers(self) -> list[Credit]:
        return [credit for credit in self.credits.all() if credit.is_writer]

    @property
    def other_credits(self) -> list[Credit]:
        return [credit for credit in self.credits.all() if not credit.is_writer]

    @property
    def twin(self) -> "Post | None":
        """The other-language version; no query after `for_reading`."""
        return self.original or getattr(self, "translation", None)

    @property
    def published_twin(self) -> "Post | None":
        """The other-language version, once readers may know of it."""
        return self.twin if self.twin and self.twin.is_published else None

    @property
    def family(self) -> "list[Post]":
        """The post and its translation, when both are for the same readers."""
        return [self, self.twin] if self.twin and self.twin.audience == self.audience else [self]

    @property
    def kept_as(self) -> str:
        """The name of those parts of its page that everybody reads alike; none for a members-only one or a draft."""
        return "" if self.is_for_members or not self.is_published else f"post {self.pk}"

    # -- questions ---------------------------------------------------------------
    def with_what_it_says(self) -> "Post":
        """With its credits, categories and topics, as after `for_reading`."""
        models.prefetch_related_objects([self], *what_it_says())
        return self

    def credit_names(self) -> str:
        models.prefetch_related_objects([self], "credits__person", "credits__organisation")
        return " ".join(str(credit.who) for credit in self.credits.all())

    def readable_by(self, visitor) -> bool:
        """Whether `visitor` may read the whole of this published post."""
        return (
            not self.is_for_members
            or is_accepted(visitor)
            or (getattr(visitor, "is_staff", False) and visitor.may("posts.change_post"))
        )


def announced_topics(topics):
    """Of the queryset `topics`, those that something announced bears; the others would tell what is being prepared."""
    return topics.borne_by(Post.objects.announced(), Event.objects.announced(), Group.objects.current())


def listed_topics(visitor):
    """The topics whose page exists for `visitor`: something or somebody listed for them bears it."""
    events = Event.objects.listed_for(visitor).without_stubs()
    people = Person.objects.listed_for(visitor).showing("topics", to=visitor)
    return Topic.objects.borne_by(Post.objects.listed_for(visitor), events, people, Group.objects.visible_to(visitor))
