from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partners.models import Counterpart, Partner, Period
from smclub.desk import ClubInline, ClubModelAdmin


class PeriodInline(ClubInline):
    model = Period
    extra = 0
    fields = ["starts_on", "ends_on", "is_paid", "promised"]
    readonly_fields = ["promised"]
    ordering = ["starts_on"]

    @admin.display(description=_("counterparts"))
    def promised(self, period):
        if not period.pk:
            return "–"
        label = f"{period.given_count} / {period.promised_count}"
        return format_html('<a href="{}">{}</a>', reverse("admin:partners_period_change", args=[period.pk]), label)

    def get_queryset(self, request):
        return super().get_queryset(request).with_counterpart_counts()


class PartnerForm(forms.ModelForm):
    class Meta:
        model = Partner
        fields = "__all__"  # noqa: DJ007  (the fieldsets of the admin choose)
        help_texts = {
            "organisation": _("Its name, logo, town and website are kept on its own page of the desk."),
            "kind": _("Host and media at once: two partners, one of each kind."),
            "slug": _(
                "End of the address of the page: small letters, with hyphens between words."
                " Changed later, the old address still leads to the page."
            ),
            "is_published": _("Unticked, nobody finds the page."),
            "position": _("Small numbers come first, among partners of one kind."),
            "summary": _("One or two sentences: under the name, and where the page is shared."),
            "summary_en": _("Empty: English pages show the French."),
            "body_en": _("Empty: English pages show the French."),
            "contacts": _("Each is shown to those who may read their page."),
        }


@admin.register(Partner)
class PartnerAdmin(ClubModelAdmin):
    form = PartnerForm
    paragraphs = ("summary", "summary_en")
    list_display = ["organisation", "kind", "since", "is_current", "is_published", "position"]
    list_filter = ["kind", "is_published"]
    search_fields = ["organisation__name", "summary"]
    list_select_related = ["organisation"]
    ordering = ["kind", "position", "organisation__name", "pk"]
    autocomplete_fields = ["organisation", "contacts"]
    inlines = [PeriodInline]
    fieldsets = [
        (None, {"fields": ["organisation", "kind", "slug", "is_published", "position"]}),
        (_("Text"), {"fields": ["summary", "summary_en", "body", "body_en"]}),
        (_("People"), {"fields": ["contacts"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("periods")

    @admin.display(description=_("since"))
    def since(self, partner):
        return partner.since()

    @admin.display(description=_("current"), boolean=True)
    def is_current(self, partner):
        return any(period.is_running for period in partner.periods.all())


class CounterpartInline(ClubInline):
    model = Counterpart
    extra = 1


@admin.register(Period)
class PeriodAdmin(ClubModelAdmin):
    list_display = ["partner", "starts_on", "ends_on", "is_paid", "counterparts_given"]
    list_filter = ["is_paid", ("ends_on", admin.EmptyFieldListFilter)]
    search_fields = ["partner__organisation__name"]
    list_select_related = ["partner__organisation"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]
    autocomplete_fields = ["partner"]
    inlines = [CounterpartInline]

    def get_queryset(self, request):
        return super().get_queryset(request).with_counterpart_counts()

    @admin.display(description=_("counterparts"))
    def counterparts_given(self, period):
        return f"{period.given_count} / {period.promised_count}"
