"""The pages of the handover, at the desk, for those who keep mandates."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from smclub import handover


class TickForm(forms.Form):
    text = forms.CharField(max_length=200)


def _answer(request, template: str, **context):
    return TemplateResponse(request, template, admin.site.each_context(request) | context)


def _refuse_others(request) -> None:
    if not request.user.may("members.change_mandate"):
        raise PermissionDenied


@require_safe
def people(request):
    _refuse_others(request)
    return _answer(request, "admin/handover_people.html", title=_("Handover"), people=handover.people())


@require_safe
def person(request, pk):
    _refuse_others(request)
    member = get_object_or_404(handover.people(), pk=pk)
    title = _("Handover of %(name)s") % {"name": member.public_name}
    context = {"member": member, "lists": handover.of(member, reader=request.user), "by_hand": handover.by_hand(member)}
    return _answer(request, "admin/handover_person.html", title=title, **context)


@require_POST
def tick(request, pk):
    """Only what the page lists is ticked."""
    _refuse_others(request)
    member, form = get_object_or_404(handover.people(), pk=pk), TickForm(request.POST)
    if form.is_valid() and form.cleaned_data["text"] in {line.text for line in handover.by_hand(member)}:
        handover.tick(member, text=form.cleaned_data["text"], by=request.user)
    return redirect("admin:handover_of", pk=pk)
