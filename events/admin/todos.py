"""What there is to do, at the desk: one list for all meetings, one page for each."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from events import preparing
from events.models import Event, ToDo
from members.models import Member
from smclub.desk import EVERYWHERE, ClubModelAdmin


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "etat"

    def lookups(self, request, model_admin):
        return [("open", _("To do")), ("overdue", _("Overdue")), ("mine", _("Mine, to do")), ("done", _("Done"))]

    def queryset(self, request, queryset):
        narrowed = {
            "open": queryset.open,
            "overdue": queryset.overdue,
            "mine": queryset.open().filter(assigned_to=request.user).all,
            "done": queryset.exclude(done_at=None).all,
        }
        return narrowed.get(self.value(), queryset.all)()


@admin.register(ToDo)
class ToDoAdmin(ClubModelAdmin):
    list_display = ["title", "event", "assigned_to", "due_on", "done_at"]
    list_filter = [StateFilter]
    list_select_related = ["event", "assigned_to"]
    search_fields = ["title", "event__title"]
    ordering = ["due_on", "position", "pk"]
    fields = ["event", "title", "assigned_to", "due_on", "done_at"]
    readonly_fields = ["done_at"]
    autocomplete_fields = ["event"]
    actions = ["tick", "untick"]

    def get_queryset(self, request):
        return super().get_queryset(request).run_by(request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Among those who may enter the desk."""
        if db_field.name == "assigned_to":
            kwargs["queryset"] = Member.objects.staff().order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description=_("Done"), permissions=["change"], location=EVERYWHERE)
    def tick(self, request, queryset):
        self.do(request, queryset, preparing.tick)

    @admin.action(description=_("Not done after all"), permissions=["change"], location=EVERYWHERE)
    def untick(self, request, queryset):
        self.do(request, queryset, preparing.tick, is_done=False)

    # -- the page of one meeting -------------------------------------------------------
    def get_urls(self):
        own = [
            path("rencontre/<int:pk>/", self.admin_site.admin_view(self.of_event), name="events_todo_of"),
            path("<int:pk>/cocher/", self.admin_site.admin_view(self.tick_one), name="events_todo_tick"),
        ]
        return [*own, *super().get_urls()]

    def of_event(self, request, pk):
        """The list of one meeting, each line with its button; those who run the meeting see it."""
        event = get_object_or_404(Event.objects.run_by(request.user).select_related("venue"), pk=pk)
        todos = list(event.todos.in_order())
        context = {
            "title": _("To do"),
            "opts": Event._meta,
            "event": event,
            "todos": todos,
            "left": sum(not todo.is_done for todo in todos),
            "is_complete": {str(title) for title, _days in preparing.TEMPLATES[event.kind]} <= {todo.title for todo in todos},
        }
        return TemplateResponse(request, "admin/events/todo/of_event.html", self.admin_site.each_context(request) | context)

    def tick_one(self, request, pk):
        """POST says what is wanted, so that twice is once; then back to where the button was."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        todo = get_object_or_404(self.get_queryset(request), pk=pk)
        preparing.tick(todo, by=request.user, is_done=request.POST.get("done") != "no")
        return redirect("admin:index") if request.POST.get("from") == "index" else redirect("admin:events_todo_of", todo.event_id)
