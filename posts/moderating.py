"""The deeds on comments: writing them, and moderating them.

Each is one `UPDATE … WHERE pk AND state` that must hit one row, and writes its line of the log and its letters in the
same transaction. Only visible comments count, and a blocked author's never become visible.
"""

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import Event
from members.mail import letter
from members.models import Entry, Letter, Member
from members.profiles import keep_name
from posts import gate, news
from posts.models import Comment, CommentRevision, Discussion, Post
from posts.models.comment import meetings_of
from posts.refusals import Refused
from smclub.changed import changed
from smclub.markdown import COMMENT, render

State = Comment.State


class Reason(models.TextChoices):
    """Why a comment is refused or removed: told to its author."""

    TOPIC = "topic", _("It has nothing to do with the subject.")
    ADVERTISING = "advertising", _("It is advertising.")
    PERSONAL = "personal", _("It attacks a person, or harasses one.")
    HATE = "hate", _("It attacks people for what they are.")
    PRIVACY = "privacy", _("It reveals somebody’s private life, or what was said in confidence.")
    ILLEGAL = "illegal", _("It is against the law.")
    OTHER = "other", _("It is against the code of conduct.")


class CannotSay(Refused):
    """About the words themselves: said beside them."""

    field = "body"


class MayNotPublish(CannotSay):
    text = _("This account may not publish.")


class Closed(CannotSay):
    text = _("This discussion is closed to new comments.")


class ParentGone(CannotSay):
    text = _("The comment you answer is no longer there.")


class NameMissing(Refused):
    field = "name"
    text = _("Say the name that others will see.")


class SaidAlready(CannotSay):
    text = _("You have said exactly this here already.")


class TooMany(CannotSay):
    text = _("That makes many comments in a short time. Wait a little, then send it again.")


class TooLate(CannotSay):
    text = _("A comment can be changed for fifteen minutes.")


class NotYours(CannotSay):
    text = _("Only its author may do this.")


class NotYoursToUndo(Refused):
    text = _("Nobody undoes what was decided about their own comment.")


class AlreadyMoved(Refused):
    text = _("Somebody has dealt with it in the meantime.")


def _lock(member_id: int) -> Member:
    """The account as it is now, held until the end of the deed: nobody publishes while being blocked."""
    return Member.objects.select_for_update().get(pk=member_id)


def _refuse_the_blocked(author: Member) -> None:
    if author.standing == Member.Standing.BLOCKED or not author.is_active:
        raise MayNotPublish


# -- writing -----------------------------------------------------------------------
@transaction.atomic
def post(thing: Event | Post, *, member: Member, **said) -> Comment:
    """A comment on what `member` may read in full; `said` is that of `reply`."""
    return _write(open_discussion(thing), None, member=member, **said)


@transaction.atomic
def reply(parent: Comment, *, member: Member, **said) -> Comment:
    """`said`: body, key (one per filling-in: the same key twice is one comment), age of the form, name, conduct, website."""
    return _write(parent.discussion, parent, member=member, **said)


def _write(discussion, parent, *, member, body, key=None, age=None, name="", conduct="", website="") -> Comment:
    author = _lock(member.pk)
    _refuse_the_blocked(author)
    if key and (written := author.comments.filter(idempotency_key=key).first()):
        return written
    discussion.refresh_from_db(fields=["is_open"])
    if not discussion.is_open:
        raise Closed
    if parent and not Comment.objects.counted().filter(pk=parent.pk).exists():
        raise ParentGone
    _name(author, name, conduct)
    if website:
        return _record(discussion, parent, author, body, state=State.SPAM, held_for="", key=key)
    if gate.is_said_here(author, discussion, body):
        raise SaidAlready
    if gate.is_flooding(author):
        raise TooMany
    held_for = gate.reason_to_hold(author, body=body, age=age)
    comment = _record(
        discussion, parent, author, body, state=State.PENDING if held_for else State.VISIBLE, held_for=held_for, key=key
    )
    if comment.is_visible:
        _published(comment)
    else:
        news.comment_held(comment)
    return comment


