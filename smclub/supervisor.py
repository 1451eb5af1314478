"""Keeps a few processes alive from one foreground process: what dies starts again, what stops stops together.

Run as a script, with the id of its parent and a command, it becomes that command, which then ends when its parent does.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

log = logging.getLogger("smclub.supervisor")

LONGEST_WAIT = 60  # seconds between two attempts, at most
STEADY = 60  # seconds after which a process counts as well, and its next death waits one second again
GRACE = 10  # seconds to end by itself before it is killed
PR_SET_PDEATHSIG = 1


@dataclass
class Worker:
    name: str
    command: list[str]
    process: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0
    wait: float = 0
    again_at: float = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """In our process group, but deaf to the terminal's Ctrl-C: we pass it on as SIGTERM, which all of them end well on."""
        self.started = time.monotonic()
        deaf = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            leash = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
            self.process = subprocess.Popen([*leash, *self.command])  # noqa: S603 -- our own commands
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, deaf)

    def keep_alive(self) -> None:
        """Starts it when it is not running and its wait is over; each early death doubles the wait."""
        if self.is_running:
            return
        now = time.monotonic()
        if self.process is not None:
            steady = now - self.started > STEADY
            self.wait = 1 if steady else min(LONGEST_WAIT, max(1, self.wait * 2))
            self.again_at = now + self.wait
            log.warning(
                "%s ended with %s; again in %d s", self.name, self.process.returncode, self.wait, extra={"job": self.name}
            )
            self.process = None
        if now >= self.again_at:
            self.start()


class Supervisor:
    """Runs `workers` until SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, *workers: Worker):
        self.workers = workers
        self.is_stopping = False

    def run(self, *, each_turn=lambda: None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        while not self.is_stopping:
            for worker in self.workers:
                worker.keep_alive()
            each_turn()
            time.sleep(0.2)
        self._stop()

    def _note(self, number, frame) -> None:
        self.is_stopping = True

    def _stop(self) -> None:
        for worker in self._running():
            worker.process.terminate()
        self._wait(GRACE)
        for worker in self._running():
            worker.process.kill()
            worker.process.wait()

    def _running(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_running]

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._running() and time.monotonic() < until:
            time.sleep(0.05)


def leash(parent: int, command: list[str]) -> None:
    """Becomes `command`, which the kernel ends when `parent` dies, were it by SIGKILL; known to Linux alone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:  # else it died before we said so
        os.execv(command[0], command)  # noqa: S606 -- our own commands


if __name__ == "__main__":
    leash(int(sys.argv[1]), sys.argv[2:])
