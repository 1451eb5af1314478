"""Time: each meeting on the clock of its own zone, the two nights when it changes included."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from events import linked_data, news, registering, reminding, scheduling, sharing, wording
from events.models import Event
from events.sitemaps import ProgrammeSitemap
from members import outbox
from members.models import Club, Letter
from smclub import dates
from tests import desk
from tests.cast import cast
from tests.make import make_event, make_registration, make_venue

pytestmark = pytest.mark.django_db
PARIS = "Europe/Paris"
REUNION = "Indian/Reunion"
MONTREAL = "America/Montreal"  # an old name of America/Toronto


def at(text: str, zone: str = PARIS, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def boxes(name: str, text: str, which: str = "") -> dict:
    day, _space, hour = text.partition(" ")
    return {f"{name}_0": day, f"{name}_1": hour, f"{name}_2": which}


def errors(response) -> dict[str, list[str]]:
    form = response.context["adminform"].form
    return {name: [error.code for error in found] for name, found in form.errors.as_data().items()}


@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


# -- what an organiser types ---------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "night", "code"),
    [
        (PARIS, "2027-03-28 02:30", "skipped"),
        (PARIS, "2027-10-31 02:30", "twice"),
        (MONTREAL, "2027-03-14 02:30", "skipped"),
        (MONTREAL, "2027-11-07 01:30", "twice"),
    ],
)
@pytest.mark.parametrize("field", ["starts_at", "ends_at", "rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at"])
def test_an_hour_of_those_nights_is_refused_beside_its_box_and_nothing_is_lost(client, olga, field, zone, night, code):
    event = make_event(starts_at=at("2027-02-01 19:00"), ends_at=at("2027-12-01 19:00"))
    response = desk.send(client, event, title="Autre titre", zone_name=zone, **boxes(field, night))
    assert errors(response) == {field: [code]}
    assert ('value="Autre titre"' in response.text, f'name="{field}_2"' in response.text) == (True, code == "twice")
    assert f'value="{night[-5:]}"' in response.text


@pytest.mark.parametrize("zone", [REUNION, "America/Martinique"])
@pytest.mark.parametrize("night", ["2027-03-28 02:30", "2027-10-31 02:30"])
def test_a_zone_without_summer_time_has_no_such_night(client, olga, zone, night):
    event = make_event(starts_at=at("2027-02-01 19:00"), ends_at=at("2027-12-01 19:00"))
    desk.send(client, event, zone_name=zone, **boxes("starts_at", night))
    event.refresh_from_db()
    assert event.starts_at == at(night, zone)


@pytest.mark.parametrize(("which", "instant"), [("0", "2027-10-31 00:30"), ("1", "2027-10-31 01:30")])
def test_the_hour_that_was_chosen_is_kept_through_the_next_save(client, olga, which, instant):
    event = make_event(starts_at=at("2027-02-01 19:00"), ends_at=at("2027-12-01 19:00"))
    desk.send(client, event, **boxes("starts_at", "2027-10-31 02:30", which))
    event.refresh_from_db()
    assert (event.starts_at, event.ical_sequence) == (at(instant, "UTC"), 1)
    assert desk.send(client, event, title="Autre titre").status_code == 302
    event.refresh_from_db()
    assert (event.title, event.starts_at, event.ical_sequence) == ("Autre titre", at(instant, "UTC"), 1)


def test_half_past_two_to_a_quarter_past_two_is_an_order_on_that_night(client, olga):
    """Once in summer time and once in winter time: three quarters of an hour."""
    event = make_event()
    night = boxes("starts_at", "2027-10-31 02:30", "0") | boxes("ends_at", "2027-10-31 02:15", "1")
    assert desk.send(client, event, **night).status_code == 302
    event.refresh_from_db()
    assert (event.ends_at - event.starts_at).total_seconds() == 45 * 60
    night["starts_at_2"], night["ends_at_2"] = "1", "0"
    assert errors(desk.send(client, event, **night)) == {"ends_at": ["order"]}


def test_without_an_end_it_lasts_two_hours_on_that_night_too(client, olga):
    event = make_event()
    desk.send(client, event, **boxes("starts_at", "2027-03-28 01:00"), **boxes("ends_at", ""))
    event.refresh_from_db()
    assert (event.local_start, event.local_end) == (at("2027-03-28 01:00"), at("2027-03-28 04:00"))


@pytest.mark.parametrize("zone", [REUNION, MONTREAL, "Pacific/Noumea"])
def test_every_hour_stays_the_same_on_the_clock_when_the_zone_is_corrected(client, olga, zone):
    hours = {
        "starts_at": "2027-06-12 19:00",
        "ends_at": "2027-06-12 21:00",
        "rsvp_opens_at": "2027-03-01 09:00",
        "rsvp_closes_at": "2027-03-11 18:00",  # before clocks change in one of the zones
        "promotion_cutoff_at": "2027-06-11 12:00",
    }
    event = make_event(**{name: at(text) for name, text in hours.items()})
    desk.send(client, event, zone_name=zone)
    event.refresh_from_db()
    assert {name: getattr(event, name) for name in hours} == {name: at(text, zone) for name, text in hours.items()}


def test_another_venue_leaves_the_hours_alone(client, olga):
    event = make_event(starts_at=at("2027-06-12 19:00", REUNION), ends_at=at("2027-06-12 21:00", REUNION), zone_name=REUNION)
    desk.send(client, event, venue=make_venue().pk)
    event.refresh_from_db()
    assert (event.local_start, event.ical_sequence) == (at("2027-06-12 19:00", REUNION), 1)


def test_a_new_date_and_a_new_zone_leave_what_closes_registration_where_its_box_says(client, olga):
    """At the same distance from the start, as on any other move."""
    event = make_event(starts_at=at("2027-06-12 19:00"), ends_at=at("2027-06-12 21:00"), rsvp_closes_at=at("2027-06-11 18:00"))
    moved = boxes("starts_at", "2027-06-19 19:00") | boxes("ends_at", "2027-06-19 21:00")
    desk.send(client, event, zone_name=REUNION, **moved)
    event.refresh_from_db()
    assert event.rsvp_closes_at == at("2027-06-18 18:00", REUNION)


@pytest.mark.parametrize("action", ["postpone", None])
def test_a_new_date_after_a_postponement_is_asked_the_same(client, olga, action):
    event = make_event()
    if action:
        scheduling.postpone(event, by=olga)
    assert errors(desk.send(client, event, **boxes("starts_at", "2027-03-28 02:30"))) == {"starts_at": ["skipped"]}


def test_the_day_alone_is_asked_nothing(client, olga):
    event = make_event()
    desk.send(client, event, precision="day", **boxes("starts_at", "2027-10-31"), **boxes("ends_at", ""))
    event.refresh_from_db()
    assert (event.starts_at, event.ends_at) == (at("2027-10-31"), at("2027-11-01"))
    assert Event.objects.filter(starts_at=datetime(2027, 10, 30, 22, tzinfo=UTC)).count() == 1


# -- where it is said ------------------------------------------------------------------
NOW = at("2026-11-20 12:00")
EVENING = "2026-11-25 19:00"


def meeting(zone: str = PARIS, starts: str = EVENING, **fields) -> Event:
    start = at(starts, zone)
    usual = {"title": "Soirée", "starts_at": start, "ends_at": start + timedelta(hours=2), "zone_name": zone}
    return Event.objects.get(pk=make_event(**usual | {"published_at": NOW - timedelta(days=90)} | fields).pk)


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def page(client, path: str) -> str:
    return words(client.get(path))


def letters(event, milan) -> str:
    registering.join(event, member=milan)
    mail.outbox.clear()
    outbox.sweep()
    return mail.outbox[0].body


SURFACES = {
    "page": lambda client, event: page(client, event.get_absolute_url()),
    "card": lambda client, event: (
        client.get(event.get_absolute_url()).text.partition('og:description" content="')[2].split('"')[0]
    ),
    "drawn": lambda client, event: linked_data.card(event, club=Club.current()).when,
    "list": lambda client, event: page(client, reverse("events:list")),
    "home": lambda client, event: page(client, reverse("home")),
    "programme": lambda client, event: page(client, reverse("places:programme", args=["2026-2027"])),
    "venue": lambda client, event: page(client, event.venue.get_absolute_url()),
    "share": lambda client, event: " ".join(sharing.message(event).facts),
    "letter": lambda client, event: letters(event, cast("milan")),
}
SIGNED_IN = {
    "account": lambda client, event: page(client, "/compte/"),
    "ticket": lambda client, event: page(client, reverse("events:ticket", args=[event.slug])),
}
DESK = {
    "desk": lambda client, event: page(client, reverse("admin:events_event_changelist")),
    "who is coming": lambda client, event: page(client, reverse("admin:events_event_attendees", args=[event.pk])),
    "door": lambda client, event: page(client, reverse("door:door", args=[event.slug])),
    "paper": lambda client, event: words(client.post(reverse("admin:events_event_paper", args=[event.pk, "emargement"]))),
}


def said(client, where: str, event) -> str:
    if where in SIGNED_IN:
        make_registration(event=event, member=cast("milan"))
        client.force_login(cast("milan"))
    if where in DESK:
        client.force_login(cast("olga"))
    with time_machine.travel(NOW, tick=False):
        return (SURFACES | SIGNED_IN | DESK)[where](client, event)


EVERYWHERE = [*SURFACES, *SIGNED_IN, *DESK]


@pytest.mark.parametrize("where", EVERYWHERE)
@pytest.mark.parametrize(("zone", "is_named"), [(REUNION, True), (PARIS, False)])
def test_the_zone_is_named_wherever_an_hour_is_said_unless_it_is_that_of_paris(client, where, zone, is_named):
    event = meeting(zone, venue=make_venue(name="Le Kiosque"))
    text = said(client, where, event)
    assert ("(heure de La Réunion)" in text, "(heure" in text) == (is_named, is_named)


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        (PARIS, ""),
        (REUNION, "heure de La Réunion"),
        (MONTREAL, "heure de Montréal"),
        ("America/Toronto", "heure locale\xa0: Toronto"),
        ("Africa/Abidjan", "heure locale\xa0: Abidjan"),
        ("America/Port_of_Spain", "heure locale\xa0: Port of Spain"),
    ],
)
def test_a_zone_is_called_by_its_place(zone, label):
    assert wording.zone_label(Event(zone_name=zone)) == label


@pytest.mark.parametrize("where", EVERYWHERE)
@pytest.mark.parametrize("precision", ["hour", "day"])
def test_an_hour_to_be_confirmed_is_said_to_be_wherever_an_hour_would_stand(client, where, precision):
    days = {"starts_at": at("2026-11-25"), "ends_at": at("2026-11-26")} if precision == "day" else {}
    event = meeting(precision=precision, is_hour_to_be_confirmed=True, venue=make_venue(name="Le Kiosque"), **days)
    assert "heure à confirmer" in said(client, where, event)


# -- today, and the season ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "now", "is_today"),
    [
        (PARIS, "2026-11-24 23:30", False),
        (PARIS, "2026-11-25 00:30", True),
        (REUNION, "2026-11-24 20:59", False),
        (REUNION, "2026-11-24 21:00", True),  # midnight over there
        (MONTREAL, "2026-11-25 05:59", False),
        (MONTREAL, "2026-11-25 06:00", True),
        (MONTREAL, "2026-11-26 00:30", True),  # half past six in the evening over there
    ],
)
@pytest.mark.parametrize("path", ["events:list", "home"])
def test_today_is_that_of_the_meeting(client, zone, now, is_today, path):
    meeting(zone)
    with time_machine.travel(at(now), tick=False):
        assert ("aujourd’hui" in page(client, reverse(path)).lower()) == is_today


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (REUNION, "2026-11-24 12:00", "2026-11-25 00:00"),
        (REUNION, "2026-11-25 00:30", "2026-11-25 07:00"),  # the cut-off, twelve hours before
        (MONTREAL, "2026-11-25 14:00", "2026-11-25 19:00"),
        (MONTREAL, "2026-11-25 20:00", "2026-11-25 21:00"),
        (PARIS, "2026-11-24 12:00", "2026-11-25 07:00"),  # its midnight is that of the whole site
    ],
)
def test_kept_pages_are_made_anew_when_it_becomes_today_there(zone, now, expected):
    meeting(zone)
    with time_machine.travel(at(now, zone), tick=False):
        assert Event.objects.next_moment() == at(expected, zone)


@pytest.mark.parametrize("zone", [PARIS, REUNION, MONTREAL, "Pacific/Noumea", "Pacific/Tahiti"])
@pytest.mark.parametrize("precision", ["day", "month"])
@pytest.mark.parametrize("start", ["2025-01-01", "2026-09-01"])
def test_a_day_belongs_to_the_year_and_the_season_of_its_own_zone(client, zone, precision, start):
    """The first of September in Nouméa begins in Paris in the afternoon of the last day of August."""
    event = meeting(zone, start, precision=precision, ends_at=at(start, zone) + timedelta(days=1))
    year = event.local_day.year
    season = {2025: "2024-2025", 2026: "2026-2027"}[year]
    with time_machine.travel(NOW, tick=False):
        past = client.get(reverse("events:past"), {"annee": year})
        assert [row.pk for row in past.context["page"]] == [event.pk]
        assert past.context["years"] == [{"year": year, "number": 1}]
        assert list(client.get(reverse("events:past"), {"annee": year - 1}).context["page"]) == []
        assert list(client.get(reverse("places:programme", args=[season])).context["events"]) == [event]
        assert ProgrammeSitemap().items() == [season]


# -- what happens before and after ---------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "start", "cutoff"),
    [
        (PARIS, "2026-11-25 19:00", "2026-11-25 07:00"),
        (PARIS, "2026-03-29 09:00", "2026-03-28 20:00"),  # the night is an hour shorter: twelve hours are twelve hours
        (PARIS, "2026-10-25 09:00", "2026-10-24 22:00"),
        (REUNION, "2026-10-25 09:00", "2026-10-24 21:00"),
        (MONTREAL, "2026-11-01 09:00", "2026-10-31 22:00"),
    ],
)
def test_the_last_promotion_is_twelve_hours_before(zone, start, cutoff):
    assert meeting(zone, start).cutoff_at == at(cutoff, zone)


def opening(kind: str, event: Event) -> datetime:
    return reminding.of_kind(f"events.{kind}").opens(event).astimezone(event.zone)


@pytest.mark.parametrize(
    ("zone", "start", "week", "eve", "hour"),
    [
        (PARIS, "2026-11-25 19:00", "2026-11-18 10:00", "2026-11-24 10:00", "2026-11-25 18:00"),
        (PARIS, "2026-03-29 03:30", "2026-03-22 10:00", "2026-03-28 10:00", "2026-03-29 01:30"),
        (PARIS, "2026-10-25 19:00", "2026-10-18 10:00", "2026-10-24 10:00", "2026-10-25 18:00"),
        (REUNION, "2026-10-25 00:30", "2026-10-18 10:00", "2026-10-24 10:00", "2026-10-24 23:30"),
        (MONTREAL, "2026-11-01 19:00", "2026-10-25 10:00", "2026-10-31 10:00", "2026-11-01 18:00"),
    ],
)
def test_reminders_are_due_by_the_clock_of_the_meeting(zone, start, week, eve, hour):
    event = meeting(zone, start)
    assert [opening(kind, event) for kind in ("still_coming", "tomorrow", "soon")] == [at(due, zone) for due in (week, eve, hour)]


def test_reminders_follow_a_meeting_that_moves_to_another_day_and_another_zone():
    event = meeting()
    with time_machine.travel(NOW, tick=False):
        start = at("2026-12-02 18:00", REUNION)
        moved = {"starts_at": start, "ends_at": start + timedelta(hours=2), "zone_name": REUNION}
        event = scheduling.reschedule(event, by=cast("olga"), **moved)
    expected = ["2026-11-25 10:00", "2026-12-01 10:00", "2026-12-02 17:00"]
    assert [opening(kind, event) for kind in ("still_coming", "tomorrow", "soon")] == [at(due, REUNION) for due in expected]


@pytest.mark.parametrize(
    ("zone", "now", "thanked"),
    [
        (PARIS, "2026-11-25 23:59", 0),
        (PARIS, "2026-11-26 00:00", 1),
        (REUNION, "2026-11-25 23:59", 0),
        (REUNION, "2026-11-26 00:00", 1),
        (MONTREAL, "2026-11-25 23:59", 0),
        (MONTREAL, "2026-11-26 00:00", 1),
    ],
)
def test_thanks_are_due_the_day_after_over_there(zone, now, thanked):
    make_registration(event=meeting(zone), member=cast("milan"))
    with time_machine.travel(at(now, zone), tick=False):
        assert news.thank() == thanked


@pytest.mark.parametrize(
    ("start", "now", "zone"),
    [
        ("2026-11-25 08:30", "2026-11-25 07:30", PARIS),
        ("2026-11-25 07:30", "2026-11-25 06:30", PARIS),
        ("2026-11-25 21:30", "2026-11-25 20:30", PARIS),
        ("2026-11-25 22:15", "2026-11-25 21:15", PARIS),
        ("2026-11-25 06:00", "2026-11-25 05:00", REUNION),
    ],
)
def test_the_link_leaves_an_hour_before_at_any_hour(settings, start, now, zone):
    """Who goes in an hour has asked for it; in the morning it would come too late."""
    settings.QUIET_HOURS = (21, 8)
    event = meeting(zone, start, is_online=True, online_url="https://visio.example/salon")
    make_registration(event=event, member=cast("milan"), state_changed_at=NOW - timedelta(days=1))
    with time_machine.travel(at(now, zone), tick=False):
        reminding.remind()
        mail.outbox.clear()
        outbox.sweep()
    label = " (heure de La Réunion)" if zone == REUNION else ""
    assert [message.subject for message in mail.outbox if message.subject.startswith("À")] == [
        f"À {dates.hour(event.local_start)}{label}\N{NO-BREAK SPACE}: Soirée"
    ]


@pytest.mark.parametrize(("minutes", "sent"), [(-1, 1), (0, 0), (30, 0)])
def test_a_link_that_comes_too_late_is_not_sent(minutes, sent):
    event = meeting(is_online=True, online_url="https://visio.example/salon")
    make_registration(event=event, member=cast("milan"), state_changed_at=NOW - timedelta(days=1))
    with time_machine.travel(event.starts_at - timedelta(hours=1), tick=False):
        reminding.remind()
    letter = Letter.objects.get(kind="events.soon")
    with time_machine.travel(event.starts_at + timedelta(minutes=minutes), tick=False):
        outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == (Letter.State.SENT if sent else Letter.State.DROPPED)
