"""Who reads what of a person: each field for everybody, for members, or for nobody."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from members.models import Person
from members.models.shown import FIELDS, narrower
from smclub import concealing
from smclub.merging import merge
from smclub.search import BY_KEY, found
from tests.cast import cast
from tests.make import make_event, make_group, make_member, make_organisation, make_person, make_picture, make_talk, make_topic
from tests.posts.reading import json_ld

pytestmark = pytest.mark.django_db
PUBLIC, MEMBERS, PRIVATE = Person.Visibility.PUBLIC, Person.Visibility.MEMBERS, Person.Visibility.PRIVATE
SEEN = {  # what a page holds of each field
    "headline": "Chercheuse",
    "organisation": "Laboratoire",
    "city": "Concarneau",
    "bio": "Elle étudie.",
    "portrait": "Un portrait",
    "topics": "phares",
    "links": "https://social.example/@ana",
    "groups": "Commission du large",
}


def ana(*, visibility=PUBLIC, **readers) -> Person:
    member = make_member(name="Ana")
    make_group(name=SEEN["groups"], members=[member])
    told = {"headline": SEEN["headline"], "city": SEEN["city"], "bio": SEEN["bio"], "mastodon": "@ana@social.example"}
    told |= {"organisation": make_organisation(name=SEEN["organisation"]), "portrait": make_picture(alt=SEEN["portrait"])}
    person = make_person(name="Ana", member=member, visibility=visibility, is_in_directory=True, **told, **readers)
    person.topics.add(make_topic(name=SEEN["topics"]))
    return person


def page(client, person) -> str:
    return client.get(person.get_absolute_url()).content.decode()


@pytest.mark.parametrize("field", SEEN)
@pytest.mark.parametrize(
    ("readers", "who", "is_shown"),
    [
        (PUBLIC, None, True),
        (MEMBERS, None, False),
        (MEMBERS, "flora", False),
        (MEMBERS, "milan", True),
        (PRIVATE, "milan", False),
        (PRIVATE, "olga", False),
    ],
)
def test_a_field_is_on_the_page_for_its_readers_alone(client, field, readers, who, is_shown):
    person = ana(**{f"{field}_for": readers})
    if who:
        client.force_login(cast(who))
    body = page(client, person)
    assert (SEEN[field] in body) == is_shown
    assert [other for other in SEEN if other != field and SEEN[other] not in body] == []


def test_ones_own_page_shows_all_of_it(client):
    person = ana(**{f"{field}_for": PRIVATE for field in FIELDS})
    client.force_login(person.member)
    assert [field for field, word in SEEN.items() if word not in page(client, person)] == []


def test_a_person_shows_nothing_until_somebody_says_so():
    person = Person(name="Ana", slug="ana", visibility=PUBLIC, city="Concarneau")
    assert [field for field in FIELDS if person.shown.has(field)] == []


def test_no_field_is_for_more_people_than_the_page():
    person = make_person(visibility=MEMBERS, city="Concarneau", city_for=PUBLIC)
    assert (person.shown.city, Person.objects.listed_for(cast("milan")).get().shown.city) == ("", "Concarneau")


def test_who_coordinates_a_group_is_known_for_it(client):
    member = make_member()
    group, other = make_group(coordinators=[member]), make_group(name="Autre", members=[member])
    person = make_person(member=member, groups_for=PRIVATE, is_in_directory=True)
    assert group.name in page(client, person)
    assert other.name not in page(client, person)
    found_in = [client.get(reverse("members:directory"), {"groupe": each.slug}).context["page"] for each in (group, other)]
    assert [list(people) for people in found_in] == [[person], []]


def test_machines_read_what_everybody_reads_whoever_asks(client):
    person = ana(headline_for=MEMBERS, organisation_for=MEMBERS, portrait_for=MEMBERS, links_for=MEMBERS)
    client.force_login(cast("milan"))
    about = json_ld(client.get(person.get_absolute_url()))["mainEntity"]
    assert about.keys() == {"@type", "@id", "name", "url"}


def test_a_text_ready_to_pass_on_names_whose_handle_is_for_members(client):
    event = make_event()
    make_talk(event=event, person=ana(links_for=MEMBERS))
    client.force_login(cast("milan"))
    assert "social.example" not in client.get(event.get_absolute_url()).content.decode()


@pytest.mark.parametrize("word", ["Chercheuse", "Concarneau", "phares", '"Elle étudie"', "ana concarneau"])
@pytest.mark.parametrize(
    ("readers", "visitors", "members"), [(PUBLIC, True, True), (MEMBERS, False, True), (PRIVATE, False, False)]
)
def test_a_search_finds_what_whoever_asks_may_read(word, readers, visitors, members):
    ana(headline_for=readers, city_for=readers, topics_for=readers, bio_for=readers)
    call_command("rebuild_modelsearch_index", verbosity=0)
    hits = [bool(found(BY_KEY["people"], word, visitor=who)[0]) for who in (None, cast("flora"), cast("milan"))]
    assert hits == [visitors, visitors, members]


def test_words_with_a_sign_in_them_are_found_by_the_same_readers():
    make_person(name="Ana", city="rez_de-chaussée", headline="日本", city_for=MEMBERS, headline_for=MEMBERS)
    call_command("rebuild_modelsearch_index", verbosity=0)
    for word in ("rez_de", "chaussee", "日本"):
        assert [len(found(BY_KEY["people"], word, visitor=who)[0]) for who in (None, cast("milan"))] == [0, 1]


@pytest.mark.parametrize("query", ["zz0concarneau", "ZZ0concarneau", '"zz0concarneau"', "zz0concarneau ana"])
def test_the_mark_of_words_for_members_cannot_be_typed(query):
    ana(city_for=MEMBERS)
    call_command("rebuild_modelsearch_index", verbosity=0)
    alone = found(BY_KEY["people"], query.replace(" ana", ""), visitor=None)[0]
    assert alone == []


def test_a_portrait_that_everybody_saw_gets_another_name_once_it_is_for_members():
    person = ana()
    concealing.sweep()
    before = person.portrait.file.name
    Person.objects.update(portrait_for=MEMBERS)
    assert concealing.sweep() == 1
    person.portrait.refresh_from_db()
    assert person.portrait.file.name != before


def test_what_a_merge_brings_is_read_by_no_more_people_than_before():
    other, own = ana(city_for=MEMBERS, visibility=MEMBERS), make_person(member=make_member())
    merge(other.member, into=own.member, by=cast("oscar"))
    own.refresh_from_db()
    assert (own.city, own.city_for, own.headline_for, own.visibility) == ("Concarneau", MEMBERS, MEMBERS, PUBLIC)


def test_the_fewest_readers_are_chosen():
    assert [narrower(PUBLIC, MEMBERS), narrower(MEMBERS, PRIVATE, PUBLIC), narrower(PUBLIC)] == [MEMBERS, PRIVATE, PUBLIC]


@pytest.mark.parametrize("who", ["coralie", "aude", "tristan"])
def test_the_desk_tells_who_keeps_no_profiles_what_members_read(client, who):
    person = ana(city_for=PRIVATE, headline_for=MEMBERS, bio_for=PRIVATE)
    client.force_login(cast(who))
    listed, asked = reverse("admin:members_person_changelist"), {"bio__startswith": "Elle"}
    bodies = [client.get(listed).content.decode(), client.get(reverse("admin:members_person_change", args=[person.pk])).content]
    assert "Chercheuse" in bodies[0]
    assert "Concarneau" not in f"{bodies}"
    assert client.get(listed, asked).status_code == 400
    assert person.name not in client.get(listed, {"q": "Chercheuse"}).content.decode()


def test_an_editor_writes_the_page_of_a_speaker_and_not_that_of_a_member(client):
    speaker, member = make_person(city="Concarneau"), ana()
    client.force_login(cast("edith"))
    pages = [client.get(reverse("admin:members_person_change", args=[each.pk])).content.decode() for each in (speaker, member)]
    assert ["Concarneau" in body for body in pages] == [True, False]
