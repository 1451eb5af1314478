"""The demo's letter box."""

import pytest
from django.urls import reverse

from members.mail import ready_made
from members.models import Letter

pytestmark = pytest.mark.django_db


def write(subject="Objet", text="Voir http://localhost:8000/compte/ <b>gras</b>", **fields) -> Letter:
    return ready_made(
        "account.login_code", key=f"k{Letter.objects.count()}", to="a@example.org", subject=subject, text=text, **fields
    )


def test_the_latest_letter_is_first(client):
    older, newer = write("Premier"), write("Second")
    response = client.get(reverse("demo_letters"))
    assert list(response.context["page"]) == [newer, older]
    assert "no-store" in response.headers["Cache-Control"]


def test_a_letter_shows_its_text_with_links_and_without_markup(client):
    body = client.get(reverse("demo_letter", args=[write().pk])).content.decode()
    assert '<a href="http://localhost:8000/compte/" rel="nofollow">' in body
    assert "&lt;b&gt;gras&lt;/b&gt;" in body


@pytest.mark.parametrize(
    ("language", "name"), [("fr", "Une de vos rencontres est reportée"), ("en", "A meeting of yours is postponed")]
)
def test_a_letter_that_was_not_needed_bears_the_name_of_its_kind(client, language, name):
    row = Letter.objects.create(
        kind="events.postponed", key="k", to_email="a@example.org", language=language, context={"registration": 0}
    )
    assert f'lang="{language}">{name}</a>' in client.get(reverse("demo_letters")).text
    assert f"<h1>{name}</h1>" in client.get(reverse("demo_letter", args=[row.pk])).text


def test_words_that_were_wiped_leave_the_name_of_the_kind():
    row = write()
    told = Letter(kind="events.postponed", subject="events.postponed", language="en")
    secret = Letter(kind="events.postponed", subject="123456", is_secret=True, language="en")
    assert [str(one) for one in (row, told, secret)] == [
        "Objet",
        "A meeting of yours is postponed",
        "A meeting of yours is postponed",
    ]


def test_an_empty_box_says_so(client):
    assert "empty-state" in client.get(reverse("demo_letters")).content.decode()


def test_a_missing_letter_is_not_found(client):
    assert client.get(reverse("demo_letter", args=[404])).status_code == 404


def test_the_box_is_only_read(client):
    assert client.post(reverse("demo_letters")).status_code == 405


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    for n in range(40):
        write(f"Lettre {n}")
    with django_assert_num_queries(3):
        client.get(reverse("demo_letters"), {"page": "2"})


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_request_login_code", "account_reset_password"])
def test_the_door_points_to_the_letter_box_in_the_demo_only(client, settings, name):
    assert reverse("demo_letters") in client.get(reverse(name)).content.decode()
    settings.DEMO = False
    assert reverse("demo_letters") not in client.get(reverse(name)).content.decode()
