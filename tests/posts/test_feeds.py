import datetime
import json
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from members.models import Person
from posts.models import Category, Credit, Post
from posts.syndication import LENGTH, with_absolute_addresses
from tests.make import (
    make_category,
    make_event,
    make_group,
    make_organisation,
    make_partner,
    make_person,
    make_post,
    make_topic,
)

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).with_name("golden")
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM = "{http://www.w3.org/2005/Atom}link"


def rss_items(client, path="/feed/"):
    return ET.fromstring(client.get(path).content).findall("channel/item")  # noqa: S314


def titles(client, path="/feed/"):
    """The titles of a feed, which its two forms must share."""
    found = [item.findtext("title") for item in rss_items(client, path)]
    twin = "/feed.json" if path == "/feed/" else path.removesuffix("feed/") + "feed.json"
    assert [item["title"] for item in client.get(twin).json()["items"]] == found
    return found


@pytest.fixture
def _story():
    """Two posts whose every field is known, for the golden files."""
    when = datetime.datetime(2012, 6, 18, 7, tzinfo=datetime.UTC)
    category = Category.objects.create(name="Médias", slug="medias")
    ada = make_person(name="Ada Lovelace", slug="ada")
    whole = make_post(
        pk=7,
        title="Le client <b>est</b> un média & plus",
        slug="le-client",
        excerpt="Une accroche « juste ».",
        takeaways="Un point\nUn autre & un <b>dernier</b>",
        body='Un [lien](/tag/media/), une [note](#s-bas) et `href="/rien"`.\n\n![Une rue](/media/rue.jpg)\n\n## Bas',
        author=ada,
        categories=[category],
        published_at=when,
    )
    whole.topics.add("média")
    Credit.objects.create(post=whole, person=make_person(name="Ida Privée", visibility=Person.Visibility.PRIVATE), position=1)
    make_post(
        pk=8,
        title="For members",
        slug="for-members",
        lang="en",
        audience=Post.Audience.MEMBERS,
        excerpt="An opening.",
        body="The secret.",
        published_at=when + datetime.timedelta(days=1),
    )
    Post.objects.update(updated_at=when + datetime.timedelta(days=2))


@pytest.mark.usefixtures("_story")
@pytest.mark.parametrize(("path", "name"), [("/feed/", "feed.xml"), ("/feed.json", "feed.json")])
def test_a_feed_is_written_as_agreed(client, path, name):
    text = client.get(path).text + "\n"
    text = text.replace("><", ">\n<") if name.endswith("xml") else text
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_announced_post_is_in_the_feed_twins_included(client):
    french = make_post(title="Deux", lang="fr", days=-2)
    make_post(title="Two", lang="en", original=french, days=-1)
    make_post(title="Brouillon", days=None)
    make_post(title="Demain", days=1)
    make_post(title="Draft twin", lang="en", original=make_post(title="Seul", days=-3), days=None)
    assert titles(client) == ["Two", "Deux", "Seul"]


def test_members_only_posts_go_out_as_their_stub(client):
    make_post(audience=Post.Audience.MEMBERS, body="Le secret.", takeaways="Le retenu.", excerpt="Accroche.")
    for path in ("/feed/", "/feed.json"):
        text = client.get(path).text
        assert "Accroche." in text
        assert "secret" not in text
        assert "retenu" not in text


def test_each_gathering_has_its_feed(client):
    topic, category, person, group = make_topic(name="presse"), make_category(), make_person(), make_group()
    organisation = make_organisation()
    partner = make_partner(organisation=organisation)
    event = make_event(days=-3, group=group)
    make_post(title="Rien")
    make_post(title="Thème", topics=[topic])
    make_post(title="Catégorie", categories=[category])
    make_post(title="Signé", author=person)
    make_post(title="Groupe", event=event)
    make_post(title="Partenaire").mentions.add(organisation)
    for kind, thing, expected in (
        ("topic", topic, "Thème"),
        ("category", category, "Catégorie"),
        ("person", person, "Signé"),
        ("group", group, "Groupe"),
        ("partner", partner, "Partenaire"),
    ):
        path = reverse(f"feed_{kind}", args=[thing.slug])
        assert titles(client, path) == [expected]
        root = ET.fromstring(client.get(path).content)  # noqa: S314
        assert root.find(f"channel/{ATOM}").get("href") == f"http://localhost:8000{path}"
        assert root.findtext("channel/link") == f"http://localhost:8000{thing.get_absolute_url()}"


