"""At the desk: the deeds on accounts that reach every app, and the sealed records, for an owner who proves who they are."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.contrib import admin, messages
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from events.refusals import Busy
from members.admin.accounts import MemberAdmin
from members.models import Erasure, Member, SealedRecord
from smclub import erasing, farewell, merging, sealing
from smclub.desk import ReadOnlyAdmin


class ErasureForm(forms.Form):
    erases_comments = forms.BooleanField(label=_("Comments erased too"), required=False)
    keeps_name = forms.BooleanField(label=_("Name kept on articles and talks"), required=False)


def which_stays(rows, *, label: str, field=forms.ModelChoiceField, help_text: str) -> type[forms.Form]:
    """A form that asks which of `rows` stays."""

    class OneOfThese(forms.Form):
        into = field(rows, label=label, empty_label=None, widget=forms.RadioSelect, help_text=help_text)

    return OneOfThese


def _brings(member: Member) -> str:
    return _("%(email)s has: %(what)s") % {"email": member.email, "what": counted(merging.preview(member))}


def counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in numbers.items()) or "–"


def _merged(member: Member, *, into: Member, by: Member) -> None:
    if member != into:
        merging.merge(member, into=into, by=by)


class AccountAdmin(MemberAdmin):
    """In the place of the one of `members`, which may not look up."""

    actions = [*MemberAdmin.actions, "merge", "erase", "keep"]
    refusals = (*MemberAdmin.refusals, erasing.Refused, merging.Refused, Busy)
    blocking = staticmethod(farewell.block)

    @admin.action(description=_("Merge two accounts of one person"), permissions=["owner"])
    def merge(self, request, queryset):
        raise_if_reauthentication_required(request, app="members")
        if queryset.count() != 2:
            self.message_user(request, _("Select the two accounts."), messages.WARNING)
            return None
        title = _("Merge these accounts: it cannot be undone")
        brought = format_html_join("", "<p>{}</p>", ((_brings(member),) for member in queryset))
        form = which_stays(queryset, label=_("The account that stays"), help_text=brought)
        return self.ask(request, queryset, _merged, form, action="merge", title=title)

    @admin.action(description=_("Erase, in a day"), permissions=["owner"])
    def erase(self, request, queryset):
        raise_if_reauthentication_required(request, app="members")
        title = _("Erase these accounts in a day")
        why = Erasure.Why.DESK
        return self.ask(request, queryset, erasing.ask, ErasureForm, action="erase", title=title, why=why)

    @admin.action(description=_("Give their erasure up"), permissions=["owner"])
    def keep(self, request, queryset):
        self.do(request, queryset, erasing.withdraw)


class SealedRecordAdmin(ReadOnlyAdmin):
    """Found by the number of an account or a comment, or by an address; each reading of one is in the log."""

    list_display = ["number", "kind", "closed_at", "purge_at"]
    list_filter = ["kind"]
    search_fields = ["number"]
    search_help_text = _("The number of an account or of a comment, or an address.")
    date_hierarchy = "closed_at"
    ordering = ["-closed_at", "-pk"]
    fields = ["number", "kind", "closed_at", "purge_at", "held"]

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        raise_if_reauthentication_required(request, app="members")
        held = queryset.annotate(text=Cast("facts", TextField()))
        return held.filter(Q(text__icontains=search_term) | Q(number__contains=search_term)), False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if self.has_view_permission(request):
            raise_if_reauthentication_required(request, app="members")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(self, request, object_id, from_field=None):
        record = super().get_object(request, object_id, from_field)
        if record and self.has_view_permission(request):
            record.held_facts = sealing.read(record, by=request.user)
        return record

    @admin.display(description=_("what is kept"))
    def held(self, record):
        facts = getattr(record, "held_facts", {})
        return format_html_join("", "<p>{}&nbsp;: {}</p>", ((name, str(value)) for name, value in facts.items()))


def take_over(site) -> None:
    site.unregister(Member)
    site.register(Member, AccountAdmin)
    site.register(SealedRecord, SealedRecordAdmin)
