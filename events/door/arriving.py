"""The door (*l'accueil*): who is here, guests counted, who came without a place, and the links of those who keep it.

Each verb takes the event's lock like those of events.registering. A press of a button has a nonce: a network that is slow
sends it again, and what was done already is answered as done. What is asked for is the state ("two of them are here"), so two
telephones that say the same do it once.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events import registering
from events.models import DoorLink, DoorTap, Event, Registration
from events.models.door import window
from events.patience import patient
from events.refusals import Refused
from events.seating import put
from members.models import Entry, Member
from members.models.member import fold_email
from smclub.changed import pages_changed
from smclub.words import fold

State = Registration.State
FORMER = ("state", "reason", "guests", "source")
MOST = 10  # people who come together without a registration


@dataclass(frozen=True)
class Keeper:
    """Who presses: somebody who runs the meeting, or who was given a link."""

    by: Member | None
    link: DoorLink | None = None


@dataclass(frozen=True)
class Arrival:
    registration: Registration
    here_since: datetime | None = None  # when somebody else had let them in before


@patient
@transaction.atomic
def check_in(registration: Registration, *, people: int, nonce: str, keeper: Keeper) -> Arrival:
    """So many of this party are here; those who come later raise it, nobody lowers it (that is `undo`). Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = _again(event, registration)
    if _is_done(registration, nonce):
        return Arrival(registration)
    _refuse_unless_open(event, keeper)
    if not registration.is_going:
        raise Refused(_("%(name)s holds no place any more.") % {"name": registration.shown_name}, code="not_going")
    _refuse_too_many(registration, people)
    since = registration.checked_in_at
    if people <= registration.arrived:
        _tap(registration, nonce, keeper)
        return Arrival(registration, here_since=since)
    _let_in(registration, people, nonce, keeper)
    return Arrival(registration)


@patient
@transaction.atomic
def undo(registration: Registration, *, nonce: str, keeper: Keeper) -> Arrival:
    """None of them is here; who was given a place at the door holds it no more, and waits or asks as before. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = _again(event, registration)
    if _is_done(registration, nonce) or not registration.arrived:
        return Arrival(registration)
    _refuse_unless_open(event, keeper)
    registration.arrived, registration.checked_in_at = 0, None
    former = _former(registration)
    for name, value in former.items():
        setattr(registration, name, value)
    if former:
        put(registration, former["state"], reason=former["reason"])
    else:
        registration.save()
    _tap(registration, nonce, keeper)
    if former:
        registering.promote(event)
        pages_changed()
    return Arrival(registration)


@patient
@transaction.atomic
def admit(registration: Registration, *, people: int, nonce: str, keeper: Keeper, is_confirmed: bool = False) -> Arrival:
    """Somebody waiting comes in, with those who are there; beyond the places once that is confirmed. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = _again(event, registration)
    if _is_done(registration, nonce):
        return Arrival(registration)
    _refuse_unless_open(event, keeper)
    if registration.is_going:  # seated meanwhile
        return check_in(registration, people=people, nonce=nonce, keeper=keeper)
    if not registration.is_live:
        raise Refused(_("%(name)s is not on the list any more.") % {"name": registration.shown_name}, code="not_going")
    _refuse_too_many(registration, people)
    is_beyond = _is_beyond(event, people, is_confirmed=is_confirmed)
    _give_a_place(registration, people, nonce, keeper)
    _log("event.admit", event, registration, keeper, is_beyond=is_beyond)
    pages_changed()
    return Arrival(registration)


@patient
@transaction.atomic
def walk_in(
    event: Event, *, name: str, email: str = "", people: int = 1, nonce: str, keeper: Keeper, is_confirmed: bool = False
) -> Arrival:
    """Somebody comes in without a registration: with an address, theirs if they have one, on their account if there is one.

    Beyond the places, or under a name that is on the list, once that is confirmed. Raises Refused.
    """
    event = Event.objects.lock(event.pk)
    if tap := DoorTap.objects.filter(registration__event=event, nonce=nonce).select_related("registration__member").first():
        return Arrival(tap.registration)
    _refuse_unless_open(event, keeper)
    if not 1 <= people <= MOST:
        raise Refused(_("Between one and %(most)s people.") % {"most": MOST}, code="people", field="people")
    email = fold_email(email)
    member = _account_of(email)
    registration = _of_address(event, email, member)
    if registration and registration.is_going:
        return check_in(registration, people=min(people, registration.seats), nonce=nonce, keeper=keeper)
    _refuse_unless_welcome(registration, member)
    if not is_confirmed and registration is None:
        _refuse_a_name_on_the_list(event, name)
    is_beyond = _is_beyond(event, people, is_confirmed=is_confirmed)
    if registration is None:
        registration = Registration(event=event, member=member, name=name, email="" if member else email)
        registration.queue_no = event.registrations.next_queue_no()
        registration.state = State.CANCELLED if registration.reader else State.REMOVED
    _give_a_place(registration, people, nonce, keeper)
    _log("event.walk_in", event, registration, keeper, is_beyond=is_beyond)
    pages_changed()
    return Arrival(registration)


