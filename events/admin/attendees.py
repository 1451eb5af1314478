"""Who comes: the pages of the desk that list it, for those who run the event. Outside of the admin's own transactions."""

from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import asking
from events.door import papers
from events.models import Answer, Event, Registration
from members.models import Entry
from smclub.tables import csv_answer
from smclub.words import fold


def pages(desk) -> list[tuple]:
    """(route, view, name) of each, of the admin page `desk`."""

    def listed(request, pk):
        return _listed(request, pk, desk)

    return [
        ("<int:pk>/liste/", listed, "events_event_attendees"),
        ("<int:pk>/liste.csv", as_table, "events_event_table"),
        ("<int:pk>/liste/<slug:paper>/", paper, "events_event_paper"),
    ]


def _listed(request, pk, desk):
    """To print; and what is still to decide."""
    event = _run_by(request, pk)
    rows = _rows(event)
    context = {
        "title": _("Who is coming"),
        "opts": desk.opts,
        "event": event,
        "going": sorted((row for row in rows if row.is_going), key=lambda row: fold(row.shown_name)),
        "waiting": [row for row in rows if row.is_waiting],
        "pending": [row for row in rows if row.is_pending],
        "confirmed": sum(1 for row in rows if row.is_confirmed),
        "people": sum(1 for row in rows if row.is_going),
        "guests": sum(row.guests for row in rows if row.is_going),
    }
    if any(row.arrived for row in rows):
        context["came"] = sum(row.arrived for row in rows)
    return TemplateResponse(request, "admin/events/event/attendees.html", desk.admin_site.each_context(request) | context)


@require_POST
def paper(request, pk, paper):
    return papers.hand_out(request, _run_by(request, pk), paper, by=request.user)


@require_POST
def as_table(request, pk):
    """As a file, which is logged; addresses for those alone who may see accounts."""
    event = _run_by(request, pk)
    questions = list(event.questions.in_order())
    is_shown = request.user.has_perm("members.view_member")
    facts = [_("State"), _("Guests"), _("Their names"), _("First answered"), _("Attendance")]
    header = [_("Name"), *([_("E-mail")] if is_shown else []), *facts]
    lines = []
    for row in _rows(event):
        address = (row.member.email if row.member else row.email,) if is_shown else ()
        seen = Registration.Attendance(row.attendance).label if row.attendance else ""
        facts = [row.get_state_display(), row.guests, ", ".join(asking.listed(row.guest_names)), row.created_at, seen]
        lines.append([row.shown_name, *address, *facts, *(row.said.get(question.pk, "") for question in questions)])
    Entry.objects.write("registration.export", event, by=request.user, note=str(len(lines)))
    return csv_answer([*header, *(question.text for question in questions)], lines, name=f"inscriptions-{event.slug}.csv")


def _run_by(request, pk) -> Event:
    return get_object_or_404(Event.objects.run_by(request.user).select_related("venue"), pk=pk)


def _rows(event: Event) -> list[Registration]:
    """Each with what it said: the answers by question, and the names of its guests."""
    rows = list(event.registrations.for_list().with_attendance())
    said, questions = Answer.objects.of(rows), list(event.questions.in_order())
    for row in rows:
        row.said = said.get(row.pk, {})
        row.answered = [(question, row.said[question.pk]) for question in questions if question.pk in row.said]
        row.named = asking.listed(row.guest_names)
    return rows
