"""The query words of events: what is shown to whom, and in which order."""

from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Exists, F, Min, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.models.invitation import Invitation
from events.models.registration import Registration
from events.models.ties import EventPartner
from members.models import Group, GroupMembership, Member, is_accepted

CUTOFF = timedelta(hours=12)  # before the start: from then on places are claimed by hand
FEED_CAP = 1500  # entries of one calendar


class EventQuerySet(models.QuerySet):
    def lock(self, pk: int) -> Any:
        """The event as it stands, held until the transaction ends; it must be the first statement of that transaction.

        A write, so that SQLite and PostgreSQL take the same lock; `rsvp_rev` is shown nowhere. Raises DoesNotExist of the model.
        """
        self.filter(pk=pk).update(rsvp_rev=F("rsvp_rev") + 1)
        return self.get(pk=pk)

    def published(self):
        return self.filter(published_at__lte=timezone.now())

    def drafts(self):
        return self.filter(published_at__isnull=True)

    def of_the_club(self):
        """Not the meetings of somebody else."""
        return self.exclude(kind=self.model.Kind.EXTERNAL)

    def just_over(self):
        """Ended within the last six weeks, the latest first."""
        now = timezone.now()
        return self.filter(ends_at__lte=now, ends_at__gt=now - timedelta(weeks=6)).order_by("-starts_at", "-pk")

    def scheduled(self):
        """Those that appear by themselves, later."""
        return self.filter(published_at__gt=timezone.now())

    def upcoming(self):
        """Not over yet, soonest first; a day or a month lasts until it ends."""
        return self.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")

    def to_come(self):
        """Not over yet, or waiting for another date: those where a seat may still change hands."""
        return self.filter(Q(ends_at__gt=timezone.now()) | Q(status=self.model.Status.POSTPONED))

    def over_for(self, age):
        """Over for so long; what waits for another date, which needs what is kept of people, unchanged for as long too."""
        since = timezone.now() - age
        return self.filter(ends_at__lt=since).exclude(status=self.model.Status.POSTPONED, modified_at__gte=since)

    def past(self):
        """Over, latest first; those without a date come last."""
        return self.filter(Q(ends_at__lte=timezone.now()) | Q(precision=self.model.Precision.NONE)).order_by(
            F("starts_at").desc(nulls_last=True), "-pk"
        )

    def to_tell(self):
        """Of a group, appeared in the last days, still to come, and its members have not been told."""
        fresh = self.published().upcoming().filter(told_at=None, published_at__gt=timezone.now() - timedelta(days=3))
        return fresh.filter(group__isnull=False).taking_place()

    def taking_place(self):
        """Not called off: as it was planned, or online instead."""
        return self.exclude(status__in=self.model.CALLED_OFF)

    def to_thank(self):
        """Ended within three days, and who came has not been thanked."""
        now = timezone.now()
        over = self.published().of_the_club().took_place().filter(thanked_at=None, ends_at__gt=now - timedelta(days=3))
        return over.filter(precision__in=[self.model.Precision.HOUR, self.model.Precision.DAY])

    def to_remind(self):
        """Within a week, at a date known to the day at least, and not called off."""
        near = self.published().upcoming().of_the_club().filter(starts_at__lte=timezone.now() + timedelta(days=8))
        dated = near.filter(precision__in=[self.model.Precision.HOUR, self.model.Precision.DAY])
        return dated.taking_place().with_seats_taken().with_waiting_count()

    def took_place(self):
        """Over and not called off, latest first."""
        return self.taking_place().filter(ends_at__lte=timezone.now()).order_by("-starts_at", "-pk")

    def next_moment(self) -> datetime | None:
        """When a meeting next appears, opens or closes its registration, stops promoting, begins or ends, or is today."""
        now = timezone.now()
        names = ("published_at", "rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at", "starts_at", "ends_at")
        wanted = {f"next_{name}": Min(name, filter=Q(**{f"{name}__gt": now})) for name in names}
        wanted["cutoff"] = Min("starts_at", filter=Q(starts_at__gt=now + CUTOFF))
        moments = self.filter(Q(ends_at__gt=now) | Q(published_at__gt=now)).aggregate(**wanted)
        if moments["cutoff"]:
            moments["cutoff"] -= CUTOFF
        known = [moment for moment in moments.values() if moment]
        return min([*known, *self.filter(starts_at__gt=now)._far_midnights(after=now)], default=None)

    def _far_midnights(self, *, after: datetime) -> list[datetime]:
        """When it becomes today where the days are not those of the site, whose own midnight is known anyway."""
        far = self.exclude(zone_name=settings.TIME_ZONE).filter(starts_at__lt=after + timedelta(days=2))
        days = [at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0) for at, zone in far.values_list("starts_at", "zone_name")]
        return [day for day in days if day > after]

    def days(self) -> list[date]:
        """Of those that have one, each on the clock of its own zone."""
        dated = self.exclude(starts_at=None).order_by()
        return [at.astimezone(ZoneInfo(zone)).date() for at, zone in dated.values_list("starts_at", "zone_name")]

    def between(self, first, last):
        """Those whose day, on the clock of their own zone, is one of these; what has no date is in none."""
        after = last + timedelta(days=1)
        zones = self.model.objects.order_by().values_list("zone_name", flat=True).distinct()
        spans = [Q(zone_name=name, starts_at__gte=_midnight(first, name), starts_at__lt=_midnight(after, name)) for name in zones]
        return self.filter(reduce(or_, spans, Q(pk=None)))

    def open_to_all(self):
        return self.filter(audience=self.model.Audience.OPEN)

    def announced(self):
        """What a feed, calendar, sitemap, JSON-LD or Open Graph may carry (with the visitor's fields only)."""
        return self.published().exclude(audience=self.model.Audience.INVITATION).filter(is_confidential=False)

    def listed_for(self, visitor):
        """Sheet or stub: what exists for `visitor`; `is_inside` says whether the whole of it may be read."""
        exists = ~Q(audience=self.model.Audience.INVITATION)
        if _is_somebody(visitor):
            exists |= _called_to(visitor)
        return self.published().filter(exists).with_inside(visitor)

    def readable_by(self, visitor):
        """What exists for `visitor`, and to those who run a meeting its draft, as it will be."""
        if not getattr(visitor, "is_staff", False):
            return self.listed_for(visitor)
        listed, run = self.model.objects.listed_for(visitor), self.model.objects.run_by(visitor)
        unpublished = Q(published_at=None) | Q(published_at__gt=timezone.now())
        return self.with_inside(visitor).filter(Q(pk__in=listed.values("pk")) | (unpublished & Q(pk__in=run.values("pk"))))

    def visible_to(self, visitor):
        """In full: what `visitor` may read the whole of."""
        return self.published().filter(_inside(self.model, visitor)).annotate(is_inside=Value(True))

    def withheld_from(self, visitor):
        """Published ones of which `visitor` may read no more than the stub."""
        return self.published().exclude(_inside(self.model, visitor)).annotate(is_inside=Value(False))

    def with_inside(self, visitor):
        """Annotates `is_inside`: whether `visitor` belongs to the audience of the event or runs it."""
        return self.annotate(
            is_inside=Case(
                When(_inside(self.model, visitor), then=Value(True)), default=Value(False), output_field=BooleanField()
            )
        )

    def run_by(self, member):
        """Events that `member` may manage: all for organisers, those of their groups for coordinators."""
        if member.may("events.change_event"):
            return (
                self.all()
                if member.may("events.run_every_event")
                else self.filter(group__in=Group.objects.coordinated_by(member))
            )
        return self.none()

    def on_desk_of(self, member):
        """What the admin shows `member`: what they run, and to who runs no meeting what they may read in full."""
        return self.run_by(member) if member.may("events.change_event") else self.visible_to(member)

    def with_seats_taken(self):
        """Annotates `seats_taken`: members going and the guests they bring, counted from rows."""
        going = Registration.objects.going().filter(event=OuterRef("pk")).order_by().values("event")
        return self.annotate(seats_taken=Coalesce(models.Subquery(going.annotate(n=Sum(F("guests") + 1)).values("n")), 0))

    def with_waiting_count(self):
        """Annotates `waiting_count`: registrations on the waiting list."""
        waiting = Registration.objects.filter(state=Registration.State.WAITING, event=OuterRef("pk")).values("event")
        return self.annotate(waiting_count=Coalesce(models.Subquery(waiting.annotate(n=models.Count("pk")).values("n")), 0))

    def for_cards(self):
        return self.select_related("venue", "group", "cover").with_seats_taken().fetch_mode(models.FETCH_PEERS)

    def for_page(self):
        return self.select_related("venue", "previous_venue", "group", "cycle", "cover").with_seats_taken().with_has_questions()

    def with_has_questions(self):
        """Annotates `has_questions`, so that the page of an event that asks nothing does not look for them."""
        questions = self.model._meta.get_field("questions").related_model.objects.filter(event=OuterRef("pk"))
        return self.annotate(has_questions=Exists(questions))

    def with_partner(self, organisation):
        return self.filter(Exists(EventPartner.objects.filter(event=OuterRef("pk"), organisation=organisation)))

    def attended_by(self, member):
        """Those that `member` goes to or went to, but where the door did not see them."""
        theirs = Registration.objects.going().filter(event=OuterRef("pk"), member=member)
        return self.filter(Exists(theirs.exclude(pk__in=Registration.objects.absent().filter(member=member).values("pk"))))

    def for_calendar(self):
        """What a calendar takes, a date known to the hour or the day, with all that an entry says."""
        dated = self.filter(precision__in=[self.model.Precision.HOUR, self.model.Precision.DAY])
        return dated.select_related("venue", "group", "cover").prefetch_related("topic_items__tag", "partners__organisation")

    def for_feed(self):
        """The last twelve months and all that is to come; what was cancelled for thirty days, so that clients drop it."""
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        forgotten = Q(status=self.model.Status.CANCELLED, starts_at__lt=today - timedelta(days=30))
        recent = self.for_calendar().filter(starts_at__gte=today - timedelta(days=365)).exclude(forgotten)
        return recent.order_by("-starts_at", "-pk")[:FEED_CAP]

    def in_order_of_dates(self):
        return self.order_by(F("starts_at").asc(nulls_last=True), "pk")

    def in_cycle_order(self):
        return self.order_by(F("cycle_position").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), "pk")

    def of_kind(self, kind: str):
        return self.without_stubs().filter(kind=kind)

    def in_season(self, season):
        """Soonest first."""
        return self.between(season.first, season.last).order_by("starts_at", "pk")

    def in_town(self, town: str):
        return self.without_stubs().filter(venue__city=town)

    def in_year(self, year: int):
        return self.between(date(year, 1, 1), date(year, 12, 31))

    def without_stubs(self):
        """Only those of which more than the title, the date and the group is shown; after `listed_for`."""
        return self.exclude(is_confidential=True, is_inside=False)

    def with_shown_venue(self):
        """Those whose street address the visitor may read; after `listed_for`."""
        return self.filter(is_inside=True)


def _midnight(day: date, zone_name: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone_name))


def _is_somebody(visitor) -> bool:
    return getattr(visitor, "is_authenticated", False)


def _called_to(member) -> Q:
    """Whatever the audience: those `member` is invited to, and those they run."""
    if member.may("events.run_every_event"):
        return Q(pk__isnull=False)
    invited = Exists(Invitation.objects.for_member(member).filter(event=OuterRef("pk")))
    coordinated = Exists(GroupMembership.objects.coordinators().filter(group=OuterRef("group"), member=member))
    return Q(invited) | Q(coordinated)


def _inside(model, visitor) -> Q:
    inside = Q(audience=model.Audience.OPEN)
    if not _is_somebody(visitor):
        return inside
    if is_accepted(visitor):
        in_group = Exists(GroupMembership.objects.filter(group=OuterRef("group"), member=visitor))
        paid_up = Exists(Member.objects.paid_up().filter(pk=visitor.pk))
        inside |= Q(audience=model.Audience.MEMBERS) | (Q(audience=model.Audience.GROUP) & Q(in_group))
        inside |= Q(audience=model.Audience.PAID_UP) & Q(paid_up)
    return inside | _called_to(visitor)
