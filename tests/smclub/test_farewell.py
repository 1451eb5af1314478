"""What becomes of somebody's things when they go."""

import pytest
from django.utils import timezone

from events.models import Event, Registration
from members import joining
from members.mail import compose
from members.models import Entry, Erasure, Letter, Member
from smclub import erasing, farewell
from tests.cast import cast
from tests.make import make_event, make_proxy, make_registration

pytestmark = pytest.mark.django_db


def test_a_blocked_account_keeps_its_past_and_loses_its_seats_to_come():
    milan = cast("milan")
    soon, waited_for = make_registration(member=milan), make_registration(member=milan, state="waiting")
    undated = make_registration(member=milan, event=make_event(days=None, status=Event.Status.POSTPONED))
    been, left = make_registration(member=milan, event=make_event(days=-10)), make_registration(member=milan, state="cancelled")
    other = make_registration(event=soon.event)
    farewell.block(milan, by=cast("olga"), reason="Insultes répétées")
    states = {row.pk: row.state for row in Registration.objects.all()}
    assert [states[row.pk] for row in (soon, waited_for, undated)] == ["removed"] * 3
    assert [states[row.pk] for row in (been, left, other)] == ["going", "cancelled", "going"]
    assert not Member.objects.get(pk=milan.pk).is_active
    assert not Registration.objects.exclude(reason="").exists()
    assert Entry.objects.filter(verb="registration.remove", actor=cast("olga")).count() == 3


def test_who_may_not_be_blocked_keeps_everything():
    seat = make_registration(member=cast("edith"))
    with pytest.raises(joining.Refused):
        farewell.block(cast("edith"), by=cast("olga"), reason="x")
    seat.refresh_from_db()
    assert seat.is_going


def test_a_seat_that_was_left_behind_is_given_back_later():
    seat = make_registration(member=cast("boris"), event=make_event(capacity=1))
    waiting = make_registration(event=seat.event, state="waiting")
    make_registration(member=cast("boris"), event=make_event(days=-10))
    assert farewell.give_back_seats() == 1
    waiting.refresh_from_db()
    assert waiting.is_going
    assert farewell.give_back_seats() == 0
    assert {letter.member for letter in Letter.objects.filter(kind="events.promoted")} == {waiting.member}


def proxy_held_by(holder, **when):
    return make_proxy(event=make_event(kind=Event.Kind.ASSEMBLY, **when), holder=holder)


@pytest.mark.parametrize(
    "goes",
    [
        lambda member: farewell.block(member, by=cast("olga"), reason="Insultes répétées"),
        lambda member: erasing.erase(Erasure.objects.create(member=member, due_at=timezone.now())),
    ],
    ids=["blocked", "erased"],
)
def test_votes_given_to_who_goes_are_their_givers_again(goes):
    milan = cast("milan")
    soon, over = proxy_held_by(milan), proxy_held_by(milan, days=-10)
    other = make_proxy(event=soon.event)
    goes(milan)
    for proxy, is_returned in ((soon, True), (over, False), (other, False)):
        proxy.refresh_from_db()
        assert (proxy.revoked_at is not None) == is_returned
    written = Letter.objects.get(kind="events.proxy_returned")
    assert written.member == soon.giver
    assert compose(written) is not None


def test_votes_that_were_left_behind_are_given_back_later():
    proxy = proxy_held_by(cast("boris"))
    farewell.give_back_seats()
    proxy.refresh_from_db()
    assert proxy.revoked_at is not None
