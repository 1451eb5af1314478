"""The page of one's own meetings: those to come, and those one was at with what is left to say and to read of them."""

import re

import pytest
from django.urls import reverse

from tests.cast import cast
from tests.make import make_event, make_member, make_person, make_post, make_registration, make_talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def milan(client):
    milan = cast("milan")
    client.force_login(milan)
    return milan


def entries(client, name="events:my_calendar") -> dict[str, str]:
    """Title → what its entry says, in the order of the page."""
    page = client.get(reverse(name)).content.decode()
    rows = re.findall(r'<li class="entry.*?</li>', page, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", row[row.index('class="entry-title"') :]).split()) for row in rows]
    return {text.partition("> ")[2].partition(" |")[0]: text.partition(" |")[2] for text in plain}


@pytest.mark.parametrize("name", ["events:my_calendar", "members:me"])
def test_what_is_to_come_says_what_one_does_there(client, milan, name):
    for n, (title, state) in enumerate({"Va |": "going", "Attend |": "waiting", "Demande |": "pending"}.items()):
        event = make_event(title=title, days=n + 1, capacity=1)
        if state == "waiting":
            make_registration(event=event, member=make_member(), state="waiting")
            make_registration(event=event, member=make_member(), state="going")
        make_registration(event=event, member=milan, state=state)
    person = make_person(member=milan)
    make_talk(event=make_event(title="Parle |", days=5), person=person)
    make_talk(event=make_event(title="Anime |", days=6), person=person, role="chair")
    make_registration(event=make_event(title="Annulée |", days=7, status="cancelled"), member=milan)
    make_registration(event=make_event(title="Rendue |", days=8), member=milan, state="cancelled")
    make_event(title="Des autres |", days=9)
    found = entries(client, name)
    said = ["Vous y serez", "2e sur la liste d’attente", "En attente de réponse", "Vous y intervenez", "Vous l’animez", "Annulée"]
    assert list(found) == ["Va", "Attend", "Demande", "Parle", "Anime", "Annulée"]
    assert [words in found[title] for title, words in zip(found, said, strict=True)] == [True] * 6


def test_what_is_over_leads_to_the_opinion_and_to_the_write_up(client, milan):
    told, late = make_event(title="Racontée |", days=-2), make_event(title="Ancienne |", days=-60)
    absent = make_event(title="Manquée |", days=-3)
    for event in (told, late, absent):
        make_registration(event=event, member=milan)
    make_registration(event=absent, member=make_member(), arrived=1, checked_in_at=absent.starts_at)
    make_post(event=told, kind="report", title="Le compte rendu")
    spoke = make_event(title="Dite |", days=-90)
    make_talk(event=spoke, person=make_person(member=milan))
    found = entries(client)
    assert list(found) == ["Racontée", "Ancienne", "Dite"]
    assert ("Le compte rendu" in found["Racontée"], "Votre avis" in found["Racontée"]) == (True, True)
    assert ("Le compte rendu" in found["Ancienne"], "Votre avis" in found["Ancienne"]) == (False, False)
    assert "Vous y êtes intervenu·e" in found["Dite"]


def test_of_a_meeting_that_is_no_longer_theirs_to_read_the_public_title_alone(client):
    friend = cast("flora")
    client.force_login(friend)
    event = make_event(title="Le secret |", public_title="Réunion |", is_confidential=True, audience="members")
    make_registration(event=event, member=friend)
    assert list(entries(client)) == ["Réunion"]


def test_a_postponed_meeting_stays_until_it_has_another_date(client, milan):
    make_registration(event=make_event(title="Reportée |", days=-1, status="postponed"), member=milan)
    assert list(entries(client)) == ["Reportée"]


def test_who_goes_nowhere_is_led_to_the_meetings(client, milan):
    page = client.get(reverse("events:my_calendar")).content.decode()
    assert "Vous n’êtes inscrit·e à aucune rencontre à venir." in page
    assert reverse("events:list") in page
