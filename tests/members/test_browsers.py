"""What a browser is called, and what is told of one that was never seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from members import browsers
from members.mail import compose
from members.models import KnownBrowser, Letter
from tests.cast import cast
from tests.members.test_sign_in import code_in, last_letter

PASSWORD = "a long enough password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome sur Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome sur ChromeOS"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge sur Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet sur Android"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/26.0 Safari/605.1.15", "Safari sur macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {APPLE} CriOS/142.0 Safari/604.1", "Chrome sur iPhone"),
        (f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {APPLE} FxiOS/140.0 Safari/604.1", "Firefox sur iPad"),
        ("Something of my own on Linux", "Linux"),
        ("curl/8.5.0", "Un navigateur sans nom"),
        ("", "Un navigateur sans nom"),
    ],
)  # fmt: skip
def test_a_browser_and_its_system_are_named(user_agent, name):
    with override("fr"):
        assert browsers.name(user_agent) == name


@pytest.mark.django_db
def test_the_list_of_sessions_names_browsers_in_the_readers_language():
    browser = Client(headers={"user-agent": FIREFOX})
    browser.post(reverse("account_login"), {"login": cast("milan").email, "password": PASSWORD})
    french, english = (browser.get(address).text for address in ("/compte/sessions/", "/en/compte/sessions/"))
    assert "<td>Firefox sur Windows</td>" in french
    assert "<td>Firefox on Windows</td>" in english
    assert "Mozilla" not in french + english


@pytest.mark.django_db
def test_a_letter_about_a_change_names_the_browser_it_was_made_with():
    browser = Client(headers={"user-agent": FIREFOX})
    browser.post(reverse("account_login"), {"login": cast("milan").email, "password": PASSWORD})
    typed = {"oldpassword": PASSWORD, "password1": "another long password", "password2": "another long password"}
    browser.post(reverse("account_change_password"), typed)
    told = Letter.objects.get(kind="account.password_changed")
    assert ["Firefox sur Windows." in form for form in (told.text, told.html)] == [True, True]
    assert "Mozilla" not in told.text + told.html


CHROME = f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36"


def sign_in(email, agent=FIREFOX, **extra):
    browser = Client(headers={"user-agent": agent})
    response = browser.post(reverse("account_login"), {"login": email, "password": PASSWORD}, **extra)
    assert response.status_code == 302
    return browser


def told(email):
    return list(Letter.objects.filter(kind="members.new_browser", to_email=email))


@pytest.mark.django_db
def test_the_first_browser_and_the_known_ones_are_no_news():
    milan = cast("milan").email
    for agent in (FIREFOX, FIREFOX.replace("140", "141")):
        sign_in(milan, agent)
    assert told(milan) == []


@pytest.mark.django_db
def test_a_password_used_in_a_new_browser_is_told_once():
    milan = cast("milan").email
    for agent in (FIREFOX, CHROME, CHROME):
        sign_in(milan, agent)
    [letter] = told(milan)
    compose(letter)
    assert "Chrome sur Linux" in letter.text
    assert reverse("usersessions_list") in letter.text
    assert letter.is_urgent


@pytest.mark.django_db
def test_a_code_that_was_mailed_needs_no_second_letter():
    milan = cast("milan").email
    sign_in(milan)
    browser = Client(headers={"user-agent": CHROME})
    browser.post(reverse("account_login"), {"login": milan, "password": ""})
    browser.post(reverse("account_confirm_login_code"), {"code": code_in(last_letter(milan))})
    assert browser.get(reverse("members:me")).status_code == 200
    assert told(milan) == []


@pytest.mark.django_db
def test_of_the_staff_the_network_counts_too():
    olga, milan = cast("olga").email, cast("milan").email
    for who in (olga, milan):
        for address in ("192.0.2.7", "192.0.9.9", "198.51.100.7"):
            sign_in(who, REMOTE_ADDR=address)
    assert len(told(olga)) == 1
    assert told(milan) == []


@pytest.mark.django_db
def test_a_browser_is_forgotten_after_thirteen_months():
    sign_in(cast("milan").email)
    KnownBrowser.objects.update(last_seen_at=timezone.now() - timedelta(days=396))
    assert KnownBrowser.objects.forget_old() == 1