@transaction.atomic
def give_link(event: Event, *, by: Member, label: str = "") -> DoorLink:
    """Opens this event's list, and nothing else, from the day before until the day after. Raises Refused."""
    _refuse_without_a_door(event)
    link = DoorLink.objects.create(event=event, label=label, made_by=by)
    Entry.objects.write("event.door_link", event, by=by, note=f"#{link.pk}")
    return link


@transaction.atomic
def revoke_link(link: DoorLink, *, by: Member) -> None:
    """From now on its address opens nothing; a link revoked already stays so."""
    if DoorLink.objects.good().filter(pk=link.pk).update(revoked_at=timezone.now()):
        Entry.objects.write("event.door_link_revoke", link.event, by=by, note=f"#{link.pk}")


# -- under the lock ------------------------------------------------------------
def _again(event: Event, registration: Registration) -> Registration:
    """As it stands now; a merge of accounts may have taken it away."""
    found = event.registrations.select_related("member").filter(pk=registration.pk).first()
    if found is None:
        raise nobody()
    return found


def _is_done(registration: Registration, nonce: str) -> bool:
    return registration.taps.filter(nonce=nonce).exists()


def _tap(registration: Registration, nonce: str, keeper: Keeper, *, former: dict | None = None) -> None:
    said = {"nonce": nonce, "arrived": registration.arrived, "former": former, "by": keeper.by, "link": keeper.link}
    DoorTap.objects.create(registration=registration, **said)


def _let_in(registration: Registration, people: int, nonce: str, keeper: Keeper, *, former: dict | None = None) -> None:
    registration.arrived = people
    registration.checked_in_at = registration.checked_in_at or timezone.now()
    registration.save()
    _tap(registration, nonce, keeper, former=former)


def _give_a_place(registration: Registration, people: int, nonce: str, keeper: Keeper) -> None:
    former = {name: getattr(registration, name) for name in FORMER}
    registration.guests, registration.source = people - 1, Registration.Source.DOOR
    put(registration, State.GOING)
    _let_in(registration, people, nonce, keeper, former=former)


def _former(registration: Registration) -> dict:
    """What the tap that gave them their place found, as long as nothing else has put them where they are since."""
    given = registration.taps.filter(former__isnull=False, at__gte=registration.state_changed_at).order_by("pk").last()
    return given.former if given else {}


def _is_beyond(event: Event, people: int, *, is_confirmed: bool) -> bool:
    """Whether they come in beyond the places; asked about once."""
    free = event.free()
    is_beyond = free is not None and people > free
    if is_beyond and not is_confirmed:
        figures = {"taken": event.taken(), "places": event.capacity - event.reserved}
        raise Refused(_("%(taken)s places of %(places)s are taken. Let them in all the same?") % figures, code="full")
    return is_beyond


def _account_of(email: str) -> Member | None:
    address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first() if email else None
    return address.user if address else None


def _of_address(event: Event, email: str, member: Member | None) -> Registration | None:
    if member:
        return event.registrations.select_related("member").filter(member=member).first()
    return event.registrations.filter(email=email).first() if email else None


def _log(verb: str, event: Event, registration: Registration, keeper: Keeper, *, is_beyond: bool) -> None:
    """By number: the log is kept longer than a name given at the door."""
    facts = [f"#{registration.pk}", *([f"link #{keeper.link.pk}"] if keeper.link else []), *(["beyond"] if is_beyond else [])]
    Entry.objects.write(verb, event, by=keeper.by, note=" · ".join(facts))


# -- refusals ------------------------------------------------------------------
def nobody() -> Refused:
    return Refused(_("This registration does not exist any more."), code="unknown")


def _refuse_without_a_door(event: Event) -> None:
    if not event.takes_registrations:
        raise Refused(_("Nobody registers for this meeting here."), code="elsewhere")


def _refuse_unless_open(event: Event, keeper: Keeper) -> None:
    """Who runs the meeting may correct the list for ever; a link ends with the day after."""
    _refuse_without_a_door(event)
    if event.is_cancelled:
        raise Refused(_("This meeting is cancelled."), code="cancelled")
    if event.is_postponed:
        raise Refused(_("This meeting is postponed."), code="postponed")
    opens, closes = window(event)
    if timezone.now() < opens:
        raise Refused(_("The door opens the day before the meeting."), code="early")
    if keeper.by is None and timezone.now() >= closes:
        raise Refused(_("This link is over: ask an organiser."), code="closed")


def _refuse_too_many(registration: Registration, people: int) -> None:
    if not 1 <= people <= registration.seats:
        raise Refused(
            _("%(name)s is registered for %(seats)s: let the others in without a registration.")
            % {"name": registration.shown_name, "seats": registration.seats},
            code="people",
            field="people",
        )


def _refuse_unless_welcome(registration: Registration | None, member: Member | None) -> None:
    """In the same words whatever the reason: who keeps the door need not know."""
    is_blocked = member is not None and not member.is_active
    if is_blocked or (registration and registration.state == State.REMOVED and registration.member_id):
        raise Refused(_("Ask an organiser about this person."), code="removed", field="email")


def _refuse_a_name_on_the_list(event: Event, name: str) -> None:
    wanted = fold(name)
    if any(fold(row.shown_name) == wanted for row in event.registrations.for_list()):
        raise Refused(
            _("Somebody called %(name)s is on the list. Is this somebody else?") % {"name": name}, code="same_name", field="name"
        )
