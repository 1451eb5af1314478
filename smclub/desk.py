"""The base of every admin page of ours (floor: the apps' admin modules stand on it)."""

from collections.abc import Callable
from copy import copy

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ActionLocation, IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect, AutocompleteSelectMultiple
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import DateTimeField, Q
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from smclub.changed import changed, pages_changed, said_otherwise
from smclub.clocks import MomentField, MomentWidget

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]  # where an action is offered
ACTION = f"{ActionLocation.CHANGE_FORM.value}-action"  # its field in a change form
SAVING, CHOSEN = ("_save", "_continue", "_addanother"), "action"  # the buttons of a form; what we make of "Run"
OTHERWISE = (  # words of Django's pages that our catalogue says better in French
    gettext_noop("Filter by %(field_name)s"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
)
Tell = Callable[[list], str]  # of what a verb returned for each row it reached, a sentence
KEY_LENGTH = 19  # digits of the largest number of a row


def keys(typed: list[str]) -> list[str]:
    """Without what no row can have as its number: looking for it is an error."""
    return [key for key in typed if key.isdecimal() and len(key) < KEY_LENGTH]


class _Autocomplete(AutocompleteSelect):
    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, keys(value), attr)


class _AutocompleteMultiple(AutocompleteSelectMultiple):
    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, keys(value), attr)


class _List(ChangeList):
    """Django's, for which the year 9999 has a next one and any number is a month."""

    def get_filters(self, request):
        try:
            return super().get_filters(request)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error


class _Paragraph(forms.CharField):
    """A text of a sentence or two, seen whole while it is typed; its line ends become spaces."""

    def to_python(self, value):
        return " ".join(line for line in map(str.strip, super().to_python(value).splitlines()) if line)


def _leave_old_address(row, *, slug: str) -> None:
    """Where visitors read `row` as long as it was called `slug`; what they may not read leaves no trace of its new name."""
    manager = type(row)._default_manager
    is_hidden = hasattr(manager, "listed_for") and not manager.listed_for(AnonymousUser()).filter(pk=row.pk).exists()
    if is_hidden or not hasattr(row, "get_absolute_url"):
        return
    before = copy(row)
    before.slug = slug
    with translation.override("fr"):
        OldAddress = apps.get_model("members", "OldAddress")  # this module stands below members
        OldAddress.objects.leave(before.get_absolute_url(), target=row.get_absolute_url())


def _offer_known(form, visitor, kept) -> None:
    """Among the rows that the desk shows `visitor`, and those that the rows `kept` name already; any other number is refused."""
    for name, field in form.base_fields.items():
        rows = getattr(field, "queryset", None)
        if hasattr(rows, "on_desk_of"):
            known = rows.on_desk_of(visitor)
            field.queryset = rows.filter(Q(pk__in=known.values("pk")) | Q(pk__in=kept.values(name)))


class ClubInline(admin.TabularInline):
    """Rows of the row above: what they name is chosen as on every page of the desk."""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        _offer_known(formset.form, request.user, self.model._default_manager.filter(**{formset.fk.name: obj}))
        return formset


def _asks_if_empty(list_filter: tuple) -> bool:
    return issubclass(list_filter[1], admin.EmptyFieldListFilter)


