"""Accounts and applications: read here, changed by the verbs of the actions."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group as Role
from django.db.models import Case, Prefetch, When
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members import joining, standing
from members.models import Application, DuesState, GroupMembership, Member, Sponsorship
from members.models.member import fold_email
from smclub.desk import EVERYWHERE, ClubInline, ClubModelAdmin, ReadOnlyAdmin

ROLE_LABELS = {
    "coordinator": _("coordinator"),
    "author": pgettext_lazy("role", "author"),
    "moderator": _("moderator"),
    "editor": _("editor"),
    "treasurer": pgettext_lazy("role", "treasurer"),
    "secretary": pgettext_lazy("role", "secretary"),
    "organiser": pgettext_lazy("role", "organiser"),
}


def role_label(role: Role) -> str:
    return str(ROLE_LABELS.get(role.name, role.name)).capitalize()


WHEN = ["standing", "accepted_on", "created_at", "last_seen_on"]


class BlockForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("It stays in the log.")
    )


KIND_REFUSALS = [
    (
        _("The club is for professionals"),
        _(
            "The club gathers people whose work is social media, in whatever trade, and yours seems further away for now. "
            "If we have misread your application, tell us: we would rather be wrong. Our open meetings are open to you."
        ),
    ),
    (
        _("To meet first"),
        _(
            "We like to meet before we commit to one another. Come to one or two of our open meetings, say hello to the "
            "team, and apply again: it will be a pleasure to say yes."
        ),
    ),
    (
        _("No room for now"),
        _(
            "Our groups are small so that everybody can speak, and they are full this season. Please apply again at the "
            "next one; meanwhile our open meetings are open to you."
        ),
    ),
]


class DeclineForm(forms.Form):
    texts, missing = KIND_REFUSALS, _("Give a reason: the applicant reads it.")

    template = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        help_text=_("The text appears below, to be changed; if the box is empty, it is sent as it is."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "data-starts-from": "template"}),
        help_text=_("The applicant reads it."),
    )

    class Media:
        js = ("smclub/starters.js",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [("", "–"), *((str(text), title) for title, text in self.texts)]

    def clean(self):
        cleaned = super().clean()
        template = cleaned.pop("template", "")
        cleaned["reason"] = cleaned.get("reason") or template
        if not cleaned["reason"] and "reason" not in self.errors:
            self.add_error("reason", self.missing)
        return cleaned


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("Question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The applicant receives it by letter and answers on the site; their application then waits for you again."),
    )


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return role_label(obj)


class RolesForm(forms.Form):
    roles = RolesField(Role.objects.order_by("name"), label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)
    is_owner = forms.BooleanField(label=_("Owner: may do everything"), required=False)


class RoleFilter(admin.SimpleListFilter):
    title, parameter_name = _("role"), "role"

    def lookups(self, request, model_admin):
        return [(role.name, role_label(role)) for role in Role.objects.order_by("name")]

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class DuesFilter(admin.SimpleListFilter):
    title, parameter_name = _("dues"), "cotisation"

    def lookups(self, request, model_admin):
        return [("paid_up", _("Paid up")), *DuesState.choices]

    def queryset(self, request, queryset):
        if self.value() == "paid_up":
            return queryset.paid_up()
        return queryset.with_dues_state().filter(dues_state=self.value()) if self.value() in DuesState.values else queryset


class MemberForm(forms.ModelForm):
    def clean_email(self):
        return fold_email(self.cleaned_data["email"])


class GroupMembershipInline(ClubInline):
    model = GroupMembership
    extra = 0
    autocomplete_fields = ["group"]
    fields = ["group", "role", "joined_at"]
    readonly_fields = ["joined_at"]


@admin.register(Member)
class MemberAdmin(ClubModelAdmin):
    form = MemberForm
    list_display = ["email", "name", "standing", "accepted_on", "is_staff", "last_seen_on"]
    list_filter = ["standing", "is_staff", RoleFilter, "language", "group_memberships__group"]
    search_fields = ["email", "name"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    inlines = [GroupMembershipInline]
    readonly_fields = [*WHEN, "conduct_version", "conduct_accepted_at", "is_staff", "roles"]
    actions = ["admit", "invite", "block", "unblock", "give_roles", "rescue"]
    refusals = (joining.Refused,)
    blocking = staticmethod(standing.block)  # the roof puts the deed that reaches the apps above in its place
    fieldsets = [
        (None, {"fields": ["email", "name", "language", "shows_attendance"]}),
        (_("Standing"), {"fields": [*WHEN, "conduct_version", "conduct_accepted_at"]}),
        (
            _("Staff"),
            {"fields": ["is_staff", "roles"], "description": _("Roles are given from the list, by an owner.")},
        ),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "language"]})]

    def get_queryset(self, request):
        members = super().get_queryset(request)
        return members.with_dues_state() if request.user.has_perm("members.view_dues") else members

    def get_list_display(self, request):
        """Who may not read dues is not told of their state."""
        if not request.user.has_perm("members.view_dues"):
            return self.list_display
        return [*self.list_display[:4], "dues_state", *self.list_display[4:]]

    def get_list_filter(self, request):
        return [DuesFilter, *self.list_filter] if request.user.has_perm("members.view_dues") else self.list_filter

    @admin.display(description=_("dues"))
    def dues_state(self, member):
        return DuesState(member.dues_state).label

    @admin.display(description=_("roles"))
    def roles(self, member):
        owner = [_("Owner: may do everything")] if member.is_superuser else []
        return ", ".join([*map(str, owner), *map(role_label, member.groups.all())]) or "–"

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_readonly_fields(self, request, obj=None):
        """An address is a key to the account: only an owner changes one that exists."""
        if obj is None:
            return []
        return self.readonly_fields if request.user.is_superuser else ["email", *self.readonly_fields]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def has_delete_permission(self, request, obj=None):
        return False

    def has_owner_permission(self, request):
        return request.user.is_superuser

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True, verified=False)

    @admin.action(description=_("Make members"), permissions=["change"])
    def admit(self, request, queryset):
        self.do(request, queryset, standing.admit)

    @admin.action(description=_("Invite to become members"), permissions=["change"])
    def invite(self, request, queryset):
        self.do(request, queryset, joining.invite)

    @admin.action(description=_("Block"), permissions=["change"])
    def block(self, request, queryset):
        return self.ask(request, queryset, self.blocking, BlockForm, action="block", title=_("Block these accounts"))

    @admin.action(description=_("Unblock"), permissions=["change"])
    def unblock(self, request, queryset):
        self.do(request, queryset, standing.unblock)

    @admin.action(description=_("Give roles"), permissions=["owner"])
    def give_roles(self, request, queryset):
        raise_if_reauthentication_required(request, app="members")
        return self.ask(
            request, queryset, standing.give_roles, RolesForm, action="give_roles", title=_("Give these roles, and no other")
        )

    @admin.action(description=_("Take away a lost second step at sign-in"), permissions=["owner"])
    def rescue(self, request, queryset):
        raise_if_reauthentication_required(request, app="members")
        self.do(request, queryset, standing.rescue)


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    list_display = ["member", "applicant", "sponsors", "state", "created_at", "decided_by"]
    list_filter = ["state"]
    search_fields = ["member__email", "member__name", "occupation", "organisation"]
    list_select_related = ["member", "decided_by"]
    date_hierarchy = "created_at"
    ordering = [Case(When(state=Application.State.WAITING, then=0), default=1), "-created_at", "-pk"]
    actions = ["accept", "ask_back", "decline"]
    refusals = (joining.Refused,)
    fieldsets = [
        (None, {"fields": ["member", "occupation", "organisation", "motivation", "sponsors", "questions"]}),
        (_("Answer"), {"fields": ["state", "created_at", "decided_by", "decided_at", "reason"]}),
    ]

    def get_queryset(self, request):
        sponsorships = Prefetch("sponsorships", Sponsorship.objects.select_related("member").order_by("pk"))
        return super().get_queryset(request).prefetch_related(sponsorships)

    @admin.display(description=_("what they do"))
    def applicant(self, application):
        return application.who or "–"

    @admin.display(description=_("who vouches"))
    def sponsors(self, application):
        return _one_a_line((row.member, row.get_state_display()) for row in application.sponsorships.all()) or "–"

    @admin.display(description=_("questions"))
    def questions(self, application):
        rows = application.inquiries.order_by("pk")
        return _one_a_line((row.question, row.answer or _("no answer yet")) for row in rows) or "–"

    def has_decide_permission(self, request):
        return request.user.has_perm("members.change_application")

    @admin.action(description=_("Accept"), permissions=["decide"], location=EVERYWHERE)
    def accept(self, request, queryset):
        self.do(request, queryset.select_related("member"), joining.accept)

    @admin.action(description=_("Ask the applicant a question"), permissions=["decide"], location=EVERYWHERE)
    def ask_back(self, request, queryset):
        rows = queryset.select_related("member")
        return self.ask(request, rows, joining.ask, QuestionForm, action="ask_back", title=_("Ask a question"))

    @admin.action(description=_("Decline, with a reason"), permissions=["decide"], location=EVERYWHERE)
    def decline(self, request, queryset):
        rows = queryset.select_related("member")
        return self.ask(request, rows, joining.decline, DeclineForm, action="decline", title=_("Decline these applications"))


def _one_a_line(pairs):
    return format_html_join("", "<p>{} – {}</p>", pairs)
