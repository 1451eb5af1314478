"""Pages of people, organisations and the team."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Group, Person
from tests.cast import cast
from tests.make import make_group, make_mandate, make_member, make_organisation, make_partner, make_person, make_post, make_topic
from tests.posts.reading import json_ld

pytestmark = pytest.mark.django_db
MEMBERS, PRIVATE = Person.Visibility.MEMBERS, Person.Visibility.PRIVATE


def test_a_person_is_shown_with_role_organisation_groups_and_interests(client):
    topic = make_topic(name="données")
    member = make_member()
    group = make_group(kind=Group.Kind.COMMISSION, members=[member])
    make_group(name="Endormi", is_active=False, members=[member])
    person = make_person(
        member=member, headline="Chercheuse", organisation=make_organisation(name="Labo"), bio="Elle **étudie**.", city="Rennes"
    )
    person.topics.add(topic)
    make_mandate(person=person, title="Trésorière")
    make_mandate(person=person, title="Ancienne", ends_on=timezone.localdate() - timedelta(days=1))
    body = client.get(person.get_absolute_url()).content.decode()
    for shown in (
        "Chercheuse",
        person.organisation.name,
        group.name,
        topic.name,
        "<strong>étudie</strong>",
        "Trésorière",
        "Rennes",
    ):
        assert shown in body
    assert "Endormi" not in body
    assert "Ancienne" not in body


@pytest.mark.parametrize(
    ("who", "visibility", "status"),
    [
        (None, MEMBERS, 404),
        ("flora", MEMBERS, 404),
        ("milan", MEMBERS, 200),
        (None, PRIVATE, 404),
        ("milan", PRIVATE, 404),
        ("modou", PRIVATE, 404),
        ("olga", PRIVATE, 200),
    ],
)
def test_a_page_exists_for_who_may_read_it(client, who, visibility, status):
    person = make_person(visibility=visibility)
    if who:
        client.force_login(cast(who))
    assert client.get(person.get_absolute_url()).status_code == status


def test_ones_own_page_exists_always_and_leads_to_the_form(client):
    person = make_person(member=cast("flora"), visibility=PRIVATE)
    client.force_login(cast("flora"))
    assert reverse("members:profile") in client.get(person.get_absolute_url()).content.decode()


def test_the_page_of_a_blocked_account_is_gone(client):
    shown, gone = make_person(), make_person(member=cast("boris"), is_in_directory=True)
    article = make_post(author=gone)
    assert client.get(gone.get_absolute_url()).status_code == 404
    assert list(Person.objects.announced()) == [shown]
    body = client.get(article.get_absolute_url()).content.decode()
    assert gone.name in body
    assert gone.get_absolute_url() not in body
    client.force_login(cast("milan"))
    assert client.get(gone.get_absolute_url()).status_code == 404


def test_a_page_for_members_asks_not_to_be_indexed(client):
    client.force_login(cast("milan"))
    assert 'content="noindex"' in client.get(make_person(visibility=MEMBERS).get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("handles", "links"),
    [
        ({"mastodon": "@ana@social.example"}, [("Mastodon", "https://social.example/@ana")]),
        ({"bluesky": "@ana.example.org"}, [("Bluesky", "https://bsky.app/profile/ana.example.org")]),
        ({"mastodon": "javascript:alert(1)", "bluesky": "x/../y"}, []),
        ({"linkedin": "https://linkedin.example/in/ana"}, [("LinkedIn", "https://linkedin.example/in/ana")]),
    ],
)
def test_handles_become_links_only_when_they_are_handles(handles, links):
    assert make_person(**handles).outside_links == links


def test_machines_read_who_a_public_page_is_about(client):
    person = make_person(headline="Chercheuse", organisation=make_organisation(), mastodon="@ana@social.example")
    data = json_ld(client.get(person.get_absolute_url()))
    about = data["mainEntity"]
    assert (data["@type"], about["@type"], about["name"], about["jobTitle"]) == (
        "ProfilePage",
        "Person",
        person.name,
        "Chercheuse",
    )
    assert about["worksFor"]["name"] == person.organisation.name
    assert about["sameAs"] == ["https://social.example/@ana"]
    assert about["url"].endswith(person.get_absolute_url())
    client.force_login(cast("milan"))
    discreet = make_person(visibility=MEMBERS)
    assert "ld+json" not in client.get(discreet.get_absolute_url()).content.decode()


def test_a_markup_in_a_biography_does_nothing(client):
    person = make_person(bio="<script>alert(1)</script> [x](javascript:alert(1))", name='<img src=x onerror="alert(1)">')
    body = client.get(person.get_absolute_url()).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert 'href="javascript' not in body


def test_a_missing_person_is_not_found_and_a_page_is_only_read(client):
    assert client.get("/personnes/personne/").status_code == 404
    assert client.post(make_person().get_absolute_url()).status_code == 405


def test_the_number_of_queries_of_a_person_does_not_grow(client, django_assert_max_num_queries):
    number = 12
    member = make_member()
    for _ in range(number):
        make_group(members=[member])
    person = make_person(member=member)
    person.topics.add(*[make_topic() for _ in range(number)])
    with django_assert_max_num_queries(9):
        client.get(person.get_absolute_url())


def test_an_organisation_shows_its_people_and_its_partnership(client):
    organisation = make_organisation(
        name="L’Entreprise", description="Un **mensuel**.", website="https://www.lentreprise.example/"
    )
    shown = make_person(name="François", organisation=organisation)
    make_person(name="Discret", organisation=organisation, visibility=MEMBERS)
    partner = make_partner(organisation=organisation)
    hidden = make_partner(organisation=organisation, kind="host", is_published=False)
    response = client.get(organisation.get_absolute_url())
    assert list(response.context["people"]) == [shown]
    body = response.content.decode()
    assert partner.get_absolute_url() in body
    assert hidden.get_absolute_url() not in body
    assert "lentreprise.example/</a>" in body
    assert client.get("/organisations/rien/").status_code == 404
    assert client.post(organisation.get_absolute_url()).status_code == 405


def test_the_number_of_queries_of_an_organisation_does_not_grow(client, django_assert_max_num_queries):
    number = 12
    organisation = make_organisation()
    for _ in range(number):
        make_person(organisation=organisation)
    with django_assert_max_num_queries(8):
        client.get(organisation.get_absolute_url())


def test_the_team_is_those_whose_mandate_runs_and_who_coordinate(client):
    second = make_mandate(title="Trésorier", position=2)
    first = make_mandate(title="Présidente", title_en="Chair", position=1)
    make_mandate(title="Ancien", ends_on=timezone.localdate() - timedelta(days=1))
    make_mandate(title="Futur", starts_on=timezone.localdate() + timedelta(days=1))
    make_mandate(title="Discret", person=make_person(visibility=PRIVATE))
    coralie = make_person(name="Coralie", member=cast("coralie"))
    group = make_group(coordinators=[cast("coralie")])
    response = client.get(reverse("members:team"))
    assert list(response.context["mandates"]) == [first, second]
    assert list(response.context["coordinators"]) == [coralie]
    assert group.name in response.content.decode()
    with translation.override("en"):
        assert '<p class="person-note">Chair</p>' in client.get(reverse("members:team")).content.decode()
    assert client.post(reverse("members:team")).status_code == 405


def test_the_number_of_queries_of_the_team_does_not_grow(client, django_assert_max_num_queries):
    number = 12
    for _ in range(number):
        make_mandate()
        member = make_member()
        make_person(member=member)
        make_group(coordinators=[member])
    with django_assert_max_num_queries(10):
        client.get(reverse("members:team"))
