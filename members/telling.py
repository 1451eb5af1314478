"""News: noted for each member with the deed that makes them, and told together as often as the member wants.

A deed notes them (`tell`); a job writes the letters (`sweep`), at most one to each member at a time; an app puts its own into
words when the letter leaves:

    @tells("posts.comment_reply")
    def replies(notices, *, reader) -> list[Item]: ...   # without what is no longer true, or not for this reader
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from members.kinds import DIGEST, Cadence, kind_of
from members.mail import letter
from members.models import Club, Letter, Member, Notice, Preference
from members.models.news import due
from members.quiet import awake

PAUSE = timedelta(minutes=15)  # between two letters about one thread
WEEK = timedelta(days=7)
AT_ONCE = 500  # members of one run


@dataclass(frozen=True)
class Item:
    """One piece of news in words. `subject` is the letter's when it tells nothing else; `deed` is what may be done about it."""

    subject: str
    heading: str
    url: str
    text: str = ""
    html: str = ""
    when: str = ""
    deed: str = ""
    deed_url: str = ""


TELLERS: dict[str, Callable[..., list[Item]]] = {}


def tells(kind: str):
    def register(function):
        TELLERS[kind] = function
        return function

    return register


# -- noting ----------------------------------------------------------------------
def tell(kind: str, *, to: Iterable[int], key: str, thread: str = "", quiet_zone: str = "", **context) -> None:
    """Notes for each of the members `to` (their numbers) what `key` names, in the caller's transaction: three queries in all.

    Whoever has been told of `key` already, under this kind or another, is not told again. What nobody chose to hear at once waits
    for the morning of `quiet_zone`, of the club's own unless named.
    """
    declared, members = kind_of(kind), list(to)
    if not members:
        return
    now = timezone.now()
    chosen = dict(Preference.objects.filter(kind=kind, member__in=members).values_list("member", "cadence"))
    last = _last_told(thread, members, since=now - PAUSE)
    notices = []
    for member in members:
        cadence = Cadence(chosen.get(member, declared.default))
        if cadence != Cadence.NEVER:
            due_at = max(due(cadence, now), last[member] + PAUSE) if member in last else due(cadence, now)
            notices.append(
                Notice(
                    member_id=member,
                    kind=kind,
                    key=key,
                    thread=thread,
                    context=context,
                    cadence=cadence,
                    is_chosen=member in chosen,
                    created_at=now,
                    due_at=due_at if member in chosen else awake(due_at, quiet_zone),
                )
            )
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _last_told(thread: str, members: list[int], *, since) -> dict:
    """When a letter about the thread was last written, to each of those who had one lately."""
    if not thread:
        return {}
    told = Notice.objects.filter(thread=thread, told_at__gt=since, member__in=members)
    return dict(told.values("member").annotate(last=Max("told_at")).values_list("member", "last"))


# -- writing the letters ---------------------------------------------------------
def sweep() -> int:
    """Writes the letters that are due; safe twice at once. Returns how many were written."""
    now = timezone.now()
    members = Notice.objects.due(now).order_by().values_list("member", flat=True).distinct()[:AT_ONCE]
    return sum(_write_to(member_id, now) for member_id in list(members))


@transaction.atomic
def _write_to(member_id: int, now) -> bool:
    """One letter with all that is due to one member, whose account is held: another sweep waits, and finds nothing left."""
    member = Member.objects.select_for_update().filter(pk=member_id).first()
    mine = Notice.objects.due(now).filter(member=member_id)
    if member is None or not member.is_active:
        mine.delete()
        return False
    notices = list(mine.order_by("pk"))
    if not notices:
        return False
    is_asked_for = any(notice.is_asked_for for notice in notices)
    if not is_asked_for and _has_had_enough(member, now):
        mine.update(cadence=Cadence.WEEKLY, due_at=due(Cadence.WEEKLY, now))
        return False
    zone = "" if any(notice.is_chosen for notice in notices) else settings.TIME_ZONE
    written = letter(DIGEST, key=f"{DIGEST}:{notices[0].pk}:{now:%Y%m%d%H%M}", to=member, quiet_zone=zone)
    Letter.objects.filter(pk=written.pk).update(is_unasked=not is_asked_for)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(told_at=now, letter=written)
    return True


def _has_had_enough(member: Member, now) -> bool:
    """The week's ceiling over what was not asked for; what comes beyond it waits for the summary of the week."""
    lately = Letter.objects.filter(member=member, is_unasked=True, created_at__gt=now - WEEK)
    return lately.exclude(state=Letter.State.DROPPED).count() >= Club.current().letters_a_week
