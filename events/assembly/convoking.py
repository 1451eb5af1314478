"""Convoking to an assembly: one letter to each who may vote that day, once for a date, whatever letters they chose."""

from django.db import transaction
from django.utils.translation import gettext as _

from events.assembly import counting
from events.models import Event
from events.patience import patient
from events.refusals import Refused
from members.mail import letter
from members.models import Entry, Letter, Member


def to_convoke(event: Event):
    """Those who may vote and have had no letter for this date, nor will have one."""
    written = Letter.objects.filter(key__startswith=_key(event), member__isnull=False).exclude(state=Letter.State.DROPPED)
    return counting.voters(event).filter(is_active=True).exclude(pk__in=written.values("member")).order_by("pk")


@patient
@transaction.atomic
def convoke(event: Event, *, by: Member) -> int:
    """Writes to those not written to yet; how many. Raises Refused."""
    event = Event.objects.lock(event.pk)
    refuse_unless_to_come(event)
    people = list(to_convoke(event))
    Letter.objects.filter(key__startswith=_key(event), member__in=people).delete()  # dropped: there was no page when they left
    for member in people:
        letter("events.convocation", key=f"{_key(event)}{member.pk}", to=member, **facts(event))
    if people:
        Entry.objects.write("event.convoke", event, by=by, note=str(len(people)))
    return len(people)


def facts(event: Event) -> dict:
    """What the letter holds: it is dropped when the date is another one by the time it leaves."""
    return {"event": event.pk, "start": event.starts_at.isoformat()}


def refuse_unless_to_come(event: Event) -> None:
    if not event.is_assembly or not event.takes_registrations:
        raise Refused(_("Give the assembly its date first."), code="undated")
    if not event.is_published:
        raise Refused(_("Publish the meeting first: the letter leads to its page."), code="draft")
    if event.is_called_off:
        raise Refused(_("This meeting does not take place as announced: restore it, or give it a new date."), code="called_off")
    if event.is_over:
        raise Refused(_("This meeting is over."), code="over")


def _key(event: Event) -> str:
    return f"events.convocation:{event.pk}:{event.starts_at:%Y%m%d%H%M}:"
