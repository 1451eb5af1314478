"""The hours in which nobody is written to unless they asked for it: one place, for news, reminders and what organisers write."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def awake(at: datetime, zone_name: str = "") -> datetime:
    """`at`, or the end of the quiet hours that it falls in, by the clock of that zone (of the club unless named)."""
    if not settings.QUIET_HOURS:
        return at
    evening, morning = settings.QUIET_HOURS
    zone = ZoneInfo(zone_name) if zone_name else timezone.get_default_timezone()
    local = at.astimezone(zone)
    if morning <= local.hour < evening:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= evening else 0)
    return datetime.combine(day, time(morning), tzinfo=zone)
