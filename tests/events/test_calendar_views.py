"""Calendars as they are fetched and subscribed to: what each edit raises, what HTTP says, alarms for who asks."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.http import parse_http_date

from events import calendar, scheduling, sharing
from events.models import Event
from members import picturing, topics
from members.models import Club
from smclub.addresses import absolute
from smclub.editions import raise_edition
from tests import desk
from tests.cast import cast
from tests.make import (
    make_cycle,
    make_event,
    make_event_partner,
    make_group,
    make_partner,
    make_picture,
    make_registration,
    make_topic,
    make_venue,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entries(response) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def entry(client) -> icalendar.Event:
    (only,) = entries(client.get(reverse("agenda")))
    return only


def boxes(**moments) -> dict:
    """As typed in the form, on the clock of Paris."""
    local = {name: timezone.localtime(at) for name, at in moments.items()}
    return {f"{name}_0": f"{at:%Y-%m-%d}" for name, at in local.items()} | {
        f"{name}_1": f"{at:%H:%M}" for name, at in local.items()
    }


# -- what an edit raises -----------------------------------------------------------------
STARTS = datetime(2027, 6, 10, 17, 30, tzinfo=UTC)
EDITS = {  # what is typed over the form → (the step of SEQUENCE, whether the entry changed)
    "nothing": (dict, 0, False),
    "start": (lambda: boxes(starts_at=STARTS - timedelta(hours=1)), 1, True),
    "end": (lambda: boxes(ends_at=STARTS + timedelta(hours=3)), 1, True),
    "zone": (lambda: {"zone_name": "Indian/Reunion"}, 1, True),
    "all day": (lambda: {"precision": "day"}, 1, True),
    "hour to be confirmed": (lambda: {"is_hour_to_be_confirmed": "on"}, 1, True),
    "venue": (lambda: {"venue": make_venue().pk}, 1, True),
    "online": (lambda: {"is_online": "on"}, 1, True),
    "title": (lambda: {"title": "Une coquille de moins"}, 0, True),
    "summary": (lambda: {"summary": "Autrement dit."}, 0, True),
    "topics": (lambda: {"topics": "radio"}, 0, True),
    "places": (lambda: {"capacity": "12"}, 0, True),
    "online link": (lambda: {"online_url": "https://visio.example/salon"}, 0, True),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_save_raises_the_sequence_once_for_what_moves_the_entry_and_never_for_the_rest(client, edit):
    typed, step, is_newer = EDITS[edit]
    with time_machine.travel(NOW, tick=False):
        make_event(starts_at=STARTS, ends_at=STARTS + timedelta(hours=2), ical_sequence=4)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        client.force_login(cast("olga"))
        assert desk.send(client, Event.objects.get(), **typed()).status_code == 302
        event = Event.objects.get()
        assert (event.ical_sequence, event.modified_at) == (4 + step, NOW + timedelta(hours=is_newer))
        client.logout()
        read = entry(client)
    assert (read["sequence"], read["last-modified"].dt, read["dtstamp"].dt) == (4 + step, event.modified_at, event.modified_at)


@pytest.mark.parametrize("deed", ["cancel", "postpone", "move_online"])
def test_a_status_and_its_way_back_raise_it_once_each(deed):
    event, olga = make_event(venue=make_venue()), cast("olga")
    getattr(scheduling, deed)(event, by=olga)
    back = scheduling.move_back if deed == "move_online" else scheduling.restore
    assert (Event.objects.get().ical_sequence, back(event, by=olga).ical_sequence) == (1, 2)


WHERE = {"name": "Les Halles", "street": "2 rue Neuve", "postcode": "35700", "city": "Cesson", "latitude": "48.1"}


@pytest.mark.parametrize("part", [*WHERE, "access", "step_free"])
def test_a_venue_that_is_found_elsewhere_moves_the_entries_to_come_and_its_directions_none(client, part):
    """The other meetings of the venue: one that waits for a date moves too, what is over or no draft's business does not."""
    venue = make_venue(latitude="48.0", longitude="-1.7", step_free="yes")
    with time_machine.travel(NOW, tick=False):
        events = {
            "to come": make_event(venue=venue, ical_sequence=4),
            "postponed": make_event(venue=venue, days=-2, status="postponed"),
            "over": make_event(venue=venue, days=-2),
            "draft": make_event(venue=venue, published_at=None),
            "elsewhere": make_event(venue=make_venue()),
        }
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        client.force_login(cast("olga"))
        desk.save(client, venue, **{part: WHERE.get(part, "help" if part == "step_free" else "Par le quai.")})
        client.logout()
    moves = part in WHERE
    seen = {name: Event.objects.get(pk=event.pk) for name, event in events.items()}
    steps = {name: event.ical_sequence - events[name].ical_sequence for name, event in seen.items()}
    assert steps == {"to come": moves, "postponed": moves, "over": 0, "draft": 0, "elsewhere": 0}
    newer = {name: event.modified_at > NOW for name, event in seen.items()}
    assert newer == {"to come": moves, "postponed": moves, "over": moves, "draft": moves, "elsewhere": False}


