"""nginx as docs/deploy.md sets it up, moved to the loopback and to a folder of the test, in front of the real site."""

import http.client
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from smclub.editions import raise_edition
from tests.cast import cast
from tests.make import make_event, make_post
from tests.rails.test_serve import free_port

MISSING = "nginx is missing, and the tests of the deployment guide need it: sudo apt-get install nginx-light"
GUIDE = Path(__file__).resolve().parents[2] / "docs/deploy.md"
MAIN = """
daemon off;
master_process off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.embedded]


def printed(folder: Path, port: int, site: str) -> str:
    """The guide's configuration, with what only a machine on the web has replaced: certificate, ports and folders."""
    block = next(
        code for code in re.findall(r"```nginx\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL) if "upstream" in code
    )
    servers = re.split(r"(?m)^(?=server \{)", block)
    kept = [part for part in servers if not part.startswith("server") or "listen 443 ssl http2;" in part]
    text = re.sub(r"(?m)^\s*ssl_.*\n|^\s*listen \[::\].*\n", "", "".join(kept))
    for there, here in (
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port};"),
        ("unix:/run/smclub/web.sock", site),
        ("/var/cache/nginx/smclub", f"{folder}/cache"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/var/lib/smclub/", f"{folder}/"),
    ):
        assert there in text, f"the guide no longer says {there}"
        text = text.replace(there, here)
    return MAIN.format(folder=folder, site=text)


@pytest.fixture
def nginx(tmp_path, live_server, settings):
    """`get(path, **headers)` asks nginx and gives the status, the headers and the text."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.fail(MISSING, pytrace=False) if os.environ.get("CI") == "true" else pytest.skip(MISSING)
    settings.PAGE_CACHE = settings.KEEP_FACTS = True
    settings.ALLOWED_HOSTS = ["club.example"]
    port = free_port()
    for name in ("static", "media/pictures"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "static/club.0123456789ab.css").write_text("body{}")
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(printed(tmp_path, port, live_server.url.removeprefix("http://")))
    process = subprocess.Popen(
        [program, "-e", f"{tmp_path}/error.log", "-c", str(configuration)], stderr=subprocess.PIPE, text=True
    )

    def get(path: str, **headers):
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        asked.request("GET", path, headers={"Host": "club.example"} | headers)
        answer = asked.getresponse()
        said = answer.status, answer.headers, answer.read().decode()
        asked.close()
        return said

    try:
        _wait_for(process, lambda: get("/healthz"))
        yield get
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_for(process, ask) -> None:
    for _turn in range(100):
        try:
            return ask()
        except OSError:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
    raise AssertionError("nginx does not answer")


def kept(answer) -> str:
    return answer[1]["X-Page-Cache"]


def session_of(member) -> str:
    client = Client()
    client.force_login(member)
    return f"session={client.cookies['session'].value}"


def test_visitors_share_a_page_and_whoever_signed_in_gets_their_own(nginx):
    post = make_post(title="Les radios")
    path, milan = post.get_absolute_url(), session_of(cast("milan"))
    assert "Milan" in nginx(path, Cookie=milan)[2]
    first, second = nginx(path), nginx(path)
    assert (kept(first), kept(second)) == ("MISS", "HIT")
    assert first[2] == second[2]
    assert "Milan" not in second[2]
    mine = nginx(path, Cookie=f"csrf=x; {milan}")
    assert (kept(mine), mine[1]["Cache-Control"]) == ("BYPASS", "private, no-store")
    assert "Milan" in mine[2]
    assert nginx(path)[2] == first[2]


def test_what_is_kept_is_not_asked_of_the_site_again(nginx):
    make_post(title="Avant")
    nginx("/articles/")
    make_post(title="Ensuite")
    raise_edition()
    assert "Ensuite" not in nginx("/articles/")[2], "a proxy keeps a page for a minute"
    assert "Ensuite" in nginx("/articles/?page=1")[2]


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Authorization": "Bearer x"}])
def test_some_requests_are_never_answered_from_what_is_kept(nginx, headers):
    for _turn in range(2):
        assert kept(nginx("/articles/", **headers)) == "BYPASS"
    assert kept(nginx("/articles/")) == "MISS"


def test_what_is_for_some_only_is_never_kept(nginx):
    hidden = make_event(is_confidential=True, public_title="Une rencontre")
    for path in (hidden.get_absolute_url(), reverse("account_login"), "/contact/", "/nulle-part/", "/recherche/?q=radio"):
        assert "HIT" not in [kept(nginx(path)) for _turn in range(2)], path


def test_a_host_of_ones_own_choice_poisons_nothing(nginx):
    """WB-07."""
    nginx("/articles/", **{"X-Forwarded-Host": "evil.example", "X-Original-URL": "/admin/", "Accept-Language": "en"})
    told = nginx("/articles/")
    assert kept(told) == "HIT"
    assert "evil.example" not in told[2]
    assert '<html lang="fr">' in told[2]


def test_static_files_are_sent_by_nginx_for_ever(nginx):
    status, headers, text = nginx("/static/club.0123456789ab.css")
    assert (status, text, headers["Cache-Control"]) == (200, "body{}", "public, max-age=31536000, immutable")
