"""What an assembly adds: the quorum at the door and at the desk, the sheet that voters sign, who was elected."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from events.assembly import counting
from smclub import dates
from tests.cast import cast
from tests.make import make_dues, make_event, make_group, make_mandate, make_member, make_person, make_proxy, make_registration

pytestmark = pytest.mark.django_db
HERE = {"arrived": 1, "checked_in_at": timezone.now()}


def voter(name):
    return make_dues(member=make_member(name=name)).member


def make_assembly(**fields):
    return make_event(**{"title": "Assemblée générale", "kind": "assembly", "audience": "members", "days": 0} | fields)


@pytest.mark.parametrize(
    ("voters", "percent", "needed"), [(0, 25, 0), (3, 25, 1), (4, 25, 1), (5, 25, 2), (100, 33, 33), (101, 33, 34), (7, None, 0)]
)
def test_a_part_of_a_person_is_one(voters, percent, needed):
    count = counting.Count(voters, needed, 0, percent)
    assert (count.needed, count.is_reached) == (needed, True)
    if needed:
        assert not counting.Count(voters, needed - 1, 0, percent).is_reached


def test_the_door_and_the_desk_say_whether_there_are_enough(client):
    event, holder = make_assembly(quorum=60), voter("Hana")
    make_proxy(event=event, giver=voter("Gil"), holder=holder)
    voter("Zoé")
    client.force_login(cast("olga"))
    pages = [reverse("door:door", args=[event.slug]), reverse("admin:events_event_attendees", args=[event.pk])]
    for page in pages:
        assert "non atteint, 0 voix (il en faut 2)" in client.get(page).content.decode()
    make_registration(event=event, member=holder, **HERE)
    for page in pages:
        shown = client.get(page).content.decode()
        assert "3 membres peuvent voter" in shown
        assert "1 est là" in shown
        assert "1 représenté" in shown
        assert "atteint, 2 voix (il en faut 2)" in shown
        assert "non atteint" not in shown
    assert "Gil" in client.get(pages[1]).content.decode()


def test_no_other_meeting_is_counted(client):
    event = make_event(days=0)
    make_registration(event=event, member=voter("Hana"), **HERE)
    client.force_login(cast("olga"))
    for page in (reverse("door:door", args=[event.slug]), reverse("admin:events_event_attendees", args=[event.pk])):
        assert "peuvent voter" not in client.get(page).content.decode()


def test_the_sheet_has_every_voter_and_nobody_else(client):
    event, holder = make_assembly(), voter("Élan")
    make_proxy(event=event, giver=voter("Gil"), holder=holder)
    make_proxy(event=event, giver=voter("Ali"), holder=holder)
    make_registration(event=event, member=make_member(name="Sans Cotisation"))
    lines = counting.roll(event)
    assert [(line.name, line.given_to, line.brings) for line in lines] == [
        ("Ali", "Élan", []),
        ("Élan", "", ["Ali", "Gil"]),
        ("Gil", "Élan", []),
    ]
    client.force_login(cast("olga"))
    sheet = client.post(reverse("admin:events_event_paper", args=[event.pk, "emargement"])).content.decode()
    assert "3 membres à jour de cotisation ce jour-là" in sheet
    assert "représenté·e par Élan" in sheet
    assert "Sans Cotisation" not in sheet


def test_counting_costs_the_same_however_many(django_assert_num_queries):
    event = make_assembly(quorum=10)
    for number in (1, 6):
        for n in range(number):
            make_proxy(event=event, giver=voter(f"Don {n}"), holder=voter(f"Porte {n}"))
        with django_assert_num_queries(5):
            counting.count(event)
            counting.roll(event)


def test_the_page_says_who_was_elected_that_day_to_who_may_read_their_page(client):
    event = make_assembly(days=-3)
    day = event.local_day
    make_mandate(person=make_person(name="Élue Publique"), title="Présidente", elected_on=day)
    make_mandate(person=make_person(name="Élu Discret", visibility="members"), title="Trésorier", elected_on=day)
    make_mandate(person=make_person(name="Une Autre"), elected_on=day - timedelta(days=365))
    make_mandate(person=make_person(name="Nommée Sans Vote"))

    def named(page):
        shown = client.get(page.get_absolute_url()).content.decode()
        names = ("Élue Publique", "Élu Discret", "Une Autre", "Nommée Sans Vote")
        return [name for name in names if f"<bdi>{name}</bdi>" in shown]

    assert named(event) == ["Élue Publique"]
    assert named(make_assembly(days=-3, group=make_group())) == named(make_event(days=-3)) == []
    client.force_login(cast("milan"))
    assert named(event) == ["Élue Publique", "Élu Discret"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_election_is_recorded_from_the_list_of_who_came(client, language):
    event, elected, spoken = make_assembly(days=-3), make_person(name="Élue Publique"), {"accept-language": language}
    day, desk = event.local_day, reverse("admin:events_event_attendees", args=[event.pk])
    client.force_login(cast("olga"))

    def offered(address):
        form = client.get(address, headers=spoken).context["adminform"].form
        return {name: form.get_initial_for_field(form.fields[name], name) for name in ("starts_on", "elected_on")}

    add = unescape(re.search(r'href="([^"]*elected_on=[^"]*)"', client.get(desk, headers=spoken).text)[1])
    said = offered(add) | {"person": elected.pk, "title": "Présidente", "ends_on": "", "position": 0}
    another = client.post(add, said | {"_addanother": "1"}, headers=spoken)["Location"]
    assert offered(another) == offered(add)
    last = client.post(another, said | {"title": "Trésorière", "ends_on": said["elected_on"]}, headers=spoken)["Location"]
    assert client.get(last).context["cl"].result_count == 2
    mandates = elected.mandates.order_by("pk").values_list("title", "starts_on", "ends_on", "elected_on")
    assert list(mandates) == [("Présidente", day, None, day), ("Trésorière", day, day, day)]
    assert client.get(desk).text.count("Élue Publique") == 2


def test_elections_are_recorded_once_it_has_begun_by_who_keeps_mandates(client):
    past, to_come = make_assembly(days=-3), make_assembly(days=3)
    own = make_assembly(days=-3, group=make_group(coordinators=[cast("coralie")]))

    def offered(event):
        return "elected_on=" in client.get(reverse("admin:events_event_attendees", args=[event.pk])).text

    client.force_login(cast("olga"))
    assert [offered(event) for event in (past, to_come, own, make_event(days=-3))] == [True, False, False, False]
    client.force_login(cast("coralie"))
    assert not offered(own)


def test_the_page_of_the_elected_says_since_when_and_the_assemblys_until_when(client):
    event, person = make_assembly(days=-3), make_person(name="Élue Publique")
    make_mandate(person=person, elected_on=event.local_day, ends_on=date(2040, 5, 1))
    assert f"Élection du {dates.day(event.local_day)}" in client.get(person.get_absolute_url()).text
    assert f"jusqu’au {dates.day(date(2040, 5, 1))}" in client.get(event.get_absolute_url()).text
