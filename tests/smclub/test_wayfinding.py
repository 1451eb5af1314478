import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from smclub import sitemaps
from smclub.changed import changed
from tests import make

pytestmark = pytest.mark.django_db
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def sitemap(client, part="") -> dict[str, dict[str, str]]:
    """location → language → alternate."""
    query = {"part": part} if part else {}
    tree = ET.fromstring(client.get(reverse("sitemap"), query).content)  # noqa: S314 -- our own answer
    return {
        url.find("s:loc", SPACE).text: {link.get("hreflang"): link.get("href") for link in url.findall("x:link", SPACE)}
        for url in tree.findall("s:url", SPACE)
    }


def test_the_sitemap_gives_each_published_thing_in_its_own_language(client, settings):
    settings.SITE_URL = "https://club.example"
    french = make.make_post(slug="bonjour")
    english = make.make_post(slug="hello", lang="en", original=french)
    meeting = make.make_event(slug="meeting", lang="en")
    found = sitemap(client)
    pair = {"fr": french.canonical_url(), "en": english.canonical_url()}
    assert found[french.canonical_url()] == found[english.canonical_url()] == pair
    assert meeting.canonical_url() in found
    assert "https://club.example/en/evenements/" in found
    assert all(address.startswith("https://club.example/") for address in found)


def test_the_sitemap_is_silent_about_what_is_not_announced(client):
    topic, venue = make.make_topic(name="secret"), make.make_venue(name="Secret")
    make.make_post(slug="secret-draft", days=None, topics=[topic])
    make.make_post(slug="secret-later", days=2)
    make.make_post(slug="secret-twin", lang="en", days=2, original=make.make_post(slug="shown"))
    make.make_event(slug="secret-invitation", audience="invitation")
    make.make_event(slug="secret-confidential", is_confidential=True, venue=venue)
    make.make_person(name="Secret", visibility="members")
    assert "secret" not in str(sitemap(client)).lower()


def test_the_sitemap_costs_the_same_for_three_and_for_twelve(client, django_assert_num_queries):
    def rows(number):
        for _ in range(number):
            make.make_post(topics=[make.make_topic()], categories=[make.make_category()])
            make.make_event(venue=make.make_venue(), cycle=make.make_cycle())
            make.make_partner()

    rows(3)
    with django_assert_num_queries(17):
        client.get(reverse("sitemap"))
    rows(9)
    with django_assert_num_queries(17):
        client.get(reverse("sitemap"))


def test_the_sitemap_of_a_large_club_comes_in_parts(client, monkeypatch):
    """Together they tell what one page would, pairs across two parts included."""
    first = make.make_post(slug="premier", days=-9)
    for n in range(3):
        make.make_post(slug=f"autre-{n}", days=-5 + n)
        make.make_person()
    make.make_post(slug="first", lang="en", original=first)
    make.make_event()
    whole = sitemap(client)
    monkeypatch.setattr(sitemaps, "PART", 2)
    tree = ET.fromstring(client.get(reverse("sitemap")).content)  # noqa: S314 -- our own answer
    pages = [page.text for page in tree.findall("s:sitemap/s:loc", SPACE)]
    assert pages == [f"http://localhost:8000/sitemap.xml?part={number}" for number in (1, 2, 3)]
    parts = [sitemap(client, part) for part in (1, 2, 3)]
    assert parts[0] | parts[1] | parts[2] == whole
    assert sum(map(len, parts)) == len(whole)
    assert [sitemap(client, part) for part in ("4", "99999999")] == [{}, parts[0]]


def test_the_page_that_names_the_parts_is_written_once_in_an_edition(client, settings, monkeypatch, at_once):
    settings.KEEP_FACTS = True
    monkeypatch.setattr(sitemaps, "PART", 1)

    def parts():
        return client.get(reverse("sitemap")).text.count("<loc>")

    make.make_post(), make.make_post()
    assert parts() == 2
    with CaptureQueriesContext(connection) as asked:
        assert parts() == 2
    assert not asked.captured_queries
    at_once(changed, make.make_post())
    assert parts() == 3


def test_the_sitemap_loads_no_text(client, django_assert_max_num_queries):
    make.make_page()
    make.make_post(
        topics=[make.make_topic()], categories=[make.make_category()], series=make.make_series(), author=make.make_person()
    )
    make.make_event(venue=make.make_venue(), cycle=make.make_cycle())
    make.make_partner()
    make.make_group()
    with django_assert_max_num_queries(17) as caught:
        assert len(sitemap(client)) > 10
    read = " ".join(query["sql"].partition(" FROM ")[0] for query in caught.captured_queries)
    for name in ("body", "body_html", "description", "description_html", "bio", "bio_html", "access", "search_text"):
        assert f'."{name}"' not in read


def test_robots_are_told_where_to_go(client, settings):
    settings.SITE_URL = "https://club.example"
    text = client.get(reverse("robots")).content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: https://club.example/sitemap.xml" in text


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("/recherche/", True),
        ("/recherche/?q=radio", False),
        ("/compte/login/", True),
        ("/compte/login/?next=/articles/", False),
        ("/compte/password/reset/", False),
    ],
)
def test_search_engines_find_the_doors_and_not_what_is_behind(client, path, is_found):
    """The form to search with and the one to sign in by are pages; results, and the rest of the account, are not."""
    assert ('<meta name="robots" content="noindex">' not in client.get(path).text) is is_found


@pytest.mark.parametrize(
    ("email", "contact"), [("sos@club.example", "mailto:sos@club.example"), ("", "http://localhost:8000/contact/")]
)
def test_researchers_are_told_whom_to_write_to(client, email, contact):
    from members.models import Club

    Club.objects.create(pk=1, contact_email=email)
    lines = dict(line.split(": ", 1) for line in client.get(reverse("security_txt")).content.decode().splitlines())
    assert lines["Contact"] == contact
    assert lines["Expires"].endswith("Z")
