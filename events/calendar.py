"""Meetings as iCalendar text (RFC 5545, RFC 7986), the same bytes as long as nothing changed.

Files and feeds carry no METHOD, so neither ORGANIZER nor ATTENDEE, and DTSTAMP says what LAST-MODIFIED says.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, vDuration, vText, vUri
from icalendar import Event as Entry

from events.models import Event, Venue
from members.models import Club, Group, Member, Organisation, Picture, Topic
from smclub.addresses import absolute
from smclub.changed import follows

DOMAIN = "smclub"  # of every UID, for ever: clients know an entry by it
REFRESH = timedelta(hours=6)
GREEN = "seagreen"  # a CSS3 name, as RFC 7986 §5.9 asks
ALARMS = {"1h": timedelta(hours=1), "1j": timedelta(days=1)}  # what an address of one's own calendar may ask for
MORNING_BEFORE = timedelta(hours=14)  # of a day without an hour: at ten, as the letter
SAID = {Group: "group", Topic: "topic_items__tag", Organisation: "partners__organisation", Picture: "cover"}  # of lower apps
_SALT = "events.calendar"


# -- files ---------------------------------------------------------------------
def feed(
    events: Iterable[Event], *, name: str, source: str, member: Member | None = None, alarm: timedelta | None = None
) -> bytes:
    """The calendar called `name` that is fetched from the address `source`.

    For `member` (their own feed of the meetings they go to): full addresses, online links, marked private, and an `alarm` so long
    before if they asked for one; otherwise the visitor's fields. `events` came through `for_feed()`.
    """
    calendar = _calendar()
    calendar.add("name", _plain(name))
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    calendar.add("source", vUri(source), parameters={"VALUE": "URI"})
    calendar.add("color", GREEN)
    return _written(calendar, list(events), is_inside=member is not None, is_private=member is not None, alarm=alarm)


def file(event: Event, *, is_inside: bool) -> bytes:
    """One meeting, to be kept or attached to a letter; with its street when the reader belongs to its audience."""
    return _written(_calendar(), [event], is_inside=is_inside, is_private=False)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//smclub//smclub//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _written(
    calendar: Calendar, events: list[Event], *, is_inside: bool, is_private: bool, alarm: timedelta | None = None
) -> bytes:
    club = Club.current().name
    for event in sorted(events, key=lambda event: (event.starts_at, event.pk)):
        with translation.override(event.lang):
            entry = _entry(event, club=club, is_inside=is_inside, is_private=is_private)
        if alarm and not event.is_called_off:
            entry.add_component(_alarm(event, before=alarm))
        calendar.add_component(entry)
    if events:
        years = [at.year for event in events for at in (event.starts_at, event.ends_at)]
        calendar.add_missing_timezones(first_date=date(min(years) - 1, 1, 1), last_date=date(max(years) + 1, 12, 31))
    return calendar.to_ical()


# -- one entry -----------------------------------------------------------------
def _entry(event: Event, *, club: str, is_inside: bool, is_private: bool) -> Entry:
    entry = Entry()
    entry.add("uid", f"{event.ical_uid}@{DOMAIN}")
    entry.add("sequence", event.ical_sequence)
    entry.add("dtstamp", _utc(event.modified_at))
    entry.add("last-modified", _utc(event.modified_at))
    entry.add("created", _utc(event.created_at))
    first, last = event.days if event.precision == Event.Precision.DAY else (event.local_start, event.local_end)
    entry.add("dtstart", first)
    entry.add("dtend", last)
    entry.add("summary", _plain(prefix(event) + event.title))
    entry.add("status", {Event.Status.CANCELLED: "CANCELLED", Event.Status.POSTPONED: "TENTATIVE"}.get(event.status, "CONFIRMED"))
    if event.is_called_off:
        entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE" if is_private or event.is_confidential else "PUBLIC")
    entry.add("url", vUri(event.canonical_url()))
    entry.add("contact", _plain(event.organiser_name or (event.group.name if event.group else club)))
    entry.add("description", _plain(_description(event)))
    _place(entry, event, is_inside=is_inside or event.is_open_to_all)
    if categories := [_plain(item.tag.name) for item in event.topic_items.all()]:
        entry.add("categories", sorted(categories))
    if event.cover:
        entry.add("image", vUri(absolute(event.cover.file.url)), parameters={"VALUE": "URI", "DISPLAY": "BADGE"})
    if is_private and event.online_url:
        entry.add("conference", vUri(event.online_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    return entry


def _alarm(event: Event, *, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _plain(event.title))
    alarm.add("trigger", -(MORNING_BEFORE if event.precision == Event.Precision.DAY else before))
    return alarm


def prefix(event: Event) -> str:
    """Before the title of what is not as it was announced: some clients ignore STATUS, and people read the first words."""
    words = {
        Event.Status.CANCELLED: _("CANCELLED: "),
        Event.Status.POSTPONED: _("POSTPONED: "),
        Event.Status.ONLINE: _("ONLINE: "),
    }
    return words.get(event.status, "")


def _description(event: Event) -> str:
    lines = [event.status_reason, event.summary]
    if event.is_hour_to_be_confirmed:
        lines.append(_("The hour is to be confirmed."))
    if event.is_online:
        lines.append(_("Online: the link is on the page of the meeting, for those going."))
    ties = [f"{tie.get_role_display()} – {tie.organisation.name}" for tie in event.partners.all()]
    return "\n".join(line for line in (*lines, *ties, event.canonical_url()) if line)


def _place(entry: Entry, event: Event, *, is_inside: bool) -> None:
    venue = event.venue
    if venue and is_inside:
        entry.add("location", _plain(venue.place))
        if venue.latitude is not None and venue.longitude is not None:
            entry.add("geo", (float(venue.latitude), float(venue.longitude)))
    elif venue:
        entry.add("location", _plain(venue.city))
    elif event.is_online:
        entry.add("location", vText(_("Online")))


def _utc(at):
    return at.astimezone(UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """Without control characters: a lone carriage return would end the line in the file of some readers (EX-02)."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]", " ", re.sub(r"\r\n?", "\n", text)).strip()


# -- what an entry says by other rows --------------------------------------------
def place_changed(venue: Venue) -> None:
    """It is called or found otherwise: its entries are not the same, and those still to come take place elsewhere."""
    venue.events.update(modified_at=timezone.now())
    venue.events.published().to_come().update(ical_sequence=F("ical_sequence") + 1)


@follows(Club, *SAID)
def part_changed(row: Club | Group | Topic | Organisation | Picture) -> None:
    """Entries that say `row` are not the same; those of no group say the club."""
    where = {"group": None, "organiser_name": ""} if isinstance(row, Club) else {SAID[type(row)]: row}
    Event.objects.filter(**where).update(modified_at=timezone.now())


# -- the personal feed ---------------------------------------------------------
def token(member: Member) -> str:
    """What is in the address of the member's own calendar; nothing of it is stored."""
    return signing.Signer(salt=_SALT).sign(f"{member.pk}-{member.calendar_version}")


def member_of(signed: str) -> Member | None:
    """The member whose calendar that is; None when it was forged, rotated, or the account may not sign in."""
    try:
        pk, version = signing.Signer(salt=_SALT).unsign(signed).split("-")
    except (signing.BadSignature, ValueError):
        return None
    return Member.objects.filter(pk=pk, calendar_version=version, is_active=True).first()


@transaction.atomic
def rotate(member: Member) -> None:
    """The address known so far answers no more."""
    Member.objects.filter(pk=member.pk).update(calendar_version=F("calendar_version") + 1)
    member.refresh_from_db(fields=["calendar_version"])
