"""Processes of their own on the embedded default, for what must hold across them."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests.databases import mark_of, one_at_a_time


def environment(folder, **more: str) -> dict[str, str]:
    of_its_own = {"VAR_DIR": str(folder), "CACHE_URL": "", "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "smclub.settings"}
    return os.environ | of_its_own | more


def start(*arguments: str, env: dict[str, str]) -> subprocess.Popen:
    """`manage.py` with these arguments; what it reads and says is text."""
    command = [sys.executable, "manage.py", *arguments]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, text=True, **pipes)


def answer(process: subprocess.Popen) -> str:
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors[-2000:]
    return said


@pytest.fixture(scope="session")
def migrated(request, tmp_path_factory):
    """A folder with the tables of an empty club, the same for all workers."""
    folder = mark_of(request.config, "club")
    with one_at_a_time(folder):
        if not folder.exists():
            made = tmp_path_factory.mktemp("club")
            for command in (["migrate", "-v0"], ["createcachetable", "--database", "cache"]):
                answer(start(*command, env=environment(made)))
            shutil.move(made, folder)
    return folder


@pytest.fixture
def embedded(migrated, tmp_path):
    """`embedded("shell", "-c", code, SMTP_HOST=…)`: a process on SQLite files of this test, the cache in one of its own."""
    folder = shutil.copytree(migrated, tmp_path / "club")
    return lambda *arguments, **more: start(*arguments, env=environment(folder, DEBUG="true", PAGE_CACHE="true", **more))
