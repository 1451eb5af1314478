"""People, organisations, mandates, topics, pictures."""

from django import forms
from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members import mandating, picturing, topics
from members.models import Mandate, Organisation, Person, PersonLanguage, Picture, Topic
from members.models.shown import Visibility
from smclub.desk import ClubInline, ClubModelAdmin
from smclub.images import PictureField


class MandateInline(ClubInline):
    """Without those on which a role hangs, but to owners: who moves their end takes the role."""

    model = Mandate
    extra = 0
    fields = ["title", "title_en", "starts_on", "ends_on", "elected_on", "position"]

    def get_queryset(self, request):
        mandates = super().get_queryset(request)
        return mandates if request.user.is_superuser else mandates.filter(staff_role="")


class TermFilter(admin.SimpleListFilter):
    title, parameter_name = _("term"), "terme"

    def lookups(self, request, model_admin):
        words = {"now": _("In office"), "soon": _("End within 30 days"), "over": _("Over"), "owed": _("Over, their role kept")}
        return list(words.items())

    def queryset(self, request, queryset):
        soon = queryset.current().ending(within=mandating.WARNED)
        found = {"now": queryset.current(), "soon": soon, "over": queryset.past(), "owed": queryset.role_owed()}
        return found.get(self.value(), queryset)


class PersonLanguageInline(ClubInline):
    model = PersonLanguage
    extra = 0


@admin.register(Person)
class PersonAdmin(ClubModelAdmin):
    list_display = ["name", "role", "employer", "town", "visibility", "is_in_directory", "has_account"]
    list_filter = ["visibility", "is_in_directory", ("member", admin.EmptyFieldListFilter)]
    search_fields = ["name"]
    list_select_related = ["organisation"]
    ordering = ["slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["organisation", "portrait", "member"]
    inlines = [MandateInline, PersonLanguageInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", ("headline", "headline_for"), "headline_en"]}),
        (_("Where"), {"fields": [("organisation", "organisation_for"), ("city", "city_for")]}),
        (_("Text"), {"fields": [("bio", "bio_lang", "bio_for"), ("topics", "topics_for"), ("portrait", "portrait_for")]}),
        (_("Elsewhere"), {"fields": ["links_for", "website", "linkedin", "mastodon", "bluesky", "instagram", "x"]}),
        (
            _("Who sees what"),
            {"fields": ["member", "visibility", "is_in_directory", "languages_for", "groups_for", "meetings_for"]},
        ),
    ]
    of_everybody = [(None, {"fields": ["name", "slug"]})]

    def get_changeform_initial_data(self, request):
        """A page made here tells of a speaker or an author, who gave these words to be read."""
        told = ("headline", "organisation", "city", "bio", "portrait", "topics", "links")
        return {f"{field}_for": Visibility.PUBLIC for field in told} | super().get_changeform_initial_data(request)

    def get_queryset(self, request):
        """People whose page is not for whoever looks are not for them here either, unless they keep these pages."""
        return super().get_queryset(request).on_desk_of(request.user)

    @admin.display(description=_("account"), boolean=True)
    def has_account(self, person):
        return person.member_id is not None

    # The list is read by many roles: like the site, it tells what is for members.
    @admin.display(description=_("headline"))
    def role(self, person):
        return person.shown.headline

    @admin.display(description=_("organisation"))
    def employer(self, person):
        return person.shown.organisation

    @admin.display(description=_("town"))
    def town(self, person):
        return person.shown.city

    def get_fieldsets(self, request, obj=None):
        """What somebody keeps to themselves is for who looks after accounts; of others' pages, all is for who changes them."""
        if self._reads_all(request):
            return self.fieldsets
        is_a_members = obj is not None and obj.member_id is not None
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self._without_account() if may_write and not is_a_members else self.of_everybody

    def lookup_allowed(self, lookup, value, request):
        is_told = lookup.partition("__")[0] in {"name", "slug", "visibility", "is_in_directory", "member"}
        return (is_told or self._reads_all(request)) and super().lookup_allowed(lookup, value, request)

    def _reads_all(self, request) -> bool:
        return request.user.has_perm("members.view_member") and self.has_change_permission(request)

    def _without_account(self):
        *others, (label, options) = self.fieldsets
        return [*others, (label, {"fields": [name for name in options["fields"] if name != "member"]})]

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}


