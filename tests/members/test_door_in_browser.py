"""Every page of the door as people come to see it, looked at like those of the walk: also the ones a walk cannot open."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import translation

from members.models import Letter
from tests.cast import cast
from tests.flows.test_passkey import give_a_device
from tests.members.test_second_step import shown_by_app, wrong
from tests.members.test_sign_in import PASSWORD, door
from tests.rails.test_walk import TWO_WAYS, look

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize(("language", "width", "scheme"), TWO_WAYS),
]
SEND = "main form.form button.button >> nth=0"


def code_for(email) -> str:
    return re.search(r"\b(\d{6})\b", Letter.objects.filter(to_email=email).latest("pk").text)[1]


@pytest.fixture
def visit(browser, language, width, scheme):
    """`visit(as_=member)` gives a page and a list to which `see(name)` adds what is wrong with the page as it stands."""
    with translation.override(language):
        yield lambda as_=None: Walk(browser.open(as_=as_, width=width, language=language, scheme=scheme))


class Walk:
    def __init__(self, page):
        self.page, self.wrong = page, []

    def see(self, name: str, *args, query: str = "") -> None:
        """Goes to the page of that URL name, and looks."""
        self.page.goto(reverse(name, args=args) + query)
        self.look(name)

    def look(self, name: str) -> None:
        self.wrong += look(self.page, f"{name} {self.page.url}")

    def send(self, **typed) -> None:
        for field, value in typed.items():
            self.page.fill(f"#id_{field}", value)
        self.page.click(SEND)


def wait_for_a_young_code() -> None:
    """A code of the app lives half a minute from each half minute on: not to be sent in its last ten seconds."""
    left = 30 - time.time() % 30
    if left < 10:
        time.sleep(left)


def test_what_a_visitor_sees_at_the_door(visit):
    email = cast("milan").email
    walk = visit()
    for name in (
        "account_signup",
        "account_signup_by_passkey",
        "account_request_login_code",
        "account_password_reset_completed",
        "account_inactive",
        "account_login",
    ):
        walk.see(name)
    walk.send(login=email, password="wrong")
    walk.look("a wrong password")
    walk.send(login=email, password="")
    walk.look("the code")
    walk.send(code=wrong(code_for(email)))
    walk.look("a wrong code")
    walk.see("account_reset_password")
    walk.send(email=email)
    walk.look("the code of a reset")
    walk.send(code=code_for(email))
    walk.look("a new password")
    walk.send(password1="short", password2="other")
    walk.look("a password that will not do")
    walk.send(password1="another long password", password2="another long password")
    walk.look("the password is changed")
    assert not walk.wrong, "\n".join(walk.wrong)


def test_what_somebody_sees_of_their_keys(visit):
    milan = cast("milan")
    walk = visit(milan)
    walk.see("mfa_index")
    walk.see("mfa_list_webauthn")
    walk.page.goto(reverse("mfa_activate_totp"))
    walk.look("is it you")
    walk.send(password=PASSWORD)
    walk.look("an app")
    walk.send(code="1")
    walk.look("a wrong code of the app")
    secret = walk.page.inner_text("#authenticator_secret")
    wait_for_a_young_code()
    walk.send(code=shown_by_app(secret))
    walk.look("recovery codes")
    walk.page.check("#codes_saved")
    walk.see("mfa_view_recovery_codes")
    walk.see("mfa_generate_recovery_codes")
    walk.see("mfa_add_webauthn")
    give_a_device(walk.page)
    walk.page.click("#mfa_webauthn_add")
    walk.page.wait_for_url(f"**{reverse('mfa_index')}")
    key = Authenticator.objects.get(type="webauthn")
    for name in ("mfa_index", "mfa_list_webauthn", "mfa_deactivate_totp", "mfa_reauthenticate_webauthn"):
        walk.see(name)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        walk.see(name, key.pk)
    assert not walk.wrong, "\n".join(walk.wrong)


def test_what_somebody_sees_of_their_account(visit):
    milan = cast("milan")
    for _n in range(2):
        door(Client(), milan.email, password=PASSWORD)
    walk = visit()
    walk.page.goto(reverse("account_login"))
    walk.send(login=milan.email, password=PASSWORD)
    for name in ("account_change_password", "usersessions_list", "account_reset_password", "account_logout", "account_email"):
        walk.see(name)
    walk.send(email="milan@example.org")
    walk.look("the same address")
    walk.send(email="milan@new.example")
    walk.send(password=PASSWORD)
    walk.look("the code of an address")
    walk.send(code=code_for("milan@new.example"))
    walk.look("the address is changed")
    milan.set_unusable_password()
    milan.save()
    walk = visit(milan)
    walk.see("account_set_password")
    assert not walk.wrong, "\n".join(walk.wrong)


def test_what_somebody_sees_of_the_second_step(visit):
    milan = cast("milan")
    TOTP.activate(milan, generate_totp_secret())
    walk = visit(milan)
    for name in ("account_reauthenticate", "mfa_reauthenticate"):
        walk.see(name)
    walk.page.goto(reverse("account_logout"))
    walk.page.click(SEND)
    walk.look("signed out")
    walk.page.goto(reverse("account_login"))
    walk.send(login=milan.email, password=PASSWORD)
    walk.look("the second step")
    walk.send(code="000001")
    walk.look("a wrong second step")
    assert not walk.wrong, "\n".join(walk.wrong)