def test_the_meetings_nobody_may_know_of_name_no_post_in_a_feed(client):
    group, organisation = make_group(), make_organisation()
    partner = make_partner(organisation=organisation)
    hidden = make_event(days=-3, group=group, is_confidential=True)
    hidden.partners.create(organisation=organisation, role="host")
    make_post(title="Entre nous", event=hidden)
    assert titles(client, reverse("feed_group", args=[group.slug])) == []
    assert titles(client, reverse("feed_partner", args=[partner.slug])) == []


def test_the_english_category_says_its_language(client):
    make_category(slug="english", gathers_language="en")
    make_post(title="One", lang="en")
    make_post(title="Un", lang="fr")
    assert titles(client, "/category/english/feed/") == ["One"]
    assert client.get("/category/english/feed.json").json()["language"] == "en"


@pytest.mark.parametrize("kind", ["topic", "category", "person", "group", "partner"])
def test_what_does_not_exist_has_no_feed(client, kind):
    for name in (f"feed_{kind}", f"feed_{kind}_json"):
        assert client.get(reverse(name, args=["rien"])).status_code == 404


def test_who_hides_has_no_feed(client):
    hidden = make_person(visibility=Person.Visibility.MEMBERS)
    assert client.get(reverse("feed_person", args=[hidden.slug])).status_code == 404
    assert client.get(reverse("feed_partner", args=[make_partner(is_published=False).slug])).status_code == 404


HOSTILE = [
    "]]>",
    "<![CDATA[ x ]]>",
    "</title><script>alert(1)</script>",
    "a & b &amp; c &lt;",
    "\x0b\x0c\x1f\ufffe\uffff fin",
    "\"'><",
    "<!-- -->",
    "é \u202f\u2028 😀 日本",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_feeds_are_well_formed_whatever_is_written(client, text):
    post = make_post(title=text, excerpt=text, body=text, takeaways=text, author=make_person(name=text))
    post.topics.add(make_topic(name=text))
    (item,) = rss_items(client)
    legible = "".join(c for c in text if c not in "\x0b\x0c\x1f\ufffe\uffff")
    assert item.findtext("title") == legible
    assert item.findtext("description") == legible
    assert item.findtext(CREATOR) == legible
    assert json.loads(client.get("/feed.json").content)["items"][0]["title"] == text


def test_the_guid_outlives_a_change_of_slug(client):
    post = make_post(address_on=datetime.date(2012, 6, 18), slug="un")
    Post.objects.filter(pk=post.pk).update(slug="deux")
    (item,) = rss_items(client)
    assert item.findtext("guid") == f"tag:{urlsplit('http://localhost:8000').hostname},2012-06-18:post/{post.pk}"
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("link") == "http://localhost:8000/2012/06/18/deux/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/tag/x/" rel="noopener">a</a>', '<a href="https://c.example/tag/x/" rel="noopener">a</a>'),
        ('<a href="#fn1">1</a>', '<a href="https://c.example/2012/#fn1">1</a>'),
        ('<a href="https://other.example/">a</a>', '<a href="https://other.example/">a</a>'),
        ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'),
        ('<img alt="a > b" src="/media/x.jpg">', '<img alt="a > b" src="https://c.example/media/x.jpg">'),
        ('<code> href="/x"</code>', '<code> href="/x"</code>'),
        ("<p>2 < 3</p>", "<p>2 < 3</p>"),
    ],
)
def test_addresses_in_a_text_become_absolute(html, expected):
    assert with_absolute_addresses(html, base="https://c.example/2012/") == expected


@pytest.mark.parametrize("path", ["/feed/", "/feed.json"])
def test_who_has_the_feed_is_told_so(client, path):
    post = make_post()
    first = client.get(path)
    assert first.status_code == 200
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    Post.objects.filter(pk=post.pk).update(title="Autre titre")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(("path", "kind"), [("/feed/", "application/rss+xml"), ("/feed.json", "application/feed+json")])
def test_a_feed_is_a_machine_s(client, path, kind):
    make_post()
    response = client.get(path)
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    head = client.head(path)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", response["ETag"])
    assert client.post(path).status_code == 405
    assert client.get("/en" + path).status_code == 404


@pytest.mark.parametrize("path", ["/feed/", "/feed.json"])
def test_an_empty_feed_is_a_feed(client, path):
    assert client.get(path).status_code == 200


def test_a_feed_is_short_and_costs_the_same_whatever_its_length(client, django_assert_num_queries):
    topics = [make_topic() for _ in range(3)]
    for n in range(LENGTH + 5):
        make_post(days=-n - 1, author=make_person(), topics=topics)
    for path in ("/feed/", "/feed.json"):
        with django_assert_num_queries(5):
            client.get(path)
    assert len(rss_items(client)) == LENGTH
