"""A general assembly counted: who may vote on its day, who of them is there, who is represented, and whether that is enough."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from events.models import Event, Proxy
from members.models import GroupMembership, Member
from members.models.member import fold_email
from smclub.words import fold


@dataclass(frozen=True)
class Count:
    voters: int
    present: int
    represented: int
    percent: int | None  # of the voters, asked for; None where no quorum is

    @property
    def needed(self) -> int:
        """A part of a person counts as one."""
        return -(-self.voters * (self.percent or 0) // 100)

    @property
    def reached(self) -> int:
        return self.present + self.represented

    @property
    def is_reached(self) -> bool:
        return self.reached >= self.needed


def voters(event: Event) -> QuerySet[Member]:
    """Members whose dues are paid up on the day of the assembly; of a group's assembly, those of the group alone."""
    members = Member.objects.accepted().paid_up(event.local_day)
    if event.group_id is None:
        return members
    return members.filter(Exists(GroupMembership.objects.filter(group=event.group_id, member=OuterRef("pk"))))


def voter_at(event: Event, email: str) -> Member | None:
    """Who signs in with that address, if they vote."""
    return voters(event).filter(emailaddress__email=fold_email(email), emailaddress__verified=True).first()


def voters_called(event: Event, name: str) -> list[Member]:
    """By the name that others read, capitals and accents aside."""
    return [member for member in voters(event) if fold(member.public_name) == fold(name)]


def present(event: Event) -> QuerySet[Member]:
    """The voters whom the door has seen."""
    return voters(event).filter(Exists(event.registrations.came().filter(member=OuterRef("pk"))))


def counting(event: Event) -> QuerySet[Proxy]:
    """The proxies that make a vote as things stand: the holder is there, and the giver, who would vote, is not."""
    here = present(event).values("pk")
    of_voters = event.proxies.standing().filter(giver__in=voters(event).values("pk"), holder__in=here)
    return of_voters.exclude(giver__in=here)


def count(event: Event) -> Count:
    return Count(voters(event).count(), present(event).count(), counting(event).count(), event.quorum)


@dataclass(frozen=True)
class Line:
    """One voter of the sheet to sign."""

    name: str
    given_to: str  # who votes for them; nobody for who has given no proxy
    brings: list[str]


def roll(event: Event) -> list[Line]:
    """Every voter by name, with the proxies that stand."""
    proxies = list(event.proxies.standing().named())
    given = {proxy.giver_id: proxy.holder.public_name for proxy in proxies}
    brought: dict[int, list[str]] = {}
    for proxy in proxies:
        brought.setdefault(proxy.holder_id, []).append(proxy.giver.public_name)
    by_name = sorted(voters(event), key=lambda member: (fold(member.public_name), member.pk))
    return [Line(member.public_name, given.get(member.pk, ""), brought.get(member.pk, [])) for member in by_name]
