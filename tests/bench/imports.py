"""`make imports`: how long a file of ten thousand members and their dues takes, tried and then written, and who waits for it.

Makes a club of its own under `var/imports`, or in the empty database that `--database-url` names, and runs the very deeds that
the worker runs. Meanwhile another process reads the progress that the page shows, and writes to the same database as any visitor
would. The file must be done within a minute, its progress must move, nobody may wait for over ten seconds, and the same file with
one bad line at its end must change nothing.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent.parent / "var" / "imports"
GOAL, LONGEST, STEPS = 60, 10, 5  # seconds of both, seconds of somebody's wait, different figures of the progress
HEADER = "E-mail;Prénom;Nom;Formule;Montant;Réglée le;Réglée par;Référence"
BAD = "nobody@example.org;Membre;Fausse;Individuelle;soixante;01/10/2026;virement;"


def settle(database_url: str) -> None:
    os.environ |= {
        "VAR_DIR": str(VAR),
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "smclub.settings",
        "SITE_URL": "http://localhost:8000",
    }
    if database_url:
        os.environ["DATABASE_URL"] = database_url


def make_club() -> None:
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    for command in (["migrate", "-v0"], ["createcachetable", "--database", "cache"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)


def word(number: int) -> str:
    """A name of letters alone: figures look like letters."""
    return "Qu" + "".join("abcdefghjk"[int(figure)] for figure in str(number))


def file_of(lines: int) -> list[str]:
    return [f"m{n}@example.org;Membre;{word(n)};Individuelle;60;01/10/2026;virement;VIR {n}" for n in range(lines)]


def watch(batch_id: int, end, out) -> None:
    """Until the `end`: which figures the page would have shown, and the longest that a write of ours took."""
    import django

    django.setup()
    from django.utils import timezone

    from members.importing import deeds
    from members.models import Import, JobRun

    batch, seen, longest = Import(pk=batch_id), [], 0.0
    while not end.is_set():
        seen.append(deeds.progress(batch))
        began = time.perf_counter()
        JobRun.objects.update_or_create(job="measured", defaults={"started_at": timezone.now()})
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.1)
    out.put((seen, longest))


def timed(deed, batch) -> tuple[float, list[int], float]:
    """Runs what the worker would, watched: (seconds, figures seen, longest wait)."""
    from django.db import connections  # lazy: once Django is set up

    context = multiprocessing.get_context("spawn")
    end, out = context.Event(), context.Queue()
    watcher = context.Process(target=watch, args=(batch.pk, end, out))
    watcher.start()
    time.sleep(3)  # until it has begun
    began = time.perf_counter()
    deed(batch.pk)
    seconds = time.perf_counter() - began
    end.set()
    seen, longest = out.get()
    watcher.join()
    connections["default"].close()
    batch.refresh_from_db()
    return seconds, seen, longest


def sent(lines: list[str], *, plan, by):
    from members.importing import deeds  # lazy: once Django is set up

    batch = deeds.receive("\n".join([HEADER, *lines]).encode(), name="mesure.csv", by=by)
    columns = deeds.columns_of(batch, deeds.table_of(batch))
    deeds.describe(batch, columns=columns, plans={"individuelle": str(plan.pk)}, standing="member")
    deeds.ask_to_try(batch)
    return batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args()
    settle(options.database_url)
    make_club()
    import django

    django.setup()
    from members.importing import deeds
    from members.models import Dues, Member, Plan

    by = Member.objects.create(email="treasurer@example.org", name="Trésorerie", standing="member")
    plan = Plan.objects.create(name="Individuelle", amount=60, term="year")
    lines = file_of(options.lines)

    refused = sent([*lines[:-1], BAD], plan=plan, by=by)
    deeds.try_out(refused.pk)
    refused.refresh_from_db()
    is_untouched = refused.counts["refused"] == 1 and not refused.is_whole and Member.objects.count() == 1

    batch = sent(lines, plan=plan, by=by)
    tried, tried_seen, tried_wait = timed(deeds.try_out, batch)
    deeds.confirm(batch, by=by)
    written, written_seen, written_wait = timed(deeds.write, batch)
    done = (batch.state, Member.objects.count() - 1, Dues.objects.count())
    wait, steps = max(tried_wait, written_wait), min(len(set(tried_seen)), len(set(written_seen)))
    never_back = all(seen[seen.index(0) :] == sorted(seen[seen.index(0) :]) for seen in (tried_seen, written_seen))
    for truth, seen, holds in [
        (f"within {GOAL} s", f"{tried:.1f} s tried, {written:.1f} s written", tried + written <= GOAL),
        ("all of it", f"{done[1]} members, {done[2]} dues", done == ("done", options.lines, options.lines)),
        (f"progress in {STEPS} steps, never back", str(steps), steps >= STEPS and never_back),
        (f"nobody waits over {LONGEST} s", f"{wait:.1f} s", wait <= LONGEST),
        ("one bad line and nothing is imported", "nothing" if is_untouched else "something", is_untouched),
    ]:
        print(f"{'ok    ' if holds else 'FALSE '} {truth}: {seen}")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
