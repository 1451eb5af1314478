"""Feeds to follow the club by, one RSS and one JSON for each thing that gathers posts."""

import hashlib

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Club, Group, Person
from partners.models import Partner
from posts.models import Category, Post, listed_topics
from posts.syndication import JSON, RSS, WRITERS, Channel, items_of
from smclub.keeping import kept
from smclub.shared import share


@require_safe
def site_rss(request):
    return _answer(request, RSS, _of_site)


@require_safe
def site_json(request):
    return _answer(request, JSON, _of_site)


@require_safe
def topic_rss(request, slug):
    return _answer(request, RSS, _of_topic, slug)


@require_safe
def topic_json(request, slug):
    return _answer(request, JSON, _of_topic, slug)


@require_safe
def category_rss(request, slug):
    return _answer(request, RSS, _of_category, slug)


@require_safe
def category_json(request, slug):
    return _answer(request, JSON, _of_category, slug)


@require_safe
def person_rss(request, slug):
    return _answer(request, RSS, _of_person, slug)


@require_safe
def person_json(request, slug):
    return _answer(request, JSON, _of_person, slug)


@require_safe
def group_rss(request, slug):
    return _answer(request, RSS, _of_group, slug)


@require_safe
def group_json(request, slug):
    return _answer(request, JSON, _of_group, slug)


@require_safe
def partner_rss(request, slug):
    return _answer(request, RSS, _of_partner, slug)


@require_safe
def partner_json(request, slug):
    return _answer(request, JSON, _of_partner, slug)


def _answer(request, kind, channel_of, *slug):
    """The feed, or 304 for who has it as it is."""
    channel = channel_of(Club.current(), *slug)
    body, modified = kept(f"feed:{request.path}", lambda: _written(channel, kind))
    response = HttpResponse(body, content_type=kind)
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response.headers["ETag"] = etag
    if modified:
        response.headers["Last-Modified"] = http_date(modified)
    return get_conditional_response(request, etag=etag, last_modified=modified, response=share(request, response))


def _written(channel, kind) -> tuple[str, int | None]:
    """The feed, and when what is in it last changed."""
    items = items_of(channel)
    return WRITERS[kind](channel, items), int(max(item.changed_at for item in items).timestamp()) if items else None


def _of_site(club):
    description = str(club.motto) or _("Write-ups, articles and opinions, written by the members since 2007.")
    return Channel(club.name, club.name, description, "/", reverse("feed"), reverse("feed_json"), Post.objects.announced())


def _of_topic(club, slug):
    topic = get_object_or_404(listed_topics(AnonymousUser()), slug=slug)
    return _channel(club, "topic", topic, topic.name, Post.objects.announced().on_topic(topic))


def _of_category(club, slug):
    category = get_object_or_404(Category, slug=slug)
    posts = Post.objects.announced().filed_under(category)
    return _channel(club, "category", category, category.name, posts, lang=category.gathers_language or "fr")


def _of_person(club, slug):
    person = get_object_or_404(Person.objects.announced(), slug=slug)
    return _channel(club, "person", person, person.name, Post.objects.announced().written_by(person))


def _of_group(club, slug):
    group = get_object_or_404(Group, slug=slug)
    return _channel(club, "group", group, group.name, Post.objects.announced().of_group(group))


def _of_partner(club, slug):
    partner = get_object_or_404(Partner.objects.announced().select_related("organisation"), slug=slug)
    posts = Post.objects.announced().about(partner.organisation)
    return _channel(club, "partner", partner, partner.organisation.name, posts)


def _channel(club, kind, thing, name, posts, *, lang="fr"):
    addresses = reverse(f"feed_{kind}", args=[thing.slug]), reverse(f"feed_{kind}_json", args=[thing.slug])
    title = f"{name} – {club.name}"
    description = _("The posts of the club: %(name)s") % {"name": name}
    return Channel(club.name, title, description, thing.get_absolute_url(), *addresses, posts, lang)
