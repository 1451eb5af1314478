"""Verbs of what a meeting leaves: kept, given up; and of its files, none of which outlives what it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Attachment, Event
from smclub.changed import pages_changed

MAX_BYTES = 25 * 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BEGINS = {  # suffix of a file that may be sent -> its first bytes; none for a text
    "pdf": b"%PDF-",
    **dict.fromkeys(("odp", "odt", "ods", "pptx", "docx", "xlsx", "epub"), _ZIP),
    **dict.fromkeys(("ppt", "doc", "xls"), _OLE),
    **dict.fromkeys(("txt", "csv"), b""),
}


@transaction.atomic
def keep(attachment: Attachment) -> Attachment:
    """Saves `attachment`; the file that it had before goes once this is done."""
    before = Attachment.objects.filter(pk=attachment.pk).values_list("file", flat=True).first()
    attachment.save()
    if before and before != attachment.file.name:
        _remove_after_commit(before)
    pages_changed()
    return attachment


@transaction.atomic
def discard(attachment: Attachment) -> None:
    """Takes `attachment` off the page, and its file away once that is done; a picture stays among the club's pictures."""
    if attachment.file:
        _remove_after_commit(attachment.file.name)
    attachment.delete()
    pages_changed()


def _remove_after_commit(name: str) -> None:
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def check_document(upload) -> None:
    """Raises ValidationError for what is no document, whatever it is called, or is too large."""
    begins = BEGINS.get(upload.name.rpartition(".")[2].lower())
    if begins is None:
        raise ValidationError(_("Send a PDF, an office document or a plain text."), code="document_kind")
    if upload.size > MAX_BYTES:
        raise ValidationError(_("This file is too large: at most 25 MB."), code="document_size")
    upload.seek(0)
    start = upload.read(1024)
    upload.seek(0)
    if not start.startswith(begins) or (not begins and b"\0" in start):
        raise ValidationError(_("This file is not what its name says."), code="document_kind")


@dataclass
class Left:
    """What a meeting left, by kind, as its page shows it."""

    minutes: list[Attachment] = field(default_factory=list)
    slides: list[Attachment] = field(default_factory=list)
    photos: list[Attachment] = field(default_factory=list)
    videos: list[Attachment] = field(default_factory=list)
    documents: list[Attachment] = field(default_factory=list)
    links: list[Attachment] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.minutes, self.papers, self.photos, self.videos, self.links))

    @property
    def papers(self) -> list[Attachment]:
        return self.slides + self.documents


def left_by(event: Event, visitor) -> Left:
    """What `visitor` may see of it, in one question."""
    kinds = Attachment.Kind
    left = Left()
    shelves = {
        kinds.MINUTES: left.minutes,
        kinds.SLIDES: left.slides,
        kinds.PHOTO: left.photos,
        kinds.VIDEO: left.videos,
        kinds.DOCUMENT: left.documents,
        kinds.LINK: left.links,
    }
    for attachment in _of(event, visitor):
        attachment.event = event
        shelves[kinds(attachment.kind)].append(attachment)
    return left


def _of(event: Event, visitor) -> Iterable[Attachment]:
    return Attachment.objects.visible_to(visitor).filter(event=event).for_page()
