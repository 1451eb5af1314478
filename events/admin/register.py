"""The page of the desk where those who run a meeting register somebody: found among the accounts, or by an address alone."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget, AutocompleteSelect
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events import admitting
from events.models import Event, Registration
from events.refusals import Refused
from members.models import Member


class RegisterForm(forms.Form):
    member = forms.ModelChoiceField(
        Member.objects.filter(is_active=True),
        label=_("An account"),
        required=False,
        widget=AutocompleteSelect(Registration._meta.get_field("member"), admin.site),
        help_text=_("By name or by address; empty for somebody without an account."),
    )
    email = forms.EmailField(
        label=_("Or an address"),
        required=False,
        widget=AdminEmailInputWidget,
        help_text=_("The letters go there, with the link that gives the place back. If it is an account’s, it is that account."),
    )
    name = forms.CharField(label=_("Their name"), required=False, max_length=120, widget=AdminTextInputWidget)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=Member.Language)
    guests = forms.IntegerField(label=_("Guests"), min_value=0, initial=0)
    reason = forms.CharField(
        label=_("Why they have a place all the same"),
        required=False,
        max_length=250,
        widget=AdminTextInputWidget,
        help_text=_(
            "Only to give a place ahead of those who wait, beyond the places or after registration has closed: it is logged."
        ),
    )

    def __init__(self, *args, event, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = event.lang
        self.fields["guests"].max_value = event.max_guests
        if not event.max_guests:
            del self.fields["guests"]
        if not by.has_perm("members.view_member"):
            del self.fields["member"]

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal)


def pages(desk: admin.ModelAdmin) -> list[tuple]:
    """(route, view, name), of the admin page `desk`."""
    return [("<int:pk>/inscrire/", partial(register, desk), "events_event_register")]


def register(desk: admin.ModelAdmin, request, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.run_by(request.user).select_related("venue").with_seats_taken(), pk=pk)
    form = RegisterForm(request.POST if request.method == "POST" else None, event=event, by=request.user)
    if form.is_valid():
        try:
            registration = admitting.register(event, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            desk.message_user(request, _said(registration), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_attendees", args=[event.pk]))
    context = {"title": _("Register somebody"), "opts": desk.opts, "event": event, "form": form}
    context["media"] = desk.media + form.media
    if event.capacity is not None:
        context |= {"free": event.free(), "waiting": event.registrations.waiting().count()}
    return TemplateResponse(request, "admin/events/event/register.html", desk.admin_site.each_context(request) | context)


def _said(registration: Registration) -> str:
    said = (
        _("%(name)s has a place; the letter is on its way.") if registration.is_going else _("%(name)s is on the waiting list.")
    )
    return said % {"name": registration.shown_name}
