"""What is the same for everybody, kept in the shared cache until something public changes.

It is good for the *edition* it was made in (`changed()` raises it after each commit), and at most until the next moment that
changes the site by itself: a scheduled post or meeting appears, a meeting begins or ends, a day ends.
"""

import hashlib
from collections.abc import Callable
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


@dataclass(frozen=True)
class Kept:
    edition: str
    until: datetime
    value: Any


def kept(name: str, make: Callable[[], Any]) -> Any:
    """`make()`, or what it answered in this edition: something that can be pickled, the same for everybody, and not None."""
    if not settings.KEEP_FACTS:
        return make()
    key = f"fact:{hashlib.sha256(name.encode()).hexdigest()}"
    edition, value = found(key)
    if value is None:
        value = make()
        if edition:
            keep(key, value, edition)
    return value


def found(key: str) -> tuple[str, Any]:
    """The edition that is on, and what is kept of it under `key`; no edition when the cache is away."""
    try:
        both = caches["pages"].get_many([EDITION, key])
        edition = both.get(EDITION) or first_edition()
    except trouble():
        return "", None
    entry = both.get(key)
    is_good = entry and entry.edition == edition and entry.until > timezone.now()
    return edition, entry.value if is_good else None


def keep(key: str, value: Any, edition: str) -> None:
    """`edition` was read before `value` was made: what changed meanwhile has made it old already."""
    now = timezone.now()
    try:
        until = min(now + LONGEST, _until(edition))
        caches["pages"].set(key, Kept(edition, until, value), timeout=ceil((until - now).total_seconds()))
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


def _until(edition: str) -> datetime:
    """`next_moment`, looked up once in an edition and again when it is over."""
    name, pages = f"until:{edition}", caches["pages"]
    until = pages.get(name)
    if until is None or until <= timezone.now():
        until = next_moment()
        pages.set(name, until, timeout=LONGEST.total_seconds())
    return until
