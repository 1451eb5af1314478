"""The pages of the desk where proxies signed on paper are recorded, and any of them revoked."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.assembly import counting, proxies
from events.models import Event
from events.refusals import Refused
from members.models import Member

KNOWN = AdminTextInputWidget({"list": "voters", "autocomplete": "off"})


class PaperForm(forms.Form):
    giver = forms.CharField(label=_("Signed by"), max_length=254, widget=KNOWN)
    holder = forms.CharField(label=_("Votes for them"), max_length=254, widget=KNOWN)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event

    def clean_giver(self) -> Member:
        return self._voter(self.cleaned_data["giver"])

    def clean_holder(self) -> Member:
        return self._voter(self.cleaned_data["holder"])

    def _voter(self, typed: str) -> Member:
        if "@" in typed:
            found = list(filter(None, [counting.voter_at(self.event, typed)]))
        else:
            found = counting.voters_called(self.event, typed)
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several members have this name: type the address of the one who is meant."), code="several"
            )
        if not found:
            text = _("Nobody of this name or address may vote: look at the sheet to sign.")
            raise forms.ValidationError(text, code="unknown")
        return found[0]


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=AdminTextareaWidget({"rows": 3}),
        help_text=_("Giver and holder read it in their letter, and the log of deeds keeps it."),
    )


def pages(desk: admin.ModelAdmin) -> list[tuple]:
    """(route, view, name), of the admin page `desk`."""
    return [
        ("<int:pk>/pouvoirs/", partial(record, desk), "events_event_proxies"),
        ("<int:pk>/pouvoirs/<int:proxy>/retrait/", partial(revoke, desk), "events_event_proxy_revoke"),
    ]


def record(desk: admin.ModelAdmin, request, pk: int) -> HttpResponse:
    event = _assembly(request, pk)
    form = PaperForm(request.POST if request.method == "POST" else None, event=event)
    if form.is_valid():
        try:
            proxy = proxies.record(event, by=request.user, **form.cleaned_data)
            desk.message_user(request, _("Recorded: %(proxy)s.") % {"proxy": proxy}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_proxies", args=[pk]))
        except Refused as refusal:
            form.add_error(refusal.field, refusal)
    context = {"title": _("Proxies"), "form": form, "names": [line.name for line in counting.roll(event)]}
    return _page(desk, request, "proxies", event, context | {"why_shut": _why_shut(event)})


def revoke(desk: admin.ModelAdmin, request, pk: int, proxy: int) -> HttpResponse:
    event = _assembly(request, pk)
    row = get_object_or_404(event.proxies.standing().named(), pk=proxy)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proxies.revoke(row, by=request.user, **form.cleaned_data)
            desk.message_user(request, _("Revoked: %(proxy)s.") % {"proxy": row}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_proxies", args=[pk]))
        except Refused as refusal:
            form.add_error(refusal.field, refusal)
    return _page(desk, request, "proxy_revoke", event, {"title": _("Revoke a proxy"), "form": form, "proxy": row})


def _assembly(request, pk: int) -> Event:
    return get_object_or_404(Event.objects.run_by(request.user).filter(kind=Event.Kind.ASSEMBLY).select_related("venue"), pk=pk)


def _why_shut(event: Event) -> Refused | None:
    try:
        proxies.refuse_unless_open(event, on_paper=True)
    except Refused as refusal:
        return refusal
    return None


def _page(desk: admin.ModelAdmin, request, template: str, event: Event, context: dict) -> HttpResponse:
    context |= desk.admin_site.each_context(request) | {"opts": desk.opts, "event": event}
    return TemplateResponse(request, f"admin/events/event/{template}.html", context)
