"""The page of the desk where those who run a meeting write to its people: what is typed, then as it will be read, then sent."""

import secrets
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import writing
from events.models import Event, Mailing
from members.models import Club
from members.quiet import awake
from smclub.markdown import COMMENT, render


class MailingForm(forms.Form):
    to = forms.MultipleChoiceField(label=_("To"), widget=forms.CheckboxSelectMultiple)
    subject = forms.CharField(label=_("Subject"), max_length=150, widget=AdminTextInputWidget)
    body = forms.CharField(label=_("Text"), max_length=5000, widget=AdminTextareaWidget({"rows": 10}), help_text=_("Markdown."))
    answers = forms.ChoiceField(label=_("Answers go to"), widget=forms.RadioSelect)
    at_once = forms.BooleanField(
        label=_("Even at night"),
        label_suffix="",
        required=False,
        help_text=_("Between nine in the evening and eight in the morning letters wait, unless it cannot wait."),
    )

    def __init__(self, *args, event, by, **kwargs):
        super().__init__(*args, **kwargs)
        counts, words = writing.counts(event), dict(Mailing.To.choices)
        self.fields["to"].choices = [(to, f"{words[to]} ({count})") for to, count in counts.items() if count]
        club = Club.current().contact_email
        self.addresses = ({"club": club} if club else {}) | {"me": by.email}
        self.fields["answers"].choices = list(self.addresses.items())
        self.fields["answers"].initial = next(iter(self.addresses))

    @property
    def wanted(self) -> dict:
        """As the verb takes it."""
        said = dict(self.cleaned_data)
        return said | {"reply_to": self.addresses[said.pop("answers")]}


def pages(desk: admin.ModelAdmin) -> list[tuple]:
    """(route, view, name), of the admin page `desk`."""
    return [("<int:pk>/ecrire/", partial(write, desk), "events_event_write")]


def write(desk: admin.ModelAdmin, request, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.run_by(request.user).select_related("venue"), pk=pk)
    form = MailingForm(request.POST if request.method == "POST" else None, event=event, by=request.user)
    is_sure = form.is_valid() and "change" not in request.POST
    if is_sure and "send" in request.POST:
        try:
            wanted = form.wanted | {"nonce": request.POST.get("nonce", "")[:40] or secrets.token_urlsafe(16)}
            mailing = writing.write(event, by=request.user, **wanted)
        except writing.Refused as refusal:
            form.add_error(refusal.field, refusal)
            is_sure = False
        else:
            said = ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", mailing.letters)
            desk.message_user(request, said % {"n": mailing.letters}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_write", args=[event.pk]))
    context = {"title": _("Write to the people of a meeting"), "opts": desk.opts, "event": event, "form": form}
    context |= _preview(event, form) if is_sure else {"mailings": event.mailings.select_related("author").order_by("-pk")[:20]}
    context["unreachable"] = writing.unreachable(event, form.cleaned_data["to"] if is_sure else Mailing.To.values)
    return TemplateResponse(request, "admin/events/event/write.html", desk.admin_site.each_context(request) | context)


def _preview(event: Event, form: MailingForm) -> dict:
    said, now = form.wanted, timezone.now()
    leaves_at = now if said["at_once"] else awake(now, event.zone_name)
    return {
        "preview": said,
        "people": len(writing.recipients(event, said["to"])),
        "html": render(said["body"], profile=COMMENT),
        "leaves_at": leaves_at.astimezone(event.zone) if leaves_at > now else None,
        "nonce": secrets.token_urlsafe(16),
    }
