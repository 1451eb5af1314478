from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, TextField
from django.forms import Form, Textarea
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from events import calendar, copying, inviting, preparing, registering, scheduling, wording
from events.admin import attendees, convocations, figures, mailings, proxies, register, said
from events.admin.filters import PublishedFilter, RepetitionFilter
from events.admin.forms import EventForm, InvitationForm, MoveOnlineForm, PassOnForm, ReasonForm, RepeatForm
from events.admin.talks import TalkInline, revoke_links
from events.models import Cycle, Event, EventPartner, Invitation, Question, Registration, Venue
from events.models.question import MOST
from members.models import Group
from smclub.desk import EVERYWHERE, ClubInline, ClubModelAdmin

DESKS = (attendees, convocations, figures, proxies, register, mailings)  # pages about meetings, of a module each
APART = ("topics", "is_silent", "is_fewer", "published_at", "online_url")  # not saved as they are typed: a verb's, or no field
RENDERED = {"body": "body_html"}


class EventPartnerInline(ClubInline):
    model = EventPartner
    extra = 0
    autocomplete_fields = ["organisation"]
    ordering = ["position", "pk"]


class QuestionInline(ClubInline):
    model = Question
    extra = 0
    max_num = MOST
    formfield_overrides = {TextField: {"widget": Textarea({"rows": 3, "cols": 24})}}
    ordering = ["position", "pk"]

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_max=True, **kwargs)


