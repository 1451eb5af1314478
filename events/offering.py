"""Meetings that the club offers to its friends before it asks them to join: one rule, for the page and for the verb."""

from events.models import Event
from members.models import Club


def is_used_up(event: Event, member) -> bool:
    """Whether `member`, a friend, went to as many meetings as are offered. Whom the club invites to one comes to that one."""
    if not member.is_authenticated or member.is_accepted or event.audience == Event.Audience.INVITATION:
        return False
    offered = Club.current().meetings_offered
    return offered is not None and Event.objects.published().of_the_club().took_place().attended_by(member).count() >= offered
