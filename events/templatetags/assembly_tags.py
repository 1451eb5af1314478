"""What a general assembly adds to the pages of meetings."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.formats import date_format

from events.assembly import counting, proxies
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


@register.inclusion_tag("admin/events/event/_elections.html", takes_context=True)
def elections_of(context, event) -> dict:
    """Who was elected that day, and the form where the next one is recorded; from its beginning, to who keeps mandates."""
    visitor = context["request"].user
    if not event.is_assembly or event.group_id or not event.has_begun or not visitor.may("members.add_mandate"):
        return {}
    day = event.local_day
    typed = date_format(day, "SHORT_DATE_FORMAT")
    told = {"elected_on": typed, "starts_on": typed, "_changelist_filters": urlencode({"elected_on": day.isoformat()})}
    elected = Mandate.objects.elected(day).select_related("person").in_order()
    return {"elected": elected, "add": f"{reverse('admin:members_mandate_add')}?{urlencode(told)}"}


@register.inclusion_tag("events/_quorum.html")
def quorum_of(event) -> dict:
    """How many may vote, are there and are represented, as it stands at the door; nothing of any other kind of meeting."""
    is_counted = event.is_assembly and event.takes_registrations
    return {"count": counting.count(event) if is_counted else None}


@register.inclusion_tag("events/_proxies.html")
def proxies_of(event, *, can_revoke: bool = False) -> dict:
    standing = event.proxies.standing().named() if event.is_assembly else []
    return {"proxies": standing, "can_revoke": can_revoke and not event.is_over}
