import pytest
from django.urls import reverse

from smclub import week
from tests.cast import cast
from tests.make import (
    make_application,
    make_comment,
    make_event,
    make_group,
    make_member,
    make_post,
    make_registration,
)

pytestmark = pytest.mark.django_db


def counts(who):
    return {str(queue.label): queue.count for queue in week.queues(cast(who))}


def test_an_organiser_sees_all_that_waits():
    make_application()
    make_comment(state="pending")
    assert list(counts("olga").values()) == [1, 0, 1, 0, 0]


def test_each_role_sees_what_it_may_answer_and_nothing_else():
    assert [len(counts(who)) for who in ("modou", "edith", "coralie", "aude")] == [2, 1, 1, 0]


def test_meetings_come_with_seats_and_waiting_list():
    event = make_event(capacity=3)
    make_registration(event=event, guests=2)
    make_registration(event=event, state="waiting")
    (shown,) = week.meetings(cast("olga"))
    assert (shown, shown.seats_taken, shown.waiting_count) == (event, 3, 1)


def test_a_coordinator_sees_the_meetings_of_their_group():
    coralie = cast("coralie")
    mine = make_event(group=make_group(coordinators=[coralie]))
    make_event(group=make_group())
    make_event()
    assert list(week.meetings(coralie)) == [mine]


def test_a_meeting_is_to_write_up_until_somebody_does():
    over = make_event(days=-5)
    make_event(days=-90)
    make_event(days=-6, is_confidential=True)
    for status in ("cancelled", "postponed"):
        make_event(days=-4, status=status)
    assert list(week.without_write_up(cast("olga"))) == [over]
    make_post(event=over, kind="report", days=None)
    assert list(week.without_write_up(cast("olga"))) == []


def test_an_author_sees_own_drafts_an_editor_everybodys():
    aude = cast("aude")
    own, other = make_post(days=None, created_by=aude), make_post(days=None)
    assert [rows for _label, rows in week.posts_to_come(aude)] == [[own]]
    assert {post for _label, rows in week.posts_to_come(cast("edith")) for post in rows} == {own, other}


@pytest.mark.parametrize("who", ["olga", "edith", "coralie", "aude", "modou", "oscar"])
def test_the_first_page_opens_for_every_role(client, who):
    make_event(group=make_group(coordinators=[cast("coralie")]), capacity=10)
    make_event(published_at=None)
    make_event(days=-5)
    make_post(days=None)
    client.force_login(cast(who))
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_first_page_keeps_its_number_of_queries(client, django_assert_max_num_queries):
    client.force_login(cast("olga"))
    for _n in range(10):
        make_registration(event=make_event(group=make_group()), member=make_member())
        make_event(days=-5)
        make_post(days=None)
    with django_assert_max_num_queries(24):
        client.get(reverse("admin:index"))
