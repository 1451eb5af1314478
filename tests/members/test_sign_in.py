"""The door: an address and a code, a password, and back to where you were."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from gunicorn.config import Config

import members.door
from members import joining
from members.models import Letter, Member
from smclub.management.commands import serve
from tests.cast import cast
from tests.make import make_member

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
EVENT = "/evenements/afterwork/?going=1&guests=1"
WAYS_IN = [
    "account_login",
    "account_signup",
    "account_signup_by_passkey",
    "account_reset_password",
    "account_request_login_code",
]


def door(client, email, *, password="", next_url="", **headers):
    return client.post(
        reverse("account_login"), {"login": email, "password": password, "website": "", "next": next_url}, **headers
    )


def ask(client, name, email):
    return client.post(reverse(name), {"login": email, "email": email, "password": "", "website": ""})


def code_in(letter) -> str:
    return re.search(r"^\s*(\d{6})$", letter.text, re.MULTILINE)[1]


def last_letter(email) -> Letter:
    return Letter.objects.filter(to_email=email).latest("pk")


def enter(client, response, *, email):
    """Follows the door's answer to the page of the code and types the code of the latest letter."""
    page = client.get(response.url)
    query = parse_qs(urlsplit(response.url).query)
    assert page.status_code == 200
    return client.post(
        reverse("account_confirm_login_code"), {"code": code_in(last_letter(email)), "next": query.get("next", [""])[0]}
    )


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_new_address_and_its_code_make_a_friend_and_lead_back_to_the_page(client):
    response = door(client, "ana@example.org", next_url=EVENT)
    assert not is_signed_in(client)
    response = enter(client, response, email="ana@example.org")
    assert response.url == EVENT
    member = Member.objects.get()
    assert (member.email, member.standing, member.name) == ("ana@example.org", Member.Standing.FRIEND, "")
    assert EmailAddress.objects.get().verified
    assert not member.has_usable_password()
    assert is_signed_in(client)


def test_a_member_comes_in_with_a_code(client):
    milan = cast("milan")
    response = enter(client, door(client, milan.email, next_url=EVENT), email=milan.email)
    assert response.url == EVENT
    assert client.session["_auth_user_id"] == str(milan.pk)
    assert Member.objects.count() == 1


def test_a_member_comes_in_with_a_password(client):
    response = door(client, cast("milan").email, password=PASSWORD, next_url=EVENT)
    assert response.url == EVENT
    assert is_signed_in(client)
    assert not Letter.objects.exists()


def test_a_wrong_password_is_said_beside_the_form_and_the_address_stays(client):
    response = door(client, cast("milan").email, password="wrong")
    assert response.status_code == 200
    assert 'value="milan@example.org"' in response.content.decode()
    assert not is_signed_in(client)


def test_a_wrong_code_does_not_open(client):
    door(client, cast("milan").email)
    good = code_in(last_letter("milan@example.org"))
    for _try in range(3):
        client.post(reverse("account_confirm_login_code"), {"code": f"{(int(good) + 1) % 1_000_000:06d}"})
    client.post(reverse("account_confirm_login_code"), {"code": good})
    assert not is_signed_in(client)


@pytest.mark.parametrize("spelling", ["ANA@Example.org", " ana@example.org ", "ana@example.org.", "ana@ｅxample.org"])
def test_one_account_per_folded_address(client, spelling):
    """AU-07, RC-07: in one process; the address is unique in the database."""
    ana = make_member(email="ana@example.org")
    door(client, spelling)
    assert list(Member.objects.all()) == [ana]
    assert {letter.to_email for letter in Letter.objects.all()} <= {"ana@example.org"}


def test_an_address_added_but_not_verified_opens_nothing(client):
    thief = make_member(email="thief@example.org")
    EmailAddress.objects.create(user=thief, email="victim@example.org", verified=False)
    enter(client, door(client, "victim@example.org"), email="victim@example.org")
    assert client.session["_auth_user_id"] != str(thief.pk)
    assert Member.objects.get(pk=client.session["_auth_user_id"]).email == "victim@example.org"


