"""Where the navigation says that one is."""

import re

import pytest
from django.urls import reverse

from tests.cast import cast
from tests.make import make_event, make_group, make_organisation, make_page, make_partner, make_person, make_post

pytestmark = pytest.mark.django_db
ARTICLES, EVENTS, PARTNERS, SEARCH = reverse("posts:list"), reverse("events:list"), reverse("partners:list"), reverse("search")
GROUPS, DIRECTORY, CLUB = reverse("members:groups"), reverse("members:directory"), reverse("page", args=["le-club"])


def marked(client, address, *, status=200) -> set[str]:
    response = client.get(address)
    assert response.status_code == status
    return set(re.findall(r'<a href="([^"]*)" aria-current="true"', response.text.partition("<main")[0]))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/", set()),
        (ARTICLES, {ARTICLES}),
        (EVENTS, {EVENTS}),
        (PARTNERS, {PARTNERS}),
        (GROUPS, {GROUPS}),
        (SEARCH, {SEARCH}),
        (DIRECTORY, set()),
        (reverse("members:team"), {CLUB}),
        (reverse("members:contact"), {CLUB}),
        (reverse("members:contact_thanks"), {CLUB}),
        (reverse("members:apply"), set()),
        (reverse("posts:report"), set()),
        (reverse("account_login"), set()),
    ],
)
def test_a_visitor_reads_where_they_are(client, address, place):
    assert marked(client, address) == place


def test_a_page_is_of_the_club_in_both_languages(client):
    make_page(slug="le-club", lang="fr")
    make_page(slug="le-club", lang="en")
    assert (marked(client, "/le-club/"), marked(client, "/en/le-club/")) == ({"/le-club/"}, {"/en/le-club/"})


def test_a_page_that_is_not_there_is_of_nowhere(client):
    assert marked(client, "/nulle-part/", status=404) == set()


def test_what_is_read_is_of_its_list(client):
    places = {
        make_post().get_absolute_url(): {ARTICLES},
        make_event().get_absolute_url(): {EVENTS},
        make_partner().get_absolute_url(): {PARTNERS},
        make_group().get_absolute_url(): {GROUPS},
        make_person().get_absolute_url(): set(),
        make_organisation().get_absolute_url(): set(),
    }
    assert {address: marked(client, address) for address in places} == places


def test_a_member_finds_the_groups_among_the_members(client):
    client.force_login(cast("milan"))
    places = {GROUPS: {DIRECTORY}, DIRECTORY: {DIRECTORY}, reverse("members:me"): set(), reverse("members:profile"): set()}
    assert {address: marked(client, address) for address in places} == places


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1000, 1232, 1280])
def test_the_bar_of_who_is_signed_in_stays_on_one_line(browser, width):
    page = browser.open(reverse("home"), as_=cast("coralie"))
    page.set_viewport_size({"width": width, "height": 800})
    bar, brand = (page.locator(name).first.bounding_box() for name in (".site-bar", ".brand"))
    assert bar["height"] < 2 * brand["height"]
    assert page.locator(".site-menu > summary, .account-menu > summary").locator("visible=true").count() == 1
