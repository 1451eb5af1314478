"""Passing a meeting on: texts ready to copy, links to networks and to calendars. Never for a meeting that is not announced."""

from urllib.parse import urlencode

from django.utils import translation
from django.utils.translation import gettext as _

from events import wording
from events.models import Event


def hashtag(event: Event) -> str:
    return f"#{event.hashtag.lstrip('#')}" if event.hashtag else ""


def text(event: Event, *, talks=(), network: str = "") -> str:
    """What, when, where, with whom, in the event's own language; handles of `network` (mastodon, bluesky) instead of names."""
    with translation.override(event.lang):
        people = [_handle(talk, network) or talk.person.name for talk in talks]
        lines = [event.title, wording.when(event)]
        place = event.town or (_("Online") if event.is_online else "")
        lines[-1] += f" – {place}" if place else ""
        if people:
            lines.append(_("With %(people)s") % {"people": ", ".join(people)})
        lines += [hashtag(event), event.canonical_url()]
    return "\n".join(line for line in lines if line)


def _handle(talk, network: str) -> str:
    """On that network, of who has a page that everybody may read."""
    return talk.person.shown_to_everybody.handle(network) if talk.person.is_announced else ""


def links(event: Event, *, talks=()) -> list[tuple[str, str]]:
    """(name, address) of each network."""
    url = event.canonical_url()
    return [
        ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": url})),
        ("Bluesky", "https://bsky.app/intent/compose?" + urlencode({"text": text(event, talks=talks, network="bluesky")})),
        ("Mastodon", "https://share.joinmastodon.org/#" + _query({"text": text(event, talks=talks, network="mastodon")})),
        (_("E-mail"), "mailto:?" + _query({"subject": event.title, "body": text(event, talks=talks)})),
    ]


def calendars(event: Event) -> list[tuple[str, str]]:
    """(name, address) of the web calendars that take an entry from a link."""
    if event.precision not in (Event.Precision.HOUR, Event.Precision.DAY):
        return []
    place = (
        event.town if event.audience != Event.Audience.OPEN or not event.venue else f"{event.venue.name}, {event.venue.address}"
    )
    is_day = event.precision == Event.Precision.DAY
    start, end = event.days if is_day else (event.local_start, event.local_end)
    google = {
        "action": "TEMPLATE",
        "text": event.title,
        "dates": f"{start:%Y%m%d}/{end:%Y%m%d}" if is_day else f"{start:%Y%m%dT%H%M%S}/{end:%Y%m%dT%H%M%S}",
        "ctz": event.zone_name,
        "details": event.canonical_url(),
        "location": place,
    }
    outlook = {
        "rru": "addevent",
        "subject": event.title,
        "startdt": start.isoformat(),
        "enddt": end.isoformat(),
        "body": event.canonical_url(),
        "location": place,
    } | ({"allday": "true"} if is_day else {})
    return [
        ("Google", "https://calendar.google.com/calendar/render?" + urlencode(google)),
        ("Outlook", "https://outlook.live.com/calendar/0/action/compose?" + urlencode(outlook)),
    ]


def _query(values: dict) -> str:
    """Mail programs read + as a plus sign."""
    return urlencode(values).replace("+", "%20")
