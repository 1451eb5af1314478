"""Who is convoked to an assembly, once for a date, and the page of the desk that does it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events import scheduling
from events.assembly import convoking
from events.models import Event
from events.refusals import Refused
from members import outbox
from members.models import Entry, Letter
from tests.cast import cast
from tests.make import make_document, make_dues, make_event, make_group, make_member

pytestmark = pytest.mark.django_db


def voter(name="Camille", **fields):
    return make_dues(member=make_member(name=name), **fields).member


def make_assembly(**fields):
    return make_event(**{"title": "Assemblée générale", "kind": "assembly", "audience": "members", "quorum": 25} | fields)


def written():
    return list(Letter.objects.filter(kind="events.convocation").order_by("pk").values_list("member", flat=True))


def test_those_paid_up_on_the_day_are_written_to_once():
    event, olga, first = make_assembly(), cast("olga"), voter()
    make_member()
    voter(ends_in=-60)
    assert convoking.convoke(event, by=olga) == 1
    later = voter()
    assert [convoking.convoke(event, by=olga) for _twice in range(2)] == [1, 0]
    assert written() == [first.pk, later.pk]
    assert list(Entry.objects.filter(verb="event.convoke").values_list("actor", "note")) == [(olga.pk, "1")] * 2


def test_to_a_groups_assembly_its_members_alone():
    inside = voter()
    voter()
    convoking.convoke(make_assembly(group=make_group(members=[inside])), by=cast("olga"))
    assert written() == [inside.pk]


def test_another_date_is_another_letter_and_the_first_is_dropped():
    event, member = make_assembly(), voter()
    convoking.convoke(event, by=cast("olga"))
    moved = {"starts_at": event.starts_at + timedelta(days=7), "ends_at": event.ends_at + timedelta(days=7)}
    Event.objects.filter(pk=event.pk).update(**moved)
    assert convoking.convoke(event, by=cast("olga")) == 1
    outbox.sweep()
    assert list(Letter.objects.filter(member=member).order_by("pk").values_list("state", flat=True)) == ["dropped", "sent"]


def test_a_letter_dropped_while_there_was_no_page_is_written_again():
    event = make_assembly()
    voter()
    convoking.convoke(event, by=cast("olga"))
    event = scheduling.set_publication(event, by=cast("olga"), at=None)
    outbox.sweep()
    assert Letter.objects.get().state == "dropped"
    event = scheduling.publish(event, by=cast("olga"))
    for number in (1, 0):
        assert convoking.convoke(event, by=cast("olga")) == number
        outbox.sweep()
        assert Letter.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "conference"}, "undated"),
        ({"days": None}, "undated"),
        ({"published_at": None}, "draft"),
        ({"status": "cancelled"}, "called_off"),
        ({"status": "postponed"}, "called_off"),
        ({"days": -2}, "over"),
    ],
)
def test_what_nobody_is_convoked_to(fields, code):
    event = make_assembly(**fields)
    voter()
    with pytest.raises(Refused) as refusal:
        convoking.convoke(event, by=cast("olga"))
    assert refusal.value.code == code
    assert written() == []


@pytest.mark.parametrize("most", [None, 0])
def test_the_letter_leads_to_the_agenda_and_to_proxies_where_there_are_any(most):
    event = make_assembly(most_proxies=most, summary="Comptes et élections.")
    voter()
    convoking.convoke(event, by=cast("olga"))
    outbox.sweep()
    letter = Letter.objects.get()
    assert f"/evenements/{event.slug}/\n" in letter.text
    assert "Comptes et élections." in letter.text
    assert (reverse("events:proxy", args=[event.slug]) in letter.text) == (most is None)
    assert "BEGIN:VEVENT" in letter.calendar


def test_the_letter_names_what_is_to_be_read_when_it_leaves():
    event = make_assembly()
    voter()
    convoking.convoke(event, by=cast("olga"))
    for kind, title in (("document", "Comptes"), ("document", "Rapport moral"), ("minutes", "Procès-verbal"), ("slides", "Vues")):
        make_document(event=event, kind=kind, title=title, is_for_members=True)
    outbox.sweep()
    letter = Letter.objects.get()
    assert "À lire avant l’assemblée\u00a0:\n- Comptes\n- Rapport moral\n" in letter.text
    assert letter.html.count("<li>") == 2


def test_the_page_says_that_no_document_is_there_yet(client):
    event = make_assembly()
    client.force_login(cast("olga"))
    page, add = reverse("admin:events_event_convoke", args=[event.pk]), reverse("admin:events_attachment_add")
    assert f"{add}?event={event.pk}&amp;kind=document" in client.get(page).text
    make_document(event=event)
    assert f"{add}?event={event.pk}&amp;kind=document" not in client.get(page).text


def test_the_page_tells_how_many_in_which_words_and_looking_writes_nothing(client):
    event = make_assembly()
    voter(), voter()
    client.force_login(cast("olga"))
    page = reverse("admin:events_event_convoke", args=[event.pk])
    shown = client.get(page).content.decode()
    assert "à 2 personnes" in shown
    assert "Vous êtes convoqué·e à l’assemblée" in shown
    assert written() == []
    assert client.post(page)["Location"] == page
    assert len(written()) == 2
    assert "Toutes les personnes qui peuvent voter ont reçu la lettre." in client.get(page).content.decode()
    assert client.get(reverse("admin:events_event_convoke", args=[make_event().pk])).status_code == 404


def test_the_page_says_why_it_is_too_early(client):
    client.force_login(cast("olga"))
    page = reverse("admin:events_event_convoke", args=[make_assembly(published_at=None).pk])
    for answer in (client.get(page), client.post(page)):
        assert "Publiez d’abord la rencontre" in answer.content.decode()
