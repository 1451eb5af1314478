"""Calendars against golden files, read back, and what must never be in them."""

import os
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from events import calendar, inviting, registering, scheduling
from events.models import Event, EventPartner
from members import outbox
from members.models import Letter
from partners.models import Partner
from tests.cast import cast
from tests.make import (
    make_cycle,
    make_event,
    make_event_partner,
    make_group,
    make_organisation,
    make_partner,
    make_registration,
    make_topic,
    make_venue,
)

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).with_name("calendars")
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
START = datetime(2026, 10, 7, 17, 30, tzinfo=UTC)


def entries(body) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode()


def fixed(number=1, **fields):
    """An event of which every exported value is known."""
    fields = {
        "title": "Vitrines et voisinages",
        "slug": f"fixe-{number}",
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "created_at": NOW,
        "modified_at": NOW,
        "published_at": NOW,
        "summary": "Trois commerces, trois manières d’être présents.",
        "ical_uid": uuid.UUID(int=number),
    } | fields
    return make_event(**fields)


def place():
    venue = make_venue(
        name="La Halle; aux Signes",
        street="18 bis, passage des Typographes",
        postcode="75012",
        city="Paris",
        latitude="48.8472",
        longitude="2.3866",
        access_notes="Code 1789",
    )
    return venue


