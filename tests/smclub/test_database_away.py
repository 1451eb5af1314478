"""What visitors see while the database cannot be reached: asked of a process whose PostgreSQL is not there."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import json
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost"})
answers = {path: client.get(path) for path in %r}
print(json.dumps({path: [a.status_code, a.get("Retry-After"), a.get("Content-Security-Policy", ""), a.content.decode()]
    for path, a in answers.items()}))
"""


def test_every_page_is_a_styled_503_that_says_when_to_come_back(tmp_path):
    paths = ["/", "/en/evenements/", "/readyz", "/healthz"]
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", ASK % paths],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": "postgres://club@127.0.0.1:1/club",
            "CACHE_URL": "locmem://",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    seen = json.loads(answer.stdout)
    assert {path: status for path, (status, *_rest) in seen.items()} == {
        "/": 503,
        "/en/evenements/": 503,
        "/readyz": 503,
        "/healthz": 200,
    }
    _status, retry, policy, body = seen["/"]
    assert retry == "30"
    assert "default-src 'self'" in policy
    assert "club.css" in body
    assert "Rien n’est perdu" in body
    assert "Nothing is lost" in body
