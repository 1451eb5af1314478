"""What a general assembly adds to the pages of meetings."""

from django import template

from events import assembly, proxies

register = template.Library()


@register.inclusion_tag("events/_assembly.html", takes_context=True)
def assembly_of(context, event) -> dict:
    """Who votes, and what the reader may do with their vote; nothing about any other kind of meeting."""
    visitor = context["request"].user
    is_shown = event.is_assembly and event.is_published and not event.is_called_off
    vote = proxies.vote_of(event, visitor) if is_shown and event.local_day and visitor.is_authenticated else None
    return {"event": event if is_shown else None, "vote": vote}


@register.inclusion_tag("events/_quorum.html")
def quorum_of(event) -> dict:
    """How many may vote, are there and are represented, as it stands at the door; nothing of any other kind of meeting."""
    is_counted = event.is_assembly and event.takes_registrations
    return {"count": assembly.count(event) if is_counted else None}


@register.inclusion_tag("events/_proxies.html")
def proxies_of(event) -> dict:
    return {"proxies": event.proxies.standing().named() if event.is_assembly else []}
