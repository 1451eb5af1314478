"""What was shown and is taken back: its pictures get other names, for somebody may remember those they had.

The files are handed out to whoever knows a name, by nginx without asking the site, so a name is worth what a key is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import F, Field, ForeignKey, Model, QuerySet, Value
from django.db.models.functions import Replace

from events.models import Attachment, Cycle, Event
from members import picturing
from members.models import Group, Organisation, Person, Picture
from members.models.picture import FOLDER
from partners.models import Partner
from posts.models import Page, Post, Series
from smclub.keeping import kept
from smclub.markdown import FULL, RenderedField

IN_TEXT = f"{settings.MEDIA_URL}{FOLDER}/"
STEM = re.compile(re.escape(IN_TEXT) + r"([\w-]{22})")


@dataclass(frozen=True)
class Shown:
    """Rows with pictures, in a field or in a text: those that everybody may read, and those that anybody may."""

    model: type[Model]
    by_everybody: Callable[[], QuerySet]
    by_some: Callable[[], QuerySet]


SHOWN = [
    Shown(Post, lambda: Post.objects.visible_to(None), Post.objects.published),
    Shown(Event, lambda: Event.objects.listed_for(None).without_stubs(), Event.objects.published),
    Shown(Attachment, lambda: Attachment.objects.visible_to(None), Attachment.objects.of_published),
    Shown(Person, lambda: Person.objects.announced().showing("portrait", to=None), Person.objects.portrayed),
    Shown(Partner, Partner.objects.published, Partner.objects.published),
    *(Shown(model, model.objects.all, model.objects.all) for model in (Cycle, Group, Organisation, Page, Series)),
]


def sweep_if_changed() -> int:
    """`sweep`, once in an edition: where nothing public changed, nothing was taken back."""
    return kept("pictures taken back", sweep)


def sweep() -> int:
    """Renames each picture that fewer may see than could before; returns how many."""
    reach, done = _reach(), 0
    for picture in Picture.objects.order_by("pk"):
        now = reach.get(_stem(picture), Picture.Reach.NOBODY)
        if now != picture.shown_to:
            done += _note(picture, now)
    return done


@transaction.atomic
def _note(picture: Picture, now: int) -> bool:
    old = _stem(picture)
    is_renamed = now < picture.shown_to and picturing.rename(picture)
    if is_renamed:
        _write_in_texts(old, _stem(picture))
    Picture.objects.filter(pk=picture.pk).update(shown_to=now)
    return is_renamed


def _reach() -> dict[str, int]:
    """Of the stem of each name that is on a page: who may read such a page."""
    some = chain.from_iterable(_stems(shown.model, shown.by_some()) for shown in SHOWN)
    everybody = chain.from_iterable(_stems(shown.model, shown.by_everybody()) for shown in SHOWN)
    return dict.fromkeys(some, Picture.Reach.SOME) | dict.fromkeys(everybody, Picture.Reach.EVERYBODY)


def _stems(model: type[Model], rows: QuerySet) -> Iterator[str]:
    for field in pictured(model):
        if isinstance(field, RenderedField):
            texts = rows.filter(**{f"{field.name}__contains": IN_TEXT}).values_list(field.name, flat=True)
            yield from chain.from_iterable(STEM.findall(text) for text in texts)
        else:
            names = rows.exclude(**{field.name: None}).values_list(f"{field.name}__file", flat=True)
            yield from (_stem_of(name) for name in names)


def pictured(model: type[Model]) -> list[Field]:
    """The fields that hold a picture, or a text where one may stand."""
    return [
        field
        for field in model._meta.concrete_fields
        if (isinstance(field, ForeignKey) and field.related_model is Picture)
        or (isinstance(field, RenderedField) and field.profile == FULL)
    ]


def _write_in_texts(old: str, new: str) -> None:
    """Whoever put the picture into a text still has it there."""
    for shown in SHOWN:
        for field in pictured(shown.model):
            if isinstance(field, RenderedField):
                rows = shown.model._default_manager.filter(**{f"{field.source}__contains": IN_TEXT + old})
                names = (field.name, field.source)
                rows.update(**{name: Replace(F(name), Value(IN_TEXT + old), Value(IN_TEXT + new)) for name in names})


def _stem(picture: Picture) -> str:
    return _stem_of(picture.file.name)


def _stem_of(name: str) -> str:
    return name.removeprefix(f"{FOLDER}/").rpartition(".")[0]
