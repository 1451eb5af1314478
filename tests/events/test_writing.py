"""Those who run a meeting write to its people: whom, once, each alone, and after a look at it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from events import registering, speaking, writing
from events.models import Mailing, Talk
from members import outbox, preferring
from members.models import Club, Entry, Letter
from tests.cast import cast
from tests.make import (
    make_event,
    make_event_partner,
    make_group,
    make_member,
    make_organisation,
    make_partner,
    make_person,
    make_registration,
    make_talk,
)

pytestmark = pytest.mark.django_db
SAID = {"subject": "La salle change d'étage", "body": "C'est au **premier**."}


def a_meeting(**fields):
    """Milan goes, Mona waits, Flora speaks, Aude is the host's contact, Modou goes and leads."""
    event = make_event(**fields)
    make_registration(event=event, member=cast("milan"))
    make_registration(event=event, member=cast("mona"), state="waiting")
    for state in ("cancelled", "removed", "pending"):
        make_registration(event=event, state=state)
    make_registration(event=event, member=cast("boris"))  # blocked since
    make_registration(event=event, member=cast("modou"))
    make_talk(event=event, person=make_person(member=cast("flora")))
    make_talk(event=event, person=make_person(member=cast("modou")), role="chair")
    make_talk(event=event)  # of somebody without an account
    host = make_organisation()
    make_event_partner(event=event, organisation=host)
    make_partner(organisation=host).contacts.add(make_person(member=cast("aude")), make_person())
    other = make_organisation()
    make_event_partner(event=event, organisation=other, role="media")
    make_partner(organisation=other).contacts.add(make_person(member=make_member()))
    return event


def write(event, *, to, by=None, nonce="n", **said):
    return writing.write(event, by=by or cast("olga"), to=to, nonce=nonce, **SAID | said)


def written_to() -> list[str]:
    return sorted(Letter.objects.values_list("to_email", flat=True))


@pytest.mark.parametrize(
    ("to", "who"),
    [
        (["going"], ["milan", "modou"]),
        (["waiting"], ["mona"]),
        (["speakers"], ["flora", "modou"]),
        (["host"], ["aude"]),
        (["going", "speakers"], ["flora", "milan", "modou"]),  # one each
        (["going", "waiting", "speakers", "host"], ["aude", "flora", "milan", "modou", "mona"]),
    ],
)
def test_those_chosen_are_written_to_once_each(to, who):
    write(a_meeting(), to=to)
    assert written_to() == [f"{name}@example.org" for name in who]


# -- those who speak without an account ---------------------------------------------
def spoken_to(event) -> list[tuple]:
    write(event, to=["speakers"])
    return list(Letter.objects.order_by("pk").values_list("to_email", "member__email", "language"))


def test_who_speaks_without_an_account_is_written_to_at_the_address_of_their_talk(client):
    event, ana = make_event(lang="en"), make_person(name="Ana")
    talk = make_talk(event=event, person=ana, email="ana@example.net")
    make_talk(event=event, person=ana, title="Encore", email="ana@example.net")
    assert spoken_to(event) == [("ana@example.net", None, "en")]
    outbox.sweep()
    (message,) = mail.outbox
    assert f"/en/intervention/{speaking.key_of(talk)}/" in message.body
    assert client.get(f"/en/intervention/{speaking.key_of(talk)}/").status_code == 200


def test_an_address_that_is_somebody_s_account_is_written_to_as_theirs_and_once():
    event = make_event()
    make_registration(event=event, member=cast("milan"))
    make_talk(event=event, person=make_person(), email="milan@example.org")
    make_talk(event=event, person=make_person(), email=cast("boris").email)  # blocked
    write(event, to=["going", "speakers"])
    assert list(Letter.objects.values_list("to_email", "member")) == [("milan@example.org", cast("milan").pk)]


