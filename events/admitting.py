"""What organisers decide about one registration, each deed logged, under the same lock as those of events.registering."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events import seating
from events.models import Event, Registration
from events.patience import patient
from events.refusals import Refused
from members.models import Entry, Member
from smclub.changed import pages_changed

State = Registration.State


@patient
@transaction.atomic
def approve(registration: Registration, *, by: Member) -> Registration:
    """A request becomes a registration, in the place that it had in the queue since it was sent. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = _pending(event, registration)
    _refuse_unless_somebody_can_be_seated(event)
    seating.put(registration, State.WAITING)
    seated = seating.seat(event)
    registration = next((row for row in seated if row == registration), registration)
    _refuse_to_let_wait(event, registration)
    Entry.objects.write("registration.approve", registration, by=by, before=State.PENDING, after=registration.state)
    if registration.member_id:
        seating.write("accepted", registration)
    seating.write_to_seated(row for row in seated if row.pk != registration.pk)
    pages_changed()
    return registration


@patient
@transaction.atomic
def decline(registration: Registration, *, by: Member, reason: str = "") -> Registration:
    """A request answered no, kindly; the member may not ask again, an organiser may reinstate them. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = _pending(event, registration)
    seating.put(registration, State.REMOVED, reason=reason)
    Entry.objects.write("registration.decline", registration, by=by, before=State.PENDING, after=State.REMOVED, note=reason)
    if registration.member_id:
        seating.write("declined", registration)
    return registration


@patient
@transaction.atomic
def seat(registration: Registration, *, by: Member, reason: str) -> Registration:
    """A place by an organiser's hand, ahead of the queue and beyond the places if need be; the log keeps why. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = event.registrations.get(pk=registration.pk)
    _refuse_unless_held(event)
    if not registration.is_live:
        raise Refused(_("This registration was taken back or given up."), code="not_live")
    if registration.is_going:
        raise Refused(_("They have a place already."), code="going")
    if not reason.strip():
        raise Refused(_("Say why: the log keeps it."), code="reason", field="reason")
    before, free = registration.state, event.free()
    seating.put(registration, State.GOING)
    beyond = "" if free is None or registration.seats <= free else f" (+{registration.seats - max(free, 0)})"
    Entry.objects.write(
        "registration.seat", registration, by=by, before=before, after=State.GOING, note=f"{reason.strip()}{beyond}"
    )
    if registration.member_id:
        seating.write("accepted" if before == State.PENDING else "promoted", registration)
    pages_changed()
    return registration


@patient
@transaction.atomic
def reinstate(registration: Registration, *, by: Member) -> Registration:
    """Who was removed waits again, at the end of the queue (nobody who waits is overtaken), and is seated if there is room."""
    event = Event.objects.lock(registration.event_id)
    registration = event.registrations.select_related("member").get(pk=registration.pk)
    _refuse_unless_held(event)
    if registration.state != State.REMOVED or registration.member is None:
        raise Refused(_("Nobody removed this registration."), code="not_removed")
    if not registration.member.is_active:
        raise Refused(_("This account is blocked."), code="blocked")
    registration.queue_no = event.registrations.next_queue_no()
    registration.skipped_at = registration.last_minute_at = None
    seating.put(registration, State.WAITING)
    seated = seating.seat(event)
    registration = next((row for row in seated if row == registration), registration)
    _refuse_to_let_wait(event, registration)
    Entry.objects.write("registration.reinstate", registration, by=by, before=State.REMOVED, after=registration.state)
    seating.write("registered" if registration.is_going else "waiting", registration)
    seating.write_to_seated(row for row in seated if row.pk != registration.pk)
    pages_changed()
    return registration


@patient
@transaction.atomic
def remove(registration: Registration, *, by: Member | None, reason: str = "") -> Registration:
    """An organiser (None: the house) takes a registration back; the member may not join again. Raises Refused once it is over."""
    event = Event.objects.lock(registration.event_id)
    registration = event.registrations.get(pk=registration.pk)
    if not registration.is_live:
        return registration
    seating.refuse_if_over(event)
    before = registration.state
    seating.put(registration, State.REMOVED, reason=reason)
    Entry.objects.write("registration.remove", registration, by=by, before=before, after=State.REMOVED, note=reason)
    if registration.member_id:
        seating.write("removed", registration)
    seating.write_to_seated(seating.seat(event))
    pages_changed()
    return registration


# -- under the lock ------------------------------------------------------------
def _pending(event: Event, registration: Registration) -> Registration:
    registration = event.registrations.get(pk=registration.pk)
    seating.refuse_if_over(event)
    if not registration.is_pending:
        raise Refused(_("This request has been answered already."), code="answered")
    return registration


def _refuse_unless_held(event: Event) -> None:
    if event.is_called_off:
        raise Refused(_("This meeting does not take place for now: restore it first."), code="called_off")
    seating.refuse_if_over(event)


def _refuse_to_let_wait(event: Event, registration: Registration) -> None:
    """Where nobody waits: what keeps them from a place, and what does it all the same when it is no want of places."""
    if not registration.is_waiting or event.has_waiting_list:
        return
    if not registration.fits():
        raise Refused(_("All places are taken."), code="full")
    raise Refused(_("Places are no longer given automatically: “Give a place…” does it all the same."), code="by_hand")


def _refuse_unless_somebody_can_be_seated(event: Event) -> None:
    _refuse_unless_held(event)
    if timezone.now() >= event.closes_at:
        raise Refused(_("Registration is closed: “Give a place…” does it all the same."), code="closed")
