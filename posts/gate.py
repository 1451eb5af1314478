"""The gate: what every word of a comment goes through before it may appear (reasons R1 to R7)."""

import hashlib
import re
from datetime import timedelta

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from posts.models import Comment, Discussion, WatchedWord
from smclub.markdown import COMMENT, render
from smclub.words import words

APPROVALS_OF_A_FRIEND = 2  # R1: approved comments after which a friend's appear at once
YOUNG_ACCOUNT = timedelta(hours=24)  # R2
MAX_LINKS = 2  # R3
FASTEST, SLOWEST = 3, 24 * 3600  # R5: seconds between drawing the form and sending it
SAME_TEXT_FOR = timedelta(days=7)  # R6
LONG_ENOUGH_TO_BE_COPIED = 40  # R6: characters; two people may both say "Thank you!"


class Held(models.TextChoices):
    """Why a comment waits: the gate's reasons, as kept in `Comment.held_for`."""

    NEW = "new", _("Not yet known: fewer than two approved comments")
    YOUNG = "young", _("The account is less than a day old")
    LINKS = "links", _("More than two links")
    WORD = "word", _("A watched word")
    FORM = "form", _("Form sent too fast, too late or unsigned")
    COPY = "copy", _("The same text was sent already")


def reason_to_hold(author: Member, *, body: str, age: float | None, edited: Comment | None = None) -> str:
    """The first reason to hold these words back, or "" when they may appear; `age` is that of the form, in seconds."""
    if not author.is_accepted:
        if author.comments.counted().count() < APPROVALS_OF_A_FRIEND:
            return Held.NEW
        if timezone.now() - author.created_at < YOUNG_ACCOUNT:
            return Held.YOUNG
    if count_links(body) > MAX_LINKS:
        return Held.LINKS
    if has_watched_word(body):
        return Held.WORD
    if edited is None and (age is None or not FASTEST <= age <= SLOWEST):
        return Held.FORM
    return Held.COPY if _is_copied(author, body, edited) else ""


def count_links(body: str) -> int:
    """Links as rendered, or addresses as typed, whichever are more."""
    return max(render(body, profile=COMMENT).count("<a "), len(re.findall(r"://|\bwww\.", body)))


def has_watched_word(body: str) -> bool:
    said = f" {' '.join(words(body))} "
    watched = (" ".join(words(text)) for text in WatchedWord.objects.values_list("text", flat=True))
    return any(text and f" {text} " in said for text in watched)


def hash_of(body: str) -> str:
    """The same for texts that differ by case, accents, spaces or punctuation; "" when there are no words."""
    said = " ".join(words(body))
    return hashlib.sha256(said.encode()).hexdigest() if said else ""


def _is_copied(author: Member, body: str, edited: Comment | None) -> bool:
    same = _saying_the_same(Comment.objects, body)
    same = same.exclude(pk=edited.pk) if edited else same
    return same.exists() if len(body) >= LONG_ENOUGH_TO_BE_COPIED else same.filter(member=author).exists()


def is_said_here(author: Member, discussion: Discussion, body: str) -> bool:
    """Whether `author` said the same in this discussion lately."""
    return _saying_the_same(author.comments, body).filter(discussion=discussion).exists()


def _saying_the_same(comments, body: str):
    lately = comments.filter(text_hash=hash_of(body), created_at__gt=timezone.now() - SAME_TEXT_FOR)
    return lately.exclude(text_hash="").exclude(state=Comment.State.WITHDRAWN)


def is_flooding(author: Member) -> bool:
    """R7, counted from rows; exact when the caller holds the author's lock."""
    now = timezone.now()

    def since(**ago):
        return Count("pk", filter=Q(created_at__gt=now - timedelta(**ago)))

    sent = author.comments.aggregate(last=since(seconds=30), lately=since(minutes=10), today=since(days=1))
    if author.is_accepted:
        return sent["lately"] >= 10
    first_day = now - author.created_at < YOUNG_ACCOUNT
    return sent["last"] >= 1 or sent["lately"] >= 3 or (first_day and sent["today"] >= 10)
