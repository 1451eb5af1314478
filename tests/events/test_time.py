"""Time: each meeting on the clock of its own zone, the two nights when it changes included."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from events import scheduling
from events.models import Event
from tests import desk
from tests.cast import cast
from tests.make import make_event, make_venue

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
