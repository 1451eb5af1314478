"""More meetings like one: the next one, a whole repetition of it, and what the following ones take from it.

Each is a row of its own, with its places, its registrations and its entry in calendars. Days are counted on the clock of the
meeting, so that half past seven stays half past seven when clocks change.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import preparing, registering, scheduling
from events.models import Event
from events.patience import patient
from events.refusals import Refused
from members.models import Entry, Member
from smclub.changed import changed
from smclub.dates import short_day
from smclub.words import slug as slug_of

MOST = 60  # rows of one repetition made at once
COPIED = (
    "kind",
    "title",
    "lang",
    "group",
    "cycle",
    "summary",
    "body",
    "cover",
    "hashtag",
    "audience",
    "is_confidential",
    "public_title",
    "precision",
    "zone_name",
    "is_hour_to_be_confirmed",
    "venue",
    "is_online",
    "access_notes",
    "organiser_name",
    "outside_url",
    "price",
    "capacity",
    "reserved",
    "max_guests",
    "quorum",
    "most_proxies",
    "has_waiting_list",
    "is_by_approval",
)
GIVEN = {  # what the following ones may take from a meeting: the fields behind each name
    "title": ("title", "public_title"),
    "text": ("summary", "body", "body_html", "hashtag"),
    "hours": ("starts_at", "ends_at", "precision", "zone_name", "is_hour_to_be_confirmed"),
    "place": ("venue", "is_online", "online_url", "access_notes"),
    "audience": ("audience", "is_confidential", "public_title", "is_by_approval"),
    "places": ("capacity", "reserved", "max_guests", "has_waiting_list"),
}
GIVEN_LABELS = {
    "title": gettext_lazy("the title"),
    "text": gettext_lazy("the summary, the text and the hashtag"),
    "hours": gettext_lazy("the hours"),
    "place": gettext_lazy("the venue, the online link and the access notes"),
    "audience": gettext_lazy("who may register"),
    "places": gettext_lazy("the number of places and of guests"),
}


@transaction.atomic
def copy(event: Event, *, by: Member) -> Event:
    """A draft of the next one, four weeks later: who speaks and leads, its partners, topics and questions, what is to be done."""
    draft = _twin(event, days=28, position=_next_position(event), repetition=None)
    _with_ties(event, draft, talks=event.talks.all())
    Entry.objects.write("event.copy", draft, by=by, note=event.slug)
    return draft


@patient
@transaction.atomic
def repeat(
    event: Event, *, by: Member, rhythm: str, every: int = 1, until: date | None = None, count: int | None = None
) -> list[Event]:
    """Drafts of `event`, every so many weeks, or each month on the same weekday of it, `count` of them or `until` a day.

    Who leads comes along, who speaks does not. Raises Refused.
    """
    event = Event.objects.lock(event.pk)
    if event.precision not in (Event.Precision.HOUR, Event.Precision.DAY):
        raise Refused(_("Give this meeting a day first."), code="undated")
    days = list(_days(event.local_day, rhythm=rhythm, every=every, until=until, count=count))
    if not days:
        raise Refused(_("No date falls before that day."), code="none", field="until")
    if len(days) > MOST:
        raise Refused(_("That makes more than %(most)s meetings at once.") % {"most": MOST}, code="many", field="until")
    if event.repetition is None:
        event.repetition = uuid.uuid4()
        event.save(update_fields=["repetition"])
    taken = {other.local_day for other in event.siblings()}
    drafts: list[Event] = []
    first = _next_position(event)
    for day in days:
        if day not in taken:
            position = first and first + len(drafts)
            draft = _twin(event, days=(day - event.local_day).days, position=position, repetition=event.repetition)
            _with_ties(event, draft, talks=event.talks.led())
            drafts.append(draft)
    if drafts:
        Entry.objects.write("event.repeat", event, by=by, note=str(len(drafts)))
    return drafts


def pass_on(event: Event, *, by: Member, parts: list[str], is_fewer: bool = False) -> int:
    """Gives `parts` of GIVEN to those that follow `event` in its repetition; each by itself, so that their people are told.

    Fewer places than one of them has taken must be meant (`is_fewer`). Raises Refused.
    """
    following = event.siblings().filter(pk__in=Event.objects.run_by(by).values("pk"), starts_at__gt=event.starts_at)
    rows = list(following.taking_place().order_by("starts_at", "pk"))
    if not rows:
        raise Refused(_("No other meeting follows this one in its repetition."), code="last")
    if "places" in parts and not is_fewer:
        _refuse_fewer(event, rows)
    for other in rows:
        _give(event, other, by=by, names=[name for part in parts for name in GIVEN[part]])
    return len(rows)


@patient
@transaction.atomic
def discard(event: Event, *, by: Member) -> None:
    """A draft that nobody ever read goes; whatever was on the site or has somebody registered stays. Raises Refused."""
    event = Event.objects.lock(event.pk)
    was_read = event.published_at is not None or Entry.objects.about(event).filter(verb="event.publish").exists()
    if was_read or event.registrations.exists():
        raise Refused(_("Only a draft that was never on the site goes, while nobody is registered: cancel it."), code="kept")
    Entry.objects.write("event.discard", event, by=by, note=event.slug)
    try:
        event.delete()
    except ProtectedError as error:
        raise Refused(_("Something on the site is tied to this draft."), code="tied") from error


@patient
@transaction.atomic
def number(cycle, *, by: Member) -> None:
    """Numbers the sessions of a cycle from 1 on, by their dates; those without one come last."""
    for position, event in enumerate(cycle.events.in_order_of_dates(), start=1):
        if event.cycle_position != position:
            Event.objects.filter(pk=event.pk).update(cycle_position=position, modified_at=timezone.now())
            changed(event)
    Entry.objects.write("cycle.number", cycle, by=by)


def free_slug(title: str) -> str:
    base = (slug_of(title) or "rencontre")[:110]
    taken = set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(name for n in range(2, len(taken) + 3) if (name := f"{base}-{n}") not in taken)


# -- a twin ------------------------------------------------------------------------
def _twin(event: Event, *, days: int, position: int | None, repetition: uuid.UUID | None) -> Event:
    """A draft so many days later, at the same hours on the clock."""
    draft = Event(**{name: getattr(event, name) for name in COPIED}, slug=free_slug(event.public_title or event.title))
    if event.was_online is not None:
        draft.venue, draft.is_online = event.previous_venue, event.was_online
    for name in scheduling.REGISTRATION:
        setattr(draft, name, later(getattr(event, name), days=days, zone=event.zone))
    is_month = event.precision == Event.Precision.MONTH
    draft.starts_at, draft.ends_at = _next_month(event) if is_month else _span(event, days=days)
    _keep_order(draft)
    draft.cycle_position, draft.repetition = position, repetition
    draft.save()
    return draft


def _keep_order(draft: Event) -> None:
    """Clocks that change turn two hours of one night around: what would close too late closes in time, what opens is open."""
    latest = draft.starts_at if draft.precision == Event.Precision.HOUR else draft.ends_at
    for name in scheduling.FOLLOWING:
        if latest and (at := getattr(draft, name)):
            setattr(draft, name, min(at, latest))
    if draft.rsvp_opens_at and draft.closes_at and draft.rsvp_opens_at >= draft.closes_at:
        draft.rsvp_opens_at = None


def later(at: datetime | None, *, days: int, zone) -> datetime | None:
    """The same hour on the clock of `zone`, so many days later, across a change of time too."""
    return at and (at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)


def _span(event: Event, *, days: int) -> tuple[datetime | None, datetime | None]:
    """Its start and end so many days later; as long as it was, where clocks that change leave no time between them."""
    start, end = (later(at, days=days, zone=event.zone) for at in (event.starts_at, event.ends_at))
    return start, end if start is None or end > start else start + (event.ends_at - event.starts_at)


def _next_month(event: Event) -> tuple[datetime, datetime]:
    """The whole month that begins when that of `event` ends: four weeks later is often the same one."""
    first = event.local_end.date()
    return event.ends_at, datetime.combine((first + timedelta(days=32)).replace(day=1), time.min, tzinfo=event.zone)


def _next_position(event: Event) -> int | None:
    """After the last session of its cycle, when they are numbered."""
    if not event.cycle_id or event.cycle_position is None:
        return None
    return event.cycle.events.exclude(cycle_position=None).order_by("-cycle_position")[0].cycle_position + 1


def _with_ties(event: Event, draft: Event, *, talks) -> None:
    draft.topics.set(event.topics.all())
    for tie in event.partners.all():
        draft.partners.create(organisation_id=tie.organisation_id, role=tie.role, position=tie.position)
    for question in event.questions.in_order():
        question.pk, question.event, question._state.adding = None, draft, True
        question.save()
    for talk in talks:
        draft.talks.create(person_id=talk.person_id, role=talk.role, title=talk.title, position=talk.position)
    preparing.copy(event, draft)


# -- days --------------------------------------------------------------------------
def _days(first: date, *, rhythm: str, every: int, until: date | None, count: int | None) -> Iterator[date]:
    """Those after `first`, one more than may be made at the most."""
    days = _weekly(first, every) if rhythm == "week" else _monthly(first, every)
    return takewhile(lambda day: until is None or day <= until, islice(days, count))


def _weekly(first: date, every: int) -> Iterator[date]:
    for n in range(1, MOST + 2):
        yield first + timedelta(weeks=every * n)


def _monthly(first: date, every: int) -> Iterator[date]:
    """The second Thursday stays the second Thursday; a fifth one is the last of each month."""
    nth = (first.day - 1) // 7
    for n in range(1, MOST + 2):
        months = first.month - 1 + every * n
        start = date(first.year + months // 12, months % 12 + 1, 1)
        day = start + timedelta(days=(first.weekday() - start.weekday()) % 7 + 7 * nth)
        yield day if day.month == start.month else day - timedelta(weeks=1)


# -- what the following ones take -----------------------------------------------------
def _refuse_fewer(event: Event, rows: list[Event]) -> None:
    """Before any of them took anything: where more places are taken than `event` has, by name and with the figures."""
    capacity, reserved = event.capacity, event.reserved
    taken = {row: registering.taken_beyond(row, capacity=capacity, reserved=reserved) for row in rows}
    short = [
        _("%(meeting)s (%(day)s: %(taken)s for %(places)s)")
        % {"meeting": row, "day": short_day(row.local_day), "taken": taken[row], "places": capacity - reserved}
        for row in rows
        if taken[row] and (row.capacity, row.reserved) != (capacity, reserved)
    ]
    if short:
        text = _(
            "More places are taken than there would be: %(meetings)s. "
            "Nobody would be removed, and newcomers would wait: tick the box if so."
        )
        raise Refused(text % {"meetings": ", ".join(short)}, code="fewer", field="is_fewer")


@patient
@transaction.atomic
def _give(event: Event, other: Event, *, by: Member, names: list[str]) -> None:
    other = Event.objects.lock(other.pk)
    given = {name: getattr(event, name) for name in names}
    if "starts_at" in given:
        days = (other.local_day - event.local_day).days
        given["starts_at"], given["ends_at"] = _span(event, days=days)
    apart = (*scheduling.MOVING, "online_url")
    plain = {name: value for name, value in given.items() if name not in apart and getattr(other, name) != value}
    places = other.capacity, other.reserved
    try:
        registering.refuse_terms(other, plain)
        for name, value in plain.items():
            setattr(other, name, value)
        other.validate_constraints()
    except ValidationError as error:  # a refusal too, in a sentence that does not say which meeting
        raise Refused(f"{other}: {' '.join(error.messages)}", code="untrue") from error
    if plain:
        other.modified_at = timezone.now()
        other.save(update_fields=[*plain, "modified_at"])
    registering.log_places(other, before=places, by=by)
    scheduling.reschedule(other, by=by, **{name: value for name, value in given.items() if name in scheduling.MOVING})
    if "online_url" in given:
        scheduling.change_link(other, online_url=given["online_url"], by=by)
    registering.capacity_changed(other)
    changed(other)
    Entry.objects.write("event.pass_on", other, by=by, note=event.slug)
