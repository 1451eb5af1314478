"""A group's new meeting, told to its members."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import news
from events.models import Event
from members import telling
from members.mail import compose
from members.models import Letter, Notice
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
