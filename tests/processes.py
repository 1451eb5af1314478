"""Processes of their own on the embedded default, for what must hold across them."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


def answer(process) -> str:
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return said


@pytest.fixture
def embedded(tmp_path):
    """The environment of a process of its own on the embedded default: SQLite, cache in its own file."""
    environment = os.environ | {
        "VAR_DIR": str(tmp_path),
        "CACHE_URL": "",
        "DATABASE_URL": "",
        "DEBUG": "true",
        "PAGE_CACHE": "true",
        "DJANGO_SETTINGS_MODULE": "smclub.settings",
    }

    def start(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command,
            env=environment,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    for command in (["migrate", "-v0"], ["createcachetable", "--database", "cache"]):
        answer(start(*command))
    return start
