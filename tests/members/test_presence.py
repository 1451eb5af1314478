"""The day an account was last seen."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from tests.cast import cast

pytestmark = pytest.mark.django_db


def seen_on(who: str) -> date | None:
    return Member.objects.get(email=f"{who}@example.org").last_seen_on


def test_a_visit_is_remembered_by_its_day_once_a_day(client, time_machine):
    client.force_login(cast("milan"))
    assert seen_on("milan") is None
    client.get(reverse("members:apply"))
    assert seen_on("milan") == timezone.localdate()
    time_machine.move_to(timezone.now() + timedelta(days=1, hours=1))
    client.get(reverse("members:apply"))
    assert seen_on("milan") == timezone.localdate()


def test_the_second_page_of_a_day_writes_nothing(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast("milan"))
    client.get(reverse("members:apply"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("members:apply"))
    assert [query["sql"] for query in queries if query["sql"].startswith("UPDATE")] == []


def test_a_visitor_is_not_remembered(client):
    cast("milan")
    client.get(reverse("members:apply"))
    assert seen_on("milan") is None
