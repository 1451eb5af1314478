"""What people do about their own seat, and what follows from a change of the event. Joining is: enqueue, then promote.

Each verb first takes the event's lock by a write, then reads the event and its rows again: what was loaded before is not used.
Pages show how many come, so each ends with a new edition of them; nothing of it is searched for, so nothing is indexed again.
"""

from collections.abc import Mapping

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import asking, news, offering, seating
from events.models import Event, Registration
from events.patience import patient
from events.refusals import Busy, Refused
from members.models import Entry, Member
from members.profiles import keep_name
from smclub.changed import pages_changed

__all__ = [
    "Busy",
    "Refused",
    "bring",
    "capacity_changed",
    "claim",
    "give_back",
    "join",
    "leave",
    "promote",
    "set_guests",
    "unite",
]
State = Registration.State
BETTER = (State.GOING, State.WAITING, State.PENDING, State.REMOVED, State.CANCELLED)  # of two answers of one person


@patient
@transaction.atomic
def join(
    event: Event,
    *,
    member: Member,
    guests: int = 0,
    guest_names: str | None = None,
    answers: Mapping[int, str] | None = None,
    name: str = "",
    conduct: str = "",
    source=Registration.Source.WEB,
) -> Registration:
    """The desired state "I come, with so many guests": a second identical request changes nothing.

    `name` is kept when the member has none yet; `answers` are by the number of the question. Raises Refused.
    """
    event = Event.objects.lock(event.pk)
    registration = _row_of(event, member)
    if registration and registration.is_live:
        keep_name(member, "", conduct=conduct)
        registration = _change_guests(event, registration, guests)
        asking.keep_answers(event, registration, answers, is_new=False)
        asking.keep_names(registration, guest_names, guests=guests)
        return registration
    _refuse_unless_welcome(event, member)
    _refuse_unless_open(event)
    if registration and registration.state == State.REMOVED:
        raise Refused(_("An organiser took your registration back: write to them if this is a mistake."), code="removed")
    _refuse_a_party_that_never_fits(event, guests)
    keep_name(member, name, conduct=conduct)
    registration = seating.enqueue(event, registration, member=member, guests=guests, source=source)
    asking.keep_answers(event, registration, answers, is_new=True)
    asking.keep_names(registration, guest_names, guests=guests)
    if registration.is_pending:
        seating.write("asked", registration)
        news.registration_asked(registration)
        return registration
    seated = seating.seat(event, acting=registration)
    registration = next((row for row in seated if row == registration), registration)
    if registration.is_waiting and not event.has_waiting_list:
        paused = event.is_promotion_paused
        raise Refused(_("Registration is paused for now.") if paused else _("All places are taken."), code="full")
    seating.write("registered" if registration.is_going else "waiting", registration)
    seating.write_to_seated(row for row in seated if row.pk != registration.pk)
    pages_changed()
    return registration


@patient
@transaction.atomic
def set_guests(event: Event, *, member: Member, guests: int) -> Registration:
    """Raises Refused; a refusal leaves the registration as it was."""
    event = Event.objects.lock(event.pk)
    return _set_guests(event, event.registrations.filter(member=member).first(), guests)


@patient
@transaction.atomic
def bring(registration: Registration, *, guests: int) -> Registration:
    """The same by the link of a letter, which need not be an account's."""
    event = Event.objects.lock(registration.event_id)
    return _set_guests(event, event.registrations.filter(pk=registration.pk).first(), guests)


@patient
@transaction.atomic
def claim(event: Event, *, member: Member) -> Registration:
    """From the cut-off on, who waits takes a place that is free; who is too late goes on waiting. Raises Refused."""
    event = Event.objects.lock(event.pk)
    return _claim(event, event.registrations.filter(member=member).first())


@patient
@transaction.atomic
def claim_place(registration: Registration) -> Registration:
    """The same by the link of a letter, which need not be an account's."""
    event = Event.objects.lock(registration.event_id)
    return _claim(event, event.registrations.filter(pk=registration.pk).first())


def too_late(registration: Registration) -> str:
    """Why who claimed a place waits on: what is left is less than their party, or nothing."""
    free = registration.event.free()
    if free is None or not 0 < free < registration.seats:
        return _("No place is free any more: somebody was quicker. You keep your rank.")
    text = ngettext(
        "%(n)s place is left and you are %(seats)s: say that you come with fewer guests.",
        "%(n)s places are left and you are %(seats)s: say that you come with fewer guests.",
        free,
    )
    return text % {"n": free, "seats": registration.seats}


@patient
@transaction.atomic
def leave(event: Event, *, member: Member) -> Registration | None:
    """Gives the seats back and seats whoever waits; nothing happens to who had left already. Raises Refused once it is over."""
    event = Event.objects.lock(event.pk)
    return _leave(event, event.registrations.filter(member=member).first())


