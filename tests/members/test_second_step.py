"""The second step at sign-in, the codes of the day it is lost, and what may be touched only by who proves themselves again."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Letter
from tests.cast import cast
from tests.members.test_sign_in import PASSWORD, code_in, door, enter, is_signed_in, last_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    """A code of the app is good once, for half a minute: `clock.shift(30)` brings the next one."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def shown_by_app(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def prove(client, response, *, password=PASSWORD):
    """Follows the answer to the page that asks who one is, and gives the password there."""
    assert response.url.startswith(reverse("account_reauthenticate"))
    target = re.search(r"next=([^&]+)", response.url)[1].replace("%2F", "/")
    return client.post(reverse("account_reauthenticate"), {"password": password, "next": target})


def set_up(client) -> tuple[str, list[str]]:
    """Sets the app up by the pages; its secret and the recovery codes as they are shown."""
    page = client.get(reverse("mfa_activate_totp"))
    if page.status_code == 302:
        page = client.get(prove(client, page).url)
    secret = re.search(r'id="authenticator_secret"[^>]*>([A-Z2-7]+)<', page.content.decode())[1]
    response = client.post(reverse("mfa_activate_totp"), {"code": shown_by_app(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    return secret, re.findall(r"\b\d{8}\b", client.get(response.url).content.decode())


@pytest.fixture
def milan_with_app(clock):
    """Milan, the secret of his app, and his recovery codes; he is nowhere signed in."""
    milan, elsewhere = cast("milan"), Client()
    door(elsewhere, milan.email, password=PASSWORD)
    secret, codes = set_up(elsewhere)
    clock.shift(60)
    return milan, secret, codes


def test_an_app_is_set_up_with_the_code_it_shows_and_the_account_is_told(client, django_capture_on_commit_callbacks):
    door(client, cast("milan").email, password=PASSWORD)
    with django_capture_on_commit_callbacks(execute=True):
        secret, codes = set_up(client)
    assert len(secret) == 32
    assert len(set(codes)) == 10
    assert last_letter("milan@example.org").kind == "account.totp_activated"


def test_a_wrong_code_sets_nothing_up(client):
    door(client, cast("milan").email, password=PASSWORD)
    page = client.get(prove(client, client.get(reverse("mfa_activate_totp"))).url)
    secret = re.search(r'id="authenticator_secret"[^>]*>([A-Z2-7]+)<', page.content.decode())[1]
    response = client.post(reverse("mfa_activate_totp"), {"code": wrong(shown_by_app(secret))})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert secret in response.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("with_password", [True, False])
def test_whoever_has_an_app_is_asked_for_its_code(client, milan_with_app, with_password):
    milan, secret, _codes = milan_with_app
    response = door(client, milan.email, password=PASSWORD if with_password else "", next_url="/groupes/")
    if not with_password:
        response = enter(client, response, email=milan.email)
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert not is_signed_in(client)
    assert client.get(reverse("members:me")).status_code == 302
    response = client.post(response.url, {"code": shown_by_app(secret)})
    assert is_signed_in(client)
    assert response.url == "/groupes/"


def test_a_wrong_code_of_the_app_is_said_on_the_page(client, milan_with_app):
    milan, secret, _codes = milan_with_app
    response = client.post(door(client, milan.email, password=PASSWORD).url, {"code": wrong(shown_by_app(secret))})
    assert "field-error" in response.content.decode()
    assert not is_signed_in(client)


def test_the_code_of_the_app_is_refused_after_five_wrong_ones_from_anywhere(client, milan_with_app):
    milan, secret, _codes = milan_with_app
    for n in range(5):
        client.post(
            door(client, milan.email, password=PASSWORD).url,
            {"code": wrong(shown_by_app(secret))},
            REMOTE_ADDR=f"192.0.2.{n}",
        )
    other = Client()
    other.post(door(other, milan.email, password=PASSWORD).url, {"code": shown_by_app(secret)}, REMOTE_ADDR="192.0.2.99")
    assert not is_signed_in(other)


def test_a_code_of_the_app_opens_once(client, milan_with_app):
    milan, secret, _codes = milan_with_app
    client.post(door(client, milan.email, password=PASSWORD).url, {"code": shown_by_app(secret)})
    other = Client()
    other.post(door(other, milan.email, password=PASSWORD).url, {"code": shown_by_app(secret)})
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_recovery_codes_are_shown_once(client, clock):
    door(client, cast("milan").email, password=PASSWORD)
    _secret, codes = set_up(client)
    for page in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_index"):
        body = client.get(reverse(page)).content.decode()
        assert not [code for code in codes if code in body]


def test_a_recovery_code_opens_once(client, milan_with_app):
    milan, _secret, codes = milan_with_app
    client.post(door(client, milan.email, password=PASSWORD).url, {"code": codes[3]})
    assert is_signed_in(client)
    other = Client()
    other.post(door(other, milan.email, password=PASSWORD).url, {"code": codes[3]})
    assert not is_signed_in(other)
    other.post(reverse("mfa_authenticate"), {"code": codes[4]})
    assert is_signed_in(other)


def test_new_recovery_codes_end_the_old_ones(client, clock, django_capture_on_commit_callbacks):
    door(client, cast("milan").email, password=PASSWORD)
    _secret, old = set_up(client)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("mfa_generate_recovery_codes"))
    new = re.findall(r"\b\d{8}\b", client.get(response.url).content.decode())
    assert len(new) == 10
    assert last_letter("milan@example.org").kind == "account.recovery_codes_generated"
    other = Client()
    other.post(door(other, "milan@example.org", password=PASSWORD).url, {"code": old[0]})
    assert not is_signed_in(other)
    other.post(reverse("mfa_authenticate"), {"code": new[0]})
    assert is_signed_in(other)


def test_without_the_app_the_recovery_codes_go_and_one_step_is_enough_again(client, clock, django_capture_on_commit_callbacks):
    door(client, cast("milan").email, password=PASSWORD)
    set_up(client)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_deactivate_totp")).url == reverse("mfa_index")
    assert not Authenticator.objects.exists()
    assert last_letter("milan@example.org").kind == "account.totp_deactivated"
    other = Client()
    door(other, "milan@example.org", password=PASSWORD)
    assert is_signed_in(other)


GUARDED = ["mfa_activate_totp", "mfa_add_webauthn"]
GUARDED_WITH_APP = ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn"]


@pytest.mark.parametrize("page", GUARDED)
def test_who_just_came_in_says_again_who_they_are_before_touching_the_keys(client, page):
    door(client, cast("milan").email, password=PASSWORD)
    assert "field-error" in prove(client, client.get(reverse(page)), password="wrong").content.decode()
    assert client.get(reverse(page)).status_code == 302
    assert client.get(prove(client, client.get(reverse(page))).url).status_code == 200


@pytest.mark.parametrize("page", GUARDED)
def test_a_form_sent_too_early_is_asked_about_as_well(client, page):
    door(client, cast("milan").email, password=PASSWORD)
    response = client.post(reverse(page), {"code": "123456", "name": "x", "credential": "{}"})
    assert response.url.startswith(reverse("account_reauthenticate"))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("page", GUARDED_WITH_APP)
def test_an_app_can_say_it_too_and_not_for_longer_than_five_minutes(client, clock, milan_with_app, page):
    milan, secret, _codes = milan_with_app
    client.force_login(milan)
    assert client.get(reverse(page)).url.startswith(reverse("account_reauthenticate"))
    body = client.get(reverse("account_reauthenticate")).content.decode()
    assert reverse("mfa_reauthenticate") in body
    assert "field-error" in client.post(reverse("mfa_reauthenticate"), {"code": wrong(shown_by_app(secret))}).content.decode()
    client.post(reverse("mfa_reauthenticate"), {"code": shown_by_app(secret)})
    assert client.get(reverse(page)).status_code == 200
    clock.shift(301)
    assert client.get(reverse(page)).status_code == 302


def test_the_guesses_at_who_one_is_are_counted(client):
    door(client, cast("milan").email, password=PASSWORD)
    answers = [client.post(reverse("account_reauthenticate"), {"password": "wrong"}).status_code for _n in range(12)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_somebody_elses_key_is_not_there(client, milan_with_app):
    milan, _secret, _codes = milan_with_app
    theirs = Authenticator.objects.create(user=milan, type="webauthn", data={"name": "Bureau", "credential": {}})
    client.force_login(cast("flora"))
    for page in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.post(reverse(page, args=[theirs.pk]), {"name": "x"}).status_code in (302, 404)
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_over_https_staff_sets_a_second_step_up_before_the_desk_opens(client, settings, clock):
    """AU-09."""
    settings.HTTPS = True
    response = enter(client, door(client, cast("olga").email, next_url="/admin/"), email="olga@example.org")
    for path in ("/admin/", "/admin/events/event/", "/admin/members/member/"):
        led = client.get(path)
        assert led.status_code == 302
        assert client.get(led.url).url == reverse("mfa_index")
    assert response.url == "/admin/"
    assert "seconde étape" in client.get(reverse("mfa_index")).content.decode()
    set_up(client)
    assert client.get("/admin/").status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.exists() is False
    assert client.get("/admin/").status_code == 302


def test_over_https_a_password_alone_never_reaches_the_desk(client, settings, clock):
    settings.HTTPS = True
    olga, secret = cast("olga"), generate_totp_secret()
    TOTP.activate(olga, secret)
    response = door(client, olga.email, password=PASSWORD, next_url="/admin/")
    assert client.get("/admin/").status_code == 302
    response = client.post(response.url, {"code": shown_by_app(secret)})
    assert response.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_letter_about_a_code_never_holds_a_code_of_the_app(client, milan_with_app):
    _milan, secret, codes = milan_with_app
    for letter in Letter.objects.all():
        assert not [word for word in [secret, *codes] if word in letter.text + letter.html]


def test_the_code_of_a_letter_is_not_the_second_step(client, milan_with_app):
    milan, _secret, _codes = milan_with_app
    response = enter(client, door(client, milan.email), email=milan.email)
    client.post(response.url, {"code": code_in(last_letter(milan.email))})
    assert not is_signed_in(client)
