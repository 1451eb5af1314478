"""The desk of registrations: read there, and changed by the verbs alone."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from events import admitting, registering
from events.admin.forms import SeatForm, WordForm
from events.models import Event, Registration
from smclub.desk import ReadOnlyAdmin


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    refusals = (registering.Refused,)
    list_display = ["who", "event", "state", "guests", "arrived", "queue_no", "source", "state_changed_at"]
    list_filter = ["state", "source", ("event", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["member", "event"]
    search_fields = ["member__name", "member__email", "event__title"]
    date_hierarchy = "state_changed_at"
    ordering = ["-state_changed_at", "-pk"]
    exclude = ["token"]
    readonly_fields = ["said"]
    actions = ["approve", "decline", "seat", "remove", "reinstate"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(event__in=Event.objects.run_by(request.user))

    def get_exclude(self, request, obj=None):
        """Addresses are for those alone who may see accounts: the others read a name."""
        if request.user.has_perm("members.view_member"):
            return self.exclude
        return [*self.exclude, "member", "name", "email"]

    def get_readonly_fields(self, request, obj=None):
        if request.user.has_perm("members.view_member"):
            return self.readonly_fields
        return ["who", *self.readonly_fields]

    @admin.display(description=_("member"), ordering="member__name")
    def who(self, registration):
        return registration.shown_name

    @admin.display(description=_("answers"))
    def said(self, registration):
        answers = registration.answers.select_related("question").order_by("question__position", "question")
        lines = [(answer.question.text, answer.shown) for answer in answers]
        return format_html_join("", "<p>{}<br>{}</p>", lines) or "–"

    def has_manage_permission(self, request):
        return request.user.may("events.change_event")

    @admin.action(description=_("Accept these requests"), permissions=["manage"])
    def approve(self, request, queryset):
        self.do(request, queryset.order_by("event", "queue_no"), admitting.approve)

    @admin.action(description=_("Decline these requests…"), permissions=["manage"])
    def decline(self, request, queryset):
        title = _("Decline these requests")
        return self.ask(request, queryset, admitting.decline, WordForm, action="decline", title=title)

    @admin.action(description=_("Give a place, ahead of the queue or beyond the places…"), permissions=["manage"])
    def seat(self, request, queryset):
        title = _("Give a place")
        return self.ask(request, queryset, admitting.seat, SeatForm, action="seat", title=title)

    @admin.action(description=_("Reinstate who was removed"), permissions=["manage"])
    def reinstate(self, request, queryset):
        self.do(request, queryset.order_by("event", "queue_no"), admitting.reinstate)

    @admin.action(description=_("Take these registrations back…"), permissions=["manage"])
    def remove(self, request, queryset):
        title = _("Take these registrations back")
        return self.ask(request, queryset, admitting.remove, WordForm, action="remove", title=title)
