"""What organisers decide about one registration, each deed logged, under the same lock as those of events.registering."""

from django.db import transaction

from events import seating
from events.models import Event, Registration
from events.patience import patient
from members.models import Entry, Member
from smclub.changed import pages_changed

State = Registration.State


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
