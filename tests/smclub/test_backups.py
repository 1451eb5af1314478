"""A backup made while people write, and its way back into an empty place (DL-04), on both databases."""

import json
import shutil
import threading
import uuid

import psycopg
import pytest
from django.conf import settings

from smclub.backups import MANIFEST
from tests.processes import answer, environment, start

pytestmark = [pytest.mark.embedded, pytest.mark.processes]

WRITING = """
import sys, threading
from django.db import transaction
from members.models import Topic
from tests.make import make_picture
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
n = 0
while not stop.is_set():
    n += 1
    with transaction.atomic():
        Topic.objects.create(name=f"a {n}")
        make_picture(alt=str(n))
        Topic.objects.create(name=f"b {n}")
    print(n, flush=True)
"""
FIRST = """
from tests.make import make_member, make_registration, make_event
member = make_member(email="ana@example.org", name="Ana")
make_registration(member=member, event=make_event(capacity=1))
make_member(email="leaving@example.org", name="Lea Partante")
"""
LEAVING = """
from django.utils import timezone
from members.models import Erasure, Member
from smclub import erasing
lea = Member.objects.get(email="leaving@example.org")
erasing.erase(Erasure.objects.create(member=lea, due_at=timezone.now()))
"""
FOUND = """
import json
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from members.models import Member, Picture, Topic
from events.models import Registration
last = Topic.objects.order_by("pk").last()
numbers = [{topic.name[2:] for topic in Topic.objects.filter(name__startswith=kind)} for kind in ("a ", "b ")]
pictures = list(Picture.objects.all())
held = [picture.alt for picture in pictures if default_storage.size(picture.file.name)]
client = Client(HTTP_HOST="localhost")
door = client.post("/compte/login/", {"login": "ana@example.org", "password": "a long enough password"})
print(json.dumps({
    "pairs": numbers[0] == numbers[1] == set(held), "n": len(held),
    "people": sorted(Member.objects.values_list("email", flat=True)),
    "seats": Registration.objects.get().member.email, "in": client.get("/compte/").status_code,
    "goes on": Topic.objects.create(name="and on").pk > last.pk,
}))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request, tmp_path, migrated):
    """Two places of one kind, the first with a club, the second empty: `env(n)` leads to them."""
    if request.param == "sqlite":
        shutil.copytree(migrated, tmp_path / "1")
        yield lambda n: environment(tmp_path / str(n), DEBUG="true")
        return
    ours = settings.DATABASES["default"]
    there = (
        ours if ours["ENGINE"].endswith("postgresql") else {"HOST": "127.0.0.1", "PORT": 5432, "USER": "postgres", "PASSWORD": ""}
    )
    server = {"host": there["HOST"], "port": there["PORT"], "user": there["USER"], "password": there["PASSWORD"]}
    try:
        connection = psycopg.connect(**server, dbname="postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL here")
    names = [f"data_{uuid.uuid4().hex[:12]}" for _n in range(2)]
    word = f":{there['PASSWORD']}" if there["PASSWORD"] else ""
    with connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")

    def env(n):
        url = f"postgres://{there['USER']}{word}@{there['HOST']}:{there['PORT']}/{names[n - 1]}"
        return environment(tmp_path / str(n), DEBUG="true", DATABASE_URL=url)

    answer(start("migrate", "-v0", env=env(1)))
    answer(start("createcachetable", "--database", "cache", env=env(1)))
    yield env
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def shell(code, *, env) -> str:
    return answer(start("shell", "-v0", "-c", code, env=env))


def run(*arguments, env) -> tuple[int, str]:
    process = start(*arguments, env=env)
    said, errors = process.communicate(timeout=120)
    return process.returncode, said + errors


def test_a_backup_made_under_writes_is_one_moment_and_comes_back(places, tmp_path):
    shell(FIRST, env=places(1))
    writer = start("shell", "-v0", "-c", WRITING, env=places(1))
    written: list[int] = []
    reading = threading.Thread(target=lambda: written.extend(int(line) for line in iter(writer.stdout.readline, "")))
    reading.start()
    while len(written) < 5 and reading.is_alive():
        reading.join(0.05)
    before = len(written)
    copy = tmp_path / "copy"
    assert run("backup", str(copy), env=places(1))[0] == 0
    writer.stdin.write("\n")
    writer.stdin.close()
    reading.join(60)
    writer.wait(60)
    writer.stdout.close()
    writer.stderr.close()
    shell(LEAVING, env=places(1))
    erased = tmp_path / "1" / "media" / "erased"
    code, said = run("restore", str(copy), "--erased", str(erased), env=places(2))
    assert code == 0, said
    assert "1 accounts erased again" in said
    found = json.loads(shell(FOUND, env=places(2)).splitlines()[-1])
    assert before <= found.pop("n") <= len(written)
    assert found == {"pairs": True, "people": ["ana@example.org"], "seats": "ana@example.org", "in": 200, "goes on": True}
    code, said = run("restore", str(copy), env=places(2))
    assert (code, "There is a club already" in said) == (1, True)


@pytest.fixture
def copy(tmp_path, migrated):
    """A backup of an empty club with one uploaded file, and where it may go."""
    here = shutil.copytree(migrated, tmp_path / "here")
    (here / "media" / "pictures").mkdir(parents=True)
    (here / "media" / "pictures" / "x.jpg").write_bytes(b"x")
    (here / "media" / "exports").mkdir()
    (here / "media" / "exports" / "y.zip").write_bytes(b"everything of somebody")
    assert run("backup", str(tmp_path / "copy"), env=environment(here))[0] == 0
    return tmp_path / "copy"


ALTERED = {
    "unfinished": lambda copy: (copy / MANIFEST).unlink(),
    "a byte less": lambda copy: (copy / "database.sqlite3").write_bytes((copy / "database.sqlite3").read_bytes()[:-1]),
    "another picture": lambda copy: (copy / "media/pictures/x.jpg").write_bytes(b"z"),
    "a picture less": lambda copy: (copy / "media/pictures/x.jpg").unlink(),
    "a file more": lambda copy: (copy / "media/pictures/evil.jpg").write_bytes(b"z"),
    "a manifest cut short": lambda copy: (copy / MANIFEST).write_text((copy / MANIFEST).read_text()[:-9]),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_an_unfinished_or_altered_backup_is_refused(copy, tmp_path, alter):
    assert run("restore", str(copy), "--check", env=environment(tmp_path / "there")) == (0, f"{copy} is whole.\n")
    alter(copy)
    code, said = run("restore", str(copy), env=environment(tmp_path / "there"))
    assert (code, "holds no finished backup" in said or "was altered" in said) == (1, True), said
    assert not (tmp_path / "there" / "media").exists()


def test_a_place_with_uploaded_files_is_not_empty(copy, tmp_path):
    (tmp_path / "there" / "media").mkdir(parents=True)
    (tmp_path / "there" / "media" / "z.jpg").write_bytes(b"z")
    code, said = run("restore", str(copy), env=environment(tmp_path / "there"))
    assert (code, "its uploaded files, z.jpg" in said) == (1, True)


def test_each_backup_has_a_folder_of_its_own(copy, tmp_path):
    code, said = run("backup", str(copy), env=environment(tmp_path / "here"))
    assert (code, "is not empty" in said) == (1, True)


def test_copies_of_peoples_data_are_in_no_backup(copy):
    assert sorted(json.loads((copy / MANIFEST).read_text())["files"]) == ["database.sqlite3", "media/pictures/x.jpg"]
    assert copy.stat().st_mode & 0o077 == 0