@patient
@transaction.atomic
def give_back(registration: Registration) -> Registration | None:
    """The same by the link of a letter, which need not be an account's."""
    event = Event.objects.lock(registration.event_id)
    return _leave(event, event.registrations.filter(pk=registration.pk).first())


@patient
@transaction.atomic
def unite(event: Event, *, member: Member, into: Member) -> Registration | None:
    """Of two accounts of one person the better answer is kept, with the place it holds; what the other held is free."""
    event = Event.objects.lock(event.pk)
    rows = list(event.registrations.filter(member__in=[member, into]))
    if not rows:
        return None
    kept, *others = sorted(rows, key=lambda row: (BETTER.index(row.state), -row.arrived, row.queue_no))
    asking.join_answers(kept, others)
    for row in others:
        row.delete()
    kept.member, kept.guests = into, _guests_of_both(event, kept, others)
    kept.save(update_fields=["member", "guests"])
    if any(row.is_live for row in others):
        seating.write_to_seated(seating.seat(event))
    pages_changed()
    return kept


@patient
@transaction.atomic
def promote(event: Event, *, by: Member | None = None) -> list[Registration]:
    """Seats whoever fits, in the order of arrival, and writes to them; returns those seated. Logged when `by` asked for it."""
    event = Event.objects.lock(event.pk)
    seated = seating.seat(event)
    seating.write_to_seated(seated)
    if seated:
        pages_changed()
    if by:
        Entry.objects.write("event.promote", event, by=by, note=", ".join(str(registration.pk) for registration in seated))
    return seated


def refuse_terms(event: Event, new: dict) -> None:
    """Of new values of its fields, those that would leave somebody who comes, waits or asks without an answer. Raises Refused."""
    if new.get("kind") == Event.Kind.EXTERNAL and event.registrations.live().exists():
        text = _("People are registered here, and for a meeting elsewhere nobody is: take their registrations back first.")
        raise Refused(text, code="registered", field="kind")
    if new.get("has_waiting_list") is False and (n := event.registrations.waiting().count()):
        text = ngettext(
            "%(n)s registration waits: promote or remove it first.", "%(n)s registrations wait: promote or remove them first.", n
        )
        raise Refused(text % {"n": n}, code="waiting", field="has_waiting_list")
    if new.get("is_by_approval") is False and (n := event.registrations.pending().count()):
        text = ngettext("%(n)s request waits: answer it first.", "%(n)s requests wait: answer them first.", n)
        raise Refused(text % {"n": n}, code="pending", field="is_by_approval")


def refuse_fewer(event: Event, *, capacity: int | None, reserved: int, is_meant: bool) -> None:
    """Of new numbers of places, those that are fewer than are taken, unless that is meant. Raises Refused."""
    if not is_meant and (taken := taken_beyond(event, capacity=capacity, reserved=reserved)):
        text = _(
            "%(taken)s places are taken for %(places)s. Nobody would be removed, and newcomers would wait: tick the box if so."
        )
        raise Refused(text % {"taken": taken, "places": capacity - reserved}, code="fewer", field="is_fewer")


def taken_beyond(event: Event, *, capacity: int | None, reserved: int) -> int:
    """How many places are taken, where that is more than there would be; 0 where they suffice."""
    taken = event.taken()
    return taken if capacity is not None and taken > capacity - reserved else 0


def log_places(event: Event, *, before: tuple, by: Member) -> None:
    """Fewer places than are taken is a decision: whoever checks the seats finds it here. `before`: as `after`, before."""
    after = event.capacity, event.reserved
    if after != before:
        said = ["/".join(map(str, places)) for places in (before, after)]
        Entry.objects.write("event.capacity", event, by=by, before=said[0], after=said[1])


capacity_changed = promote  # more room, a later cut-off, a promotion no longer paused: the same deed


# -- under the lock ------------------------------------------------------------
def _row_of(event: Event, member: Member) -> Registration | None:
    """Theirs; or the one that an organiser made for their address before they had an account, which is theirs from now on."""
    rows = event.registrations.filter(Q(member=member) | Q(member=None, email=member.email))
    registration = rows.order_by(F("member").asc(nulls_last=True)).first()
    if registration is None or registration.member_id:
        return registration
    if Member.objects.by_address([member.email]).get(member.email) != member:
        return None
    registration.member, registration.name, registration.email, registration.language = member, "", "", ""
    registration.save(update_fields=["member", "name", "email", "language"])
    return registration


