"""What follows when public content changed: the search index, the edition of cached pages, and what upper apps date by it."""

from collections import defaultdict
from collections.abc import Callable

from django.db import IntegrityError, transaction
from modelsearch import index

from smclub.editions import raise_edition

_FOLLOWING: dict[type, list[Callable]] = defaultdict(list)


def changed(obj) -> None:
    """After commit: index `obj` again when it is searchable, and raise the edition of cached pages."""
    transaction.on_commit(lambda: _after_commit(obj))


def gone(obj) -> None:
    """Before `obj` is deleted: no search finds it any more, and after commit there is a new edition."""
    index.remove_object(obj)
    pages_changed()


def pages_changed() -> None:
    """After commit: raise the edition of cached pages, when what changed is found by no search."""
    transaction.on_commit(raise_edition)


def follows(*models: type):
    """Of a function of an upper app: it is given each row of `models` that others say otherwise."""

    def register(function):
        for model in models:
            _FOLLOWING[model].append(function)
        return function

    return register


def said_otherwise(obj) -> None:
    """In the same transaction: what others say of `obj`, its name or its file, is or will soon be another."""
    for follow in _FOLLOWING[type(obj)]:
        follow(obj)


def _after_commit(obj) -> None:
    if isinstance(obj, index.Indexed):
        _index(obj)
    raise_edition()


def _index(obj) -> None:
    try:
        index.insert_or_update_object(obj)
    except IntegrityError:  # somebody else has just made the first entry of this row: now there is one to update
        index.insert_or_update_object(obj)
