"""What a reader has to have in sight without looking for it; only a browser knows where things stand."""

from datetime import date

import pytest
from playwright.sync_api import expect

from members.models import Club
from tests.cast import cast
from tests.make import make_event, make_person, make_post, make_topic

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_strip_of_tabs_starts_at_the_tab_of_the_page(browser):
    for month in range(1, 13):
        make_post(address_on=date(2019, month, 3))
    page = browser.open("/2019/12/", width=360)
    expect(page.locator(".subnav [aria-current]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_way_to_ones_place_follows_who_reads_on(browser, width):
    page = browser.open(make_event(body="Une soirée.\n\n" * 90).get_absolute_url(), width=width)
    page.evaluate("scrollTo({ top: 1800, behavior: 'instant' })")
    expect(page.locator("#rsvp-place .button" if width == 1280 else "#rsvp-bar .button")).to_be_in_viewport(ratio=1)


def test_the_code_of_conduct_is_asked_in_one_place_at_a_time(browser):
    Club.objects.update_or_create(pk=1, defaults={"conduct_version": "2026-11"})
    page = browser.open(make_event().get_absolute_url(), as_=cast("flora"))
    place, discussion = page.locator(".rsvp-form .field-conduct"), page.locator(".comment-form .field-conduct")
    expect(place).to_be_visible()
    expect(discussion).to_be_hidden()
    page.locator(".comment-form textarea").fill("Bonsoir.")
    expect(discussion).to_be_visible()
    page.locator(".rsvp-form [name=conduct]").check()
    expect(discussion).to_be_visible()  # what was begun stays whole
    page.locator(".rsvp-form button").click()
    expect(page.locator(".rsvp.is-answer")).to_be_visible()
    expect(discussion).to_be_hidden()


def test_a_page_with_little_to_say_leaves_no_empty_column(browser):
    talker = make_person(bio="")
    talker.topics.add(make_topic())
    page = browser.open(talker.get_absolute_url())
    assert page.locator(".is-person > .aside").bounding_box()["x"] < 200
    expect(page.locator(".empty-state")).to_have_count(0)
    page.goto(make_person(bio="").get_absolute_url())
    expect(page.locator(".empty-state")).to_be_visible()
