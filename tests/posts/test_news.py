"""A write-up, told to those who went to the meeting."""

from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from members import telling
from members.mail import compose
from members.models import Letter, Notice
from posts import news, publishing
from posts.models import Post
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db


def write_up(**fields) -> Post:
    """Of a meeting where Milan went, and Flora in the end did not."""
    event = make.make_event(title="La rencontre", days=-5)
    make.make_registration(event=event, member=cast("milan"))
    make.make_registration(event=event, member=cast("flora"), state="cancelled")
    return make.make_post(title="Ce qu'on a dit", kind="report", event=event, **fields)


def test_a_write_up_is_told_once_to_those_who_went():
    post = write_up(days=None)
    assert news.tell_write_ups() == 0
    publishing.publish(post, by=cast("edith"))
    assert [news.tell_write_ups(), news.tell_write_ups()] == [1, 0]
    assert [notice.member for notice in Notice.objects.all()] == [cast("milan")]
    Notice.objects.update(due_at=timezone.now())  # whatever the hour
    telling.sweep()
    letter = Letter.objects.get()
    assert compose(letter)
    assert letter.subject == "Le compte rendu est en ligne\N{NO-BREAK SPACE}: Ce qu'on a dit"
    assert post.excerpt in letter.text


def test_who_was_not_seen_at_a_door_that_was_kept_hears_neither_of_it_nor_of_what_is_said():
    """Milan was registered and stayed away; Mona came."""
    post, mona = write_up(), cast("mona")
    make.make_registration(event=post.event, member=mona, arrived=1, checked_in_at=timezone.now())
    news.tell_write_ups()
    news.comment_published(make.make_comment(discussion=make.make_discussion(event=post.event)))
    assert sorted(Notice.objects.values_list("kind", "member")) == [
        ("posts.comment_on_meeting", mona.pk),
        ("posts.write_up", mona.pk),
    ]


def test_who_is_still_on_the_way_hears_what_is_said_while_others_are_let_in():
    event, milan = make.make_event(days=0), cast("milan")
    make.make_registration(event=event, member=milan)
    make.make_registration(event=event, member=cast("mona"), arrived=1, checked_in_at=timezone.now())
    news.comment_published(make.make_comment(discussion=make.make_discussion(event=event)))
    assert set(Notice.objects.values_list("member", flat=True)) == {milan.pk, cast("mona").pk}


def test_a_planned_one_is_told_when_it_appears():
    write_up(days=1)
    assert news.tell_write_ups() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert news.tell_write_ups() == 1


def test_its_translation_is_not_told_again():
    post = write_up()
    make.make_post(title="What was said", lang="en", kind="report", event=post.event, original=post)
    news.tell_write_ups()
    assert Notice.objects.count() == 1


def test_one_that_was_taken_off_the_site_drops_out():
    post = write_up()
    news.tell_write_ups()
    Notice.objects.update(due_at=timezone.now())  # whatever the hour
    telling.sweep()
    publishing.withdraw(post, by=cast("edith"))
    assert not compose(Letter.objects.get())


@pytest.mark.parametrize("fields", [{"days": -9}, {"days": -1, "kind": "article"}])
def test_an_old_one_or_another_article_is_not_told(fields):
    post = write_up()
    Post.objects.filter(pk=post.pk).delete()
    make.make_post(event=post.event, **{"kind": "report"} | fields)
    assert news.tell_write_ups() == 0


def test_a_reply_whose_letter_waited_when_news_came_is_told():
    """The move of rows of the migration, on what it may find."""
    milan, reply = cast("milan"), make.make_comment()
    for state, key in (("queued", "a"), ("sent", "b")):
        Letter.objects.create(
            kind="posts.comment_reply", key=key, to_email=milan.email, member=milan, state=state, context={"comment": reply.pk}
        )
    import_module("posts.migrations.0008_replies_become_news").into_news(apps, None)
    assert list(Letter.objects.values_list("state", flat=True)) == ["sent"]
    assert [(row.member, row.key, row.kind) for row in Notice.objects.all()] == [
        (milan, f"comment:{reply.pk}", "posts.comment_reply")
    ]
