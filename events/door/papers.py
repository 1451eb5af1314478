"""What is printed for the door, or sent to the host: names, and nothing else that an account says. Each time is in the log."""

from dataclasses import dataclass

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from events import asking
from events.assembly import counting
from events.models import Event
from members.models import Club, Entry, Member
from smclub.tables import csv_answer
from smclub.words import fold

PRINTED = {"hote": "reception", "emargement": "signatures", "badges": "badges"}  # in its address → its template
CSV = "hote-csv"


@dataclass(frozen=True)
class Line:
    """One person expected; a guest is known by who brings them, and by a name where one was given."""

    name: str
    brought_by: str = ""


def lines(event: Event) -> list[Line]:
    """Those going by name, each followed by their guests."""
    rows = [row for row in event.registrations.for_list() if row.is_going]
    found = []
    for row in sorted(rows, key=lambda row: (fold(row.shown_name), row.pk)):
        found.append(Line(row.shown_name))
        named = asking.listed(row.guest_names)[: row.guests]
        found += [Line(name, row.shown_name) for name in named + [""] * (row.guests - len(named))]
    return found


def hand_out(request, event: Event, paper: str, *, by: Member) -> HttpResponse:
    """The paper, noted as handed out; 404 for one that is not made."""
    if paper not in PRINTED and paper != CSV:
        raise Http404
    expected = _noted(event, paper, by=by)
    if paper == CSV:
        told = [(line.name or _("Guest of %(name)s") % {"name": line.brought_by},) for line in expected]
        answer = csv_answer([_("Name")], told, name=f"accueil-{event.slug}.csv")
    else:
        context = {"event": event, "lines": expected, "club": Club.current()}
        template = PRINTED[paper]
        if event.is_assembly and template == "signatures":  # those who vote sign, whether they registered or not
            context["lines"], template = counting.roll(event), "roll"
        answer = render(request, f"events/paper_{template}.html", context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@transaction.atomic
def _noted(event: Event, paper: str, *, by: Member) -> list[Line]:
    Entry.objects.write("event.hand_out", event, by=by, note=paper)
    return lines(event)