def _name(author: Member, name: str, conduct: str) -> None:
    keep_name(author, name, conduct=conduct)
    if not author.is_known_by_name:
        raise NameMissing


def _record(discussion, parent, author, body, *, state, held_for, key) -> Comment:
    comment = Comment.objects.create(
        discussion=discussion,
        parent=parent,
        member=author,
        lang=get_language() or "fr",
        body=body,
        text_hash=gate.hash_of(body),
        state=state,
        held_for=held_for,
        idempotency_key=key,
    )
    comment.place_under(parent)
    comment.save(update_fields=["path", "depth"])
    Entry.objects.write("comment.post", comment, by=author, after=state, reason=held_for)
    return comment


def open_discussion(thing: Event | Post) -> Discussion:
    """The discussion of `thing`, made at its first comment; what shares it is given the same one."""
    if isinstance(thing, Event):
        return Discussion.objects.get_or_create(event=thing)[0]
    pair = [twin.pk for twin in (thing, thing.twin) if twin]
    list(Post.objects.filter(pk__in=pair).select_for_update().order_by("pk"))  # both, whoever comments first on either
    row = Post.objects.select_related("original", "translation").get(pk=thing.pk)
    if row.discussion_id:
        return row.discussion
    found = Discussion.objects.of(row).first() or _first_discussion(row)
    Post.objects.filter(pk=row.pk).update(discussion=found)
    thing.discussion = found
    return found


@transaction.atomic
def join_discussions(post: Post) -> None:
    """A post tied to its meeting once it was published brings what was said of it into the discussion of the meeting."""
    meeting, own = meetings_of(post).order_by("pk").first(), post.discussion
    if not meeting or not own or own.event_id or own.posts.exclude(pk__in=[twin.pk for twin in post.family]).exists():
        return
    shared = open_discussion(meeting)
    Comment.objects.filter(discussion=own).update(discussion=shared)
    own.posts.update(discussion=shared)
    own.delete()


def _first_discussion(row: Post) -> Discussion:
    meeting = meetings_of(row).order_by("pk").first()
    return Discussion.objects.get_or_create(event=meeting)[0] if meeting else Discussion.objects.create()


@transaction.atomic
def edit(comment: Comment, *, member: Member, body: str) -> Comment:
    """New words, through the gate again; what it said before is kept; nobody is told a second time."""
    author = _lock(member.pk)
    _refuse_the_blocked(author)
    if not comment.written_by(author):
        raise NotYours
    if not comment.editable_by(author):
        raise TooLate
    if body == comment.body:
        return comment
    held_for = gate.reason_to_hold(author, body=body, age=None, edited=comment)
    before = comment.body
    _move(
        comment,
        "edit",
        to=State.PENDING if held_for or comment.is_pending else State.VISIBLE,
        by=author,
        reason=held_for,
        body=body,
        body_html=render(body, profile=COMMENT),
        text_hash=gate.hash_of(body),
        held_for=held_for or comment.held_for,
        edited_at=timezone.now(),
    )
    CommentRevision.objects.create(comment=comment, body=before)
    if comment.is_pending:
        news.comment_held(comment)
    return comment


@transaction.atomic
def withdraw(comment: Comment, *, member: Member) -> Comment:
    if not comment.written_by(member):
        raise NotYours
    return _move(comment, "withdraw", to=State.WITHDRAWN, by=member)


# -- moderating --------------------------------------------------------------------
FROM = {
    "edit": {State.VISIBLE, State.PENDING},
    "withdraw": {State.VISIBLE, State.PENDING},
    "approve": {State.PENDING, State.SPAM},
    "reject": {State.PENDING},
    "remove": {State.VISIBLE},
    "mark_spam": {State.VISIBLE, State.PENDING},
    "restore": {State.REMOVED, State.REJECTED, State.SPAM},
    "erase": set(State) - {State.ERASED},
}


