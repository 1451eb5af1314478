import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from members.models import Person, PersonTopic
from posts.models import Post
from tests.cast import cast
from tests.make import make_category, make_event, make_person, make_post, make_series, make_topic
from tests.posts.reading import links, main

pytestmark = pytest.mark.django_db


def listed(client, path="/articles/"):
    return list(client.get(path).context["posts"])


def test_the_newest_comes_first_and_what_is_not_published_not_at_all(client):
    older, newer = make_post(days=-2), make_post(days=-1)
    make_post(days=1)
    make_post(days=None)
    assert listed(client) == [newer, older]


def test_a_scheduled_post_appears_by_itself(client):
    post = make_post(days=1)
    assert listed(client) == []
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1, minutes=1)):
        assert listed(client) == [post]


def test_an_entry_says_date_title_excerpt_and_where_to_read_on(client):
    post = make_post(title="Le client", excerpt="Une accroche.", author=make_person(name="Ada"))
    page = main(client.get("/articles/"))
    assert f'datetime="{post.address_on:%Y-%m-%d}"' in page
    assert f'<a href="{post.get_absolute_url()}">Le client</a>' in page
    assert '<p class="entry-excerpt">Une accroche.</p>' in page
    assert 'Lire la suite<span class="visually-hidden">\u00a0: <span>Le client</span></span>' in page
    assert "<span>Ada</span>" in page


def test_members_only_posts_are_listed_as_such(client):
    make_post(audience=Post.Audience.MEMBERS, body="Secret.")
    page = main(client.get("/articles/"))
    assert "Réservé aux membres" in page
    assert "Secret." not in page


def test_of_published_twins_a_list_shows_the_one_in_its_language(client):
    french = make_post(lang="fr", days=-2)
    english = make_post(lang="en", original=french, days=-1)
    alone = make_post(lang="en", title="On its own", days=-3)
    page = client.get("/articles/")
    assert list(page.context["posts"]) == [french, alone]
    assert f'<a href="{alone.get_absolute_url()}" lang="en">On its own</a>' in page.text
    assert listed(client, "/en/articles/") == [english, alone]


def test_the_twin_that_is_a_draft_hides_nothing(client):
    english = make_post(lang="en")
    make_post(lang="fr", original=english, days=None)
    assert listed(client) == [english]


@pytest.mark.parametrize("number", ["abc", "", "%00", "1.5", "-0", "²", "1'", "9" * 5000])
def test_whatever_is_typed_as_a_page_is_answered(client, number):
    make_post()
    assert client.get(f"/articles/?page={number}").status_code == 200


def test_pages_follow_each_other(client):
    posts = [make_post(days=-n) for n in range(1, 24)]
    assert listed(client) == posts[:20]
    second = client.get("/articles/?page=2")
    assert list(second.context["posts"]) == posts[20:]
    assert links(second, rel="prev") == ["?"]
    assert links(second, rel="canonical") == ["http://localhost:8000/articles/?page=2"]
    assert list(client.get("/articles/?page=99").context["posts"]) == posts[20:]
    assert list(client.get("/articles/?page=-3").context["posts"]) == posts[20:]


def test_no_post_yet_is_said(client):
    assert "Rien ici pour le moment" in client.get("/articles/").text


def test_write_ups_have_their_list(client):
    report = make_post(kind=Post.Kind.REPORT)
    make_post()
    assert listed(client, "/comptes-rendus/") == [report]


@pytest.mark.parametrize(
    ("path", "number"), [("/2012/", 3), ("/2012/06/", 2), ("/2012/06/18/", 1), ("/2013/", 1), ("/en/2012/06/", 2)]
)
def test_archives_hold_the_posts_of_their_time(client, path, number):
    for on in ((2012, 6, 18), (2012, 6, 19), (2012, 11, 2), (2013, 1, 1)):
        make_post(address_on=datetime.date(*on), published_at=datetime.datetime(*on, 8, tzinfo=datetime.UTC))
    assert len(listed(client, path)) == number


@pytest.mark.parametrize(
    "path", ["/2011/", "/2012/05/", "/2012/06/17/", "/2012/13/", "/2012/02/30/", "/1850/", "/2012/6/", "/2099/"]
)
def test_an_empty_time_has_no_page(client, path):
    make_post(address_on=datetime.date(2012, 6, 18))
    make_post(address_on=datetime.date(2099, 1, 1), days=9)
    assert client.get(path).status_code == 404


def test_a_post_of_late_evening_belongs_to_the_day_of_paris(client):
    post = make_post(published_at=datetime.datetime(2012, 6, 18, 22, 30, tzinfo=datetime.UTC))
    assert listed(client, "/2012/06/19/") == [post]
    assert client.get("/2012/06/18/").status_code == 404


def test_the_strip_counts_what_exists(client):
    for day in (1, 2):
        make_post(address_on=datetime.date(2012, 6, day))
    make_post(address_on=datetime.date(2013, 6, 1))
    make_post(address_on=datetime.date(2014, 6, 1), days=None)
    assert client.get("/2012/").context["years"] == [(2013, 1), (2012, 2)]
    assert [(month.month, n) for month, n in client.get("/2012/").context["months"]] == [(6, 2)]


