"""`manage.py serve`: the whole site in one foreground process group, ready to use."""

import hashlib
import http.client
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection, connections

from members.models import Member
from smclub import duties
from smclub.demo.load import DEMO_ACCOUNTS
from smclub.demo.people import PASSWORD
from smclub.editions import raise_edition
from smclub.supervisor import Supervisor, Worker


class Command(BaseCommand):
    help = "Prepares the database and the static files, then runs the web server, the task worker and the periodic jobs."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on (default: %(default)s).")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on (default: %(default)s).")
        parser.add_argument("--reload", action="store_true", help="Django's reloading server, for development (DEBUG=true).")

    def handle(self, *, host, port, reload, **options):
        if settings.DEMO and host not in ("127.0.0.1", "::1", "localhost"):
            sys.exit("DEMO shows every letter, codes included: it listens on 127.0.0.1 only.")
        if reload and not settings.DEBUG:  # files as they stand and templates read anew: neither without it
            sys.exit("--reload is for development: it wants DEBUG=true, as `make dev` gives it.")
        refuse_taken(host, port)
        try:
            self.prepare(static=not reload)
        except OperationalError as error:
            sys.exit(f"The database does not answer: {error}.")
        web = django_server(host, port) if reload else gunicorn(host, port)
        self.greeted, soon = False, time.monotonic() + 3  # the page first: three processes that start at once take twice as long
        Supervisor(
            Worker("web", web),
            Worker("tasks", task_worker(), again_at=soon),
            Worker("jobs", manage("run_due", "--every", "60"), again_at=soon),
        ).run(each_turn=lambda: self.greet(host, port))

    def prepare(self, *, static: bool) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if "cache" in connections:
            call_command("createcachetable", database="cache", verbosity=0)
        if static:
            collect_static()
        if settings.DEMO and not Member.objects.exists():
            self.stdout.write("Making the demo club…")
            self.stdout.flush()
            call_command("seed_demo", verbosity=0)
        raise_edition()  # this may be another release than the one that made the kept pages
        connections.close_all()

    def greet(self, host: str, port: int) -> None:
        """Once, when the site answers."""
        if self.greeted or not answers(host, port):
            return
        self.greeted = True
        lines = ["", f"  {settings.SITE_URL}", ""]
        if settings.DEMO:
            lines += [f"  {name}@example.org" for name in DEMO_ACCOUNTS]
            lines += [f"  Password of each: {PASSWORD}", f"  Letters, codes included: {settings.SITE_URL}/demo/lettres/", ""]
        elif missing := duties.gaps():
            lines += ["  Still to be written in the admin, for the law asks it:", *(f"  - {gap.label}" for gap in missing), ""]
        self.stdout.write("\n".join([*lines, "  Ctrl-C ends it.", ""]))
        self.stdout.flush()


def refuse_taken(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            sys.exit(f"Port {port} is for the system's own services: choose one above 1023.")
        except (OSError, OverflowError):
            sys.exit(f"Port {port} of {host} is taken: choose another, for instance PORT={port + 1}.")


def collect_static() -> None:
    """Collects the static files when one was added, changed or removed since the last time."""
    stamp, manifest = settings.VAR_DIR / "static.collected", Path(settings.STATIC_ROOT) / "staticfiles.json"
    now = static_fingerprint()
    if manifest.exists() and stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(now)


def static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def gunicorn(host: str, port: int) -> list[str]:
    """A process for each of two cores, with threads for those who wait; `make servers` compares."""
    workers = min(2, os.process_cpu_count() or 1)
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [sys.executable, "-m", "gunicorn", "smclub.wsgi", "--bind", bind, "--worker-class", "gthread"]
    command += ["--workers", str(workers), "--threads", str(8 // workers), "--timeout", "60", "--graceful-timeout", "8"]
    command += ["--max-requests", "100000", "--max-requests-jitter", "10000"]  # whatever leaks is given back
    return [*command, "--chdir", str(settings.BASE_DIR), "--no-control-socket", "--log-level", "warning"]


def django_server(host: str, port: int) -> list[str]:
    return manage("runserver", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def task_worker() -> list[str]:
    interval = "5" if connection.vendor == "sqlite" else "1"
    return manage("db_worker", "--queue-name", "*", "--interval", interval)


def answers(host: str, port: int) -> bool:
    site = http.client.HTTPConnection(host, port, timeout=5)
    try:
        site.request("GET", "/healthz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return site.getresponse().status == 200
    except OSError:
        return False
    finally:
        site.close()
