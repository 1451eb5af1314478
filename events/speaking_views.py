from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events import speaking
from events.models import Talk
from events.speaking_forms import SpeakerForm, TalkForm
from smclub import limits

AN_HOUR = {"times": 20, "seconds": 3600}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_texts(request, key):
    """The page of somebody who speaks, opened by their link; nobody needs to sign in."""
    talk = speaking.talk_of(key)
    if talk is None:
        raise Http404
    if speaking.is_over(talk.event):
        return render(request, "events/speaker_over.html", {"talk": talk}, status=410)
    form, talks = _forms(request, talk)
    if request.method == "POST" and all([form.is_valid(), *(one.is_valid() for one in talks)]):
        if not limits.allowed("speaker", str(talk.pk), **AN_HOUR):
            return render(request, "429.html", status=429)
        told = {one.instance.pk: one.cleaned_data for one in talks}
        speaking.tell(talk, talks=told, **form.cleaned_data)
        messages.success(request, _("Thank you. You may come back and change it."))
        return redirect(reverse("speaker", args=[key]))
    return render(request, "events/speaker.html", {"talk": talk, "event": talk.event, "form": form, "talks": talks})


def _forms(request, talk: Talk) -> tuple[SpeakerForm, list[TalkForm]]:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    rows = Talk.objects.of_speaker(talk)
    return SpeakerForm(data, files, talk=talk), [TalkForm(data, instance=row, prefix=f"talk-{row.pk}") for row in rows]
