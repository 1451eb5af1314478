"""Whom one met: who was at the same meeting open to all, where both let those they met find them again (`shows_encounters`)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from events.models import Event, Registration
from members.models import Member, Person

SHOWN = 5  # meetings, on the page of somebody


@dataclass
class Encounter:
    member: Member
    times: int
    person: Person | None = None  # where the visitor may read their page
    last: Event | None = None


def people_met_by(member: Member) -> QuerySet:
    """Accounts by number with how many `times`, whom `member` met last first."""
    return _beside(member).values("member").annotate(times=Count("pk"), last=Max("event__starts_at")).order_by("-last", "member")


def told(rows: Iterable[dict], *, to: Member) -> list[Encounter]:
    """Some of those `people_met_by`, as the page shows them; in three queries."""
    times = {row["member"]: row["times"] for row in rows}
    members = Member.objects.in_bulk(times)
    met = {pk: Encounter(members[pk], number) for pk, number in times.items() if pk in members}
    for person in Person.objects.listed_for(to).for_cards().filter(member__in=met):
        met[person.member_id].person = person
    for row in _beside(to).filter(member__in=met).select_related("event").order_by("event__starts_at", "pk"):
        met[row.member_id].last = row.event
    return [encounter for encounter in met.values() if encounter.last]  # who changed their mind meanwhile is not there


def meetings_of_both(visitor, member: Member | None) -> list[Event]:
    """Where `visitor` met `member`, the latest; no query where one of them does not wish it."""
    if not (member and visitor.is_authenticated and visitor.shows_encounters and member.shows_encounters):
        return []
    rows = _beside(visitor).filter(member=member).select_related("event")
    return [row.event for row in rows.order_by("-event__starts_at", "pk")[:SHOWN]]


def _beside(member: Member) -> QuerySet:
    """The registrations of others who were where `member` was, of both of whom each may know; none of who does not wish it."""
    if not (member.shows_encounters and member.shows_attendance):
        return Registration.objects.none()
    own = Registration.objects.attended().filter(member=member).values("event")
    events = Event.objects.announced().open_to_all().took_place().filter(pk__in=own).order_by()
    others = Registration.objects.attended().findable().filter(event__in=events.values("pk"))
    return others.exclude(member=member).exclude(member__name="")
