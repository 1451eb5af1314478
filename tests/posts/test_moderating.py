"""Comments written and moderated: the gate, each transition, what is told to whom, and what holds after any walk."""

import itertools
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from members import telling
from members.models import Entry, Letter, Member, Notice
from posts import moderating
from posts.gate import Held
from posts.models import Comment, CommentRevision, Discussion, WatchedWord
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db
State = Comment.State
LONG_AGO = timezone.now() - timedelta(days=400)
_keys = itertools.count()


def write(thing=None, *, by=None, parent=None, body="Une remarque en passant.", age=20, **fields) -> Comment:
    said = {"member": by or cast("milan"), "body": body, "age": age, "key": f"key-{next(_keys)}"} | fields
    return moderating.reply(parent, **said) if parent else moderating.post(thing or make.make_event(), **said)


def friend(*, approved=0, created_at=LONG_AGO) -> Member:
    member = make.make_member(name="Ami", standing=Member.Standing.FRIEND, created_at=created_at)
    for _ in range(approved):
        make.make_comment(member=member, created_at=timezone.now() - timedelta(days=30))
    return member


def log_of(comment) -> list[tuple]:
    rows = Entry.objects.filter(subject_type="posts.comment", subject_id=str(comment.pk)).order_by("pk")
    return [(row.verb, row.before, row.after) for row in rows]


def kinds_to(member) -> list[str]:
    """Of what there is to tell, then of the letters."""
    return [row.kind for model in (Notice, Letter) for row in model.objects.filter(member=member).order_by("pk")]


# -- the gate ----------------------------------------------------------------------
def test_a_members_comment_appears_at_once():
    comment = write()
    assert (comment.state, comment.held_for) == (State.VISIBLE, "")
    assert log_of(comment) == [("comment.post", "", State.VISIBLE)]


def test_a_friends_comments_wait_until_two_were_approved():
    assert write(by=friend(approved=1)).held_for == Held.NEW
    assert write(by=friend(approved=2)).state == State.VISIBLE


def test_a_friends_comment_waits_on_the_first_day():
    assert write(by=friend(approved=2, created_at=timezone.now() - timedelta(hours=23))).held_for == Held.YOUNG


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("https://a.fr et https://b.fr", ""),
        ("https://a.fr https://b.fr https://c.fr", Held.LINKS),
        ("[a](https://a.fr) [b](//b.fr) [c](/c)", Held.LINKS),
        ("www.a.fr www.b.fr www.c.fr", Held.LINKS),
        ("Achetez du VIAGRA !", Held.WORD),
        ("Un gain facilé, vraiment", Held.WORD),
        ("Les viagras et gains faciles", ""),
    ],
)
def test_links_and_watched_words_hold_a_comment_back(body, held):
    WatchedWord.objects.create(text="viagra")
    WatchedWord.objects.create(text="Gain facile")
    comment = write(body=body)
    assert (comment.held_for, comment.state) == (held, State.PENDING if held else State.VISIBLE)


@pytest.mark.parametrize(("age", "held"), [(None, "form"), (2.9, "form"), (3, ""), (86400, ""), (86401, "form")])
def test_a_form_sent_too_fast_too_late_or_unsigned_is_held(age, held):
    assert write(age=age).held_for == held


def test_a_text_sent_again_is_refused_here_and_held_elsewhere():
    event, body = make.make_event(), "Le même texte, assez long pour qu'on ne l'écrive pas deux fois."
    write(event, body=body)
    with pytest.raises(moderating.SaidAlready):
        write(event, body=body.upper() + " !!")
    assert write(body=body).held_for == Held.COPY
    assert write(body=body, by=cast("mona")).held_for == Held.COPY
    assert write(event, body="Merci !").held_for == ""
    assert write(event, body="Merci !", by=cast("mona")).held_for == ""


def test_a_text_withdrawn_may_be_written_again():
    event = make.make_event()
    moderating.withdraw(write(event), member=cast("milan"))
    assert write(event).state == State.VISIBLE


def test_a_text_of_more_than_a_week_ago_may_be_sent_again(time_machine):
    event = make.make_event()
    write(event)
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    assert write(event).state == State.VISIBLE


