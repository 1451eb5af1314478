import re
from datetime import timedelta

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from members.models import Member, Person
from smclub.markdown import COMMENT, RenderedField

EDIT_WINDOW = timedelta(minutes=15)
DEPTH = 3  # replies deeper than this stay on the last level
ADDRESS = re.compile(r"(?:/commentaires/(?=\d+/$)|#comment-)(?P<pk>\d{1,18})/?$")
STEP = 12  # digits of one id in a path
SAME_READERS = {"public": Event.Audience.OPEN, "members": Event.Audience.MEMBERS}  # audience of a post -> of its meeting

# As moderators read them; an index of their table, which would be sorted whole otherwise.
WAITING_FIRST = [Case(When(state="pending", then=Value(0)), default=Value(1)), F("created_at").desc(), F("id").desc()]


class DiscussionQuerySet(models.QuerySet):
    def readable_by(self, visitor):
        """Those of things that `visitor` may read in full: one at least, and none of those published refused.

        A write-up never shows outsiders what was said on its confidential meeting.
        """
        return self.filter(_readable_by(visitor))

    def with_readable(self, thing, visitor):
        """Annotates `is_readable`: whether `visitor` may read it, and the whole of `thing`."""
        whole = type(thing).objects.visible_to(visitor).filter(pk=thing.pk)
        return self.annotate(is_readable=Case(When(Q(Exists(whole)) & _readable_by(visitor), then=True), default=False))

    def of(self, thing):
        """Those that an Event or a Post may use, the first being the right one.

        A post's own, else its meeting's, else its translation's; always among things for the same readers.
        """
        if isinstance(thing, Event):
            return self.filter(event=thing)
        mine = [twin.discussion_id for twin in thing.family if twin.discussion_id]
        shared = Q(pk__in=mine) | Q(event__in=meetings_of(thing))
        own_first = Case(When(pk=thing.discussion_id, then=0), When(event__isnull=False, then=1), default=2)
        return self.filter(shared).order_by(own_first, "pk")

    def moderated_by(self, member):
        """Those that `member` may moderate: of what they may read, and for those who run every meeting all of them."""
        return self.all() if _moderates_all(member) else self.readable_by(member)

    def for_moderators(self):
        """Annotates `visible`: comments that count."""
        visible = _how_many(Comment.objects.filter(discussion=OuterRef("pk"), state=Comment.State.VISIBLE), by="discussion")
        return self.select_related("event").prefetch_related("posts").annotate(visible=visible)


def _moderates_all(member) -> bool:
    return member.may("events.run_every_event")


