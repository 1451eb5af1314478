"""When a meeting takes place, in words, in the active language and in the zone of the event."""

from datetime import datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smclub.dates import full_day, hour

ZONES = {  # those near the club that a town's English name would not say well
    "America/Cayenne": gettext_lazy("time in French Guiana"),
    "America/Guadeloupe": gettext_lazy("time in Guadeloupe"),
    "America/Martinique": gettext_lazy("time in Martinique"),
    "America/Miquelon": gettext_lazy("time in Saint-Pierre-et-Miquelon"),
    "America/Montreal": gettext_lazy("time in Montréal"),
    "Europe/Brussels": gettext_lazy("time in Brussels"),
    "Europe/London": gettext_lazy("time in London"),
    "Indian/Mayotte": gettext_lazy("time in Mayotte"),
    "Indian/Reunion": gettext_lazy("time in Réunion"),
    "Pacific/Noumea": gettext_lazy("time in New Caledonia"),
    "Pacific/Tahiti": gettext_lazy("time in Tahiti"),
}

EVENING = timedelta(hours=12)  # what is shorter is of one day, past midnight too


def span(start: datetime | None, end: datetime | None, precision: str, *, zone: str = "", tentative: bool = False) -> str:
    """The date as precisely as it is known; `start` and `end` in the zone of the event, which is named when `zone` is given."""
    if start is None or precision == "none":
        return _("date to be announced")
    if precision == "month":
        return date_format(start, "F Y")
    if precision == "day":
        return _("%(day)s, hour to be confirmed") % {"day": full_day(start)} if tentative else full_day(start)
    facts = {"day": full_day(start), "start": hour(start)}
    facts |= {"end": hour(end), "end_day": full_day(end)} if end else {}
    if end is None:
        words = _("%(day)s at %(start)s") % facts
    elif start.date() == end.date() or end - start < EVENING:
        words = _("%(day)s, from %(start)s to %(end)s") % facts
    else:
        words = _("from %(day)s at %(start)s to %(end_day)s at %(end)s") % facts
    words = f"{words} ({zone})" if zone else words
    return _("%(when)s, hour to be confirmed") % {"when": words} if tentative else words


def when(event) -> str:
    """The date of an event; the zone is named when it is not that of Paris."""
    return span(
        event.local_start,
        event.local_end,
        event.precision,
        zone=zone_label(event),
        tentative=event.is_hour_to_be_confirmed,
    )


def took_place(event) -> str:
    """The day of an event that is over, or its first and its last; nothing where no date is known."""
    if event.precision == "none":
        return ""
    if event.precision == "month":
        return _("Took place in %(month)s") % {"month": date_format(event.local_start, "F Y")}
    first, after = event.days
    last = after - timedelta(days=1)
    if first != last and event.ends_at - event.starts_at >= EVENING:
        return _("Took place from %(day)s to %(last)s") % {"day": full_day(first), "last": full_day(last)}
    return _("Took place on %(day)s") % {"day": full_day(first)}


def moved_from(event) -> str:
    """What a meeting that moved was first announced for: its day, or its hour alone where the day is the same.

    Nothing where it is back at its first hour, or where the day was announced without one.
    """
    before = event.previous_starts_at and event.previous_starts_at.astimezone(event.zone)
    if not before or before == event.starts_at:
        return ""
    if before.date() != event.local_day:
        return _("New date: this meeting was first announced for %(day)s.") % {"day": full_day(before)}
    if event.precision != "hour" or before.time() == time.min:
        return ""
    return _("New hour: this meeting was first announced for %(hour)s.") % {"hour": hour(before)}


def start_hour(event) -> str:
    """« 19 h 30 », « 19 h (heure de La Réunion) », « heure à confirmer », beside the day; nothing where no hour is."""
    if event.precision in ("hour", "day") and event.is_hour_to_be_confirmed:
        return _("hour to be confirmed")
    if event.precision != "hour":
        return ""
    zone = zone_label(event)
    return f"{hour(event.local_start)} ({zone})" if zone else hour(event.local_start)


def place(venue: str, *, is_online: bool) -> str:
    """« La Fabrique, Rennes et en ligne »; nothing when neither is known."""
    if not is_online:
        return venue
    return _("%(venue)s and online") % {"venue": venue} if venue else _("Online")


def zone_label(event) -> str:
    """Whose time it is, when it is not that of Paris."""
    if event.zone_name == "Europe/Paris":
        return ""
    town = event.zone_name.rpartition("/")[2].replace("_", " ")
    return str(ZONES.get(event.zone_name) or _("time in %(town)s") % {"town": town})
