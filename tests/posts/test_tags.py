import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from posts.models import Credit
from tests.make import make_event, make_event_partner, make_group, make_organisation, make_partner, make_person, make_post

pytestmark = pytest.mark.django_db


def drawn(tag, **things):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return Template("{% load posts_tags %}{% " + tag + " %}").render(Context({"request": request, **things}))


def test_write_ups_stand_on_the_page_of_their_meeting():
    event = make_event(days=-3)
    make_post(title="Ce qui s’est dit", event=event, excerpt="Une accroche.")
    make_post(title="Brouillon", event=event, days=None)
    make_post(title="Autre chose")
    page = drawn("writeups_of event", event=event)
    assert "Ce qui s’est dit" in page
    assert "Une accroche." in page
    assert "Brouillon" not in page
    assert "Autre chose" not in page


def test_who_wrote_or_photographed_is_told_so_on_their_page():
    person = make_person()
    make_post(title="Signé", author=person)
    photographed = make_post(title="Photographié")
    Credit.objects.create(post=photographed, person=person, role=Credit.Role.PHOTOGRAPHER)
    make_post(title="Autre chose", author=make_person())
    page = drawn("posts_by person", person=person)
    assert [word in page for word in ("Signé", "Photographié", "Autre chose")] == [True, True, False]


def test_what_was_done_with_an_organisation_is_told():
    organisation, event = make_organisation(), make_event(days=-3)
    make_event_partner(event=event, organisation=organisation)
    hidden = make_event(days=-3, is_confidential=True)
    make_event_partner(event=hidden, organisation=organisation)
    make_post(title="Citée").mentions.add(organisation)
    make_post(title="Hôte", event=event)
    make_post(title="Gardé", event=hidden)
    Credit.objects.create(post=make_post(title="Signé"), organisation=organisation)
    page = drawn("posts_mentioning organisation", organisation=organisation)
    assert [word in page for word in ("Citée", "Hôte", "Signé", "Gardé")] == [True, True, True, False]


def test_a_group_shows_what_was_written_of_its_meetings():
    group = make_group()
    make_post(title="Ce qui s’est dit", event=make_event(days=-3, group=group))
    assert "Ce qui s’est dit" in drawn("posts_of_group group", group=group)


def test_the_latest_are_as_many_as_asked_in_the_reader_s_language():
    french = make_post(title="Deux", lang="fr", days=-2)
    make_post(title="Two", lang="en", original=french, days=-2)
    make_post(title="Un", days=-1)
    make_post(title="Trois", days=-3)
    page = drawn("latest_posts 2")
    assert [word in page for word in ("Un", "Deux", "Two", "Trois")] == [True, True, False, False]
    with translation.override("en"):
        assert "Two" in drawn("latest_posts 2")


def test_all_that_somebody_wrote_is_reached_page_by_page(client):
    organisation = make_organisation()
    person, group = make_person(organisation=organisation), make_group()
    event = make_event(days=-30, group=group)
    for n in range(21):
        make_post(title=f"Billet {n}.", author=person, event=event, days=-n - 1).mentions.add(organisation)
    partner = make_partner(organisation=organisation)
    for thing in (person, organisation, group, partner):
        first, second = (client.get(thing.get_absolute_url(), query).text for query in ({}, {"page": 2}))
        assert ("Billet 20." in first, "Billet 20." in second) == (False, True)
        assert 'href="?page=2#posts"' in first


def test_what_was_done_with_an_organisation_is_put_in_order_once(client, settings):
    settings.KEEP_FACTS = True
    organisation = make_organisation()
    for n in range(21):
        Credit.objects.create(post=make_post(title=f"Billet {n}.", days=-n - 1), organisation=organisation)
    url = organisation.get_absolute_url()
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        first, second = client.get(url).text, client.get(url, {"page": 2}).text
    assert first.index("Billet 0.") < first.index("Billet 19.")
    assert ("Billet 20." in first, "Billet 20." in second) == (False, True)
    assert not [query["sql"] for query in asked if "UNION" in query["sql"]]


@pytest.mark.parametrize("tag", ["writeups_of thing", "posts_by thing", "posts_mentioning thing", "posts_of_group thing"])
def test_nothing_written_shows_nothing(tag):
    thing = {
        "writeups_of": make_event,
        "posts_by": make_person,
        "posts_mentioning": make_organisation,
        "posts_of_group": make_group,
    }
    assert drawn(tag, thing=thing[tag.split()[0]]()).strip() == ""


def test_a_section_costs_the_same_whatever_its_length(django_assert_max_num_queries):
    event, person = make_event(days=-3), make_person()
    for _ in range(8):
        make_post(event=event, author=person)
    for tag, things in (("writeups_of event", {"event": event}), ("posts_by person", {"person": person}), ("latest_posts 5", {})):
        with django_assert_max_num_queries(2):
            drawn(tag, **things)
