"""A copy of the club in one folder, made while people use it, and its way back into an empty place.

In it: the database as it was at one moment, the uploaded files, and `manifest.json`, written last, with the digest of each. A
folder without it was not finished, and one that differs from it was altered: neither is restored.
"""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from members.models import Export
from members.models.rights import EXPORTS
from smclub import erasing
from smclub.editions import raise_edition

MANIFEST, MEDIA, FORMAT = "manifest.json", "media", 1
LEFT_OUT = {EXPORTS}  # copies of somebody's data live for a day
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class Refused(Exception):
    """Nothing was done; the text says why."""


# -- making one ----------------------------------------------------------------------
def make(folder: Path) -> dict:
    """Fills `folder`, new or empty; returns the manifest. Files first, then the database, then the files that came meanwhile.

    A file never changes under its name, so whatever the database knows of at its moment is there.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty: each backup has a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = _copy_media(folder, known=set())
    name = NAMES[connection.vendor]
    made_at = timezone.now()
    (_dump_postgresql if connection.vendor == "postgresql" else _dump_sqlite)(folder / name)
    copied |= _copy_media(folder, known=copied)
    files = {file: _digest(folder / file) for file in sorted([name, *(f"{MEDIA}/{file}" for file in copied)])}
    manifest = {
        "format": FORMAT,
        "version": settings.VERSION,
        "made_at": made_at.isoformat(),
        "database": connection.vendor,
        "files": files,
    }
    unfinished = folder / f"{MANIFEST}.new"
    unfinished.write_text(json.dumps(manifest, indent=1))
    unfinished.rename(folder / MANIFEST)
    return manifest


def _stored(folder: str = "") -> Iterator[str]:
    """Names of the uploaded files, in a folder of this machine or in a bucket."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    within = f"{folder}/" if folder else ""
    yield from (f"{within}{file}" for file in files if file)
    for below in folders:
        if within + below not in LEFT_OUT:
            yield from _stored(within + below)


def _copy_media(folder: Path, *, known: set[str]) -> set[str]:
    copied = set()
    for name in _stored():
        if name in known:
            continue
        target = folder / MEDIA / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError), default_storage.open(name) as source:  # deleted since it was listed
            with target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            copied.add(name)
    return copied


def _dump_sqlite(target: Path) -> None:
    """SQLite's own online backup: one moment, whoever writes meanwhile."""
    club = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=20)
    with contextlib.closing(club) as source, contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        if (said := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise Refused(f"The copy of the database is damaged: {said}")


def _dump_postgresql(target: Path) -> None:
    with _way_to_postgresql() as where:
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", f"--dbname={where}"])


@contextlib.contextmanager
def _way_to_postgresql() -> Iterator[str]:
    """The address of the database for its own programs; the password in a file that only we read."""
    database = connection.settings_dict
    parts = {"dbname": database["NAME"], "user": database["USER"], "host": database["HOST"], "port": database["PORT"]}
    parts |= {name: value for name, value in database["OPTIONS"].items() if name.startswith("ssl")}
    with tempfile.TemporaryDirectory() as folder:
        if database["PASSWORD"]:
            passfile = Path(folder) / "pgpass"
            passfile.touch(mode=0o600)
            passfile.write_text("*:*:*:*:" + database["PASSWORD"].replace("\\", "\\\\").replace(":", "\\:") + "\n")
            parts["passfile"] = passfile
        yield " ".join(f"{name}={_quoted(str(value))}" for name, value in parts.items() if value)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (names of ours alone)
    except FileNotFoundError:
        raise Refused(f"{command[0]} is not here: install postgresql-client.") from None
    except subprocess.CalledProcessError as error:
        raise Refused(f"{command[0]}: {error.stderr.strip()[-500:]}") from None


def _digest(path: Path) -> list:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


# -- the way back ----------------------------------------------------------------------
def verified(folder: Path) -> dict:
    """The manifest of a backup that is whole, to the byte. Raises Refused."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise Refused(f"{folder} holds no finished backup.") from None
    if manifest["format"] != FORMAT:
        raise Refused(f"{folder} was made by another version of the site.")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    wrong = found ^ set(manifest["files"])
    wrong |= {name for name in found - wrong if _digest(folder / name) != manifest["files"][name]}
    if wrong:
        raise Refused(f"{folder} was altered: {', '.join(sorted(wrong)[:5])}")
    return manifest


def restore(folder: Path, *, erased: Path | None = None) -> dict:
    """Puts a backup into an empty place, and erases again who was erased since; returns what was done.

    `erased` is the folder of that name of the place that was lost, when it is still there.
    """
    manifest = verified(folder)
    if manifest["database"] != connection.vendor:
        raise Refused(f"This is a backup of {manifest['database']}; DATABASE_URL leads to {connection.vendor}.")
    _refuse_unless_empty()
    files = [name.removeprefix(f"{MEDIA}/") for name in manifest["files"] if name.startswith(f"{MEDIA}/")]
    _put_media(folder / MEDIA, files)
    (_load_postgresql if connection.vendor == "postgresql" else _load_sqlite)(folder / NAMES[connection.vendor])
    if erased:
        _put_media(erased.parent, [f"{erasing.LIST}/{path.name}" for path in erased.iterdir()])
    call_command("migrate", verbosity=0)
    if "cache" in connections.settings:
        call_command("migrate", database="cache", verbosity=0)
        call_command("createcachetable", database="cache", verbosity=0)
    Export.objects.all().delete()
    gone = erasing.again()
    raise_edition()
    return {"files": len(files), "erased": gone, "made_at": manifest["made_at"]}


def _refuse_unless_empty() -> None:
    if tables := connection.introspection.table_names():
        raise Refused(f"There is a club already: its database has {len(tables)} tables.")
    if file := next(_stored(), None):
        raise Refused(f"There is a club already: its uploaded files, {file} for one.")


def _put_media(source: Path, names: Iterable[str]) -> None:
    for name in names:
        if default_storage.exists(name):
            continue
        with (source / name).open("rb") as file:
            if default_storage.save(name, File(file)) != name:
                raise Refused(f"The store gave {name} another name.")


def _load_sqlite(dump: Path) -> None:
    connections.close_all()
    target = Path(settings.DATABASES["default"]["NAME"])
    for rest in ("", "-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    shutil.copyfile(dump, target)


def _load_postgresql(dump: Path) -> None:
    connections.close_all()
    with _way_to_postgresql() as where:
        _run(["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", f"--dbname={where}", str(dump)])
