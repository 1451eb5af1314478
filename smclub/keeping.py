"""What is the same for everybody, kept in the shared cache until something public changes.

It is good for the *edition* it was made in (`changed()` raises it after each commit), and at most until the next moment that
changes the site by itself: a scheduled post or meeting appears, a meeting begins or ends, a day ends.

An answer knows one edition, read before anything else was (`answering`): what is made of rows that were read a moment too
early is old already when it is kept.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from smclub.editions import EDITION, first_edition, trouble

LONGEST = timedelta(minutes=10)  # that anything is kept, whatever happens
MANY_PARTS = 400  # that a process holds: a few MiB
_answering: ContextVar[str | None] = ContextVar("edition of the answer that is being made", default=None)
_parts: dict[str, "Kept"] = {}


@dataclass(frozen=True)
class Kept:
    edition: str
    until: datetime
    value: Any


@contextmanager
def answering(edition: str) -> Iterator[None]:
    """The edition of all that is kept for one answer; "" when nothing is: the cache is away, or the answer follows a deed."""
    token = _answering.set(edition)
    try:
        yield
    finally:
        _answering.reset(token)


def is_keeping() -> bool:
    """Whether parts of the answer that is being made may be kept."""
    return bool(_answering.get())


def kept_part(name: str, make: Callable[[], str]) -> str:
    """A part of a page, as a visitor reads it: what `make` answered in the edition of this answer, kept in the process itself.

    Outside of an answer, or without a name, nothing is kept.
    """
    edition = _answering.get()
    if not edition or not name:
        return make()
    part = _parts.get(name)
    if part is None or part.edition != edition or part.until <= timezone.now():
        part = Kept(edition, _end(edition), make())
        if len(_parts) >= MANY_PARTS:
            _parts.clear()
        _parts[name] = part
    return part.value


def kept(name: str, make: Callable[[], Any]) -> Any:
    """`make()`, or what it answered in this edition: something that can be pickled, the same for everybody, and not None."""
    if not settings.KEEP_FACTS or _answering.get() == "":
        return make()
    key = f"fact:{hashlib.sha256(name.encode()).hexdigest()}"
    edition, value = found(key)
    if value is None:
        value = make()
        if edition:
            keep(key, value, edition)
    return value


def found(key: str = "") -> tuple[str, Any]:
    """The edition that is on, and what is kept of it under `key`; no edition when the cache is away."""
    edition = _answering.get()
    try:
        both = caches["pages"].get_many([key] if edition else filter(None, [EDITION, key]))
        edition = edition or both.get(EDITION) or first_edition()
    except trouble():
        return "", None
    entry = both.get(key)
    is_good = entry and entry.edition == edition and entry.until > timezone.now()
    return edition, entry.value if is_good else None


def keep(key: str, value: Any, edition: str) -> None:
    """`edition` was read before `value` was made: what changed meanwhile has made it old already."""
    until = _end(edition)
    try:
        caches["pages"].set(key, Kept(edition, until, value), timeout=ceil((until - timezone.now()).total_seconds()))
    except trouble():
        pass  # it is made again next time


def next_moment() -> datetime:
    """When the site next looks different although nobody changed anything: something appears, begins, closes or ends."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [today + timedelta(days=1)]
    for model in apps.get_models():
        if hasattr(model._default_manager, "next_moment"):  # a query word of those that change by themselves
            moments.append(model._default_manager.next_moment())
    return min(moment for moment in moments if moment)


def _end(edition: str) -> datetime:
    """When what is made now is old at the latest: `next_moment`, looked up once in an edition and again when it is over."""
    now, name, pages = timezone.now(), f"until:{edition}", caches["pages"]
    try:
        until = pages.get(name)
        if until is None or until <= now:
            until = next_moment()
            pages.set(name, until, timeout=LONGEST.total_seconds())
    except trouble():
        return now  # the cache went away: it is made again next time
    return min(now + LONGEST, until)
