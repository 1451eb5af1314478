"""What the law has the host of comments keep of a closed account, and nothing that was not there already.

Decree 2021-1362 (article L34-1 of the CPCE): who somebody said they were, five years; their account, one year; where
their contributions came from, one year. The site notes no address of the network with a comment, and does not begin to.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.utils import timezone

from members.models import Entry, Member, Person, SealedRecord
from posts.models import Comment
from smclub.personal import addresses_of

YEAR = timedelta(days=365)
Kind = SealedRecord.Kind
KEPT = {Kind.IDENTITY: 5 * YEAR, Kind.ACCOUNT: YEAR, Kind.SOURCE: YEAR}


def seal(member: Member) -> None:
    """In the caller's transaction; a second time changes nothing."""
    now = timezone.now()
    for kind, facts in _facts(member).items():
        if facts:
            SealedRecord.objects.get_or_create(
                number=member.pk, kind=kind, defaults={"facts": facts, "closed_at": now, "purge_at": now + KEPT[kind]}
            )


def _facts(member: Member) -> dict:
    pages = Person.objects.filter(member=member).values_list("name", flat=True)
    return {
        Kind.IDENTITY: {"names": sorted({member.name, *pages} - {""}), "addresses": addresses_of(member)},
        Kind.ACCOUNT: {
            "opened": member.created_at.isoformat(),
            "standing": member.standing,
            "language": member.language,
            "last seen": member.last_seen_on and member.last_seen_on.isoformat(),
        },
        Kind.SOURCE: _sources(member),
    }


def _sources(member: Member) -> dict:
    year_ago = timezone.now() - YEAR
    comments = Comment.objects.filter(member=member, created_at__gte=year_ago).order_by("pk")
    sessions = UserSession.objects.filter(user=member, last_seen_at__gte=year_ago).order_by("pk")
    said = {
        "comments": [[comment.pk, comment.created_at.isoformat()] for comment in comments],
        "sign-ins": [[found.ip, found.created_at.isoformat(), found.last_seen_at.isoformat()] for found in sessions],
    }
    return said if any(said.values()) else {}


def read(record: SealedRecord, *, by: Member) -> dict:
    """What is in it; that it was read is written down first."""
    Entry.objects.write("sealed.read", record, by=by)
    return record.facts


def purge() -> int:
    """Removes what the law wants no longer; returns how many."""
    return SealedRecord.objects.over().delete()[0]
