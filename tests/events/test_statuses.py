"""What each status of a meeting changes: registration, letters, lists, page, calendars, what machines read. One row each."""

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from events import copying, registering, scheduling
from events.models import Event
from members import outbox
from members.models import Entry, Letter
from tests.cast import cast
from tests.make import make_cycle, make_event, make_group, make_member, make_registration, make_venue

pytestmark = pytest.mark.django_db
State = Letter.State


@dataclass(frozen=True)
class Row:
    deeds: tuple[str, ...]  # done one after the other, by Olga
    status: str
    joining: str = ""  # the code of the refusal; none: one may
    letters: tuple[str, ...] = ()  # kinds, to each of those going and waiting
    sequence: int = 1
    entry: str = "CONFIRMED"  # STATUS of the calendar entry
    prefix: str = ""
    place: str | None = "La Fabrique, 3 rue du Port, 35000 Rennes"
    machine: list[str] = field(default_factory=list)  # eventStatus
    mode: str = "Offline"
    places: tuple[str, ...] = ("Place",)
    banner: str = ""
    told: bool = True  # whether its group would hear of it as of a new meeting


LATER = timedelta(days=14)
DEEDS = {
    "cancel": lambda event: scheduling.cancel(event, by=cast("olga"), reason="Grève"),
    "postpone": lambda event: scheduling.postpone(event, by=cast("olga"), reason="Grève"),
    "restore": lambda event: scheduling.restore(event, by=cast("olga")),
    "move_back": lambda event: scheduling.move_back(event, by=cast("olga")),
    "move_online": lambda event: scheduling.move_online(
        event, by=cast("olga"), reason="Grève", online_url="https://visio.example/secret"
    ),
    "new_date": lambda event: scheduling.reschedule(
        event, by=cast("olga"), starts_at=event.starts_at + LATER, ends_at=event.ends_at + LATER
    ),
    "new_place": lambda event: scheduling.reschedule(event, by=cast("olga"), venue=make_venue(name="Ailleurs", city="Brest")),
}
ONLINE = {"mode": "Online", "places": ("VirtualLocation",), "place": "En ligne"}
ROWS = {
    "scheduled": Row((), "scheduled", sequence=0, machine=["EventScheduled"]),
    "cancelled": Row(
        ("cancel",),
        "cancelled",
        joining="cancelled",
        letters=("cancelled",),
        entry="CANCELLED",
        prefix="ANNULÉ\u00a0: ",
        machine=["EventCancelled"],
        banner="Cette rencontre est annulée.",
        told=False,
    ),
    "postponed, no date": Row(
        ("postpone",),
        "postponed",
        joining="postponed",
        letters=("postponed",),
        entry="TENTATIVE",
        prefix="REPORTÉ\u00a0: ",
        machine=["EventPostponed"],
        banner="Cette rencontre est reportée",
        told=False,
    ),
    "postponed, then a date": Row(
        ("postpone", "new_date"),
        "scheduled",
        letters=("postponed", "rescheduled"),
        sequence=2,
        machine=["EventRescheduled"],
        banner="Nouvelle date",
    ),
    "another date": Row(
        ("new_date",), "scheduled", letters=("rescheduled",), machine=["EventRescheduled"], banner="Nouvelle date"
    ),
    "moved online": Row(
        ("move_online",),
        "online",
        letters=("moved_online",),
        prefix="EN LIGNE\u00a0: ",
        machine=["EventMovedOnline"],
        banner="Cette rencontre a lieu en ligne.",
        **ONLINE,
    ),
    "moved online, then another date": Row(
        ("move_online", "new_date"),
        "online",
        letters=("moved_online", "rescheduled"),
        sequence=2,
        prefix="EN LIGNE\u00a0: ",
        machine=["EventRescheduled", "EventMovedOnline"],
        banner="Cette rencontre a lieu en ligne.",
        **ONLINE,
    ),
    "moved online, then back": Row(
        ("move_online", "move_back"), "scheduled", letters=("moved_online", "rescheduled"), sequence=2, machine=["EventScheduled"]
    ),
    "moved online, then elsewhere": Row(
        ("move_online", "new_place"),
        "scheduled",
        letters=("moved_online", "rescheduled"),
        sequence=2,
        machine=["EventScheduled"],
        mode="Mixed",
        places=("Place", "VirtualLocation"),
        place="Ailleurs, Brest",
    ),
    "moved online, then cancelled": Row(
        ("move_online", "cancel"),
        "cancelled",
        joining="cancelled",
        letters=("moved_online", "cancelled"),
        sequence=2,
        entry="CANCELLED",
        prefix="ANNULÉ\u00a0: ",
        machine=["EventCancelled"],
        banner="Cette rencontre est annulée.",
        told=False,
        **ONLINE,
    ),
    "moved online, cancelled, restored": Row(
        ("move_online", "cancel", "restore"),
        "online",
        letters=("moved_online", "cancelled", "restored"),
        sequence=3,
        prefix="EN LIGNE\u00a0: ",
        machine=["EventMovedOnline"],
        banner="Cette rencontre a lieu en ligne.",
        **ONLINE,
    ),
    "moved online, postponed, then a date": Row(
        ("move_online", "postpone", "new_date"),
        "online",
        letters=("moved_online", "postponed", "rescheduled"),
        sequence=3,
        prefix="EN LIGNE\u00a0: ",
        machine=["EventRescheduled", "EventMovedOnline"],
        banner="Cette rencontre a lieu en ligne.",
        **ONLINE,
    ),
    "cancelled, restored": Row(
        ("cancel", "restore"), "scheduled", letters=("cancelled", "restored"), sequence=2, machine=["EventScheduled"]
    ),
    "postponed, restored": Row(
        ("postpone", "restore"), "scheduled", letters=("postponed", "restored"), sequence=2, machine=["EventScheduled"]
    ),
}


