import signal
import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from smclub import due


class Command(BaseCommand):
    help = "Runs the periodic jobs that are due: once (from a timer), or every so many seconds."

    def add_arguments(self, parser):
        parser.add_argument("--every", type=float, metavar="SECONDS", help="Go on for ever, with this pause between two runs.")

    def handle(self, *, every, **options):
        if not every:
            self.stdout.write(", ".join(due.run_due()) or "nothing is due")
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        while True:
            began = time.monotonic()
            close_old_connections()
            due.run_due()
            close_old_connections()
            time.sleep(max(0, every - (time.monotonic() - began)))


def _leave(number, frame) -> None:
    raise SystemExit(0)
