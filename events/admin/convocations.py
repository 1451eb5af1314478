"""The page of the desk that convokes to an assembly: to how many, in which words, then sent."""

from functools import partial

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import attaching
from events.assembly import convoking
from events.models import Event
from events.refusals import Refused
from members.mail import compose
from members.models import Letter, Member


def pages(desk: admin.ModelAdmin) -> list[tuple]:
    """(route, view, name), of the admin page `desk`."""
    return [("<int:pk>/convocation/", partial(convoke, desk), "events_event_convoke")]


def convoke(desk: admin.ModelAdmin, request, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.run_by(request.user).filter(kind=Event.Kind.ASSEMBLY), pk=pk)
    context = {"title": _("Convoke to the assembly"), "opts": desk.opts, "event": event}
    try:
        if request.method == "POST":
            number = convoking.convoke(event, by=request.user)
            said = ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", number)
            desk.message_user(request, said % {"n": number}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_convoke", args=[event.pk]))
        convoking.refuse_unless_to_come(event)
        papers = attaching.left_by(event, request.user).documents
        context |= {"people": convoking.to_convoke(event).count(), "preview": _as_read(event, request.user), "has_papers": papers}
    except Refused as refusal:
        context["refusal"] = refusal
    return TemplateResponse(request, "admin/events/event/convoke.html", desk.admin_site.each_context(request) | context)


def _as_read(event: Event, reader: Member) -> Letter:
    """The letter as `reader` would have it, written to nobody."""
    row = Letter(kind="events.convocation", member=reader, language=reader.language, context=convoking.facts(event))
    compose(row)
    return row
