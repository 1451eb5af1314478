"""A video on the page of a meeting that is over: of its site, nothing before a click."""

import pytest
from django.urls import reverse

from tests.make import make_attachment, make_event

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "https://www.youtube.com/watch?v=aB3-dE_gH1j"
PLAYER = "https://www.youtube-nocookie.com/embed/aB3-dE_gH1j?autoplay=1"


@pytest.fixture
def address():
    event = make_event(days=-2)
    make_attachment(event=event, kind="video", title="La soirée en images", url=ADDRESS)
    make_attachment(event=event, kind="video", title="Ailleurs", url="https://videos.example/w/1")
    return reverse("events:detail", args=[event.slug])


def test_a_video_is_played_in_the_page_once_it_is_clicked(browser, address):
    page = browser.open(width=360)
    page.route(
        "https://www.youtube-nocookie.com/**", lambda route: route.fulfill(content_type="text/html", body="<h1>Lecture</h1>")
    )
    page.goto(address)
    assert browser.faults == []  # no request has left the site
    page.get_by_role("link", name="La soirée en images").press("Enter")
    page.frame_locator("iframe[title='La soirée en images']").get_by_role("heading", name="Lecture").wait_for()
    assert page.locator("iframe").get_attribute("src") == PLAYER
    assert page.evaluate("document.activeElement.title") == "La soirée en images"
    browser.expect_fault("request to www.youtube-nocookie.com")


def test_without_scripts_or_without_a_player_the_video_is_a_link(browser, address):
    page = browser.open(address, javascript=False)
    links = page.locator("a.video")
    assert [link.get_attribute("href") for link in links.all()] == [ADDRESS, "https://videos.example/w/1"]
    assert [link.get_attribute("data-player") for link in links.all()] == [PLAYER, None]
