"""Settings are read in a process of their own: one sentence for what is unreadable, and nothing guessed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "SITE_URL": "https://club.example",
    "SECRET_KEY": "k" * 30 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "TRUSTED_PROXIES": "1",
    "SMTP_HOST": "127.0.0.1",
    "FROM_EMAIL": "Social Media Club <club@club.example>",
}


def manage(tmp_path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("VAR_DIR", "/dev/null/club"),
        ("DEMO", "2"),
        ("SMTP_STARTTLS", "oui"),
        ("SMTP_PORT", "smtps"),
        ("SMTP_PORT", "99999"),
        ("TRUSTED_PROXIES", "one"),
        ("TRUSTED_PROXIES", "-1"),
        ("SITE_URL", "club.example"),
        ("SITE_URL", "https://club.example/site"),
        ("SITE_URL", "http://localhost:abc"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgres://club@host:port/club"),
        ("CACHE_URL", "memcached://x"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_in_one_sentence(tmp_path, name, value):
    more = {"SMTP_HOST": "localhost"} if name.startswith("SMTP") else {}
    answer = manage(tmp_path, "check", **more | {name: value})
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert name in answer.stderr


@pytest.mark.parametrize("size", ["many", "0"])
def test_a_pool_of_no_size_is_named(tmp_path, size):
    answer = manage(tmp_path, "check", DATABASE_URL="postgres://club@localhost/club", DATABASE_POOL=size)
    assert (answer.returncode, answer.stderr.count("\n"), "DATABASE_POOL" in answer.stderr) == (1, 1, True)


def test_mail_is_encrypted_in_one_way(tmp_path):
    script = "from django.conf import settings as s; print(s.MAILERS['default']['OPTIONS'])"
    told = manage(tmp_path, "shell", "--no-imports", "-c", script, SMTP_HOST="localhost", SMTP_SSL="true").stdout
    assert "'use_tls': False, 'use_ssl': True" in told
    answer = manage(tmp_path, "check", SMTP_HOST="localhost", SMTP_SSL="true", SMTP_STARTTLS="true")
    assert (answer.returncode, answer.stderr.count("\n"), "SMTP_STARTTLS" in answer.stderr) == (1, 1, True)


def test_files_that_another_user_made_are_said_in_one_sentence(tmp_path):
    (tmp_path / "secret_key").mkdir()  # unreadable for root too
    answer = manage(tmp_path, "check")
    assert (answer.returncode, answer.stderr.count("\n"), "VAR_DIR" in answer.stderr) == (1, 1, True)


def test_the_production_environment_passes_every_deployment_check(tmp_path):
    answer = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (answer.returncode, "no issues" in answer.stdout + answer.stderr) == (0, True), answer.stderr


def test_the_demo_is_refused_where_others_could_read_its_letters(tmp_path):
    answer = manage(tmp_path, "check", DEMO="true", SITE_URL="https://club.example")
    assert (answer.returncode, "smclub.E001" in answer.stderr) == (1, True)


def test_a_site_without_mail_is_told_so(tmp_path):
    quiet = {name: value for name, value in PRODUCTION.items() if name != "SMTP_HOST"}
    assert "smclub.W001" in manage(tmp_path, "check", "--deploy", **quiet).stderr


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    for _ in range(2):
        assert manage(tmp_path, "check").returncode == 0
    key = tmp_path / "secret_key"
    assert (len(key.read_text()) > 60, oct(key.stat().st_mode & 0o777)) == (True, "0o600")


def test_https_alone_decides_about_cookies_and_transport(tmp_path):
    script = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SECURE_SSL_REDIRECT)"
    )
    assert manage(tmp_path, "shell", "--no-imports", "-c", script, **PRODUCTION).stdout == "__Host-session True True True\n"
    assert manage(tmp_path, "shell", "--no-imports", "-c", script).stdout == "session False False False\n"


def test_the_example_names_every_variable_and_no_other():
    read = set(re.findall(r'read\("\w+", "([A-Z0-9_]+)"', (ROOT / "smclub/settings.py").read_text(encoding="utf-8")))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z0-9_]+)=", example, re.MULTILINE)) == read


PRAGMAS = """
from django.db import connections
def asked(alias):
    with connections[alias].cursor() as cursor:
        return [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]
print(asked("default"), asked("cache"), connections["default"].transaction_mode)
"""


def test_sqlite_survives_a_power_cut_and_its_cache_need_not(tmp_path):
    """2 is FULL, 0 is OFF: an acknowledged registration is never lost."""
    answer = manage(tmp_path, "shell", "--no-imports", "-c", PRAGMAS)
    assert answer.stdout.strip() == "['wal', 2, 1] ['wal', 0, 1] IMMEDIATE"