def test_a_friend_writes_once_in_thirty_seconds_and_three_times_in_ten_minutes(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    member = friend(approved=2)
    for number in range(3):
        write(by=member, body=f"Numéro {number}")
        with pytest.raises(moderating.TooMany):
            write(by=member, body=f"Trop vite après {number}")
        time_machine.shift(timedelta(seconds=31))
    with pytest.raises(moderating.TooMany):
        write(by=member, body="Le quatrième")
    time_machine.shift(timedelta(minutes=10))
    write(by=member, body="Plus tard")


def test_a_new_friend_writes_ten_times_on_the_first_day(time_machine):
    member = friend(created_at=timezone.now())
    for number in range(10):
        write(by=member, body=f"Numéro {number}")
        time_machine.move_to(timezone.now() + timedelta(minutes=11))
    with pytest.raises(moderating.TooMany):
        write(by=member, body="Le onzième")


def test_a_member_writes_ten_times_in_ten_minutes():
    for number in range(10):
        write(body=f"Numéro {number}")
    with pytest.raises(moderating.TooMany):
        write(body="Le onzième")


def test_whoever_fills_the_trap_is_spam_and_nobody_is_told():
    parent = write(by=cast("mona"))
    comment = write(parent=parent, website="https://spam.example")
    assert comment.state == State.SPAM
    assert Letter.objects.count() == 0


def test_the_same_key_is_one_comment():
    event = make.make_event()
    first = write(event, key="once", body="Un")
    assert write(event, key="once", body="Un") == first
    assert Comment.objects.count() == 1


def test_a_nameless_account_says_its_name_once():
    member = make.make_member(name="")
    with pytest.raises(moderating.NameMissing):
        write(by=member)
    write(by=member, name="Nour")
    member.refresh_from_db()
    assert member.name == "Nour"
    write(by=member, name="Autre", body="Encore")
    member.refresh_from_db()
    assert member.name == "Nour"


def test_a_closed_discussion_takes_no_comment():
    event = make.make_event()
    comment = write(event)
    moderating.close(comment.discussion, by=cast("modou"))
    with pytest.raises(moderating.Closed):
        write(event, body="Encore un mot")
    with pytest.raises(moderating.Closed):
        write(parent=comment, body="Encore un mot")
    with pytest.raises(moderating.AlreadyMoved):
        moderating.close(comment.discussion, by=cast("modou"))
    moderating.reopen(comment.discussion, by=cast("modou"))
    assert write(event, body="Encore un mot").is_visible


@pytest.mark.parametrize("state", [s for s in State if s != State.VISIBLE])
def test_only_a_visible_comment_is_answered(state):
    parent = make.make_comment(state=state)
    with pytest.raises(moderating.ParentGone):
        write(parent=parent)


# -- which discussion --------------------------------------------------------------
def test_what_shares_a_discussion_is_given_the_same_one():
    event = make.make_event()
    report = make.make_post(event=event)
    twin = make.make_post(original=report, lang="en")
    written = {write(thing, body=f"Sur {thing.pk} {thing._meta}").discussion_id for thing in (twin, report, event)}
    assert written == {Discussion.objects.get().pk}
    assert Discussion.objects.get().event == event


def test_a_post_and_a_restricted_meeting_keep_their_discussions_apart():
    event = make.make_event(audience="members", is_confidential=True)
    report = make.make_post(event=event)
    write(report, body="En public")
    write(event, body="Entre nous")
    assert Discussion.objects.count() == 2


def test_a_members_write_up_shares_the_discussion_of_a_members_meeting():
    event = make.make_event(audience=Event.Audience.MEMBERS)
    write(event, body="Ici")
    write(make.make_post(event=event, audience="members"), body="Et là")
    assert Discussion.objects.count() == 1


# -- editing, withdrawing ----------------------------------------------------------
def test_an_edit_keeps_what_was_said_and_tells_nobody_again():
    parent = write(by=cast("mona"))
    comment = write(parent=parent, body="Avant")
    moderating.edit(comment, member=cast("milan"), body="Après, **mieux**")
    comment.refresh_from_db()
    assert (comment.body, comment.state) == ("Après, **mieux**", State.VISIBLE)
    assert "<strong>mieux</strong>" in comment.body_html
    assert comment.edited_at is not None
    assert list(CommentRevision.objects.values_list("comment", "body")) == [(comment.pk, "Avant")]
    assert kinds_to(cast("mona")) == ["posts.comment_reply"]


def test_an_edit_goes_through_the_gate_again():
    comment = write()
    moderating.edit(comment, member=cast("milan"), body="https://a.fr https://b.fr https://c.fr")
    comment.refresh_from_db()
    assert (comment.state, comment.held_for) == (State.PENDING, Held.LINKS)


def test_a_pending_comment_made_harmless_still_waits():
    comment = write(body="https://a.fr https://b.fr https://c.fr")
    moderating.edit(comment, member=cast("milan"), body="Sans lien")
    comment.refresh_from_db()
    assert comment.state == State.PENDING


def test_an_edit_to_the_same_words_changes_nothing():
    comment = write(body="Pareil")
    moderating.edit(comment, member=cast("milan"), body="Pareil")
    assert log_of(comment) == [("comment.post", "", State.VISIBLE)]


def test_a_comment_is_edited_for_fifteen_minutes(time_machine):
    comment = write()
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))
    with pytest.raises(moderating.TooLate):
        moderating.edit(comment, member=cast("milan"), body="Trop tard")


