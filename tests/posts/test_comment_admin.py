"""The moderators' queue in the admin: order, deeds, and what nobody can do there."""

from datetime import timedelta

import pytest
from django.contrib.admin.options import ActionLocation
from django.urls import reverse
from django.utils import timezone

from members.models import Entry
from posts import moderating, reporting
from posts.models import Comment, Discussion, Report, WatchedWord
from smclub.addresses import absolute
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db
State = Comment.State
LIST = "admin:posts_comment_changelist"
HIDDEN = {"invitation": {}, "confidentielle": {"is_confidential": True}, "brouillon": {"published_at": None}}


@pytest.fixture
def modou(client):
    client.force_login(cast("modou"))
    return client


def comment(**fields) -> Comment:
    return make.make_comment(discussion=make.make_discussion(event=make.make_event()), **fields)


def act(client, action, *rows, at=LIST, **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows]} | fields
    return client.post(reverse(at), data, follow=True)


def state_of(row) -> str:
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def test_what_waits_comes_first(modou):
    now = timezone.now()
    waits = comment(state=State.PENDING, created_at=now - timedelta(days=9))
    latest, older = comment(created_at=now), comment(created_at=now - timedelta(days=1))
    response = modou.get(reverse(LIST))
    assert list(response.context["cl"].result_list) == [waits, latest, older]


def test_the_queue_takes_as_many_queries_whatever_its_length(modou, django_assert_max_num_queries):
    for _ in range(3):
        comment(state=State.PENDING)
    modou.get(reverse(LIST))
    with django_assert_max_num_queries(16):
        modou.get(reverse(LIST))
    for _ in range(20):
        comment(state=State.PENDING)
    with django_assert_max_num_queries(16):
        modou.get(reverse(LIST))


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (State.PENDING, "approve", State.VISIBLE),
        (State.PENDING, "mark_spam", State.SPAM),
        (State.VISIBLE, "mark_spam", State.SPAM),
        (State.REMOVED, "restore", State.VISIBLE),
        (State.REJECTED, "restore", State.VISIBLE),
        (State.SPAM, "restore", State.VISIBLE),
    ],
)
def test_deeds_of_one_click(modou, before, action, after):
    rows = [comment(state=before), comment(state=before)]
    act(modou, action, *rows)
    assert [state_of(row) for row in rows] == [after, after]
    assert list(Entry.objects.filter(verb=f"comment.{action}").values_list("actor", flat=True)) == [cast("modou").pk] * 2


@pytest.mark.parametrize(
    ("before", "action", "after"), [(State.PENDING, "reject", "rejected"), (State.VISIBLE, "remove", "removed")]
)
def test_deeds_that_ask_for_a_reason_first(modou, before, action, after):
    row = comment(state=before)
    asked = act(modou, action, row)
    assert state_of(row) == before
    assert 'name="reason"' in asked.text
    refused = act(modou, action, row, confirmed="yes", reason="", note="Un mot gardé.")
    assert state_of(row) == before
    assert "Un mot gardé." in refused.text
    act(modou, action, row, confirmed="yes", reason="hate", note="Un mot.")
    assert state_of(row) == after
    assert list(Entry.objects.filter(verb=f"comment.{action}").values_list("reason", "note")) == [("hate", "Un mot.")]


def test_what_somebody_else_did_in_the_meantime_is_said(modou):
    done, left = comment(state=State.PENDING), comment(state=State.PENDING)
    moderating.approve(done, by=cast("olga"))
    response = act(modou, "approve", done, left)
    assert [message.level_tag for message in response.context["messages"]] == ["success", "warning"]
    assert state_of(left) == State.VISIBLE


def test_deeds_are_on_the_page_of_a_comment_too(modou):
    row = comment(state=State.PENDING, body="Le texte <script>alert(1)</script>")
    url = reverse("admin:posts_comment_change", args=[row.pk])
    page = modou.get(url).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<textarea" not in page
    modou.post(url, {f"{ActionLocation.CHANGE_FORM.value}-action": "approve", "_selected_action": row.pk})
    assert state_of(row) == State.VISIBLE


