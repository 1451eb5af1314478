"""What every verb about seats does under the event's lock: the queue, who is seated next, and the letters that say so.

Joining is: enqueue, then seat; nothing else asks whether there is room. Whoever calls this holds the lock (`Event.objects.lock`).
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, Registration
from events.refusals import Refused
from members.mail import letter

State = Registration.State


def enqueue(event, registration, *, member, guests, source) -> Registration:
    """At the tail of the queue; where an organiser answers each request, the number is that of the request."""
    state = State.PENDING if event.is_by_approval else State.WAITING
    number = event.registrations.next_queue_no()
    if registration is None:
        return event.registrations.create(member=member, state=state, guests=guests, queue_no=number, source=source)
    registration.queue_no, registration.guests, registration.source = number, guests, source
    registration.skipped_at = registration.last_minute_at = None
    put(registration, state)
    return registration


def put(registration: Registration, state: str, *, reason: str = "") -> None:
    registration.state, registration.reason = state, reason
    if state != State.GOING:  # nobody is here without a place
        registration.arrived, registration.checked_in_at = 0, None
    registration.state_changed_at = timezone.now()
    registration.rev += 1
    registration.save()


def seat(event: Event, *, acting: Registration | None = None) -> list[Registration]:
    """In-order first fit (nobody takes a seat that somebody ahead could use, no seat stays empty).

    From the cut-off on only `acting`, who is there and asks, may be seated, and those who wait hear once that they may ask too;
    from the end of registration nobody.
    """
    if not event.is_published or event.is_called_off or event.is_promotion_paused or not event.takes_registrations:
        return []
    if timezone.now() >= event.closes_at:
        return []
    free = event.free()
    if free is not None and free <= 0:  # the long list of a full meeting is not read by each who joins it
        return []
    waiting = event.registrations.waiting().select_related("member")
    if event.is_last_minute:
        waiting = waiting.filter(pk=acting.pk if acting else None)
    seated, skipped, free = _first_fit(waiting, free)
    for registration in seated:
        put(registration, State.GOING)
    if event.is_last_minute:
        _offer(event, free)
    else:
        _tell_skipped(skipped, acting=acting)
    return seated


def _first_fit(waiting, free: int | None) -> tuple[list[Registration], list[Registration], int | None]:
    """Those who fit in their order, those passed over before the last place was given, and what is left."""
    seated, skipped = [], []
    for registration in waiting:
        if free is None or registration.seats <= free:
            seated.append(registration)
            free = None if free is None else free - registration.seats
        elif free <= 0:
            break
        else:
            skipped.append(registration)
    return seated, skipped, free


def _tell_skipped(skipped: list[Registration], *, acting: Registration | None) -> None:
    """Once to each party that is too large for the places there are; who acts reads it on the page."""
    for registration in skipped:
        if registration.skipped_at is None:
            registration.skipped_at = timezone.now()
            registration.save(update_fields=["skipped_at"])
            if registration != acting:
                write("skipped", registration)


def _offer(event: Event, free: int | None) -> None:
    """The last-minute letter, once to each of those who wait and whose party fits: the first who takes the place has it."""
    if free is not None and free <= 0:
        return
    waiting = event.registrations.waiting().that_fit(free).filter(last_minute_at=None)
    for registration in waiting.with_reader():
        registration.last_minute_at = timezone.now()
        registration.save(update_fields=["last_minute_at"])
        write("last_minute", registration)


def refuse_if_over(event: Event) -> None:
    if event.is_over and event.status != Event.Status.POSTPONED:
        raise Refused(_("This meeting is over."), code="over")


def write(kind: str, registration: Registration) -> None:
    """One letter per change of state; whoever puts it into words drops it once the state has changed again."""
    if not registration.reader:
        return
    letter(
        f"events.{kind}",
        key=f"events.{kind}:{registration.pk}:{registration.rev}",
        to=registration.reader,
        language=registration.language,
        registration=registration.pk,
        since=registration.state_changed_at.isoformat(),
    )


def write_to_seated(seated) -> None:
    for registration in seated:
        write("promoted", registration)
