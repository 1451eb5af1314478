"""What is printed for the door or sent to the host: names alone, never a formula, each time in the log."""

import pytest
from django.urls import reverse

from members.models import Entry
from tests.cast import cast
from tests.make import make_event, make_member, make_registration, make_venue

pytestmark = pytest.mark.django_db
PAPERS = ["hote", "hote-csv", "emargement", "badges"]


@pytest.fixture
def event():
    event = make_event()
    for name, fields in [("Zoé", {"guests": 1}), ("élan", {}), ("=cmd()", {}), ("Wanda", {"state": "waiting"})]:
        make_registration(event=event, member=make_member(name=name, email=f"m{len(name)}@example.net"), **fields)
    make_registration(event=event, member=None, name="Ali de la rue", email="ali@example.net")
    return event


def fetch(client, event, paper):
    return client.post(reverse("admin:events_event_paper", args=[event.pk, paper]))


@pytest.mark.parametrize("paper", PAPERS)
def test_names_of_who_goes_and_nothing_else(client, event, paper):
    client.force_login(cast("olga"))
    said = fetch(client, event, paper).content.decode()
    assert all(name in said for name in ("Zoé", "élan", "Ali de la rue", "Accompagnant·e de Zoé"))
    assert "Wanda" not in said
    assert "@example" not in said
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.note) == ("event.hand_out", cast("olga"), paper)


@pytest.mark.parametrize("paper", ["hote", "emargement"])
def test_a_paper_says_the_town_once(client, event, paper):
    event.venue = make_venue(name="Mairie de Rennes", city="Rennes")
    event.save()
    client.force_login(cast("olga"))
    said = fetch(client, event, paper).content.decode()
    assert "Mairie de Rennes" in said
    assert "Rennes, Rennes" not in said


def test_the_file_is_in_the_order_of_names_and_computes_nothing(client, event):
    client.force_login(cast("olga"))
    answer = fetch(client, event, "hote-csv")
    lines = answer.content.decode().removeprefix("\ufeff").split("\r\n")
    assert lines == ["Nom", "'=cmd()", "Ali de la rue", "élan", "Zoé", "Accompagnant·e de Zoé", ""]
    assert answer["Cache-Control"] == "private, no-store"


def test_looking_notes_nothing_and_another_paper_is_not_made(client, event):
    client.force_login(cast("olga"))
    assert client.get(reverse("admin:events_event_paper", args=[event.pk, "hote"])).status_code == 405
    assert fetch(client, event, "adresses").status_code == 404
    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["coralie", "edith"])
def test_who_does_not_run_the_meeting_gets_no_list(client, event, who):
    client.force_login(cast(who))
    assert fetch(client, event, "hote").status_code == 404


def test_the_list_of_the_desk_says_who_came(client, event):
    row = event.registrations.get(member__name="Zoé")
    row.arrived, row.checked_in_at = 2, event.starts_at
    row.save()
    client.force_login(cast("olga"))
    shown = client.get(reverse("admin:events_event_attendees", args=[event.pk])).content.decode()
    assert "2 personnes sont venues." in shown
    assert "✓ 2" in shown