def _claim(event: Event, registration: Registration | None) -> Registration:
    if registration is None or not registration.is_live:
        raise Refused(_("You are not registered."), code="unknown")
    if registration.is_pending:
        raise Refused(_("The organisers have not answered your request yet."), code="pending")
    if registration.is_going:
        return registration
    _refuse_unless_open(event)
    seated = seating.seat(event, acting=registration)
    seating.write_to_seated(seated)
    if seated:
        pages_changed()
    return next((row for row in seated if row == registration), registration)


def _leave(event: Event, registration: Registration | None) -> Registration | None:
    if registration is None or not registration.is_live:
        return registration
    seating.refuse_if_over(event)
    if registration.arrived:
        raise Refused(_("You are here already: the list at the door says so."), code="arrived")
    was_pending = registration.is_pending
    seating.put(registration, State.CANCELLED)
    if not was_pending:  # who takes back a request that nobody answered knows it
        seating.write("left", registration)
    seating.write_to_seated(seating.seat(event))
    pages_changed()
    return registration


def _guests_of_both(event: Event, kept: Registration, others: list[Registration]) -> int:
    """The larger party, as far as the event allows it and, for who goes, the places that the others gave back."""
    if not kept.is_live:
        return kept.guests
    wanted = min(max(row.guests for row in (kept, *others) if row.is_live), event.max_guests)
    free = event.free() if kept.is_going else None
    return max(kept.guests, wanted if free is None else min(wanted, kept.guests + free))


def _set_guests(event: Event, registration: Registration | None, guests: int) -> Registration:
    if registration is None or not registration.is_live:
        raise Refused(_("You are not registered."), code="unknown")
    registration = _change_guests(event, registration, guests)
    asking.keep_names(registration, None, guests=guests)
    return registration


def _change_guests(event: Event, registration: Registration, guests: int) -> Registration:
    more = guests - registration.guests
    if more == 0:
        return registration
    seating.refuse_if_over(event)
    if 1 + guests < registration.arrived:
        raise Refused(_("More of you are here already."), code="arrived", field="guests")
    if more > 0:
        _refuse_a_party_that_never_fits(event, guests)
    if more > 0 or event.is_called_off:
        _refuse_unless_open(event)
    free = event.free()
    if more > 0 and registration.is_going and free is not None and more > free:
        raise Refused(_("There is not room for that many: your registration stays as it was."), code="full", field="guests")
    registration.guests = guests
    registration.rev += 1
    registration.save(update_fields=["guests", "rev"])
    seated = seating.seat(event, acting=registration if registration.is_waiting else None)
    seating.write_to_seated(seated)
    pages_changed()
    return next((row for row in seated if row == registration), registration)


# -- refusals ------------------------------------------------------------------
def _refuse_unless_welcome(event: Event, member: Member) -> None:
    is_inside = event.is_published and event.is_open_to_all  # the most frequent case asks nothing while others wait
    if not is_inside:
        is_inside = Event.objects.listed_for(member).filter(pk=event.pk).values_list("is_inside", flat=True).first()
    if is_inside is None:
        raise Refused(_("This meeting does not exist."), code="unknown")
    if not member.is_active or not EmailAddress.objects.filter(user=member, email=member.email, verified=True).exists():
        raise Refused(_("Confirm your e-mail address first."), code="unverified")
    if not is_inside and event.is_for_the_paid_up and member.is_accepted:
        raise Refused(_("This meeting is for members whose dues are paid up: yours are on the page “My dues”."), code="dues")
    if not is_inside:
        raise Refused(
            _("This meeting is not open to you: %(audience)s.") % {"audience": event.get_audience_display().lower()},
            code="restricted",
        )
    if offering.is_used_up(event, member):
        raise Refused(_("You know the club by now: to come to more meetings, become a member."), code="apply")


def _refuse_unless_open(event: Event) -> None:
    now = timezone.now()
    if not event.takes_registrations:
        raise Refused(_("Nobody registers for this meeting here."), code="elsewhere")
    if event.status == Event.Status.CANCELLED:
        raise Refused(_("This meeting is cancelled."), code="cancelled")
    if event.status == Event.Status.POSTPONED:
        raise Refused(_("This meeting is postponed: registration opens again with the new date."), code="postponed")
    if now < event.opens_at:
        raise Refused(_("Registration is not open yet."), code="early")
    if now >= event.closes_at:
        raise Refused(_("Registration is closed."), code="closed")


def _refuse_a_party_that_never_fits(event: Event, guests: int) -> None:
    if guests < 0 or guests > event.max_guests:
        raise Refused(_("You may bring at most %(number)s.") % {"number": event.max_guests}, code="guests", field="guests")
    if event.capacity is not None and 1 + guests > event.capacity:
        raise Refused(_("There are not that many places at all."), code="full", field="guests" if guests else None)
