"""Files of members and dues: sent, described, tried, confirmed and reported, a page for each step."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.importing import deeds
from members.importing.columns import OF_DUES, Field, recognise
from members.importing.lines import ASIDE, PERSON
from members.importing.reading import MOST_BYTES
from members.models import Dues, Group, Import, ImportLine, Member, Plan
from members.proof import proven
from members.refusals import Refused
from smclub.desk import ReadOnlyAdmin
from smclub.paging import page_of
from smclub.tables import csv_answer

EXAMPLES = 3  # of each column
MOST_PLANS = 60  # different ones in a file; more of them are another column
SHOWN_GROUPS = 40
LINES = 50  # of a report on a page


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, 5 MB and 10,000 lines at most. The first line names the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )

    def clean_file(self):
        if self.cleaned_data["file"].size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 5 MB: cut it in two."), code="large")
        return self.cleaned_data["file"]


class ColumnsForm(forms.Form):
    """What each column is about; `may_pay`: whoever may not record dues is not offered those of dues."""

    def __init__(self, data, *, table, guessed, may_pay):
        super().__init__(data)
        self.may_pay = may_pay
        offered = [(field.value, field.label) for field in Field if may_pay or field not in OF_DUES]
        for place, heading in enumerate(table.header):
            examples = dict.fromkeys(row.cells[place] for row in table.rows[:200] if place < len(row.cells) and row.cells[place])
            about = guessed.get(place, "")
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or _("Column %(number)s, without a name") % {"number": place + 1},
                choices=[("", _("not read")), *offered],
                required=False,
                initial=about if about in dict(offered) else "",
                help_text=" · ".join(text[:60] for text in list(examples)[:EXAMPLES]) or _("empty"),
            )

    def clean(self):
        cleaned, taken = super().clean(), {}
        for name, about in list(cleaned.items()):
            if about and about in taken:
                said = _("“%(column)s” is about that already.") % {"column": self.fields[taken[about]].label}
                self.add_error(name, forms.ValidationError(said, code="twice"))
            taken.setdefault(about, name)
        if Field.EMAIL not in taken and not self.errors:
            raise forms.ValidationError(_("Say which column holds the e-mail address: it is how people are known."), code="email")
        return cleaned

    def columns(self) -> dict[int, str]:
        return {int(name.removeprefix("column_")): about for name, about in self.cleaned_data.items() if about}


class MeaningsForm(forms.Form):
    """What the words of the file mean in the club, and what it does not say."""

    def __init__(self, data, *, batch, table, columns, may_pay):
        super().__init__(data)
        self.chosen, self.kept_groups = batch.choices, {}
        self.plans, self.groups = deeds.guessed_plans(table, columns), deeds.guessed_groups(table, columns)
        plans = [(str(plan.pk), str(plan)) for plan in Plan.objects.order_by("position", "name")]
        if may_pay:
            self._add_plans(plans)
            self._add_dues(plans, table, columns)
        self._add_groups()
        self.fields["standing"] = forms.ChoiceField(
            label=_("New people are"),
            choices=[("member", _("members of the club")), ("friend", _("friends of the club"))],
            initial=self.chosen.get("standing", Member.Standing.MEMBER),
            widget=forms.RadioSelect,
            help_text=_("A friend who is in the file becomes a member with the first choice; nobody ever falls back."),
        )

    def _add_plans(self, plans):
        others = [(PERSON, _("no dues: the person alone")), (ASIDE, _("nothing: leave these lines aside"))]
        for number, (key, (written, found)) in enumerate(self.plans.items()):
            self.fields[f"plan_{number}"] = forms.ChoiceField(
                label=_("Plan “%(name)s”") % {"name": written[:80]},
                choices=[("", _("choose")), *plans, *others],
                initial=self.chosen.get("plans", {}).get(key) or (str(found.pk) if found else ""),
                error_messages={"required": _("Say which plan of the club it is.")},
            )

    def _add_dues(self, plans, table, columns):
        if not self.plans:
            self.fields["plan"] = forms.ChoiceField(
                label=_("Dues of every line"),
                choices=[("", _("none: the people alone")), *plans],
                required=False,
                initial=self.chosen.get("plan", ""),
            )
        self.fields["method"] = forms.ChoiceField(
            label=_("Paid by, where the file does not say"),
            choices=[("", "–"), *Dues.Method.choices],
            required=False,
            initial=self.chosen.get("method") or (Dues.Method.PAGE if recognise(table.header) else ""),
        )

    def _add_groups(self):
        """Those that are known first: a list of members may hold a thousand towns, of which few have a club."""
        groups = [("", _("no group")), *((str(group.pk), str(group)) for group in Group.objects.current().order_by("name"))]
        in_order = sorted(self.groups.items(), key=lambda item: item[1][1] is None)
        for number, (key, (written, found)) in enumerate(in_order):
            chosen = self.chosen.get("groups", {}).get(key, str(found.pk) if found else "")
            if number >= SHOWN_GROUPS:
                self.kept_groups[key] = chosen
                continue
            self.fields[f"group_{number}"] = forms.ChoiceField(
                label=_("Group or town “%(name)s”") % {"name": written[:80]}, choices=groups, required=False, initial=chosen
            )
        self.shown_groups = [key for key, _found in in_order[:SHOWN_GROUPS]]

    def choices(self) -> dict:
        said = self.cleaned_data
        return {
            "plans": {key: said.get(f"plan_{number}", "") for number, key in enumerate(self.plans)},
            "groups": {key: said.get(f"group_{number}", "") for number, key in enumerate(self.shown_groups)} | self.kept_groups,
            **{name: said.get(name, "") for name in ("plan", "method", "standing")},
        }


class ConfirmForm(forms.Form):
    writes_letters = forms.BooleanField(
        label=gettext_lazy("Write to each new person that they have an account"),
        required=False,
        help_text=gettext_lazy("Otherwise nobody is written to. No receipt is sent for imported dues, and no invoice is made."),
    )


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ["name", "made_by", "made_at", "state", "lines", "people", "dues"]
    list_filter = ["state"]
    search_fields = ["name", "made_by__name", "made_by__email"]
    list_select_related = ["made_by"]
    date_hierarchy = "made_at"
    ordering = ["-made_at", "-pk"]
    fields = ["name", "made_by", "made_at", "state", "state_at", "why"]

    def has_add_permission(self, request):
        return request.user.has_perm("members.add_import")

    @admin.display(description=pgettext_lazy("of a file", "lines"))
    def lines(self, batch):
        return batch.counts.get("lines", "–")

    @admin.display(description=gettext_lazy("new people"))
    def people(self, batch):
        return batch.counts.get("people", "–")

    @admin.display(description=pgettext_lazy("several", "dues"))
    def dues(self, batch):
        return batch.counts.get("dues", "–")

    # -- pages -----------------------------------------------------------------------
    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "members_import_{}".format
        return [
            path("<int:pk>/colonnes/", wrap(self.columns_view), name=name("columns")),
            path("<int:pk>/sens/", wrap(self.meanings_view), name=name("meanings")),
            path("<int:pk>/essayer/", wrap(self.try_view), name=name("try")),
            path("<int:pk>/importer/", wrap(self.confirm_view), name=name("confirm")),
            path("<int:pk>/abandonner/", wrap(self.give_up_view), name=name("give_up")),
            path("<int:pk>/rapport.csv", wrap(self.report_view), name=name("csv")),
            *super().get_urls(),
        ]

    def _found(self, request, pk, *, may_add=True) -> Import:
        """404 before 403 for nobody: whoever may not import is told so whatever the number."""
        if not (self.has_add_permission(request) if may_add else self.has_view_permission(request)):
            raise PermissionDenied
        batch = Import.objects.select_related("made_by").filter(pk=pk).first()
        if batch is None:
            raise Http404
        if may_add and batch.counts.get("dues") and not _may_pay(request):
            raise PermissionDenied
        return batch

    def _render(self, request, template, title, **context):
        shared = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/members/import/{template}.html", shared | context)

    def _to(self, batch, page="change"):
        return redirect(reverse(f"admin:members_import_{page}", args=[batch.pk]))

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.send_view(request)

    @method_decorator(proven)
    def send_view(self, request):
        form = UploadForm(*([request.POST, request.FILES] if request.method == "POST" else []))
        if form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                batch = deeds.receive(sent.read(), name=sent.name, by=request.user, language=get_language() or "fr")
                return self._to(batch, "columns")
            except Refused as refusal:
                form.add_error("file", str(refusal))
        return self._render(request, "send", _("Import members and dues"), form=form)

    def columns_view(self, request, pk):
        batch = self._found(request, pk)
        try:
            table = deeds.table_of(batch)
            guessed = deeds.columns_of(batch, table)
            form = ColumnsForm(_posted(request), table=table, guessed=guessed, may_pay=_may_pay(request))
            if form.is_valid():
                deeds.describe(batch, columns=form.columns())
                return self._to(batch, "meanings")
        except Refused as refusal:
            return self._refused(request, batch, refusal)
        known = recognise(table.header)
        return self._render(request, "columns", _("What the columns are about"), batch=batch, form=form, known=known)

    def meanings_view(self, request, pk):
        batch = self._found(request, pk)
        try:
            table = deeds.table_of(batch)
            columns = deeds.columns_of(batch, table)
            form = MeaningsForm(_posted(request), batch=batch, table=table, columns=columns, may_pay=_may_pay(request))
            if len(form.plans) > MOST_PLANS:
                raise Refused(_("%(n)s different plans in one column: is it the right one?") % {"n": len(form.plans)})
            if form.is_valid():
                deeds.describe(batch, columns=columns, **form.choices())
                deeds.ask_to_try(batch)
                return self._to(batch)
        except Refused as refusal:
            return self._refused(request, batch, refusal)
        return self._render(request, "meanings", _("What its words mean"), batch=batch, form=form)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Where an import stands: how far it is, what it would do, or what it did."""
        if request.method == "POST":
            raise PermissionDenied
        batch = self._found(request, int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0, may_add=False)
        if request.headers.get("HX-Request") and not batch.is_at_work:
            return HttpResponse(headers={"HX-Refresh": "true"})
        if batch.is_at_work:
            return self._render(request, "progress", str(batch), batch=batch, done=deeds.progress(batch))
        counted = batch.counts
        asked = request.GET.get("resultat") or (ImportLine.Outcome.REFUSED if counted.get("refused") else "")
        lines = batch.lines.filter(outcome=asked) if asked in ImportLine.Outcome.values else batch.lines.all()
        context = {
            "batch": batch,
            "asked": asked,
            "page": page_of(lines.order_by("number"), request.GET.get("page"), per_page=LINES),
            "figures": _figures(counted),
            "form": ConfirmForm(),
            "may_import": self.has_add_permission(request) and (_may_pay(request) or not counted.get("dues")),
        }
        return self._render(request, "page", str(batch), **context)

    def report_view(self, request, pk):
        batch = self._found(request, pk, may_add=False)
        header = [_("Line"), _("Outcome"), _("Name"), _("Address"), _("Column"), _("What is done, or why not")]
        rows = batch.lines.order_by("number").iterator()
        told = ([row.number, row.get_outcome_display(), row.name, row.email, row.column, row.said] for row in rows)
        return csv_answer(header, told, name=f"import-{batch.pk}.csv")

    # -- deeds ------------------------------------------------------------------------
    @method_decorator(require_POST)
    def try_view(self, request, pk):
        return self._do(request, pk, deeds.ask_to_try)

    @method_decorator(require_POST)
    def confirm_view(self, request, pk):
        self._found(request, pk)
        return self._confirm(request, pk)

    @method_decorator(proven)
    def _confirm(self, request, pk):
        wants = "writes_letters" in request.POST
        return self._do(request, pk, lambda batch: deeds.confirm(batch, by=request.user, writes_letters=wants))

    @method_decorator(require_POST)
    def give_up_view(self, request, pk):
        return self._do(request, pk, lambda batch: deeds.give_up(batch, by=request.user))

    def _do(self, request, pk, deed):
        batch = self._found(request, pk)
        try:
            deed(batch)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        return self._to(batch)

    def _refused(self, request, batch, refusal):
        self.message_user(request, str(refusal), messages.WARNING)
        return self._to(batch)


def _figures(counted: dict) -> list[tuple[str, str, int]]:
    """(outcome, what its lines are, how many) of those that there are."""
    new, updated, unchanged, aside, refused = (counted.get(outcome, 0) for outcome in ImportLine.Outcome)
    labels = [
        ngettext("new line", "new lines", new),
        ngettext("line updated", "lines updated", updated),
        ngettext("line unchanged", "lines unchanged", unchanged),
        ngettext("line left aside", "lines left aside", aside),
        ngettext("line refused", "lines refused", refused),
    ]
    figures = zip(ImportLine.Outcome.values, labels, (new, updated, unchanged, aside, refused), strict=True)
    return [figure for figure in figures if figure[2]]


def _may_pay(request) -> bool:
    return request.user.has_perm("members.add_dues")


def _posted(request):
    return request.POST if request.method == "POST" else None
