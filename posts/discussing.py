"""What a page shows of a discussion: the threads as `visitor` may read them, their count, and the box to write in."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import partial
from math import ceil

from django.core.paginator import Page
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from events.models import Event
from members.models import is_accepted
from posts.comment_forms import CommentForm
from posts.models import Comment, Discussion, Post
from posts.models.comment import STEP
from smclub.keeping import is_keeping, kept_here
from smclub.paging import page_of

THREADS = 30  # comments with their answers on one page: five hundred at once took two seconds to draw
FEW = 100  # places of a discussion that are read at once; of a longer one, first the outline


@dataclass
class Node:
    """One place of the thread: a comment, or the hidden one under which answers stand."""

    comment: Comment
    is_shown: bool
    can_edit: bool
    can_withdraw: bool
    answers: list["Node"] = field(default_factory=list)
    answered: "Node | None" = None  # said only where the place does not say it


@dataclass
class Thread:
    discussion: Discussion | None
    roots: list[Node]
    count: int
    page: Page | None = None

    @property
    def is_open(self) -> bool:
        return self.discussion is None or self.discussion.is_open


def thread_of(thing: Event | Post, *, visitor, number="1") -> Thread | None:
    """Page `number` of the discussion on `thing`; None when `visitor` may not read the whole of it, or of what shares it."""
    discussion = Discussion.objects.of(thing).with_readable(thing, visitor).first()
    if discussion is None:
        return Thread(None, [], 0) if type(thing).objects.visible_to(visitor).filter(pk=thing.pk).exists() else None
    return _thread(discussion, visitor=visitor, number=number) if discussion.is_readable else None


def _thread(discussion: Discussion | None, *, visitor, number="1") -> Thread:
    """Page `number` of a discussion that `visitor` may read."""
    if discussion is None:
        return Thread(None, [], 0)
    nodes = Comment.objects.nodes_for(visitor, of=discussion)
    comments = list(nodes.threaded(visitor)[: FEW + 1])
    is_whole = len(comments) <= FEW
    outline = {c.path: c.state for c in comments} if is_whole else dict(nodes.values_list("path", "state"))
    page = page_of(_roots(outline), number, per_page=THREADS)  # pages are counted in threads
    if is_whole:
        comments = [comment for comment in comments if comment.path[:STEP] in page.object_list]
    else:
        comments = list(nodes.with_root().filter(root__in=page.object_list).threaded(visitor))
    count = sum(state == Comment.State.VISIBLE for state in outline.values())
    return Thread(discussion, _tree(comments, visitor), count, page)


def _roots(paths) -> list[str]:
    """The paths that threads begin with, oldest first."""
    return sorted({path[:STEP] for path in paths})


def page_holding(comment: Comment, *, visitor) -> int:
    """The number of the page where `comment` stands, or stood."""
    paths = Comment.objects.nodes_for(visitor, of=comment.discussion).values_list("path", flat=True)
    until = bisect_right(_roots(paths), comment.path[:STEP])
    return max(1, ceil(until / THREADS))


def place_of(comment: Comment, thing: Event | Post, *, visitor, anchor: str = "") -> str:
    """The address of `comment`, or of `anchor` beside it, on the page of `thing`."""
    number = page_holding(comment, visitor=visitor)
    return f"{thing.get_absolute_url()}{f'?page={number}' if number > 1 else ''}#{anchor or comment.anchor}"


def is_withheld(thing: Event | Post, *, visitor) -> bool:
    """Whether the discussion on `thing` is also that of something which `visitor` may not read."""
    discussion = Discussion.objects.of(thing).first()
    return discussion is not None and not _is_readable(discussion, visitor)


def _is_readable(discussion: Discussion, visitor) -> bool:
    return Discussion.objects.readable_by(visitor).filter(pk=discussion.pk).exists()


def _tree(comments: list[Comment], visitor) -> list[Node]:
    """Roots with their answers, from comments in the order of their paths."""
    roots: list[Node] = []
    above: list[Node] = []
    by_id: dict[int, Node] = {}
    for comment in comments:
        node = by_id[comment.pk] = _node(comment, visitor)
        while above and not comment.path.startswith(above[-1].comment.path):
            above.pop()
        if comment.parent_id and (not above or above[-1].comment.pk != comment.parent_id):
            node.answered = by_id.get(comment.parent_id)
        (above[-1].answers if above else roots).append(node)
        above.append(node)
    return roots


def _node(comment: Comment, visitor) -> Node:
    is_shown = comment.is_visible or (comment.is_pending and comment.written_by(visitor))
    return Node(comment, is_shown, comment.editable_by(visitor), comment.withdrawable_by(visitor))


def section(thing: Event | Post, *, visitor, notice: str = "", number="1", is_plain: bool = False) -> dict:
    """The context of `posts/comments/_discussion.html`; `is_plain` when nothing but `thing` and `visitor` shapes it."""
    told = _told(thing, visitor) if is_plain else {}
    find = partial(_thread, told["discussion"]) if told else partial(thread_of, thing)
    thread = SimpleLazyObject(partial(find, visitor=visitor, number=number))
    return {
        "thing": thing,
        "thread": thread,
        "kept_as": f"{thing.kept_as} talk" if told else "",
        "reader": "member" if is_accepted(visitor) else "friend" if visitor.is_authenticated else "visitor",
        "is_shown": bool(told or thread),
        "is_open": told["is_open"] if told else bool(thread) and thread.is_open,
        "form": CommentForm(member=visitor) if visitor.is_authenticated else None,
        "action": address_to_write_on(thing),
        "notice": notice,
    }


def _told(thing: Event | Post, visitor) -> dict:
    """What everybody may know of the discussion on `thing`; nothing when not all may read it, or when `visitor` wrote in it."""
    if not is_keeping() or not thing.kept_as or getattr(visitor, "is_staff", False):
        return {}
    told = kept_here(f"talk:{thing.kept_as}", lambda: _open_talk(thing))
    discussion = told.get("discussion")
    if discussion and visitor.is_authenticated and Comment.objects.filter(discussion=discussion, member=visitor).exists():
        return {}
    return told


def _open_talk(thing: Event | Post) -> dict:
    discussion = Discussion.objects.of(thing).with_readable(thing, None).first()
    if discussion is None:
        return {"discussion": None, "is_open": True}
    return {"discussion": discussion, "is_open": discussion.is_open} if discussion.is_readable else {}


def address_to_write_on(thing: Event | Post) -> str:
    return reverse("posts:comment_on_event" if isinstance(thing, Event) else "posts:comment_on_post", args=[thing.pk])
