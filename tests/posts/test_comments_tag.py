"""What the tag draws of a discussion, and for whom."""

from typing import ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from posts import discussing
from posts.models import Comment
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db
State = Comment.State


def draw(thing, *, visitor=None) -> str:
    request = RequestFactory().get("/")
    request.user = visitor or AnonymousUser()
    context = Context({"thing": thing, "request": request, "has_session": visitor is not None, "csrf_token": "TOKEN"})
    return Template("{% load comments_tags %}{% discussion_of thing %}").render(context)


def test_a_visitor_reads_the_thread_and_is_asked_to_sign_in():
    event = make.make_event()
    make.make_comment(discussion=make.make_discussion(event=event), member=cast("milan"), body="Quelle *belle* soirée.")
    page = draw(event)
    assert "Quelle <em>belle</em> soirée." in page
    assert "Milan Membre" in page
    assert f"next={event.get_absolute_url().replace('/', '%2F')}%23commenter" in page
    assert "<textarea" not in page
    assert "csrf" not in page


def test_the_user_of_a_request_without_session_is_never_looked_at():
    class Forbidden:
        GET: ClassVar = {}

        @property
        def user(self):
            raise AssertionError("request.user was read")

    context = Context({"thing": make.make_event(), "request": Forbidden(), "has_session": False})
    assert 'id="comments"' in Template("{% load comments_tags %}{% discussion_of thing %}").render(context)


def test_a_member_gets_the_box_and_a_first_commenter_is_asked_for_a_name():
    event = make.make_event()
    assert 'name="body"' in draw(event, visitor=cast("milan"))
    assert 'name="name"' not in draw(event, visitor=cast("milan"))
    assert 'name="name"' in draw(event, visitor=make.make_member(name=""))


def test_a_closed_discussion_shows_no_box():
    event = make.make_event()
    discussion = make.make_discussion(event=event)
    discussion.is_open = False
    discussion.save()
    assert 'name="body"' not in draw(event, visitor=cast("milan"))


@pytest.mark.parametrize("state", [s for s in State if s != State.VISIBLE])
def test_words_that_are_not_visible_are_shown_to_nobody_else(state):
    event = make.make_event()
    comment = make.make_comment(discussion=make.make_discussion(event=event), body="SECRETWORD", state=state)
    make.make_comment(discussion=comment.discussion, parent=comment, body="Une réponse visible.")
    for visitor in (None, cast("flora"), cast("milan"), cast("modou")):
        page = draw(event, visitor=visitor)
        assert "SECRETWORD" not in page
        assert (
            "Camille Membre" not in page.split("Une réponse visible.")[0].split(f'id="comment-{comment.pk}"')[1].split("<ol")[0]
        )
        assert "Une réponse visible." in page


def test_authors_see_their_own_pending_comment_and_no_count_of_it():
    event = make.make_event()
    flora = cast("flora")
    make.make_comment(discussion=make.make_discussion(event=event), member=flora, body="En attente.", state=State.PENDING)
    page = draw(event, visitor=flora)
    assert "En attente." in page
    assert "is-pending" in page
    assert "1 comment" not in page
    assert "En attente." not in draw(event)


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REMOVED, State.ERASED, State.SPAM])
def test_a_hidden_comment_without_answers_leaves_no_trace(state):
    event = make.make_event()
    comment = make.make_comment(discussion=make.make_discussion(event=event), state=state)
    assert comment.anchor not in draw(event)


def test_a_write_up_shares_the_discussion_of_its_meeting():
    event = make.make_event()
    make.make_comment(discussion=make.make_discussion(event=event), body="Dit après la rencontre.")
    report = make.make_post(event=event)
    twin = make.make_post(lang="en", original=report)
    assert "Dit après la rencontre." in draw(report)
    assert "Dit après la rencontre." in draw(twin)


