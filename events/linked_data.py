"""What machines read of an event: schema.org, with the visitor's fields only, and the pictures shown where it is shared."""

from datetime import timedelta

from django.utils import timezone, translation
from django.utils.formats import date_format

from events import wording
from events.attaching import Left
from events.models import Attachment, Event, EventPartner, Talk
from members.models import Club
from smclub import share_cards
from smclub.addresses import absolute, in_language
from smclub.share_cards import SHAPES, Card, Picture

_SCHEMA = "https://schema.org/"
_STATUS = {
    Event.Status.SCHEDULED: "EventScheduled",
    Event.Status.CANCELLED: "EventCancelled",
    Event.Status.POSTPONED: "EventPostponed",
    Event.Status.ONLINE: "EventMovedOnline",
}


def card(event: Event, *, club: Club) -> Card:
    """What is drawn of an event that may be announced, in its own language, its date as precise as it is known."""
    start = event.local_start
    is_to_the_day = event.precision in (Event.Precision.HOUR, Event.Precision.DAY)
    with translation.override(event.lang):
        zone, tentative = wording.zone_label(event), event.is_hour_to_be_confirmed
        when = wording.span(start, None, event.precision, zone=zone, tentative=tentative)
        return Card(
            title=event.title,
            kind=str(event.get_status_display() if event.is_called_off else event.get_kind_display()),
            club=club.name,
            day=str(start.day) if start and is_to_the_day else "",
            month=date_format(start, "N" if is_to_the_day else "F") if start else "",
            year=str(start.year) if start else "",
            when=f"{when} – {event.town}" if event.town else when,
            is_off=event.is_called_off,
        )


def cards(event: Event, *, club: Club) -> dict[str, Picture]:
    """Shape → the picture drawn of the event."""
    what = card(event, club=club)
    return {shape: share_cards.picture(what, shape, name="card_event", pk=event.pk) for shape in SHAPES}


def event_data(event: Event, *, club: Club, talks, partners, left: Left) -> dict:
    """An Event of schema.org; `event` may be announced, and came for the page of a visitor."""
    address = event.canonical_url()
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": event.title,
        "description": event.summary,
        "image": _images(event, club),
        "inLanguage": event.lang,
        "startDate": _moment(event, event.local_start),
        "endDate": _moment(event, _last(event)),
        "previousStartDate": _moment(event, _previous(event)),
        "eventStatus": _status(event),
        "eventAttendanceMode": f"{_SCHEMA}{_mode(event)}EventAttendanceMode",
        "location": _places(event),
        "organizer": _organiser(event, club),
        "performer": [_person(talk) for talk in talks if talk.role == Talk.Role.SPEAKER],
        "sponsor": [_organisation(tie) for tie in partners if tie.role in (EventPartner.Role.SPONSOR, EventPartner.Role.MEDIA)],
        "offers": _offer(event, address),
        "maximumAttendeeCapacity": event.places or "",
    }
    if event.is_over and event.is_open_to_all:
        data["recordedIn"] = _works(left.videos, "VideoObject")
        data["workFeatured"] = _works(left.slides, "PresentationDigitalDocument")
    if event.cycle:
        data["superEvent"] = {"@type": "EventSeries", "name": event.cycle.title, "url": absolute(event.cycle.get_absolute_url())}
    return {key: value for key, value in data.items() if value not in ([], "", None, {})}


def _images(event: Event, club: Club) -> list[str]:
    photograph = [absolute(event.cover.file.url)] if event.cover else []
    return photograph + [picture.url for picture in cards(event, club=club).values()]


def _moment(event: Event, local) -> str:
    """With its offset when the hour is known, the day or the month alone otherwise."""
    if local is None:
        return ""
    formats = {Event.Precision.DAY: "%Y-%m-%d", Event.Precision.MONTH: "%Y-%m"}
    if event.precision == Event.Precision.HOUR and not event.is_hour_to_be_confirmed:
        return local.isoformat(timespec="seconds")
    return f"{local:{formats.get(event.precision, '%Y-%m-%d')}}"


def _last(event: Event):
    """The end of hours, the last of several days; none where it says nothing more than the start."""
    if event.precision == Event.Precision.HOUR:
        return event.local_end
    if event.precision == Event.Precision.DAY and event.days[1] - event.days[0] > timedelta(days=1):
        return event.local_end - timedelta(seconds=1)
    return None


def _previous(event: Event):
    is_rescheduled = event.previous_starts_at and not event.is_called_off
    return event.previous_starts_at.astimezone(event.zone) if is_rescheduled else None


def _status(event: Event) -> str | list[str]:
    """One name, or two of a meeting that has another date and is online instead."""
    if not _previous(event):
        return _SCHEMA + _STATUS[event.status]
    rescheduled = f"{_SCHEMA}EventRescheduled"
    return [rescheduled, f"{_SCHEMA}EventMovedOnline"] if event.is_moved_online else rescheduled


def _mode(event: Event) -> str:
    if not event.is_online:
        return "Offline"
    return "Mixed" if event.venue else "Online"


def _places(event: Event) -> list[dict]:
    """The venue (its town alone when the event is not open to all) and, online, this page: never the link of those going."""
    places = []
    if event.venue:
        address = {"@type": "PostalAddress", "addressLocality": event.venue.city, "addressCountry": event.venue.country}
        if event.audience == Event.Audience.OPEN:
            address |= {"streetAddress": event.venue.street, "postalCode": event.venue.postcode}
            places.append({"@type": "Place", "name": event.venue.name, "address": _filled(address)})
        else:
            places.append({"@type": "Place", "name": event.venue.city, "address": address})
    if event.is_online:
        places.append({"@type": "VirtualLocation", "url": event.canonical_url()})
    return places


def _organiser(event: Event, club: Club) -> dict:
    if event.is_external:
        return _filled({"@type": "Organization", "name": event.organiser_name, "url": event.outside_url})
    if event.group:
        return {"@type": "Organization", "name": event.group.name, "url": absolute(event.group.get_absolute_url())}
    return {"@type": "Organization", "name": club.name, "url": absolute("/")}


def _person(talk: Talk) -> dict:
    page = absolute(talk.person.get_absolute_url()) if talk.person.is_announced else ""
    return _filled({"@type": "Person", "name": talk.person.name, "url": page})


def _works(attachments: list[Attachment], kind: str) -> list[dict]:
    """Those that everybody may have, of a meeting that everybody may read."""
    return [{"@type": kind, "name": one.title, "url": _address(one)} for one in attachments if not one.is_for_members]


def _address(attachment: Attachment) -> str:
    event = attachment.event
    return attachment.url or absolute(in_language(event.lang, "events:document", event.slug, attachment.pk))


def _organisation(tie: EventPartner) -> dict:
    return _filled({"@type": "Organization", "name": tie.organisation.name, "url": tie.organisation.website})


def _offer(event: Event, address: str) -> dict:
    """Until registration closes: of ItemAvailability none says that, and what is closed is neither sold out nor out of stock."""
    is_free = not event.price and event.audience == Event.Audience.OPEN and event.takes_registrations
    if not is_free or event.is_called_off or event.closes_at <= timezone.now():
        return {}
    availability = "SoldOut" if event.is_full else "InStock"
    return {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "EUR",
        "url": address,
        "availability": _SCHEMA + availability,
        "validFrom": event.opens_at.isoformat(timespec="seconds"),
        "availabilityEnds": event.closes_at.isoformat(timespec="seconds"),
    }


def _filled(data: dict) -> dict:
    return {key: value for key, value in data.items() if value}
