import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Topic
from smclub import paging
from smclub.paging import page_of
from tests.make import make_topic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("many", [1, 1000])
def test_every_row_stands_on_one_page_in_its_order(monkeypatch, many):
    """Whether pages behind the middle are read from the end or not."""
    monkeypatch.setattr(paging, "MANY", many)
    for _n in range(11):
        make_topic()
    rows = Topic.objects.order_by("-name", "pk")
    pages = [page_of(rows, number, per_page=3) for number in range(1, 5)]
    assert [topic for page in pages for topic in page.object_list] == list(rows)
    assert [(page.start_index(), page.end_index(), page.has_next()) for page in pages][-1] == (10, 11, False)


def test_the_end_of_a_long_list_is_read_from_there(monkeypatch):
    monkeypatch.setattr(paging, "MANY", 10)
    for _n in range(11):
        make_topic()
    with CaptureQueriesContext(connection) as asked:
        list(page_of(Topic.objects.order_by("name", "pk"), 99, per_page=3))
    assert "OFFSET" not in asked[-1]["sql"]
    assert '"name" DESC' in asked[-1]["sql"]


def test_a_kept_count_is_asked_once(settings):
    settings.KEEP_FACTS = True
    for _n in range(4):
        make_topic()
    rows = Topic.objects.order_by("pk")
    with CaptureQueriesContext(connection) as asked:
        pages = [page_of(rows, 1, per_page=3, kept_as="topics").paginator.num_pages for _time in range(3)]
    assert pages == [2, 2, 2]
    assert sum("COUNT(*)" in query["sql"] for query in asked.captured_queries) == 1


def test_a_kept_order_shows_each_page_from_the_rows_it_names(settings):
    """In that order, whatever that of the rows shown; who is gone since leaves no hole."""
    settings.KEEP_FACTS = True
    topics = [make_topic() for _n in range(5)]
    rows, shown = Topic.objects.order_by("-pk"), Topic.objects.exclude(pk=topics[1].pk)
    page_of(rows, 1, per_page=2, kept_as="topics", shown=shown)
    with CaptureQueriesContext(connection) as asked:
        pages = [page_of(rows, number, per_page=2, kept_as="topics", shown=shown).object_list for number in (1, 2, 3, 9)]
    assert pages == [[topics[4], topics[3]], [topics[2]], [topics[0]], [topics[0]]]
    assert not [query["sql"] for query in asked if "ORDER BY" in query["sql"]]


def test_an_order_without_a_name_is_nobodys():
    topic = make_topic()
    assert list(page_of(Topic.objects.order_by("pk"), 1, shown=Topic.objects.none())) == [topic]
