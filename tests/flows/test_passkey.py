"""A key made on this device opens the account: no password, no code."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from tests.flows.journey import WITH_SCRIPTS, arrives, follow, press, reads, sign_in

pytestmark = pytest.mark.parametrize("way", WITH_SCRIPTS, indirect=True)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def give_a_device(page) -> None:
    """One that makes keys and knows its owner, without a question."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_added_then_opens_the_account(visit, person):
    milan = person("milan")
    page = visit(reverse("account_login") + "?next=" + reverse("mfa_index"))
    give_a_device(page)
    sign_in(page, milan.email)
    follow(page.locator("main"), _("Add a key"))
    page.get_by_label(_("Password"), exact=True).fill("a long enough password")
    press(page, _("Confirm"))
    page.get_by_label(_("Name of this key")).fill("Le portable")
    press(page, _("Add a key"))
    arrives(page, _("Recovery codes"))
    page.goto(reverse("account_logout"))
    press(page.locator("main"), _("Sign out"))
    reads(page, _("You have signed out."))

    page.goto(reverse("account_login") + "?next=" + reverse("mfa_list_webauthn"))
    press(page, _("Use a passkey"))
    reads(page, "Le portable")


def test_a_device_without_a_key_is_told_on_the_page(visit):
    page = visit(reverse("account_login"))
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"hasResidentKey": False}})
    press(page, _("Use a passkey"))
    reads(page, _("The device gave no key. Try again, or receive a code."))
