import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from members.models import Picture, is_accepted
from smclub.links import web_address
from smclub.players import player_of

PHOTO = re.compile(r"#photo-([0-9]{1,18})$")
DOCUMENTS = "documents"  # a folder that the site alone opens


def unguessable(attachment, filename: str) -> str:
    return f"{DOCUMENTS}/{secrets.token_urlsafe(24)}.{filename.rpartition('.')[2].lower()}"


class DocumentFile(FieldFile):
    @property
    def url(self) -> str:
        """Where the site hands it out; the store shows it to nobody."""
        attachment: Any = self.instance
        return reverse("events:document", args=[attachment.event.slug, attachment.pk])


class DocumentField(models.FileField):
    attr_class = DocumentFile


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, visitor):
        """Of meetings that `visitor` may read in full: documents at once, the rest once it is over; to who runs it, always."""
        over = Q(event__ends_at__lte=timezone.now()) | Q(event__precision=Event.Precision.NONE)
        readable = self.filter(Q(kind=Attachment.Kind.DOCUMENT) | over, event__in=Event.objects.visible_to(visitor))
        if not is_accepted(visitor):
            readable = readable.filter(is_for_members=False)
        return readable | self.run_by(visitor) if getattr(visitor, "is_staff", False) else readable

    def photo_at(self, url: str):
        """The photograph whose place on the page of its meeting is `url`; None when there is none."""
        found = PHOTO.search(url)
        return self.filter(kind=Attachment.Kind.PHOTO, pk=found[1]).select_related("picture", "event").first() if found else None

    def of_published(self):
        return self.filter(event__in=Event.objects.published())

    def run_by(self, member):
        """Of the meetings that `member` may manage."""
        return self.filter(event__in=Event.objects.run_by(member))

    def for_page(self):
        return self.select_related("picture").order_by("position", "pk")


class Attachment(models.Model):
    """What a meeting leaves (or, for a document, is prepared with): shown on its page to those who may read the whole of it."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("Slides")
        PHOTO = "photo", _("Photograph")
        VIDEO = "video", _("Video")
        DOCUMENT = "document", _("Document")
        MINUTES = "minutes", _("Minutes")
        LINK = "link", _("They talk about it")

    event = models.ForeignKey(Event, models.CASCADE, related_name="attachments", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("In the language of the meeting. A photograph may go without.")
    )
    source = models.CharField(
        _("by"),
        max_length=120,
        blank=True,
        help_text=_("Who made it: a speaker, a newspaper. Of a photograph, its credit says it."),
    )
    url = models.URLField(_("address"), blank=True, max_length=500, validators=[web_address])
    file = DocumentField(_("file"), upload_to=unguessable, max_length=120, blank=True)
    picture = models.ForeignKey(Picture, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("picture"))
    is_for_members = models.BooleanField(_("for members"), default=False, help_text=_("Others do not learn that it is there."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment of an event")
        verbose_name_plural = _("attachments of events")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="photo", picture__isnull=False, url="", file="")
                | Q(kind__in=["video", "link"], picture__isnull=True, file="") & ~Q(url="")
                | Q(kind__in=["slides", "document", "minutes"], picture__isnull=True) & (Q(url="") ^ Q(file="")),
                name="attachment_is_what_its_kind_says",
                violation_error_message=_(
                    "A photograph is a picture; a video or a link is an address; anything else is a file or an address."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind="photo") | ~Q(title=""),
                name="attachment_titled",
                violation_error_message=_("Give it a title."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or (str(self.picture) if self.picture_id else "–")

    @property
    def player(self) -> str:
        """Of a video, where the player comes from that a click loads into the page; nothing where there is none."""
        return player_of(self.url)

    @property
    def address(self) -> str:
        """Where it is read: elsewhere, or here."""
        return self.url or self.file.url

    @property
    def host(self) -> str:
        """The site that one is led to, as one would say it."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    @property
    def suffix(self) -> str:
        return self.file.name.rpartition(".")[2].upper() if self.file else ""
