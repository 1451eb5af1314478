"""The browser of the tests sees what it should see: each fault is provoked once."""

import subprocess
import sys

import pytest
from django.urls import reverse

from tests.browsing import MISSING
from tests.cast import cast


def test_a_page_opens_in_a_browser_that_complains_of_nothing(browser):
    page = browser.open(reverse("home"))
    assert page.locator("h1").count() == 1


def test_the_browser_can_be_signed_in(browser):
    page = browser.open(reverse("home"), as_=cast("milan"))
    assert "Milan" in page.locator(".account-menu summary").first.inner_text()


def test_a_request_to_another_host_is_noticed(browser):
    browser.open(browser.site.replace("localhost", "127.0.0.1") + reverse("healthz"))
    browser.expect_fault("request to 127.0.0.1")


def test_an_inline_script_is_noticed(browser):
    page = browser.open(reverse("home"))
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    page.wait_for_timeout(200)
    browser.expect_fault("Content Security Policy")
    assert browser.faults == []


@pytest.mark.processes
@pytest.mark.embedded
@pytest.mark.parametrize(("ci", "code", "outcome"), [("false", 0, "2 skipped"), ("true", 1, "2 errors")])
def test_a_missing_browser_is_said_in_one_line_and_fails_where_it_must_not_be_missing(tmp_path, ci, code, outcome):
    tests = [f"{__file__}::{name}" for name in ("test_the_browser_can_be_signed_in", "test_a_request_to_another_host_is_noticed")]
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), "CI": ci}
    command = [sys.executable, "-m", "pytest", "--tb=no", "-r", "N", *tests]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert (answer.returncode, answer.stdout.count(MISSING)) == (code, 1), answer.stdout
    assert outcome in answer.stdout
