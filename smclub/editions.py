"""The edition of what the site shows: every kept page belongs to one, and a new edition makes all of them old."""

import logging
import secrets

from django.core.cache import caches
from django.db import DatabaseError

EDITION = "edition"

log = logging.getLogger(__name__)


def raise_edition() -> None:
    """To be called after the commit of what changed. The name of an edition is never used again: counting would not be
    atomic on every cache, and a cache that lost the count would begin anew with old pages still in it."""
    try:
        caches["pages"].set(EDITION, _new(), timeout=None)
    except trouble():
        log.exception("the edition could not be raised: pages stay old until they end by themselves")


def trouble() -> tuple[type[Exception], ...]:
    """What a cache that is away raises: pages are made anew, and nothing fails. To be called in an `except`, when it is asked."""
    try:
        from redis.exceptions import RedisError  # lazy: a tenth of a second of each start, and the embedded cache needs none
    except ImportError:
        return DatabaseError, OSError
    return DatabaseError, RedisError, OSError


def first_edition() -> str:
    """The edition to go on with when there is none; of two processes at once, one makes it."""
    pages = caches["pages"]
    pages.add(EDITION, _new(), timeout=None)
    return pages.get(EDITION)


def _new() -> str:
    return secrets.token_urlsafe(9)
