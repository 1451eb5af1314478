"""`make drill ARGS="--database-url postgres://…/empty"`: what a release is tried with, and CI is not: hours of a machine's time.

Fills the empty PostgreSQL database that it is given with a large club (`seed_load`; sizes are options) and another one beside
it with a small one, both beside the demo's rows. Each kind of page is visited on the large one, by a visitor and by a member,
and every query of it explained: none may read a table of over `--many` rows from end to end. Then each page is timed on both in
turns, one request after the other, pages not kept: half of the requests on the large club may take twice what they do on the
small one. Then come `make light`, and `make rush` on SQLite and on PostgreSQL. Prints the table of docs/architecture.md; fails
where it says so.

The databases that it makes itself are named after the one given, with `_small` and `_rush` behind, and dropped when it is done.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from tests.bench.__main__ import ROOT

VAR = ROOT / "var" / "drill"
SMALL = {"posts": 1000, "comments": 5000, "members": 500}
AT_MOST = 2  # times as long on the large club
ROUNDS = 3
ROLES = {"": "", "member": " (member)", "owner": " (desk)"}


@dataclass
class Page:
    name: str
    role: str
    queries: int = 0
    scans: list[tuple[str, str]] = field(default_factory=list)
    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.name + ROLES[self.role]

    @property
    def growth(self) -> float:
        return statistics.median(self.large) / statistics.median(self.small)

    @property
    def tables(self) -> list[str]:
        return sorted({table for table, _sql in self.scans})

    @property
    def holds(self) -> bool:
        return not self.scans and self.growth <= AT_MOST


def environment(name: str, url: str) -> dict[str, str]:
    of_its_own = {"VAR_DIR": str(VAR / name), "SITE_URL": "http://localhost", "DEMO": "0", "PAGE_CACHE": "false"}
    return os.environ | of_its_own | {"DATABASE_URL": url, "PGOPTIONS": "-c synchronous_commit=off", "CACHE_URL": ""}


def beside(url: str, suffix: str) -> str:
    """The address of another database of the same server."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path + suffix))


def on_server(url: str, statement: str) -> None:
    import psycopg  # lazy: an extra

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(statement)


def make_database(url: str) -> str:
    drop_database(url)
    on_server(url, f'CREATE DATABASE "{urlsplit(url).path[1:]}"')
    return url


def drop_database(url: str) -> None:
    on_server(url, f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')


def manage(name: str, url: str, *commands: list[str]) -> None:
    for command in commands:
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment(name, url), check=True, stdout=subprocess.DEVNULL
        )


def prepare(name: str, url: str) -> None:
    """The tables of this release, and what a site keeps beside its database."""
    shutil.rmtree(VAR / name, ignore_errors=True)
    (VAR / name).mkdir(parents=True)
    cache, static = ["createcachetable", "--database", "cache"], ["collectstatic", "-v0", "--no-input"]
    manage(name, url, ["migrate", "-v0"], cache, static)


def fill(name: str, url: str, sizes: dict[str, int]) -> float:
    """The club of these sizes; answers the minutes that it took."""
    began = time.monotonic()
    manage(
        name,
        url,
        ["seed_demo", "-v0"],
        ["seed_load", *(f"--{what}={number}" for what, number in sizes.items())],
        ["rebuild_modelsearch_index", "-v0"],
        ["shell", "-v0", "-c", "from django.db import connection as c; c.cursor().execute('VACUUM ANALYZE')"],
    )
    return (time.monotonic() - began) / 60


class Site:
    """A process of `growth.py`, asked one line at a time."""

    def __init__(self, name: str, url: str):
        command, pipes = [sys.executable, "-m", "tests.bench.growth"], dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(name, url), text=True, **pipes)
        self.pages = [tuple(page) for page in self.answer()]

    def ask(self, line: str):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        if not (line := self.process.stdout.readline()):
            raise SystemExit("A page of the drill did not answer as it should: see above.")
        return json.loads(line)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def grow(options, small_url: str) -> list[Page]:
    sites = {"small": Site("small", small_url), "large": Site("large", options.database_url)}
    try:
        plans = sites["large"].ask(f"plans {options.many}")["pages"]
        pages = [Page(name, role, **plans[f"{name}|{role}"]) for name, role in sites["large"].pages]
        for turn in range(ROUNDS):
            for page in judged(pages):
                page.small += sites["small"].ask(f"time {page.name}|{page.role}")
                page.large += sites["large"].ask(f"time {page.name}|{page.role}")
            sys.stderr.write(f"timed {turn + 1}/{ROUNDS}\n")
    finally:
        for site in sites.values():
            site.close()
    return pages


