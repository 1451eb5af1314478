"""`make rush`: everybody wants to come. 500 people who are signed in ask for one of 80 places within ten seconds.

Starts the server that `make run` starts, on SQLite under `var/rush`, or on the empty database that `--database-url` names. Fails
unless each truth holds: 80 going, the others waiting in the order of arrival, no error, 95 % of the answers within the seconds
allowed (5 on SQLite, 3 on PostgreSQL), nobody waiting over ten, other pages answering meanwhile. Letters are the worker's.
`--people`, `--places` and `--within` take other sizes.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.shots import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var" / "rush"
SLUG, TOKEN = "la-ruee", "a" * 32
FILL = """
import json
from datetime import timedelta
from django.conf import settings
from django.test import Client
from django.utils import timezone
from events.models import Event
from members.models import Letter, Member
now = timezone.now()
Event.objects.create(
    title="La ruée",
    slug="{slug}",
    capacity={places},
    published_at=now,
    starts_at=now + timedelta(days=30),
    ends_at=now + timedelta(days=31),
)
keys = []
for member in Member.objects.filter(email__startswith="load").order_by("pk")[:{people}]:
    client = Client()
    client.force_login(member)
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps(keys))
"""
COUNT = """
import json
from events.models import Event, Registration
rows = list(Event.objects.get(slug="{slug}").registrations.order_by("queue_no").values_list("queue_no", "state"))
print(json.dumps(rows))
"""


def environment(options, port: int) -> dict[str, str]:
    of_its_own = {"VAR_DIR": str(VAR), "SITE_URL": f"http://localhost:{port}", "DEMO": "0", "SMTP_HOST": ""}
    return os.environ | of_its_own | ({"DATABASE_URL": options.database_url} if options.database_url else {})


def manage(env: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, text=True, stdout=subprocess.PIPE).stdout


def ask(port: int, method: str, path: str, *, key: str = "", body: str = "") -> tuple[int, float]:
    """Status and seconds of one request on a connection of its own; 0 when none came."""
    headers = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
    if key:
        headers["Cookie"] = f"session={key}; csrf={TOKEN}"
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    except OSError:
        return 0, time.monotonic() - began
    finally:
        connection.close()


def rush(port: int, keys: list[str], within: float) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """What each of the people was answered, and what a reader of other pages was meanwhile."""
    answers, others, is_over = [], [], threading.Event()
    body = urlencode({"going": "1", "guests": "0", "csrfmiddlewaretoken": TOKEN})

    def come(key: str, after: float) -> None:
        time.sleep(after)
        answers.append(ask(port, "POST", f"/evenements/{SLUG}/inscription/", key=key, body=body))

    def read() -> None:
        while not is_over.is_set():
            others.append(ask(port, "GET", random.choice(["/", "/articles/", "/evenements/", f"/evenements/{SLUG}/"])))
            time.sleep(0.25)

    people = [threading.Thread(target=come, args=(key, random.uniform(0, within))) for key in keys]
    reader = threading.Thread(target=read)
    for thread in (reader, *people):
        thread.start()
    for thread in people:
        thread.join()
    is_over.set()
    reader.join()
    return answers, others


def judge(options, answers, others, rows) -> list[tuple[str, str, bool]]:
    """(truth, what was seen, whether it holds)."""
    going = [number for number, state in rows if state == "going"]
    waiting = [number for number, state in rows if state == "waiting"]
    seconds = sorted(taken for _status, taken in answers)
    p95, allowed = seconds[int(len(seconds) * 0.95) - 1], 3 if options.database_url else 5
    refused = [status for status, _taken in answers if status not in (200, 302)]
    down = [status for status, _taken in others if status != 200]
    return [
        (f"{options.places} going", str(len(going)), len(going) == options.places),
        (f"{options.people - options.places} waiting", str(len(waiting)), len(waiting) == options.people - options.places),
        (
            "in the order of arrival",
            f"{max(going, default=0)} < {min(waiting, default=0)}",
            max(going) < min(waiting, default=10**9),
        ),
        ("no error", f"{len(refused)} {sorted(set(refused))}", not refused),
        (f"95 % within {allowed} s", f"{p95:.1f} s (median {statistics.median(seconds):.1f} s)", p95 < allowed),
        ("nobody over 10 s", f"{seconds[-1]:.1f} s", seconds[-1] < 10),
        (
            "other pages alive",
            f"{len(others)} read, {len(down)} not, worst {max(t for _s, t in others):.1f} s",
            bool(others) and not down,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--places", type=int, default=80)
    parser.add_argument("--within", type=float, default=10, help="seconds in which all of them come")
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database")
    options = parser.parse_args()
    port = free_port()
    env = environment(options, port)
    shutil.rmtree(VAR, ignore_errors=True)
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        while "Ctrl-C" not in (line := server.stdout.readline()):
            if not line:
                raise SystemExit("The server did not start.")
        threading.Thread(target=server.stdout.read, daemon=True).start()  # a full pipe would stop it
        manage(env, "seed_load", f"--members={options.people}")
        keys = json.loads(manage(env, "shell", "-v0", "-c", FILL.format(slug=SLUG, people=options.people, places=options.places)))
        answers, others = rush(port, keys, options.within)
        rows = json.loads(manage(env, "shell", "-v0", "-c", COUNT.format(slug=SLUG)))
    finally:
        server.terminate()
        server.wait()
    truths = judge(options, answers, others, rows)
    for truth, seen, holds in truths:
        print(f"{'ok    ' if holds else 'FALSE '} {truth}: {seen}")  # noqa: T201 -- a command
    sys.exit(not all(holds for *_truth, holds in truths))


if __name__ == "__main__":
    main()
