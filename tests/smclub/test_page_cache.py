"""What visitors without a session share, and what none of them may ever get from another."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from smclub.editions import EDITION, raise_edition
from smclub.keeping import next_moment
from smclub.page_cache import PageCacheMiddleware
from smclub.shared import SHARED, keep_private, shared
from tests.cast import cast
from tests.make import make_event, make_post
from tests.processes import answer

pytestmark = pytest.mark.django_db
READER = """
import sys
from django.test import Client
for path in sys.stdin:
    print(Client(SERVER_NAME="localhost").get(path.strip()).text.count("Zygomatique"), flush=True)
"""
MAKE = """
from tests.make import make_post, make_member
post = make_post(slug="essai", topics=[])
make_member(email="o@example.org", is_superuser=True, is_staff=True)
print(post.get_absolute_url())
"""
SAVE = """
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from members.models import Member
from posts.models import Post
from tests import desk
client = Client(SERVER_NAME="localhost")
client.force_login(Member.objects.get(email="o@example.org"))
desk.save(client, Post.objects.get(), title="Zygomatique")
"""
WITHDRAW = """
from members.models import Member
from posts import publishing
from posts.models import Post
publishing.withdraw(Post.objects.get(), by=Member.objects.get(email="o@example.org"))
"""


@pytest.fixture(autouse=True)
def _page_cache_on(settings):
    settings.PAGE_CACHE = settings.KEEP_FACTS = True


class Site:
    """The middleware before a view of the test's; counts how often the view is asked."""

    def __init__(self, view):
        self.asked, self.view = 0, view
        self.middleware = PageCacheMiddleware(self._answer)

    def _answer(self, request):
        self.asked += 1
        request.resolver_match = type("Match", (), {"route": "essai/"})()
        return self.view(request)

    def get(self, path="/essai/", method="get", cookies=None, **headers):
        request = getattr(RequestFactory(), method)(path, headers=headers)
        request.COOKIES.update(cookies or {})
        return ContentSecurityPolicyMiddleware(self.middleware)(request)


@shared("page")
def plain(request):
    return HttpResponse(f"page {request.GET.get('page')}")


def test_a_page_is_made_once():
    site = Site(plain)
    first, second = site.get(), site.get()
    assert (first.content, second.content, site.asked) == (b"page None", b"page None", 1)
    assert first.headers == second.headers
    assert first.headers["Cache-Control"] == SHARED


def test_a_new_edition_makes_it_old():
    site = Site(plain)
    site.get()
    raise_edition()
    site.get()
    assert site.asked == 2


def test_what_changed_while_a_page_was_made_is_seen_by_the_next():
    said = iter(["before", "after"])

    @shared()
    def slow(request):
        answer = HttpResponse(next(said))
        raise_edition()  # somebody else's commit, after our rows were read
        return answer

    site = Site(slow)
    assert [site.get().content for _n in range(2)] == [b"before", b"after"]


def test_who_has_the_page_gets_a_304_from_the_cache_as_from_the_view():
    site = Site(plain)
    etag = site.get().headers["ETag"]
    answers = [site.get(**{"If-None-Match": etag})]
    caches["pages"].clear()
    answers.append(site.get(**{"If-None-Match": etag}))
    assert [(answer.status_code, answer.content) for answer in answers] == [(304, b""), (304, b"")]
    assert site.get().content == b"page None"  # what was kept is the page, not the 304


@pytest.mark.parametrize(
    "request_of",
    [
        {"cookies": {"session": "anything"}},
        {"method": "post"},
        {"HX-Request": "true"},
        {"Authorization": "Bearer x"},
        {"Host": "elsewhere.example"},
        {"path": "/essai/?" + "page=" + "9" * 400},
    ],
    ids=["session", "post", "htmx", "authorization", "host", "long"],
)
def test_some_requests_are_neither_answered_from_the_cache_nor_kept(request_of):
    site = Site(plain)
    site.get()
    for _n in range(2):
        site.get(**request_of)
    assert site.asked == 3


def test_a_query_that_the_page_does_not_know_is_not_kept():
    site = Site(plain)
    for _n in range(2):
        site.get("/essai/?essai=1")
    assert site.asked == 2
    assert "Cache-Control" not in site.get("/essai/?essai=1").headers


def test_another_release_of_the_static_files_has_pages_of_its_own(monkeypatch):
    site = Site(plain)
    for release in ("one", "one", "two"):
        monkeypatch.setattr("smclub.page_cache.staticfiles_storage", SimpleNamespace(manifest_hash=release))
        site.get()
    assert site.asked == 2