@pytest.mark.parametrize("number", [1, 6])
def test_a_venue_moves_any_number_of_entries_in_two_questions(number, django_assert_num_queries):
    venue = make_venue()
    for _each in range(number):
        make_event(venue=venue)
    with django_assert_num_queries(2):
        calendar.place_changed(venue)


PARTS = {  # what is called otherwise → the row, and the entries that say it
    "group": lambda event: (event.group, {"whole"}),
    "topic": lambda event: (event.topics.get(), {"whole"}),
    "organisation": lambda event: (event.partners.get().organisation, {"whole"}),
    "club": lambda event: (Club.current(), {"bare"}),
}


@pytest.fixture
def dated():
    """Two entries, one that says all that it may and one that says nothing; both made an hour ago."""
    with time_machine.travel(NOW, tick=False):
        whole = make_event(slug="whole", group=make_group(name="Rennes", slug="rennes"), cover=make_picture())
        whole.topics.add(make_topic(name="radio", slug="radio"))
        make_event_partner(event=whole)
        make_event(slug="bare")
        Club.objects.get_or_create(pk=1)
    with time_machine.travel(NOW + timedelta(hours=1)):
        yield whole


def newer() -> set[str]:
    return {event.slug for event in Event.objects.all() if event.modified_at > NOW}


@pytest.mark.parametrize("part", PARTS)
def test_what_bears_another_name_dates_the_entries_that_say_it(client, dated, part):
    row, bearers = PARTS[part](dated)
    client.force_login(cast("oscar"))
    desk.save(client, row, **({"tagline": "Autrement."} if part == "club" else {"description": "Autrement."}))
    assert newer() == set()
    before = client.get(reverse("agenda")).content
    desk.save(client, row, name="Un autre nom")
    assert newer() == bearers
    raise_edition()
    assert client.get(reverse("agenda")).content != before
    assert set(Event.objects.values_list("ical_sequence", flat=True)) == {0}


@pytest.mark.parametrize("deed", ["merge", "delete"])
def test_a_topic_that_goes_dates_the_entries_that_said_it(client, dated, deed):
    topic = dated.topics.get()
    if deed == "merge":
        kept = make_topic(slug="ondes")
        for _more_used in range(2):
            make_event(published_at=None).topics.add(kept)
        topics.merge([topic, kept], by=cast("oscar"))
    else:
        client.force_login(cast("oscar"))
        client.post(reverse("admin:members_topic_delete", args=[topic.pk]), {"post": "yes"})
    left = ["ondes"] if deed == "merge" else []
    assert [topic.slug for topic in dated.topics.all()] == left
    dated.refresh_from_db()
    assert dated.modified_at > NOW


@pytest.mark.parametrize("deed", [picturing.rename, picturing.discard])
def test_a_cover_that_is_found_elsewhere_or_nowhere_dates_its_entry(dated, deed):
    deed(dated.cover)
    assert newer() == {"whole"}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("number", [0, 6])
