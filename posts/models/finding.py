"""The query words of posts: what is shown to whom, and in which order."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, Min, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.models import Event
from members.models import Organisation, Topic, is_accepted
from posts.models.filing import Category, Series
from posts.models.ties import Credit, PostTopic

CONSIDERED = 60  # posts that share a topic or a credit, before the nearest are chosen


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__lte=timezone.now())

    def scheduled(self):
        return self.filter(published_at__gt=timezone.now())

    def drafts(self):
        """Neither published, nor scheduled, nor waiting for an editor."""
        return self.filter(published_at=None, submitted_at=None)

    def submitted(self):
        """What waits for an editor."""
        return self.filter(published_at=None, submitted_at__isnull=False)

    def announced(self):
        """What feeds, sitemap, JSON-LD and Open Graph may carry; of members-only posts, the stub."""
        return self.published()

    def listed_for(self, visitor):
        """Whole or stub: every published post exists for everybody."""
        return self.published()

    def visible_to(self, visitor):
        """In full: what `visitor` may read the whole of."""
        return self.published() if _reads_all(visitor) else self.published().filter(audience=self.model.Audience.PUBLIC)

    def withheld_from(self, visitor):
        """Published ones of which `visitor` may read no more than the stub."""
        return self.none() if _reads_all(visitor) else self.published().exclude(audience=self.model.Audience.PUBLIC)

    def on_desk_of(self, member):
        """What the admin shows `member`: editors all, authors what they write."""
        return self.all() if member.may("posts.publish_post") else self.filter(created_by=member)

    def next_moment(self) -> datetime | None:
        """When the next scheduled post appears."""
        return self.scheduled().aggregate(at=Min("published_at"))["at"]

    def newest_first(self):
        return self.order_by("-published_at", "-pk")

    def oldest_first(self):
        return self.order_by("published_at", "pk")

    def one_per_pair(self, language: str):
        """Of published twins, the one in `language`."""
        now = timezone.now()
        original = Q(original__lang=language, original__published_at__lte=now)
        translation = Q(translation__lang=language, translation__published_at__lte=now)
        return self.filter(Q(lang=language) | ~(original | translation))

    def handed_in(self):
        """No longer the author's draft alone."""
        return self.filter(Q(submitted_at__isnull=False) | Q(published_at__isnull=False))

    def reports(self):
        return self.filter(kind=self.model.Kind.REPORT)

    def written_by(self, person):
        return self.filter(Exists(Credit.objects.filter(post=OuterRef("pk"), person=person)))

    def filed_under(self, category: Category):
        if category.gathers_language:
            return self.filter(lang=category.gathers_language)
        return self.filter(categories=category)

    def on_topic(self, topic: Topic):
        return self.filter(Exists(PostTopic.objects.filter(content_object=OuterRef("pk"), tag=topic)))

    def in_order_of(self, series: Series):
        return self.filter(series=series).order_by(F("series_position").asc(nulls_last=True), "published_at", "pk")

    def of_group(self, group):
        """Those that tell of a meeting of `group` that everybody may know of."""
        return self.filter(event__in=Event.objects.announced().filter(group=group))

    def to_tell(self):
        """Write-ups that appeared in the last days, of which those who went to the meeting have not been told."""
        since = timezone.now() - timedelta(days=3)
        return (
            self.reports().published().filter(told_at=None, published_at__gt=since, event__isnull=False).select_related("event")
        )

    def telling_of(self, event: Event):
        return self.filter(event=event)

    def telling_of_some(self, events):
        return self.filter(event__in=events)

    def about(self, organisation: Organisation):
        """Those that mention it, that it signs, or that tell of a meeting it took part in."""
        meetings = Event.objects.announced().with_partner(organisation).values("pk")
        everything = self.model._default_manager.order_by().values("pk")
        signed = Credit.objects.filter(organisation=organisation).values("post")
        telling = everything.filter(event__in=meetings)
        return self.filter(pk__in=everything.filter(mentions=organisation).union(signed, telling, all=True))

    def in_period(self, year: int, month: int | None = None, day: int | None = None):
        """By the dates of their addresses, as a range: the days of a month asked one by one are those of its year."""
        if month and day:
            return self.filter(address_on=date(year, month, day))
        last = monthrange(year, month or 12)[1]
        return self.filter(address_on__range=(date(year, month or 1, 1), date(year, month or 12, last)))

    def count_by(self, part: str) -> list[tuple[int, int]]:
        """(year, number of posts) or (month, number of posts), of those that exist; years latest first."""
        key = f"address_on__{part}"
        rows = self.order_by().values(key).annotate(n=Count("pk")).order_by(f"-{key}" if part == "year" else key)
        return [(row[key], row["n"]) for row in rows]

    def before(self, post):
        earlier = Q(published_at__lt=post.published_at) | Q(pk__lt=post.pk)
        return self.filter(earlier, published_at__lte=post.published_at)  # the range first: an index reads from there

    def after(self, post):
        later = Q(published_at__gt=post.published_at) | Q(pk__gt=post.pk)
        return self.filter(later, published_at__gte=post.published_at)

    def except_pair_of(self, post):
        """Neither `post` nor its other-language version."""
        twins = Q(pk=post.pk) | Q(original=post.pk) | (Q(pk=post.original_id) if post.original_id else Q())
        return self.exclude(twins)

    def related_to(self, post):
        """Nearest first: same series, then same event, then topics shared, then a credit shared; `post` is one `for_reading`.

        Of all that shares a topic or a credit the first few are looked at: a topic may have as many posts as the site.
        """
        everything = self.model._default_manager.order_by()
        topics = PostTopic.objects.filter(tag__in=[item.tag_id for item in post.topic_items.all()])
        credits = Credit.objects.sharing(post.credits.all())
        near = [
            everything.filter(pk__in=topics.nearest()[:CONSIDERED]),
            everything.filter(pk__in=credits.latest_posts()[:CONSIDERED]),
        ]
        points = Value(0, output_field=IntegerField())
        if post.series_id:
            near.append(everything.filter(series=post.series_id))
            points += Case(When(series=post.series_id, then=1000), default=0)
        if post.event_id:
            near.append(everything.filter(event=post.event_id))
            points += Case(When(event=post.event_id, then=500), default=0)
        shared = topics.filter(content_object=OuterRef("pk")).order_by().values("content_object")
        points += Coalesce(Subquery(shared.annotate(n=Count("pk")).values("n")), 0) * 10
        points += Case(When(Exists(credits.filter(post=OuterRef("pk"))), then=1), default=0)
        first, *others = (posts.values("pk") for posts in near)
        posts = self.filter(pk__in=first.union(*others, all=True)).except_pair_of(post).annotate(nearness=points)
        return posts.order_by("-nearness", "-published_at", "-pk")

    def with_credits(self):
        return self.prefetch_related(_credits())

    def for_cards(self):
        return self.select_related("cover").with_credits()

    def for_reading(self):
        """All that the page of one post needs; of its twin, only what `published_twin` looks at."""
        return self.with_what_it_stands_in().prefetch_related(*what_it_says())

    def with_what_it_stands_in(self):
        """What the page of a post needs at once; `Post.with_what_it_says` brings the rest."""
        return self.select_related("cover", "event", "series", "original", "translation")


def what_it_says() -> list[Prefetch]:
    """Credits, categories and topics of posts, in their order."""
    categories = Prefetch("categories", Category.objects.order_by("position", "pk"))
    topics = Prefetch("topic_items", PostTopic.objects.select_related("tag").order_by("tag__name", "pk"))
    return [_credits(), categories, topics]


def _credits() -> Prefetch:
    return Prefetch("credits", Credit.objects.select_related("person__member", "organisation").order_by("position", "pk"))


def _reads_all(visitor) -> bool:
    return is_accepted(visitor) or (getattr(visitor, "is_staff", False) and visitor.may("posts.change_post"))
