"""What is true of every page: headers, no cookie for who only reads, nothing of one visitor in what all may share."""

import os
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import path as url

from smclub.urls import urlpatterns as those_of_the_site
from tests.rails import club

# Headers and cookies come from no database.
pytestmark = [pytest.mark.django_db, pytest.mark.embedded, pytest.mark.usefixtures("unwatched")]

# Pages that are forms of their own: they hold a token, set its cookie and are never cached.
FORMS = (
    "account_",
    "mfa_",
    "usersessions_",
    "admin:",
    "members:contact",
    "members:apply",
    "members:sponsor",
    "members:join",
    "members:letters",
    "posts:report",
    "events:claim_by_link",
    "events:guests_by_link",
    "events:feedback",
    "events:leave_by_link",
    "events:confirm_by_link",
    "events:ticket",
    "door:",
    "speaker",
)


def answers(client: Client, people, *, language: str = "fr"):
    """(key, response) of every address that this client may read, the form pages aside."""
    for key, path in club.addresses(people).items():
        if key.startswith(FORMS) and key != "posts:reports":
            continue
        if language == "en" and not is_machine(key):
            path = "/en" + path
        cache.clear()
        response = client.get(path)
        if response.status_code == 200:
            yield key, response


def is_machine(key: str) -> bool:
    return key.startswith(
        ("feed", "agenda", "event_file", "healthz", "readyz", "robots", "sitemap", "security_txt", "media", "card_", "demo_")
    )


def body_of(response) -> str:
    return (response.getvalue() if response.streaming else response.content).decode(errors="replace")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_visitor_who_reads_gets_no_cookie_and_pages_that_all_may_share(language):
    """PV-07: nothing to consent to; that nobody else is asked for anything, `tests/rails/test_walk.py` sees in Chromium."""
    people, wrong = club.build(), []
    seen = 0
    for key, response in answers(Client(), people, language=language):
        seen += 1
        body = body_of(response)
        if response.cookies:
            wrong.append(f"{key} sets {list(response.cookies)}")
        if "cookie" in response.get("Vary", "").lower():
            wrong.append(f"{key} varies by cookie")
        if "csrfmiddlewaretoken" in body or re.search(r"\snonce=", body):
            wrong.append(f"{key} holds a token or a nonce")
        if "accept-language" in response.get("Vary", "").lower():
            wrong.append(f"{key} varies by the browser's language")
    assert wrong == []
    assert seen > 10


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("who", [None, "milan", "olga"])
def test_every_answer_bears_the_headers_and_every_page_is_kept_for_the_html_checker(who):
    """IN-03. .ci/run names a folder, and gives what it finds there to the Nu HTML checker."""
    people, wrong, kept = club.build(), [], 0
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(getattr(people, who))
    for key, path in club.addresses(people).items():
        for prefix in ("",) if "admin" in key or is_machine(key) else ("", "/en"):
            response = client.get(prefix + path)
            wrong += without_their_headers(key, response, is_somebody=bool(who))
            is_ours = "admin" not in key and response.get("Content-Type", "").startswith("text/html")
            if is_ours and response.status_code in (200, 404):
                kept += 1
                keep(body_of(response), f"{who or 'visitor'}-{key}{prefix}")
    assert wrong == []
    assert kept > 50


def without_their_headers(key: str, response, *, is_somebody: bool) -> list[str]:
    if key.startswith("media"):
        return []  # tests/smclub/test_media.py
    wrong = [f"{key}: {name} is {response.get(name)}" for name, value in EXPECTED.items() if response.get(name) != value]
    is_open = key.startswith("door:door") and response.status_code == 200
    camera = "camera=(self)" if is_open else "camera=()"  # reads tickets
    if camera not in response.get("Permissions-Policy", ""):
        wrong.append(f"{key}: Permissions-Policy")
    if without_nonce(response) != POLICY:
        wrong.append(f"{key}: {response.get('Content-Security-Policy')}")
    if is_somebody and not key.startswith("card_") and "no-store" not in response.get("Cache-Control", ""):
        wrong.append(f"{key}: {response.get('Cache-Control')} for somebody signed in")
    return wrong


POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "frame-src https://www.youtube-nocookie.com https://player.vimeo.com https://geo.dailymotion.com",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def without_nonce(response) -> set[str]:
    """The directives of its policy; a page made for one person may have a nonce besides."""
    policy = re.sub(r" 'nonce-[^']+'", "", response.get("Content-Security-Policy", ""))
    return set(policy.split("; "))


def fails(request):
    raise ValueError


urlpatterns = [url("casse/", fails), *those_of_the_site]
handler400, handler403 = "smclub.views.bad_request", "smclub.views.permission_denied"
handler404, handler500 = "smclub.views.page_not_found", "smclub.views.server_error"


def test_an_error_is_guarded_like_a_page(client, settings):
    """IN-03: a host that is not ours, no token, nothing there, a fault of ours."""
    settings.ROOT_URLCONF = __name__
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    errors = [
        client.get("/", headers={"host": "evil.example"}),
        client.post("/compte/login/"),
        client.get("/rien/du/tout/"),
        client.get("/casse/"),
    ]
    assert [error.status_code for error in errors] == [400, 403, 404, 500]
    assert [without_nonce(error) for error in errors] == [POLICY] * 4
    assert {error["X-Content-Type-Options"] for error in errors} == {"nosniff"}


def keep(page: str, name: str) -> None:
    assert page.lstrip().lower().startswith("<!doctype html>"), name
    if folder := os.environ.get("PAGES_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = re.sub(r"\W+", "-", name).strip("-")
        Path(folder, f"{file}.html").write_text(page, encoding="utf-8")


@pytest.mark.parametrize("path", ["/compte/x.css", "/compte/;x.js", "/compte/%2fx.png", "/compte/?x.css"])
def test_a_member_s_own_page_is_never_shared_whatever_its_name_ends_with(client, path):
    """WB-08."""
    people = club.build()
    client.force_login(people.milan)
    response = client.get(path)
    assert response.status_code in (302, 404) or "no-store" in response["Cache-Control"]
    assert "no-store" in response["Cache-Control"]