def test_any_number_of_entries_is_dated_in_one_question(dated, part, number, django_assert_num_queries):
    for _each in range(number):
        make_event(group=dated.group).topics.set(dated.topics.all())
    row, _bearers = PARTS[part](dated)
    with django_assert_num_queries(1):
        calendar.part_changed(row)


# -- HTTP ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["agenda", "event_file"])
def test_its_date_is_when_its_bytes_were_made_and_never_hides_a_change(client, settings, name):
    """A meeting older than all the others enters a feed, or leaves it: the newest of them would not tell."""
    settings.PAGE_CACHE = settings.KEEP_FACTS = True
    with time_machine.travel(NOW - timedelta(days=9), tick=False):
        event, older = make_event(slug="une"), make_event(published_at=None)
    address = reverse(name, args=[event.slug] if name == "event_file" else [])
    with time_machine.travel(NOW, tick=False) as clock:
        dated = client.get(address)["Last-Modified"]
        clock.shift(20)
        again = client.get(address, headers={"If-Modified-Since": dated})
        assert (parse_http_date(dated), again.status_code, again["Last-Modified"]) == (NOW.timestamp(), 304, dated)
        assert client.head(address)["Last-Modified"] == dated
        scheduling.set_publication(older, by=cast("olga"), at=NOW - timedelta(days=5))
        raise_edition()
        clock.shift(20)
        assert client.get(address, headers={"If-Modified-Since": dated}).status_code == 200


def test_the_personal_calendar_has_no_date_and_an_etag(client):
    milan = cast("milan")
    address = reverse("agenda_personal", args=[calendar.token(milan)])
    first = client.get(address)
    assert "Last-Modified" not in first  # who gives a place back has a shorter one, in which nothing is newer
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    make_registration(event=make_event(), member=milan)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_an_entry_is_the_same_in_every_feed_and_in_no_language_of_a_reader(client):
    event = make_event(group=make_group(), cycle=make_cycle(), lang="en")
    event.topics.add(make_topic(name="radio", slug="radio"))
    told = {"agenda_group": event.group.slug, "agenda_cycle": event.cycle.slug, "event_file": event.slug}
    feeds = [reverse("agenda"), *(reverse(name, args=[slug]) for name, slug in (told | {"agenda_topic": "radio"}).items())]
    read = {bytes(only.to_ical()) for feed in feeds for only in entries(client.get(feed, headers={"Accept-Language": "fr"}))}
    assert (len(read), client.get(f"/en{feeds[0]}").status_code) == (1, 404)


# -- following a calendar ---------------------------------------------------------------
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_calendar_is_followed_from_any_other_and_the_page_says_how_long_google_takes(client, prefix):
    make_event()
    shown = client.get(prefix + reverse("events:list")).text
    address = sharing.subscription("https://club.example/agenda.ics")
    services = {name: parse_qs(urlsplit(url).query) for name, url in address["services"]}
    assert address["webcal"] == "webcal://club.example/agenda.ics"
    assert services == {"Google": {"cid": [address["webcal"]]}, "Outlook": {"url": [address["address"]]}}
    for url in ("https://calendar.google.com/calendar/r?cid=webcal", "https://outlook.live.com/calendar/0/addfromweb?url=http"):
        assert shown.count(f'href="{url}') == 1
    assert re.search("12 à 24\\s?h" if not prefix else "12 to 24 hours", shown)


def test_each_thing_with_a_calendar_offers_it_on_its_page(client):
    event = make_event(group=make_group(), cycle=make_cycle())
    event.topics.add(topic := make_topic())
    partner = make_partner()
    make_event_partner(event=event, organisation=partner.organisation)
    things = {"group": event.group, "cycle": event.cycle, "topic": topic, "partner": partner}
    for kind, thing in things.items():
        follow = sharing.subscription(absolute(reverse(f"agenda_{kind}", args=[thing.slug])))
        shown = client.get(thing.get_absolute_url()).text
        addresses = [follow["webcal"], follow["address"], *(url for _name, url in follow["services"])]
        assert [shown.count(f'href="{escape(address)}"') for address in addresses] == [1, 1, 1, 1]


