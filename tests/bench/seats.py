"""`make seats`: the whole verb of registering beside the barest booking that the same tables and the same lock allow.

Sixteen processes register members for one meeting, each as fast as it can, on SQLite under `var/seats` or on the empty database
that `--database-url` names; then they book, bare: lock, count, insert. Three turns each, medians. Nobody may be one too many,
nobody may fail, and nobody may wait for over two seconds.
"""

import argparse
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent.parent / "var" / "seats"
GOAL, LONGEST = 0.5, 2  # of the bare figure; seconds


@dataclass
class Turn:
    per_second: float
    longest: float
    errors: int
    is_oversold: bool


def settle(database_url: str) -> None:
    os.environ |= {
        "VAR_DIR": str(VAR),
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "smclub.settings",
        "SITE_URL": "http://localhost:8000",
    }
    if database_url:
        os.environ["DATABASE_URL"] = database_url


def fill(members: int) -> None:
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    for command in (["migrate", "-v0"], ["createcachetable", "--database", "cache"], ["seed_load", f"--members={members}"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)


def prepare(seats: int, turn: str, out) -> None:
    import django

    django.setup()
    from datetime import timedelta

    from django.utils import timezone

    from events.models import Event
    from members.models import Member

    now = timezone.now()
    days = {"starts_at": now + timedelta(days=30), "ends_at": now + timedelta(days=31)}
    event = Event.objects.create(title=turn, slug=turn, capacity=seats, published_at=now, **days)
    out.put((event.pk, list(Member.objects.filter(email__startswith="load").values_list("pk", flat=True))))


def client(event_id: int, members: list[int], until: float, is_bare: bool, start, out) -> None:
    """Seats `members`, one after the other; puts (booked, seconds of the longest, errors, when it ended)."""
    import django

    django.setup()
    from django.db import DatabaseError, transaction

    from events import registering
    from events.models import Event, Registration
    from members.models import Member

    event = Event.objects.get(pk=event_id)
    people = list(Member.objects.filter(pk__in=members))

    @transaction.atomic
    def book(event, *, member):
        event = Event.objects.lock(event.pk)
        if event.taken() < event.capacity:
            Registration.objects.create(event=event, member=member, state=Registration.State.GOING, queue_no=member.pk)

    deed, booked, longest, errors = book if is_bare else registering.join, 0, 0.0, 0
    start.wait()
    ends = time.monotonic() + until
    for member in people:
        began = time.monotonic()
        if began > ends:
            break
        try:
            deed(event, member=member)
            booked += 1
        except (DatabaseError, registering.Refused):
            errors += 1
        longest = max(longest, time.monotonic() - began)
    out.put((booked, longest, errors, time.monotonic()))


def count(event_id: int, out) -> None:
    import django

    django.setup()
    from events.models import Event

    out.put(Event.objects.get(pk=event_id).taken())


def turn(options, number: int, *, is_bare: bool) -> Turn:
    context = multiprocessing.get_context("spawn")
    out, start = context.Queue(), context.Barrier(options.clients + 1)
    _run(context, prepare, options.seats, f"{'bare' if is_bare else 'whole'}-{number}", out)
    event_id, members = out.get()
    crowds = [members[n :: options.clients] for n in range(options.clients)]
    clients = [context.Process(target=client, args=(event_id, crowd, options.seconds, is_bare, start, out)) for crowd in crowds]
    for each in clients:
        each.start()
    start.wait(timeout=120)
    began = time.monotonic()
    booked, longest, errors, ended = zip(*(out.get(timeout=options.seconds + 60) for _each in clients), strict=True)
    for each in clients:
        each.join()
    _run(context, count, event_id, out)
    return Turn(sum(booked) / (max(ended) - began), max(longest), sum(errors), out.get() > options.seats)


def _run(context, target, *arguments) -> None:
    process = context.Process(target=target, args=arguments)
    process.start()
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seats", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10, help="that a turn lasts at most")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settle(options.database_url)
    fill(options.seats)
    whole, bare = [], []
    for number in range(options.rounds):
        bare.append(turn(options, number, is_bare=True))
        whole.append(turn(options, number, is_bare=False))
    ratio = statistics.median(w.per_second / b.per_second for w, b in zip(whole, bare, strict=True))
    longest, errors = max(each.longest for each in whole), sum(each.errors for each in whole)
    is_oversold = any(each.is_oversold for each in whole)
    for truth, seen, holds in [
        (f"{GOAL} of the bare figure", f"{ratio:.2f}", ratio >= GOAL),
        ("no error", str(errors), not errors),
        ("nobody too many", "too many" if is_oversold else "none", not is_oversold),
        (f"nobody over {LONGEST} s", f"{longest:.1f} s (bare {max(each.longest for each in bare):.1f} s)", longest <= LONGEST),
    ]:
        print(f"{'ok    ' if holds else 'FALSE '} {truth}: {seen}")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
