"""schema.org of a meeting, row by row: what each state and each precision say, and what they never say."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from events.models import Event
from events.sitemaps import EventSitemap
from tests.make import make_cycle, make_event, make_event_partner, make_registration, make_venue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCHEMA = "https://schema.org/"


def data_of(client, **fields) -> dict:
    event = make_event(**{"published_at": NOW - timedelta(days=900)} | fields)
    with time_machine.travel(NOW, tick=False):
        page = client.get(event.get_absolute_url()).text
    return json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def dates(zone: str, start: str, end: str) -> dict:
    return {"zone_name": zone, "starts_at": at(start, zone), "ends_at": at(end, zone)}


@pytest.mark.parametrize(
    ("fields", "start", "end"),
    [
        (dates("Europe/Paris", "2026-12-02 19:00", "2026-12-02 21:00"), "2026-12-02T19:00:00+01:00", "2026-12-02T21:00:00+01:00"),
        (dates("Europe/Paris", "2027-06-02 19:00", "2027-06-02 21:00"), "2027-06-02T19:00:00+02:00", "2027-06-02T21:00:00+02:00"),
        (dates("Europe/Paris", "2027-10-31 01:00", "2027-10-31 04:00"), "2027-10-31T01:00:00+02:00", "2027-10-31T04:00:00+01:00"),
        (
            dates("Indian/Reunion", "2026-12-02 00:30", "2026-12-02 02:00"),
            "2026-12-02T00:30:00+04:00",
            "2026-12-02T02:00:00+04:00",
        ),
        (
            dates("America/Montreal", "2026-12-02 19:00", "2026-12-02 21:00"),
            "2026-12-02T19:00:00-05:00",
            "2026-12-02T21:00:00-05:00",
        ),
        (
            dates("Indian/Reunion", "2026-12-02 00:30", "2026-12-02 02:00") | {"is_hour_to_be_confirmed": True},
            "2026-12-02",
            "2026-12-02",
        ),
        (dates("Indian/Reunion", "2026-12-02", "2026-12-03") | {"precision": "day"}, "2026-12-02", None),
        (dates("America/Montreal", "2026-12-02", "2026-12-04") | {"precision": "day"}, "2026-12-02", "2026-12-03"),
        (dates("Indian/Reunion", "2027-01-01", "2027-02-01") | {"precision": "month"}, "2027-01", None),
        ({"precision": "none", "days": None}, None, None),
    ],
)
def test_dates_have_the_offset_of_their_zone_and_no_hour_that_is_not_known(client, fields, start, end):
    data = data_of(client, **fields)
    assert (data.get("startDate"), data.get("endDate")) == (start, end)


ORIGINAL, OTHER = at("2026-12-02 19:00"), at("2026-12-09 19:00")
DATED = {"starts_at": ORIGINAL, "ends_at": ORIGINAL + timedelta(hours=2)}
MOVED = {"starts_at": OTHER, "ends_at": OTHER + timedelta(hours=2), "previous_starts_at": ORIGINAL}
ONLINE = {"status": "online", "is_online": True, "was_online": False, "online_url": "https://visio.example/salon"}


@pytest.mark.parametrize(
    ("fields", "status", "start", "previous", "has_offer"),
    [
        (DATED, "EventScheduled", ORIGINAL, None, True),
        (DATED | {"status": "cancelled"}, "EventCancelled", ORIGINAL, None, False),
        (DATED | {"status": "postponed"}, "EventPostponed", ORIGINAL, None, False),
        (MOVED, "EventRescheduled", OTHER, ORIGINAL, True),
        (MOVED | {"status": "cancelled"}, "EventCancelled", OTHER, None, False),
        (DATED | ONLINE, "EventMovedOnline", ORIGINAL, None, True),
        (MOVED | ONLINE, ["EventRescheduled", "EventMovedOnline"], OTHER, ORIGINAL, True),
    ],
)
def test_each_status_says_its_date_and_the_one_before(client, fields, status, start, previous, has_offer):
    data = data_of(client, **fields)
    told = [
        name.removeprefix(SCHEMA)
        for name in ([data["eventStatus"]] if isinstance(data["eventStatus"], str) else data["eventStatus"])
    ]
    assert told == ([status] if isinstance(status, str) else status)
    assert (data["startDate"], data.get("previousStartDate")) == (start.isoformat(), previous and previous.isoformat())
    assert ("offers" in data) is has_offer
    assert "visio.example" not in json.dumps(data)


@pytest.mark.parametrize(
    ("fields", "mode", "places"),
    [
        ({}, "Offline", []),
        ({"venue": True}, "Offline", ["Place"]),
        ({"venue": True, "is_online": True}, "Mixed", ["Place", "VirtualLocation"]),
        ({"is_online": True}, "Online", ["VirtualLocation"]),
        (ONLINE, "Online", ["VirtualLocation"]),
    ],
)
def test_where_it_takes_place(client, fields, mode, places):
    data = data_of(client, **DATED | fields | ({"venue": make_venue()} if fields.get("venue") else {}))
    assert data["eventAttendanceMode"] == f"{SCHEMA}{mode}EventAttendanceMode"
    assert [place["@type"] for place in data.get("location", [])] == places


def test_an_offer_is_free_from_when_registration_opens(client):
    opens = at("2026-11-01 09:00")
    data = data_of(
        client, **DATED, capacity=12, reserved=2, rsvp_opens_at=opens, lang="en", cycle=make_cycle(title="Les mercredis")
    )
    offer = data["offers"]
    assert (offer["price"], offer["priceCurrency"], offer["url"]) == (0, "EUR", data["url"])
    assert datetime.fromisoformat(offer["validFrom"]) == opens
    assert datetime.fromisoformat(offer["availabilityEnds"]) == ORIGINAL
    assert (data["maximumAttendeeCapacity"], data["inLanguage"]) == (10, "en")
    assert (data["superEvent"]["@type"], data["superEvent"]["name"]) == ("EventSeries", "Les mercredis")
    assert {address.partition(":")[0] for address in data["image"]} == {"http"}


@pytest.mark.parametrize(
    ("fields", "is_offered"),
    [
        ({}, True),
        ({"audience": "members"}, False),
        ({"price": "10 €"}, False),
        ({"kind": "external"}, False),
        ({"days": -9}, False),
    ],
)
def test_nothing_is_offered_that_not_everybody_may_have(client, fields, is_offered):
    assert ("offers" in data_of(client, **({} if "days" in fields else DATED) | fields)) is is_offered


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({"rsvp_closes_at": NOW + timedelta(minutes=1), "capacity": 1}, "InStock"),
        ({"rsvp_closes_at": NOW + timedelta(minutes=1), "capacity": 0}, "SoldOut"),
        ({"rsvp_closes_at": NOW}, None),
        ({"rsvp_closes_at": NOW, "capacity": 0}, None),
        ({"starts_at": NOW - timedelta(minutes=30), "ends_at": NOW + timedelta(hours=1)}, None),
    ],
)
def test_what_is_full_is_sold_out_and_what_is_closed_is_no_longer_offered(client, fields, offered):
    offer = data_of(client, **DATED | fields).get("offers")
    assert (offer and offer["availability"].removeprefix(SCHEMA)) == offered
    closes = fields.get("rsvp_closes_at")
    assert offer is None or datetime.fromisoformat(offer["availabilityEnds"]) == closes


def test_partners_are_sponsors_by_their_role(client):
    event = make_event(**DATED, published_at=NOW - timedelta(days=9))
    ties = {role: make_event_partner(event=event, role=role) for role in ("sponsor", "media", "host")}
    make_registration(event=event)
    with time_machine.travel(NOW, tick=False):
        page = client.get(event.get_absolute_url()).text
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert {one["name"] for one in data["sponsor"]} == {ties[role].organisation.name for role in ("sponsor", "media")}


def test_the_sitemap_follows_the_entry_of_calendars():
    event = make_event(modified_at=NOW)
    assert [EventSitemap().lastmod(row) for row in EventSitemap().items()] == [Event.objects.get(pk=event.pk).modified_at]