def test_texts_are_not_changed_and_nothing_is_deleted_even_by_an_owner(client):
    client.force_login(cast("oscar"))
    row = comment(body="Avant")
    assert client.post(reverse("admin:posts_comment_change", args=[row.pk]), {"body": "Après"}).status_code == 403
    assert client.get(reverse("admin:posts_comment_delete", args=[row.pk])).status_code == 403
    assert client.get(reverse("admin:posts_comment_add")).status_code == 403
    act(client, "delete_selected", row)
    assert Comment.objects.get().body == "Avant"


@pytest.mark.parametrize(
    ("who", "status"), [("aude", 403), ("coralie", 403), ("modou", 200), ("edith", 200), ("olga", 200), ("oscar", 200)]
)
def test_who_may_open_the_queue(client, who, status):
    client.force_login(cast(who))
    assert client.get(reverse(LIST)).status_code == status


@pytest.mark.parametrize(("who", "sees"), [("modou", False), ("edith", False), ("olga", True), ("oscar", True)])
def test_moderators_read_only_what_they_could_read_on_the_site(client, who, sees):
    hidden = [make.make_event(title=f"MARQUE {what}", audience="invitation", **fields) for what, fields in HIDDEN.items()]
    rows = [make.make_comment(discussion=make.make_discussion(event=event), body="MARQUE") for event in hidden]
    draft = make.make_post(title="MARQUE brouillon", days=None)
    rows += [make.make_comment(discussion=make.make_discussion(post=draft), body="MARQUE")]
    shown = comment()
    make.make_post(title="MARQUE traduction", days=None, discussion=shown.discussion)
    client.force_login(cast(who))
    for name in ("comment", "discussion"):
        page = client.get(reverse(f"admin:posts_{name}_changelist"))
        assert page.context["cl"].result_count == (5 if sees else 1)
        assert ("MARQUE" in page.text) == sees
        assert shown.discussion.event.title in page.text
        assert "MARQUE traduction" not in page.text
    for row in rows:
        act(client, "remove", row, confirmed="yes", reason="hate")
        assert (state_of(row) == State.REMOVED) == sees


def test_who_may_only_look_at_comments_decides_nothing(client):
    from django.contrib.auth.models import Permission

    member = cast("aude")
    member.user_permissions.add(Permission.objects.get(codename="view_comment"))
    client.force_login(member)
    row = comment(state=State.PENDING)
    assert "approve" not in client.get(reverse(LIST)).text
    act(client, "approve", row)
    assert state_of(row) == State.PENDING


def test_an_edited_comment_shows_what_it_said(modou):
    row = comment(member=cast("milan"), body="Avant")
    moderating.edit(row, member=cast("milan"), body="Après")
    page = modou.get(reverse("admin:posts_comment_change", args=[row.pk])).text
    assert "Avant" in page
    assert "Modifier un commentaire" in page


def test_a_discussion_is_closed_and_opened_again(modou):
    row = comment().discussion
    act(modou, "close", row, at="admin:posts_discussion_changelist")
    assert not Discussion.objects.get().is_open
    act(modou, "reopen", row, at="admin:posts_discussion_changelist")
    assert Discussion.objects.get().is_open


@pytest.mark.parametrize(("action", "state", "after"), [("uphold", "upheld", "removed"), ("dismiss", "dismissed", "visible")])
def test_a_report_is_decided_with_a_sentence(modou, action, state, after):
    row = comment()
    report = reporting.receive(url=absolute("/x/"), kind="rules", reason="Une insulte", in_good_faith=True, comment=row)
    assert "Une insulte" in modou.get(reverse("admin:posts_report_changelist")).text
    assert 'name="decision"' in act(modou, action, report, at="admin:posts_report_changelist").text
    act(modou, action, report, at="admin:posts_report_changelist", confirmed="yes", decision="Vu.")
    assert (state_of(report), Report.objects.get().decision, state_of(row)) == (state, "Vu.", after)


def test_editors_do_not_see_reports(client):
    client.force_login(cast("edith"))
    assert client.get(reverse("admin:posts_report_changelist")).status_code == 403


def test_moderators_keep_the_list_of_watched_words(modou):
    modou.post(reverse("admin:posts_watchedword_add"), {"text": "gain facile"})
    assert list(WatchedWord.objects.values_list("text", flat=True)) == ["gain facile"]
