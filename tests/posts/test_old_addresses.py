import datetime

import pytest

from members.models import OldAddress
from tests.make import make_category, make_post, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def _club():
    """What the old addresses lead to."""
    topic = make_topic(name="média", slug="media")
    make_category(slug="english", gathers_language="en")
    slug = "le-programme-du-social-media-club-jusqua-decembre-2017"
    make_post(slug=slug, address_on=datetime.date(2017, 3, 8), kind="report", topics=[topic])
    for n in range(24):
        make_post(lang="en", days=-n - 2)


@pytest.mark.usefixtures("_club")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/2017/03/08/le-programme-du-social-media-club-jusqua-decembre-2017/", None),
        ("/2017/03/08/le-programme-du-social-media-club-jusqua-decembre-2017", None),
        ("/tag/media/", None),
        ("/tag/media/page/1/", "/tag/media/?page=1"),
        ("/category/english/", None),
        ("/category/english/page/2/", "/category/english/?page=2"),
        ("/category/english/page/5/", "/category/english/?page=5"),
        ("/category/english/page/5/?utm=x", "/category/english/?utm=x&page=5"),
        ("/publications-2/", "/articles/"),
        ("/publications-2/?a=b", "/articles/?a=b"),
        ("/publications-2/page/2/", "/articles/?page=2"),
        ("/tendances-social-media/", "/comptes-rendus/"),
        ("/tendances-social-media/page/3/", "/comptes-rendus/?page=3"),
        ("/page/2/", "/articles/?page=2"),
        ("/en/page/2/", "/en/articles/?page=2"),
        ("/2017/page/1/", "/2017/?page=1"),
        ("/2017/03/page/1/", "/2017/03/?page=1"),
        ("/en/category/english/page/2/", "/en/category/english/?page=2"),
    ],
)
def test_an_old_address_answers_at_once_or_after_one_redirect(client, old, new):
    response = client.get(old, follow=True)
    assert response.status_code == 200
    if old.endswith("2017"):
        assert len(response.redirect_chain) == 1  # the slash
    else:
        assert response.redirect_chain == ([(new, 301)] if new else [])


@pytest.mark.parametrize(
    "path",
    ["/rien/page/2/", "/category/rien/", "/page/x/", "/page/99999999999/", "/evenements/page/2/", "/%00/page/2/", "/a%00b/"],
)
def test_what_never_was_is_missing(client, path):
    assert client.get(path).status_code == 404


def test_an_old_address_of_the_table_leads_to_the_new_one_with_its_query(client):
    OldAddress.objects.create(path="/2012/05/vieux-titre/", target="/2012/05/24/nouveau-titre/")
    response = client.get("/2012/05/vieux-titre/?a=b")
    assert (response.status_code, response["Location"]) == (301, "/2012/05/24/nouveau-titre/?a=b")
    assert client.get("/2012/05/vieux-titre")["Location"] == "/2012/05/24/nouveau-titre/"
    assert client.get("/2012/05/vieux-titre/page/2/")["Location"] == "/2012/05/24/nouveau-titre/?page=2"
    assert client.head("/2012/05/vieux-titre/").status_code == 301
    assert client.post("/2012/05/vieux-titre/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/2012/05/24/vieux/feed/", "/2012/05/24/vieux/feed.json", "/2012/05/24/vieux.ics/", "/parti/feed/"]
)
def test_what_never_stood_below_a_moved_page_is_missing(client, path):
    OldAddress.objects.create(path="/2012/05/24/vieux/", target="/2012/05/24/neuf/")
    OldAddress.objects.create(path="/parti/", target="https://example.org/")
    assert client.get(path).status_code == 404


def test_a_page_that_answers_is_never_taken_for_an_old_address(client):
    OldAddress.objects.create(path="/articles/", target="/ailleurs/")
    assert client.get("/articles/").status_code == 200