def _how_many(rows, *, by: str):
    """Counted for the rows that are shown: a join would count for all of them first."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def _readable_by(visitor) -> Q:
    Post = apps.get_model("posts", "Post")  # its module stands on this one
    events, posts = Event.objects.filter(pk=OuterRef("event")), Post.objects.filter(discussion=OuterRef("pk"))
    return (
        (Q(Exists(posts.visible_to(visitor))) | Q(Exists(events.visible_to(visitor))))
        & ~Q(Exists(posts.withheld_from(visitor)))
        & ~Q(Exists(events.withheld_from(visitor)))
    )


def meetings_of(post):
    """The meetings told of by the post or its translation, when they are for the same readers."""
    told = [twin.event_id for twin in post.family if twin.event_id]
    return Event.objects.filter(pk__in=told, audience=SAME_READERS[post.audience])


class Discussion(models.Model):
    """The comments on an event or a post; a write-up shares its event's, twins share one."""

    event = models.OneToOneField(Event, models.PROTECT, null=True, blank=True, related_name="discussion", verbose_name=_("event"))
    is_open = models.BooleanField(_("open to new comments"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def thing_for(self, visitor, *, language: str):
        """What is discussed, as `visitor` may read it in full: the meeting, else the post, in `language` if there is one."""
        if event := Event.objects.visible_to(visitor).filter(discussion=self).first():
            return event
        in_language = Case(When(lang=language, then=0), default=1)
        return self.posts.visible_to(visitor).order_by(in_language, "pk").first()


class CommentQuerySet(models.QuerySet):
    def counted(self):
        """The ones that count anywhere."""
        return self.filter(state=Comment.State.VISIBLE)

    def waiting(self):
        return self.filter(state=Comment.State.PENDING).order_by("created_at", "pk")

    def by(self, member):
        """What `member` wrote and has not withdrawn."""
        return self.filter(member=member, state__in=[Comment.State.VISIBLE, Comment.State.PENDING])

    def in_discussions_of(self, visitor):
        """Those of discussions that `visitor` may read."""
        return self.filter(discussion__in=Discussion.objects.readable_by(visitor))

    def at(self, url: str):
        """The one whose own address, or whose place on a page, is `url`; None when there is none."""
        found = ADDRESS.search(url)
        return self.filter(pk=found["pk"]).first() if found else None

    def shown_to(self, visitor):
        """What `visitor` may read the words of: the visible ones and their own pending ones."""
        return self.filter(_shown(visitor))

    def nodes_for(self, visitor, *, of: "Discussion | None" = None):
        """What is shown to `visitor`, and the places of hidden ones that have visible answers.

        Those `of` one discussion are so said: a database that must look for the discussion of each row reads all comments.
        """
        visible = Comment.objects.counted().filter(discussion=of.pk if of else OuterRef("discussion"))
        answered = Q(pk__in=visible.filter(parent__isnull=False).values("parent"))
        for level in range(1, DEPTH):  # those above each visible one
            answered |= Q(path__in=visible.filter(depth__gt=level).values(above=Left("path", level * STEP)))
        nodes = self.filter(_shown(visitor) | answered)
        return nodes.filter(discussion=of) if of else nodes

    def with_root(self):
        """Annotates `root`: the path of the comment that began the thread, whether it is still shown or not."""
        return self.annotate(root=Left("path", STEP))

    def threaded(self, visitor):
        """In the order of the thread, with authors; annotates `author_page`: the slug of theirs, if `visitor` may open it."""
        pages = Person.objects.listed_for(visitor).filter(member=OuterRef("member")).values("slug")
        return self.select_related("member").annotate(author_page=Subquery(pages)).order_by("path", "pk")

    def for_moderators(self):
        """Annotates `reported`: open reports."""
        reported = _how_many(Report.objects.filter(comment=OuterRef("pk"), state=Report.State.OPEN), by="comment")
        return (
            self.select_related("member", "discussion__event").prefetch_related("discussion__posts").annotate(reported=reported)
        )

    def moderated_by(self, member):
        """Those in the discussions that `member` may moderate."""
        if _moderates_all(member):
            return self.all()
        return self.filter(discussion__in=Discussion.objects.moderated_by(member).values("pk"))


def _shown(visitor) -> Q:
    shown = Q(state=Comment.State.VISIBLE)
    if getattr(visitor, "is_authenticated", False):
        shown |= Q(state=Comment.State.PENDING, member=visitor)
    return shown


class Comment(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        VISIBLE = "visible", _("Visible")
        REJECTED = "rejected", _("Rejected")
        SPAM = "spam", _("Spam")
        REMOVED = "removed", _("Removed by a moderator")
        WITHDRAWN = "withdrawn", _("Withdrawn by the author")
        ERASED = "erased", _("Erased")

    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="comments", verbose_name=_("discussion"))
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="comments", verbose_name=_("author"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies", verbose_name=_("in reply to")
    )
    path = models.CharField(
        max_length=60, editable=False, db_index=True, help_text="Zero-padded ids from the root down: the order of a thread."
    )
    depth = models.PositiveSmallIntegerField(default=1, editable=False)
    lang = models.CharField(_("language"), max_length=2, default="fr")
    body = models.TextField(_("text"), max_length=5000)
    body_html = RenderedField(source="body", profile=COMMENT)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING, db_index=True)
    held_for = models.CharField(_("held because"), max_length=60, blank=True)
    text_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    idempotency_key = models.CharField(max_length=40, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    notified_at = models.DateTimeField(_("others told"), null=True, blank=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("moderate_comment", _("Can moderate comments"))]
        indexes = [
            models.Index(fields=["discussion", "path"], name="comment_thread"),
            models.Index(*WAITING_FIRST, name="comment_desk"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("posts:comment", args=[self.pk])

    @property
    def is_visible(self) -> bool:
        return self.state == self.State.VISIBLE

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def anchor(self) -> str:
        return f"comment-{self.pk}"

    def place_under(self, parent: "Comment | None") -> None:
        """Sets path and depth; a reply to the last level stays on it, after what was said there."""
        above = parent.path[: (DEPTH - 1) * STEP] if parent else ""
        self.path = f"{above}{self.pk:0{STEP}d}"
        self.depth = len(self.path) // STEP

    def written_by(self, member) -> bool:
        return self.member_id is not None and self.member_id == getattr(member, "pk", None)

    def withdrawable_by(self, member) -> bool:
        return self.written_by(member) and self.state in (self.State.VISIBLE, self.State.PENDING)

    def editable_by(self, member) -> bool:
        """The author, for fifteen minutes, while it is visible or waiting."""
        return self.withdrawable_by(member) and timezone.now() - self.created_at < EDIT_WINDOW


class CommentRevision(models.Model):
    """What a comment said before an edit."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="revisions")
    body = models.TextField(_("text"))
    at = models.DateTimeField(_("until"), default=timezone.now)

    class Meta:
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")

    def __str__(self) -> str:
        return self.body[:50]


class WatchedWord(models.Model):
    """A word or a few words that hold a comment back until somebody has read it."""

    text = models.CharField(
        _("words"), max_length=80, unique=True, help_text=_("Case and accents do not matter. Whole words only.")
    )

    class Meta:
        verbose_name = _("watched word")
        verbose_name_plural = _("watched words")

    def __str__(self) -> str:
        return self.text


class Report(models.Model):
    """Somebody says that a page or a comment is unlawful or against the rules (DSA art. 16)."""

    class Kind(models.TextChoices):
        RULES = "rules", _("Against the club’s rules")
        ILLEGAL = "illegal", _("Against the law")
        MINORS = "minors", _("Sexual abuse of a minor")
        PICTURE = "picture", _("A photograph to be taken down")

    class State(models.TextChoices):
        OPEN = "open", _("To look at")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    url = models.CharField(_("address"), max_length=500)
    comment = models.ForeignKey(
        Comment, models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("comment")
    )
    reason = models.TextField(_("why"), max_length=3000)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    lang = models.CharField(_("language"), max_length=2, default="fr")
    in_good_faith = models.BooleanField(_("in good faith"), default=False)
    reporter = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("reported by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, db_index=True)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    decision = models.TextField(_("decision"), blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "comment"],
                condition=Q(reporter__isnull=False, comment__isnull=False),
                name="report_once_per_member",
                violation_error_message=_("You have reported this comment already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.url}"