CASES = {
    "normal": lambda: fixed(venue=place(), is_online=True, online_url="https://visio.example/secret"),
    "cancelled": lambda: fixed(status="cancelled", status_reason="Grève", ical_sequence=1),
    "moved_online": lambda: fixed(
        status="online", was_online=False, is_online=True, online_url="https://visio.example/secret", ical_sequence=1
    ),
    "postponed": lambda: fixed(status="postponed", ical_sequence=1, lang="en"),
    "rescheduled": lambda: fixed(previous_starts_at=START - timedelta(days=7), ical_sequence=2),
    "all_day": lambda: fixed(
        precision="day", starts_at=datetime(2026, 10, 6, 22, 0, tzinfo=UTC), ends_at=datetime(2026, 10, 7, 22, 0, tzinfo=UTC)
    ),
    "change_of_time": lambda: fixed(
        starts_at=datetime(2026, 10, 24, 22, 30, tzinfo=UTC), ends_at=datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    ),
    "far_away": lambda: fixed(zone_name="Indian/Reunion"),
    "long_title": lambda: fixed(title=("Éléphants à bicyclette « œuvrant » 🐘 " * 6)[:200]),
    "hard_characters": lambda: fixed(title="Un, deux; trois\\ quatre", summary="Ligne un\nLigne deux, fin; fin\\"),
    "members_only": lambda: fixed(audience="members", venue=place()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_the_golden_one(client, case):
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        CASES[case]()
        body = client.get("/evenements/fixe-1.ics").content
    golden = GOLDEN / f"{case}.ics"
    assert body == golden.read_bytes()
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    (entry,) = entries(body)
    assert entry["uid"] == "00000000-0000-0000-0000-000000000001@smclub"
    event = Event.objects.get()
    assert str(entry["summary"]).endswith(event.title)
    if event.precision == "hour":
        assert (entry.start, entry.end) == (event.starts_at, event.ends_at)
        assert entry["dtstart"].params["TZID"] == event.zone_name
    for never in ("METHOD", "ORGANIZER", "ATTENDEE", "visio.example", "1789"):
        assert never not in unfolded(body)


def test_golden_files_belong_to_a_case():
    assert {path.stem for path in GOLDEN.iterdir()} == {*CASES, "feed", "personal"}


def test_the_feed_is_the_golden_one(client):
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        group = make_group(name="Commission")
        group.name = "Social Data"
        group.save()
        topic = make_topic(name="x")
        topic.name = "données"
        topic.save()
        fixed(1, group=group).topics.add(topic)
        host = make_organisation()
        host.name = "La Halle"
        host.save()
        make_event_partner(
            event=fixed(2, venue=place(), starts_at=START + timedelta(days=7), ends_at=START + timedelta(days=8)),
            organisation=host,
        )
        body = client.get(reverse("agenda")).content
    assert body == (GOLDEN / "feed.ics").read_bytes()


def test_the_personal_one_with_an_alarm_is_the_golden_one():
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        fixed(1, venue=place(), is_online=True, online_url="https://visio.example/secret")
        fixed(2, status="cancelled", ical_sequence=1)
        events = Event.objects.visible_to(cast("milan")).for_feed()
        source = "https://club.example/agenda/x.ics?rappel=1h"
        body = calendar.feed(events, name="Mes rencontres", source=source, member=cast("milan"), alarm=timedelta(hours=1))
    assert body == (GOLDEN / "personal.ics").read_bytes()


def test_the_window(client):
    shown = {
        "soon": make_event(days=5),
        "far": make_event(days=900),
        "old": make_event(days=-300),
        "day": make_event(precision="day"),
        "cancelled": make_event(status="cancelled", days=-20),
        "members": make_event(audience="members"),
    }
    make_event(days=-400)
    make_event(status="cancelled", days=-40)
    make_event(precision="month")
    make_event(days=None)
    make_event(published_at=None)
    make_event(published_at=timezone.now() + timedelta(days=1))
    make_event(audience="invitation")
    make_event(is_confidential=True)
    found = {str(entry["url"]) for entry in entries(client.get(reverse("agenda")).content)}
    assert found == {event.canonical_url() for event in shown.values()}


def test_each_feed_holds_its_own(client):
    group, cycle, topic, organisation = make_group(), make_cycle(), make_topic(), make_organisation()
    partner = make_partner(organisation=organisation, kind=Partner.Kind.HOST)
    events = {"group": make_event(group=group), "cycle": make_event(cycle=cycle), "topic": make_event(), "partner": make_event()}
    events["topic"].topics.add(topic)
    for role in (EventPartner.Role.HOST, EventPartner.Role.MEDIA):
        make_event_partner(event=events["partner"], organisation=organisation, role=role)
    make_event(group=group, published_at=None)
    for kind, thing in {"group": group, "cycle": cycle, "topic": topic, "partner": partner}.items():
        found = entries(client.get(reverse(f"agenda_{kind}", args=[thing.slug])).content)
        assert [str(entry["url"]) for entry in found] == [events[kind].canonical_url()]
        assert client.get(reverse(f"agenda_{kind}", args=["nulle-part"])).status_code == 404


def test_a_topic_has_a_calendar_once_a_meeting_announced_bears_it(client):
    topic = make_topic()
    address = reverse("agenda_topic", args=[topic.slug])
    for hidden in ({"published_at": None}, {"audience": "invitation"}, {"is_confidential": True}):
        make_event(**hidden).topics.add(topic)
    assert client.get(address).status_code == 404
    make_event().topics.add(topic)
    assert client.get(address).status_code == 200


def test_an_empty_calendar_is_a_calendar(client):
    assert entries(client.get(reverse("agenda")).content) == []


# -- HTTP ----------------------------------------------------------------------
def test_two_fetches_are_equal_to_the_byte_and_the_second_is_a_304(client):
    event = make_event(venue=make_venue())
    first = client.get(reverse("agenda"))
    registering.join(event, member=cast("milan"))
    second = client.get(reverse("agenda"))
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    again = client.get(reverse("agenda"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(reverse("agenda"))
    assert (head.status_code, head["ETag"], head.content) == (200, first["ETag"], b"")
    assert client.post(reverse("agenda")).status_code == 405
    scheduling.cancel(event, by=cast("olga"))
    assert client.get(reverse("agenda"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_needs_no_cookie_and_gives_none(client):
    response = client.get(reverse("agenda"))
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    assert response["Cache-Control"].startswith("public")


@pytest.mark.parametrize("number", [2, 15])
def test_a_feed_costs_the_same_however_long(client, number, django_assert_num_queries):
    for _n in range(number):
        event = make_event(venue=make_venue(), group=make_group())
        event.topics.add(make_topic())
        make_event_partner(event=event)
    with django_assert_num_queries(7):
        client.get(reverse("agenda"))


def test_two_thousand_meetings_are_cut(client):
    base = make_event()
    rows = [
        Event(title=f"M{n}", slug=f"m-{n}", starts_at=base.starts_at, ends_at=base.ends_at, published_at=base.published_at)
        for n in range(2000)
    ]
    Event.objects.bulk_create(rows)
    body = client.get(reverse("agenda")).content
    assert body.count(b"BEGIN:VEVENT") == len(entries(body)) == 1500
    if folder := os.environ.get("PAGES_DIR"):  # ical.js reads it too
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "two_thousand.ics").write_bytes(body)


# -- what an entry follows -----------------------------------------------------
def test_the_entry_is_the_same_one_in_feed_file_letter_and_personal_calendar(client):
    event, milan = make_event(), cast("milan")
    registering.join(event, member=milan)
    letter = Letter.objects.get()
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    bodies = [
        client.get(reverse("agenda")).content,
        client.get(reverse("event_file", args=[event.slug])).content,
        client.get(reverse("agenda_personal", args=[calendar.token(milan)])).content,
        letter.calendar.encode(),
    ]
    assert {str(entry["uid"]) for body in bodies for entry in entries(body)} == {f"{event.ical_uid}@smclub"}


def test_those_waiting_get_no_file():
    event = make_event(capacity=1)
    make_registration(event=event)
    registering.join(event, member=cast("milan"))
    letter = Letter.objects.get()
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.calendar) == (Letter.State.SENT, "")


def test_the_sequence_never_falls(client):
    event, olga = make_event(), cast("olga")

    def sequence():
        return int(entries(client.get(reverse("agenda")).content)[0]["sequence"])

    seen = [sequence()]
    for deed in (
        lambda: scheduling.cancel(event, by=olga),
        lambda: scheduling.restore(event, by=olga),
        lambda: scheduling.postpone(event, by=olga),
        lambda: scheduling.reschedule(
            event, by=olga, starts_at=event.starts_at + timedelta(days=1), ends_at=event.ends_at + timedelta(days=1)
        ),
        lambda: scheduling.reschedule(event, by=olga, venue=make_venue()),
    ):
        deed()
        seen.append(sequence())
    registering.join(event, member=cast("milan"))
    assert [*seen, sequence()] == [0, 1, 2, 3, 4, 5, 5]


def test_nothing_typed_adds_a_line_or_a_component(client):
    """EX-02."""
    evil = "x\r\nBEGIN:VALARM\r\nEND:VALARM\rATTACH:http://evil\nATTENDEE:mailto:a@b\x01\x0b\u2028X-ALT-DESC:<b>"
    group = make_group(name=evil[:65])
    venue = make_venue(name=evil[:65], city=evil[:65], street=evil)
    event = make_event(title=evil, summary=evil, group=group, venue=venue, status="cancelled", status_reason=evil)
    event.topics.add(make_topic(name=evil[:60].replace(",", "")))
    make_event_partner(event=event, organisation=make_organisation(name=evil[:65]))
    body = client.get(reverse("event_file", args=[event.slug])).content
    read = icalendar.Calendar.from_ical(body)
    assert [part.name for part in read.walk() if part.name not in ("STANDARD", "DAYLIGHT")] == [
        "VCALENDAR",
        "VTIMEZONE",
        "VEVENT",
    ]
    names = {re.split("[:;]", line)[0] for line in unfolded(body).split("\r\n")}
    assert names & {"ATTACH", "ATTENDEE", "X-ALT-DESC"} == set()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", body)
    lines = unfolded(body).split("\r\n")
    assert sum(line.startswith("BEGIN:") for line in lines) == sum(line.startswith("END:") for line in lines) == len(read.walk())


# -- restricted ----------------------------------------------------------------
def test_the_street_of_a_restricted_meeting_is_for_its_audience(client):
    event = make_event(audience="members", venue=make_venue(name="La Halle", street="7 rue Cachée"))
    url = reverse("event_file", args=[event.slug])
    assert "Cachée" not in unfolded(client.get(url).content)
    assert "Cachée" not in unfolded(client.get(reverse("agenda")).content)
    client.force_login(cast("flora"))
    assert "Cachée" not in unfolded(client.get(url).content)
    client.force_login(cast("milan"))
    response = client.get(url)
    assert "Cachée" in unfolded(response.content)
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("fields", "who", "status"),
    [
        ({"audience": "invitation"}, None, 404),
        ({"audience": "invitation"}, "milan", 404),
        ({"audience": "invitation"}, "flora", 200),
        ({"is_confidential": True}, None, 404),
        ({"is_confidential": True}, "milan", 200),
        ({"published_at": None}, "olga", 404),
        ({"precision": "month"}, None, 404),
    ],
)
def test_who_gets_the_file(client, fields, who, status):
    event = make_event(**fields)
    if who:
        client.force_login(cast(who))
    if who == "flora":
        inviting.invite(event, by=cast("olga"), member=cast("flora"))
    assert client.get(reverse("event_file", args=[event.slug])).status_code == status


# -- the personal feed ---------------------------------------------------------
def test_the_personal_calendar_holds_what_one_goes_to_with_its_link(client):
    milan = cast("milan")
    online = {"is_online": True, "online_url": "https://visio.example/secret"}
    going = make_event(audience="members", is_confidential=True, venue=make_venue(street="7 rue Cachée"), **online)
    make_registration(event=going, member=milan)
    for state in ("waiting", "cancelled", "removed"):
        make_registration(event=make_event(**online), member=milan, state=state)
    make_registration(event=make_event(published_at=None), member=milan)
    response = client.get(reverse("agenda_personal", args=[calendar.token(milan)]))
    (entry,) = entries(response.content)
    assert (entry["url"], entry["class"], entry["conference"]) == (
        going.canonical_url(),
        "PRIVATE",
        "https://visio.example/secret",
    )
    assert "7 rue Cachée" in entry["location"]
    assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert response["Cache-Control"].startswith("private")


def test_a_token_is_refused_when_forged_rotated_or_of_a_blocked_account(client):
    """AZ-08."""
    milan = cast("milan")
    good = calendar.token(milan)
    url = reverse("agenda_personal", args=[good])
    assert client.get(url).status_code == 200
    for forged in ("x", "1-1", good[:-1], good.replace("-1:", "-2:"), "é:à", "1-1:\x00", good + "x"):
        assert client.get(reverse("agenda_personal", args=[forged])).status_code == 404
    calendar.rotate(milan)
    assert client.get(url).status_code == 404
    assert client.get(reverse("agenda_personal", args=[calendar.token(milan)])).status_code == 200
    boris = cast("boris")
    assert client.get(reverse("agenda_personal", args=[calendar.token(boris)])).status_code == 404


def test_the_page_of_ones_calendar_shows_the_address_and_changes_it(client):
    url = reverse("events:my_calendar")
    assert client.get(url).status_code == 302
    milan = cast("milan")
    client.force_login(milan)
    assert calendar.token(milan) in client.get(url).content.decode()
    assert client.post(url)["Location"] == url
    milan.refresh_from_db()
    assert milan.calendar_version == 2
    assert client.put(url).status_code == 405
