"""The page of somebody's opinion of a meeting, and what those who run it learn of them."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events import reviewing
from events.models import Event, Feedback, Registration
from events.models.feedback import SCORES

WORDS = {5: _("5, excellent"), 4: _("4, good"), 3: _("3, fair"), 2: _("2, poor"), 1: _("1, bad")}


class FeedbackForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("What did you think of this meeting?"),
        coerce=int,
        choices=[(score, WORDS[score]) for score in reversed(SCORES)],
        widget=forms.RadioSelect,
    )
    remark = forms.CharField(
        label=_("What should we keep, or do otherwise?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=1000,
        required=False,
        help_text=_("Those who run the meeting read it from the day after, without your name."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request, slug):
    event = get_object_or_404(Event.objects.published().select_related("venue"), slug=slug, registrations__member=request.user)
    return _page(request, event, request.user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_by_link(request, slug, token):
    """The link of a letter: nobody needs to sign in."""
    rows = Registration.objects.select_related("event__venue", "member").filter(member__is_active=True)
    found = get_object_or_404(rows, token=token, event__slug=slug, event__in=Event.objects.published())
    return _page(request, found.event, found.member)


def _page(request, event: Event, member) -> HttpResponse:
    before = Feedback.objects.filter(event=event, member=member).values("score", "remark").first()
    form, refusal, is_kept = FeedbackForm(request.POST if request.method == "POST" else None, initial=before), None, False
    try:
        reviewing.refuse(event, by=member)
        if request.method == "POST" and form.is_valid():
            reviewing.give(event, by=member, **form.cleaned_data)
            is_kept = True
    except reviewing.Refused as error:
        refusal = error
    context = {"event": event, "member": member, "form": form, "refusal": refusal, "is_kept": is_kept, "is_known": before}
    return render(request, "events/feedback_form.html", context)


@never_cache
@login_required
@require_safe
def opinions(request, slug):
    if not request.user.is_staff:
        raise Http404
    event = get_object_or_404(Event.objects.run_by(request.user), slug=slug)
    context = {"event": event, "opinions": reviewing.opinions_of(event), "enough": reviewing.ENOUGH}
    return render(request, "events/opinions.html", context)
