"""Reminders: who gets which when, once; the private notes for those going alone; nothing of what was called off."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from events import registering, reminding, scheduling
from events.models import Event, Registration
from members import outbox, preferring
from members.models import Letter
from tests.cast import cast
from tests.make import make_event, make_member, make_registration, make_venue
from tests.processes import answer

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 10, 11, tzinfo=PARIS)  # a Tuesday
EVENING = datetime(2026, 3, 11, 19, tzinfo=PARIS)
LONG_SINCE = NOW - timedelta(days=2)


def meeting(starts_at=EVENING, **fields) -> Event:
    with_end = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)} | fields
    return make_event(published_at=NOW - timedelta(days=60), **with_end)


def going(event, *, since=LONG_SINCE, **fields):
    return make_registration(event=event, state_changed_at=since, **fields)


def written(at=NOW) -> list[str]:
    with time_machine.travel(at, tick=False):
        reminding.remind()
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def sent(at=NOW) -> list[str]:
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        outbox.sweep()
    return [message.subject for message in mail.outbox]


# -- when ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        ("2026-03-10 09:59", []),
        ("2026-03-10 10:00", ["events.tomorrow"]),
        ("2026-03-11 18:59", ["events.tomorrow"]),  # the job was down: how to get in still helps
        ("2026-03-11 19:00", []),
    ],
)
def test_the_letter_of_the_day_before_leaves_at_ten_and_makes_sense_until_the_start(now, kinds):
    going(meeting())
    assert written(datetime.fromisoformat(now).replace(tzinfo=PARIS)) == kinds


@pytest.mark.parametrize(
    ("minutes", "fields", "kinds"),
    [
        (61, {}, ["events.tomorrow"]),
        (60, {}, ["events.tomorrow", "events.soon"]),
        (1, {}, ["events.tomorrow", "events.soon"]),
        (0, {}, []),
        (30, {"online_url": ""}, ["events.tomorrow"]),
        (30, {"is_online": False}, ["events.tomorrow"]),
        (30, {"is_hour_to_be_confirmed": True}, ["events.tomorrow"]),
    ],
)
def test_the_link_of_an_online_meeting_leaves_an_hour_before(minutes, fields, kinds):
    going(meeting(**{"is_online": True, "online_url": "https://visio.example.org/x"} | fields))
    assert written(EVENING - timedelta(minutes=minutes)) == kinds


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({}, ["events.tomorrow"]),
        ({"status": "cancelled"}, []),
        ({"status": "postponed"}, []),
        ({"status": "online", "is_online": True, "was_online": False}, ["events.tomorrow"]),
        ({"kind": "external"}, []),
        ({"precision": "day"}, ["events.tomorrow"]),
        ({"precision": "month"}, []),
    ],
)
def test_what_is_called_off_elsewhere_or_not_known_to_the_day_reminds_nobody(fields, kinds):
    going(meeting(**fields))
    assert written() == kinds


def test_a_meeting_taken_back_reminds_nobody():
    event = meeting()
    going(event)
    Event.objects.update(published_at=None)
    assert written() == []


def test_the_day_before_is_that_of_the_event_s_own_zone():
    reunion = ZoneInfo("Indian/Reunion")
    going(meeting(datetime(2026, 3, 11, 18, tzinfo=reunion), zone_name="Indian/Reunion"))
    assert written(datetime(2026, 3, 10, 9, 59, tzinfo=reunion)) == []
    assert written(datetime(2026, 3, 10, 10, tzinfo=reunion)) == ["events.tomorrow"]


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        ("2026-03-29 19:00", "2026-03-28 10:00"),
        ("2026-03-30 19:00", "2026-03-29 10:00"),
        ("2026-10-26 19:00", "2026-10-25 10:00"),
    ],
)
def test_ten_is_ten_on_the_clock_across_a_change_of_time(start, opens):
    start, opens = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (start, opens))
    going(make_event(starts_at=start, ends_at=start + timedelta(hours=2), published_at=LONG_SINCE))
    assert written(opens - timedelta(minutes=1)) == []
    assert written(opens) == ["events.tomorrow"]


# -- a week before: still coming? ------------------------------------------------
WEEK = EVENING + timedelta(days=6)  # the start, of which NOW is the first hour of asking
BEFORE = WEEK - timedelta(days=14)


@pytest.mark.parametrize(
    ("now", "since", "fields", "kinds"),
    [
        (NOW, BEFORE, {}, ["events.still_coming"]),
        (NOW, BEFORE + timedelta(minutes=1), {}, []),
        (NOW, LONG_SINCE, {"capacity": 1}, ["events.still_coming"]),
        (NOW, LONG_SINCE, {"capacity": 3, "reserved": 2}, ["events.still_coming"]),
        (NOW, LONG_SINCE, {"capacity": 2}, []),
        (NOW, NOW - timedelta(minutes=5), {"capacity": 1}, []),  # has just registered
        (NOW - timedelta(hours=1, minutes=1), BEFORE, {}, []),
        (WEEK - timedelta(days=2, hours=9, minutes=1), BEFORE, {}, ["events.still_coming"]),
        (WEEK - timedelta(days=2, hours=9), BEFORE, {}, []),  # too late: the letter of the day before says how to leave
    ],
)
def test_a_week_before_those_who_may_have_other_plans_or_whose_place_is_wanted_are_asked(now, since, fields, kinds):
    going(meeting(WEEK, **fields), since=since)
    assert written(now) == kinds


def asked(**fields):
    event = meeting(WEEK, **fields)
    registration = going(event, since=BEFORE)
    written()
    sent()
    return registration, re.search(r"http://localhost:8000(\S+/confirmation/\S+)", mail.outbox[0].body)[1]


@time_machine.travel(NOW, tick=False)
def test_looking_at_the_page_changes_nothing_and_its_button_confirms(client):
    registration, url = asked()
    for method in (client.get, client.head):
        assert method(url).status_code == 200
    registration.refresh_from_db()
    assert not registration.is_confirmed
    assert "nous comptons sur vous" in client.post(url).text
    client.post(url)
    registration.refresh_from_db()
    assert (registration.is_confirmed, registration.rev, Letter.objects.count()) == (True, 0, 1)


@time_machine.travel(NOW, tick=False)
def test_its_other_button_gives_the_place_back(client):
    registration, url = asked()
    page = client.get(url)
    leave = reverse("events:leave_by_link", args=[registration.event.slug, registration.token])
    assert f'action="{leave}"' in page.text
    client.post(leave)
    registration.refresh_from_db()
    assert registration.state == "cancelled"
    assert "pas inscrit" in client.post(url).text
    registration.refresh_from_db()
    assert registration.state == "cancelled"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"status": "cancelled"}, "annulée"), ({"status": "postponed"}, "reportée"), ({"over": True}, "a eu lieu")],
)
def test_what_is_called_off_or_over_is_not_confirmed(client, fields, said):
    with time_machine.travel(NOW, tick=False):
        registration, url = asked()
        Event.objects.update(**{name: value for name, value in fields.items() if name != "over"})
    with time_machine.travel(WEEK + timedelta(days=2) if "over" in fields else NOW, tick=False):
        assert said in client.get(url).text
        assert said in client.post(url).text
    registration.refresh_from_db()
    assert registration.confirmed_for is None


@time_machine.travel(NOW, tick=False)
def test_another_date_is_another_question(client):
    registration, url = asked()
    client.post(url)
    event = registration.event
    starts_at = WEEK + timedelta(days=30)
    scheduling.reschedule(event, by=cast("olga"), starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    assert not Registration.objects.get().is_confirmed
    sent()
    assert url in mail.outbox[0].body  # the letter of the new date leads to the same page
    client.post(url)
    assert "events.still_coming" not in written(starts_at - timedelta(days=6))[2:]  # answered already


def test_no_answer_changes_nothing():
    registration, _url = asked()
    with time_machine.travel(WEEK, tick=False):
        reminding.remind()
    registration.refresh_from_db()
    assert (registration.state, registration.rev) == ("going", 0)


# -- to whom ---------------------------------------------------------------------
def test_only_those_going_are_written_to():
    event = meeting(capacity=9)
    milan = going(event, member=cast("milan")).member
    for state in ("waiting", "cancelled", "removed"):
        going(event, state=state)
    going(event, member=cast("boris"))  # blocked since
    left = going(event)
    left.member = None
    left.save()
    assert written() == ["events.tomorrow"]
    assert Letter.objects.get().member == milan


def test_who_stopped_it_gets_none_and_the_letter_carries_the_link_that_stops_it():
    event = meeting()
    preferring.choose(cast("mona"), wanted={"events.tomorrow": "never"})
    going(event, member=cast("mona"))
    going(event, member=cast("milan"))
    assert written() == ["events.tomorrow"]
    sent()
    (message,) = mail.outbox
    assert message.recipients() == [cast("milan").email]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = message.extra_headers["List-Unsubscribe"].strip("<>").rsplit("/", 2)[1]
    member, kinds = preferring.stopped_by(token)
    preferring.stop(member, stopped=kinds)
    assert not preferring.wants(cast("milan"), "events.tomorrow")


def test_the_week_s_ceiling_does_not_count_reminders():
    going(meeting())
    written()
    assert not Letter.objects.get().is_unasked


# -- once ------------------------------------------------------------------------
def test_a_re_run_writes_nothing_and_a_moved_meeting_reminds_again():
    event = meeting()
    going(event)
    assert written() == ["events.tomorrow"]
    assert written() == ["events.tomorrow"]
    with time_machine.travel(NOW, tick=False):
        later = {"starts_at": EVENING + timedelta(days=7), "ends_at": EVENING + timedelta(days=7, hours=2)}
        scheduling.reschedule(event, by=cast("olga"), **later)
    assert written() == ["events.tomorrow", "events.rescheduled"]
    assert written(NOW + timedelta(days=7))[2:] == ["events.tomorrow"]
    Letter.objects.filter(kind="events.rescheduled").delete()
    assert sent(NOW + timedelta(days=7)) == ["Demain\N{NO-BREAK SPACE}: Rencontre de juin"]


def test_a_constant_number_of_queries_when_all_are_reminded(django_assert_num_queries):
    event = meeting()
    for _number in range(3):
        going(event)
    written()
    with (
        time_machine.travel(NOW, tick=False),
        django_assert_num_queries(5),
    ):
        reminding.remind()


SETUP = """
from datetime import timedelta
from django.utils import timezone
from events.models import Event, Registration
from members.models import Member
now = timezone.now()
starts_at, ends_at = now + timedelta(hours=12), now + timedelta(hours=14)
event = Event.objects.create(title="x", slug="x", starts_at=starts_at, ends_at=ends_at, published_at=now)
for n in range(20):
    member = Member.objects.create_user(f"a{n}@example.org", "a long enough password", name=f"A {n}")
    event.registrations.create(member=member, state="going", queue_no=n, state_changed_at=now - timedelta(days=3))
