"""The deeds on posts, from draft to the address that lasts for ever."""

import datetime
import re
from html import unescape

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from members import picturing
from members.models import Entry, Member, OldAddress
from posts import moderating
from posts.models import Post
from posts.models.post import LEDE, validate_slug
from posts.refusals import Refused
from smclub.changed import changed as _changed

EXCERPT_WORDS = 40


class MayNotPublish(Refused):
    text = _("Only an editor publishes. Submit this post, and one will read it.")


class NothingToRead(Refused):
    field = "body"
    text = _("A post without a text cannot be published.")


class AlreadyPublished(Refused):
    text = _("This post is published already.")


class NotPublished(Refused):
    text = _("This post is neither published nor scheduled.")


class NotToCome(Refused):
    field = "published_at"
    text = _("Choose a time to come, or publish now.")


class SlugTaken(Refused):
    field = "slug"
    text = _("Another post of that day has this slug.")


class BadSlug(Refused):
    field = "slug"
    text = _("A slug holds no space, slash or question mark.")


def changed(post: Post) -> None:
    """After commit: the post and its twin are indexed again, and cached pages are made anew."""
    _changed(post)
    for twin in Post.objects.filter(original=post):
        _changed(twin)


def _lock(post: Post) -> Post:
    return Post.objects.select_for_update().get(pk=post.pk)


@transaction.atomic
def submit(post: Post, *, by: Member) -> Post:
    """Hands a draft to the editors. Raises AlreadyPublished, NothingToRead."""
    post = _lock(post)
    _refuse_the_public(post)
    _refuse_the_empty(post)
    if post.submitted_at is None:
        post.submitted_at = timezone.now()
        post.save(update_fields=["submitted_at", "updated_at"])
        Entry.objects.write("post.submit", post, by=by, before="drafts", after="submitted")
    return post


@transaction.atomic
def publish(post: Post, *, by: Member | None) -> Post:
    """Makes a draft or a scheduled post public now; `by` is None when the house acts by itself.

    Raises MayNotPublish, AlreadyPublished, NothingToRead, SlugTaken.
    """
    return _set_time(post, timezone.now(), by=by, verb="post.publish")


@transaction.atomic
def schedule(post: Post, *, at: datetime.datetime, by: Member | None) -> Post:
    """The same at a time to come; nothing has to run then. Raises NotToCome besides."""
    if at <= timezone.now():
        raise NotToCome
    return _set_time(post, at, by=by, verb="post.schedule")


def _set_time(post: Post, at: datetime.datetime, *, by: Member | None, verb: str) -> Post:
    post = _lock(post)
    if by is not None and not by.may("posts.publish_post"):
        raise MayNotPublish
    _refuse_the_public(post)
    _refuse_the_empty(post)
    if post.address_on is None or (post.published_at and post.address_on == timezone.localdate(post.published_at)):
        post.address_on = timezone.localdate(at)  # until it was public once, its address follows its date
    before, post.published_at, post.submitted_at = post.state, at, None
    post.excerpt = post.excerpt or ("" if post.is_for_members else _opening(post))  # visitors read the excerpt
    _save_address(post, "address_on", "published_at", "submitted_at", "excerpt")
    moderating.open_discussion(post)
    Entry.objects.write(verb, post, by=by, before=before, after=post.state)
    changed(post)
    return post


@transaction.atomic
def withdraw(post: Post, *, by: Member | None, reason: str = "") -> Post:
    """Takes a post off the site; published again, it keeps its address. Raises MayNotPublish, NotPublished."""
    post = _lock(post)
    if by is not None and not by.may("posts.publish_post"):
        raise MayNotPublish
    if post.published_at is None:
        raise NotPublished
    before = post.state
    if not post.is_published and post.address_on == timezone.localdate(post.published_at):
        post.address_on = None  # it was never public: nobody knows this address
    post.published_at = None
    post.save(update_fields=["address_on", "published_at", "updated_at"])
    picturing.may_be_known(post.cover_id)
    Entry.objects.write("post.withdraw", post, by=by, before=before, after=post.state, note=reason)
    changed(post)
    return post


@transaction.atomic
def rename(post: Post, *, slug: str, by: Member | None) -> Post:
    """Gives the post another address; the one it had leads to it for ever, in one step. Raises BadSlug, SlugTaken."""
    post = _lock(post)
    if slug == post.slug:
        return post
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise BadSlug from error
    before, old = _path(post), post.slug
    post.slug = slug
    _save_address(post, "slug")
    if before:
        OldAddress.objects.leave(before, target=_path(post))
    Entry.objects.write("post.rename", post, by=by, before=old[:40], after=slug[:40])
    changed(post)
    return post


def _save_address(post: Post, *fields: str) -> None:
    """Raises SlugTaken: the constraint decides, for a question asked before would miss who saves in the same instant."""
    try:
        with transaction.atomic():
            post.save(update_fields=[*fields, "updated_at"])
    except IntegrityError as error:
        raise SlugTaken from error


def _path(post: Post) -> str:
    """Its address without language prefix; empty when it never had one."""
    with translation.override("fr"):
        return post.get_absolute_url() if post.address_on else ""


def _refuse_the_public(post: Post) -> None:
    if post.is_published:
        raise AlreadyPublished


def _refuse_the_empty(post: Post) -> None:
    if not post.body.strip():
        raise NothingToRead


def _opening(post: Post) -> str:
    """An excerpt for who wrote none: the first takeaway, else the first words up to the end of a sentence."""
    if post.takeaways_list:
        return post.takeaways_list[0][:LEDE]
    words = unescape(strip_tags(post.body_html[:5000])).split()[:EXCERPT_WORDS]
    text = " ".join(words)[:480]
    ends = [found.end() for found in re.finditer(r"[.!?…](?=\s|$)", text)]
    return text[: ends[-1]] if ends else f"{text}…"
