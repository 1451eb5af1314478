import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from smclub import search
from smclub.changed import changed
from tests.cast import cast
from tests.make import make_event, make_group, make_organisation, make_page, make_partner, make_person, make_post, make_topic

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture
def index(django_capture_on_commit_callbacks):
    """Index rows as the verbs do, after commit."""

    def indexed(*rows):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            for row in rows:
                changed(row)
        return rows[0]

    return indexed


def titles(query, visitor=VISITOR):
    return {(section.key, hit.title) for section, hits, _more in search.everywhere(query, visitor=visitor) for hit in hits}


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("reseaux sociaux", "Le réseau social d’un quartier"),
        ("réseau social", "Les réseaux sociaux en 2012"),
        ("evenement", "Événements de la saison"),
        ("strategies", "Stratégies, partenaire média"),
        ("entreprise", "L’Entreprise nous rejoint"),
        ("coeur", "Au cœur des communautés"),
        ("cœur", "Au coeur du sujet"),
        ("communaute", "Au cœur des communautés"),
        ("#SMCFaces 13", "SMCFaces #13 : Benoît Raphaël"),
        ("benoit raphael", "SMCFaces #13 : Benoît Raphaël"),
        ("« réseau social »", "Le réseau social d’un quartier"),
        ("le réseau social des quartiers", "Le réseau social d’un quartier"),
    ],
)
def test_golden_queries_find_their_post(index, typed, title):
    index(make_post(title=title), make_post(title="Tout autre chose, sans rapport"))
    assert titles(typed) == {("posts", title)}


@pytest.mark.parametrize("typed", ["", " ", "a", '"', "'", "%", "\x00", "AND", "NEAR(", "*", "x" * 5000, '"" ""', "é"])
def test_odd_queries_answer_with_a_page(client, index, typed):
    index(make_post(title="Le réseau"))
    response = client.get(reverse("search"), {"q": typed})
    assert response.status_code == 200


def test_a_phrase_is_found_as_it_stands_only(index):
    index(make_post(title="Le quartier du réseau social"), make_post(title="Social, le quartier a son réseau"))
    assert titles('"réseau social"') == {("posts", "Le quartier du réseau social")}


def test_every_kind_is_found(index):
    topic = make_topic(name="zinzolin")
    make_post(topics=[topic])
    index(
        make_post(title="Zinzolin un"),
        make_event(title="Zinzolin deux"),
        make_partner(organisation=make_organisation(name="Zinzolin trois")),
        make_group(name="Zinzolin quatre"),
        make_person(name="Zinzolin cinq"),
        topic,
        make_page(title="Zinzolin sept"),
    )
    assert {key for key, _title in titles("zinzolin")} == {section.key for section in search.SECTIONS}


def test_what_a_visitor_may_not_read_is_not_found(index):
    group, topic = make_group(), make_topic(name="palimpseste")
    make_post(days=None, topics=[topic])
    index(
        topic,
        make_post(title="Palimpseste brouillon", days=None),
        make_post(title="Palimpseste à venir", days=3),
        make_post(title="Palimpseste membres", audience="members"),
        make_event(title="Palimpseste brouillon", published_at=None),
        make_event(title="Palimpseste membres", audience="members"),
        make_event(title="Palimpseste confidentiel", is_confidential=True),
        make_event(title="Palimpseste groupe", audience="group", group=group),
        make_event(title="Palimpseste invitation", audience="invitation"),
        make_person(name="Palimpseste privé", visibility="private"),
        make_person(name="Palimpseste membres", visibility="members"),
    )
    assert titles("palimpseste") == set()


def test_a_member_finds_what_is_for_members(index):
    index(
        make_post(title="Palimpseste membres", audience="members"),
        make_event(title="Palimpseste confidentiel", is_confidential=True),
        make_event(title="Palimpseste invitation", audience="invitation"),
    )
    assert titles("palimpseste", cast("milan")) == {("posts", "Palimpseste membres"), ("events", "Palimpseste confidentiel")}


def test_a_title_weighs_more_than_a_text(index):
    index(
        make_post(title="Tout autre chose", body="Un zinzolin passe, une fois, dans un texte assez long pour en noyer un. " * 3),
        make_post(title="Le zinzolin", body="Rien."),
    )
    ((_section, hits, _more),) = search.everywhere("zinzolin", visitor=VISITOR)
    assert [hit.title for hit in hits] == ["Le zinzolin", "Tout autre chose"]


