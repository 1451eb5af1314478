"""Waiting for one's turn at a lock, on both databases."""

import functools
import random
import time

from django.db import OperationalError, connection

from events.refusals import Busy

TRIES = 3  # again, after the first time
LONGEST = 3  # seconds of waiting after which nobody tries again: the database itself waits up to ten


def patient(function):
    """Runs a verb again, after a moment, when the database was locked by somebody else.

    Only the outermost caller may try again: inside a transaction the error travels up. After the last try the
    caller gets Busy, which says so to whoever waits.
    """

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        began = time.monotonic()
        for tried in range(TRIES + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not _is_about_a_lock(error):
                    raise
                if tried == TRIES or time.monotonic() - began > LONGEST:  # who waited that long waits no more
                    raise Busy from error
                time.sleep(random.uniform(0.02, 0.1) * 2**tried)  # noqa: S311  (jitter, not a secret)

    return wrapper


def _is_about_a_lock(error: OperationalError) -> bool:
    """SQLite's "database is locked"; PostgreSQL's "deadlock detected" and "canceling statement due to lock timeout"."""
    text = str(error).lower()
    return "is locked" in text or "deadlock detected" in text or "lock timeout" in text