def test_only_the_author_edits_and_withdraws():
    comment = write()
    for deed in (
        lambda: moderating.edit(comment, member=cast("modou"), body="X"),
        lambda: moderating.withdraw(comment, member=cast("modou")),
    ):
        with pytest.raises(moderating.NotYours):
            deed()


# -- transitions -------------------------------------------------------------------
DEEDS = {
    "approve": lambda comment: moderating.approve(comment, by=cast("modou")),
    "reject": lambda comment: moderating.reject(comment, by=cast("modou"), reason="topic", note="Voir la charte."),
    "remove": lambda comment: moderating.remove(comment, by=cast("modou"), reason="hate"),
    "mark_spam": lambda comment: moderating.mark_spam(comment, by=cast("modou")),
    "restore": lambda comment: moderating.restore(comment, by=cast("modou")),
    "withdraw": lambda comment: moderating.withdraw(comment, member=cast("milan")),
    "erase": lambda comment: moderating.erase(comment, by=cast("modou")),
}
TABLE = {
    ("pending", "approve"): "visible",
    ("spam", "approve"): "visible",
    ("pending", "reject"): "rejected",
    ("visible", "remove"): "removed",
    ("visible", "mark_spam"): "spam",
    ("pending", "mark_spam"): "spam",
    ("removed", "restore"): "visible",
    ("rejected", "restore"): "visible",
    ("spam", "restore"): "visible",
    ("visible", "withdraw"): "withdrawn",
    ("pending", "withdraw"): "withdrawn",
} | {(state, "erase"): "erased" for state in State.values if state != "erased"}


@pytest.mark.parametrize(("state", "deed"), list(itertools.product(State.values, DEEDS)))
def test_each_deed_in_each_state(state, deed):
    comment = make.make_comment(member=cast("milan"), state=state)
    after = TABLE.get((state, deed))
    if after is None:
        with pytest.raises(moderating.Refused):
            DEEDS[deed](comment)
        assert log_of(comment) == []
    else:
        DEEDS[deed](comment)
        assert log_of(comment) == [(f"comment.{deed}", state, after)]
    comment.refresh_from_db()
    assert comment.state == (after or state)


@pytest.mark.parametrize(
    ("state", "deed"), [("removed", "restore"), ("rejected", "restore"), ("spam", "restore"), ("spam", "approve")]
)
def test_no_moderator_undoes_what_was_decided_about_them(state, deed):
    comment = make.make_comment(member=cast("modou"), state=state)
    with pytest.raises(moderating.NotYoursToUndo):
        getattr(moderating, deed)(comment, by=cast("modou"))
    assert Comment.objects.get().state == state
    assert getattr(moderating, deed)(comment, by=cast("olga")).is_visible


def test_two_moderators_cannot_both_decide():
    comment = make.make_comment(state=State.PENDING)
    seen_by_the_other = Comment.objects.get(pk=comment.pk)
    moderating.approve(comment, by=cast("modou"))
    with pytest.raises(moderating.AlreadyMoved):
        moderating.reject(seen_by_the_other, by=cast("olga"), reason="topic")
    with pytest.raises(moderating.AlreadyMoved):
        moderating.approve(Comment.objects.get(pk=comment.pk), by=cast("olga"))
    assert log_of(comment) == [("comment.approve", State.PENDING, State.VISIBLE)]


def test_a_blocked_member_never_publishes_by_any_path():
    author = cast("milan")
    visible, pending = write(body="Visible"), make.make_comment(member=author, state=State.PENDING)
    hidden = [make.make_comment(member=author, state=state) for state in (State.REMOVED, State.REJECTED, State.SPAM)]
    Member.objects.filter(pk=author.pk).update(standing=Member.Standing.BLOCKED, is_active=False)  # `author` still says otherwise
    tries = [
        lambda: write(by=author, body="Nouveau"),
        lambda: write(by=author, parent=make.make_comment(), body="Réponse"),
        lambda: moderating.edit(visible, member=author, body="Changé"),
        lambda: moderating.edit(pending, member=author, body="Changé"),
        lambda: moderating.approve(pending, by=cast("modou")),
        *[lambda comment=comment: moderating.restore(comment, by=cast("modou")) for comment in hidden],
        lambda: moderating.approve(hidden[2], by=cast("modou")),
    ]
    for attempt in tries:
        with pytest.raises(moderating.MayNotPublish):
            attempt()
    assert list(Comment.objects.counted().filter(member=author)) == [visible]


