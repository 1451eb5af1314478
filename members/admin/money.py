"""The treasurer's desk: plans, dues, seats, invoices, totals."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from members import invoicing, ledger, seats, treasury
from members.models import Dues, DuesSeat, Invoice, Plan
from members.refusals import Refused
from smclub.dates import short_day
from smclub.desk import EVERYWHERE, ClubInline, ClubModelAdmin, ReadOnlyAdmin
from smclub.money import euros
from smclub.tables import csv_answer


class PlanForm(forms.ModelForm):
    class Meta:
        error_messages = {"name": {"unique": _("A plan has this name already.")}}

    def clean(self):
        said = super().clean()
        if "seats" in said and "kind" in said and not _seats_fit(**{name: said[name] for name in ("kind", "seats")}):
            wrong = _("A company’s plan has one seat or more, any other exactly one.")
            self.add_error("seats", forms.ValidationError(wrong, code="seats"))
        return said


def _seats_fit(*, kind: str, seats: int) -> bool:
    return seats >= 1 if kind == Plan.Kind.COMPANY else seats == 1


class RecordForm(forms.ModelForm):
    """Dues as the treasurer learns of them; what is left empty is as in the plan."""

    with_invoice = forms.BooleanField(label=_("Make the invoice at once"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = self.fields["seats"].required = self.fields["starts_on"].required = False
        self.fields["amount"].help_text = _("Empty: that of the plan.")
        self.fields["seats"].help_text = _("Empty: those of the plan.")
        self.fields["seats"].initial = None
        self.fields["starts_on"].help_text = _("Empty: today, or the day after dues that end soon.")
        self.fields["ends_on"].help_text = _("Empty: as long as the plan lasts.")
        self.fields["paid_on"].help_text = _("Empty: not paid yet; the payer is told how to pay.")

    def clean(self):
        said = super().clean()
        if said.get("method") and not said.get("paid_on") and "paid_on" not in self.errors:
            self.add_error("paid_on", forms.ValidationError(_("Say on which day they were paid."), code="required"))
        if not said.get("organisation") and "organisation" not in self.errors:
            self._refuse_seats_of(said)
        return said

    def _refuse_seats_of(self, said: dict) -> None:
        """Beside its field; the constraint that stands behind it knows of none."""
        alone = forms.ValidationError(_("Only an organisation has a contact and several seats."), code="organisation")
        for name in ("contact", "seats"):
            if said.get(name) and said[name] != 1:
                self.add_error(name, alone)

    def terms(self) -> dict:
        names = ("member", "organisation", "contact", "amount", "seats", "starts_on", "ends_on", "purchase_order")
        return {name: self.cleaned_data.get(name) for name in names} | {
            "purchase_order": self.cleaned_data.get("purchase_order", "")
        }

    def payment(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("paid_on", "method", "reference")}


class PayForm(forms.Form):
    paid_on = forms.DateField(label=_("Paid on"), widget=AdminDateWidget, initial=timezone.localdate)
    method = forms.ChoiceField(label=_("Paid by"), choices=Dues.Method)
    reference = forms.CharField(label=_("Reference"), max_length=80, required=False)

    def clean_paid_on(self):
        paid_on = self.cleaned_data["paid_on"]
        if paid_on > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come: dues count once they are paid."), code="future")
        return paid_on


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the log, and the payer reads it. An invoice is taken back by a credit note."),
    )


class SeatForm(forms.Form):
    email = forms.EmailField(label=_("The member’s address"))


class RenewalFilter(admin.SimpleListFilter):
    title, parameter_name = _("renewal"), "renouvellement"

    def lookups(self, request, model_admin):
        return [("soon", _("End within 30 days")), ("grace", _("In grace")), ("over", _("To renew"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "soon":
            end = today + timedelta(days=30)
            return queryset.not_renewed().ending(after=today - timedelta(days=1), until=end)
        if self.value() == "grace":
            return queryset.in_grace()
        return queryset.to_renew() if self.value() == "over" else queryset


class PaymentFilter(admin.SimpleListFilter):
    title, parameter_name = _("payment"), "paiement"

    def lookups(self, request, model_admin):
        return [("asked", _("Asked for")), ("paid", _("Paid")), ("cancelled", _("Cancelled"))]

    def queryset(self, request, queryset):
        if self.value() == "asked":
            return queryset.asked()
        if self.value() == "paid":
            return queryset.in_force().filter(paid_on__isnull=False)
        return queryset.filter(cancelled_at__isnull=False) if self.value() == "cancelled" else queryset


class PayerFilter(admin.SimpleListFilter):
    title, parameter_name = _("payer"), "payeur"

    def lookups(self, request, model_admin):
        return [("member", _("A member")), ("organisation", _("An organisation"))]

    def queryset(self, request, queryset):
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(organisation__isnull=self.value() == "member")
        return queryset


@admin.register(Plan)
class PlanAdmin(ClubModelAdmin):
    form = PlanForm
    list_display = ["name", "kind", "amount", "term", "seats", "is_offered", "position"]
    list_filter = ["kind", "is_offered"]
    search_fields = ["name", "name_en"]
    ordering = ["position", "name"]
    paragraphs = ("description", "description_en")
    fieldsets = [
        (None, {"fields": ["name", "name_en", "kind", "amount", "term", "seats"]}),
        (_("Text"), {"fields": ["description", "description_en"]}),
        (_("On the site"), {"fields": ["is_offered", "position"]}),
    ]


class DuesSeatInline(ClubInline):
    model = DuesSeat
    extra = 0
    can_delete = False
    fields = readonly_fields = ["member", "given_on"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Dues)
class DuesAdmin(ClubModelAdmin):
    form = RecordForm
    change_list_template = "admin/members/dues/change_list.html"
    list_display = ["payer", "plan", "shown_amount", "period", "shown_paid_on", "stands", "papers"]
    list_filter = [RenewalFilter, PaymentFilter, PayerFilter, "plan", "method"]
    search_fields = ["member__email", "member__name", "organisation__name", "reference", "purchase_order", "invoices__number"]
    list_select_related = ["plan", "member", "organisation", "contact"]
    date_hierarchy = "paid_on"
    ordering = ["-recorded_at", "-pk"]
    autocomplete_fields = ["member", "organisation", "contact"]
    inlines = [DuesSeatInline]
    actions = ["pay", "invoice", "give_seat", "cancel"]
    refusals = (Refused,)
    add_fieldsets = [
        (_("Who pays"), {"fields": ["plan", "member", "organisation", "contact", "seats"]}),
        (_("Payment"), {"fields": ["amount", "paid_on", "method", "reference"]}),
        (_("Period"), {"fields": ["starts_on", "ends_on"]}),
        (_("Invoice"), {"fields": ["purchase_order", "with_invoice"]}),
    ]
    fieldsets = [
        (None, {"fields": ["payer", "plan", "contact", "seats", "shown_amount", "starts_on", "ends_on", "stands"]}),
        (_("Payment"), {"fields": ["paid_on", "method", "reference", "purchase_order", "papers"]}),
        (_("Deeds"), {"fields": ["recorded_by", "recorded_at", "cancelled_at", "cancel_reason"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("invoices")

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_inlines(self, request, obj):
        return self.inlines if obj and obj.organisation_id else []

    def get_readonly_fields(self, request, obj=None):
        """What is recorded stays as it was, or is cancelled; a contact may change."""
        if obj is None:
            return []
        shown = [name for _label, options in self.fieldsets for name in options["fields"]]
        return [name for name in shown if name != "contact" or not obj.organisation_id]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, **(kwargs | ({"form": forms.ModelForm} if obj else {})))

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("payer"), ordering="member__name")
    def payer(self, dues):
        return dues.payer

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, dues):
        return euros(dues.amount)

    @admin.display(description=_("period"), ordering="ends_on")
    def period(self, dues):
        return f"{short_day(dues.starts_on)} – {short_day(dues.ends_on) if dues.ends_on else '…'}"

    @admin.display(description=_("paid on"), ordering="paid_on")
    def shown_paid_on(self, dues):
        return short_day(dues.paid_on) if dues.paid_on else "–"

    @admin.display(description=_("state"))
    def stands(self, dues):
        if dues.cancelled_at:
            return _("Cancelled")
        if not dues.paid_on:
            return _("Asked for")
        return _("Current") if dues.is_current else _("Paid")

    @admin.display(description=_("papers"))
    def papers(self, dues):
        links = [(dues.get_absolute_url(), _("Receipt"))] if dues.is_paid else []
        links += [(invoice.get_absolute_url(), f"{invoice.get_kind_display()} {invoice}") for invoice in dues.invoices.all()]
        return format_html_join(" · ", '<a href="{}">{}</a>', links) or "–"

    # -- recording -----------------------------------------------------------------
    def add_view(self, request, form_url="", extra_context=None):
        """One form; what the verb refuses stands beside its field, with all that was typed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.POST if request.method == "POST" else None
        initial = {"paid_on": timezone.localdate()} | self.get_changeform_initial_data(request)
        form = self.get_form(request)(sent, initial=initial)
        if sent is not None and form.is_valid():
            try:
                return self._recorded(request, self._record(request, form))
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
        return self._record_page(request, form)

    @transaction.atomic
    def _record(self, request, form) -> Dues:
        plan, by = form.cleaned_data["plan"], request.user
        if form.cleaned_data["paid_on"]:
            dues = treasury.record(plan, by=by, **form.terms(), **form.payment())
        else:
            dues = treasury.ask_for(plan, by=by, **form.terms())
        if form.cleaned_data["with_invoice"]:
            self._invoice_of(dues, by=by)
        return dues

    def _invoice_of(self, dues, *, by):
        try:
            invoicing.issue(dues, by=by)
        except Refused as refusal:
            raise Refused(str(refusal), code=refusal.code, field="with_invoice") from refusal

    def _recorded(self, request, dues):
        link = format_html('<a href="{}">{}</a>', reverse("admin:members_dues_change", args=[dues.pk]), dues)
        self.message_user(request, format_html(_("Recorded: {}."), link), messages.SUCCESS)
        again = "_addanother" in request.POST
        return redirect(reverse("admin:members_dues_add" if again else "admin:members_dues_changelist"))

    def _record_page(self, request, form):
        shown = helpers.AdminForm(form, self.add_fieldsets, {}, model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Record dues"),
            "adminform": shown,
            "errors": helpers.AdminErrorList(form, []),
            "inline_admin_formsets": [],
            "media": self.media + shown.media,
        }
        return TemplateResponse(request, "admin/members/dues/record.html", context)

    # -- totals ----------------------------------------------------------------------
    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("totaux/", wrap(self.totals_view), name="members_dues_totals"),
            path("totaux/<int:year>.csv", wrap(self.csv_view), name="members_dues_csv"),
            *super().get_urls(),
        ]

    def totals_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        years = ledger.years()
        asked = request.GET.get("annee", "")
        year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 and asked >= "1900" else years[0]
        context = {"opts": self.opts, "title": _("Totals of dues"), "years": years, "totals": ledger.of(year)}
        return TemplateResponse(request, "admin/members/dues/totals.html", self.admin_site.each_context(request) | context)

    def csv_view(self, request, year):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not 1900 <= year <= 9998:
            raise Http404
        return csv_answer(ledger.header(), ledger.lines(year), name=f"cotisations-{year}.csv")

    # -- deeds -----------------------------------------------------------------------
    @admin.action(description=_("Mark as paid"), permissions=["change"], location=EVERYWHERE)
    def pay(self, request, queryset):
        return self.ask(request, queryset, treasury.pay, PayForm, action="pay", title=_("Mark these dues as paid"))

    @admin.action(description=_("Make the invoice"), permissions=["change"], location=EVERYWHERE)
    def invoice(self, request, queryset):
        self.do(request, queryset, invoicing.issue)

    @admin.action(description=_("Give a seat"), permissions=["change"], location=EVERYWHERE)
    def give_seat(self, request, queryset):
        return self.ask(request, queryset, seats.hand_out, SeatForm, action="give_seat", title=_("Give a seat of these dues"))

    @admin.action(description=_("Cancel, with a reason"), permissions=["change"], location=EVERYWHERE)
    def cancel(self, request, queryset):
        return self.ask(request, queryset, treasury.cancel, CancelForm, action="cancel", title=_("Cancel these dues"))


