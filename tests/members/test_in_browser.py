"""The door in a real Chromium: a code, with and without JavaScript, and a passkey."""

import re

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from members.models import Letter, Member
from tests.cast import cast

pytestmark = pytest.mark.django_db(transaction=True)


def code_for(email) -> str:
    return re.search(r"\b(\d{6})\b", Letter.objects.filter(to_email=email).latest("pk").text)[1]


def url(language, name) -> str:
    with translation.override(language):
        return reverse(name)


@pytest.mark.parametrize(
    ("language", "width", "javascript"), [("fr", 360, True), ("en", 1280, True), ("fr", 1280, False), ("en", 360, False)]
)
def test_a_visitor_comes_in_with_a_code_and_is_back_where_they_were(browser, language, width, javascript):
    groups = url(language, "members:groups")
    page = browser.open(
        f"{url(language, 'account_login')}?next={groups}%3Fgoing%3D1%26guests%3D1",
        width=width,
        javascript=javascript,
        language=language,
    )
    page.fill("#id_login", "Ana@Example.org")
    page.click("main form.form button.button >> nth=0")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", code_for("ana@example.org"))
    page.click("main form.form button.button >> nth=0")
    page.wait_for_url(f"**{groups}?going=1&guests=1")
    assert Member.objects.get().email == "ana@example.org"


def test_a_name_and_an_application_follow(browser):
    page = browser.open(reverse("members:apply"), as_=cast("flora"), width=360)
    page.fill("#id_occupation", "Community manager, Rennes")
    page.fill("#id_motivation", "Rencontrer des pairs.")
    page.click("main form.form button.button")
    page.wait_for_url(f"**{reverse('members:me')}")
    expect(page.locator(".badge.is-pending")).to_have_count(1)


def with_an_authenticator(page):
    """A virtual authenticator that holds passkeys and always finds its owner present."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_added_and_opens_the_door(browser):
    milan = cast("milan")
    page = browser.open(reverse("mfa_add_webauthn"), as_=milan)
    with_an_authenticator(page)
    page.fill("#id_password", "a long enough password")
    page.click("main form.form button[type=submit]")
    page.fill("#id_name", "Mon téléphone")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}**")
    assert milan.authenticator_set.filter(type="webauthn").count() == 1
    assert Letter.objects.filter(kind="account.webauthn_added", to_email=milan.email).exists()
    page.goto(reverse("account_logout"))
    page.click("main form button[type=submit]")
    page.goto(f"{reverse('account_login')}?next={reverse('members:groups')}")
    page.click("#passkey_login")
    page.wait_for_url(browser.site + reverse("members:groups"))
    expect(page.locator(".account-menu")).to_have_count(1)