@pytest.mark.parametrize(
    "fields", [{"audience": "members"}, {"audience": "members", "is_confidential": True}, {"audience": "invitation"}]
)
def test_a_public_write_up_never_shows_what_was_said_on_a_restricted_meeting(fields):
    event = make.make_event(**fields)
    discussion = make.make_discussion(event=event)
    make.make_comment(discussion=discussion, body="Entre nous.")
    report = make.make_post(event=event)
    assert "Entre nous." not in draw(report, visitor=cast("flora"))
    make.make_discussion(post=make.make_post())  # an unrelated one
    report.discussion = discussion  # the meeting was open when somebody wrote on both
    report.save()
    assert "Entre nous." not in draw(report)
    assert "Entre nous." not in draw(report, visitor=cast("flora"))


def test_a_stub_has_no_discussion():
    post = make.make_post(audience="members")
    make.make_comment(discussion=make.make_discussion(post=post), body="Pour les membres.")
    assert draw(post).strip() == ""
    assert draw(post, visitor=cast("flora")).strip() == ""
    assert "Pour les membres." in draw(post, visitor=cast("milan"))


def test_replies_below_the_third_level_are_flat_and_say_whom_they_answer():
    event = make.make_event()
    discussion = make.make_discussion(event=event)
    said = []
    for who in ("milan", "mona", "aude", "edith", "olga"):
        parent = said[-1] if said else None
        said.append(make.make_comment(discussion=discussion, member=cast(who), parent=parent, body=f"Par {who}."))
    assert list(Comment.objects.order_by("path").values_list("depth", flat=True)) == [1, 2, 3, 3, 3]
    page = draw(event)
    assert page.count("<ol") == 3
    assert page.index("Par aude.") < page.index("Par edith.") < page.index("Par olga.")
    assert [page.count(f'href="#{comment.anchor}"') for comment in said] == [0, 0, 1, 1, 0]


def long_discussion(thing_of, *, threads):
    discussion = make.make_discussion(**thing_of)
    author = make.make_member()
    return [make.make_comment(discussion=discussion, member=author, body=f"Avis {n}.") for n in range(threads)]


def test_a_long_discussion_has_pages_of_thirty_threads_and_says_its_whole_count(client):
    event = make.make_event()
    said = long_discussion({"event": event}, threads=61)
    make.make_comment(discussion=said[0].discussion, parent=said[0], member=said[0].member, body="Réponse tardive.")
    make.make_comment(discussion=said[0].discussion, parent=said[1], state=State.SPAM)
    pages = [client.get(event.get_absolute_url(), {"page": n}).text for n in (1, 2, 3)]
    assert [page.count('<li class="comment') for page in pages] == [31, 30, 1]
    assert all("62 commentaires" in page for page in pages)
    assert "Réponse tardive." in pages[0]
    assert 'href="?page=2#comments"' in pages[0]
    assert 'href="?#comments"' in pages[1]


def test_the_place_of_a_hidden_comment_is_on_one_page_only_with_its_answers():
    event = make.make_event()
    said = long_discussion({"event": event}, threads=31)
    answer = make.make_comment(discussion=said[0].discussion, parent=said[30], body="En réponse.")
    Comment.objects.filter(pk=said[30].pk).update(state=State.REMOVED)
    Comment.objects.filter(pk=said[0].pk).update(state=State.REMOVED)  # no answer: it takes no place on the page
    page = draw(event)
    assert "En réponse." in page
    assert said[30].anchor in page
    Comment.objects.filter(pk=answer.pk).update(state=State.PENDING)  # its author finds it, wherever it stands
    assert "En réponse." in draw(event, visitor=answer.member)
    assert "En réponse." not in draw(event)


def test_the_number_of_queries_does_not_grow_with_the_thread(django_assert_num_queries):
    event = make.make_event()
    discussion = make.make_discussion(event=event)
    for _ in range(3):
        root = make.make_comment(discussion=discussion, member=make.make_member())
        make.make_person(member=root.member)
        make.make_comment(discussion=discussion, parent=root, member=make.make_member())
    with django_assert_num_queries(2):
        draw(event)
    for _ in range(20):
        make.make_comment(discussion=discussion, parent=root, member=make.make_member())
        make.make_comment(discussion=discussion, member=root.member)
    with django_assert_num_queries(2):
        draw(event)
    for _ in range(discussing.FEW):
        make.make_comment(discussion=discussion, parent=root, member=root.member)
    with django_assert_num_queries(4):  # the first comments told that it is long, then the outline and one page
        draw(event)
