import datetime

import pytest
from django.test import RequestFactory

from members.models import Person
from posts import publishing
from posts.models import Credit, Post
from smclub.middleware import VisitorMiddleware
from tests.cast import cast
from tests.make import (
    make_category,
    make_comment,
    make_discussion,
    make_event,
    make_organisation,
    make_person,
    make_picture,
    make_post,
    make_series,
    make_topic,
)
from tests.posts.reading import json_ld, links, main, properties

pytestmark = pytest.mark.django_db


def test_a_post_is_read_at_its_old_address(client):
    post = make_post(title="Le client est un média", slug="le-client", address_on=datetime.date(2012, 6, 18), body="Un *mot*.")
    response = client.get("/2012/06/18/le-client/")
    assert response.status_code == 200
    assert response.context["post"] == post
    assert "<p>Un <em>mot</em>.</p>" in response.text


@pytest.mark.parametrize("path", ["/2012/6/18/le-client/", "/2012/06/19/le-client/", "/2012/02/31/x/", "/2012/06/18/autre/"])
def test_any_other_address_is_missing(client, path):
    make_post(slug="le-client", address_on=datetime.date(2012, 6, 18))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("slug", ["%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%8E%89", "e%CC%81te", "a" * 3000])
def test_odd_slugs_are_missing_and_no_more(client, slug):
    assert client.get(f"/2012/06/18/{slug}/").status_code == 404


def test_an_imported_slug_keeps_its_accents(client):
    make_post(slug="été-à-rennes", address_on=datetime.date(2012, 6, 18))
    assert client.get("/2012/06/18/été-à-rennes/").status_code == 200


def test_a_post_is_read_and_nothing_else(client):
    assert client.post(make_post().get_absolute_url()).status_code == 405


@pytest.mark.parametrize("who", [None, "flora", "milan", "edith"])
@pytest.mark.parametrize("days", [None, 1])
def test_a_draft_or_a_scheduled_post_has_no_page(client, who, days):
    if who:
        client.force_login(cast(who))
    draft = make_post(days=days, address_on=datetime.date(2026, 1, 1))
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_members_read_the_whole_and_others_the_way_in(client):
    post = make_post(audience=Post.Audience.MEMBERS, body="Secret du club.", takeaways="Retenu du club.", excerpt="Accroche.")
    for who, reads in ((None, False), ("flora", False), ("milan", True), ("edith", True)):
        if who:
            client.force_login(cast(who))
        response = client.get(post.get_absolute_url())
        assert "Accroche." in response.text
        assert ("Secret du club." in response.text, "Retenu du club." in response.text) == (reads, reads)
        assert ("Ce texte est réservé aux membres." in response.text) is not reads


def test_the_stub_is_the_same_for_every_visitor(client):
    response = client.get(make_post(audience=Post.Audience.MEMBERS).get_absolute_url())
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    assert "csrf" not in response.text


def test_takeaways_come_before_the_text(client):
    post = make_post(takeaways="- Premier point\n\n* Second point", body="Le corps.")
    page = main(client.get(post.get_absolute_url()))
    assert "<li>Premier point</li><li>Second point</li>" in page
    assert page.index("Premier point") < page.index("Le corps.")


def test_an_excerpt_made_of_the_first_takeaway_is_not_read_twice(client):
    post = publishing.publish(make_post(published_at=None, excerpt="", takeaways="Premier point\nSecond point"), by=cast("edith"))
    assert post.excerpt == "Premier point"
    assert 'class="lede"' not in main(client.get(post.get_absolute_url()))
    told = make_post(takeaways="Premier point", excerpt="Ce que la soirée a changé.")
    assert '<p class="lede">Ce que la soirée a changé.</p>' in main(client.get(told.get_absolute_url()))


def test_credits_name_people_with_their_roles(client):
    public, private = make_person(name="Léa Photo"), make_person(name="Ida Privée", visibility=Person.Visibility.PRIVATE)
    organisation = make_organisation(name="La rédaction")
    post = make_post()
    Credit.objects.create(post=post, organisation=organisation, position=1)
    Credit.objects.create(post=post, person=private, role=Credit.Role.GUEST, position=2)
    Credit.objects.create(post=post, person=public, role=Credit.Role.PHOTOGRAPHER)
    response = client.get(post.get_absolute_url())
    assert f'href="{public.get_absolute_url()}"' in response.text
    assert private.get_absolute_url() not in response.text
    assert "Ida Privée" in response.text
    assert json_ld(response)["author"] == [
        {"@type": "Organization", "name": organisation.name, "url": f"http://localhost:8000{organisation.get_absolute_url()}"},
        {"@type": "Person", "name": "Ida Privée"},
    ]
    assert [each["name"] for each in json_ld(response)["contributor"]] == ["Léa Photo"]


