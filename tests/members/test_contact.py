"""The contact form: a letter to the right address."""

import pytest
from django.urls import reverse

from members.mail import compose
from members.models import Club, Letter
from tests.cast import cast
from tests.make import make_page

pytestmark = pytest.mark.django_db
MESSAGE = {"subject": "club", "name": "Ana", "email": "ana@example.org", "message": "Bonjour <b>à vous</b>", "website": ""}


def send(client, **typed):
    return client.post(reverse("members:contact"), MESSAGE | typed)


@pytest.mark.parametrize(
    ("subject", "to"),
    [("club", "club@club.example"), ("press", "press@club.example"), ("partners", "club@club.example")],
)
def test_a_message_goes_to_who_answers_for_its_subject(client, subject, to):
    Club.objects.create(pk=1, contact_email="club@club.example", press_email="press@club.example")
    assert send(client, subject=subject).url == reverse("members:contact_thanks")
    letter = Letter.objects.get()
    assert (letter.to_email, letter.reply_to) == (to, "ana@example.org")
    compose(letter)
    assert "Bonjour <b>à vous</b>" in letter.text
    assert "Bonjour &lt;b&gt;à vous&lt;/b&gt;" in letter.html
    assert "Ana" in letter.subject


def test_without_an_address_of_its_own_the_club_gets_it_where_it_writes_from(client, settings):
    settings.DEFAULT_FROM_EMAIL = "Le Club <bonjour@club.example>"
    send(client)
    assert Letter.objects.get().to_email == "bonjour@club.example"


def test_the_form_opens_on_the_subject_of_the_link_and_knows_who_is_signed_in(client):
    make_page(slug="contact-intro", body="Des gens au bout.")
    client.force_login(cast("milan"))
    response = client.get(reverse("members:contact"), {"sujet": "presse"})
    body = response.content.decode()
    assert response.context["form"]["subject"].value() == "press"
    assert 'value="milan@example.org"' in body
    assert "Des gens au bout." in body
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(reverse("members:contact"), {"sujet": "\x00"}).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"email": "nobody"},
        {"email": "a" * 60 + "@" + ".".join(["b" * 62] * 4) + ".example"},
        {"email": "a@example.org\nBcc: b@example.org"},
        {"email": "a@example.org, b@example.org"},
        {"message": ""},
        {"message": "x" * 5001},
        {"message": "a\x00b"},
        {"subject": "boss"},
    ],
)
def test_a_bad_message_is_said_beside_the_field(client, typed):
    body = send(client, **typed).content.decode()
    assert "field-error" in body
    assert not Letter.objects.exists()


def test_a_name_cannot_write_headers(client):
    send(client, name="Ana\r\nBcc: victim@example.org")
    letter = Letter.objects.get()
    compose(letter)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_a_robot_in_the_trap_is_thanked_and_forgotten(client):
    assert send(client, website="http://spam.example").url == reverse("members:contact_thanks")
    assert not Letter.objects.exists()


def test_a_flood_is_stopped_with_a_word_and_what_was_typed_stays(client):
    for n in range(5):
        client.defaults["REMOTE_ADDR"] = f"2001:db8::{n}"  # of one home
        send(client, email=f"a{n}@example.org")
    response = send(client, email="a9@example.org", message="Encore moi")
    assert Letter.objects.count() == 5
    assert "Encore moi" in response.content.decode()
    assert "error-summary" in response.content.decode()


def test_other_verbs_are_refused(client):
    assert client.delete(reverse("members:contact")).status_code == 405
    assert client.post(reverse("members:contact_thanks")).status_code == 405
