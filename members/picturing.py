"""Verbs of pictures: kept, made lighter, given up; and their files, of which none outlives what it belongs to."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from members import tasks
from members.models import Picture
from members.models.picture import FOLDER
from smclub.changed import pages_changed, said_otherwise
from smclub.images import variants

AT_ONCE = 50  # pictures that the sweep asks for: what a worker makes in a few minutes
YOUNG = timedelta(days=1)  # a file this new may belong to a deed that is not over


@transaction.atomic
def keep(picture: Picture) -> Picture:
    """Saves `picture`. The variants of a new file are made soon after; the files of the one before go once this is done."""
    before = Picture.objects.filter(pk=picture.pk).first()
    is_new = before is None or before.file != picture.file
    if is_new:
        picture.widths = None
    picture.save()
    if is_new:
        said_otherwise(picture)
        tasks.make_variants.enqueue(picture.pk)
    if before and is_new:
        _remove_after_commit(before.possible_names)
    return picture


@transaction.atomic
def discard(picture: Picture) -> None:
    """Deletes `picture`, and its files once that is done; what showed it shows none."""
    _remove_after_commit(picture.possible_names)
    said_otherwise(picture)
    picture.delete()
    pages_changed()


def is_shown_somewhere(picture: Picture) -> bool:
    """Whether a row of any table has it: pictures are chosen among those there are."""
    keys = [relation for relation in Picture._meta.get_fields(include_hidden=True) if relation.one_to_many]
    return any(key.related_model._base_manager.filter(**{key.field.name: picture}).exists() for key in keys)


def may_be_known(picture_id: int | None) -> None:
    """For the cover of a page taken back: smclub/concealing.py may never have found it shown, were it there for seconds only."""
    Picture.objects.filter(pk=picture_id).update(shown_to=Picture.Reach.EVERYBODY)


@transaction.atomic
def rename(picture: Picture) -> bool:
    """Gives its file another name: whoever remembers the one before finds nothing. False when another did, or it has no file."""
    old, names = picture.file.name, picture.possible_names
    try:
        with default_storage.open(old) as file:
            picture.file.save(old, ContentFile(file.read()), save=False)
    except FileNotFoundError:
        return False
    picture.widths = None
    if not Picture.objects.filter(pk=picture.pk, file=old).update(file=picture.file.name, widths=None):
        default_storage.delete(picture.file.name)
        return False
    tasks.make_variants.enqueue(picture.pk)
    _remove_after_commit(names)
    said_otherwise(picture)
    pages_changed()
    return True


def _remove_after_commit(names: list[str]) -> None:
    """Of a store that is away the daily look for orphans takes care: the deed itself is done."""
    transaction.on_commit(lambda: _remove(names), robust=True)


def _remove(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def make_variants(picture_id: int) -> None:
    """Writes the lighter files of a picture without, then says which there are."""
    picture = Picture.objects.filter(pk=picture_id, widths__isnull=True).first()
    if picture is None:
        return
    picture.widths = _written(picture)
    if Picture.objects.filter(pk=picture.pk, file=picture.file.name).update(widths=picture.widths):
        pages_changed()
    else:  # replaced or deleted meanwhile
        _remove(picture.file_names)


def _written(picture: Picture) -> list[int]:
    """The widths of the variants written; none of a file that is gone or cannot be read."""
    try:
        with default_storage.open(picture.file.name) as file:
            content = file.read()
    except FileNotFoundError:
        return []
    widths = []
    try:
        for width, files in variants(content, picture.suffixes):
            for suffix, made in files.items():
                _write(picture.variant_name(width, suffix), made)
            widths.append(width)
    except ValidationError:
        return []
    return widths


def _write(name: str, content: bytes) -> None:
    """In the place of what a task that died may have left; of two tasks at once, one writes."""
    default_storage.delete(name)
    written = default_storage.save(name, ContentFile(content))
    if written != name:
        default_storage.delete(written)


def sweep() -> int:
    """Asks for the variants of pictures without: their task was lost, or they are older than variants."""
    waiting = list(Picture.objects.filter(widths__isnull=True).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for picture_id in waiting:
        tasks.make_variants.enqueue(picture_id)
    return len(waiting)


def remove_orphans() -> int:
    """Removes the files that no picture knows, once they are not young any more; returns how many."""
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    known = {name for picture in Picture.objects.order_by("pk").iterator() for name in picture.file_names}
    unknown = {f"{FOLDER}/{file}" for file in files} - known
    born = timezone.now() - YOUNG
    orphans = [name for name in unknown if default_storage.get_modified_time(name) < born]
    _remove(orphans)
    return len(orphans)
