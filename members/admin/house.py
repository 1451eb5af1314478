"""The club's settings, and what the house remembers: letters, deeds, jobs, addresses that moved."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members import outbox
from members.kinds import kinds
from members.models import Club, Entry, JobRun, Letter, OldAddress
from members.models.journal import deeds
from smclub import words
from smclub.changed import changed
from smclub.desk import ClubModelAdmin, ReadOnlyAdmin

DUES: list = ["season_starts_month", "grace_days", "payment_url", "payment_details", "vat_mention", "invoice_terms"]


@admin.register(Club)
class ClubAdmin(ClubModelAdmin):
    fieldsets = [
        (None, {"fields": ["name", "short_name", "tagline", "tagline_en", "hashtag", "founded_on"]}),
        (_("What it is for"), {"fields": ["objective", "objective_en", "gains", "gains_en"]}),
        (_("Joining"), {"fields": ["joining", "meetings_offered", "conduct_version"]}),
        (_("News"), {"fields": ["letters_a_week"]}),
        (_("Dues"), {"fields": DUES}),
        (_("Addresses"), {"fields": ["contact_email", "press_email", "partners_email", "mastodon", "bluesky", "linkedin"]}),
        (_("Handover"), {"fields": ["handover"]}),
        (_("Legal notice"), {"fields": ["publisher_name", "seat", "telephone", "registration", "host"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """Where money goes is the treasurer's to say."""
        return [] if request.user.has_perm("members.change_dues") else DUES

    def changelist_view(self, request, extra_context=None):
        """There is one row: its form is the list."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        club, _made = Club.objects.get_or_create(pk=1)
        return redirect(reverse("admin:members_club_change", args=[club.pk]))


class KindFilter(admin.SimpleListFilter):
    """By what their reader calls them."""

    title, parameter_name = _("kind"), "kind"

    def lookups(self, request, model_admin):
        return sorted(
            ((key, str(kind.words)) for key, kind in kinds().items() if not kind.is_news), key=lambda pair: words.fold(pair[1])
        )

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ["shown_subject", "to_email", "state", "created_at", "sent_at", "attempts", "last_error"]
    list_filter = ["state", KindFilter, "language"]
    search_fields = ["to_email", "kind"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    actions = ["retry"]
    refusals = (outbox.Refused,)
    facts = ["kind", "to_email", "reply_to", "language", "state", "created_at", "send_after", "sent_at", "attempts", "last_error"]

    def get_fields(self, request, obj=None):
        """The words of a letter that opens an account are for its reader alone."""
        return self.facts if obj and obj.is_secret else ["subject", *self.facts, "text"]

    @admin.display(description=_("subject"))
    def shown_subject(self, letter):
        return str(letter)

    def lookup_allowed(self, lookup, value, request):
        return not lookup.startswith(("subject", "text")) and super().lookup_allowed(lookup, value, request)

    def has_retry_permission(self, request):
        return request.user.has_perm("members.view_letter")

    @admin.action(description=_("Try again"), permissions=["retry"])
    def retry(self, request, queryset):
        self.do(request, queryset, outbox.retry)


class DeedFilter(admin.SimpleListFilter):
    title, parameter_name = _("deed"), "deed"
    template = "admin/members/entry/deed_filter.html"

    def lookups(self, request, model_admin):
        return sorted(((verb, str(label)) for verb, label in deeds().items()), key=lambda pair: words.fold(pair[1]))

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "deed", "thing", "became", "why"]
    list_filter = [DeedFilter]
    search_fields = ["subject_label", "actor__email", "actor__name", "note"]
    list_select_related = ["actor"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    fields = ["at", "who", "deed", "thing", "became", "why"]

    @admin.display(description=_("by"), ordering="actor")
    def who(self, entry):
        return entry.actor or (_("Erased member") if entry.is_by_the_erased else _("the house itself"))

    @admin.display(description=_("deed"), ordering="verb")
    def deed(self, entry):
        return entry.deed

    @admin.display(description=_("thing"))
    def thing(self, entry):
        """Linked to the page of the desk where there is one."""
        label = entry.subject_label or f"{entry.subject._meta.verbose_name if entry.subject else ''} {entry.subject_id}"
        if entry.subject is None or not self.admin_site.is_registered(entry.subject):
            return label
        page = f"admin:{entry.subject._meta.app_label}_{entry.subject._meta.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(page, args=[entry.subject_id]), label)

    @admin.display(description=_("before → after"))
    def became(self, entry):
        return " → ".join(entry.in_words(state) for state in (entry.before, entry.after) if state) or "–"

    @admin.display(description=_("why, and what more"))
    def why(self, entry):
        return " · ".join(part for part in (entry.in_words(entry.reason), entry.note) if part) or "–"


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "started_at", "finished_at", "error"]
    fields = ["started_at", "finished_at", "error"]
    ordering = ["job"]


@admin.register(OldAddress)
class OldAddressAdmin(ClubModelAdmin):
    list_display = ["path", "target", "created_at"]
    search_fields = ["path", "target"]
    date_hierarchy = "created_at"
    ordering = ["path"]

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        changed(obj)
