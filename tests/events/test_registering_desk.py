"""Somebody registered by those who run the meeting: on an account or by an address alone, with the letters that follow."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from events import admitting, registering, scheduling, writing
from events.door import arriving
from events.models import Registration
from events.refusals import Refused
from members import outbox
from members.models import Entry, Letter
from smclub import erasing, farewell, retention
from tests.cast import cast
from tests.make import make_event, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State
INES = {"email": "Ines@Example.net", "name": "Inès"}


def register(event, **who):
    return admitting.register(event, by=cast("olga"), **who)


def refusal(event, **who) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        register(event, **who)
    return caught.value.code, caught.value.field


def letters() -> list[tuple]:
    return [(row.kind.removeprefix("events."), row.to_email, row.language) for row in Letter.objects.order_by("pk")]


# -- who, and where they stand ----------------------------------------------------------
def test_an_address_alone_has_a_place_and_its_letter_in_its_language():
    row = register(make_event(max_guests=2), **INES, language="en", guests=2)
    assert (row.state, row.source, row.member, row.shown_name, row.seats) == (State.GOING, "admin", None, "Inès", 3)
    assert letters() == [("registered", "ines@example.net", "en")]
    entry = Entry.objects.get(verb="registration.register")
    assert (entry.actor, entry.after, entry.note) == (cast("olga"), State.GOING, "")


@pytest.mark.parametrize("given", [lambda m: {"member": m}, lambda m: {"email": m.email}, lambda m: INES | {"email": m.email}])
def test_an_account_is_registered_as_itself_however_it_is_named(given):
    milan = cast("milan")
    row = register(make_event(), **given(milan))
    assert (row.member, row.email, row.name) == (milan, "", "")
    assert letters() == [("registered", milan.email, "fr")]


def test_where_there_is_no_room_they_wait_behind_the_others():
    event = make_event(capacity=1)
    make_registration(event=event)
    first = make_registration(event=event, state=State.WAITING)
    row = register(event, **INES)
    assert (row.state, row.rank(), first.rank()) == (State.WAITING, 2, 1)
    assert letters() == [("waiting", "ines@example.net", "fr")]


def test_a_reason_gives_a_place_beyond_the_places_and_the_log_keeps_it():
    event = make_event(capacity=1, has_waiting_list=False)
    make_registration(event=event)
    assert refusal(event, **INES) == ("full", "reason")
    assert not event.registrations.filter(member=None).exists()
    row = register(event, **INES, reason="Elle remplace l’intervenante.")
    assert (row.state, event.free()) == (State.GOING, -1)
    assert Entry.objects.get(verb="registration.register").note == "Elle remplace l’intervenante. (+1)"


def test_who_gave_their_place_back_or_lost_it_comes_back_at_the_tail():
    event = make_event()
    for state in (State.CANCELLED, State.REMOVED):
        before = make_registration(event=event, member=make_member(), state=state)
        row = register(event, member=before.member)
        assert (row.pk, row.state) == (before.pk, State.GOING)
        assert row.queue_no > before.queue_no


@pytest.mark.parametrize(
    ("fields", "who", "refused"),
    [
        ({"published_at": None}, INES, ("draft", None)),
        ({"status": "cancelled"}, INES, ("called_off", None)),
        ({"days": -2}, INES, ("over", None)),
        ({"kind": "external"}, INES, ("elsewhere", None)),
        ({}, {"email": "ines@example.net"}, ("nameless", "email")),
        ({}, {"name": "Inès"}, ("nameless", "email")),
        ({}, INES | {"guests": 1}, ("guests", "guests")),
        ({"capacity": 2, "max_guests": 2}, INES | {"guests": 2}, ("full", "reason")),  # they would wait for ever
    ],
)
def test_what_is_refused(fields, who, refused):
    assert refusal(make_event(**fields), **who) == refused
    assert not Letter.objects.exists()


def test_nobody_is_registered_twice_nor_the_blocked():
    event = make_event()
    register(event, **INES)
    register(event, member=cast("milan"))
    assert refusal(event, **INES) == ("known", "email")
    assert refusal(event, email="milan@example.org", name="M") == ("known", "email")
    assert refusal(event, email=cast("boris").email, name="B") == ("blocked", "email")


def test_after_registration_has_closed_a_reason_is_needed():
    event = make_event()
    with time_machine.travel(event.closes_at + timedelta(minutes=1)):
        assert refusal(event, **INES) == ("closed", "reason")
        assert register(event, **INES, reason="Elle est déjà là.").is_going


def test_whom_the_meeting_is_not_for_reads_its_page_once_they_are_registered(client):
    event = make_event(audience="invitation")
    client.force_login(cast("flora"))
    assert client.get(event.get_absolute_url()).status_code == 404
    register(event, member=cast("flora"))
    assert client.get(event.get_absolute_url()).status_code == 200
    assert [kind for kind, _to, _language in letters()] == ["registered"]


# -- what an address is told, and does ----------------------------------------------------
def said(word: str) -> str:
    outbox.sweep()
    return next(message.body for message in mail.outbox if message.to == ["ines@example.net"] and word in message.body)


def test_the_link_of_the_letter_gives_the_place_back_without_an_account(client):
    event = make_event(capacity=1)
    row = register(event, **INES)
    waiting = make_registration(event=event, state=State.WAITING)
    url = reverse("events:leave_by_link", args=[event.slug, row.token])
    assert url in said("desinscription")
    assert "Inès" in client.get(url).text
    row.refresh_from_db()
    assert row.is_going
    client.post(url)
    for one in (row, waiting):
        one.refresh_from_db()
    assert (row.state, waiting.state) == (State.CANCELLED, State.GOING)
    assert [kind for kind, to, _language in letters() if to == "ines@example.net"] == ["registered", "left"]


def test_they_are_told_of_a_place_of_a_change_and_of_its_end():
    event = make_event(capacity=1)
    going = make_registration(event=event)
    register(event, **INES)
    registering.leave(event, member=going.member)
    scheduling.reschedule(event, by=cast("olga"), is_online=True)
    scheduling.cancel(event, by=cast("olga"))
    told = [kind for kind, to, _language in letters() if to == "ines@example.net"]
    assert told == ["waiting", "promoted", "rescheduled", "cancelled"]


def test_an_organiser_takes_it_back_and_gives_it_again():
    row = register(make_event(), **INES)
    admitting.remove(row, by=cast("olga"))
    assert admitting.reinstate(row, by=cast("olga")).is_going
    assert [kind for kind, _to, _language in letters()] == ["registered", "removed", "registered"]


def test_the_last_minute_place_is_theirs_by_the_link(client):
    event = make_event(capacity=1)
    going, row = make_registration(event=event), register(event, **INES)
    with time_machine.travel(event.starts_at - timedelta(hours=6)):
        registering.leave(event, member=going.member)
        assert letters()[-1][0] in ("left", "last_minute")
        assert ("last_minute", "ines@example.net", "fr") in letters()
        client.post(reverse("events:claim_by_link", args=[event.slug, row.token]))
    row.refresh_from_db()
    assert row.is_going


def test_the_link_of_the_letter_says_that_they_come_with_fewer(client):
    event = make_event(capacity=3, max_guests=2)
    row = register(event, **INES, guests=2)
    Registration.objects.filter(pk=row.pk).update(guest_names="Ugo\nZoé")
    waiting = make_registration(event=event, state=State.WAITING)
    url = reverse("events:guests_by_link", args=[event.slug, row.token])
    assert url in said("Venir avec moins de monde")
    assert "Inès, vous venez avec 2 personnes. Moins" in client.get(url).text
    assert event.registrations.get(pk=row.pk).guests == 2
    assert "vous venez avec 1 personne." in client.post(url, {"guests": "1"}).text
    for one in (row, waiting):
        one.refresh_from_db()
    assert (row.state, row.guests, row.guest_names, waiting.state) == (State.GOING, 1, "Ugo", State.GOING)
    client.post(url, {"guests": "0"})
    assert "sans personne d’autre" in client.get(url).text
    assert "you come alone" in client.get(f"/en{url}").text
    assert client.get(reverse("events:guests_by_link", args=[make_event().slug, row.token])).status_code == 404


@pytest.mark.parametrize("typed", ["", "-1", "3", "abc", "9" * 30, "1\x00", None])
def test_a_number_that_cannot_be_is_said_beside_the_field_of_the_link(client, typed):
    event = make_event(max_guests=3)
    row = register(event, **INES, guests=2)
    url = reverse("events:guests_by_link", args=[event.slug, row.token])
    page = client.post(url, {} if typed is None else {"guests": typed})
    assert list(page.context["form"].errors) == ["guests"]
    assert event.registrations.get().guests == 2


def test_who_claims_with_too_many_is_led_to_come_with_fewer_without_an_account(client):
    event = make_event(capacity=2, max_guests=1)
    make_registration(event=event)
    row = register(event, **INES, guests=1)
    with time_machine.travel(event.starts_at - timedelta(hours=6)):
        page = client.post(reverse("events:claim_by_link", args=[event.slug, row.token])).text
        assert "1 place est libre et vous êtes 2" in page
        url = reverse("events:guests_by_link", args=[event.slug, row.token])
        assert url in page
        assert "nous vous attendons" in client.post(url, {"guests": "0"}).text
    row.refresh_from_db()
    assert (row.state, row.guests) == (State.GOING, 0)


def test_those_who_run_it_write_to_them_as_to_the_others():
    event = make_event(lang="fr")
    register(event, **INES, language="en")
    mailing = writing.write(event, by=cast("olga"), to=["going"], subject="La salle change", body="Au premier.", nonce="n")
    assert (mailing.letters, letters()[-1]) == (1, ("mailing", "ines@example.net", "en"))
    assert "/en/evenements/" in said("Au premier.")


def test_a_name_given_at_the_door_is_written_to_by_nobody():
    event = make_event(days=0)
    arriving.walk_in(event, name="Ugo", email="ugo@example.net", nonce="n", keeper=arriving.Keeper(cast("olga")))
    scheduling.cancel(event, by=cast("olga"))
    assert letters() == []


# -- an account that comes later; what is kept ------------------------------------------------
def test_who_makes_an_account_later_finds_their_place_again():
    event = make_event(capacity=1)
    row = register(event, **INES)
    ines = make_member(email="ines@example.net")
    joined = registering.join(event, member=ines)
    assert (joined.pk, joined.member, joined.email, joined.state) == (row.pk, ines, "", State.GOING)
    assert event.registrations.count() == 1


def test_erasure_and_retention_reach_what_was_given_without_an_account():
    event, old = make_event(), make_event(days=-100)
    make_registration(event=old, member=None, name="Ugo", email="ugo@example.net", language="fr")
    Registration.objects.filter(event=old).update(member=None)
    register(event, **INES)
    ines = make_member(email="ines@example.net")
    erasing.erase(erasing.ask(ines, by=None))
    retention.apply()
    assert set(Registration.objects.values_list("name", "email")) == {("", "")}


def test_who_is_blocked_holds_no_place_by_their_address_either():
    event = make_event(capacity=1)
    row, waiting = register(event, **INES), make_registration(event=event, state=State.WAITING)
    farewell.block(make_member(email="ines@example.net"), by=cast("olga"), reason="Insultes répétées")
    for one in (row, waiting):
        one.refresh_from_db()
    assert (row.state, waiting.state) == (State.REMOVED, State.GOING)


# -- the page --------------------------------------------------------------------------------
def page_of(event) -> str:
    return reverse("admin:events_event_register", args=[event.pk])


TYPED = {"email": "ines@example.net", "name": "Inès", "language": "fr", "reason": ""}


def test_it_is_done_on_a_page_of_the_desk(client):
    event = make_event(capacity=2)
    client.force_login(cast("olga"))
    assert page_of(event) in client.get(reverse("admin:events_event_attendees", args=[event.pk])).text
    assert "2 places libres" in client.get(page_of(event)).text
    answer = client.post(page_of(event), TYPED, follow=True)
    assert "Inès a une place" in answer.text
    assert event.registrations.get().is_going


def test_a_refusal_is_said_beside_its_field_and_nothing_typed_is_lost(client):
    event = make_event(capacity=0, has_waiting_list=False)
    client.force_login(cast("olga"))
    page = client.post(page_of(event), TYPED)
    assert list(page.context["form"].errors) == ["reason"]
    assert page.context["form"]["name"].value() == "Inès"
    client.post(page_of(event), TYPED | {"reason": "Une élue."})
    assert event.registrations.get().is_going


def test_accounts_are_found_by_who_may_see_them_and_by_address_by_the_others(client):
    event = make_event(group=make_group(coordinators=[cast("coralie")]))
    for who, is_there in (("olga", True), ("coralie", False)):
        client.force_login(cast(who))
        assert ("member" in client.get(page_of(event)).context["form"].fields) is is_there
    client.post(page_of(event), TYPED | {"email": cast("milan").email, "member": cast("mona").pk})
    assert event.registrations.get().member == cast("milan")


def test_whoever_does_not_run_it_finds_no_page(client):
    client.force_login(cast("coralie"))
    event = make_event(group=make_group())
    assert client.post(page_of(event), TYPED).status_code == 404
    assert not event.registrations.exists()
