"""Too many people at once: whoever asks is told to ask again, by the same answer on every page."""

import pytest
from django.urls import reverse

from events import confirming, registering
from events.door import arriving
from events.models import Registration
from events.refusals import Busy
from tests.cast import cast
from tests.make import make_event, make_registration

pytestmark = pytest.mark.django_db


def busy(*args, **kwargs):
    raise Busy


@pytest.fixture(autouse=True)
def _a_crowd(monkeypatch):
    """The database is held by somebody else, as `patient` says after its last try."""
    for module, name in [
        (registering, "join"),
        (registering, "leave"),
        (registering, "claim"),
        (registering, "give_back"),
        (registering, "claim_place"),
        (confirming, "confirm"),
        (arriving, "check_in"),
        (arriving, "walk_in"),
    ]:
        monkeypatch.setattr(module, name, busy)


def expect_to_be_asked_again(response):
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Beaucoup de monde s’inscrit" in response.text


@pytest.mark.parametrize("deed", ["register", "leave", "claim"])
def test_on_the_page_of_a_meeting(client, deed):
    event, milan = make_event(), cast("milan")
    if deed != "register":
        make_registration(event=event, member=milan)
    client.force_login(milan)
    expect_to_be_asked_again(client.post(reverse(f"events:{deed}", args=[event.slug]), {"guests": 0}))


@pytest.mark.parametrize(
    ("page", "state", "button"),
    [
        ("leave_by_link", "going", "danger"),
        ("claim_by_link", "waiting", "Prendre la place"),
        ("confirm_by_link", "going", "button"),
    ],
)
def test_by_the_link_of_a_letter_with_the_button_still_there(client, page, state, button):
    row = make_registration(event=make_event(), state=Registration.State(state))
    response = client.post(reverse(f"events:{page}", args=[row.event.slug, row.token]))
    expect_to_be_asked_again(response)
    assert button in response.text.partition("<main")[2]
    assert "plus rapide" not in response.text


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_at_the_door(client, htmx):
    row = make_registration(event=make_event(days=0))
    client.force_login(cast("olga"))
    address = reverse("door:check_in", args=[row.event.slug, row.pk])
    expect_to_be_asked_again(client.post(address, {"people": 1, "nonce": "a"}, headers=htmx))
    typed = {"people": 1, "nonce": "b", "name": "Zoé"}
    response = client.post(reverse("door:walk_in", args=[row.event.slug]), typed)
    expect_to_be_asked_again(response)
    assert 'value="Zoé"' in response.text
