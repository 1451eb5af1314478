"""Uploads in a bucket: kept, read back and shown by the site, through the real client and a store of fifty lines."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.embedded
ROOT = Path(__file__).resolve().parents[2]

TRIAL = """
import json
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import RequestFactory
from smclub.media import media

def asked(name, **headers):
    try:
        response = media(RequestFactory().get("/media/x", headers=headers), name=name)
    except Http404:
        return [404]
    return [response.status_code, b"".join(response).decode(), response["Content-Type"]]

name = default_storage.save("pictures/é t.png", ContentFile(b"0123456789"))
again = default_storage.save("pictures/é t.png", ContentFile(b"another"))
print(json.dumps({
    "kept_apart": again != name,
    "address": default_storage.url("pictures/é.png"),
    "whole": asked(name),
    "part": asked(name, range="bytes=2-4"),
    "missing": asked("pictures/none.png"),
    "listed": sorted(default_storage.listdir("pictures")[1]) == sorted(kept.removeprefix("pictures/") for kept in (name, again)),
    "deleted": [default_storage.delete(again), asked(again)],
}))
"""


class Store(BaseHTTPRequestHandler):
    """PUT, HEAD, GET and DELETE of objects under their paths and a list of them all, whoever signs."""

    objects: dict[str, bytes] = {}

    def do_PUT(self):
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b"")

    def do_DELETE(self):
        self.objects.pop(self.path, None)
        self.answer(204, b"")

    def do_GET(self):
        body = self.listed() if "?" in self.path else self.objects.get(self.path)
        self.answer(404, b"") if body is None else self.answer(200, body)

    do_HEAD = do_GET

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def listed(self) -> bytes:
        keys = "".join(f"<Contents><Key>{path.removeprefix('/club/')}</Key></Contents>" for path in self.objects)
        return f"<ListBucketResult><EncodingType>url</EncodingType>{keys}</ListBucketResult>".encode()

    def log_message(self, *args):
        pass


@pytest.fixture
def store():
    Store.objects = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_uploads_in_a_bucket_are_shown_by_the_site(store, tmp_path):
    wanted = {"S3_BUCKET": "club", "S3_ENDPOINT": store, "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s", "S3_REGION": "fr-par"}
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", TRIAL],
        cwd=ROOT,
        env=os.environ | wanted | {"VAR_DIR": str(tmp_path), "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr[-2000:]
    assert json.loads(said.stdout.splitlines()[-1]) == {
        "kept_apart": True,
        "address": "/media/pictures/%C3%A9.png",
        "whole": [200, "0123456789", "image/png"],
        "part": [206, "234", "image/png"],
        "missing": [404],
        "listed": True,
        "deleted": [None, [404]],
    }
    assert len(Store.objects) == 1
    assert all(path.startswith("/club/pictures/") for path in Store.objects)
