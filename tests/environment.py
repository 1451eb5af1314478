"""Loaded before Django reads its settings: tests never touch the club's own files, and their cache is their own."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="smclub-tests-"))
os.environ.setdefault("CACHE_URL", "locmem://")
if os.environ["CACHE_URL"].startswith("redis"):  # each worker clears its own database of the server
    server, _slash, number = os.environ["CACHE_URL"].rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["CACHE_URL"] = f"{server}/{int(number) + int(worker)}"
os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ["DEBUG"] = "false"
os.environ["DEMO"] = "true"
# Playwright's synchronous calls run inside an event loop of its own, in the thread of the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
