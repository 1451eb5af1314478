import re

import pytest
from django.db import OperationalError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from smclub import views
from tests.make import make_event


def test_a_missing_page_is_said_in_the_language_of_the_address(client, db):
    assert client.get("/nulle-part/").status_code == 404
    assert b'lang="en"' in client.get("/en/nowhere/").content


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/evenements/{slug}/place/", "/evenements/{slug}/"),
        ("/en/evenements/{slug}/desinscription/", "/en/evenements/{slug}/"),
        ("/evenements/{slug}/pouvoir/retrait/", "/evenements/{slug}/pouvoir/"),
    ],
)
def test_the_address_of_a_button_leads_to_its_page(client, db, path, above):
    event = make_event()
    path, above = path.format(slug=event.slug), above.format(slug=event.slug)
    response = client.get(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert f'<a class="button" href="{above}">' in response.text
    assert f'<html lang="{"en" if path.startswith("/en/") else "fr"}">' in response.text
    assert client.put(path).content == b""


def test_the_home_page_answers(client, db):
    assert client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("error", [OperationalError, RuntimeError])
def test_only_an_absent_database_is_a_503(rf, error):
    try:
        raise error("no")
    except error:
        response = views.server_error(rf.get("/"))
    assert (response.status_code, response.get("Retry-After")) == ((503, "30") if error is OperationalError else (500, None))


@pytest.mark.parametrize("template", ["403.html", "403_csrf.html", "404.html", "405.html", "429.html"])
def test_an_error_page_speaks_the_language_of_the_reader_in_the_frame_of_the_site(rf, db, template):
    headings = set()
    for language in ("fr", "en"):
        with translation.override(language):
            page = render_to_string(template, request=rf.get("/"))
        assert f'<html lang="{language}">' in page
        assert "site-footer" in page
        headings |= set(re.findall("<h1>(.+?)</h1>", page))
    assert len(headings) == 2


@pytest.mark.parametrize("template", ["400.html", "500.html", "503.html"])
def test_a_page_that_may_ask_nothing_says_it_in_both(template):
    page = render_to_string(template)
    assert '<html lang="fr">' in page
    assert 'lang="en"' in page.partition("<body")[2]
    assert "/static/smclub/club.css" in page
