"""The door on a telephone whose network goes away and comes back, and one without scripts."""

import json

import pytest
from django.urls import reverse

from events import tickets
from events.door import arriving
from events.models import DoorTap, Registration
from tests.cast import cast
from tests.make import make_event, make_member, make_registration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evening():
    event = make_event(days=0)
    for name in ("Zoé Le Goff", "Ali Ben"):
        make_registration(event=event, member=make_member(name=name))
    return event, reverse("door:door", args=[arriving.give_link(event, by=cast("olga")).key])


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
    nobody = page.get_by_text("Personne sur la liste ne porte ces lettres.")
    assert nobody.is_hidden()
    page.get_by_role("searchbox").fill("zzz")
    nobody.wait_for()


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


# Debian's Chromium has neither camera nor decoder: a canvas for the one, and for the other what the test holds before it.
SCANNER = """(held) => {
  const card = document.createElement("canvas");
  setInterval(() => card.getContext("2d").fillRect(0, 0, 9, 9), 50);
  navigator.mediaDevices.getUserMedia = async ({ video }) => {
    if (!held || video.facingMode !== "environment") throw new DOMException("", "NotAllowedError");
    return card.captureStream(5);
  };
  let looks = 0;
  window.BarcodeDetector = class {
    async detect(video) {
      if (!video.videoWidth) throw new DOMException("", "InvalidStateError");
      return ++looks > 1 ? held.map((rawValue) => ({ rawValue })) : [];
    }
  };
}"""


def with_camera(browser, address, *, holding):
    """The door on a telephone that sees these codes at its second look; None: its camera is refused."""
    page = browser.open(width=360)
    page.add_init_script(f"({SCANNER})({json.dumps(holding)})")
    page.goto(address)
    return page


def test_a_ticket_before_the_camera_leads_to_its_person(browser, evening):
    event, address = evening
    place = event.registrations.get(member__name="Ali Ben")
    page = with_camera(browser, address, holding=["https://elsewhere.example/", tickets.address_of(place)])
    page.get_by_role("button", name="Scanner un billet").click()
    page.wait_for_url("**?billet=*")
    assert [line.get_attribute("data-name") for line in page.locator("[data-name]").all()] == ["Ali Ben"]
    page.get_by_role("button", name="Est là – Ali Ben").click()
    page.get_by_role("button", name="Annuler – Ali Ben").wait_for()
    assert here(event) == ["Ali Ben"]


def test_without_the_camera_one_is_told_to_search(browser, evening):
    page = with_camera(browser, evening[1], holding=None)
    page.get_by_role("button", name="Scanner un billet").click()
    page.get_by_text("L’appareil photo n’est pas disponible").wait_for()


def test_a_browser_without_a_decoder_offers_no_scan(browser, evening):
    page = browser.open(evening[1], width=360)
    assert not page.get_by_role("button", name="Scanner un billet").is_visible()
