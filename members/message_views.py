from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members import messaging
from members.forms import MessageForm, MessageReportForm
from members.models import Person

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@never_cache
@login_required
def message_write(request, slug):
    person = get_object_or_404(Person.objects.reachable_by(request.user).select_related("member"), slug=slug)
    return _letter_form(request, to=person.member, back=person.get_absolute_url())


@require_form
@never_cache
@login_required
def message_answer(request, token):
    return _letter_form(request, to=_sender(request, token), is_answer=True)


def _letter_form(request, *, to, back="members:me", is_answer=False):
    form = MessageForm(request.POST if request.method == "POST" else None, member=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            messaging.write(to, by=request.user, **form.cleaned_data)
            messages.success(request, _("Your message is on its way."))
            return redirect(back)
        except messaging.Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/message_form.html", {"form": form, "to": to, "is_answer": is_answer})


@require_form
@never_cache
@login_required
def message_report(request, token):
    sender = _sender(request, token)
    form = MessageReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            messaging.report(sender, by=request.user, **form.cleaned_data)
            messages.success(request, _("Thank you: the club will look into it."))
            return redirect("members:me")
        except messaging.Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/message_report.html", {"form": form, "sender": sender})


def _sender(request, token):
    if sender := messaging.sender_of(token, to=request.user):
        return sender
    raise Http404
