"""Groups, their members and who asks to join: all of them for organisers, their own for coordinators."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Case, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members import grouping, noticing
from members.admin import accounts
from members.models import Group, GroupMembership, GroupNotice, GroupRequest
from members.refusals import Refused
from smclub.desk import EVERYWHERE, ClubModelAdmin, ReadOnlyAdmin


class CoordinationFilter(admin.SimpleListFilter):
    title, parameter_name = _("coordination"), "coordination"

    def lookups(self, request, model_admin):
        return [("nobody", _("Nobody"))]

    def queryset(self, request, queryset):
        return queryset.without_coordinator() if self.value() == "nobody" else queryset


@admin.register(Group)
class GroupAdmin(ClubModelAdmin):
    list_display = ["name", "kind", "city", "meets", "joining", "members", "is_active", "position"]
    list_filter = ["kind", "is_active", CoordinationFilter]
    search_fields = ["name", "city"]
    ordering = ["kind", "position", "name"]
    prepopulated_fields = {"slug": ["name"]}
    for_organisers = ["name", "slug", "kind", "city", "is_active", "position"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "city", "meets", "meets_en", "topics", "is_active", "position"]}),
        (_("Its members"), {"fields": ["joining", "members"]}),
        (_("Text"), {"fields": ["description", "description_en"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user).with_member_count()

    @admin.display(description=_("members"), ordering="member_count")
    def members(self, group):
        """Their number, which leads to their list: pages of it, whatever their number."""
        if group.pk is None:
            return "–"
        query = urlencode({"group__id__exact": group.pk})
        return format_html(
            '<a href="{}?{}">{}</a>', reverse("admin:members_groupmembership_changelist"), query, group.member_count
        )

    def get_readonly_fields(self, request, obj=None):
        """What a coordinator says of their group is when it meets, how one joins and what it is for."""
        runs_all = request.user.has_perm("members.run_every_group")
        return ["members"] if runs_all else [*self.for_organisers, "members"]

    def get_prepopulated_fields(self, request, obj=None):
        is_named_here = self.has_change_permission(request, obj) and request.user.has_perm("members.run_every_group")
        return self.prepopulated_fields if is_named_here else {}

    def has_change_permission(self, request, obj=None):
        """Who reads every group at the desk changes their own."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or Group.objects.run_by(request.user).filter(pk=obj.pk).exists())

    def has_delete_permission(self, request, obj=None):
        return False  # a group that stopped is made inactive: its meetings and posts stay


class AddForm(forms.ModelForm):
    email = forms.EmailField(
        label=_("The member’s address"), help_text=_("They receive a letter, and may leave the group whenever they like.")
    )

    class Meta:
        model = GroupMembership
        fields = ["group"]

    def clean(self):
        said = super().clean()
        if said.get("group") and said.get("email"):
            try:
                self.member = grouping.member_at(said["email"], group=said["group"], by=self.by)
            except Refused as refusal:
                self.add_error(refusal.field, forms.ValidationError(str(refusal), code=refusal.code))
        return said


class RemoveForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The member reads it in the letter that tells them. It may stay empty."),
    )


class DeskFilter(admin.SimpleListFilter):
    title, parameter_name = _("the desk"), "bureau"

    def lookups(self, request, model_admin):
        return [("sans", _("Coordinators who may not enter it"))]

    def queryset(self, request, queryset):
        return queryset.without_desk() if self.value() == "sans" else queryset


@admin.register(GroupMembership)
class GroupMembershipAdmin(ClubModelAdmin):
    """Added by an address, removed and entrusted by their verbs; nothing of a membership is typed over."""

    form = AddForm
    list_display = ["who", "group", "role", "joined_at"]
    list_filter = [("group", admin.RelatedOnlyFieldListFilter), "role", DeskFilter]
    search_fields = ["member__name", "member__email"]
    list_select_related = ["member", "group"]
    ordering = ["group__name", "role", "member__name", "pk"]
    actions = ["remove", "entrust", "relieve"]
    refusals = (Refused,)
    fields = ["group", "email"]
    facts = ["who", "group", "role", "joined_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user)

    def get_fields(self, request, obj=None):
        return self.facts if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return self.facts if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **(kwargs | ({"form": forms.ModelForm} if obj else {})))
        form.by = request.user
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "group":
            kwargs["queryset"] = Group.objects.run_by(request.user).current().in_order()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("member"), ordering="member__name")
    def who(self, membership):
        """As other members read it: coordinators are shown no address."""
        return membership.member.public_name

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_manage_permission(self, request):
        return request.user.has_perm("members.change_groupmembership")

    def has_entrust_permission(self, request):
        return request.user.has_perm("members.run_every_group")

    def save_model(self, request, obj, form, change):
        made = grouping.add(form.cleaned_data["group"], member=form.member, by=request.user)
        obj.pk, obj.member, obj._state.adding = made.pk, made.member, False

    @admin.action(description=_("Remove from the group…"), permissions=["manage"])
    def remove(self, request, queryset):
        return self.ask(request, queryset, grouping.remove, RemoveForm, action="remove", title=_("Remove from the group"))

    @admin.action(description=_("Make coordinators"), permissions=["entrust"])
    def entrust(self, request, queryset):
        self.do(request, queryset, grouping.entrust)

    @admin.action(description=_("Relieve of the coordination"), permissions=["entrust"])
    def relieve(self, request, queryset):
        self.do(request, queryset, grouping.relieve)


