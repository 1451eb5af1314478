"""Meetings offered before joining: a friend who went to as many is asked to apply."""

import pytest
from django.urls import reverse

from events import registering
from events.models import Registration
from members.models import Club
from tests.cast import cast
from tests.make import make_event, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def offer(number):
    Club.objects.update_or_create(pk=1, defaults={"meetings_offered": number})


def went(member, times, **fields):
    for _n in range(times):
        make_registration(event=make_event(days=-20, **fields), member=member)


def may_come(member, **fields) -> bool:
    try:
        registering.join(make_event(**fields), member=member)
    except registering.Refused as refusal:
        return refusal.code != "apply"
    return True


def test_without_the_setting_friends_come_as_often_as_they_like(client):
    went(cast("flora"), 5)
    assert may_come(cast("flora"))


def test_who_went_to_as_many_as_are_offered_is_led_to_the_application(client):
    offer(2)
    flora, event = cast("flora"), make_event()
    client.force_login(flora)
    went(flora, 1)
    assert "rsvp-form" in client.get(event.get_absolute_url()).content.decode()
    went(flora, 1)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "rsvp-form" not in page
    assert f'class="button is-full" href="{reverse("members:apply")}"' in page
    answer = client.post(reverse("events:register", args=[event.slug]), {})
    assert f'class="button is-full" href="{reverse("members:apply")}"' in answer.content.decode()
    assert not event.registrations.exists()
    assert not may_come(flora)


@pytest.mark.parametrize(
    "past",
    [{"status": "cancelled"}, {"published_at": None}, {"kind": "external"}],
    ids=["cancelled", "never announced", "elsewhere"],
)
def test_what_did_not_take_place_here_does_not_count(past):
    offer(1)
    went(cast("flora"), 1, **past)
    assert may_come(cast("flora"))


@pytest.mark.parametrize("state", [Registration.State.WAITING, Registration.State.CANCELLED, Registration.State.REMOVED])
def test_who_did_not_go_has_not_used_anything(state):
    offer(1)
    make_registration(event=make_event(days=-20), member=cast("flora"), state=state)
    assert may_come(cast("flora"))


def test_members_come_whatever_is_offered():
    offer(0)
    went(cast("milan"), 3)
    assert may_come(cast("milan"))
    assert not may_come(cast("flora"))


def test_whom_the_club_invites_comes_to_that_meeting():
    offer(0)
    event = make_event(audience="invitation")
    make_invitation(event=event, member=cast("flora"))
    assert registering.join(event, member=cast("flora")).is_going


def test_who_is_going_already_may_still_leave_and_say_how_many():
    event, flora = make_event(max_guests=1), cast("flora")
    registering.join(event, member=flora)
    offer(0)
    assert registering.set_guests(event, member=flora, guests=1).guests == 1
    assert registering.leave(event, member=flora).state == Registration.State.CANCELLED
