"""What happens to a meeting as a whole: published, cancelled, postponed, moved online, restored, moved.

Each verb takes the event's lock like those of events.registering. Whatever moves a calendar entry raises `ical_sequence`
(RFC 5546 §2.1.4 names dates and status; the place is our addition), and whatever a calendar exports sets `modified_at`. Of the
letters about it, that of the last `step` is true; a street that is spelled otherwise moves the entry and is no step.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events import inviting, preparing, registering
from events.models import Event
from events.patience import patient
from events.refusals import Refused
from members import picturing
from members.mail import letter
from members.models import Entry, Member
from smclub.changed import changed

Status = Event.Status
MOVING = ("starts_at", "ends_at", "precision", "is_hour_to_be_confirmed", "zone_name", "venue", "is_online")
MOVED_ONLINE = ("venue", "is_online", "previous_venue", "was_online")
FOLLOWING = ("rsvp_closes_at", "promotion_cutoff_at")  # move with the start unless given
REGISTRATION = ("rsvp_opens_at", *FOLLOWING)  # in the same UPDATE as the dates: their order is that of the whole row
SMALL = timedelta(minutes=30)  # from there on a change is told, whatever is asked


@patient
@transaction.atomic
def publish(event: Event, *, by: Member, at: datetime | None = None) -> Event:
    """From now on, or from `at`; nothing happens to an event that is published already."""
    event = Event.objects.lock(event.pk)
    if event.is_published:
        return event
    event.published_at = at or timezone.now()
    _written(event, "event.publish", by=by, fields=["published_at"], before="draft", after="published")
    inviting.write_to_invited(event)
    registering.promote(event)
    return event


@patient
@transaction.atomic
def set_publication(event: Event, *, by: Member, at: datetime | None) -> Event:
    """Appears at another moment, or goes back to the drafts (None). Raises Refused."""
    event = Event.objects.lock(event.pk)
    refuse_publication(event, at)
    before, event.published_at = event.published_at, at
    told = {True: "published", False: "draft"}
    _written(event, "event.publish", by=by, fields=["published_at"], before=told[before is not None], after=told[at is not None])
    inviting.write_to_invited(event)
    if not event.is_published:
        picturing.may_be_known(event.cover_id)
    return event


@patient
@transaction.atomic
def cancel(event: Event, *, by: Member, reason: str = "") -> Event:
    """Registration closes, the page stays, those going and waiting are told once; their places are kept for a restoration."""
    event = Event.objects.lock(event.pk)
    if event.status == Status.CANCELLED:
        return event
    return _call_off(event, Status.CANCELLED, "event.cancel", by=by, reason=reason)


@patient
@transaction.atomic
def postpone(event: Event, *, by: Member, reason: str = "") -> Event:
    """To a date that is not known yet: the old one stays on the page, struck through."""
    event = Event.objects.lock(event.pk)
    if event.status == Status.POSTPONED:
        return event
    if event.status == Status.CANCELLED:
        raise Refused(_("This meeting is cancelled."), code="cancelled")
    return _call_off(event, Status.POSTPONED, "event.postpone", by=by, reason=reason)


@patient
@transaction.atomic
def move_online(event: Event, *, by: Member, reason: str = "", online_url: str = "") -> Event:
    """At its hour, without its venue: registration stays open. Without `online_url` the link known so far stands."""
    event = Event.objects.lock(event.pk)
    if event.status == Status.ONLINE:
        return event
    if event.is_published and event.is_over:
        raise Refused(_("This meeting is over."), code="over")
    if event.is_called_off:
        raise Refused(_("This meeting is called off: restore it, or give it a new date, first."), code="called_off")
    if event.is_online and not event.venue_id:
        raise Refused(_("This meeting takes place online as it is."), code="online")
    old = _as_it_was(event)
    event.previous_venue, event.was_online = event.venue, event.is_online
    event.venue, event.is_online, event.online_url = None, True, online_url or event.online_url
    _put(event, Status.ONLINE, "event.move_online", by=by, reason=reason, fields=[*MOVED_ONLINE, "online_url"])
    _tell_live(event, "moved_online", **old)
    return event


@patient
@transaction.atomic
def move_back(event: Event, *, by: Member) -> Event:
    """What was moved online takes place at its venue after all."""
    event = Event.objects.lock(event.pk)
    if not event.is_moved_online:
        return event
    if event.is_over:
        raise Refused(_("This meeting is over."), code="over")
    old = _as_it_was(event)
    event.venue, event.is_online = event.previous_venue, bool(event.was_online)
    event.previous_venue = event.was_online = None
    _put(event, event.standing, "event.move_back", by=by, fields=MOVED_ONLINE)
    _tell_live(event, "rescheduled", **old)
    return event


@patient
@transaction.atomic
def restore(event: Event, *, by: Member) -> Event:
    """What was called off takes place after all, as it was planned. Raises Refused."""
    event = Event.objects.lock(event.pk)
    if not event.is_called_off:
        return event
    refuse_restoration(event)
    _put(event, event.standing, "event.restore", by=by)
    inviting.write_to_invited(event)
    seated = {registration.pk for registration in registering.promote(event)}
    _tell_live(event, "restored", but=seated)
    return event


@patient
@transaction.atomic
def reschedule(event: Event, *, by: Member, is_silent: bool = False, **new) -> Event:
    """Moves an event to the new values of MOVING and of REGISTRATION, of which FOLLOWING otherwise move with the start.

    With a new start a postponed event takes place again; without, the letter of its new date will tell the rest. Those going and
    waiting are told once, old and new, unless it is over; `is_silent` spares them a small change. Raises Refused.
    """
    event = Event.objects.lock(event.pk)
    moved = _differing(event, new)
    if not moved:
        return event
    refuse_move(event, moved, is_silent=is_silent)
    old, before, old_day, clock = _as_it_was(event), event.status, event.local_day, _on_its_clock(event)
    if event.is_published and "starts_at" in moved and event.previous_starts_at is None:
        event.previous_starts_at = event.starts_at
    _follow(event, moved)
    for name, value in moved.items():
        setattr(event, name, value)
    if event.venue_id or not event.is_online:  # it has a place again
        event.previous_venue = event.was_online = None
    if _on_its_clock(event) != clock or not event.is_called_off:  # a zone that is corrected is no new date
        event.status, event.status_reason = event.standing, event.status_reason if event.standing == before else ""
    _refuse_disorder(event)
    has_moved = not set(moved).isdisjoint(MOVING)  # or registration closes at another hour, which no calendar says
    event.ical_sequence += has_moved
    is_told = has_moved and not is_silent and not event.is_called_off
    event.step += is_told
    fields = ["previous_starts_at", "status", "status_reason", "ical_sequence", "step", *moved, *FOLLOWING, *MOVED_ONLINE]
    _written(event, "event.reschedule", by=by, fields=fields, before=before, after=event.status)
    if event.local_day != old_day:
        preparing.follow(event, old_day=old_day)
    if event.status != before:
        inviting.write_to_invited(event)
    seated = {registration.pk for registration in registering.promote(event)}
    if is_told and event.is_published and not event.is_over:
        _tell_live(event, "rescheduled", but=seated, **old)
    return event


@patient
@transaction.atomic
def change_link(event: Event, *, online_url: str, by: Member) -> Event:
    """Those going online by a link that they may have kept are told the new one, once each; nobody else ever reads it."""
    event = Event.objects.lock(event.pk)
    if event.online_url == online_url:
        return event
    had_one, event.online_url = bool(event.online_url), online_url
    _written(event, "event.link", by=by, fields=["online_url"], before=event.status, after=event.status)
    if had_one and online_url and event.is_published and not event.is_over and not event.is_called_off:
        for registration in event.registrations.going().with_reader():
            key = f"events.new_link:{registration.pk}:{event.rsvp_rev}"
            whose = {"to": registration.reader, "language": registration.language, "registration": registration.pk}
            letter("events.new_link", key=key, **whose)
    return event


def refuse_restoration(event: Event) -> None:
    """What was postponed and has no date to come takes place again with a new one. Raises Refused."""
    if event.is_over and event.is_postponed:
        raise Refused(_("Its date is past or not known: give it a new one in its form, and it takes place again."), code="over")
    if event.is_over:
        raise Refused(_("This meeting is over."), code="over")


def refuse_publication(event: Event, at: datetime | None) -> None:
    """Taken off the site, a meeting is called off without a word to those registered. Raises Refused."""
    is_taken_back = event.is_published and (at is None or at > timezone.now())
    is_done = event.is_over and not event.is_postponed
    if is_taken_back and not is_done and event.registrations.live().exists():
        text = _("People are registered, and nothing would tell them: leave it on the site, and cancel or postpone it instead.")
        raise Refused(text, code="registered", field="published_at")


def refuse_move(event: Event, new: dict, *, is_silent: bool) -> None:
    """Of the values of `reschedule`, what those registered would not understand. Raises Refused."""
    moved = _differing(event, new)
    if not event.is_published or not set(moved) & set(MOVING):
        return
    if event.is_cancelled:
        raise Refused(_("This meeting is cancelled: restore it first."), code="cancelled")
    is_undated = moved.get("precision") in (Event.Precision.MONTH, Event.Precision.NONE)  # nobody registers for these
    end = moved.get("ends_at", event.ends_at)
    is_hidden = is_silent and end is not None and end > timezone.now() and not _is_small(event, moved)
    if not (is_undated or is_hidden) or not event.registrations.live().exists():
        return
    if is_undated:
        raise Refused(_("People are registered: postpone this meeting instead."), code="undated", field="precision")
    raise Refused(
        _("People are registered: another place, or half an hour and more, is told to them."), code="silent", field="is_silent"
    )


def _differing(event: Event, new: dict) -> dict:
    return {name: value for name, value in new.items() if getattr(event, name) != value}


def _on_its_clock(event: Event) -> datetime | None:
    """Its start as it is typed and read, whatever the zone."""
    return event.local_start and event.local_start.replace(tzinfo=None)


def _is_small(event: Event, moved: dict) -> bool:
    """Less than half an hour sooner or later, at the same place."""
    names = set(moved) & set(MOVING)
    return names <= {"starts_at", "ends_at"} and all(abs(moved[name] - getattr(event, name)) < SMALL for name in names)


def _call_off(event: Event, status: str, verb: str, *, by: Member, reason: str) -> Event:
    if event.is_published and event.is_over:
        raise Refused(_("This meeting is over."), code="over")
    _put(event, status, verb, by=by, reason=reason)
    _tell_live(event, status)
    return event


def _put(event: Event, status: str, verb: str, *, by: Member, reason: str = "", fields=()) -> None:
    before, event.status, event.status_reason = event.status, status, reason
    event.ical_sequence += 1
    event.step += 1
    fields = ["status", "status_reason", "ical_sequence", "step", *fields]
    _written(event, verb, by=by, fields=fields, before=before, after=status)


def _as_it_was(event: Event) -> dict:
    """What the letter about a change says it was before: nothing that its reader could not read then."""
    when: dict = {f"old_{name}": at and at.isoformat() for name, at in (("start", event.starts_at), ("end", event.ends_at))}
    when |= {"old_precision": event.precision, "old_zone": event.zone_name, "old_tentative": event.is_hour_to_be_confirmed}
    return when | {"old_place": str(event.venue) if event.venue_id else "", "old_online": event.is_online}


def _written(event: Event, verb: str, *, by: Member, fields: list[str], before: str, after: str) -> None:
    event.modified_at = timezone.now()
    event.save(update_fields=[*fields, "modified_at"])
    Entry.objects.write(verb, event, by=by, before=before, after=after, note=event.status_reason)
    changed(event)


def _follow(event: Event, moved: dict) -> None:
    """An end of registration or a cut-off that was set by hand keeps its distance from the start."""
    if not (moved.get("starts_at") and event.starts_at):
        return
    by_how_much = moved["starts_at"] - event.starts_at
    for name in FOLLOWING:
        at = getattr(event, name)
        if at and name not in moved:
            setattr(event, name, at + by_how_much)


def _refuse_disorder(event: Event) -> None:
    """Of dates that the form did not see together. Raises Refused, in the sentence of the constraint."""
    try:
        event.validate_constraints()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="untrue") from error


def _tell_live(event: Event, kind: str, *, but=(), **facts) -> None:
    """One letter to each of those going and waiting, keyed by the step that it tells about."""
    for registration in event.registrations.live().exclude(pk__in=but).with_reader():
        letter(
            f"events.{kind}",
            key=f"events.{kind}:{registration.pk}:{event.step}",
            to=registration.reader,
            language=registration.language,
            registration=registration.pk,
            status=event.status,
            **facts,
        )
