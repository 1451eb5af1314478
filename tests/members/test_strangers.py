"""Who has an account is told by nothing: neither a page, nor a letter, nor a limit, nor the time that an answer takes (AU-02)."""

import re

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.urls import reverse

import members.door
import members.pace
from members.models import Letter, Member
from tests.cast import cast
from tests.members.test_sign_in import WAYS_IN, ask, door, last_letter

pytestmark = pytest.mark.django_db


def test_known_new_and_blocked_addresses_get_the_same_answer(client):
    """AU-02."""
    cast("milan"), cast("boris")
    answers = []
    for email in ("milan@example.org", "new@example.org", "boris@example.org"):
        client.cookies.clear()
        response = door(client, email)
        page = client.get(response.url)
        body = re.sub(r'value="[\w-]{40,}"', "", page.content.decode()).replace(email, "X")
        answers.append((response.status_code, response.url, page.status_code, body))
    assert answers[0] == answers[1] == answers[2]
    assert not Letter.objects.filter(to_email="boris@example.org").exists()


@pytest.mark.parametrize("name", WAYS_IN[1:])
def test_other_ways_in_do_not_tell_who_has_an_account(client, name):
    """AU-02."""
    cast("milan")
    answers = []
    for email in ("milan@example.org", "new@example.org"):
        client.cookies.clear()
        response = client.post(reverse(name), {"email": email, "website": ""})
        page = client.get(response.url)
        body = re.sub(r'value="[\w-]{40,}"', "", page.content.decode()).replace(email, "X")
        answers.append((response.status_code, response.url, page.status_code, body))
    assert answers[0] == answers[1]
    assert Letter.objects.filter(to_email="milan@example.org").count() == 1


@pytest.mark.parametrize("name", WAYS_IN)
@pytest.mark.parametrize("typed", [{"code": "123456"}, {"action": "resend"}])
def test_the_page_of_the_code_does_not_tell_either(name, typed):
    """AU-02: wrong codes, or letters asked for again, and one request more by somebody else."""
    cast("milan"), cast("boris")
    answers = []
    for n, email in enumerate(("milan@example.org", "new@example.org", "boris@example.org")):
        first, second = Client(REMOTE_ADDR=f"192.0.2.{n}"), Client(REMOTE_ADDR=f"198.51.100.{n}")
        page = ask(first, name, email).url
        said = [first.post(page, typed) for _try in range(4)] + [ask(second, name, email) for _try in range(2)]
        bodies = [re.sub(r'value="[\w-]{40,}"', "", response.text).replace(email, "X") for response in said]
        answers.append([(r.status_code, r.get("Location"), body) for r, body in zip(said, bodies, strict=True)])
    assert answers[0] == answers[1] == answers[2]


def test_too_many_new_addresses_from_one_place_are_not_told_from_known_ones(client, monkeypatch):
    """AU-02, SP-02."""
    cast("milan")
    monkeypatch.setattr(members.door, "NEW_ACCOUNTS_A_DAY", 1)
    for email in ("first@example.org", "second@example.org", "milan@example.org"):
        client.cookies.clear()
        assert door(client, email).url == reverse("account_confirm_login_code")
    assert not Member.objects.filter(email="second@example.org").exists()
    assert last_letter("second@example.org").kind == "account.unknown_account"


class Clock:
    """Goes on by `cost` each time it is asked, and by what is slept; notes whether a transaction was open then."""

    def __init__(self, cost):
        self.now, self.cost, self.slept_inside = 1000.0, cost, []

    def monotonic(self):
        self.now += self.cost
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.slept_inside.append(connection.in_atomic_block)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WAYS_IN)
def test_whoever_is_asked_about_the_answer_leaves_at_the_same_moment(settings, monkeypatch, name):
    """AU-02: a quarter of a second, or the next one where the machine is slow; nobody waits with the database locked."""
    settings.DOOR_PACE = 0.25
    cast("milan"), cast("boris")
    for n, (email, cost, leaves) in enumerate(
        [("milan@example.org", 0.01, 0.25), ("new@example.org", 0.02, 0.25), ("boris@example.org", 0.26, 0.5)]
    ):
        clock = Clock(cost)
        monkeypatch.setattr(members.pace, "time", clock)
        assert ask(Client(REMOTE_ADDR=f"192.0.2.{n}"), name, email).status_code == 302
        assert clock.now - 1000 - cost == pytest.approx(leaves)
        assert clock.slept_inside == [False]


def test_a_password_and_a_refusal_are_answered_at_once(client, settings, monkeypatch):
    """AU-03: what is refused holds no thread."""
    settings.DOOR_PACE = 0.25
    cast("milan")
    clock = Clock(0.01)
    monkeypatch.setattr(members.pace, "time", clock)
    assert [door(client, "milan@example.org", password="wrong").status_code for _try in range(31)][-1] == 429
    assert door(client, "milan@example.org").status_code == 429
    assert clock.slept_inside == []


def test_a_wrong_password_costs_one_hash_whoever_it_is_for(client, monkeypatch):
    """AU-02: the time is that of the hash, counted and not measured."""
    cast("milan"), cast("boris")
    Member.objects.create(email="flora@example.org", password=hashers.make_password(None))
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *a, **k: hashed.append(1) or encode(*a, **k))
    costs = []
    for email in ("milan@example.org", "nobody@example.org", "boris@example.org", "flora@example.org"):
        hashed.clear()
        door(client, email, password="wrong")
        costs.append(len(hashed))
    assert costs == [1, 1, 1, 1]