def machine_data(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def joining(event) -> str:
    """The code of the refusal that a newcomer meets; nothing when they may come."""
    try:
        registering.join(event, member=make_member())
    except registering.Refused as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("name", ROWS)
def test_a_status_and_all_that_it_changes(client, name):
    row = ROWS[name]
    venue = make_venue(street="3 rue du Port", postcode="35000")
    event = make_event(venue=venue, group=make_group(), capacity=3, cycle=make_cycle())
    told = {"skipped_at": timezone.now()}  # that the party is too large
    going, waiting = make_registration(event=event), make_registration(event=event, state="waiting", guests=2, **told)
    for deed in row.deeds:
        event.refresh_from_db()
        DEEDS[deed](event)
        DEEDS[deed](event) if deed not in ("new_date", "new_place") else None  # said twice is said once
    event.refresh_from_db()

    assert (event.status, event.ical_sequence) == (row.status, row.sequence)
    expected = [(f"events.{kind}", r.member.email) for kind in row.letters for r in (going, waiting)]
    assert sorted(Letter.objects.values_list("kind", "to_email")) == sorted(expected)
    assert len(Entry.objects.all()) == len(row.deeds)

    assert event in Event.objects.listed_for(None).upcoming()
    assert (event in Event.objects.to_tell()) == row.told

    page = client.get(event.get_absolute_url()).content.decode()
    data = machine_data(page)
    told = data["eventStatus"] if isinstance(data["eventStatus"], list) else [data["eventStatus"]]
    assert told == [f"https://schema.org/{status}" for status in row.machine]
    assert data["eventAttendanceMode"] == f"https://schema.org/{row.mode}EventAttendanceMode"
    places = data["location"] if isinstance(data["location"], list) else [data["location"]]
    assert tuple(place["@type"] for place in places) == row.places
    assert ("previousStartDate" in data) == ("EventRescheduled" in row.machine)
    assert row.banner in page
    assert ("notice is-" in page) == bool(row.banner)
    assert "visio.example" not in page

    feed = client.get(reverse("agenda"))
    assert b"visio.example" not in feed.content
    (entry,) = icalendar.Calendar.from_ical(feed.content).walk("VEVENT")
    assert (str(entry["status"]), str(entry["summary"])) == (row.entry, row.prefix + event.title)
    assert (str(entry.get("location")), int(entry["sequence"])) == (row.place, row.sequence)
    assert ("transp" in entry) == (row.entry != "CONFIRMED")

    assert joining(event) == row.joining


def test_every_status_has_a_row():
    assert {row.status for row in ROWS.values()} == set(Event.Status.values)


# -- what moving online refuses ----------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "cancelled"}, "called_off"),
        ({"status": "postponed"}, "called_off"),
        ({"is_online": True}, "online"),
        ({"days": -2}, "over"),
    ],
)
def test_what_cannot_be_moved_online_says_why(fields, code):
    event = make_event(**fields)
    with pytest.raises(scheduling.Refused) as caught:
        scheduling.move_online(event, by=cast("olga"))
    assert caught.value.code == code
    event.refresh_from_db()
    assert (event.was_online, event.ical_sequence) == (None, 0)


