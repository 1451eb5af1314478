"""Verb of who still comes: said before the meeting by the link of a letter. No answer changes nothing."""

from django.db import transaction
from django.utils.translation import gettext as _

from events import seating
from events.models import Event, Registration
from events.patience import patient
from events.refusals import Refused


@patient
@transaction.atomic
def confirm(registration: Registration) -> Registration:
    """I am still coming, to the meeting as it is dated now: another date is another question. Raises Refused."""
    event = Event.objects.lock(registration.event_id)
    registration = event.registrations.select_related("member").get(pk=registration.pk)
    seating.refuse_if_over(event)
    if event.is_called_off:
        cancelled, postponed = _("This meeting is cancelled."), _("This meeting is postponed.")
        raise Refused(cancelled if event.is_cancelled else postponed, code=event.status)
    if not registration.is_going:
        raise Refused(_("You are not registered."), code="unknown")
    if registration.confirmed_for != event.starts_at:
        registration.confirmed_for = event.starts_at
        registration.save(update_fields=["confirmed_for"])
    return registration
