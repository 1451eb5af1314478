"""What stands around one post or one topic: neighbours, series, meeting, what to read or whom to meet next."""

from collections.abc import Iterable

from django.db.models import Q, Subquery
from django.utils.translation import get_language

from events.models import Event
from members.models import Group, Person, Topic
from posts.models import Post
from smclub.keeping import kept, kept_here

RELATED = 4
EVENTS_OF_TOPIC = 6
PEOPLE_OF_TOPIC = 24
NAMED = ["title", "slug", "lang", "address_on", "published_at", "series", "series_position"]  # all that a link to a post says


def meeting(post: Post, visitor) -> Event | None:
    """The one that `post` tells of, as `visitor` may know of it."""
    return post.event_id and Event.objects.listed_for(visitor).select_related("group").filter(pk=post.event_id).first()


def written_of(event: Event) -> list[Post]:
    """What was written of `event`, newest first, of twins the one in the reader's language; asked once for its page."""
    language = get_language() or "fr"
    posts = Post.objects.announced().telling_of(event).one_per_pair(language).newest_first()
    posts = posts.for_cards().select_related("original", "translation")
    return kept_here(f"written of {event.pk} {language}", lambda: list(posts))


def write_up(event: Event, visitor) -> Post | None:
    """The one that leads the page of `event` once it took place: the first that appeared of those `visitor` may read whole."""
    if not event.is_over or event.is_called_off:
        return None
    return next((post for post in reversed(written_of(event)) if post.is_report and post.readable_by(visitor)), None)


def write_ups(events: Iterable[Event], visitor) -> dict[int, Post]:
    """The same of each of `events` that took place, by its key; asked of all of them at once."""
    posts = Post.objects.announced().reports().telling_of_some(events).one_per_pair(get_language() or "fr").newest_first()
    return {post.event_id: post for post in posts.only(*NAMED, "audience", "event") if post.readable_by(visitor)}


def around(post: Post) -> dict:
    """`previous`, `next`, `siblings` (of its series, itself included), `related`: alike for everybody."""
    return kept(f"around:{post.pk}", lambda: _around(post))


def _around(post: Post) -> dict:
    post = post.with_what_it_says()
    listed = Post.objects.announced().one_per_pair(post.lang).only(*NAMED)
    others = listed.except_pair_of(post)
    ends = Q(pk=Subquery(others.before(post).newest_first().values("pk")[:1])) | Q(
        pk=Subquery(others.after(post).oldest_first().values("pk")[:1])
    )
    near = list(listed.filter(ends | Q(series=post.series_id)) if post.series_id else listed.filter(ends))
    return {
        "previous": max((other for other in near if _when(other) < _when(post)), key=_when, default=None),
        "next": min((other for other in near if _when(other) > _when(post)), key=_when, default=None),
        "siblings": sorted((other for other in near if post.series_id and other.series_id == post.series_id), key=_place),
        "related": list(listed.related_to(post)[:RELATED]),
    }


def years(language: str) -> list[tuple[int, int]]:
    """(year, number of posts) of what readers of `language` find in lists, the latest first."""
    return kept(f"years:{language}", lambda: Post.objects.announced().one_per_pair(language).count_by("year"))


def months(language: str, year: int) -> list[tuple[int, int]]:
    """(month, number of posts) of a year, as `years` counts them."""
    posts = Post.objects.announced().one_per_pair(language).in_period(year)
    return kept(f"months:{language}:{year}", lambda: posts.count_by("month"))


def _when(post: Post) -> tuple:
    return post.published_at, post.pk


def _place(post: Post) -> tuple:
    return post.series_position is None, post.series_position or 0, *_when(post)


def on(topic: Topic, *, visitor) -> dict:
    """Meetings of which `visitor` may know the topics, latest first, people who asked to be found, and groups, on `topic`."""
    events = Event.objects.listed_for(visitor).without_stubs().filter(topic_items__tag=topic)
    events = list(events.select_related("group").order_by("-starts_at", "-pk")[:EVENTS_OF_TOPIC])
    people = Person.objects.listed_for(visitor).interested_in(topic, to=visitor).order_by("name", "pk")
    groups = Group.objects.on_topic(topic).in_order()
    return {
        "events": events,
        "has_calendar": any(event.may_be_announced for event in events),
        "people": people.for_cards()[:PEOPLE_OF_TOPIC],
        "groups": groups,
    }