@pytest.mark.parametrize(
    "target",
    ["//evil.example/x", "https://evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "\x00"],
)
def test_next_never_leads_elsewhere(client, target):
    """WB-02."""
    response = door(client, cast("milan").email, password=PASSWORD, next_url=target)
    assert urlsplit(response.url).netloc == ""
    assert response.url == reverse("members:me")


def test_the_signup_page_keeps_the_way_back(client):
    response = client.post(reverse("account_signup"), {"email": "ana@example.org", "website": "", "next": EVENT})
    client.get(response.url)
    response = client.post(reverse("account_email_verification_sent"), {"code": code_in(last_letter("ana@example.org"))})
    assert response.url == EVENT
    assert is_signed_in(client)


def test_who_signs_up_twice_is_told_by_mail_and_the_link_keeps_the_way_back(client):
    cast("milan")
    client.post(reverse("account_signup"), {"email": "milan@example.org", "website": "", "next": EVENT})
    letter = last_letter("milan@example.org")
    link = next(word for word in letter.text.split() if word.startswith("http") and "next" in word)
    assert parse_qs(urlsplit(link).query)["next"] == [EVENT]


def test_links_in_letters_ignore_the_host_of_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://club.example"
    cast("milan")
    client.post(reverse("account_signup"), {"email": "milan@example.org", "website": ""}, headers={"host": "evil.example"})
    letter = last_letter("milan@example.org")
    assert "evil.example" not in letter.text + letter.html
    assert "https://club.example/compte/login/" in letter.text


def test_a_password_is_reset_by_code_and_the_change_is_told(client):
    milan = cast("milan")
    response = client.post(reverse("account_reset_password"), {"email": milan.email})
    response = client.post(response.url, {"code": code_in(last_letter(milan.email))})
    response = client.post(response.url, {"password1": "another long password", "password2": "another long password"})
    milan.refresh_from_db()
    assert milan.check_password("another long password")
    assert last_letter(milan.email).kind == "account.password_reset"


def test_a_reset_ends_the_other_sessions(client):
    milan, elsewhere = cast("milan"), Client()
    elsewhere.force_login(milan)
    assert elsewhere.get(reverse("account_email")).status_code == 200
    response = client.post(reverse("account_reset_password"), {"email": milan.email})
    response = client.post(response.url, {"code": code_in(last_letter(milan.email))})
    client.post(response.url, {"password1": "another long password", "password2": "another long password"})
    assert elsewhere.get(reverse("account_email")).status_code == 302


def test_an_address_changes_once_its_code_is_typed(client):
    milan = cast("milan")
    door(client, milan.email, password=PASSWORD)
    response = client.post(reverse("account_email"), {"email": "Milan@New.example", "action_add": ""})
    assert response.url.startswith(reverse("account_reauthenticate"))
    response = client.post(response.url, {"password": PASSWORD, "next": reverse("account_email")})
    milan.refresh_from_db()
    assert milan.email == "milan@example.org"
    response = client.post(response.url, {"code": code_in(last_letter("milan@new.example"))})
    milan.refresh_from_db()
    assert milan.email == "milan@new.example"
    assert [address.email for address in EmailAddress.objects.all()] == ["milan@new.example"]
    assert last_letter("milan@example.org").kind == "account.email_changed"


def test_blocking_ends_a_session_at_the_next_request(client):
    milan = cast("milan")
    client.force_login(milan)
    assert client.get(reverse("account_email")).status_code == 200
    Member.objects.filter(pk=milan.pk).update(standing=Member.Standing.BLOCKED, is_active=False)
    assert client.get(reverse("account_email")).status_code == 302


@pytest.mark.parametrize("planted", ["made up", "half way in"])
def test_a_session_set_by_somebody_else_is_not_the_one_signed_in(planted):
    """AU-05: a made-up key, or the thief's own session in which the victim then types the code."""
    thief, victim, name = Client(), Client(), settings.SESSION_COOKIE_NAME
    cast("milan")
    asked = door(thief, "milan@example.org")
    known = thief.cookies[name].value if planted == "half way in" else "a" * 32
    victim.cookies[name] = thief.cookies[name] = known
    if planted == "half way in":
        enter(victim, asked, email="milan@example.org")
    else:
        door(victim, "milan@example.org", password=PASSWORD)
    cookie = victim.cookies[name]
    assert is_signed_in(victim)
    assert not is_signed_in(thief)
    assert cookie.value != known
    assert (cookie["samesite"], cookie["httponly"], cookie["path"], cookie["domain"]) == ("Lax", True, "/", "")


@pytest.mark.parametrize("other", ["host", "spelling"])
def test_no_other_name_for_the_same_account_resets_the_limit(client, other):
    """AU-01: the Host header with another port, the address in other letters."""
    cast("milan")
    spellings = ["milan@example.org", "MILAN@example.org", "milan@ｅxample.org", " milan@example.org", "Milan@Example.ORG"]
    for n in range(5):
        email, host = (spellings[n], "localhost") if other == "spelling" else (spellings[0], f"localhost:{8000 + n}")
        door(client, email, password="wrong", REMOTE_ADDR=f"192.0.2.{n}", headers={"host": host})
    door(client, "milan@example.org", password=PASSWORD, REMOTE_ADDR="192.0.2.77")
    assert not is_signed_in(client)


def test_guessing_is_stopped_after_five_even_with_the_right_password(client):
    cast("milan")
    for n in range(5):
        door(client, "milan@example.org", password="wrong", REMOTE_ADDR=f"192.0.2.{n}")
    door(client, "milan@example.org", password=PASSWORD, REMOTE_ADDR="192.0.2.77")
    assert not is_signed_in(client)


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forged_forwarded_address_does_not_reset_the_limit(client, settings, proxies):
    """AU-10: with a proxy only what it adds last counts, without one nothing that is sent."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    cast("milan")
    for n in range(31):
        forged = f"192.0.2.{n}"
        names = ("X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP")
        headers = dict.fromkeys(names, forged) | {"X-Forwarded-For": f"{forged}, 203.0.113.9" if proxies else forged}
        response = door(client, f"nobody{n}@example.org", password="wrong", headers=headers)
    assert response.status_code == 429


def test_an_ipv6_network_has_no_more_newcomers_than_one_address(client, monkeypatch):
    """SP-02."""
    monkeypatch.setattr(members.door, "NEW_ACCOUNTS_A_DAY", 2)
    for n in range(4):
        client.cookies.clear()
        door(client, f"new{n}@example.org", REMOTE_ADDR=f"2001:db8::{n}")
    assert Member.objects.count() == 2


def test_ipv4_visitors_of_an_ipv6_socket_are_not_one(client):
    """AU-01: the guesses of one keep nobody else out."""
    cast("milan")
    for n in range(11):
        door(client, f"nobody{n}@example.org", password="wrong", REMOTE_ADDR="::ffff:192.0.2.1")
    door(client, "milan@example.org", password=PASSWORD, REMOTE_ADDR="::ffff:192.0.2.2")
    assert is_signed_in(client)


def test_a_header_spelt_with_underscores_reaches_no_limit():
    """AU-10: WSGI cannot tell X_Forwarded_For from X-Forwarded-For, so the servers drop it: neither is told otherwise."""
    assert Config().settings["header_map"].get() == "drop"
    assert "--header-map" not in " ".join(serve.gunicorn("localhost", 8000))
    guide = (settings.BASE_DIR / "docs/deploy.md").read_text(encoding="utf-8")
    assert "underscores_in_headers" not in guide
    assert "header-map" not in guide


def test_a_signed_out_visitor_has_at_most_three_letters_an_hour_sent_to_an_address(client):
    cast("milan")
    pages = []
    for n in range(12):
        client.cookies.clear()
        name = ["account_login", "account_reset_password", "account_signup", "account_request_login_code"][n % 4]
        fields = {"login": "milan@example.org", "email": "milan@example.org", "website": "", "password": ""}
        pages.append(client.post(reverse(name), fields, REMOTE_ADDR=f"192.0.2.{n}").status_code)
    assert Letter.objects.count() == 3
    assert 429 in pages
    assert pages[:3] == [302, 302, 302]


def test_coming_in_gives_the_letters_of_the_hour_back(client):
    cast("milan")
    for minutes in range(0, 20, 4):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            response = enter(client, door(client, "milan@example.org"), email="milan@example.org")
            assert response.url == reverse("members:me")
            client.logout()


def test_a_robot_in_the_trap_makes_no_account_and_no_letter(client):
    response = client.post(reverse("account_login"), {"login": "bot@example.org", "password": "", "website": "http://spam"})
    assert client.get(response.url).status_code == 200
    assert not Member.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("name", WAYS_IN)
@pytest.mark.parametrize(
    "typed", ["", "\x00", "no address", "a@b", "é" * 500 + "@example.org", "a@example.org\nBcc: b@example.org"]
)
def test_what_is_no_address_is_said_in_the_form(client, name, typed):
    response = client.post(reverse(name), {"login": typed, "email": typed, "website": "", "password": ""})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert not Member.objects.exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_speaks_the_language_of_the_page(client, language):
    with translation.override(language):
        client.post(reverse("account_login"), {"login": "ana@example.org", "password": "", "website": ""})
    letter = last_letter("ana@example.org")
    assert letter.language == language
    assert Member.objects.get().language == language
    said = {"fr": "est votre code pour vous connecter", "en": "is your code to sign in"}[language]
    assert said in letter.subject
    assert code_in(letter) in letter.subject
    assert f'<html lang="{language}">' in letter.html


def test_the_admin_is_behind_the_same_door(client):
    response = client.get("/admin/login/?next=/admin/")
    assert response.url == "/compte/login/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "olga@example.org", "password": PASSWORD}).status_code == 302
    assert not is_signed_in(client)


def test_over_https_the_admin_wants_a_second_factor(client, settings):
    settings.HTTPS = True
    client.force_login(cast("olga"))
    response = client.get("/admin/login/?next=/admin/")
    assert response.url == reverse("mfa_index")
    assert client.get("/admin/").status_code == 302


def test_over_https_staff_with_a_second_factor_come_in(client, settings):
    settings.HTTPS = True
    olga = cast("olga")
    TOTP.activate(olga, generate_totp_secret())
    client.force_login(olga)
    assert client.get("/admin/").status_code == 200


def test_a_member_is_refused_at_the_admin(client):
    client.force_login(cast("milan"))
    assert client.get("/admin/login/").status_code == 403


def test_after_too_many_tries_nothing_is_hashed_any_more(client, monkeypatch):
    """AU-03."""
    cast("milan")
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *a, **k: hashed.append(1) or encode(*a, **k))
    answers = [door(client, f"nobody{n}@example.org", password="wrong").status_code for n in range(50)]
    assert answers.count(429) == 20
    assert len(hashed) == 10


def test_the_day_of_the_last_visit_is_kept(client):
    enter(client, door(client, cast("milan").email), email="milan@example.org")
    assert Member.objects.get().last_seen_on == timezone.localdate()


def test_addresses_never_verified_are_forgotten_after_a_week(client):
    door(client, "stranger@example.org")
    door(Client(), "named@example.org")
    Member.objects.filter(email="named@example.org").update(name="Ana")
    kept = [cast("milan"), cast("flora"), make_member(email="old@example.org", standing=Member.Standing.FRIEND, name="")]
    assert joining.forget_strangers() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert joining.forget_strangers() == 1
    assert {member.email for member in Member.objects.all()} == {"named@example.org", *(member.email for member in kept)}


@pytest.mark.parametrize("name", WAYS_IN)
def test_a_code_is_not_guessed_by_asking_many_times_at_once(client, name):
    """AU-01: each of these requests finds the session as it was before the others wrote their wrong code into it."""
    if "signup" not in name:
        cast("milan")
    page = ask(client, name, "milan@example.org").url
    kept = Session.objects.get().session_data
    good = code_in(last_letter("milan@example.org"))
    for wrong in range(10):
        assert client.post(page, {"code": f"{(int(good) + 1 + wrong) % 1_000_000:06d}"}).status_code == 200
        Session.objects.update(session_data=kept)
    assert "field-error" in client.post(page, {"code": good}).text
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert ask(Client(), name, "milan@example.org").status_code == 302


def test_whoever_is_signed_in_sends_no_more_letters_to_an_address_than_others():
    """ML-02: as the new address of an account that anybody may have made."""
    client = Client()
    door(client, cast("milan").email, password=PASSWORD)
    page = reverse("account_email")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": page})
    for minutes in range(5):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            answer = client.post(page, {"email": "victim@example.org", "action_add": ""})
    assert answer.status_code == 429
    assert Letter.objects.filter(to_email="victim@example.org").count() == 3
