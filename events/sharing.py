"""Passing a meeting on: to people, and to calendars. Never for a meeting that is not announced."""

from urllib.parse import urlencode

from django.utils import translation
from django.utils.translation import gettext as _

from events import calendar, wording
from events.models import Event
from members.passing_on import Message


def message(event: Event, *, talks=()) -> Message:
    """What, when, where, with whom, in the event's own language; once it is over, that it took place, and no invitation."""
    with translation.override(event.lang):
        place = event.town or (_("Online") if event.is_online else "")
        when = wording.took_place(event) if event.is_over else wording.when(event)
        when = " – ".join(part for part in (when, place) if part)
        return Message(
            title=calendar.prefix(event) + event.title,
            url=event.canonical_url(),
            lang=event.lang,
            summary="" if event.is_over else event.summary,
            facts=(when,),
            people=tuple(talk.person for talk in talks),
            hashtag=f"#{event.hashtag.lstrip('#')}" if event.hashtag else "",
        )


def calendars(event: Event) -> list[tuple[str, str]]:
    """(name, address) of the web calendars that take an entry from a link."""
    if event.precision not in (Event.Precision.HOUR, Event.Precision.DAY):
        return []
    place = event.venue.place if event.venue and event.is_open_to_all else event.town
    details = event.canonical_url()
    if event.is_hour_to_be_confirmed:
        with translation.override(event.lang):
            details = "\n".join([_("The hour is to be confirmed."), details])
    is_day = event.precision == Event.Precision.DAY
    start, end = event.days if is_day else (event.local_start, event.local_end)
    google = {
        "action": "TEMPLATE",
        "text": event.title,
        "dates": f"{start:%Y%m%d}/{end:%Y%m%d}" if is_day else f"{start:%Y%m%dT%H%M%S}/{end:%Y%m%dT%H%M%S}",
        "ctz": event.zone_name,
        "details": details,
        "location": place,
    }
    outlook = {
        "rru": "addevent",
        "subject": event.title,
        "startdt": start.isoformat(),
        "enddt": end.isoformat(),
        "body": details,
        "location": place,
    } | ({"allday": "true"} if is_day else {})
    return [
        ("Google", "https://calendar.google.com/calendar/render?" + urlencode(google)),
        ("Outlook", "https://outlook.live.com/calendar/0/action/compose?" + urlencode(outlook)),
    ]


def subscription(address: str) -> dict:
    """Of a calendar to follow: its address, the one that opens one's own calendar, and (name, address) of web calendars."""
    webcal = "webcal" + address[address.index(":") :]
    google, outlook = urlencode({"cid": webcal}), urlencode({"url": address})
    services = [
        ("Google", f"https://calendar.google.com/calendar/r?{google}"),
        ("Outlook", f"https://outlook.live.com/calendar/0/addfromweb?{outlook}"),
    ]
    return {"address": address, "webcal": webcal, "services": services}