def test_erasing_leaves_no_word_and_no_name():
    parent = write(by=cast("mona"))
    comment = write(parent=parent, body="Motmarqué au milieu")
    moderating.edit(comment, member=cast("milan"), body="Motmarqué encore")
    answer = write(parent=comment, by=cast("aude"), body="Une réponse")
    telling.sweep()
    Letter.objects.filter(member=parent.member).update(subject="Motmarqué", text="Motmarqué", html="Motmarqué")
    moderating.erase(comment)
    comment.refresh_from_db()
    assert (comment.body, comment.body_html, comment.member_id, comment.text_hash) == ("", "", None, "")
    for model in (Comment, CommentRevision, Letter, Entry):
        for row in model.objects.values():
            assert "Motmarqué" not in str(row)
    assert "Milan" not in str(list(Entry.objects.values()))
    answer.refresh_from_db()
    assert answer.is_visible
    assert list(comment.discussion.comments.nodes_for(None).values_list("pk", flat=True).order_by("pk")) == [
        parent.pk,
        comment.pk,
        answer.pk,
    ]


# -- letters -----------------------------------------------------------------------
def test_the_author_of_the_parent_is_told_once_in_the_life_of_a_reply():
    parent = write(by=cast("mona"))
    reply = write(parent=parent)
    assert kinds_to(cast("mona")) == ["posts.comment_reply"]
    moderating.remove(reply, by=cast("modou"), reason="other")
    moderating.restore(reply, by=cast("modou"))
    assert kinds_to(cast("mona")) == ["posts.comment_reply"]


def test_nobody_is_told_of_a_reply_that_waits_until_it_is_approved():
    parent = write(by=cast("mona"))
    reply = write(parent=parent, by=cast("flora"))
    assert kinds_to(cast("mona")) == []
    moderating.approve(reply, by=cast("modou"))
    assert kinds_to(cast("mona")) == ["posts.comment_reply"]
    assert kinds_to(cast("flora")) == ["posts.comment_moderated"]


def test_answering_oneself_tells_nobody():
    write(parent=write(), body="Je précise")
    assert Letter.objects.count() == 0


def test_spam_tells_nobody():
    moderating.mark_spam(make.make_comment(state=State.PENDING), by=cast("modou"))
    assert Letter.objects.count() == 0


# -- what holds after any walk -----------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_after_a_random_walk_counts_log_and_states_agree(seed, time_machine):
    rng = random.Random(seed)
    time_machine.move_to(timezone.now(), tick=False)
    event = make.make_event()
    people = [cast("milan"), cast("mona"), friend(), friend(approved=2)]
    past, refused = Comment.objects.count(), 0
    for step in range(120):
        time_machine.shift(timedelta(seconds=rng.choice([5, 40, 300])))
        known = list(Comment.objects.filter(discussion__event=event))
        who = rng.choice(people)
        deed = rng.choice(["post", "reply", "edit", "withdraw", "block", "unblock", *DEEDS])
        try:
            if deed == "post" or not known:
                write(event, by=who, body=f"Mot {step}", website=rng.choice(["", "", "", "x"]))
            elif deed == "reply":
                write(parent=rng.choice(known), by=who, body=f"Réponse {step}")
            elif deed == "edit":
                moderating.edit(rng.choice(known), member=who, body=f"Changé {step}")
            elif deed == "withdraw":
                moderating.withdraw(rng.choice(known), member=who)
            elif deed in ("block", "unblock"):
                _block(people[0], deed == "block")
            else:
                was_blocked = Member.objects.get(pk=people[0].pk).standing == Member.Standing.BLOCKED
                comment = rng.choice(known)
                before = comment.state
                DEEDS[deed](comment)
                assert not (was_blocked and comment.member_id == people[0].pk and comment.is_visible and before != State.VISIBLE)
        except moderating.Refused:
            refused += 1
        _check(event)
    assert 0 < refused < 120
    assert Comment.objects.count() > past + 5


def _block(member, blocked):
    standing = Member.Standing.BLOCKED if blocked else Member.Standing.MEMBER
    Member.objects.filter(pk=member.pk).update(standing=standing, is_active=not blocked)


def _check(event):
    from posts.discussing import thread_of

    for comment in Comment.objects.filter(discussion__event=event):
        log = log_of(comment)
        assert log[0][0] == "comment.post"
        assert log[-1][2] == comment.state
        assert all(one[2] == after[1] for one, after in itertools.pairwise(log))
    thread = thread_of(event, visitor=cast("oscar"))
    visible = set(Comment.objects.counted().filter(discussion__event=event).values_list("pk", flat=True))
    drawn, nodes = set(), list(thread.roots)
    while nodes:
        node = nodes.pop()
        nodes += node.answers
        if node.is_shown:
            drawn.add(node.comment.pk)
    assert drawn == visible  # a hidden parent never hides its visible replies
    assert thread.count == len(visible)
    told = Notice.objects.filter(kind="posts.comment_reply").values_list("context", flat=True)
    assert len(told) == len({context["comment"] for context in told})