@admin.register(Organisation)
class OrganisationAdmin(ClubModelAdmin):
    list_display = ["name", "kind", "city", "website"]
    list_filter = ["kind", "city"]
    search_fields = ["name", "city"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["logo"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "city", "website", "logo"]}),
        (_("Text"), {"fields": ["description", "description_en"]}),
        (_("Invoices"), {"fields": ["siret", "billing_address"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        """What stands on its invoices is for who reads dues."""
        return self.fieldsets if request.user.has_perm("members.view_dues") else self.fieldsets[:-1]

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}


@admin.register(Mandate)
class MandateAdmin(ClubModelAdmin):
    list_display = ["title", "person", "starts_on", "ends_on", "elected_on", "staff_role", "position"]
    list_filter = [TermFilter]
    search_fields = ["title", "person__name"]
    list_select_related = ["person"]
    date_hierarchy = "starts_on"
    ordering = ["position", "-starts_on", "pk"]
    autocomplete_fields = ["person"]
    fields = ["person", "title", "title_en", "starts_on", "ends_on", "elected_on", "position", "staff_role", "role_ended_at"]

    def get_readonly_fields(self, request, obj=None):
        """Which role ends is for owners to say, who give roles."""
        return ["role_ended_at"] if request.user.is_superuser else ["staff_role", "role_ended_at"]

    def has_change_permission(self, request, obj=None):
        """Nor does anybody else move the end of a mandate on which a role hangs."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.staff_role or request.user.is_superuser)

    def save_model(self, request, obj, form, change):
        """What goes on after all, or ends otherwise, is looked at again."""
        if {"ends_on", "staff_role"} & set(form.changed_data):
            obj.role_ended_at = None
        super().save_model(request, obj, form, change)


@admin.register(Topic)
class TopicAdmin(ClubModelAdmin):
    list_display = ["name", "name_en", "slug"]
    search_fields = ["name", "name_en"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "name_en", "slug", "description", "description_en"]
    actions = ["merge"]

    def get_prepopulated_fields(self, request, obj=None):
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}

    @admin.action(description=_("Merge into the most used of them"), permissions=["change"])
    def merge(self, request, queryset):
        if queryset.count() < 2:
            self.message_user(request, _("Select at least two topics."), messages.WARNING)
            return
        kept = topics.merge(list(queryset), by=request.user)
        self.message_user(request, _("Merged into %(topic)s.") % {"topic": kept}, messages.SUCCESS)


class PictureForm(forms.ModelForm):
    class Meta:
        field_classes = {"file": PictureField}


@admin.register(Picture)
class PictureAdmin(ClubModelAdmin):
    form = PictureForm
    list_display = ["preview", "alt", "credit", "width", "height", "created_at"]
    list_display_links = ["preview", "alt"]
    list_filter = ["is_decorative"]
    search_fields = ["alt", "credit"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    readonly_fields = ["preview", "width", "height", "created_at"]
    fieldsets = [
        (None, {"fields": ["preview", "file", "alt", "alt_en", "is_decorative"]}),
        (_("Rights"), {"fields": ["credit", "licence"]}),
        (_("Framing"), {"fields": ["focal_x", "focal_y", "width", "height", "created_at"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user)

    @admin.display(description=_("preview"))
    def preview(self, picture):
        if not picture.file:
            return "–"
        return format_html('<img src="{}" alt="" height="80" loading="lazy">', picture.small_url)

    def save_model(self, request, obj, form, change):
        picturing.keep(obj)

    def delete_model(self, request, obj):
        picturing.discard(obj)

    def delete_queryset(self, request, queryset):
        for picture in queryset:
            picturing.discard(picture)