def test_an_account_is_written_to_and_no_address_beside_it():
    event = make_event()
    make_talk(event=event, person=make_person(member=cast("flora")), email="ancienne@example.net")
    assert spoken_to(event) == [("flora@example.org", "flora@example.org", "fr")]


@pytest.mark.parametrize("change", [{"email": ""}, {"email": "autre@example.net"}, None])
def test_no_letter_leaves_for_an_address_that_no_talk_gives_any_more(change):
    event = make_event()
    talk = make_talk(event=event, email="ana@example.net")
    write(event, to=["speakers"])
    if change:
        Talk.objects.filter(pk=talk.pk).update(**change)
    else:
        talk.delete()
    outbox.sweep()
    assert mail.outbox == []


def test_those_whose_address_nobody_knows_are_named_before_it_leaves(desk):
    event = a_meeting()
    make_talk(event=event, person=make_person(name="Sans Adresse"))
    make_talk(event=event, person=make_person(name="Avec Adresse"), email="avec@example.net")
    url = reverse("admin:events_event_write", args=[event.pk])
    assert desk.get(url).context["unreachable"] == ["Paule Publique", "Paule Publique", "Sans Adresse"]
    preview = desk.post(url, TYPED | {"to": ["speakers"]})
    assert preview.context["people"] == 3
    assert preview.context["unreachable"] == ["Paule Publique", "Sans Adresse"]
    assert "Sans Adresse" in preview.text
    assert desk.post(url, TYPED | {"to": ["going"]}).context["unreachable"] == []


def test_the_address_of_a_talk_is_given_at_the_desk_and_read_there_alone(desk, client):
    event = make_event()
    talk = make_talk(event=event, email="ana@example.net")
    assert "ana@example.net" in desk.get(reverse("admin:events_event_change", args=[event.pk])).text
    client.logout()
    for url in (event.get_absolute_url(), talk.person.get_absolute_url(), reverse("speaker", args=[speaking.key_of(talk)])):
        assert "ana@example.net" not in client.get(url).text


def test_the_absent_are_those_whom_a_door_that_was_kept_did_not_see():
    event = make_event(days=-1)
    make_registration(event=event, member=cast("milan"), arrived=1, checked_in_at=timezone.now())
    make_registration(event=event, member=cast("mona"))
    write(event, to=["absent"])
    assert written_to() == ["mona@example.org"]


def test_each_letter_has_one_address_the_answer_and_the_words():
    write(a_meeting(), to=["going"], reply_to="club@example.org")
    outbox.sweep()
    assert sorted(message.recipients() for message in mail.outbox) == [["milan@example.org"], ["modou@example.org"]]
    for message in mail.outbox:
        assert (message.subject, message.reply_to) == (SAID["subject"], ["club@example.org"])
        assert "C'est au **premier**." in message.body
        assert "<strong>premier</strong>" in message.alternatives[0].content
        other = {"milan@example.org", "modou@example.org"} - set(message.recipients())
        assert not any(address in message.body + message.alternatives[0].content for address in other)


def test_who_left_meanwhile_is_not_written_to():
    event = a_meeting()
    write(event, to=["going"])
    registering.leave(event, member=cast("milan"))
    outbox.sweep()
    assert [message.recipients() for message in mail.outbox if message.subject == SAID["subject"]] == [["modou@example.org"]]


def test_a_second_press_sends_nothing_and_the_deed_is_logged():
    event = a_meeting()
    assert write(event, to=["going"]) == write(event, to=["waiting"])
    assert written_to() == ["milan@example.org", "modou@example.org"]
    assert Entry.objects.get(verb="event.write").note == "La salle change d'étage (2)"
    write(event, to=["going"], nonce="another")
    assert Letter.objects.count() == 4


def test_neither_the_ceiling_nor_a_preference_stops_what_concerns_a_meeting_one_goes_to():
    Club.objects.create(pk=1, letters_a_week=0)
    preferring.choose_nothing(cast("milan"))
    write(a_meeting(), to=["going"])
    outbox.sweep()
    assert ["milan@example.org"] in [message.recipients() for message in mail.outbox]
    assert not Letter.objects.filter(is_unasked=True).exists()