"""
COUNT = "from members.models import Letter; print(Letter.objects.count())"


@pytest.mark.processes
def test_two_machines_at_once_write_each_reminder_once(embedded):
    answer(embedded("shell", "-v0", "-c", SETUP))
    both = [embedded("shell", "-v0", "-c", "from events import reminding; reminding.remind()") for _machine in range(2)]
    for process in both:
        answer(process)
    assert int(answer(embedded("shell", "-v0", "-c", COUNT))) == 20


# -- what it says ----------------------------------------------------------------
NOTES = {"access_notes": "Code 1234, 3e étage, 06 12 34 56 78."}


def test_it_tells_how_to_get_in_and_that_photographs_are_taken():
    going(meeting(venue=make_venue(access="Métro République.", access_notes="Sonner à « Fabrique »."), **NOTES))
    written()
    assert sent() == ["Demain\N{NO-BREAK SPACE}: Rencontre de juin"]
    text = mail.outbox[0].body
    for said in ("Métro République.", "Sonner à « Fabrique ».", NOTES["access_notes"], "photographies", "openstreetmap"):
        assert said in text
    for said in ("Métro République.", "1234"):
        assert said in mail.outbox[0].alternatives[0].content


def test_a_late_one_says_that_it_is_today():
    going(meeting())
    at = EVENING - timedelta(hours=3)
    written(at)
    assert sent(at) == ["Aujourd’hui\N{NO-BREAK SPACE}: Rencontre de juin"]


@pytest.mark.parametrize("deed", ["leave", "cancel", "postpone", "start", "stop", "unpublish"])
def test_a_reminder_that_is_no_longer_true_is_dropped(deed):
    event = meeting()
    registration = going(event)
    written()
    now = EVENING if deed == "start" else NOW
    with time_machine.travel(NOW, tick=False):
        if deed == "leave":
            registering.leave(event, member=registration.member)
        elif deed in ("cancel", "postpone"):
            getattr(scheduling, deed)(event, by=cast("olga"))
        elif deed == "stop":
            preferring.choose(registration.member, wanted={"events.tomorrow": "never"})
        elif deed == "unpublish":
            Event.objects.filter(pk=event.pk).update(published_at=None)
    with time_machine.travel(now, tick=False):
        outbox.deliver(Letter.objects.get(kind="events.tomorrow").pk)
    assert Letter.objects.get(kind="events.tomorrow").state == Letter.State.DROPPED


def test_in_the_quiet_hours_it_waits_for_the_morning(settings):
    settings.QUIET_HOURS = (21, 8)
    going(meeting())
    night = datetime(2026, 3, 10, 23, tzinfo=PARIS)  # the job was down all day
    assert written(night) == ["events.tomorrow"]
    assert sent(night) == []
    assert sent(datetime(2026, 3, 11, 8, tzinfo=PARIS)) == ["Aujourd’hui\N{NO-BREAK SPACE}: Rencontre de juin"]


@pytest.mark.parametrize(("at", "told"), [(NOW, True), (NOW - timedelta(hours=2), False)])
def test_who_registers_after_it_left_reads_it_in_the_confirmation_and_no_second_letter(at, told):
    event = meeting(venue=make_venue(), **NOTES)
    with time_machine.travel(at, tick=False):
        registering.join(event, member=make_member())
    sent(at)
    assert (NOTES["access_notes"] in mail.outbox[0].body) is told
    assert ("events.tomorrow" in written(NOW + timedelta(minutes=5))) is not told


def test_those_waiting_read_no_private_note():
    event = meeting(capacity=0, venue=make_venue(), **NOTES)
    with time_machine.travel(NOW, tick=False):
        Event.objects.update(capacity=1)
        make_registration(event=event)
        registering.join(event, member=make_member())
    sent()
    assert [NOTES["access_notes"] in message.body for message in mail.outbox] == [False]
