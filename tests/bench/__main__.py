"""`make bench`: what our pages cost, as ratios to what Django can do on this machine in the same minutes (`ceiling.py`).

Makes a club of its own under `var/bench` with `seed_load`, serves it as `make run` does, and asks each page for a few seconds
with wrk, in turns with the ceiling; three rounds, medians. Prints the table of docs/architecture.md. Needs Debian's `wrk`, and
a machine with nothing else to do.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError

from tests.shots import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var" / "bench"
THREADS = "gunicorn --worker-class gthread --no-control-socket --log-level warning"
SERVERS = {  # of the site, without what to serve and where; the first is the one that we run; one recycles too often
    "gthread": f"{THREADS} --workers 2 --threads 4",
    "recycled": f"{THREADS} --workers 2 --threads 4 --max-requests 300 --max-requests-jitter 50",
    "one process": f"{THREADS} --workers 1 --threads 8",
    "sync": "gunicorn --worker-class sync --workers 2 --no-control-socket --log-level warning",
    "granian": "granian --interface wsgi --workers 2 --blocking-threads 1 --log-level warning",
}
CONNECTIONS = 16


@dataclass
class Row:
    """A page, what it is compared with, and the ratio that we want at least."""

    name: str
    path: str
    goal: float
    against: str = "page"
    cached: bool = False
    etag: str = ""
    per_second: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    errors: int = 0


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"VAR_DIR": str(VAR), "DEMO": "0", "SITE_URL": "http://localhost:8000"} | more


def manage(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(), check=True, text=True, stdout=subprocess.PIPE
    ).stdout


FIND = """
import json
from events.models import Event
from members.models import Person, Topic
from partners.models import Partner
from posts.models import Post
posts = Post.objects.announced()
print(json.dumps({
    "post": posts.filter(slug__startswith="billet").newest_first().first().get_absolute_url(),
    "event": Event.objects.filter(slug__startswith="rencontre-de-mesure").first().get_absolute_url(),
    "topic": Topic.objects.filter(post__in=posts).first().get_absolute_url(),
    "partner": Partner.objects.published().first().get_absolute_url(),
    "person": Person.objects.filter(visibility="public", talks__isnull=False).first().get_absolute_url(),
}))
"""


def fill(options) -> dict[str, str]:
    """The club to measure; made once per size. Answers the paths of its pages."""
    stamp = VAR / f"{options.posts}-{options.comments}-{options.members}"
    if not stamp.exists():
        shutil.rmtree(VAR, ignore_errors=True)
        VAR.mkdir(parents=True)
        manage("migrate", "-v0")
        manage("createcachetable", "--database", "cache")
        manage("collectstatic", "-v0", "--no-input")
        manage("seed_demo", "-v0")
        sizes = {"members": options.members, "posts": options.posts, "events": options.events, "comments": options.comments}
        manage("seed_load", *(f"--{name}={number}" for name, number in sizes.items()))
        manage("rebuild_modelsearch_index", "-v0")
        stamp.touch()
    return json.loads(manage("shell", "-v0", "-c", FIND))


def serve(server: str, application: str, port: int, **more: str) -> subprocess.Popen:
    command = SERVERS[server].split()
    where = ["--host", "127.0.0.1", "--port", str(port)] if command[0] == "granian" else ["--bind", f"127.0.0.1:{port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [str(Path(sys.executable).parent / command[0]), *command[1:], *where, application]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**more), start_new_session=True, **quiet)
    for _try in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
            return process
        except HTTPError:
            return process
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{' '.join(command)} does not answer.")


def load(port: int, path: str, seconds: float, etag: str = "") -> dict:
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-H", "Host: localhost:8000"]
    command += ["-H", "Connection: close"]  # kept open, all sixteen end up in one of the processes
    command += [
        "-s",
        str(ROOT / "tests" / "bench" / "wrk.lua"),
        f"http://127.0.0.1:{port}{path}",
        "--",
        *([etag] if etag else []),
    ]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1])


def etag_of(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "localhost:8000"})
    with urllib.request.urlopen(request) as response:  # noqa: S310 -- our own
        return response.headers["ETag"]


def pss(leader: int) -> list[float]:
    """MiB of each process that `leader` started."""
    children = subprocess.run(["pgrep", "-P", str(leader)], capture_output=True, text=True).stdout.split()
    found = []
    for pid in children:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]
    return found


def rows_of(paths: dict[str, str]) -> list[Row]:
    return [
        Row("post", paths["post"], 0.25),
        Row("event", paths["event"], 0.25),
        Row("home", "/", 0.18),
        Row("list of posts", "/articles/", 0.18),
        Row("list of events", "/evenements/", 0.18),
        Row("topic", paths["topic"], 0.18),
        Row("search", "/recherche/?q=radio", 0.18),
        Row("partner", paths["partner"], 0.18),
        Row("person", paths["person"], 0.18),
        Row("feed", "/feed/", 0.25),
        Row("calendar", "/agenda.ics", 0.25),
        Row("feed, not modified (kept)", "/feed/", 0.6, cached=True, etag="feed"),
        Row("empty page of ours", "/healthz", 0.7),
        Row("kept page (home)", "/", 0.5, against="body", cached=True),
    ]


def measure(options, rows: list[Row]) -> list[float]:
    ports = {name: free_port() for name in ("ceiling", "cold", "kept")}
    servers = [
        serve(options.server, "tests.bench.ceiling:application", ports["ceiling"]),
        serve(options.server, "smclub.wsgi:application", ports["cold"], PAGE_CACHE="false"),
        serve(options.server, "smclub.wsgi:application", ports["kept"], PAGE_CACHE="true"),
    ]
    try:
        for turn in range(options.rounds):
            for row in rows:
                port = ports["kept" if row.cached else "cold"]
                etag = etag_of(port, row.path) if row.etag else ""
                load(port, row.path, 1, etag)  # warm
                ceiling = load(ports["ceiling"], f"/{row.against}/", options.seconds)
                ours = load(port, row.path, options.seconds, etag)
                row.per_second.append(ours["requests"] / ours["seconds"])
                row.ratios.append(row.per_second[-1] / (ceiling["requests"] / ceiling["seconds"]))
                row.errors += ours["errors"]
                sys.stderr.write(f"{turn + 1}/{options.rounds} {row.name}: {row.per_second[-1]:.0f}/s, {row.ratios[-1]:.3f}\n")
        return pss(servers[1].pid)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(20)


def table(rows: list[Row], memory: list[float], options) -> str:
    lines = [f"{options.posts:,} posts, {options.comments:,} comments, {options.members:,} members; {options.server}.", ""]
    lines += ["| page | of the ceiling | goal | |", "| --- | --: | --: | --- |"]
    for row in rows:
        ratio = statistics.median(row.ratios)
        verdict = "" if ratio >= row.goal else "missed"
        lines.append(f"| {row.name} | {ratio:.2f} | {row.goal} | {verdict}{f', {row.errors} errors' if row.errors else ''} |")
    return "\n".join([*lines, "", "Memory of each worker after it all: " + ", ".join(f"{mib:.0f} MiB" for mib in memory) + "."])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--comments", type=int, default=5000)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--server", choices=SERVERS, default="gthread")
    parser.add_argument("--only", default="", help="how the names of rows begin, by commas")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: sudo apt-get install wrk")
    rows = [row for row in rows_of(fill(options)) if row.name.startswith(tuple(options.only.split(",")))]
    print(table(rows, measure(options, rows), options))  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
