"""The news of this app: who hears of comments and write-ups, and in which words."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event, Registration
from members.models import Member, Notice
from members.telling import Item, tell, tells
from posts.models import Comment, Credit, Post
from smclub.addresses import absolute, in_language

FOLLOWED = timedelta(days=30)  # after a meeting, those who went hear of what is said of it


# -- noting ----------------------------------------------------------------------
def comment_published(comment: Comment) -> None:
    """Whoever is concerned in several ways hears of it in the nearest one."""
    said = {"key": f"comment:{comment.pk}", "thread": f"discussion:{comment.discussion_id}", "comment": comment.pk}
    parent = comment.parent
    if parent and parent.member_id:
        tell("posts.comment_reply", to={parent.member_id} - {comment.member_id}, **said)
    writers = Credit.objects.filter(post__discussion=comment.discussion_id, role__in=Credit.WRITERS, person__member__isnull=False)
    tell("posts.comment_on_article", to=set(writers.values_list("person__member", flat=True)) - {comment.member_id}, **said)
    tell("posts.comment_on_meeting", to=set(_people_of(_meeting_of(comment))) - {comment.member_id}, **said)


def comment_held(comment: Comment) -> None:
    may = Q(groups__permissions__codename="moderate_comment", groups__permissions__content_type__app_label="posts")
    moderators = Member.objects.staff().filter(may | Q(is_superuser=True)).values_list("pk", flat=True).distinct()
    tell("posts.comment_held", to=set(moderators) - {comment.member_id}, key=f"held:{comment.pk}", comment=comment.pk)


def _meeting_of(comment: Comment) -> Event | None:
    """The meeting that is discussed, unless it has been over for long."""
    event = comment.discussion.event
    return event if event and (event.ends_at is None or event.ends_at > timezone.now() - FOLLOWED) else None


def _people_of(event: Event | None) -> Iterable[int]:
    """Who goes to it; once it is over, who was there."""
    if event is None:
        return []
    rows = Registration.objects.were_there(event) if event.is_over else event.registrations.going()
    return rows.filter(member__isnull=False).values_list("member", flat=True)


def tell_write_ups() -> int:
    """A write-up that has just appeared, to those who were there; once, whichever machine looks first."""
    told = 0
    for post in Post.objects.to_tell():
        with transaction.atomic():
            if Post.objects.filter(pk=post.pk, told_at=None).update(told_at=timezone.now()):
                tell("posts.write_up", to=_people_of(post.event), key=f"write-up:{post.event_id}", post=post.pk)
                told += 1
    return told


# -- in words --------------------------------------------------------------------
@tells("posts.comment_reply")
def replies(notices: list[Notice], *, reader: Member) -> list[Item]:
    return [
        _item(
            comment,
            _("%(who)s answered you: %(title)s") % said,
            _("%(who)s answered your comment on “%(title)s”:") % said,
        )
        for comment, said in _readable(notices, reader)
    ]


@tells("posts.comment_on_article")
def on_my_articles(notices: list[Notice], *, reader: Member) -> list[Item]:
    return [
        _item(
            comment,
            _("%(who)s commented on your article: %(title)s") % said,
            _("%(who)s commented on your article “%(title)s”:") % said,
        )
        for comment, said in _readable(notices, reader)
    ]


@tells("posts.comment_on_meeting")
def on_my_meetings(notices: list[Notice], *, reader: Member) -> list[Item]:
    return [
        _item(comment, _("%(who)s commented: %(title)s") % said, _("%(who)s commented on “%(title)s”:") % said)
        for comment, said in _readable(notices, reader)
    ]


@tells("posts.comment_held")
def held(notices: list[Notice], *, reader: Member) -> list[Item]:
    waiting = Comment.objects.waiting().moderated_by(reader)
    return [
        Item(
            subject=_("A comment waits: %(title)s") % said,
            heading=_("%(who)s wrote on “%(title)s”:") % said,
            url=absolute(in_language(get_language() or "fr", "admin:posts_comment_change", comment.pk)),
            text=comment.body,
        )
        for comment, said in _named(waiting, notices, reader)
    ]


@tells("posts.write_up")
def write_ups(notices: list[Notice], *, reader: Member) -> list[Item]:
    wanted = Post.objects.visible_to(reader).filter(pk__in=[notice.context["post"] for notice in notices])
    return [
        Item(
            subject=_("The write-up is there: %(title)s") % {"title": post.title},
            heading=_("What was said at the meeting you went to: “%(title)s”") % {"title": post.title},
            url=absolute(post.get_absolute_url()),
            text=post.excerpt,
        )
        for post in wanted.order_by("pk")
    ]


def _item(comment: Comment, subject: str, heading: str) -> Item:
    url = absolute(in_language(get_language() or "fr", "posts:comment", comment.pk))
    return Item(subject=subject, heading=heading, url=url, text=comment.body, html=comment.body_html)


def _readable(notices: list[Notice], reader: Member):
    return _named(Comment.objects.counted().in_discussions_of(reader), notices, reader)


def _named(comments, notices: list[Notice], reader: Member):
    """(comment, who wrote it and on what) of those still there, and for this reader, as the thread grew."""
    wanted = comments.filter(pk__in=[notice.context["comment"] for notice in notices])
    found = list(wanted.select_related("member").order_by("pk"))
    things = _things({comment.discussion_id for comment in found}, reader)
    for comment in found:
        who = comment.member.public_name if comment.member else _("Erased member")
        yield comment, {"who": who, "title": things.get(comment.discussion_id) or _("a page of the club")}


def _things(discussions: set[int], reader: Member) -> dict[int, Event | Post]:
    """What each is about: the meeting, else the post, in the language of the letter if there is one."""
    in_language_last = Case(When(lang=get_language() or "fr", then=1), default=0)
    posts = Post.objects.visible_to(reader).filter(discussion__in=discussions).order_by(in_language_last, "-pk")
    events = Event.objects.visible_to(reader).filter(discussion__in=discussions)
    found: dict[int, Event | Post] = {post.discussion_id: post for post in posts}
    return found | {event.discussion.pk: event for event in events.select_related("discussion")}
