"""A real Chromium for the tests, watched: what it complains about fails the test that drove it."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

MISSING = "Chromium is missing, and the browser tests need it: sudo apt-get install chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def path_of_chromium() -> str:
    """Debian's, without its windows where it is installed so: the same engine, with less to start."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), "")


class Watched:
    """Opens pages in Chromium and keeps what went wrong in them.

    `open()` gives a Playwright page in a context of its own (no cookie shared with other pages); relative
    addresses lead to the test's live server. `faults` lists console errors, reports of the content security
    policy, script errors and requests that left the site.
    """

    def __init__(self, chromium, site: str):
        self.chromium, self.site, self.faults, self._contexts = chromium, site, [], []

    def open(self, path: str = "", *, as_=None, width=1280, height=900, scheme="light", javascript=True, language="fr"):
        """A page, signed in as the Member `as_` when given; goes to `path` when given."""
        context = self.chromium.new_context(
            base_url=self.site,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=javascript,
            locale=language,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        if as_:
            self.sign_in(context, as_)
        page = context.new_page()
        page.set_default_timeout(10_000)
        self._watch(page)
        if path:
            page.goto(path)
        return page

    def sign_in(self, context, member) -> None:
        client = Client()
        client.force_login(member)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.site, "httpOnly": True}])

    def _watch(self, page) -> None:
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: self._note(page, f"script error: {error}"))
        page.on("request", lambda request: self._request(page, request))

    def _console(self, page, message) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self._note(page, f"console: {message.text} {message.location['url']}")

    def _request(self, page, request) -> None:
        there = urlsplit(request.url)
        if there.scheme in ("http", "https", "ws", "wss") and there.netloc != urlsplit(self.site).netloc:
            self._note(page, f"request to {there.netloc}")

    def _note(self, page, fault: str) -> None:
        self.faults.append(f"{urlsplit(page.url).path}: {fault}")

    def expect_fault(self, text: str) -> None:
        """Takes away the faults that hold `text` (a test that provokes a 404 expects its console line)."""
        found = [fault for fault in self.faults if text in fault]
        assert found, f"no fault with {text!r} among {self.faults}"
        self.faults = [fault for fault in self.faults if text not in fault]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def chromium():
    """The one browser process of this worker."""
    if not path_of_chromium():
        pytest.fail(MISSING, pytrace=False) if os.environ.get("CI") == "true" else pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path_of_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def browser(chromium, live_server, settings):
    """Chromium in front of a live server; any console error, CSP report or foreign request fails the test at its end."""
    settings.SITE_URL = live_server.url
    watched = Watched(chromium, live_server.url)
    yield watched
    watched.close()
    assert not watched.faults, "\n".join(watched.faults)
