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
from dataclasses import dataclass, field
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
_parts: dict[str, "Kept"] = {}


@dataclass
class Answer:
    """What one answer knows: the edition of all that is kept for it ("" when nothing is) and what was asked for it already."""

    edition: str
    is_deed: bool = False
    until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


_answering: ContextVar[Answer | None] = ContextVar("the answer that is being made", default=None)


@dataclass(frozen=True)
class Kept:
    edition: str
    until: datetime
    value: Any


@contextmanager
def answering(edition: str, *, is_deed: bool = False) -> Iterator[None]:
    """One answer; its edition is "" when nothing is kept: the cache is away, or it tells of a deed, which makes all of it old."""
    token = _answering.set(Answer(edition, is_deed))
    try:
        yield
    finally:
        _answering.reset(token)


def is_keeping() -> bool:
    """Whether parts of the answer that is being made may be kept."""
    return bool(_edition())


def _edition() -> str | None:
    """Of the answer that is being made; None outside of one."""
    answer = _answering.get()
    return answer.edition if answer else None


def kept_here(name: str, make: Callable[[], Any]) -> Any:
    """What `make` answered in the edition of this answer, the same for everybody, kept in the process itself: nothing changes it.

    For parts of pages and small facts: to make one again in each process costs less than to write it down. Without a name, or
    outside of an answer, nothing is kept.
    """
    edition = _edition()
    if not edition or not name:
        return _asked_once(name, make)
    part = _parts.get(name)
    if part is None or part.edition != edition or part.until <= timezone.now():
        part = Kept(edition, _end(edition), make())
        if len(_parts) >= MANY_PARTS:
            _parts.clear()
        _parts[name] = part
    return part.value


def kept(name: str, make: Callable[[], Any]) -> Any:
    """`make()`, or what it answered in this edition: something that can be pickled, the same for everybody, and not None.

    In the shared cache, for what is long to make.
    """
    return _asked_once(name, lambda: _kept(name, make))


def _asked_once(name: str, make: Callable[[], Any]) -> Any:
    """What one answer was told it is not told again, unless it changes things itself."""
    answer = _answering.get()
    if answer is None or answer.is_deed or not name:
        return make()
    if name not in answer.facts:
        answer.facts[name] = make()
    return answer.facts[name]


def _kept(name: str, make: Callable[[], Any]) -> Any:
    if not settings.KEEP_FACTS or _edition() == "":
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
    edition = _edition()
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
    now, answer = timezone.now(), _answering.get()
    until = answer.until if answer else None
    if until is None or until <= now:
        try:
            until = _until(edition)
        except trouble():
            return now  # the cache went away: it is made again next time
        if answer:
            answer.until = until
    return min(now + LONGEST, until)


def _until(edition: str) -> datetime:
    name, pages = f"until:{edition}", caches["pages"]
    until = pages.get(name)
    if until is None or until <= timezone.now():
        until = next_moment()
        pages.set(name, until, timeout=LONGEST.total_seconds())
    return until