class InvitationInline(ClubInline):
    """A new line is an invitation sent; to take one back, delete it."""

    model = Invitation
    form = InvitationForm
    extra = 0
    fields = ["email", "created_at", "invited_by"]
    readonly_fields = ["created_at", "invited_by"]
    ordering = ["email"]

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Event)
class EventAdmin(ClubModelAdmin):
    form = EventForm
    refusals = (registering.Refused,)
    paragraphs = ("summary",)
    list_display = ["title", "when", "places", "waiting", "registered", "status", "on_site", "group"]
    list_filter = [PublishedFilter, RepetitionFilter, "status", "kind", "audience", "group"]
    list_select_related = ["group", "venue"]
    search_fields = ["title", "summary", "slug"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["venue", "cycle", "cover"]
    readonly_fields = ["status", "status_reason"]
    inlines = [TalkInline, EventPartnerInline, QuestionInline, InvitationInline]
    actions = [
        "publish",
        "cancel",
        "postpone",
        "move_online",
        "move_back",
        "restore",
        "copy",
        "repeat",
        "pass_on",
        "prepare",
        "discard",
        "promote",
    ]
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "lang", "group", ("cycle", "cycle_position"), "published_at"]}),
        (_("When"), {"fields": ["precision", ("starts_at", "ends_at"), "zone_name", "is_hour_to_be_confirmed", "is_silent"]}),
        (_("Where"), {"fields": ["venue", "is_online", "online_url", "access_notes"]}),
        (_("What"), {"fields": ["summary", "body", "cover", "hashtag", "topics"]}),
        (_("Who"), {"fields": ["audience", "is_confidential", "public_title"]}),
        (
            _("Places"),
            {
                "fields": [
                    ("capacity", "reserved"),
                    "is_fewer",
                    "max_guests",
                    "has_waiting_list",
                    "is_by_approval",
                    "is_promotion_paused",
                ]
            },
        ),
        (
            _("Registration opens, closes"),
            {
                "fields": ["rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at"],
                "classes": ["collapse"],
                "description": _("On the clock of the time zone of the meeting."),
            },
        ),
        (_("General assembly"), {"fields": ["quorum", "most_proxies"], "classes": ["collapse"]}),
        (_("Meeting elsewhere"), {"fields": ["organiser_name", "outside_url", "price"], "classes": ["collapse"]}),
        (_("State"), {"fields": ["status", "status_reason"]}),
    ]

    # -- who sees what -----------------------------------------------------------
    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user).with_seats_taken().with_waiting_count()

    def get_fieldsets(self, request, obj=None):
        """The online link and the access notes are for those who run the meeting, and on its page for those who go."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        private = {"online_url", "access_notes"}
        return [(label, {**given, "fields": [f for f in given["fields"] if f not in private]}) for label, given in self.fieldsets]

    def get_list_display(self, request):
        """Who is coming is for those who run meetings."""
        if self.has_change_permission(request):
            return self.list_display
        return [name for name in self.list_display if name != "registered"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A coordinator chooses among their own groups, and must."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "group" and not request.user.may("events.run_every_event"):
            field.queryset, field.required = Group.objects.coordinated_by(request.user), True
        return field

    # -- columns -----------------------------------------------------------------
    @admin.display(description=_("date"), ordering="starts_at")
    def when(self, event):
        formats = {"hour": "%d/%m/%Y %H:%M", "day": "%d/%m/%Y", "month": "%m/%Y"}
        if event.precision not in formats:
            return "–"
        zone = wording.zone_label(event) if event.precision == Event.Precision.HOUR else ""
        text = f"{event.local_start:{formats[event.precision]}}" + (f" ({zone})" if zone else "")
        return ", ".join([text, *([str(_("hour to be confirmed"))] if event.is_hour_to_be_confirmed else [])])

    @admin.display(description=_("on the site"), ordering="published_at", boolean=True)
    def on_site(self, event):
        return event.is_published

    @admin.display(description=_("places taken"), ordering="seats_taken")
    def places(self, event):
        if event.capacity is None:
            return str(event.seats_taken)
        return f"{event.seats_taken} / {event.capacity - event.reserved}"

    @admin.display(description=_("waiting"), ordering="waiting_count")
    def waiting(self, event):
        return event.waiting_count

    @admin.display(description=_("list"))
    def registered(self, event):
        return format_html('<a href="{}">{}</a>', reverse("admin:events_event_attendees", args=[event.pk]), _("Who is coming"))

    # -- saving: the verbs do what touches a seat, a calendar or a letter ----------
    def get_object(self, request, object_id, from_field=None):
        """What is posted is looked at under the lock of the meeting: what the form finds true is so when the verbs run."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST" or not self.has_change_permission(request, row):
            return row
        Event.objects.lock(row.pk)
        return super().get_object(request, object_id, from_field)

    def save_model(self, request, obj, form, change):
        if not change:
            return self._made(request, obj, form)
        before = Event.objects.get(pk=obj.pk)
        moves = form.moves
        plain = [name for name in form.changed if name not in moves and name not in APART]
        plain += [RENDERED[name] for name in plain if name in RENDERED]
        if plain or "topics" in form.changed_data:  # a calendar says them too
            obj.modified_at = timezone.now()
            obj.save(update_fields=[*plain, "modified_at"])
        scheduling.reschedule(obj, by=request.user, is_silent=form.cleaned_data["is_silent"], **moves)
        if "published_at" in form.changed_data:
            self._put_on_site(request, obj, before)
        if "online_url" in form.changed_data:
            scheduling.change_link(obj, online_url=form.cleaned_data["online_url"], by=request.user)
        registering.log_places(obj, before=(before.capacity, before.reserved), by=request.user)
        registering.capacity_changed(obj)
        self._warn_of_a_small_room(request, obj, form)

    def _made(self, request, obj, form) -> None:
        """A draft carries the list of what is to be done."""
        super().save_model(request, obj, form, change=False)
        self._warn_of_a_small_room(request, obj, form)
        if obj.published_at is None:
            preparing.prepare(obj, by=request.user)

    def _put_on_site(self, request, obj, before) -> None:
        at = obj.published_at
        if at and before.published_at is None:
            scheduling.publish(obj, by=request.user, at=at)
        else:
            scheduling.set_publication(obj, by=request.user, at=at)

    def _warn_of_a_small_room(self, request, obj, form) -> None:
        room = obj.venue and obj.venue.capacity_hint
        if room and (obj.capacity or 0) > room and {"capacity", "venue"} & set(form.changed_data):
            text = _("%(venue)s has about %(room)s places, and this meeting %(places)s: it is yours to judge.")
            self.message_user(request, text % {"venue": obj.venue.name, "room": room, "places": obj.capacity}, messages.WARNING)

    def save_formset(self, request, form, formset, change):
        """Invitations are sent by their verb; partners are in calendars."""
        if formset.model is EventPartner and formset.has_changed():
            Event.objects.filter(pk=form.instance.pk).update(modified_at=timezone.now())
        if formset.model is not Invitation:
            super().save_formset(request, form, formset, change)
            return revoke_links(formset, by=request.user)
        for invitation in formset.save(commit=False):
            inviting.invite(form.instance, by=request.user, email=invitation.email)
        for invitation in formset.deleted_objects:
            invitation.delete()

    def has_delete_permission(self, request, obj=None):
        """Cancelled, never deleted: the page, its registrations and the entries in calendars stay."""
        return False

    # -- deeds ---------------------------------------------------------------------
    @admin.action(description=_("Publish now"), permissions=["change"], location=EVERYWHERE)
    def publish(self, request, queryset):
        self.do(request, queryset, scheduling.publish, tell=said.published)

    @admin.action(description=_("Cancel…"), permissions=["change"], location=EVERYWHERE)
    def cancel(self, request, queryset):
        return self.ask(request, queryset, scheduling.cancel, ReasonForm, action="cancel", title=_("Cancel these meetings"))

    @admin.action(description=_("Postpone, the new date not being known…"), permissions=["change"], location=EVERYWHERE)
    def postpone(self, request, queryset):
        return self.ask(request, queryset, scheduling.postpone, ReasonForm, action="postpone", title=_("Postpone these meetings"))

    @admin.action(description=_("Move online…"), permissions=["change"], location=EVERYWHERE)
    def move_online(self, request, queryset):
        title = _("Move these meetings online")
        return self.ask(request, queryset, scheduling.move_online, MoveOnlineForm, action="move_online", title=title)

    @admin.action(description=_("Back from online to the venue"), permissions=["change"], location=EVERYWHERE)
    def move_back(self, request, queryset):
        self.do(request, queryset, scheduling.move_back)

    @admin.action(description=_("Restore what was cancelled or postponed…"), permissions=["change"], location=EVERYWHERE)
    def restore(self, request, queryset):
        asked = {"action": "restore", "title": _("Restore these meetings"), "describe": said.restored_as}
        return self.ask(request, queryset, scheduling.restore, Form, **asked)

    @admin.action(description=_("Copy for the next one"), permissions=["add"], location=EVERYWHERE)
    def copy(self, request, queryset):
        drafts = [copying.copy(event, by=request.user) for event in queryset]
        self.message_user(request, _("A draft four weeks later: check its date and title."), messages.SUCCESS)
        if len(drafts) == 1:
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[drafts[0].pk]))
        return None

    @admin.action(description=_("Repeat…"), permissions=["add"], location=EVERYWHERE)
    def repeat(self, request, queryset):
        asked = {"action": "repeat", "title": _("Repeat this meeting"), "tell": said.repeated}
        return self.ask(request, queryset, copying.repeat, RepeatForm, **asked)

    @admin.action(description=_("Give the following ones of the repetition…"), permissions=["change"], location=EVERYWHERE)
    def pass_on(self, request, queryset):
        title = _("Give the following ones what this one says")
        return self.ask(request, queryset, copying.pass_on, PassOnForm, action="pass_on", title=title)

    @admin.action(description=_("Discard drafts that nobody ever read"), permissions=["change"], location=EVERYWHERE)
    def discard(self, request, queryset):
        self.do(request, queryset, copying.discard)
        return HttpResponseRedirect(reverse("admin:events_event_changelist"))

    @admin.action(description=_("Make the list of what is to be done"), permissions=["change"], location=EVERYWHERE)
    def prepare(self, request, queryset):
        self.do(request, queryset, preparing.prepare)
        if len(queryset) == 1:
            return HttpResponseRedirect(reverse("admin:events_todo_of", args=[queryset[0].pk]))
        return None

    @admin.action(description=_("Seat those waiting, in order, where there is room"), permissions=["change"], location=EVERYWHERE)
    def promote(self, request, queryset):
        self.do(request, queryset, registering.promote)

    # -- who comes -------------------------------------------------------------------
    def get_urls(self):
        pages = [page for module in DESKS for page in module.pages(self)]
        return [*(path(route, self.admin_site.admin_view(view), name=name) for route, view, name in pages), *super().get_urls()]


