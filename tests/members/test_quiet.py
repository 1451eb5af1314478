"""Nothing leaves in the quiet hours but what somebody asked for."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from members import outbox, preferring, telling
from members.mail import letter
from members.models import Letter, Notice
from members.quiet import awake
from tests import make
from tests.cast import cast

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2026, 3, 10, 22, 30, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _hours(settings):
    settings.QUIET_HOURS = (21, 8)


@pytest.mark.parametrize(
    ("now", "zone", "then"),
    [
        ("2026-03-10 08:00", "", "2026-03-10 08:00"),
        ("2026-03-10 20:59", "", "2026-03-10 20:59"),
        ("2026-03-10 21:00", "", "2026-03-11 08:00"),
        ("2026-03-10 23:59", "", "2026-03-11 08:00"),
        ("2026-03-10 00:00", "", "2026-03-10 08:00"),
        ("2026-03-10 07:59", "", "2026-03-10 08:00"),
        ("2026-03-28 22:00", "", "2026-03-29 08:00"),  # clocks go forward in that night
        ("2026-10-24 22:00", "", "2026-10-25 08:00"),  # and back in that one
        ("2026-03-10 19:00", "Indian/Reunion", "2026-03-11 05:00"),  # ten in the evening there
        ("2026-03-10 06:00", "Indian/Reunion", "2026-03-10 06:00"),
        ("2026-03-10 12:00", "America/Montreal", "2026-03-10 13:00"),  # the clocks there went forward two days ago
    ],
)
def test_the_quiet_hours_end_at_eight_by_the_clock_of_their_zone(now, zone, then):
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (now, then))
    assert awake(at, zone) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "state"), [("Europe/Paris", "queued"), ("", "sent"), ("America/Montreal", "sent")])
def test_a_letter_that_keeps_the_hours_waits_for_the_morning_untried(zone, state):
    with time_machine.travel(NIGHT, tick=False):
        row = letter("members.erased", key="k", to="ana@example.org", quiet_zone=zone)
        outbox.deliver(row.pk)
    left = Letter.objects.filter(pk=row.pk).values_list("state", "send_after", "attempts")
    assert list(left) == ([] if state == "sent" else [("queued", NIGHT.replace(day=11, hour=8, minute=0), 0)])
    with time_machine.travel(NIGHT.replace(day=11, hour=8, minute=0), tick=False):
        outbox.sweep()
    assert not Letter.objects.exists()  # of this kind nothing stays once it left


@pytest.mark.django_db
@pytest.mark.parametrize(("chosen", "told_in_the_night"), [(None, 0), ("now", 1)])
def test_news_wait_for_the_morning_unless_they_were_chosen_to_come_at_once(chosen, told_in_the_night):
    kind = "posts.comment_on_meeting" if chosen else "posts.comment_reply"
    if chosen:
        preferring.choose(cast("milan"), wanted={kind: chosen})
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()))
    with time_machine.travel(NIGHT, tick=False):
        telling.tell(kind, to=[cast("milan").pk], key="comment:1", comment=comment.pk)
        assert telling.sweep() == told_in_the_night
    if not told_in_the_night:
        assert Notice.objects.get().due_at == NIGHT.replace(day=11, hour=8, minute=0)
