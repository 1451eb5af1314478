"""What becomes of somebody's things, in every app, when they go: verbs that no app below could hold."""

import logging

from events import admitting
from events.assembly import proxies
from events.models import Event, Registration
from events.refusals import Refused
from members import standing
from members.models import Member
from smclub.personal import registrations_of

log = logging.getLogger("smclub.farewell")


def block(member: Member, *, by: Member, reason: str) -> None:
    """Closes the account, then gives back its seats at meetings to come and the votes that others had given it.

    Raises Refused of members.joining, before either.

    No transaction around it: each meeting is locked by itself, and whoever waits there is seated in that same deed.
    """
    standing.block(member, by=by, reason=reason)
    _give_back(registrations_of(member), by=by)
    _return_votes(Member.objects.filter(pk=member.pk))


def give_back_seats() -> int:
    """The seats that blocked accounts still hold, those which `block` could not take back at once included; how many."""
    _return_votes(Member.objects.filter(standing=Member.Standing.BLOCKED))
    return _give_back(Registration.objects.of_the_blocked(), by=None)


def _give_back(registrations, *, by: Member | None) -> int:
    done = 0
    for registration in registrations.live().at(Event.objects.to_come()):
        try:
            admitting.remove(registration, by=by)
            done += 1
        except Refused:  # over meanwhile, or many people at that meeting: the periodic job comes back to it
            log.warning("seat not given back", extra={"registration": registration.pk})
    return done


def _return_votes(holders) -> None:
    try:
        proxies.return_votes(holders)
    except Refused:  # many people at that assembly: as above
        log.warning("votes not given back")
