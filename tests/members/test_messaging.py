"""Messages between members: passed on, and no address told."""

import pytest
from django.core import signing
from django.urls import reverse

from members import messaging, outbox
from members.mail import MESSAGE_SALT, compose
from members.models import Club, Entry, Letter, Member, Person
from tests.cast import cast
from tests.make import make_member, make_person

pytestmark = pytest.mark.django_db
TEXT = "Bonjour,\n\n<b>On se voit</b> mercredi ?"


def ana(**fields) -> Person:
    member = make_member(name="Ana", email="ana@example.org")
    return make_person(**{"name": "Ana", "member": member, "takes_messages": True, **fields})


def address(person) -> str:
    return reverse("members:message_write", args=[person.slug])


def token(sender, to, salt=MESSAGE_SALT) -> str:
    return signing.dumps([sender.pk, to.pk], salt=salt)


def words_of(letter) -> str:
    assert compose(letter)
    return f"{letter.subject} {letter.text} {letter.html}"


def test_a_message_is_passed_on_without_an_address(client):
    person = ana()
    client.force_login(cast("milan"))
    response = client.post(address(person), {"text": TEXT})
    assert response.url == person.get_absolute_url()
    letter = Letter.objects.get()
    assert (letter.member, letter.to_email, letter.reply_to) == (person.member, "ana@example.org", "")
    words = words_of(letter)
    assert "Milan Membre" in letter.subject
    assert "<b>On se voit</b>" in letter.text
    assert "&lt;b&gt;On se voit" in letter.html
    assert "milan@example.org" not in words


def test_an_address_is_given_by_who_ticks_so(client):
    person = ana()
    client.force_login(cast("milan"))
    body = client.get(address(person)).text
    assert "ana@example.org" not in body
    client.post(address(person), {"text": TEXT, "gives_address": "on"})
    assert Letter.objects.get().reply_to == "milan@example.org"


@pytest.mark.parametrize("who", ["flora", "ana"])
def test_a_friend_and_oneself_find_no_form(client, who):
    person = ana()
    client.force_login(person.member if who == "ana" else cast(who))
    assert client.get(address(person)).status_code == 404
    assert address(person) not in client.get(person.get_absolute_url()).text


def test_a_visitor_is_sent_to_the_door(client):
    person = ana()
    assert client.get(address(person)).url == f"{reverse('account_login')}?next={address(person)}"
    assert address(person) not in client.get(person.get_absolute_url()).text


@pytest.mark.parametrize(
    "fields", [{"takes_messages": False}, {"visibility": Person.Visibility.PRIVATE}, {"member": None}], ids=str
)
def test_who_did_not_ask_for_messages_is_not_written_to(client, fields):
    person = ana(**fields)
    client.force_login(cast("olga"))
    assert client.post(address(person), {"text": TEXT}).status_code == 404
    assert not Letter.objects.exists()


def test_a_blocked_account_is_neither_written_to_nor_heard(client, settings, mailoutbox):
    person, blocked = ana(), cast("boris")
    client.force_login(cast("milan"))
    assert client.get(address(make_person(member=blocked, takes_messages=True))).status_code == 404
    for by, to in ((blocked, person.member), (person.member, blocked)):
        with pytest.raises(messaging.Refused):
            messaging.write(to, by=by, text=TEXT, gives_address=False)
    sender = make_member(name="Bientôt bloqué")
    letter = messaging.write(person.member, by=sender, text=TEXT, gives_address=True)
    Member.objects.filter(pk=sender.pk).update(is_active=False, standing=Member.Standing.BLOCKED)
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.context, letter.reply_to, mailoutbox) == (Letter.State.DROPPED, {}, "", [])


def test_nothing_of_a_message_stays_once_it_left(mailoutbox, settings):
    settings.DEMO = False
    letter = messaging.write(ana().member, by=cast("milan"), text=TEXT, gives_address=True)
    outbox.deliver(letter.pk)
    assert ("On se voit" in mailoutbox[0].body, mailoutbox[0].reply_to) == (True, ["milan@example.org"])
    letter.refresh_from_db()
    assert (letter.state, letter.context, letter.reply_to, letter.text, letter.html) == (Letter.State.SENT, {}, "", "", "")
    assert "Milan" not in letter.subject