def _move(comment: Comment, deed: str, *, to, by, reason="", note="", **fields) -> Comment:
    """One transition of the row as the caller saw it; AlreadyMoved when it is elsewhere by now."""
    before = comment.state
    if before not in FROM[deed]:
        raise AlreadyMoved
    hit = Comment.objects.filter(pk=comment.pk, state=before).update(state=to, **fields)
    if hit != 1:
        raise AlreadyMoved
    for name, value in {"state": to, **fields}.items():
        setattr(comment, name, value)
    Entry.objects.write(f"comment.{deed}", comment, by=by, before=before, after=to, reason=reason, note=note)
    changed(comment)
    return comment


def _published(comment: Comment) -> None:
    """Tells, once in its life, those whom it concerns."""
    changed(comment)
    if not Comment.objects.filter(pk=comment.pk, notified_at=None).update(notified_at=timezone.now()):
        return
    news.comment_published(comment)


def _tell_the_author(comment: Comment, *, reason="", note="") -> None:
    if comment.member:
        deeds = Entry.objects.filter(subject_type=comment._meta.label_lower, subject_id=str(comment.pk)).count()
        key = f"comment-moderated:{comment.pk}:{deeds}"
        letter(
            "posts.comment_moderated",
            key=key,
            to=comment.member,
            comment=comment.pk,
            state=str(comment.state),
            reason=str(reason),
            note=note,
        )


def _make_visible(comment: Comment, deed: str, *, by: Member) -> Comment:
    """A moderator's own comment that merely waits may be let through: a small club has one moderator."""
    if comment.written_by(by) and not comment.is_pending:
        raise NotYoursToUndo
    if comment.member_id:
        _refuse_the_blocked(_lock(comment.member_id))
    _move(comment, deed, to=State.VISIBLE, by=by, held_for="")
    _published(comment)
    _tell_the_author(comment)
    return comment


@transaction.atomic
def approve(comment: Comment, *, by: Member) -> Comment:
    return _make_visible(comment, "approve", by=by)


@transaction.atomic
def restore(comment: Comment, *, by: Member) -> Comment:
    """Undoes a removal, a rejection or a mark of spam."""
    return _make_visible(comment, "restore", by=by)


@transaction.atomic
def reject(comment: Comment, *, by: Member, reason: str, note: str = "") -> Comment:
    _move(comment, "reject", to=State.REJECTED, by=by, reason=reason, note=note)
    _tell_the_author(comment, reason=reason, note=note)
    return comment


@transaction.atomic
def remove(comment: Comment, *, by: Member, reason: str, note: str = "") -> Comment:
    _move(comment, "remove", to=State.REMOVED, by=by, reason=reason, note=note)
    _tell_the_author(comment, reason=reason, note=note)
    return comment


@transaction.atomic
def mark_spam(comment: Comment, *, by: Member) -> Comment:
    """Nobody is told: whoever sends spam learns nothing."""
    return _move(comment, "mark_spam", to=State.SPAM, by=by)


@transaction.atomic
def erase(comment: Comment, *, by: Member | None = None) -> Comment:
    """For good: the words and the author go, here and in letters that quoted them; the place in the thread stays."""
    comment.revisions.all().delete()
    quoting = Q(kind="posts.comment_moderated", context__comment=comment.pk) | Q(notices__key=f"comment:{comment.pk}")
    Letter.objects.filter(pk__in=Letter.objects.filter(quoting).values("pk")).update(subject="", text="", html="")
    gone = {"body": "", "body_html": "", "text_hash": "", "held_for": "", "idempotency_key": None, "member": None}
    return _move(comment, "erase", to=State.ERASED, by=by, **gone)


@transaction.atomic
def close(discussion: Discussion, *, by: Member) -> None:
    _set_open(discussion, False, by=by)


@transaction.atomic
def reopen(discussion: Discussion, *, by: Member) -> None:
    _set_open(discussion, True, by=by)


def _set_open(discussion: Discussion, is_open: bool, *, by: Member) -> None:
    if not Discussion.objects.filter(pk=discussion.pk, is_open=not is_open).update(is_open=is_open):
        raise AlreadyMoved
    discussion.is_open = is_open
    Entry.objects.write("discussion.reopen" if is_open else "discussion.close", discussion, by=by)
    changed(discussion)
