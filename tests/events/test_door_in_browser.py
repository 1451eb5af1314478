"""The door on a telephone whose network goes away and comes back, and one without scripts."""

import pytest
from django.urls import reverse

from events import door
from events.models import DoorTap, Registration
from tests.cast import cast
from tests.make import make_event, make_member, make_registration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evening():
    event = make_event(days=0)
    for name in ("Zoé Le Goff", "Ali Ben"):
        make_registration(event=event, member=make_member(name=name))
    return event, reverse("door:door", args=[door.give_link(event, by=cast("olga")).key])


def here(event):
    return sorted(Registration.objects.came().filter(event=event).values_list("member__name", flat=True))


def test_what_is_tapped_without_a_network_is_sent_later_and_counts_once(browser, evening):
    event, address = evening
    page = browser.open(address, width=360)
    page.context.set_offline(True)
    page.get_by_role("button", name="Est là – Zoé Le Goff").click()
    line = page.locator("[data-name='Zoé Le Goff']")
    line.get_by_text("en attente d’envoi").wait_for()
    page.locator("[data-door-queue]").get_by_text("1 en attente d’envoi").wait_for()
    browser.expect_fault("ERR_INTERNET_DISCONNECTED")
    assert here(event) == []
    page.context.set_offline(False)
    line.get_by_role("button", name="Annuler").wait_for()
    assert here(event) == ["Zoé Le Goff"]
    assert DoorTap.objects.count() == 1
    assert page.locator("[data-door-queue]").is_hidden()
    page.get_by_role("searchbox").fill("be")
    assert page.locator("[data-name]:visible").count() == 1


def test_what_one_telephone_says_the_other_shows(browser, evening):
    _event, address = evening
    one, other = browser.open(address), browser.open(address)
    one.get_by_role("button", name="Est là – Ali Ben").click()
    other.locator("[data-name='Ali Ben']").get_by_role("button", name="Annuler").wait_for(timeout=15_000)


def test_without_scripts_a_tap_is_a_form_and_letters_are_a_search(browser, evening):
    event, address = evening
    page = browser.open(address, width=360, javascript=False)
    page.get_by_role("searchbox").fill("zo")
    page.get_by_role("button", name="Chercher").click()
    assert page.locator("[data-name]").count() == 1
    page.get_by_role("button", name="Est là – Zoé Le Goff").click()
    page.get_by_role("button", name="Annuler – Zoé Le Goff").wait_for()
    assert here(event) == ["Zoé Le Goff"]