@admin.register(DuesSeat)
class DuesSeatAdmin(ReadOnlyAdmin):
    list_display = ["member", "organisation", "given_on"]
    search_fields = ["member__email", "member__name", "dues__organisation__name"]
    list_select_related = ["member", "dues__organisation", "dues__plan", "dues__member"]
    ordering = ["-given_on", "-pk"]
    fields = ["member", "dues", "given_on"]
    actions = ["take_back"]
    refusals = (Refused,)

    @admin.display(description=_("organisation"), ordering="dues__organisation__name")
    def organisation(self, seat):
        return seat.dues.organisation

    def has_take_permission(self, request):
        return request.user.has_perm("members.change_dues")

    @admin.action(description=_("Take back"), permissions=["take"], location=EVERYWHERE)
    def take_back(self, request, queryset):
        self.do(request, queryset.select_related("member", "dues__organisation"), seats.take_back)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """What was sent: read, never changed."""

    list_display = ["number", "kind", "issued_on", "payer_name", "amount", "credited", "dues"]
    list_filter = ["kind", "series"]
    search_fields = ["number", "payer_name", "purchase_order"]
    list_select_related = ["credited", "dues__organisation", "dues__member", "dues__plan"]
    date_hierarchy = "issued_on"
    ordering = ["-series", "-rank"]
    exclude = ["rank"]
