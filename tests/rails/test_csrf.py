"""Every URL that takes a POST refuses one without the token, with another's, and one that another site sends."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.cast import ROLE_OF
from tests.rails import club
from tests.rails.test_matrix import ROLES, cell, expected

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]  # refused before a database is asked anything

EXEMPT = {"members:letters_stop"}  # mail programs post to it by themselves, with the signed key of a letter (RFC 8058)
TOKEN, ANOTHER = "a" * 32, "b" * 32
SENT = {
    "nothing": {},
    "the token of somebody else": {"X-CSRFToken": ANOTHER},
    "the token, from another site": {"X-CSRFToken": TOKEN, "Origin": "https://elsewhere.example"},
    "nothing, from another site": {"Origin": "https://elsewhere.example"},
}


def refused(request, reason=""):
    """In the place of the page that says so, which `test_surface.py` reads: this walk asks for it a thousand times."""
    return HttpResponse(status=403)


def posted() -> list[str]:
    """Keys of the matrix that some role may POST to."""
    return [name for (name, method), cells in expected().items() if method == "POST" and set(cells) - {"404", "405"}]


def browser(member, **headers) -> Client:
    """That of `member`, or of a visitor: it was given TOKEN, and sends `headers`."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False, headers=headers)
    if member:
        client.force_login(member)
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    return client


@pytest.mark.parametrize(("sent", "who"), [("nothing", None), ("nothing", "flora"), *((sent, "oscar") for sent in SENT)])
def test_a_post_without_the_token_of_the_page_is_refused(sent, who, settings):
    """WB-01."""
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refused"
    people = club.build()
    client = browser(who and getattr(people, who), **SENT[sent])
    addresses = club.addresses(people)
    accepted = {
        name: status
        for name in posted()
        if name in addresses and name not in EXEMPT and (status := client.post(addresses[name]).status_code) != 403
    }
    # what does not exist for somebody stays 404, and what asks to sign in first changes nothing
    assert {name: status for name, status in accepted.items() if status not in (404, 405)} == {}


@pytest.mark.parametrize("role", ["visitor", "friend", "owner"])
def test_a_post_with_the_token_of_the_page_is_answered_as_the_table_says(role):
    people = club.build()
    client = browser(getattr(people, ROLE_OF[role]) if role != "visitor" else None, **{"X-CSRFToken": TOKEN})
    addresses, table = club.addresses(people), expected()
    answered = {name: cell(client, "POST", addresses[name]) for name in posted() if name in addresses}
    assert answered == {name: table[name, "POST"][ROLES.index(role)] for name in answered}


def test_no_view_is_spared_the_check():
    spared = {url.name for url in club.urls() if getattr(url.view, "csrf_exempt", False)}
    assert spared == EXEMPT


def test_there_are_posts_to_check():
    assert len(posted()) > 30