KIND_REFUSALS = [
    (
        _("No room for now"),
        _(
            "Our sessions are small so that everybody can speak, and the group is full this season. Please ask again at "
            "the next one; meanwhile come to our open meetings, and say hello."
        ),
    ),
    (
        _("To come once first"),
        _(
            "We like to meet before somebody joins. Come to one of our open meetings, tell us what you work on, and ask "
            "again: it will be a pleasure to say yes."
        ),
    ),
]


class DeclineForm(accounts.DeclineForm):
    texts, missing = KIND_REFUSALS, _("Give a reason: the member reads it.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The member reads it.")


@admin.register(GroupRequest)
class GroupRequestAdmin(ReadOnlyAdmin):
    list_display = ["who", "group", "message", "state", "created_at", "decided_by", "decided_at"]
    list_filter = ["state", ("group", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["member__name", "member__email"]
    list_select_related = ["member", "group", "decided_by"]
    date_hierarchy = "created_at"
    ordering = [Case(When(state=GroupRequest.State.WAITING, then=0), default=1), "-created_at", "-pk"]
    actions = ["accept", "decline"]
    refusals = (Refused,)
    fieldsets = [
        (None, {"fields": ["who", "group", "message"]}),
        (_("Answer"), {"fields": ["state", "created_at", "decided_by", "decided_at", "reason"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user)

    @admin.display(description=_("member"), ordering="member__name")
    def who(self, request):
        return request.member.public_name

    def has_decide_permission(self, request):
        return request.user.has_perm("members.change_grouprequest")

    @admin.action(description=_("Accept into the group"), permissions=["decide"], location=EVERYWHERE)
    def accept(self, request, queryset):
        self.do(request, queryset, grouping.accept)

    @admin.action(description=_("Decline, with a reason"), permissions=["decide"], location=EVERYWHERE)
    def decline(self, request, queryset):
        return self.ask(request, queryset, grouping.decline, DeclineForm, action="decline", title=_("Decline these requests"))


class NoticeForm(forms.ModelForm):
    tells = forms.BooleanField(
        label=_("Tell the members of the group"),
        required=False,
        help_text=_("Each receives the announcement by letter, once; two announcements a day at most."),
    )

    def clean(self):
        said = super().clean()
        group = said.get("group") or (self.instance.group if self.instance.pk else None)
        if said.get("tells") and group:
            try:
                noticing.refuse_telling(group)
            except Refused as refusal:
                self.add_error("tells", forms.ValidationError(str(refusal), code=refusal.code))
        return said


@admin.register(GroupNotice)
class GroupNoticeAdmin(ClubModelAdmin):
    form = NoticeForm
    list_display = ["title", "group", "audience", "pinned_until", "author", "published_at", "told_at"]
    list_filter = ["audience", ("group", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["title"]
    list_select_related = ["group", "author"]
    date_hierarchy = "published_at"
    ordering = ["-published_at", "-pk"]
    actions = ["tell"]
    refusals = (Refused,)
    fields = ["group", "title", "body", "lang", "audience", "pinned_until", "tells"]
    facts = ["group", "author", "published_at", "told_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user)

    def get_fields(self, request, obj=None):
        """Told once, an announcement has nothing left to ask; nor has who only reads it."""
        asks = obj is None or (obj.told_at is None and self.has_change_permission(request, obj))
        fields = [name for name in self.fields if name != "tells" or asks]
        return [*fields, *self.facts[1:]] if obj else fields

    def get_readonly_fields(self, request, obj=None):
        return self.facts if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "group":
            kwargs["queryset"] = Group.objects.run_by(request.user).current().in_order()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _runs(self, request, notice) -> bool:
        return notice is None or Group.objects.run_by(request.user).filter(pk=notice.group_id).exists()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._runs(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._runs(request, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("tells"):
            self.do(request, [obj], noticing.tell_members)

    @admin.action(description=_("Tell the members of the group"), permissions=["change"])
    def tell(self, request, queryset):
        self.do(request, queryset.select_related("group"), noticing.tell_members)
