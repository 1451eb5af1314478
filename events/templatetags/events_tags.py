"""What this app says in templates: dates in words, and what it adds to the pages of the apps below."""

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from events import encounters, mine, sharing, wording
from events.models import Event, EventPartner, Talk
from events.programme import Season
from members.models import Club
from smclub.addresses import absolute
from smclub.keeping import kept_here

register = template.Library()


@register.filter
def ordinal(number: int) -> str:
    """1er, 2e, 3e; 1st, 2nd, 3rd."""
    if get_language() == "fr":
        return "1er" if number == 1 else f"{number}e"
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


@register.filter
def when(event) -> str:
    return wording.when(event)


@register.filter
def start_hour(event) -> str:
    return wording.start_hour(event)


@register.filter
def moved_from(event) -> str:
    return wording.moved_from(event)


@register.filter
def moment(at, event) -> str:
    """A moment of an event in words: its day and hour in the event's zone."""
    return wording.span(at.astimezone(event.zone), None, "hour", zone=wording.zone_label(event))


@register.filter
def iso(event) -> str:
    """The start for <time datetime>, as precisely as it is known."""
    formats = {"hour": "%Y-%m-%dT%H:%M%z", "day": "%Y-%m-%d", "month": "%Y-%m"}
    if event.is_hour_to_be_confirmed:
        formats["hour"] = formats["day"]
    return f"{event.local_start:{formats[event.precision]}}" if event.precision in formats else ""


@register.simple_tag
def this_season() -> Season:
    """The season of the club that today belongs to."""
    return Season.of(timezone.localdate(), kept_here("club", Club.current))


@register.inclusion_tag("events/_follow.html")
def calendar_links(name: str, *args) -> dict:
    """Links to subscribe to the calendar of that URL name and to fetch it."""
    return sharing.subscription(absolute(reverse(name, args=args)))


# -- on the pages of the apps below ------------------------------------------------
def _visitor(context):
    return context["request"].user


@register.inclusion_tag("events/_talks.html", takes_context=True)
def talks_of(context, person) -> dict:
    """The meetings where `person` spoke or that they led, latest first."""
    events = Event.objects.listed_for(_visitor(context)).without_stubs()
    return {"talks": Talk.objects.of_person(person, events=events)}


@register.inclusion_tag("events/_meetings_attended.html", takes_context=True)
def meetings_attended_by(context, person, number: int = 20) -> dict:
    """The meetings open to all where `person` went, latest first, when they say so themselves."""
    if not (person.member_id and person.shown.has("meetings")):
        return {"events": []}
    events = Event.objects.listed_for(_visitor(context)).open_to_all().took_place()
    return {"events": events.attended_by(person.member_id)[:number]}


@register.inclusion_tag("events/_met_at.html", takes_context=True)
def met_at(context, person) -> dict:
    """Where the visitor and `person` met, for each other alone."""
    return {"events": encounters.meetings_of_both(_visitor(context), person.member)}


@register.inclusion_tag("events/_meetings.html", takes_context=True)
def meetings_of(context, group, number: int = 5) -> dict:
    """The next meetings of `group`."""
    events = Event.objects.listed_for(_visitor(context)).upcoming().filter(group=group).for_cards()[:number]
    return {"events": events, "group": group}


@register.inclusion_tag("events/_meetings_with.html", takes_context=True)
def meetings_with(context, organisation, number: int = 30) -> dict:
    """What was done together: the meetings that `organisation` hosted, relayed, supported or organised, latest first."""
    events = Event.objects.listed_for(_visitor(context)).without_stubs()
    return {"ties": EventPartner.objects.of_organisation(organisation, events=events)[:number]}


@register.inclusion_tag("events/_registrations.html")
def registrations_of(member) -> dict:
    """Where `member` goes, waits or speaks; on their own account page alone."""
    return {"meetings": mine.to_come(member)}
