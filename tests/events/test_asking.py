"""What people say with their registration besides coming: answers to questions, names of those they bring."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from events import copying, registering
from events.asking import field_of
from events.door import papers
from events.models import Answer, Question, Registration
from members.models import Entry
from smclub import retention
from tests.cast import cast
from tests.desk import change_url, typed
from tests.events.test_registering import letters, refusal
from tests.make import make_answer, make_event, make_group, make_member, make_question, make_registration

pytestmark = pytest.mark.django_db


def answers(registration) -> dict:
    return {answer.question.text: answer.text for answer in registration.answers.select_related("question")}


def row(registration):
    return Registration.objects.filter(pk=registration.pk).values().get()


@pytest.fixture
def dinner():
    """A meeting that asks three things, the first of which must be answered."""
    event = make_event(max_guests=2)
    event.diet = make_question(event=event, text="Régime", kind="choice", choices="Tout\n Végétarien \n", is_required=True)
    event.train = make_question(event=event, text="Train", kind="yes_no", position=1)
    event.word = make_question(event=event, text="Un mot", position=2)
    return event


def said(event, diet="Tout", train="", word="") -> dict:
    return {event.diet.pk: diet, event.train.pk: train, event.word.pk: word}


# -- answers ---------------------------------------------------------------------
def test_answers_are_kept_with_the_registration(dinner):
    registration = registering.join(dinner, member=cast("milan"), answers=said(dinner, "Végétarien", "yes"))
    assert answers(registration) == {"Régime": "Végétarien", "Train": "yes"}
    assert Answer.objects.of([registration]) == {registration.pk: {dinner.diet.pk: "Végétarien", dinner.train.pk: "Oui"}}


@pytest.mark.parametrize(
    ("given", "code", "about"),
    [
        (None, "required", "diet"),
        ({"diet": " "}, "required", "diet"),
        ({"diet": "Autre chose"}, "choice", "diet"),
        ({"train": "maybe"}, "choice", "train"),
        ({"word": "x" * 501}, "length", "word"),
    ],
)
def test_an_answer_is_refused_beside_its_question_and_nobody_is_registered(dinner, given, code, about):
    refused = refusal(registering.join, dinner, member=cast("milan"), answers=given if given is None else said(dinner, **given))
    assert (refused.code, refused.field) == (code, field_of(getattr(dinner, about)))
    assert not dinner.registrations.exists()
    assert letters() == []


def test_answers_change_until_registration_closes_and_nothing_else_does(dinner):
    milan = cast("milan")
    before = row(registering.join(dinner, member=milan, answers=said(dinner)))
    registration = registering.join(dinner, member=milan, answers=said(dinner, "Végétarien", word="Merci"))
    assert (answers(registration), row(registration)) == ({"Régime": "Végétarien", "Un mot": "Merci"}, before)
    assert len(letters()) == 1
    with time_machine.travel(dinner.starts_at + timedelta(minutes=1)):
        assert registering.join(dinner, member=milan, answers=said(dinner, "Végétarien", word="Merci")).is_going
        assert refusal(registering.join, dinner, member=milan, answers=said(dinner)).code == "closed"


def test_what_is_not_said_stays(dinner):
    milan = cast("milan")
    registering.join(dinner, member=milan, answers=said(dinner), guests=2, guest_names="Ana, Bo")
    registration = registering.join(dinner, member=milan, guests=2)
    assert (answers(registration), registration.guest_names) == ({"Régime": "Tout"}, "Ana\nBo")


@pytest.mark.parametrize("source", [Registration.Source.ADMIN, Registration.Source.DOOR])
def test_whom_an_organiser_registers_is_asked_nothing(dinner, source):
    assert registering.join(dinner, member=cast("milan"), source=source).is_going


def test_a_refused_party_leaves_its_answers_as_they_were(dinner):
    dinner.capacity = 1
    dinner.save()
    milan = cast("milan")
    registration = registering.join(dinner, member=milan, answers=said(dinner))
    assert refusal(registering.join, dinner, member=milan, guests=2, answers=said(dinner, "Végétarien")).field == "guests"
    assert answers(registration) == {"Régime": "Tout"}


# -- names of guests ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("guests", "names", "kept"),
    [(2, " Ana  Lou ;Bo,, ", "Ana Lou\nBo"), (2, "Ana", "Ana"), (0, "", ""), (1, None, "")],
)
def test_names_of_guests(guests, names, kept):
    registration = registering.join(make_event(max_guests=2), member=cast("milan"), guests=guests, guest_names=names)
    assert registration.guest_names == kept


@pytest.mark.parametrize(("guests", "names", "code"), [(1, "Ana, Bo", "names"), (0, "Ana", "names"), (1, "x" * 81, "length")])
def test_names_that_do_not_fit_are_refused(guests, names, code):
    event = make_event(max_guests=2)
    refused = refusal(registering.join, event, member=cast("milan"), guests=guests, guest_names=names)
    assert (refused.code, refused.field) == (code, "guest_names")


def test_who_brings_fewer_names_fewer():
    event, milan = make_event(max_guests=2), cast("milan")
    registering.join(event, member=milan, guests=2, guest_names="Ana, Bo")
    assert registering.set_guests(event, member=milan, guests=1).guest_names == "Ana"


# -- what becomes of them -------------------------------------------------------------
def test_they_go_three_months_after_the_meeting():
    old, recent = make_event(days=-91), make_event(days=-80)
    rows = [make_registration(event=event, guests=1, guest_names="Ana") for event in (old, recent)]
    kept = [make_answer(registration=registration) for registration in rows]
    retention.apply()
    assert list(Answer.objects.all()) == kept[1:]
    assert [row(registration)["guest_names"] for registration in rows] == ["", "Ana"]


def test_a_copied_meeting_asks_the_same(dinner):
    make_answer(registration=make_registration(event=dinner), question=dinner.diet, text="Tout")
    draft = copying.copy(dinner, by=cast("olga"))
    assert [(q.text, q.kind, q.choices, q.is_required) for q in draft.questions.in_order()] == [
        (q.text, q.kind, q.choices, q.is_required) for q in dinner.questions.in_order()
    ]
    assert dinner.questions.count() == 3
    assert not Answer.objects.filter(question__event=draft).exists()


def test_of_two_accounts_the_answers_of_both_are_kept(dinner):
    milan, mona = cast("milan"), cast("mona")
    registering.join(dinner, member=milan, answers=said(dinner, "Végétarien"))
    registering.join(dinner, member=mona, answers=said(dinner, "Tout", word="Bonjour"))
    kept = registering.unite(dinner, member=mona, into=milan)
    assert answers(kept) == {"Régime": "Végétarien", "Un mot": "Bonjour"}


# -- the page --------------------------------------------------------------------------
def test_the_form_asks_keeps_what_was_typed_and_shows_it_again(client, dinner):
    client.force_login(cast("milan"))
    url = reverse("events:register", args=[dinner.slug])
    diet, train, word = (field_of(question) for question in (dinner.diet, dinner.train, dinner.word))
    refused = client.post(url, {"guests": "1", "guest_names": "Ana, Bo", diet: "", word: "Sans noix"})
    assert list(refused.context["panel"].form.errors) == [diet]
    assert "Sans noix" in refused.text
    refused = client.post(url, {"guests": "1", "guest_names": "Ana, Bo", diet: "Tout"})
    assert list(refused.context["panel"].form.errors) == ["guest_names"]
    client.post(url, {"guests": "1", "guest_names": "Ana", diet: "Tout", train: "no"})
    form = client.get(dinner.get_absolute_url()).context["panel"].form
    assert {name: form.initial[name] for name in ("guests", "guest_names", diet, train, word)} == {
        "guests": 1,
        "guest_names": "Ana",
        diet: "Tout",
        train: "no",
        word: "",
    }


def test_after_the_closing_only_guests_are_asked(client, dinner):
    client.force_login(cast("milan"))
    registering.join(dinner, member=cast("milan"), guests=1, answers=said(dinner))
    with time_machine.travel(dinner.starts_at + timedelta(minutes=1)):
        assert list(client.get(dinner.get_absolute_url()).context["panel"].form.fields) == ["guests", "guest_names"]


# -- the desk --------------------------------------------------------------------------
def asks(client, event, *texts) -> dict:
    """The form of `event` with these questions typed below it."""
    data = typed(client, change_url(event)) | {"questions-TOTAL_FORMS": len(texts)}
    for n, text in enumerate(texts):
        data |= {f"questions-{n}-{name}": value for name, value in (("text", text), ("kind", "text"), ("position", n))}
    return data


def test_an_organiser_asks_up_to_five_questions(client):
    client.force_login(cast("olga"))
    event = make_event()
    assert client.post(change_url(event), asks(client, event, *"ABCDEF")).status_code == 200
    assert client.post(change_url(event), asks(client, event, *"ABCDE")).status_code == 302
    assert [question.text for question in event.questions.in_order()] == list("ABCDE")


def test_an_answer_to_choose_is_no_longer_than_one_that_is_kept():
    question = make_question(kind="choice", choices=f"{'a' * 500}\nAutre")
    question.full_clean()
    question.choices += "x" * 496
    with pytest.raises(ValidationError) as refused:
        question.full_clean()
    assert refused.value.message_dict == {"choices": ["Une réponse a 500 lettres au plus."]}


def test_a_choice_without_answers_is_refused_in_a_sentence(client):
    client.force_login(cast("olga"))
    event = make_event()
    page = client.post(change_url(event), asks(client, event, "Régime") | {"questions-0-kind": "choice"})
    assert "une par ligne" in page.text.lower()


def test_an_answer_written_twice_is_offered_once():
    question = Question(kind=Question.Kind.CHOICE, choices="Presse\n\n Presse \nAutre")
    assert question.offered == [("Presse", "Presse"), ("Autre", "Autre")]


def test_organisers_read_them_on_the_list_and_in_the_file(client, dinner):
    client.force_login(cast("olga"))
    registration = registering.join(
        dinner, member=cast("milan"), guests=1, guest_names="=Ana", answers=said(dinner, "Végétarien", "no")
    )
    make_registration(event=dinner, member=make_member(name="Zoé"))
    listed = client.get(reverse("admin:events_event_attendees", args=[dinner.pk])).text
    assert "<small>Régime <strong>Végétarien</strong></small><br><small>Train <strong>Non</strong></small>" in listed
    assert "=Ana" in listed
    assert "Végétarien" in client.get(change_url(registration)).text
    file = client.post(reverse("admin:events_event_table", args=[dinner.pk]))
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("Régime;Train;Un mot")
    assert lines[1].startswith("Milan Membre;milan@example.org;")
    assert "'=Ana" in lines[1]
    assert lines[1].endswith("Végétarien;Non;")
    assert Entry.objects.get(verb="registration.export").note == "2"


def test_a_coordinator_is_given_no_address(client, dinner):
    coralie = cast("coralie")
    dinner.group = coralie.group_memberships.create(group=make_group(), role="coordinator").group
    dinner.save()
    make_registration(event=dinner)
    client.force_login(coralie)
    assert "@" not in client.post(reverse("admin:events_event_table", args=[dinner.pk])).content.decode()


def test_nor_is_one_on_the_pages_of_registrations(client, dinner):
    """Neither of an account that nobody named, nor of somebody without an account; nor is it asked about by hand."""
    coralie = cast("coralie")
    dinner.group = coralie.group_memberships.create(group=make_group(), role="coordinator").group
    dinner.save()
    nameless = make_registration(event=dinner, member=make_member(name="", email="sansnom@example.org"))
    zoe = make_registration(event=dinner, member=None, name="Zoé", email="zoe@example.org", language="fr")
    pages = [reverse("admin:events_registration_changelist"), *(change_url(row) for row in (nameless, zoe))]
    for who, is_shown in (("coralie", False), ("olga", True)):
        client.force_login(cast(who))
        texts = [client.get(page).text.replace(f"{who}@example.org", "") for page in pages]
        assert [("@example.org" in text) for text in texts] == [False, is_shown, is_shown]
        assert "Zoé" in texts[2]
    client.force_login(coralie)
    assert client.get(pages[0], {"email__startswith": "zoe"}).status_code != 200


def test_the_table_of_a_meeting_that_is_over_says_who_came(client):
    client.force_login(cast("olga"))
    event = make_event(days=-2)
    make_registration(event=event, member=make_member(name="Ana"), arrived=1, checked_in_at=timezone.now())
    make_registration(event=event, member=make_member(name="Zoé"))
    make_registration(event=event, member=make_member(name="Ugo"), state="waiting")
    file = client.post(reverse("admin:events_event_table", args=[event.pk])).content.decode("utf-8-sig").splitlines()
    assert [line.rpartition(";")[2] for line in file] == ["Présence", "Présent·e", "Absent·e", ""]


def test_the_papers_of_the_door_name_guests_who_have_a_name():
    event = make_event()
    make_registration(event=event, member=make_member(name="Zoé"), guests=2, guest_names="Ana")
    assert [(line.name, line.brought_by) for line in papers.lines(event)] == [("Zoé", ""), ("Ana", "Zoé"), ("", "Zoé")]
