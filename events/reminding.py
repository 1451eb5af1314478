"""Reminders: what the site writes by itself to those who come, each in the time when it makes sense, by the clock of the event.

Whoever looks in that time, however late and however often, writes each once: its key is the registration, the kind and the start
that it is about, so that a meeting that was moved reminds again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from events.models import Event, Registration
from members import preferring
from members.mail import letter
from members.models import Letter

TEN = time(10)
AN_HOUR = timedelta(hours=1)
LONG_AGO = timedelta(days=14)  # before the start: who registered then may have other plans by now


@dataclass(frozen=True)
class Reminder:
    kind: str
    opens: Callable[[Event], datetime]
    closes: Callable[[Event], datetime]
    concerns: Callable[[Event], bool]
    to: Callable[[Event], list[Registration]]
    is_urgent: bool = False  # leaves in the quiet hours too: in the morning it would come too late


def _days_before(days: int) -> Callable[[Event], datetime]:
    """Ten in the morning, so many days before."""
    return lambda event: datetime.combine(event.local_day - timedelta(days=days), TEN, tzinfo=event.zone)


def _last_moment(event: Event) -> datetime:
    """Until when it helps to know how to get in."""
    return event.starts_at if event.precision == Event.Precision.HOUR else event.ends_at


def is_joined_online(event: Event) -> bool:
    is_timed = event.precision == Event.Precision.HOUR and not event.is_hour_to_be_confirmed
    return is_timed and event.is_online and bool(event.online_url)


def _going(event: Event) -> list[Registration]:
    return list(event.registrations.going().to_write_to())


def _perhaps_not(event: Event) -> list[Registration]:
    """Whose place somebody else waits for, or who registered long ago; not who has said that they still come."""
    is_wanted = event.is_full or event.waiting_count > 0
    rows = [row for row in _going(event) if is_wanted or row.state_changed_at <= event.starts_at - LONG_AGO]
    return [row for row in rows if row.confirmed_for != event.starts_at]


def _always(event: Event) -> bool:
    return True


REMINDERS = (
    Reminder("events.still_coming", _days_before(7), _days_before(2), _always, _perhaps_not),
    Reminder("events.tomorrow", _days_before(1), _last_moment, _always, _going),
    Reminder("events.soon", lambda event: event.starts_at - AN_HOUR, _last_moment, is_joined_online, _going, is_urgent=True),
)


def of_kind(kind: str) -> Reminder:
    return next(reminder for reminder in REMINDERS if reminder.kind == kind)


def is_tomorrow(event: Event) -> bool:
    """Whether the letter of the day before has been written: whoever comes from now on is told at once what it says."""
    return event.takes_registrations and timezone.now() >= of_kind("events.tomorrow").opens(event)


def remind() -> int:
    """Writes the reminders whose time it is; safe twice at once. Returns how many were written."""
    written, now = 0, timezone.now()
    for event in Event.objects.to_remind():
        for reminder in REMINDERS:
            if reminder.opens(event) <= now < reminder.closes(event) and reminder.concerns(event):
                written += _write(reminder, event)
    return written


@transaction.atomic
def _write(reminder: Reminder, event: Event) -> int:
    """To those who had their place before; who comes later has read it in the letter of their registration."""
    rows = [row for row in reminder.to(event) if row.state_changed_at < reminder.opens(event)]
    keyed = {f"{reminder.kind}:{row.pk}:{event.starts_at.astimezone(UTC):%Y%m%dT%H%M}": row for row in rows}
    for key in Letter.objects.filter(key__in=keyed).values_list("key", flat=True):
        del keyed[key]
    stopped = preferring.stopped_for([row.member_id for row in keyed.values()], reminder.kind)
    keyed = {key: row for key, row in keyed.items() if row.member_id not in stopped}
    for key, row in keyed.items():
        facts = {"registration": row.pk, "start": event.starts_at.isoformat()}
        letter(
            reminder.kind,
            key=key,
            to=row.reader,
            language=row.language,
            quiet_zone="" if reminder.is_urgent else event.zone_name,
            **facts,
        )
    return len(keyed)
