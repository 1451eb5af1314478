"""The figures of meetings at the desk, for those who run them; each table is a file too, in which nobody is named."""

from functools import partial

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from events import figures, programme
from events.models import Cycle, Event
from events.programme import Season
from members.models import Club, Group
from smclub.tables import csv_answer


class ScopeForm(forms.Form):
    """Which meetings: a season, a group, a cycle. Nothing asked is the latest season."""

    saison = forms.ChoiceField(label=gettext_lazy("Season"), required=False)
    groupe = forms.ChoiceField(label=gettext_lazy("Group"), required=False)
    cycle = forms.ChoiceField(label=gettext_lazy("Cycle"), required=False)

    def __init__(self, asked, *, events, club: Club):
        super().__init__(asked if any(name in asked for name in self.base_fields) else None)
        self.events, self.club = events, club
        self.seasons = programme.with_meetings(events, club)[::-1]
        groups = Group.objects.filter(pk__in=events.order_by().values("group")).order_by("name").values_list("slug", "name")
        cycles = [(cycle.slug, cycle.label.value) for cycle in Cycle.objects.of_some(events).order_by("title", "pk")]
        seasons = [(season.slug, season.label) for season in self.seasons]
        self._offer("saison", pgettext("seasons", "All"), seasons)
        self._offer("groupe", pgettext("groups", "All"), [*groups, (figures.NO_GROUP, _("The whole club"))])
        self._offer("cycle", pgettext("cycles", "All"), cycles)
        self.initial = {"saison": seasons[0][0]} if seasons else {}

    def _offer(self, name: str, everything: str, choices: list[tuple]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]
        self.fields[name].error_messages["invalid_choice"] = _("There is no meeting of that any more.")

    @property
    def wanted(self) -> dict[str, str]:
        """What is asked for and can be: a value that is none narrows nothing."""
        if not self.is_bound:
            return dict(self.initial)
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self):
        """Those meetings, latest first, with what the tables say of each."""
        wanted, events = self.wanted, self.events
        if "saison" in wanted:
            events = events.in_season(Season.named(wanted["saison"], self.club)).order_by("-starts_at", "-pk")
        if wanted.get("groupe") == figures.NO_GROUP:
            events = events.filter(group=None)
        elif "groupe" in wanted:
            events = events.filter(group__slug=wanted["groupe"])
        if "cycle" in wanted:
            events = events.filter(cycle__slug=wanted["cycle"])
        return events.select_related("group", "cycle")


def pages(desk: admin.ModelAdmin) -> list[tuple]:
    """(route, view, name), of the admin page `desk`."""
    return [
        ("bilan/", require_safe(partial(overview, desk)), "events_event_figures"),
        ("bilan/<slug:name>.csv", require_safe(table), "events_event_figures_csv"),
        ("<int:pk>/bilan/", require_safe(partial(of_event, desk)), "events_event_figures_of"),
    ]


def overview(desk: admin.ModelAdmin, request) -> HttpResponse:
    form = _scope(request)
    tables = _tables(form)
    meetings = tables[-1]
    context = {
        "title": _("Figures of the meetings"),
        "opts": desk.opts,
        "form": form,
        "tables": [table for table in tables if _tells(table, form.wanted)],
        "columns": figures.COLUMNS,
        "sum": meetings.total,
        "asked": {"saison": ""} | form.wanted,
    }
    return TemplateResponse(request, "admin/events/event/figures.html", desk.admin_site.each_context(request) | context)


def table(request, name: str) -> HttpResponse:
    """What the page shows under that name, for a spreadsheet."""
    tables = {table.name: table for table in _tables(_scope(request))}
    if name not in tables:
        raise Http404
    found = tables[name]
    first = [_("Meeting"), _("Date"), _("Group"), _("Cycle")] if name == "rencontres" else [found.label, _("Meetings")]
    header = [*first, *(column.label for column in figures.COLUMNS)]
    rows = [[*_first_cells(line), *line.tally.cells] for line in found.lines]
    return csv_answer(header, rows, name=f"bilan-{name}.csv")


def _first_cells(line: figures.Line) -> list[object]:
    """What a line is about."""
    if event := line.event:
        return [event.title, event.local_day, event.group, event.cycle and event.cycle.label]
    return [str(line.label), line.tally.meetings]


def of_event(desk: admin.ModelAdmin, request, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.run_by(request.user).select_related("venue", "group", "cycle"), pk=pk)
    tally = figures.tallies_of([event])[event.pk]
    bars = [(_("Places"), event.places), (_("Registrations and their guests"), tally.people)]
    bars += [(_("People who came"), tally.came if tally.kept else None), (_("Left waiting"), tally.waiting)]
    bars = [(label, number) for label, number in bars if number is not None]
    ahead = figures.ahead_of(event) if event.takes_registrations else []
    context = {
        "title": _("Figures of the meeting"),
        "opts": desk.opts,
        "event": event,
        "facts": list(zip(figures.COLUMNS, tally.cells, strict=True)),
        "bars": bars,
        "peak": max(number for _label, number in bars) or 1,
        "ahead": ahead if tally.dated else [],
        "most_ahead": max((number for _label, number in ahead), default=1) or 1,
        "season": Season.of(event.local_day, Club.current()) if event.starts_at else None,
    }
    return TemplateResponse(request, "admin/events/event/figures_of.html", desk.admin_site.each_context(request) | context)


def _scope(request) -> ScopeForm:
    """Of the meetings that are over and that the visitor ran or runs; whoever runs none may not ask."""
    if not request.user.may("events.change_event"):
        raise PermissionDenied
    events = Event.objects.run_by(request.user).published().of_the_club().took_place()
    return ScopeForm(request.GET, events=events, club=Club.current())


def _tables(form: ScopeForm) -> list[figures.Table]:
    return figures.tables_of(form.narrow(), club=form.club)


def _tells(table: figures.Table, wanted: dict[str, str]) -> bool:
    """Whether it says more than the line of sums: not the one season of a season, nor every meeting of all seasons."""
    narrowed = {"saisons": "saison", "groupes": "groupe", "cycles": "cycle"}
    if table.name in narrowed:
        return bool(table.lines) and narrowed[table.name] not in wanted
    return bool(table.lines) and bool(wanted)