def test_topics_and_speakers_lead_to_their_event(index):
    from tests.make import make_talk

    event = make_event(title="Mercredi")
    event.topics.add("modération")
    make_talk(event=event, person=make_person(name="Ysoline Kerbrat"))
    index(event)
    assert titles("moderation") == {("events", "Mercredi")}
    assert titles("ysoline") == {("events", "Mercredi")}


def test_the_page_marks_matches_and_escapes_the_rest(client, index):
    index(make_post(title="Le réseau", excerpt="Un <b>réseau</b> & des gens", body=""))
    content = client.get(reverse("search"), {"q": "reseaux"}).content.decode()
    assert "<mark>réseau</mark>" in content
    assert "&amp; des gens" in content


def test_entities_of_the_rendering_are_neither_found_nor_shown(client, index):
    index(make_post(title="Un", excerpt="", body="Le zinzolin\u00a0: « oui »"))
    assert titles("nbsp") == set()
    assert "&amp;nbsp" not in client.get(reverse("search"), {"q": "zinzolin"}).content.decode()


def test_one_kind_is_shown_page_by_page(client, index):
    index(*[make_post(title=f"Zinzolin {n}") for n in range(25)])
    response = client.get(reverse("search"), {"q": "zinzolin", "kind": "posts", "page": "2"})
    assert len(response.context["hits"]) == 5
    assert client.get(reverse("search"), {"q": "zinzolin", "kind": "nonsense"}).context["sections"]


@pytest.fixture
def many(monkeypatch):
    """As if four rows of a kind were many, and three enough to be shown."""
    monkeypatch.setattr(search, "LATEST", 4)
    monkeypatch.setattr(search, "ENOUGH", 3)


def test_what_many_texts_hold_is_looked_for_among_the_latest(client, index, many):
    index(make_post(title="Zinzolin zinzolin"), *[make_post(title=f"Le zinzolin {n}") for n in range(9)])
    response = client.get(reverse("search"), {"q": "zinzolin", "kind": "posts"})
    assert {hit.title for hit in response.context["hits"]} == {f"Le zinzolin {n}" for n in (5, 6, 7, 8)}
    assert "4 résultats parmi les plus récents\u202f; ajoutez un mot pour chercher plus loin." in response.text
    assert titles("zinzolin") == {("posts", f"Le zinzolin {n}") for n in (5, 6, 7, 8)}


def test_what_few_of_the_latest_hold_is_looked_for_everywhere(client, index, many):
    index(
        make_post(title="Le palimpseste"),
        *[make_post(title=f"Le zinzolin {n}") for n in range(40)],
        make_post(title="Palimpseste"),
    )
    response = client.get(reverse("search"), {"q": "palimpseste", "kind": "posts"})
    assert {hit.title for hit in response.context["hits"]} == {"Le palimpseste", "Palimpseste"}
    assert "plus récents" not in response.text


def test_the_latest_are_counted_as_the_visitor_may_read_them(client, index, many):
    """Neither the number shown nor how far back it goes tells of texts that are hidden."""
    shown = [make_post(title=f"Le zinzolin {n}") for n in range(3)]
    index(*shown, *[make_post(title="Zinzolin caché", days=None) for _n in range(4)])
    response = client.get(reverse("search"), {"q": "zinzolin", "kind": "posts"})
    assert {hit.title for hit in response.context["hits"]} == {"Le zinzolin 0", "Le zinzolin 1", "Le zinzolin 2"}
    assert "3 résultats" in response.text


def test_queries_do_not_grow_with_the_rows(client, index, django_assert_max_num_queries):
    index(*[make_post(title=f"Zinzolin {n}") for n in range(12)], *[make_event(title=f"Zinzolin {n}") for n in range(12)])
    client.get(reverse("search"), {"q": "zinzolin"})  # content types are looked up once
    with django_assert_max_num_queries(14):  # twelve on SQLite
        client.get(reverse("search"), {"q": "zinzolin"})


def test_of_a_page_in_two_languages_the_readers_is_found(client, index):
    index(make_page(slug="presse", lang="fr", title="Presse et radio"), make_page(slug="presse", lang="en", title="Press, radio"))
    index(make_page(slug="charte", lang="fr", title="Charte de la radio"))
    assert titles("radio") == {("pages", "Presse et radio"), ("pages", "Charte de la radio")}
    with translation.override("en"):
        assert titles("radio") == {("pages", "Press, radio"), ("pages", "Charte de la radio")}


def test_a_foreign_title_says_its_language(client, index):
    index(make_post(title="Customer is a social media", lang="en"))
    assert '<h3 class="entry-title" lang="en">' in client.get(reverse("search"), {"q": "customer"}).content.decode()
