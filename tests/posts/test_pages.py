import pytest

from tests.make import make_page
from tests.posts.reading import links, main

pytestmark = pytest.mark.django_db


def test_a_page_is_read_in_the_language_asked(client):
    make_page(slug="le-club", lang="fr", title="Le club", body="Un *mot*.")
    make_page(slug="le-club", lang="en", title="The club", body="A *word*.")
    assert "<p>Un <em>mot</em>.</p>" in main(client.get("/le-club/"))
    assert "<p>A <em>word</em>.</p>" in main(client.get("/en/le-club/"))


def test_a_page_in_one_language_only_answers_in_both_and_says_so(client):
    make_page(slug="presse", lang="fr", title="Presse")
    page = client.get("/en/presse/")
    assert '<h1 lang="fr">Presse</h1>' in page.text
    assert links(page, rel="canonical") == ["http://localhost:8000/presse/"]


@pytest.mark.parametrize("path", ["/rien/", "/en/rien/", "/a%00b/", "/%C3%A9t%C3%A9/", "/" + "a" * 500 + "/"])
def test_what_does_not_exist_is_missing(client, path):
    assert client.get(path).status_code == 404


def test_an_introduction_is_read_on_the_page_it_introduces(client):
    intro = make_page(slug="contact-intro", body="Écrivez-nous.")
    assert (intro.get_absolute_url(), intro.canonical_url()) == ("/contact/", "http://localhost:8000/contact/")
    assert "Écrivez-nous." in main(client.get("/contact/"))
    assert client.get("/contact-intro/").status_code == 404
    assert "contact-intro" not in client.get("/sitemap.xml").text


def test_a_page_is_read_and_nothing_else(client):
    make_page(slug="le-club")
    assert client.post("/le-club/").status_code == 405


def test_a_page_costs_two_queries(client, django_assert_num_queries):
    make_page(slug="le-club")
    with django_assert_num_queries(2):
        client.get("/le-club/")
