"""What becomes of passwords, addresses, codes and sessions once one of them changes (AU-06, AU-07)."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group as Role
from django.test import Client
from django.urls import reverse

from members import standing
from members.models import Letter, Member
from tests.cast import cast
from tests.make import make_member
from tests.members.test_second_step import prove
from tests.members.test_sign_in import PASSWORD, code_in, door, enter, is_signed_in, last_letter

pytestmark = pytest.mark.django_db
OTHER = "another long password"
NEW = "milan@new.example"


def is_in(client) -> bool:
    return client.get(reverse("members:me")).status_code == 200


def signed_in(*, times: int) -> list[Client]:
    """Browsers in which Milan is signed in, as he does it."""
    browsers = [Client() for _n in range(times)]
    for browser in browsers:
        door(browser, cast("milan").email, password=PASSWORD)
    return browsers


def ask_for_reset(client, email="milan@example.org"):
    return client.post(reverse("account_reset_password"), {"email": email})


def choose(client, response, *, password=OTHER):
    return client.post(response.url, {"password1": password, "password2": password})


def change_address(client, *, to=NEW):
    """Milan, signed in, moves to another address by the pages; the answer to the code."""
    response = client.post(reverse("account_email"), {"email": to, "action_add": ""})
    response = prove(client, response)
    return client.post(response.url, {"code": code_in(last_letter(to))})


def test_a_change_of_password_ends_the_other_sessions(client):
    here, there, elsewhere = signed_in(times=3)
    response = here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})
    assert response.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(elsewhere)
    assert last_letter("milan@example.org").kind == "account.password_changed"
    door(client, "milan@example.org", password=PASSWORD)
    assert not is_signed_in(client)
    door(client, "milan@example.org", password=OTHER)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "typed",
    [
        {"oldpassword": "wrong", "password1": OTHER, "password2": OTHER},
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": "something else"},
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
        {"oldpassword": PASSWORD, "password1": "milan@example.org", "password2": "milan@example.org"},
        {"oldpassword": "", "password1": "", "password2": ""},
    ],
)
def test_a_password_that_will_not_do_is_said_in_the_form(typed):
    here, there = signed_in(times=2)
    response = here.post(reverse("account_change_password"), typed)
    assert "field-error" in response.content.decode()
    assert is_in(there)
    assert cast("milan").check_password(PASSWORD)


def test_a_first_password_opens_the_door_and_is_told(client):
    flora, elsewhere = make_member(email="flora@example.org"), Client()
    flora.set_unusable_password()
    flora.save()
    for browser in (client, elsewhere):
        enter(browser, door(browser, flora.email), email=flora.email)
    assert client.get(reverse("account_change_password")).url == reverse("account_set_password")
    client.post(reverse("account_set_password"), {"password1": OTHER, "password2": OTHER})
    assert is_in(client)
    assert not is_in(elsewhere)
    assert last_letter(flora.email).kind == "account.password_set"
    door(elsewhere, flora.email, password=OTHER)
    assert is_in(elsewhere)


def test_who_loses_a_role_or_the_second_step_signs_in_again():
    milan, owner = cast("milan"), cast("oscar")
    editor, author = Role.objects.get(name="editor"), Role.objects.get(name="author")
    standing.give_roles(milan, by=owner, roles=[author], is_owner=False)
    (browser,), (other,) = signed_in(times=1), [Client()]
    door(other, owner.email, password=PASSWORD)
    standing.give_roles(milan, by=owner, roles=[author, editor], is_owner=False)
    assert is_in(browser)
    standing.give_roles(milan, by=owner, roles=[author], is_owner=False)
    assert not is_in(browser)
    (browser,) = signed_in(times=1)
    TOTP.activate(milan, "A" * 32)
    standing.rescue(milan, by=owner)
    assert not is_in(browser)
    assert is_in(other)


def test_a_reset_ends_every_session_and_its_code_is_good_once(client):
    browsers = signed_in(times=3)
    response = ask_for_reset(client)
    code, page = code_in(last_letter("milan@example.org")), response.url
    choose(client, client.post(page, {"code": code}))
    assert not [browser for browser in browsers if is_in(browser)]
    again = client.post(page, {"code": code})
    assert again.url == reverse("account_login")
    answer = client.post(reverse("account_complete_password_reset"), {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.url == reverse("account_reset_password")
    assert cast("milan").check_password(OTHER)


def test_the_code_of_a_reset_is_of_no_use_in_another_browser(client):
    cast("milan")
    page, code = ask_for_reset(client).url, code_in(last_letter("milan@example.org"))
    assert Client().post(page, {"code": code}).status_code == 302
    other = Client()
    ask_for_reset(other, "nobody@example.org")
    assert "field-error" in other.post(page, {"code": code}).content.decode()


@pytest.mark.parametrize("typed", ["code", "password"])
def test_a_reset_dies_when_the_password_changes_meanwhile(client, typed):
    (here,) = signed_in(times=1)
    response = ask_for_reset(client)
    page, code = response.url, code_in(last_letter("milan@example.org"))
    if typed == "password":
        response = client.post(page, {"code": code})
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})
    if typed == "code":
        answer = client.post(page, {"code": code})
    else:
        answer = choose(client, response, password="the thief's own password")
    assert "error-summary" in answer.content.decode()
    assert cast("milan").check_password(OTHER)


def test_a_reset_asked_for_at_the_old_address_dies_with_it(client):
    (here,) = signed_in(times=1)
    response = ask_for_reset(client)
    code = code_in(last_letter("milan@example.org"))
    change_address(here)
    assert "field-error" in client.post(response.url, {"code": code}).content.decode()


def test_a_code_to_sign_in_asked_for_at_the_old_address_dies_with_it(client):
    (here,) = signed_in(times=1)
    response = door(client, "milan@example.org")
    code = code_in(last_letter("milan@example.org"))
    change_address(here)
    assert "field-error" in client.post(response.url, {"code": code}).content.decode()
    assert not is_signed_in(client)


def test_nor_does_another_code_open_it_once_somebody_else_has_the_old_address(client):
    (here,) = signed_in(times=1)
    response = door(client, "milan@example.org")
    milan = Member.objects.get()
    change_address(here)
    somebody = Client()
    enter(somebody, door(somebody, "milan@example.org"), email="milan@example.org")
    client.post(response.url, {"action": "resend"})
    client.post(response.url, {"code": code_in(last_letter("milan@example.org"))})
    assert client.session.get("_auth_user_id") != str(milan.pk)
    assert somebody.session["_auth_user_id"] != str(milan.pk)


def test_a_code_sent_again_opens(client):
    response = door(client, cast("milan").email)
    client.post(response.url, {"action": "resend"})
    assert Letter.objects.count() == 2
    client.post(response.url, {"code": code_in(last_letter("milan@example.org"))})
    assert is_signed_in(client)


def test_the_old_address_is_told_and_opens_nothing_any_more(client):
    (here,) = signed_in(times=1)
    change_address(here)
    milan = Member.objects.get()
    assert milan.email == NEW
    told = Letter.objects.get(kind="account.email_changed")
    assert told.to_email == "milan@example.org"
    assert NEW in told.text
    assert is_in(here)
    door(client, "milan@example.org", password=PASSWORD)
    assert not is_signed_in(client)
    enter(client, door(client, "milan@example.org"), email="milan@example.org")
    assert client.session["_auth_user_id"] != str(milan.pk)
    other = Client()
    door(other, NEW, password=PASSWORD)
    assert other.session["_auth_user_id"] == str(milan.pk)


def test_an_address_stays_until_the_right_code_is_typed():
    (here,) = signed_in(times=1)
    response = prove(here, here.post(reverse("account_email"), {"email": NEW, "action_add": ""}))
    good = code_in(last_letter(NEW))
    for _try in range(3):
        here.post(response.url, {"code": f"{(int(good) + 1) % 1_000_000:06d}"})
    here.post(response.url, {"code": good})
    assert Member.objects.get().email == "milan@example.org"
    assert [address.email for address in cast("milan").emailaddress_set.all()] == ["milan@example.org"]


@pytest.mark.parametrize("spelling", ["flora@example.org", "FLORA@Example.org", "flora@example.org.", "flora@ｅxample.org"])
def test_nobody_takes_the_address_of_somebody_else(spelling):
    flora = cast("flora")
    (here,) = signed_in(times=1)
    response = here.post(reverse("account_email"), {"email": spelling, "action_add": ""})
    if response.status_code == 302:  # the form does not tell who has an account
        prove(here, response)
    for letter in Letter.objects.filter(to_email="flora@example.org"):
        for code in re.findall(r"\b\d{6}\b", letter.text):
            here.post(reverse("account_email_verification_sent"), {"code": code})
    assert Member.objects.get(email="flora@example.org") == flora
    assert cast("milan").email == "milan@example.org"


def test_the_page_of_sessions_signs_the_others_out():
    here, there, elsewhere = signed_in(times=3)
    for browser in (here, there, elsewhere):
        assert is_in(browser)
    body = here.get(reverse("usersessions_list")).content.decode()
    assert body.count("<tr>") == 4
    assert body.count("Celui-ci") + body.count("celui-ci") == 1
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(elsewhere)
    assert here.get(reverse("usersessions_list")).content.decode().count("<tr>") == 2


def test_the_page_of_sessions_leaves_other_people_alone():
    (here,) = signed_in(times=1)
    flora = Client()
    door(flora, cast("flora").email, password=PASSWORD)
    assert is_in(flora)
    here.post(reverse("usersessions_list"))
    assert is_in(flora)


def test_a_blocked_account_is_out_at_the_next_request_and_finds_no_way_back(client):
    here, there = signed_in(times=2)
    Member.objects.update(standing=Member.Standing.BLOCKED, is_active=False)
    assert not is_in(here)
    assert not is_in(there)
    door(client, "milan@example.org", password=PASSWORD)
    door(client, "milan@example.org")
    assert not Letter.objects.exists()
    assert not is_signed_in(client)


def test_signing_out_is_a_deed_and_not_a_link():
    (here,) = signed_in(times=1)
    assert here.get(reverse("account_logout")).status_code == 200
    assert is_in(here)
    here.post(reverse("account_logout"))
    assert not is_in(here)