def test_a_topic_of_none_but_confidential_meetings_offers_no_calendar(client):
    client.force_login(cast("milan"))
    make_event(is_confidential=True).topics.add(topic := make_topic())
    assert "webcal" not in client.get(topic.get_absolute_url()).text


def test_the_day_alone_and_an_hour_to_be_confirmed_are_said_where_a_web_calendar_takes_one():
    event = Event.objects.get(pk=make_event(is_hour_to_be_confirmed=True).pk)
    asked = {name: parse_qs(urlsplit(url).query) for name, url in sharing.calendars(event)}
    note = f"Heure à confirmer.\n{event.canonical_url()}"
    assert (asked["Google"]["details"], asked["Outlook"]["body"]) == ([note], [note])
    assert asked["Google"]["ctz"] == ["Europe/Paris"]


# -- alarms -----------------------------------------------------------------------------
ALARMS = [("", None), ("?rappel=1h", timedelta(hours=-1)), ("?rappel=1j", timedelta(days=-1)), ("?rappel=tout", None)]


@pytest.mark.parametrize(("query", "trigger"), ALARMS)
def test_ones_own_calendar_rings_when_its_address_asks_for_it(client, query, trigger):
    milan = cast("milan")
    event = make_event(title="Un, deux; trois")
    make_registration(event=event, member=milan)
    address = reverse("agenda_personal", args=[calendar.token(milan)])
    read = icalendar.Calendar.from_ical(client.get(address + query).content)
    alarms = read.walk("VALARM")
    assert [alarm["trigger"].dt for alarm in alarms] == ([] if trigger is None else [trigger])
    assert [(alarm["action"], alarm["description"]) for alarm in alarms] == [("DISPLAY", event.title)] * len(alarms)
    assert str(read["source"]).endswith(address + (query if trigger else ""))


@pytest.mark.parametrize(
    ("fields", "triggers"),
    [
        ({"precision": "day"}, [timedelta(hours=-14)]),  # ten in the morning of the day before
        ({"status": "cancelled"}, []),
        ({"status": "postponed"}, []),
    ],
)
def test_what_is_called_off_rings_nobody_and_a_day_the_morning_before(client, fields, triggers):
    milan = cast("milan")
    make_registration(event=make_event(**fields), member=milan)
    answer = client.get(reverse("agenda_personal", args=[calendar.token(milan)]), {"rappel": "1h"})
    assert [alarm["trigger"].dt for alarm in icalendar.Calendar.from_ical(answer.content).walk("VALARM")] == triggers


def test_no_other_calendar_rings(client):
    event = make_event(group=make_group())
    for address in (
        reverse("agenda"),
        reverse("agenda_group", args=[event.group.slug]),
        reverse("event_file", args=[event.slug]),
    ):
        assert b"VALARM" not in client.get(address, {"rappel": "1h"}).content


def test_an_alarm_is_chosen_on_the_page_of_ones_calendar(client):
    milan = cast("milan")
    client.force_login(milan)
    page = reverse("events:my_calendar")
    asked = [re.findall(r"agenda/[^\"<]*\.ics(\?rappel=\w+)?", client.get(page + query).text) for query, _trigger in ALARMS]
    assert [set(found) for found in asked] == [{""}, {"?rappel=1h"}, {"?rappel=1j"}, {""}]


# -- the link, for those going --------------------------------------------------------------
def test_the_online_link_is_in_the_personal_feed_of_those_going_and_nowhere_else(client):
    event = make_event(is_online=True, online_url="https://visio.example/salon")
    milan, mona = cast("milan"), cast("mona")
    make_registration(event=event, member=milan)
    make_registration(event=event, member=mona, state="waiting")
    found = {}
    for who, address in {
        "milan": reverse("agenda_personal", args=[calendar.token(milan)]),
        "mona": reverse("agenda_personal", args=[calendar.token(mona)]),
        "all": reverse("agenda"),
        "file": reverse("event_file", args=[event.slug]),
    }.items():
        found[who] = [str(one.get("conference", "")) for one in entries(client.get(address))]
    assert found == {"milan": ["https://visio.example/salon"], "mona": [], "all": [""], "file": [""]}