class ClubModelAdmin(admin.ModelAdmin):
    """Whatever is saved here is indexed again and refreshes cached pages; with another slug, its old address leads to it."""

    refusals: tuple[type[Exception], ...] = ()  # what the verbs of this page's actions raise, with a text for who acts
    paragraphs: tuple[str, ...] = ()  # fields of one paragraph, typed in two lines
    formfield_overrides = {DateTimeField: {"form_class": MomentField, "widget": MomentWidget}}

    # -- who reads what ----------------------------------------------------------
    def lookup_allowed(self, lookup, value, request):
        """Only what is read here may be asked about: the rows that answer a filter typed by hand tell what they hold."""
        try:
            field = self.opts.get_field(lookup.partition(LOOKUP_SEP)[0]).name
        except FieldDoesNotExist:  # a parameter of a filter, the key, or nothing at all
            return super().lookup_allowed(lookup, value, request)
        is_read = lookup == f"{field}__isempty" or field in self._fields_read(request)
        return is_read and super().lookup_allowed(lookup, value, request)

    def _fields_read(self, request) -> set[str]:
        """Names of what the list, its filters and the form show."""
        filters = [part if isinstance(part, str) else "" for part in self.get_list_filter(request)]
        filters += [part[0] for part in self.get_list_filter(request) if isinstance(part, tuple) and not _asks_if_empty(part)]
        columns = [column for column in self.get_list_display(request) if isinstance(column, str)]
        shown = [self.opts.pk.name, self.date_hierarchy or "", *columns, *filters]
        shown += flatten_fieldsets(self.get_fieldsets(request))
        return {name.partition(LOOKUP_SEP)[0] for name in shown}

    def get_search_fields(self, request):
        """Addresses are searched by those who may see accounts."""
        if request.user.has_perm("members.view_member"):
            return self.search_fields
        return [name for name in self.search_fields if not name.endswith("member__email")]

    def history_view(self, request, object_id, extra_context=None):
        """For those who change the row: what was done to it names people and addresses that its page does not show to all."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def get_changelist(self, request, **kwargs):
        return _List

    def view_on_site(self, row):
        """The address itself: Django's redirection gives that of any row of any model, unasked who may read it."""
        return row.get_absolute_url() if hasattr(row, "get_absolute_url") else None

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in self.paragraphs:
            kwargs |= {"form_class": _Paragraph, "widget": AdminTextareaWidget({"rows": 2})}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", _Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", _AutocompleteMultiple(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        _offer_known(form, request.user, self.model._default_manager.filter(pk=obj and obj.pk))
        return form

    # -- pages --------------------------------------------------------------------
    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Titles that French can say of any noun; an action chosen here runs once what was typed is saved (`response_change`).

        Django would add a row to whoever asks to save one as new, where no page offers it and past the page that adds.
        """
        if "_saveasnew" in request.POST and not self.save_as:
            raise PermissionDenied
        name = self.opts.verbose_name
        title = capfirst(name) if object_id else _("Add: %(name)s") % {"name": name}
        is_run = object_id and ACTION in request.POST and not any(button in request.POST for button in SAVING)
        if is_run and self.has_change_permission(request, self.get_object(request, unquote(object_id))):
            request.POST = request.POST.copy()
            request.POST.update({"_continue": CHOSEN})
            request.POST.setlist(ACTION_CHECKBOX_NAME, [unquote(object_id)])
        return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

    def response_change(self, request, obj):
        """After "Run", the action chosen; with none chosen, what was typed is kept all the same: Enter presses that button."""
        if request.POST.get("_continue") != CHOSEN or not request.POST.get(ACTION):
            return super().response_change(request, obj)
        answer = self.response_action(request, self.get_queryset(request), action_location=ActionLocation.CHANGE_FORM)
        return answer or HttpResponseRedirect(request.get_full_path())

    # -- the log of deeds -------------------------------------------------------------
    def log_addition(self, request, obj, message):
        return self._logged("desk.add", request, obj, super().log_addition(request, obj, message))

    def log_change(self, request, obj, message):
        return self._logged("desk.change", request, obj, super().log_change(request, obj, message))

    def log_deletions(self, request, queryset):
        for row in queryset:
            self._logged("desk.delete", request, row, None)
            said_otherwise(row)  # for the last time: it is still there
        pages_changed()
        return super().log_deletions(request, queryset)

    def _logged(self, verb, request, row, told):
        """Into the club's own log as well, which says what happened at the desk beside what the verbs did."""
        Entry = apps.get_model("members", "Entry")  # this module stands below members
        Entry.objects.write(verb, row, by=request.user, note=told.get_change_message() if told else "")
        return told

    # -- saving and deeds -----------------------------------------------------------
    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and "slug" in form.changed_data:
            _leave_old_address(form.instance, slug=form.initial["slug"])
        if change and "name" in form.changed_data:
            said_otherwise(form.instance)
        changed(form.instance)

    def do(self, request, rows, deed, *, tell: Tell | None = None, **said) -> None:
        """Runs the verb `deed` on each row by itself, and says what it did, as `tell` or by number, and why not to the others."""
        self._say_why_not(request, self._run(request, rows, deed, said, tell))

    def ask(self, request, rows, deed, form_class, *, action: str, title: str, tell: Tell | None = None, describe=str, **said):
        """Asks for words first, on a page of its own that lists the rows as `describe` has them; then runs `deed`, as `do`.

        `deed` takes what was typed and what is `said` already. Where the only row is refused, the page says why beside it.
        """
        form = form_class(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            refused = self._run(request, rows, deed, form.cleaned_data | said, tell)
            if not refused or len(rows) > 1:
                return self._say_why_not(request, refused)
            refusal = refused[0][1]
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, str(refusal))
        context = {
            "opts": self.opts,
            "rows": rows,
            "lines": [describe(row) for row in rows],
            "form": form,
            "action": action,
            "title": title,
        }
        context["media"] = self.media + form.media
        return TemplateResponse(request, "admin/reason.html", self.admin_site.each_context(request) | context)

    def _run(self, request, rows, deed, said, tell: Tell | None) -> list[tuple]:
        """Says what the verb did; returns the rows it did not reach, each with its refusal."""
        done, refused = [], []
        for row in rows:
            try:
                done.append(deed(row, by=request.user, **said))
            except self.refusals as refusal:
                refused.append((row, refusal))
        if done:
            text = tell(done) if tell else ngettext("Done: %(n)s.", "Done: %(n)s.", len(done)) % {"n": len(done)}
            self.message_user(request, text, messages.SUCCESS)
        return refused

    def _say_why_not(self, request, refused) -> None:
        for row, refusal in refused:
            self.message_user(request, f"{row}\N{NO-BREAK SPACE}: {refusal}", messages.WARNING)


class ReadOnlyAdmin(ClubModelAdmin):
    """Rows that are read here; whatever changes them is done by an action or by the house itself."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