@pytest.mark.parametrize(("at_once", "sent"), [(False, 0), (True, 2)])
def test_at_night_it_waits_unless_it_cannot(settings, at_once, sent):
    settings.QUIET_HOURS = (21, 8)
    night = datetime(2026, 3, 10, 22, tzinfo=ZoneInfo("Europe/Paris"))
    with time_machine.travel(night, tick=False):
        write(a_meeting(), to=["going"], at_once=at_once)
        outbox.sweep()
    assert len(mail.outbox) == sent
    with time_machine.travel(night + timedelta(hours=10), tick=False):
        outbox.sweep()
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("who", "is_theirs", "may"), [("coralie", True, True), ("coralie", False, False), ("milan", False, False)]
)
def test_coordinators_write_to_those_of_their_own_groups(who, is_theirs, may):
    event = a_meeting(group=make_group(coordinators=[cast(who)] if is_theirs else []))
    if may:
        write(event, to=["going"], by=cast(who))
    else:
        with pytest.raises(writing.Refused):
            write(event, to=["going"], by=cast(who))
    assert Letter.objects.exists() is may


# -- the page --------------------------------------------------------------------
@pytest.fixture
def desk(client):
    client.force_login(cast("olga"))
    return client


def page_of(event) -> str:
    return reverse("admin:events_event_write", args=[event.pk])


TYPED = {"to": ["going", "speakers"], "answers": "me", **SAID}


def test_it_is_read_before_it_leaves_and_sent_once(desk):
    event = a_meeting()
    url = page_of(event)
    choices = [label for _value, label in desk.get(url).context["form"].fields["to"].choices]
    assert [label.rpartition("(")[2] for label in choices] == ["2)", "1)", "2)", "1)"]
    preview = desk.post(url, TYPED)
    assert (preview.context["people"], preview.context["preview"]["reply_to"]) == (3, "olga@example.org")
    assert "<strong>premier</strong>" in preview.text
    assert not Mailing.objects.exists()
    sent = TYPED | {"nonce": preview.context["nonce"], "send": "1"}
    for _press in range(2):
        assert desk.post(url, sent, follow=True).status_code == 200
    assert written_to() == [f"{who}@example.org" for who in ("flora", "milan", "modou")]
    assert set(Letter.objects.values_list("reply_to", flat=True)) == {"olga@example.org"}
    assert [row.subject for row in desk.get(url).context["mailings"]] == [SAID["subject"]]


def test_going_back_to_change_it_loses_nothing(desk):
    event = a_meeting()
    page = desk.post(page_of(event), TYPED | {"change": "1", "nonce": "n"})
    assert "preview" not in page.context
    assert page.context["form"]["body"].value() == SAID["body"]


@pytest.mark.parametrize("wrong", [{"to": []}, {"to": ["everybody"]}, {"subject": ""}, {"body": ""}, {"answers": "them"}])
def test_what_is_missing_is_said_beside_its_field(desk, wrong):
    page = desk.post(page_of(a_meeting()), TYPED | wrong | {"send": "1", "nonce": "n"})
    assert list(page.context["form"].errors) == list(wrong)
    assert not Letter.objects.exists()


def test_answers_go_to_the_club_where_it_has_an_address(desk):
    Club.objects.create(pk=1, contact_email="club@example.org")
    assert desk.get(page_of(a_meeting())).context["form"].addresses == {"club": "club@example.org", "me": "olga@example.org"}


def test_whoever_does_not_run_it_finds_no_page(client):
    event = a_meeting(group=make_group())
    client.force_login(cast("coralie"))
    assert client.get(page_of(event)).status_code == 404
    assert client.post(page_of(event), TYPED | {"send": "1"}).status_code == 404
    assert not Letter.objects.exists()
