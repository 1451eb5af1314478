"""What a general assembly adds to the pages of meetings."""

from django import template

from events import assembly, proxies
from members.models import Mandate

register = template.Library()


@register.inclusion_tag("events/_assembly.html", takes_context=True)
def assembly_of(context, event) -> dict:
    """Who votes, what the reader may do with their vote, and who was elected; nothing about any other kind of meeting."""
    visitor = context["request"].user
    is_shown = event.is_assembly and event.is_published and not event.is_called_off
    if not is_shown or event.local_day is None:
        return {"event": event if is_shown else None}
    vote = proxies.vote_of(event, visitor) if visitor.is_authenticated and not event.is_over else None
    elected = [] if event.group_id else Mandate.objects.elected(event.local_day).shown_to(visitor).in_order()
    return {"event": event, "vote": vote, "elected": elected}


@register.inclusion_tag("events/_quorum.html")
def quorum_of(event) -> dict:
    """How many may vote, are there and are represented, as it stands at the door; nothing of any other kind of meeting."""
    is_counted = event.is_assembly and event.takes_registrations
    return {"count": assembly.count(event) if is_counted else None}


@register.inclusion_tag("events/_proxies.html")
def proxies_of(event, *, can_revoke: bool = False) -> dict:
    standing = event.proxies.standing().named() if event.is_assembly else []
    return {"proxies": standing, "can_revoke": can_revoke and not event.is_over}