@admin.register(Venue)
class VenueAdmin(ClubModelAdmin):
    list_display = ["name", "street", "postcode", "city", "capacity_hint", "step_free"]
    list_filter = ["city", "step_free"]
    search_fields = ["name", "city", "street"]
    ordering = ["city", "name", "pk"]
    prepopulated_fields = {"slug": ["name", "city"]}
    fieldsets = [
        (
            None,
            {"fields": ["name", "slug", "street", ("postcode", "city"), "country", ("latitude", "longitude"), "capacity_hint"]},
        ),
        (_("Accessibility"), {"fields": ["step_free", "accessibility", "accessibility_en"]}),
        (_("Getting there"), {"fields": ["access", "access_en", "access_notes"]}),
    ]

    def save_model(self, request, obj, form, change):
        """Calendars say where it is: the entries of its meetings change with it."""
        super().save_model(request, obj, form, change)
        if set(form.changed_data) & {"name", "street", "postcode", "city", "country", "latitude", "longitude"}:
            calendar.place_changed(obj)
        if set(form.changed_data) & {"street", "postcode", "city"}:
            self._offer_to_write(request, obj)

    def _offer_to_write(self, request, obj) -> None:
        """A corrected typing error is no news and another street is: who changed it knows which."""
        registered = Exists(Registration.objects.live().filter(event=OuterRef("pk")))
        events = obj.events.run_by(request.user).published().upcoming().taking_place().filter(registered)
        rows = [(reverse("admin:events_event_write", args=[event.pk]), event.title) for event in events]
        if rows:
            links = format_html_join(", ", '<a href="{}">{}</a>', rows)
            text = _("Nobody was told of the new address. Write to the people of: {events}")
            self.message_user(request, format_html(text, events=links), messages.WARNING)

    def get_fieldsets(self, request, obj=None):
        """Codes and floors are for those who keep the venue, and on a meeting's page for those who go."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        *public, (label, _options) = self.fieldsets
        return [*public, (label, {"fields": ["access", "access_en"]})]


@admin.register(Cycle)
class CycleAdmin(ClubModelAdmin):
    list_display = ["title", "slug"]
    search_fields = ["title", "title_en"]
    ordering = ["title", "pk"]
    prepopulated_fields = {"slug": ["title"]}
    refusals = (registering.Refused,)
    actions = ["number"]

    @admin.action(description=_("Number its sessions by their dates"), permissions=["change"], location=EVERYWHERE)
    def number(self, request, queryset):
        self.do(request, queryset, copying.number)
