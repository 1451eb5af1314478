"""What a reader has to have in sight without looking for it; only a browser knows where things stand."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.cast import cast
from tests.make import make_event

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_strip_of_tabs_starts_at_the_tab_of_the_page(browser):
    page = browser.open(reverse("usersessions_list"), as_=cast("milan"), width=360)
    expect(page.locator(".subnav [aria-current]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_way_to_ones_place_follows_who_reads_on(browser, width):
    page = browser.open(make_event(body="Une soirée.\n\n" * 90).get_absolute_url(), width=width)
    page.evaluate("scrollTo({ top: 1800, behavior: 'instant' })")
    expect(page.locator("#rsvp-place .button" if width == 1280 else "#rsvp-bar .button")).to_be_in_viewport(ratio=1)
