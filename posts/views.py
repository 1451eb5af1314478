"""Pages of what the club writes: lists, archives, one post, one page."""

from datetime import date
from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Club
from posts import metadata, reading
from posts.models import Category, Page, Post, Series, listed_topics
from posts.previews import post_id
from smclub import share_cards
from smclub.paging import page_of
from smclub.shared import shared


@require_safe
@shared("page")
def post_list(request):
    return _list(request, "posts/post_list.html", _listed(request), has_lead=True)


@require_safe
@shared("page")
def report_list(request):
    return _list(request, "posts/report_list.html", _listed(request).reports())


@require_safe
def old_list(request, name, number=0):
    """The lists of the old site."""
    query = request.GET.copy()
    if number:
        query["page"] = number
    return redirect(reverse(name, query=query or None), permanent=True)


@require_safe
@shared("page")
def year_archive(request, year):
    return _archive(request, year)


@require_safe
@shared("page")
def month_archive(request, year, month):
    return _archive(request, year, month)


@require_safe
@shared("page")
def day_archive(request, year, month, day):
    return _archive(request, year, month, day)


@require_safe
@shared("page")
def category_detail(request, slug):
    category = get_object_or_404(Category, slug=slug)
    if category.gathers_language:  # in its own language, both of a pair belong to it
        posts = Post.objects.listed_for(request.user).filed_under(category).newest_first()
    else:
        posts = _listed(request).filed_under(category)
    return _list(request, "posts/category_detail.html", posts, category=category)


@require_safe
@shared("page")
def topic_detail(request, slug):
    topic = get_object_or_404(listed_topics(request.user), slug=slug)
    posts = _listed(request).on_topic(topic)
    return _list(
        request,
        "posts/topic_detail.html",
        posts,
        topic=topic,
        **reading.on(topic, visitor=request.user),
    )


@require_safe
@shared("page")
def series_detail(request, slug):
    posts = Post.objects.listed_for(request.user)
    series = get_object_or_404(Series.objects.of_some(posts), slug=slug)
    posts = posts.one_per_pair(get_language()).in_order_of(series)
    return _list(request, "posts/series_detail.html", posts, series=series)


@require_safe
@shared("page")
def post_detail(request, year, month, day, slug):
    posts = Post.objects.listed_for(request.user).with_what_it_stands_in()
    post = get_object_or_404(posts, address_on=_date(year, month, day), slug=slug)
    context = _reading(request, post) | {"can_read": post.readable_by(request.user), "kept_as": post.kept_as}
    if post.published_twin:
        context["translated_url"] = post.published_twin.own_path()
    return render(request, "posts/post_detail.html", context)


@require_safe
@never_cache
def post_preview(request, token):
    """A draft as it will be read, for whoever was given the link."""
    post = get_object_or_404(Post.objects.for_reading(), pk=post_id(token))
    if post.is_published:
        return redirect(post)
    now = timezone.now()
    post.published_at = post.published_at or now  # these two for the reading, never saved
    post.address_on = post.address_on or timezone.localdate(now)
    context = _reading(request, post) | {"can_read": True, "is_preview": True}
    response = render(request, "posts/post_detail.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def post_card(request, pk, shape, digest):
    """The picture drawn of a published post."""
    post = get_object_or_404(Post.objects.announced(), pk=pk)
    return share_cards.answer(request, metadata.card(post, club=Club.current()), shape=shape, asked=digest)


@require_safe
@shared()
def page(request, slug):
    found = Page.objects.with_an_address().filter(slug=slug).in_language(get_language()).first()
    if found is None:
        raise Http404
    return render(request, "posts/page_detail.html", {"page": found})


def _reading(request, post):
    """What the page of a post shows; what its kept parts hold is looked up when they are made."""
    near = SimpleLazyObject(partial(reading.around, post))
    return {
        "post": post,
        "whole": SimpleLazyObject(post.with_what_it_says),
        "near": near,
        "event": reading.meeting(post, request.user),
    }


def _listed(request):
    """What a list shows: newest first, of twins the one in the reader's language."""
    return Post.objects.listed_for(request.user).one_per_pair(get_language()).newest_first()


def _list(request, template, posts, **context):
    posts = page_of(posts.for_cards(), request.GET.get("page"), kept_as=request.path)  # posts are listed alike for everybody
    return render(request, template, context | {"posts": posts, "years": _years()})


def _years():
    """Of the archives; looked up where they are drawn."""
    return SimpleLazyObject(partial(reading.years, get_language()))


def _archive(request, year, month=None, day=None):
    """The posts of a year, a month or a day; a time without any has no page."""
    began = _date(year, month or 1, day or 1)
    posts = _listed(request).in_period(year, month, day)
    page = page_of(posts.for_cards(), request.GET.get("page"), kept_as=request.path)
    if not page.object_list:
        raise Http404
    months = [(date(year, n, 1), count) for n, count in reading.months(get_language(), year)]
    precision = "day" if day else "month" if month else "year"
    context = {"posts": page, "began": began, "precision": precision, "months": months, "years": _years(), "year": year}
    return render(request, "posts/archive.html", context)


def _date(year, month, day):
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Http404 from error
