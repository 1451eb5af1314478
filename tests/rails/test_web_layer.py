"""What surrounds a page: who the site says it is, and whose answer a cache may hand out (WB-02, WB-03, WB-07)."""

from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from smclub.shared import SHARED
from tests.cast import cast
from tests.members.test_sign_in import PASSWORD
from tests.rails import club
from tests.rails.test_matrix import LIBRARIES
from tests.rails.test_surface import is_machine

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]  # decided before a database is asked anything
EVIL = "evil.example"
UNKEYED = {
    "Accept": "application/json",
    "Accept-Language": "en",
    "Forwarded": f"host={EVIL};proto=https",
    "Referer": f"https://{EVIL}/",
    "User-Agent": "<script>alert(1)</script>",
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Scheme": "nothttps",
    "X-HTTP-Method-Override": "POST",
    "X-Host": EVIL,
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
    "Cookie": "csrf=x; theme=evil; messages=evil",
}


@pytest.mark.parametrize(
    "host", [EVIL, f"testserver.{EVIL}", f"testserver@{EVIL}", "testserver:80@x", "a b", "testserver, x", ""]
)
@pytest.mark.parametrize("path", ["/", "/compte/login/", "/sitemap.xml", "/agenda.ics"])
def test_another_host_is_answered_nothing(host, path):
    """WB-03."""
    response = Client(raise_request_exception=False).get(path, headers={"host": host})
    assert response.status_code == 400
    assert EVIL not in response.text


def shared(people) -> dict[str, bytes]:
    """Pages that all visitors get alike, one of each kind, as the first visitor gets them."""
    client, found = Client(), {}
    for name, path in club.addresses(people).items():
        if "[" not in name and not name.startswith(LIBRARIES) and not is_machine(name):
            response = client.get(path)
            found |= {path: response.content} if response.headers.get("Cache-Control") == SHARED else {}
    return found


def test_nothing_that_is_not_in_the_address_changes_what_the_next_visitor_gets(settings):
    """WB-07: headers that no key holds, HEAD, and a GET with a body, all before the first visitor."""
    settings.PAGE_CACHE, settings.ALLOWED_HOSTS = True, ["testserver"]
    pages, wrong = shared(club.build()), []
    caches["pages"].clear()
    thief = Client(headers=UNKEYED)
    for path, content in pages.items():
        mine = thief.get(path)
        thief.generic("GET", path, data=b"page=2&q=evil", content_type="application/x-www-form-urlencoded")
        thief.head(path)
        after = Client().get(path)
        if EVIL in mine.text or (after.status_code, after.content) != (200, content):
            wrong.append(path)
    assert wrong == []
    assert len(pages) > 20


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/x",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https:evil.example",
        "http:///evil.example",
        "https://testserver@evil.example/",
        "https://testserver.evil.example/",
        "//xn--tstserver-9na/",
        "/%0d%0aX-Evil: 1\r\nX-Evil: 1",
        "javascript:alert(1)",
    ],
)
def test_no_way_back_leads_to_another_site(target):
    """WB-02: each deed that comes back to where one was."""
    milan = cast("milan")
    for name, typed in (
        ("members:name", {"name": "Milan", "language": "fr"}),
        ("account_reauthenticate", {"password": PASSWORD}),
        ("account_login", {}),
        ("account_logout", {}),
    ):
        client = Client()
        client.force_login(milan)
        for response in (client.get(reverse(name), {"next": target}), client.post(reverse(name), typed | {"next": target})):
            assert urlsplit(response.get("Location", "")).netloc == "", name
            assert response.get("Location", "/").startswith("/")
            assert "X-Evil" not in response.headers
        assert response.status_code == 302, name


@pytest.mark.parametrize(
    "path", ["//evil.example", "///evil.example/..", "/\\evil.example", "/%5cevil.example", "/en//evil.example"]
)
@pytest.mark.parametrize("client", [Client(), Client(headers={"HX-Request": "true"})])
def test_no_path_is_taken_for_a_site(client, path):
    """WB-02: what completes an address, or moves it to another language, keeps the host."""
    response = client.get(path)
    assert response.status_code in (200, 404) or urlsplit(response["Location"]).netloc == ""