def test_where_it_was_first_published_is_said(client):
    post = make_post(
        first_published_in="Marketing VIP",
        first_published_url="https://example.org/a",
        first_published_on=datetime.date(2012, 5, 29),
    )
    page = main(client.get(post.get_absolute_url()))
    assert "Publié d’abord dans" in page
    assert '<a href="https://example.org/a" rel="noopener external">Marketing VIP</a>' in page
    assert "29\u00a0mai 2012" in page


def test_a_cover_carries_its_credit_and_alternative_text(client):
    cover = make_picture(alt="Une salle pleine", credit="Sébastien F.")
    page = client.get(make_post(cover=cover).get_absolute_url())
    assert 'alt="Une salle pleine" width="16" height="9"' in main(page)
    assert "Image\u00a0: Sébastien F." in main(page)
    assert properties(page)["og:image"] == [f"http://localhost:8000{cover.file.url}"]
    hidden = client.get(make_post(cover=cover, audience=Post.Audience.MEMBERS).get_absolute_url())
    assert cover.file.name not in hidden.text


def test_a_post_without_a_picture_is_drawn_one(client):
    assert '<svg class="cover' in main(client.get(make_post().get_absolute_url()))


def test_canonical_is_in_the_language_of_the_text(client):
    post = make_post(lang="fr")
    assert "<h1>" in client.get(post.own_path()).text
    english = client.get("/en" + post.own_path())
    assert links(english, rel="canonical") == [f"http://localhost:8000{post.own_path()}"]
    assert f'<h1 lang="fr">{post.title}</h1>' in english.text


def test_twins_point_at_each_other_once_both_are_published(client):
    french = make_post(title="Le client", lang="fr")
    english = make_post(title="The customer", lang="en", original=french, days=None)
    alone = client.get(french.get_absolute_url())
    assert links(alone, rel="alternate", hreflang="en") == []
    assert "The customer" not in alone.text
    english.published_at, english.address_on = french.published_at, french.address_on
    english.save()
    for post in (french, english):
        page = client.get(post.own_path())
        assert links(page, rel="alternate", hreflang="fr")[0] == french.canonical_url()
        assert links(page, rel="alternate", hreflang="en")[0] == english.canonical_url()
        assert links(page, hreflang="x-default") == [french.canonical_url()]
    assert json_ld(client.get(english.own_path()))["translationOfWork"] == {"@id": french.canonical_url()}


def test_the_language_switch_leads_to_the_twin(client):
    french = make_post(lang="fr")
    english = make_post(lang="en", original=french)
    assert client.get(french.own_path()).context["translated_url"] == english.own_path()


def test_schema_org_and_open_graph_tell_the_post(client):
    category, topic = make_category(name="Médias"), make_topic(name="presse")
    post = make_post(
        title='Titre </script><script>alert(1)</script> "&', categories=[category], topics=[topic], excerpt="Accroche."
    )
    page = client.get(post.get_absolute_url())
    data = json_ld(page)
    assert data["@type"] == "BlogPosting"
    assert data["headline"] == post.title
    assert data["description"] == "Accroche."
    assert data["inLanguage"] == "fr"
    assert data["articleSection"] == [category.name]
    assert data["keywords"] == [topic.name]
    assert data["isAccessibleForFree"] is True
    assert properties(page)["og:title"] == [post.title]
    assert properties(page)["og:url"] == [post.canonical_url()]
    assert properties(page)["article:tag"] == [topic.name]
    assert "<script>alert" not in page.text


def test_before_and_after_follow_the_list(client):
    first, second, third = make_post(title="Un", days=-3), make_post(title="Deux", days=-2), make_post(title="Trois", days=-1)
    make_post(title="À venir", days=2)
    page = client.get(second.get_absolute_url())
    assert (page.context["near"]["previous"], page.context["near"]["next"]) == (first, third)
    assert client.get(third.get_absolute_url()).context["near"]["next"] is None
    assert client.get(first.get_absolute_url()).context["near"]["previous"] is None


