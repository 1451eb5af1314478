import json
import logging

import pytest

from smclub.logs import JSONFormatter
from tests.cast import cast

pytestmark = pytest.mark.django_db


def lines(caplog) -> list[dict]:
    written = [JSONFormatter().format(record) for record in caplog.records if record.name == "smclub.access"]
    assert all("\n" not in line for line in written)
    return [json.loads(line) for line in written]


def test_one_line_a_request_without_address_path_or_token(client, caplog):
    caplog.set_level(logging.INFO, "smclub.access")
    client.force_login(cast("milan"))
    client.get("/agenda/secret-token.ics?key=secret-token", headers={"X-Forwarded-For": "203.0.113.9", "User-Agent": "secret"})
    (line,) = lines(caplog)
    assert line.keys() == {"at", "level", "logger", "message", "method", "route", "status", "ms"}
    assert line["method"] == "GET"
    assert line["route"] == "agenda/<str:signed>.ics"
    assert not any(word in json.dumps(line) for word in ("secret", "203.0.113.9", "127.0.0.1", "milan", "@"))


def test_a_verb_that_nobody_knows_is_not_repeated(client, caplog):
    caplog.set_level(logging.INFO, "smclub.access")
    client.generic("SECRET", "/healthz")
    assert lines(caplog)[0]["method"] == "OTHER"


def test_a_message_cannot_start_a_line_of_its_own():
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, 'a\n{"level": "CRITICAL"}\r\x1b[31m', None, None)
    line = JSONFormatter().format(record)
    assert not any(c in line for c in "\n\r\x1b")
    assert json.loads(line)["message"].startswith("a\n")
