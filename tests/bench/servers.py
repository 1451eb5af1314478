"""`make servers`: our own pages under each server that could serve them, as ratios to the one that does (gunicorn's gthread).

Besides: memory, how many requests fail while the server is told to reload (SIGHUP) or recycles its workers, and whether a reader
is answered while twenty slow clients sit on a request each. Uses the site of `make bench`; granian is measured where it is
installed.
"""

import argparse
import http.client
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.__main__ import SERVERS, fill, load, pss, serve
from tests.shots import free_port

PAGES = {
    "home, kept": ("/", True),
    "home, cold": ("/", False),
    "post, cold": ("post", False),
    "list, cold": ("/articles/", False),
}
SLOW = 20  # clients that never end their request
RELOADS = 3


@dataclass
class Seen:
    ratios: dict[str, list[float]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    failed: str = ""
    patience: str = ""


def ask(port: int, path: str, timeout: float = 10) -> int:
    """The status, 0 when there is no answer in time."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        try:
            connection.request("GET", path, headers={"Host": "localhost:8000"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0


def reloaded(process: subprocess.Popen, port: int) -> str:
    """Requests that failed of all that four readers sent while the server was told to reload, three times."""
    answers: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            answers.append(ask(port, "/"))

    readers = [threading.Thread(target=read) for _n in range(4)]
    for reader in readers:
        reader.start()
    for _time in range(RELOADS):
        time.sleep(1)
        process.send_signal(signal.SIGHUP)
        time.sleep(4)
    is_over.set()
    for reader in readers:
        reader.join()
    return f"{sum(status != 200 for status in answers)} of {len(answers):,}"


def beside_slow_clients(port: int) -> str:
    slow = [socket.create_connection(("127.0.0.1", port)) for _n in range(SLOW)]
    try:
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost:8000\r\nX-Slow: ")
        time.sleep(1)
        began = time.monotonic()
        return f"{time.monotonic() - began:.1f} s" if ask(port, "/healthz") == 200 else "no answer in 10 s"
    finally:
        for client in slow:
            client.close()


def measure(options, paths: dict[str, str]) -> dict[str, Seen]:
    names = [name for name in SERVERS if (Path(sys.executable).parent / SERVERS[name].split()[0]).exists()]
    seen = {name: Seen({page: [] for page in PAGES}) for name in names}
    for _round in range(options.rounds):
        for page, (path, is_kept) in PAGES.items():
            per_second = {}
            for name in names:
                port = free_port()
                process = serve(name, "smclub.wsgi:application", port, PAGE_CACHE="true" if is_kept else "false")
                path = paths.get(path, path)
                load(port, path, 1)
                answered = load(port, path, options.seconds)
                per_second[name] = answered["requests"] / answered["seconds"]
                seen[name].memory.append(sum(pss(process.pid)))
                process.terminate()
                process.wait(20)
            for name in names:
                seen[name].ratios[page].append(per_second[name] / per_second["gthread"])
    for name in names:
        port = free_port()
        process = serve(name, "smclub.wsgi:application", port, PAGE_CACHE="true")
        seen[name].patience = beside_slow_clients(port)
        seen[name].failed = reloaded(process, port)
        process.terminate()
        process.wait(20)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    for name, size in {"posts": 1000, "comments": 5000, "members": 500, "events": 60}.items():
        parser.add_argument(f"--{name}", type=int, default=size)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: sudo apt-get install wrk")
    seen = measure(options, fill(options))
    titles = [*PAGES, "memory", "failed in 3 reloads", f"/healthz beside {SLOW} slow clients"]
    print(f"| server | {' | '.join(titles)} |\n| --- |{' --: |' * len(titles)}")  # noqa: T201 -- a command
    for name, each in seen.items():
        cells = [f"{statistics.median(each.ratios[page]):.2f}" for page in PAGES]
        cells += [f"{statistics.median(each.memory):.0f} MiB", each.failed, each.patience]
        print(f"| {name} | {' | '.join(cells)} |")  # noqa: T201


if __name__ == "__main__":
    main()