def test_the_twin_is_neither_neighbour_nor_related(client):
    author = make_person()
    french = make_post(lang="fr", days=-3, author=author)
    english = make_post(lang="en", original=french, days=-2, author=author)
    other = make_post(days=-1, author=author)
    for post in (french, english):
        context = client.get(post.own_path()).context
        assert context["near"]["previous"] is None
        assert context["near"]["next"] == other
        assert list(context["near"]["related"]) == [other]


def test_related_go_from_nearest_to_farthest_and_are_four(client):
    author, series, event = make_person(), make_series(), make_event(days=-9)
    topics = [make_topic(name=name) for name in ("a", "b")]
    post = make_post(author=author, series=series, event=event, topics=topics)
    same_author = make_post(days=-2, author=author)
    one_topic = make_post(days=-3, topics=topics[:1])
    two_topics = make_post(days=-4, topics=topics)
    same_event = make_post(days=-5, event=event)
    same_series = make_post(days=-6, series=series)
    make_post(title="Rien à voir")
    make_post(days=1, series=series)
    context = client.get(post.get_absolute_url()).context
    assert list(context["near"]["related"]) == [same_series, same_event, two_topics, one_topic]
    Post.objects.exclude(pk__in=[post.pk, same_author.pk]).delete()
    assert list(client.get(post.get_absolute_url()).context["near"]["related"]) == [same_author]


def test_a_series_lists_its_published_posts_in_order(client):
    series = make_series()
    third, first = (make_post(series=series, series_position=n, days=-n) for n in (3, 1))
    make_post(series=series, series_position=2, days=None)
    page = client.get(first.get_absolute_url())
    assert page.context["near"]["siblings"] == [first, third]
    assert f'<li aria-current="page">{first.title}</li>' in page.text


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"title": "Soirée"}, "Soirée"),
        ({"title": "Nom gardé", "is_confidential": True, "public_title": "Réunion privée"}, "Réunion privée"),
        ({"title": "Sur invitation", "audience": "invitation"}, None),
        ({"title": "Pas annoncée", "published_at": None}, None),
    ],
)
def test_the_meeting_told_is_shown_as_the_visitor_may_know_it(client, fields, shown):
    page = client.get(make_post(event=make_event(**fields)).get_absolute_url())
    event = page.context["event"]
    assert (event and event.shown_title) == shown
    assert shown == fields["title"] or fields["title"] not in page.text


@pytest.mark.parametrize("who", [None, "milan"])
def test_one_post_costs_the_same_whatever_surrounds_it(client, django_assert_max_num_queries, who):
    if who:
        client.force_login(cast(who))
    series, event = make_series(), make_event(days=-9)
    topics, categories = [make_topic() for _ in range(4)], [make_category() for _ in range(3)]
    post = make_post(event=event, series=series, topics=topics, categories=categories)
    make_post(lang="en", original=post)
    for n in range(6):
        Credit.objects.create(post=post, person=make_person())
        make_post(series=series, days=-n, topics=topics, author=make_person())
    discussion = make_discussion(post=post)
    for _ in range(5):
        make_comment(discussion=discussion)
    page, thread, session = 8, 5, 0 if who is None else 4
    with django_assert_max_num_queries(page + thread + session):
        client.get(post.get_absolute_url())


def test_who_has_no_session_cookie_is_nobody():
    request = RequestFactory().get("/")
    request.session = None
    VisitorMiddleware(lambda request: None).process_request(request)
    assert request.user.is_anonymous


def test_related_posts_are_sought_among_the_nearest(monkeypatch):
    """A topic may have as many posts as the site: what shares two with this one is found behind all that share one."""
    monkeypatch.setattr("posts.models.finding.CONSIDERED", 2)
    first, second = make_topic(), make_topic()
    nearest = make_post(title="Deux thèmes", topics=[first, second], days=-50)
    post = make_post(title="Le billet", topics=[first, second])
    latest = [make_post(title=f"Un thème {n}", topics=[first], days=-n) for n in range(2, 6)]
    related = list(Post.objects.announced().related_to(Post.objects.for_reading().get(pk=post.pk)))
    assert related[0] == nearest
    assert set(related) < {nearest, *latest}
