"""The directory: who asked to be found, as far as each allows."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import views
from members.joining import apply
from members.models import Club, Member, Person
from members.profiles import present
from tests.cast import cast
from tests.make import make_group, make_member, make_person, make_topic

pytestmark = pytest.mark.django_db
MEMBERS, PUBLIC, PRIVATE = Person.Visibility.MEMBERS, Person.Visibility.PUBLIC, Person.Visibility.PRIVATE


def listed(*, name="Paule", member=None, visibility=PUBLIC, is_in_directory=True, **fields) -> Person:
    member = member or make_member(name=name)
    return make_person(name=name, member=member, visibility=visibility, is_in_directory=is_in_directory, **fields)


def people(client, **query) -> list[str]:
    return [person.name for person in client.get(reverse("members:directory"), query).context["page"]]


def test_a_visitor_finds_those_who_show_themselves_to_everybody(client):
    listed(name="Paule"), listed(name="Marc", visibility=MEMBERS), listed(name="Personne", visibility=PRIVATE)
    listed(name="Ailleurs", is_in_directory=False)
    make_person(name="Invitée", is_in_directory=True)
    listed(name="Amie", member=make_member(standing=Member.Standing.FRIEND))
    listed(name="Bloqué", member=make_member(standing=Member.Standing.BLOCKED))
    assert people(client) == ["Paule"]


def test_a_member_finds_those_who_show_themselves_to_members_too(client):
    listed(name="Paule"), listed(name="Marc", visibility=MEMBERS), listed(name="Personne", visibility=PRIVATE)
    client.force_login(cast("milan"))
    assert people(client) == ["Marc", "Paule"]


def test_a_friend_finds_what_a_visitor_finds(client):
    listed(name="Paule"), listed(name="Marc", visibility=MEMBERS)
    client.force_login(cast("flora"))
    assert people(client) == ["Paule"]


def test_names_are_in_order_without_regard_to_accents(client):
    for name in ("Zoé", "Édith", "Alice"):
        listed(name=name)
    assert people(client) == ["Alice", "Édith", "Zoé"]


def test_the_directory_narrows_by_name_town_group_and_interest(client):
    topic = make_topic(name="données")
    paule = listed(name="Paule Éluard", city="Rennes")
    paule.topics.add(topic)
    group = make_group(members=[paule.member])
    listed(name="Marc", city="Lyon")
    assert people(client, q="eluard") == ["Paule Éluard"]
    assert people(client, ville="Lyon") == ["Marc"]
    assert people(client, groupe=group.slug) == ["Paule Éluard"]
    assert people(client, theme=topic.slug) == ["Paule Éluard"]
    assert people(client, ville="Lyon", groupe=group.slug) == []


@pytest.mark.parametrize(
    "query",
    [
        {"ville": "Nulle-Part"},
        {"groupe": "rien"},
        {"theme": "rien"},
        {"q": "\x00"},
        {"groupe": "\x00"},
        {"q": "x" * 5000},
        {"page": "-1"},
        {"page": "9" * 5000},
        {"page": "\x00"},
        {"order": "member__password"},
        {"member__password__startswith": "a"},
    ],
)
def test_what_makes_no_sense_narrows_nothing(client, query):
    listed(name="Paule", city="Rennes")
    assert people(client, **query) == ["Paule"]


def test_towns_and_interests_of_hidden_people_are_not_offered(client):
    hidden = listed(name="Marc", visibility=MEMBERS, city="Villesecrète")
    hidden.topics.add(make_topic(name="thèmesecret"))
    body = client.get(reverse("members:directory")).content.decode()
    assert "Villesecrète" not in body
    assert "thèmesecret" not in body


def test_the_directory_is_only_read(client):
    assert client.post(reverse("members:directory")).status_code == 405


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    number = 30
    for n in range(number):
        listed(name=f"Paule {n}", city=f"Ville {n}").topics.add(make_topic())
    with django_assert_max_num_queries(10):
        client.get(reverse("members:directory"))


def test_a_visitor_gets_a_page_that_can_be_shared(client):
    response = client.get(reverse("members:directory"))
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def towns(visitor) -> list[str]:
    choices = visitor.get(reverse("members:directory")).context["form"].fields["ville"].choices
    return [town for town, _label in choices if town]


def signed_in(member) -> Client:
    browser = Client()
    browser.force_login(member)
    return browser


def test_what_is_kept_of_the_directory_holds_nobody_else(client, settings):
    """Towns and number are kept as visitors see them; a member sees themselves as well, and nobody learns of it."""
    settings.KEEP_FACTS = True
    milan = cast("milan")
    listed(name="Milan", member=milan, city="Rennes", visibility=PRIVATE)
    listed(city="Lyon")
    other = make_member()
    assert towns(client) == towns(signed_in(other)) == ["Lyon"]
    assert towns(signed_in(milan)) == ["Lyon", "Rennes"]
    assert towns(client) == towns(signed_in(other)) == ["Lyon"]
    assert client.get(reverse("members:directory"), {"ville": "Paris"}).context["page"].paginator.count == 1


def test_what_members_share_is_kept_apart_from_what_everybody_sees(client, settings):
    settings.KEEP_FACTS = True
    listed(name="Marc", visibility=MEMBERS, city="Rennes"), listed(name="Personne", visibility=PRIVATE, city="Brest")
    listed(city="Lyon")
    assert towns(signed_in(make_member())) == ["Lyon", "Rennes"]
    assert towns(signed_in(cast("olga"))) == ["Brest", "Lyon", "Rennes"]
    assert towns(client) == towns(signed_in(cast("flora"))) == ["Lyon"]
    assert towns(signed_in(cast("milan"))) == ["Lyon", "Rennes"]


def test_towns_and_number_are_asked_once_for_all_members(settings):
    settings.KEEP_FACTS = True
    listed(city="Lyon")
    browser, url = signed_in(make_member()), reverse("members:directory")
    signed_in(cast("milan")).get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    assert not [query["sql"] for query in asked if "COUNT(" in query["sql"] or "DISTINCT" in query["sql"]]


def test_members_see_a_profile_changed_for_them_at_once(settings, at_once):
    settings.KEEP_FACTS = True
    marc = listed(name="Marc", visibility=MEMBERS, city="Rennes").member
    browser = signed_in(cast("milan"))
    assert towns(browser) == ["Rennes"]
    at_once(present, marc, name="Marc", topics="", city="Brest")
    assert towns(browser) == ["Brest"]


def test_who_becomes_a_member_is_found_at_once(client, settings, at_once):
    settings.KEEP_FACTS = True
    Club.objects.create(pk=1, joining=Club.Joining.OPEN)
    listed(city="Lyon"), listed(city="Rennes", member=(friend := make_member(standing=Member.Standing.FRIEND)))
    assert towns(client) == ["Lyon"]
    at_once(apply, friend)
    assert towns(client) == ["Lyon", "Rennes"]


def test_a_page_far_in_reads_nobody_else(client, settings, monkeypatch):
    """And everybody stands on one page."""
    settings.KEEP_FACTS = True
    monkeypatch.setattr(views, "PEOPLE_A_PAGE", 2)
    names = [listed(name=name).name for name in ("Alice", "Bob", "Carl", "Dina", "Édith", "Fou", "Gil")]
    assert [name for page in (1, 2, 3, 4) for name in people(client, page=page)] == names
    with CaptureQueriesContext(connection) as asked:
        assert people(client, page=3) == ["Édith", "Fou"]
    assert not [query["sql"] for query in asked if "OFFSET" in query["sql"] or "COUNT(" in query["sql"]]