def test_each_page_of_a_list_is_its_own():
    site = Site(plain)
    assert [site.get(f"/essai/?page={n}").content for n in (1, 2, 1)] == [b"page 1", b"page 2", b"page 1"]
    assert site.asked == 2


def test_what_networks_add_to_a_link_is_forgotten():
    seen = []

    @shared()
    def view(request):
        seen.append(request.get_full_path())
        return HttpResponse("x")

    site = Site(view)
    for query in ("", "?fbclid=abc", "?utm_source=lettre&utm_medium=mail"):
        site.get("/essai/" + query)
    assert seen == ["/essai/"]


def with_cookie(request):
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


def with_token(request):
    response = HttpResponse(get_token(request))
    response.headers["Vary"] = "Cookie"
    return response


def refusing(status):
    return lambda request: HttpResponse("x", status=status)


@pytest.mark.parametrize(
    "view",
    [
        with_cookie,
        with_token,
        lambda request: HttpResponse(str(request._csp_nonce)),
        lambda request: keep_private(HttpResponse("x")),
        refusing(404),
        refusing(500),
        refusing(302),
    ],
    ids=["cookie", "token", "nonce", "private", "404", "500", "302"],
)
def test_some_answers_are_never_kept(view):
    site = Site(shared()(view))
    for _n in range(2):
        assert site.get().headers.get("Cache-Control") != SHARED
    assert site.asked == 2


def test_without_a_word_of_the_view_nothing_is_kept():
    site = Site(lambda request: HttpResponse("x"))
    for _n in range(2):
        site.get()
    assert site.asked == 2


def test_a_cache_that_is_away_costs_time_and_nothing_else(settings):
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    site = Site(plain)
    assert [site.get().status_code for _n in range(2)] == [200, 200]
    assert site.asked == 2
    raise_edition()


def test_a_kept_page_asks_the_database_nothing(client):
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/").headers["Cache-Control"] == SHARED
    assert list(queries) == []


def test_a_member_gets_their_own_page_and_leaves_none(client):
    client.get("/")
    member = Client()
    member.force_login(cast("milan"))
    assert "Milan" in member.get("/").text
    assert "Milan" not in client.get("/").text


def test_a_scheduled_post_appears_at_its_minute(client):
    at = timezone.now() + timedelta(minutes=5)
    make_post(title="À cinq minutes", published_at=at, address_on=timezone.localdate(at), days=None)
    assert next_moment() == at
    with time_machine.travel(at - timedelta(seconds=3)):
        assert "À cinq minutes" not in client.get("/articles/").text
        assert "À cinq minutes" not in client.get("/articles/").text
    with time_machine.travel(at + timedelta(seconds=1)):
        assert "À cinq minutes" in client.get("/articles/").text


def test_a_meeting_that_ends_leaves_what_is_to_come(client):
    now = timezone.now()
    event = make_event(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(minutes=4))
    with time_machine.travel(now + timedelta(minutes=3)):
        assert event.title in client.get(reverse("events:list")).text
    with time_machine.travel(now + timedelta(minutes=5)):
        assert event.title not in client.get(reverse("events:list")).text


def test_a_confidential_meeting_is_kept_by_nobody(client):
    event = make_event(is_confidential=True, public_title="Une rencontre")
    for _n in range(2):
        assert client.get(event.get_absolute_url()).headers["Cache-Control"] == "private, no-store"


def test_a_site_without_editions_begins_one(client):
    client.get("/")
    first = caches["pages"].get(EDITION)
    caches["pages"].clear()
    client.get("/")
    assert caches["pages"].get(EDITION) not in (None, first)


@pytest.mark.processes
def test_two_processes_show_what_a_third_changed(embedded):
    path = answer(embedded("shell", "-v0", "-c", MAKE)).strip()
    readers = [embedded("shell", "-v0", "-c", READER) for _process in range(2)]

    def seen() -> list[int]:
        for reader in readers:
            reader.stdin.write(f"{path}\n")
            reader.stdin.flush()
        return [int(reader.stdout.readline()) for reader in readers]

    assert (seen(), seen()) == ([0, 0], [0, 0])
    answer(embedded("shell", "-v0", "-c", SAVE))
    changed = seen()
    assert min(changed) > 0, "saved in the admin"
    assert seen() == changed
    answer(embedded("shell", "-v0", "-c", WITHDRAW))
    assert seen() == [0, 0], "withdrawn by a verb"
    for reader in readers:
        answer(reader)
