"""One database with all its tables for the whole run: to migrate takes seven seconds of a core, to copy what is migrated none."""

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

ALONE = uuid.uuid4().hex  # names a run that has no workers


def mark_of(config, what: str) -> Path:
    """A file of this run of the tests, that all its workers see: there once `what` was made for them."""
    run = getattr(config, "workerinput", {}).get("testrunuid", ALONE)
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    return settings.VAR_DIR / f"{what}-{run}"


@contextmanager
def one_at_a_time(mark: Path) -> Iterator[None]:
    with open(f"{mark}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """In the place of that of pytest-django, where each worker migrates: the first one does, and all have a copy of it."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    mark = mark_of(request.config, "database")
    with django_db_blocker.unblock():
        kept = _copied(mark, worker) if worker else setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    yield
    with django_db_blocker.unblock():
        teardown_databases(kept, verbosity=0)
        if mark.exists() and mark.read_text() == worker:
            with one_at_a_time(mark):
                mark.unlink()
                connection.creation._destroy_test_db(connection.creation._get_test_db_name(), 0)


def _copied(mark: Path, worker: str) -> list[tuple]:
    """What `teardown_databases` takes."""
    before, creation = connection.settings_dict["NAME"], connection.creation
    whole = creation._get_test_db_name()
    with one_at_a_time(mark):
        if not mark.exists():
            setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
            mark.write_text(worker)
        _use(whole)
        creation.clone_test_db(worker, verbosity=0)
        _use(creation.get_test_db_clone_settings(worker)["NAME"])
    return [(connection, before, True)]


def _use(name) -> None:
    connection.close()
    if hasattr(connection, "close_pool"):  # PostgreSQL copies no database that somebody reads
        connection.close_pool()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
