"""A group's new meeting, told to its members; thanks, to those who came."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from events import news
from events.models import Event
from members import telling
from members.mail import compose
from members.models import Letter, Notice
from posts import news as write_ups
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db


def told() -> list:
    return list(Notice.objects.order_by("member").values_list("member", "context"))


def test_a_new_meeting_waits_for_the_summary_of_the_members_of_its_group():
    milan = cast("milan")
    event = make.make_event(title="Le grand débat", group=make.make_group(members=[milan]), summary="Deux heures pour parler.")
    cast("mona")
    assert [news.tell_new_meetings(), news.tell_new_meetings()] == [1, 0]
    assert told() == [(milan.pk, {"event": event.pk})]
    assert Notice.objects.get().cadence == "weekly"
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        telling.sweep()
        letter = Letter.objects.get()
        assert compose(letter)
    assert letter.subject == "Nouvelle rencontre\N{NO-BREAK SPACE}: Le grand débat"
    assert "Deux heures pour parler." in letter.text
    assert f"/evenements/{event.slug}/" in letter.text


@pytest.mark.parametrize(
    "fields",
    [
        {"published_at": None},
        {"published_at": timezone.now() + timedelta(days=1)},
        {"published_at": timezone.now() - timedelta(days=9)},
        {"days": -1},
        {"status": Event.Status.CANCELLED},
    ],
)
def test_what_has_not_just_appeared_is_not_told(fields):
    make.make_event(group=make.make_group(members=[cast("milan")]), **fields)
    assert news.tell_new_meetings() == 0


def test_a_planned_meeting_is_told_when_it_appears():
    make.make_event(group=make.make_group(members=[cast("milan")]), published_at=timezone.now() + timedelta(days=1))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert news.tell_new_meetings() == 1


@pytest.mark.parametrize("fields", [{"status": "cancelled"}, {"published_at": None}, {"audience": "invitation"}])
def test_a_meeting_called_off_taken_back_or_closed_to_its_reader_drops_out(fields):
    event = make.make_event(group=make.make_group(members=[cast("milan")]))
    news.tell_new_meetings()
    Notice.objects.update(due_at=timezone.now())
    telling.sweep()
    Event.objects.filter(pk=event.pk).update(**fields)
    assert not compose(Letter.objects.get())


def test_a_friend_of_the_group_is_not_told_the_name_of_a_confidential_meeting():
    make.make_event(group=make.make_group(members=[cast("flora")]), is_confidential=True, title="Le secret")
    news.tell_new_meetings()
    Notice.objects.update(due_at=timezone.now())
    telling.sweep()
    assert not compose(Letter.objects.get())


# -- the day after ---------------------------------------------------------------
PARIS = ZoneInfo("Europe/Paris")
EVENING = datetime(2026, 3, 10, 19, tzinfo=PARIS)


def last_night(**fields):
    with_end = {"starts_at": EVENING, "ends_at": EVENING + timedelta(hours=2), "published_at": EVENING - timedelta(days=9)}
    return make.make_event(title="Le grand débat", **with_end | fields)


def thanked(at=EVENING + timedelta(hours=15)) -> list[int]:
    with time_machine.travel(at, tick=False):
        news.thank()
    return sorted(Notice.objects.filter(kind="events.thanks").values_list("member", flat=True))


@pytest.mark.parametrize(
    ("now", "is_thanked"),
    [
        ("2026-03-10 23:59", False),
        ("2026-03-11 00:00", True),
        ("2026-03-13 20:59", True),  # the job was down
        ("2026-03-13 21:00", False),  # by now it would be odd
    ],
)
def test_who_came_is_thanked_the_day_after(now, is_thanked):
    make.make_registration(event=last_night(), member=cast("milan"))
    assert bool(thanked(datetime.fromisoformat(now).replace(tzinfo=PARIS))) is is_thanked


def test_the_letter_leaves_in_the_morning_of_the_meeting_s_own_zone(settings):
    settings.QUIET_HOURS = (21, 8)
    montreal = ZoneInfo("America/Montreal")
    evening = EVENING.replace(tzinfo=montreal)
    make.make_registration(
        event=last_night(starts_at=evening, ends_at=evening + timedelta(hours=2), zone_name="America/Montreal")
    )
    thanked(datetime(2026, 3, 11, 0, 5, tzinfo=montreal))
    assert Notice.objects.get().due_at == datetime(2026, 3, 11, 8, tzinfo=montreal)


def test_where_the_door_was_kept_only_those_seen_there_are_thanked():
    event, unkept = last_night(), last_night()
    milan, mona = cast("milan"), cast("mona")
    make.make_registration(event=event, member=milan, arrived=1, checked_in_at=EVENING)
    make.make_registration(event=event, member=mona)
    make.make_registration(event=event, state="waiting")
    make.make_registration(event=unkept, member=mona)
    assert thanked() == sorted([milan.pk, mona.pk])
    assert Notice.objects.get(member=mona).context == {"event": unkept.pk}
    assert thanked() == sorted([milan.pk, mona.pk])  # once


@pytest.mark.parametrize(
    "fields", [{"status": "cancelled"}, {"status": "postponed"}, {"kind": "external"}, {"published_at": None}]
)
def test_of_what_did_not_take_place_here_nobody_is_thanked(fields):
    make.make_registration(event=last_night(**fields), member=cast("milan"))
    assert thanked() == []


def test_the_write_up_of_the_same_night_is_told_in_the_same_letter_and_not_twice():
    event, milan = last_night(), cast("milan")
    make.make_registration(event=event, member=milan)
    at = EVENING + timedelta(hours=15)
    with time_machine.travel(at, tick=False):
        make.make_post(title="Ce qu'on a dit", kind="report", event=event, days=-0.1)
        write_ups.tell_write_ups()
        news.thank()
        Notice.objects.update(due_at=timezone.now())
        assert telling.sweep() == 1
        letter = Letter.objects.get()
        assert compose(letter)
        assert [write_ups.tell_write_ups(), news.thank(), telling.sweep()] == [0, 0, 0]
    assert "Merci d’avoir été des nôtres" in letter.text
    opinion = f"/evenements/{event.slug}/avis/{event.registrations.get().token}/"
    assert opinion in letter.text
    assert opinion in letter.html
    assert letter.text.count("Ce qu'on a dit") == 1
