"""What this app adds to the pages of the apps below, and what machines read of an event."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from events import scheduling, wording
from events.models import EventPartner, Talk
from members.models import Person
from tests.cast import cast
from tests.make import (
    make_event,
    make_event_partner,
    make_group,
    make_organisation,
    make_person,
    make_registration,
    make_talk,
    make_venue,
)

pytestmark = pytest.mark.django_db


def shown(tag, visitor=None, **context):
    request = RequestFactory().get("/")
    request.user = visitor or AnonymousUser()
    html = Template("{% load events_tags %}{% " + tag + " %}").render(Context({"request": request, **context}))
    return [title for title in ("Ouverte", "Membres", "Entière", "Brouillon", "Invitation", "Passée") if title in html]


def one_of_each(**fields):
    return [
        make_event(title="Ouverte", **fields),
        make_event(title="Membres", audience="members", **fields),
        make_event(title="Entière", is_confidential=True, **fields),
        make_event(title="Brouillon", published_at=None, **fields),
        make_event(title="Invitation", audience="invitation", **fields),
        make_event(title="Passée", days=-9, **fields),
    ]


def test_the_talks_of_a_person():
    person = make_person()
    for event in one_of_each():
        make_talk(event=event, person=person)
    make_talk(event=make_event(title="Ouverte, sans elle"))
    assert shown("talks_of person", person=person) == ["Ouverte", "Membres", "Passée"]
    assert shown("talks_of person", cast("milan"), person=person) == ["Ouverte", "Membres", "Entière", "Passée"]
    assert shown("talks_of person", person=make_person()) == []


def test_the_next_meetings_of_a_group():
    group = make_group()
    one_of_each(group=group)
    assert shown("meetings_of group", group=group) == ["Ouverte", "Membres"]
    assert shown("meetings_of group", cast("milan"), group=group) == ["Ouverte", "Membres", "Entière"]
    assert shown("meetings_of group", group=make_group()) == []


def test_what_was_done_with_an_organisation():
    organisation = make_organisation()
    for event in one_of_each():
        make_event_partner(event=event, organisation=organisation)
    assert shown("meetings_with organisation", organisation=organisation) == ["Ouverte", "Membres", "Passée"]


def test_where_a_member_goes():
    milan = cast("milan")
    for event in one_of_each():
        make_registration(event=event, member=milan)
    assert shown("registrations_of member", milan, member=milan) == ["Ouverte", "Membres", "Entière"]


@pytest.mark.parametrize("tag", ["talks_of person", "meetings_of group", "meetings_with organisation"])
def test_a_tag_costs_the_same_however_long_its_list(tag, django_assert_max_num_queries):
    person, group, organisation = make_person(), make_group(), make_organisation()
    for n in range(9):
        event = make_event(group=group, venue=make_venue(), days=n + 1)
        make_talk(event=event, person=person)
        make_event_partner(event=event, organisation=organisation)
    with django_assert_max_num_queries(2):
        shown(tag, person=person, group=group, organisation=organisation)


# -- schema.org ------------------------------------------------------------------
def data_of(client, event) -> dict:
    page = client.get(event.get_absolute_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1]) if found else {}


def test_an_open_meeting_says_all_of_itself(client):
    event = make_event(venue=make_venue(street="7 rue du Port", postcode="35000"), capacity=1, group=make_group())
    make_talk(event=event, person=make_person(name="Nour Tazi"))
    make_talk(event=event, person=make_person(name="Camille Aubrac"), role=Talk.Role.CHAIR)
    make_event_partner(event=event, role=EventPartner.Role.MEDIA)
    data = data_of(client, event)
    assert data["startDate"] == event.local_start.isoformat(timespec="seconds")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["location"][0]["address"]["streetAddress"] == "7 rue du Port"
    assert [person["name"] for person in data["performer"]] == ["Nour Tazi"]
    assert data["organizer"]["name"] == event.group.name
    assert len(data["sponsor"]) == 1
    assert (data["offers"]["price"], data["offers"]["availability"]) == (0, "https://schema.org/InStock")
    make_registration(event=event)
    assert data_of(client, event)["offers"]["availability"] == "https://schema.org/SoldOut"


def test_the_status_follows_the_verbs(client):
    event, olga, first = make_event(), cast("olga"), None
    first = event.local_start
    scheduling.cancel(event, by=olga)
    assert data_of(client, event)["eventStatus"].endswith("EventCancelled")
    scheduling.restore(event, by=olga)
    scheduling.postpone(event, by=olga)
    data = data_of(client, event)
    assert data["eventStatus"].endswith("EventPostponed")
    assert data["startDate"] == first.isoformat(timespec="seconds")
    week = timedelta(days=7)
    scheduling.reschedule(event, by=olga, starts_at=event.starts_at + week, ends_at=event.ends_at + week)
    data = data_of(client, event)
    assert data["eventStatus"].endswith("EventRescheduled")
    assert data["previousStartDate"] == first.isoformat(timespec="seconds")


@pytest.mark.parametrize(("precision", "length"), [("day", 10), ("month", 7), ("none", 0)])
def test_a_date_is_said_as_precisely_as_it_is_known(client, precision, length):
    event = make_event(precision=precision, days=None if precision == "none" else 10)
    assert len(data_of(client, event).get("startDate", "")) == length


def test_machines_read_no_more_than_a_visitor(client):
    private = {"is_online": True, "online_url": "https://visio.example/secret", "access_notes": "Code 1789"}
    event = make_event(audience="members", venue=make_venue(street="7 rue Cachée"), **private)
    client.force_login(cast("milan"))
    told = json.dumps(data_of(client, event), ensure_ascii=False)
    for secret in ("visio.example", "1789", "Cachée"):
        assert secret not in told
    for fields in ({"is_confidential": True}, {"audience": "invitation"}):
        assert data_of(client, make_event(**fields)) == {}


def test_a_title_cannot_end_the_block_of_data(client):
    event = make_event(title="</script><script>alert(1)</script>", slug="hostile")
    assert data_of(client, event)["name"] == event.title


# -- dates in words ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"precision": "none", "days": None}, "date à venir"),
        ({"precision": "month"}, "mois"),
        ({"is_hour_to_be_confirmed": True}, "heure à confirmer"),
        ({"hours": 30}, "du "),
    ],
)
def test_dates_in_words(fields, words, settings):
    event = make_event(**fields)
    said = wording.when(event)
    assert words in said or (words == "mois" and not any(letter.isdigit() for letter in said[:-4]))


def test_an_unknown_page_of_ones_calendar_is_not_an_event(client):
    assert client.get(reverse("events:detail", args=["mon-agenda-x"])).status_code == 404


def test_a_person_shows_the_open_meetings_where_they_went_when_they_like(client):
    member = cast("milan")
    person = make_person(member=member, meetings_for="public")
    been = make_event(title="Venu voir", days=-10)
    make_registration(member=member, event=been)
    others = {
        "À venir": {"days": 10},
        "Entre nous": {"days": -10, "audience": "members"},
        "Secret": {"days": -10, "is_confidential": True},
        "Annulée": {"days": -10, "status": "cancelled"},
        "Brouillon": {"days": -10, "published_at": None},
    }
    for title, fields in others.items():
        make_registration(member=member, event=make_event(title=title, **fields))
    make_registration(member=member, event=make_event(title="Attendu en vain", days=-9), state="waiting")
    make_registration(event=make_event(title="Sans lui", days=-9))
    client.force_login(cast("mona"))
    body = client.get(person.get_absolute_url()).content.decode()
    assert been.get_absolute_url() in body
    assert [title for title in (*others, "Attendu en vain", "Sans lui") if title in body] == []
    Person.objects.update(meetings_for="private")
    assert been.get_absolute_url() not in client.get(person.get_absolute_url()).content.decode()
