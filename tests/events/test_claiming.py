"""Near the meeting: from the cut-off on a place is claimed by hand; and parties too large for the places there are."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from events import admitting, registering
from events.models import Event, Registration
from members import outbox
from members.models import Letter
from tests.cast import cast
from tests.events.test_registering import letters, refusal
from tests.make import make_event, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture
def late():
    """Six hours before a full meeting that somebody waits for: alone, and with two guests."""
    event = make_event(capacity=2, max_guests=2)
    event.going = [make_registration(event=event) for _n in range(2)]
    event.alone = make_registration(event=event, member=cast("milan"), state=State.WAITING)
    event.party = make_registration(event=event, member=cast("mona"), state=State.WAITING, guests=2)
    with time_machine.travel(event.starts_at - timedelta(hours=6), tick=False) as event.clock:
        yield event


def state_of(registration):
    registration.refresh_from_db()
    return registration.state


# -- from the cut-off on ---------------------------------------------------------------
def test_a_place_freed_late_is_offered_once_to_each_who_fits_and_given_to_nobody(late):
    registering.leave(late, member=late.going[0].member)
    assert state_of(late.alone) == State.WAITING
    assert letters("last_minute") == [("last_minute", late.alone.member.email)]
    registering.leave(late, member=late.going[1].member)
    assert len(letters("last_minute")) == 1


@pytest.mark.parametrize(
    "deed",
    [
        lambda late: Event.objects.filter(pk=late.pk).update(capacity=3) and registering.capacity_changed(late),
        lambda late: admitting.remove(late.going[0], by=cast("olga")),
        lambda late: registering.promote(late, by=cast("olga")) or registering.leave(late, member=late.going[0].member),
    ],
    ids=["more places", "somebody removed", "promoted by hand"],
)
def test_whatever_frees_a_place_offers_it(late, deed):
    deed(late)
    assert letters("last_minute") == [("last_minute", late.alone.member.email)]


def test_the_first_who_claims_has_the_place(late):
    registering.leave(late, member=late.going[0].member)
    assert registering.claim(late, member=late.alone.member).is_going
    assert letters("promoted") == [("promoted", late.alone.member.email)]
    assert registering.claim(late, member=late.alone.member).rev == 1  # a second press changes nothing


def test_a_newcomer_who_is_quicker_has_it_and_who_waits_goes_on_waiting(late):
    registering.leave(late, member=late.going[0].member)
    assert registering.join(late, member=make_member()).is_going
    before = Registration.objects.filter(pk=late.alone.pk).values().get()
    assert registering.claim(late, member=late.alone.member).is_waiting
    assert Registration.objects.filter(pk=late.alone.pk).values().get() == before


def test_a_party_too_large_reads_that_fewer_of_them_have_a_place_at_once(late, client):
    client.force_login(late.party.member)
    said = "Il y a de la place pour 1 personne"
    assert said not in client.get(late.get_absolute_url()).text
    registering.leave(late, member=late.going[0].member)
    assert said in client.get(late.get_absolute_url()).text


def test_a_party_with_fewer_guests_takes_the_place(late):
    registering.leave(late, member=late.going[0].member)
    assert registering.claim(late, member=late.party.member).is_waiting
    assert registering.set_guests(late, member=late.party.member, guests=0).is_going


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"is_promotion_paused": True}, None),
    ],
)
def test_nothing_is_claimed(late, change, code):
    Event.objects.filter(pk=late.pk).update(capacity=9, **change)
    if code:
        assert refusal(registering.claim, late, member=late.alone.member).code == code
    else:
        assert registering.claim(late, member=late.alone.member).is_waiting
    late.clock.move_to(late.starts_at + timedelta(minutes=1))
    assert refusal(registering.claim, late, member=late.alone.member).code in (code, "closed")
    assert state_of(late.alone) == State.WAITING


@pytest.mark.parametrize(("state", "code"), [(None, "unknown"), (State.CANCELLED, "unknown"), (State.PENDING, "pending")])
def test_only_who_waits_claims(late, state, code):
    member = make_member()
    if state:
        make_registration(event=late, member=member, state=state)
    assert refusal(registering.claim, late, member=member).code == code


def test_the_letter_is_dropped_once_the_place_is_gone(late):
    registering.leave(late, member=late.going[0].member)
    registering.join(late, member=make_member())
    letter = Letter.objects.get(kind="events.last_minute")
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Letter.State.DROPPED


def test_the_link_of_the_letter_shows_a_button_and_changes_nothing_by_itself(late, client):
    registering.leave(late, member=late.going[0].member)
    url = reverse("events:claim_by_link", args=[late.slug, late.alone.token])
    assert "Prendre la place" in client.get(url).text
    assert state_of(late.alone) == State.WAITING
    assert "La place est à vous" in client.post(url).text
    assert state_of(late.alone) == State.GOING
    party = reverse("events:claim_by_link", args=[late.slug, late.party.token])
    assert "plus rapide" in client.post(party).text


@pytest.mark.parametrize("is_by_link", [True, False])
def test_a_party_larger_than_what_is_left_is_told_how_many_may_come(late, client, is_by_link):
    registering.leave(late, member=late.going[0].member)
    url = reverse("events:claim_by_link", args=[late.slug, late.party.token])
    if not is_by_link:
        client.force_login(late.party.member)
        url = reverse("events:claim", args=[late.slug])
    said = client.post(url).text
    assert "1 place est libre et vous êtes 3" in said
    assert "plus rapide" not in said
    assert state_of(late.party) == State.WAITING


def test_the_page_has_the_button_while_a_place_is_free(late, client):
    client.force_login(late.alone.member)
    button, url = "Prendre la place", reverse("events:claim", args=[late.slug])
    assert button not in client.get(late.get_absolute_url()).text
    assert "plus rapide" in client.post(url).text
    registering.leave(late, member=late.going[0].member)
    assert button in client.get(late.get_absolute_url()).text
    client.post(url)
    assert state_of(late.alone) == State.GOING


# -- parties too large ------------------------------------------------------------------
def test_a_party_passed_over_is_told_once_and_keeps_its_rank():
    event = make_event(capacity=2, max_guests=2)
    first, second = (make_registration(event=event) for _n in range(2))
    party = registering.join(event, member=make_member(), guests=1)
    alone = [registering.join(event, member=make_member()) for _n in range(2)]
    registering.leave(event, member=first.member)
    assert [state_of(row) for row in (party, *alone)] == [State.WAITING, State.GOING, State.WAITING]
    registering.leave(event, member=second.member)
    assert letters("skipped") == [("skipped", party.member.email)]
    party.refresh_from_db()
    assert party.rank() == 1


def test_who_joins_with_too_many_reads_it_on_the_page_and_gets_no_second_letter(client):
    event, milan = make_event(capacity=2, max_guests=2), cast("milan")
    make_registration(event=event)
    client.force_login(milan)
    client.post(reverse("events:register", args=[event.slug]), {"guests": "1"})
    panel = client.get(event.get_absolute_url()).context["panel"]
    assert (panel.state, panel.rank, panel.room) == ("waiting", 1, 1)
    registering.promote(event)
    assert letters() == [("waiting", milan.email)]
    letter = Letter.objects.get()
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert "Il y a de la place pour 1 personne" in letter.text