def test_both_at_once_becomes_online_alone_and_both_again():
    venue = make_venue()
    event = make_event(venue=venue, is_online=True, online_url="https://visio.example/known")
    scheduling.move_online(event, by=cast("olga"))
    event.refresh_from_db()
    assert (event.venue, event.is_online, event.online_url) == (None, True, "https://visio.example/known")
    scheduling.move_back(event, by=cast("olga"))
    event.refresh_from_db()
    assert (event.venue, event.is_online, event.was_online, event.previous_venue) == (venue, True, None, None)


def test_the_copy_of_a_meeting_moved_online_is_at_its_venue():
    event = make_event(venue=make_venue())
    scheduling.move_online(event, by=cast("olga"))
    event.refresh_from_db()
    draft = copying.copy(event, by=cast("olga"))
    assert (draft.venue, draft.is_online, draft.status, draft.online_url) == (event.previous_venue, False, "scheduled", "")


# -- what people are told ------------------------------------------------------------
def test_the_letter_gives_the_link_to_those_going_alone():
    event = make_event(venue=make_venue(name="La Fabrique"))
    going, waiting = make_registration(event=event), make_registration(event=event, state="waiting")
    scheduling.move_online(event, by=cast("olga"), reason="Grève des transports", online_url="https://visio.example/secret")
    texts = {}
    for letter in Letter.objects.all():
        outbox.deliver(letter.pk)
        letter.refresh_from_db()
        assert letter.state == State.SENT
        assert letter.subject == f"En ligne\u00a0: {event.title}"
        assert "Au lieu de\u00a0: La Fabrique, Rennes" in letter.text
        assert "Grève des transports" in letter.text
        texts[letter.to_email] = letter.text + letter.html
    assert "visio.example/secret" in texts[going.member.email]
    assert "visio.example" not in texts[waiting.member.email]


def test_back_in_its_room_the_letter_says_instead_of_online():
    event = make_event(venue=make_venue(name="La Fabrique"))
    make_registration(event=event)
    scheduling.move_online(event, by=cast("olga"))
    scheduling.move_back(event, by=cast("olga"))
    first, second = Letter.objects.order_by("pk")
    for letter in (first, second):
        outbox.deliver(letter.pk)
        letter.refresh_from_db()
    assert first.state == State.DROPPED  # no longer true
    assert "Au lieu de\u00a0: En ligne" in second.text
    assert "La Fabrique" in second.text


def test_the_link_is_for_those_going(client):
    event = make_event(venue=make_venue())
    milan = make_registration(event=event, member=cast("milan")).member
    make_registration(event=event, member=cast("flora"), state="waiting")
    scheduling.move_online(event, by=cast("olga"), online_url="https://visio.example/secret")
    for member, reads in ((milan, True), (cast("flora"), False)):
        client.force_login(member)
        assert ("visio.example/secret" in client.get(event.get_absolute_url()).content.decode()) == reads


def test_those_outside_read_the_town_it_left_and_no_more(client):
    event = make_event(audience="members", venue=make_venue(name="La Fabrique Cachée", city="Rennes"))
    scheduling.move_online(event, by=cast("olga"))
    page = client.get(event.get_absolute_url()).content.decode()
    assert "La Fabrique Cachée" not in page
    assert "plus lieu à Rennes" in page


@pytest.mark.parametrize("status", Event.Status.values)
def test_a_list_shows_its_badge_and_costs_the_same(client, status, django_assert_num_queries):
    moved = {"is_online": True, "was_online": False} if status == "online" else {}
    make_event(status=status, **moved)
    with django_assert_num_queries(5):
        page = client.get(reverse("events:list")).content.decode()
    words = {"cancelled": "Annulée", "postponed": "Reportée", "online": "Passe en ligne", "scheduled": "Conférence"}
    assert f">{words[status]}</span>" in page


@pytest.mark.parametrize("deed", ["cancel", "postpone"])
def test_no_bar_says_that_one_goes_to_a_meeting_called_off(client, deed):
    event, milan = make_event(), cast("milan")
    registering.join(event, member=milan)
    client.force_login(milan)
    before = "rsvp-bar" in client.get(event.get_absolute_url()).text
    DEEDS[deed](event)
    assert (before, "rsvp-bar" in client.get(event.get_absolute_url()).text) == (True, False)
