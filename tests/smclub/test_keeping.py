"""What pages share is made once in an edition, and is never older than what it is made of."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.utils import timezone

from posts import publishing, reading
from smclub.editions import EDITION, raise_edition
from smclub.keeping import answering, kept, kept_here
from tests.cast import cast
from tests.make import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _facts_are_kept(settings):
    settings.KEEP_FACTS = True


def test_a_fact_is_made_once_in_an_edition():
    made = []
    for _time in range(3):
        assert kept("number", lambda: made.append(1) or len(made)) == 1
    raise_edition()
    assert kept("number", lambda: made.append(1) or len(made)) == 2


@pytest.mark.parametrize("keeping", [kept, kept_here])
def test_one_answer_asks_once_even_where_nothing_is_kept(keeping):
    made = []
    with answering(""):
        for _time in range(2):
            assert keeping("number", lambda: made.append(1) or len(made)) == 1
    with answering(""):
        assert keeping("number", lambda: made.append(1) or len(made)) == 2


@pytest.mark.parametrize("keeping", [kept, kept_here])
def test_an_answer_to_a_deed_asks_each_time(keeping):
    words = iter(["before", "after"])
    with answering("", is_deed=True):
        assert [keeping("word", lambda: next(words)) for _time in range(2)] == ["before", "after"]


def test_what_a_process_keeps_is_of_its_edition():
    words = iter(["one", "two"])
    for edition, word in (("a", "one"), ("a", "one"), ("b", "two")):
        with answering(edition):
            assert kept_here("word", lambda: next(words)) == word


def test_what_changed_while_a_fact_was_made_is_seen_by_the_next():
    def make():
        raise_edition()
        return "old"

    assert kept("word", make) == "old"
    assert kept("word", lambda: "new") == "new"


def test_a_fact_ends_after_ten_minutes_whatever_happens():
    with time_machine.travel(timezone.now(), tick=False) as now:
        assert kept("word", lambda: "old") == "old"
        now.shift(timedelta(minutes=10))
        assert kept("word", lambda: "new") == "new"


def test_without_a_cache_facts_are_made_each_time(settings):
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert [kept("word", lambda word=word: word) for word in ("one", "two")] == ["one", "two"]


def test_neighbours_are_new_after_each_verb(django_capture_on_commit_callbacks):
    editor = cast("edith")
    old = make_post(slug="ancien")
    assert reading.around(old)["next"] is None
    with django_capture_on_commit_callbacks(execute=True):
        new = publishing.publish(make_post(slug="nouveau", published_at=None), by=editor)
    assert reading.around(old)["next"] == new
    with django_capture_on_commit_callbacks(execute=True):
        publishing.withdraw(new, by=editor)
    assert reading.around(old)["next"] is None


def test_a_scheduled_neighbour_appears_at_its_minute():
    old, at = make_post(slug="ancien"), timezone.now() + timedelta(minutes=3)
    scheduled = make_post(slug="demain", published_at=at)
    assert reading.around(old)["next"] is None
    assert caches["pages"].get(EDITION)
    with time_machine.travel(at + timedelta(seconds=1)):
        assert reading.around(old)["next"] == scheduled
