"""What organisers decide about one registration, each deed logged, under the same lock as those of events.registering."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import seating
from events.models import Event, Invitation, Registration
from events.patience import patient
from events.refusals import Refused
from members.models import Entry, Member
from members.models.member import fold_email
from smclub.changed import pages_changed

State = Registration.State


@patient
@transaction.atomic
def register(
    event: Event,
    *,
    by: Member,
    member: Member | None = None,
    email: str = "",
    name: str = "",
    language: str = "",
    guests: int = 0,
    reason: str = "",
) -> Registration:
    """Somebody who asked an organiser: on their account, or by an address alone, which then gets the letters.

    They wait for their turn like everybody; with a `reason`, which the log keeps, they have a place ahead of the queue and beyond
    the places. Raises Refused.
    """
    event = Event.objects.lock(event.pk)
    _refuse_unless_announced(event)
    email, reason = fold_email(email), reason.strip()
    member = member or Member.objects.by_address([email]).get(email)
    registration = _row_to_fill(event, member, email=email, name=name, language=language)
    if not 0 <= guests <= event.max_guests:
        text = ngettext("They may bring at most %(number)s guest.", "They may bring at most %(number)s guests.", event.max_guests)
        raise Refused(text % {"number": event.max_guests}, code="guests", field="guests")
    if not reason and timezone.now() >= event.closes_at:
        raise Refused(_("Registration is closed: say why they have a place all the same."), code="closed", field="reason")
    if not reason and event.capacity is not None and 1 + guests > event.capacity:
        text = _("There are not that many places at all: say why they have one all the same.")
        raise Refused(text, code="full", field="reason")
    free = event.free()
    registration.guests, registration.source = guests, Registration.Source.ADMIN
    registration.queue_no = event.registrations.next_queue_no()
    registration.skipped_at = registration.last_minute_at = None
    seating.put(registration, State.GOING if reason else State.WAITING)
    seated = [] if reason else seating.seat(event, acting=registration)
    registration = next((row for row in seated if row == registration), registration)
    if registration.is_waiting and not event.has_waiting_list:
        raise Refused(_("All places are taken: say why they have one all the same."), code="full", field="reason")
    _invite(event, registration, by=by)
    note = f"{reason}{_beyond(registration, free)}" if reason else ""
    Entry.objects.write("registration.register", registration, by=by, after=registration.state, note=note)
    seating.write("registered" if registration.is_going else "waiting", registration)
    seating.write_to_seated(row for row in seated if row.pk != registration.pk)
    pages_changed()
    return registration


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
    note = f"{reason.strip()}{_beyond(registration, free)}"
    Entry.objects.write("registration.seat", registration, by=by, before=before, after=State.GOING, note=note)
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
    if registration.state != State.REMOVED or not registration.reader:
        raise Refused(_("Nobody removed this registration."), code="not_removed")
    if registration.member and not registration.member.is_active:
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
    seating.write("removed", registration)
    seating.write_to_seated(seating.seat(event))
    pages_changed()
    return registration


# -- under the lock ------------------------------------------------------------
def _row_to_fill(event: Event, member: Member | None, **given: str) -> Registration:
    """The one that they gave up or that was taken back, if there is one; else a new one, of an account or of what is `given`."""
    if member and not member.is_active:
        raise Refused(_("This account is blocked."), code="blocked", field="email")
    if not member and not (given["email"] and given["name"]):
        raise Refused(_("Give a name and an address: there the letters go."), code="nameless", field="email")
    known = {"member": member} if member else {"member": None, "email": given["email"]}
    registration = event.registrations.select_related("member").filter(**known).first()
    if registration and registration.is_live:
        raise Refused(_("%(name)s is on the list already.") % {"name": registration.shown_name}, code="known", field="email")
    registration = registration or Registration(event=event, member=member)
    if member is None:
        registration.name, registration.email = given["name"], given["email"]
        registration.language = given["language"] or event.lang
    return registration


def _invite(event: Event, registration: Registration, *, by: Member) -> None:
    """Whom the meeting is not for reads its page all the same: an organiser said that they come."""
    member = registration.member
    if event.is_open_to_all or (member and Event.objects.visible_to(member).filter(pk=event.pk).exists()):
        return
    email = member.email if member else registration.email
    Invitation.objects.get_or_create(event=event, email=email, defaults={"member": member, "invited_by": by})


def _beyond(registration: Registration, free: int | None) -> str:
    """How many people more than there were places for."""
    return "" if free is None or registration.seats <= free else f" (+{registration.seats - max(free, 0)})"


def _refuse_unless_announced(event: Event) -> None:
    if not event.takes_registrations:
        raise Refused(_("Nobody registers for this meeting here."), code="elsewhere")
    if not event.is_published:
        raise Refused(_("Publish the meeting first: the letter leads to its page."), code="draft")
    _refuse_unless_held(event)


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
