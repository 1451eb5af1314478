"""Corners where a state, an address or a letter once said something that was not true."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from events import attaching, copying, inviting, linked_data, registering, scheduling
from events.admin.forms import EventForm
from events.models import Event, Registration
from events.panel import panel_of
from members import outbox
from members.models import Club, GroupMembership, Letter
from tests.cast import cast
from tests.make import make_cycle, make_event, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db


def test_who_was_removed_reads_the_page_and_whom_to_write_to(client):
    event, milan = make_event(), cast("milan")
    make_registration(event=event, member=milan, state=Registration.State.REMOVED)
    client.force_login(milan)
    response = client.get(event.get_absolute_url())
    assert response.context["panel"].state == "removed"
    assert reverse("members:contact") in response.content.decode()


def test_the_copy_of_a_confidential_meeting_does_not_tell_its_title_in_its_address():
    event = make_event(title="Rachat de Médiapart", is_confidential=True, public_title="Réunion privée")
    assert copying.copy(event, by=cast("olga")).slug.startswith("reunion-privee")


def test_a_typed_address_that_tells_a_confidential_title_is_refused():
    typed = {"title": "Rachat de Médiapart", "slug": "rachat-de-mediapart", "is_confidential": "on", "public_title": "Réunion"}
    assert EventForm(typed).errors.as_data()["slug"][0].code == "telling"


def test_a_calendar_client_that_knows_only_dates_sees_a_meeting_that_appears(client):
    old = make_event(title="Écrite avant", modified_at=timezone.now() - timedelta(days=9), published_at=None)
    make_event(title="Déjà là")
    dated = client.get(reverse("agenda"))["Last-Modified"]
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        scheduling.publish(old, by=cast("olga"))
        type(old).objects.filter(pk=old.pk).update(modified_at=timezone.now() - timedelta(days=9))
        again = client.get(reverse("agenda"), headers={"If-Modified-Since": dated})
    assert "Écrite avant" in again.content.decode()


def test_publishing_now_sends_the_invitations_now():
    event = make_event(audience="invitation", published_at=timezone.now() + timedelta(days=5))
    inviting.invite(event, by=cast("olga"), email="ines@example.org")
    assert Letter.objects.get().send_after == event.published_at
    scheduling.publish(event, by=cast("olga"))
    assert Letter.objects.get().send_after <= timezone.now()


def test_invitations_leave_when_the_page_appears_however_often_that_is_changed():
    """Put off, taken back to the drafts until their turn has come and gone, published at last: once, and with the page there."""
    olga, now = cast("olga"), timezone.now()
    event = make_event(audience="invitation", published_at=now + timedelta(days=1), days=20)
    inviting.invite(event, by=olga, email="ines@example.org")
    event = scheduling.set_publication(event, by=olga, at=now + timedelta(days=3))
    assert Letter.objects.get().send_after == event.published_at
    event = scheduling.set_publication(event, by=olga, at=None)
    with time_machine.travel(now + timedelta(days=3, hours=12), tick=False):
        outbox.deliver(Letter.objects.get().pk)
        assert Letter.objects.get().state == Letter.State.DROPPED
    with time_machine.travel(now + timedelta(days=4, hours=12), tick=False):
        scheduling.publish(event, by=olga)
        outbox.deliver(Letter.objects.get().pk)
        event = scheduling.set_publication(event, by=olga, at=now + timedelta(days=6))
        scheduling.publish(event, by=olga)
    assert Letter.objects.get().state == Letter.State.SENT


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
def test_who_was_not_told_of_what_was_called_off_is_invited_once_it_takes_place(verb):
    olga, event = cast("olga"), make_event(audience="invitation", days=20)
    inviting.invite(event, by=olga, email="ines@example.org")
    event = getattr(scheduling, verb)(event, by=olga)
    outbox.deliver(Letter.objects.get().pk)
    assert Letter.objects.get().state == Letter.State.DROPPED
    if verb == "cancel":
        scheduling.restore(event, by=olga)
    else:
        scheduling.reschedule(
            event, by=olga, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7)
        )
    outbox.deliver(Letter.objects.get().pk)
    scheduling.restore(scheduling.cancel(event, by=olga), by=olga)
    assert Letter.objects.get().state == Letter.State.SENT


def test_a_cancelled_meeting_is_not_restored_after_its_date():
    event = make_event(days=-3, status="cancelled")
    with pytest.raises(scheduling.Refused):
        scheduling.restore(event, by=cast("olga"))


def test_who_left_the_group_may_still_give_their_place_back(client):
    milan = cast("milan")
    group = make_group(members=[milan])
    event = make_event(audience="group", group=group, is_confidential=True, title="Secret")
    registering.join(event, member=milan)
    GroupMembership.objects.filter(member=milan).delete()
    client.force_login(milan)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "Secret" not in page
    assert reverse("events:leave", args=[event.slug]) in page
    client.post(reverse("events:leave", args=[event.slug]))
    assert not event.registrations.live().exists()


def test_a_party_may_shrink_under_a_capacity_that_was_lowered():
    event, milan = make_event(capacity=6, max_guests=4), cast("milan")
    registering.join(event, member=milan, guests=4)
    type(event).objects.filter(pk=event.pk).update(capacity=2)
    assert registering.set_guests(event, member=milan, guests=2).guests == 2


def test_guests_of_before_are_kept_when_fewer_are_allowed(client):
    event, milan = make_event(max_guests=3), cast("milan")
    registering.join(event, member=milan, guests=3)
    type(event).objects.filter(pk=event.pk).update(max_guests=0)
    client.force_login(milan)
    assert "guests" in client.get(event.get_absolute_url()).context["panel"].form.fields
    client.post(reverse("events:register", args=[event.slug]), {"guests": "3"})
    assert event.registrations.get().guests == 3


def test_a_paused_registration_says_that_it_is_paused():
    event = make_event(capacity=10, has_waiting_list=False, is_promotion_paused=True)
    with pytest.raises(registering.Refused) as refusal:
        registering.join(event, member=cast("milan"))
    assert "pause" in str(refusal.value).lower()


@pytest.mark.parametrize(
    ("days", "is_paused", "closes_in", "expected"),
    [(9, False, None, True), (9, True, None, False), (0.2, False, None, False), (9, False, 1, True), (9, False, -1, False)],
)
def test_the_panel_promises_a_place_only_while_places_are_given_by_themselves(days, is_paused, closes_in, expected):
    closes_at = closes_in and timezone.now() + timedelta(hours=closes_in)
    event = make_event(days=days, is_promotion_paused=is_paused, rsvp_closes_at=closes_at)
    assert event.promotes_by_itself is expected


def test_a_meeting_with_a_price_is_not_announced_as_free(rf):
    make_event(price="15 € sur place")
    seen = Event.objects.listed_for(cast("mona")).for_page().get()
    assert "offers" not in linked_data.event_data(seen, club=Club.current(), talks=[], partners=[], left=attaching.Left())


def test_the_calendar_entry_of_a_confidential_meeting_is_private(client):
    event = make_event(is_confidential=True, online_url="https://salon.example.org/secret")
    client.force_login(cast("milan"))
    entry = client.get(reverse("event_file", args=[event.slug])).content.decode()
    assert "CLASS:PRIVATE" in entry
    assert "salon.example.org" not in entry


def test_the_link_of_a_letter_says_nothing_of_a_meeting_taken_back_to_draft(client):
    registration = make_registration(event=make_event(published_at=None), member=make_member())
    address = reverse("events:leave_by_link", args=[registration.event.slug, registration.token])
    assert client.get(address).status_code == 404


def test_somebody_elses_panel_state_is_not_removed():
    event = make_event()
    make_registration(event=event, state=Registration.State.REMOVED)
    seen = type(event).objects.listed_for(cast("mona")).for_page().get()
    assert panel_of(seen, cast("mona")).state == "open"


def test_a_cycle_of_hidden_meetings_only_does_not_exist(client):
    cycle = make_cycle()
    make_event(cycle=cycle, published_at=None)
    make_event(cycle=cycle, audience="invitation")
    assert client.get(cycle.get_absolute_url()).status_code == 404
    assert client.get(reverse("agenda_cycle", args=[cycle.slug])).status_code == 404
    make_event(cycle=cycle)
    assert client.get(cycle.get_absolute_url()).status_code == 200