def test_a_category_lists_what_is_filed_under_it(client):
    category = make_category(name="Médias", name_en="Media")
    post = make_post(categories=[category, make_category()])
    make_post()
    assert listed(client, category.get_absolute_url()) == [post]
    assert "<h1>Media</h1>" in client.get(f"/en/category/{category.slug}/").text


def test_the_english_category_gathers_the_posts_in_english(client):
    make_category(slug="english", gathers_language="en")
    french = make_post(lang="fr")
    english = make_post(lang="en", original=french)
    assert listed(client, "/category/english/") == [english]
    assert listed(client, "/en/category/english/") == [english]


def test_a_topic_gathers_posts_meetings_and_people(client):
    topic = make_topic(name="médias")
    post = make_post(topics=[topic])
    make_post(title="Autre")
    make_post(topics=[topic], days=None)
    event, secret = make_event(), make_event(title="Nom gardé", is_confidential=True)
    invited = make_event(title="Sur invitation", audience="invitation")
    for each in (event, secret, invited):
        each.topics.add(topic)
    person, shy = make_person(name="Ada"), make_person(name="Ida", visibility=Person.Visibility.PRIVATE)
    for each in (person, shy):
        PersonTopic.objects.create(tag=topic, content_object=each)
    page = client.get(topic.get_absolute_url())
    assert list(page.context["posts"]) == [post]
    assert list(page.context["events"]) == [event]
    assert list(page.context["people"]) == [person]
    assert [kept for kept in ("Nom gardé", "Sur invitation", "Réunion privée", "Ida") if kept in page.text] == []


def test_a_series_lists_its_posts_in_order(client):
    series = make_series()
    second, first = (make_post(series=series, series_position=n, days=-n) for n in (2, 1))
    assert listed(client, series.get_absolute_url()) == [first, second]


@pytest.mark.parametrize("path", ["/category/rien/", "/tag/rien/", "/series/rien/", "/category/a%00b/", "/tag/%C3%A9/"])
def test_what_does_not_exist_is_missing(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/articles/", "/comptes-rendus/", "/2012/"])
def test_lists_are_read_and_nothing_else(client, path):
    assert client.post(path).status_code == 405


def test_lists_cost_the_same_whatever_their_length(client, django_assert_max_num_queries):
    topic, category, series = make_topic(), make_category(), make_series()
    for n in range(15):
        post = make_post(topics=[topic], categories=[category], series=series, author=make_person(), kind="report", days=-n - 1)
        make_post(lang="en", original=post, topics=[topic], categories=[category])
        make_event().topics.add(topic)
        PersonTopic.objects.create(tag=topic, content_object=make_person())
    year = timezone.localdate().year
    paths = ["/articles/", "/comptes-rendus/", f"/{year}/", topic.get_absolute_url(), category.get_absolute_url()]
    for path in [*paths, series.get_absolute_url(), "/articles/?page=2"]:
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
    client.force_login(cast("milan"))
    with django_assert_max_num_queries(13):
        client.get("/articles/")


def test_lists_are_the_same_for_every_visitor(client):
    topic = make_topic()
    make_post(topics=[topic])
    for path in ("/articles/", topic.get_absolute_url()):
        response = client.get(path)
        assert "Cookie" not in response.get("Vary", "")
        assert not response.cookies


NOTHING = [
    lambda topic: None,
    lambda topic: make_post(topics=[topic], days=None),
    lambda topic: make_post(topics=[topic], days=1),
    lambda topic: make_event(published_at=None).topics.add(topic),
    lambda topic: make_event(audience="invitation").topics.add(topic),
    lambda topic: make_event(is_confidential=True).topics.add(topic),
    lambda topic: PersonTopic.objects.create(tag=topic, content_object=make_person(visibility="private")),
]
SOMETHING = [
    lambda topic: make_post(topics=[topic]),
    lambda topic: make_post(topics=[topic], audience="members"),
    lambda topic: make_event(audience="members").topics.add(topic),
    lambda topic: PersonTopic.objects.create(tag=topic, content_object=make_person()),
]


@pytest.mark.parametrize(("bear", "status"), [(bear, 404) for bear in NOTHING] + [(bear, 200) for bear in SOMETHING])
def test_a_topic_exists_once_something_listed_bears_it(client, bear, status):
    topic = make_topic()
    bear(topic)
    for name in ("posts:topic", "feed_topic", "feed_topic_json"):
        assert client.get(reverse(name, args=[topic.slug])).status_code == status


def test_a_topic_is_there_for_those_who_may_read_its_meeting(client):
    topic, event = make_topic(), make_event(title="Entre nous", is_confidential=True)
    event.topics.add(topic)
    for who, status in (("flora", 404), ("milan", 200)):
        client.force_login(cast(who))
        page = client.get(topic.get_absolute_url())
        assert page.status_code == status
        assert ("Entre nous" in page.text) == (status == 200)
    assert client.get(reverse("feed_topic", args=[topic.slug])).status_code == 404


def test_a_series_exists_once_one_of_its_posts_is_published(client):
    series = make_series()
    make_post(series=series, days=None)
    make_post(series=series, days=1)
    assert client.get(series.get_absolute_url()).status_code == 404
    make_post(series=series)
    assert client.get(series.get_absolute_url()).status_code == 200