def test_a_message_sent_twice_is_passed_on_once():
    person = ana()
    letters = [messaging.write(person.member, by=cast("milan"), text=TEXT, gives_address=False) for _ in range(2)]
    assert letters[0] == letters[1]
    assert Letter.objects.count() == 1


def test_too_many_messages_are_refused_with_a_word_and_the_text_stays(client):
    person = ana()
    client.force_login(cast("milan"))
    for n in range(3):
        client.post(address(person), {"text": f"{n}"})
    response = client.post(address(person), {"text": "Encore moi", "gives_address": "on"})
    assert Letter.objects.count() == 3
    assert ("Encore moi" in response.text, "error-summary" in response.text, "checked" in response.text) == (True, True, True)


def test_one_person_is_not_flooded_by_many():
    to = ana().member
    for _ in range(10):
        messaging.write(to, by=make_member(), text=TEXT, gives_address=False)
    with pytest.raises(messaging.Refused):
        messaging.write(to, by=make_member(), text=TEXT, gives_address=False)


@pytest.mark.parametrize(
    "typed", [{}, {"text": "   "}, {"text": "x" * 4001}, {"text": "a\x00b"}], ids=["none", "blank", "long", "nul"]
)
def test_a_bad_message_is_said_beside_the_field(client, typed):
    client.force_login(cast("milan"))
    assert "field-error" in client.post(address(ana()), typed).text
    assert not Letter.objects.exists()


def test_an_answer_goes_back_without_an_address(client):
    person, milan = ana(takes_messages=False), cast("milan")
    client.force_login(person.member)
    way = reverse("members:message_answer", args=[token(milan, person.member)])
    assert "milan@example.org" not in client.get(way).text
    client.post(way, {"text": "Oui, volontiers."})
    letter = Letter.objects.get()
    assert (letter.member, letter.reply_to) == (milan, "")
    assert "ana@example.org" not in words_of(letter)


@pytest.mark.parametrize("page", ["members:message_answer", "members:message_report"])
def test_the_links_of_a_message_open_for_its_reader_alone(client, page):
    person, milan, mona = ana(), cast("milan"), cast("mona")
    mine = reverse(page, args=[token(milan, person.member)])
    assert client.get(mine).url == f"{reverse('account_login')}?next={mine.replace(':', '%3A')}"
    for reader, way, status in (
        (person.member, mine, 200),
        (mona, mine, 404),
        (milan, mine, 404),
        (person.member, reverse(page, args=[token(milan, person.member, salt="other")]), 404),
        (person.member, reverse(page, args=["forged"]), 404),
    ):
        client.force_login(reader)
        assert client.get(way).status_code == status
    client.force_login(person.member)
    Member.objects.filter(pk=milan.pk).update(is_active=False, standing=Member.Standing.BLOCKED)
    assert client.get(mine).status_code == 404


def test_a_report_reaches_the_club_once(client):
    Club.objects.create(pk=1, contact_email="club@club.example")
    person, milan = ana(), cast("milan")
    client.force_login(person.member)
    way = reverse("members:message_report", args=[token(milan, person.member)])
    assert "field-error" in client.post(way, {"reason": ""}).text
    client.post(way, {"reason": "Trop insistant."})
    letter = Letter.objects.get()
    assert letter.to_email == "club@club.example"
    words = words_of(letter)
    assert "Trop insistant." in words
    assert [each.email in words for each in (person.member, milan)] == [False, False]
    assert Entry.objects.get().verb == "message.report"
    again = client.post(way, {"reason": "Encore."})
    assert (Letter.objects.count(), "Encore." in again.text) == (1, True)


def test_other_verbs_are_refused(client):
    person = ana()
    client.force_login(cast("milan"))
    assert client.delete(address(person)).status_code == 405