def judged(pages: list[Page]) -> list[Page]:
    """The desk is told of, and not judged: its lists are Django's, which count and range over all that they hold."""
    return [page for page in pages if page.role != "owner"]


def table(pages: list[Page], others: dict[str, bool], options, minutes: float) -> str:
    lines = grown(pages, options, minutes) if pages else []
    lines += [f"{what}: {'holds' if holds else 'MISSED'}." for what, holds in others.items()]
    for page in judged(pages):
        lines += [f"\n{page.label} reads {table} whole: {sql[:600]}" for table, sql in page.scans]
    return "\n".join(lines)


def grown(pages: list[Page], options, minutes: float) -> list[str]:
    filled = "by an earlier run" if options.filled else f"in {minutes:.0f} minutes"
    large = f"{options.posts:,} posts, {options.comments:,} comments, {options.members:,} members (filled {filled})"
    small = f"{SMALL['posts']:,}, {SMALL['comments']:,} and {SMALL['members']:,}"
    lines = [f"{large}, beside {small}; {options.events} meetings each.", ""]
    lines += ["| page | queries | small, ms | large, ms | growth | reads whole |", "| --- | --: | --: | --: | --: | --- |"]
    for page in sorted(judged(pages), key=lambda page: (page.holds, -page.growth)):
        middle = [statistics.median(times) for times in (page.small, page.large)]
        cells = [page.label, str(page.queries), *(f"{time:.0f}" for time in middle), f"{page.growth:.1f}", ", ".join(page.tables)]
        lines.append(f"| {' | '.join(cells)} |")
    held, desk = sum(page.holds for page in judged(pages)), [page for page in pages if page.role == "owner"]
    lines += ["", f"{held} of {len(judged(pages))} pages hold."]
    return [*lines, f"{sum(bool(page.scans) for page in desk)} of {len(desk)} pages of the desk read a big table whole."]


def run(module: str, *arguments: str) -> bool:
    sys.stderr.write(f"{module} {' '.join(arguments)}\n")
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", required=True, help="an empty PostgreSQL database, whose server lets others be made")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=500, help="on both: a club meets as often, however large")
    parser.add_argument("--many", type=int, default=10_000, help="rows from which a table may not be read whole")
    parser.add_argument("--only", choices=["growth", "light", "rush"], help="one part of it")
    parser.add_argument("--filled", action="store_true", help="both are filled already, to these sizes, by a run that was kept")
    parser.add_argument("--keep", action="store_true", help="drop nothing: the next run may say --filled")
    options = parser.parse_args()
    small_url, rush_url = beside(options.database_url, "_small"), beside(options.database_url, "_rush")
    pages, others, minutes = [], {}, 0.0
    try:
        if options.only in (None, "growth"):
            if not options.filled:
                make_database(small_url)
            prepare("small", small_url)
            prepare("large", options.database_url)
            if not options.filled:
                sizes = {name: getattr(options, name) for name in ("posts", "comments", "members", "events")}
                fill("small", small_url, SMALL | {"events": options.events})
                minutes = fill("large", options.database_url, sizes)
            pages = grow(options, small_url)
        if options.only in (None, "light"):
            others["make light"] = run("light")
        if options.only in (None, "rush"):
            others["make rush on SQLite"] = run("rush")
            others["make rush on PostgreSQL"] = run("rush", "--database-url", make_database(rush_url))
    finally:
        if not (options.keep or options.filled):
            drop_database(small_url)
            drop_database(rush_url)
    print(table(pages, others, options, minutes))  # noqa: T201 -- a command
    sys.exit(not (all(page.holds for page in judged(pages)) and all(others.values())))


if __name__ == "__main__":
    main()
