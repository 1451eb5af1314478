"""What people wish to be written: their page, and the links by which a letter is stopped."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from members import preferring
from members.kinds import always_sent, kinds
from members.letter_forms import LettersForm
from members.models import Club, Consent
from smclub import limits

require_form = require_http_methods(["GET", "HEAD", "POST"])
AN_HOUR = {"times": 20, "seconds": 3600}


@require_form
@never_cache
@login_required
def letters(request):
    form = LettersForm(
        request.POST if request.method == "POST" else None,
        initial=LettersForm.initial_of(preferring.cadences_of(request.user)),
        member=request.user,
    )
    if request.method == "POST" and form.is_valid():
        preferring.choose(request.user, wanted=form.wanted)
        messages.success(request, _("Saved."))
        return redirect("members:letters")
    context = {"form": form, "always": always_sent(), "most": Club.current().letters_a_week}
    return render(request, "members/letters.html", context)


@require_POST
@login_required
def none(request):
    preferring.choose_nothing(request.user)
    messages.success(request, _("We only write to you now about what you do here yourself."))
    return redirect("members:letters")


@csrf_exempt  # mail programs post to it by themselves (RFC 8058): the signed key of the link is the whole proof
@require_form
@never_cache
def stop(request, token):
    """The link of a letter: a page with a button, because mail scanners open every link; nobody needs to sign in."""
    named = preferring.stopped_by(token)
    if named is None:
        return render(request, "members/letters_stop.html", status=404)
    member, keys = named
    if request.method == "POST" and not limits.allowed("stop", str(member.pk), **AN_HOUR):
        return render(request, "429.html", status=429)
    context = {"address": preferring.masked(member.email), "stopped": [kinds()[key].words for key in keys], "token": token}
    if request.method == "POST":
        by_itself = "List-Unsubscribe" in request.POST
        way = Consent.Way.PROGRAM if by_itself else Consent.Way.LINK
        context["undo"] = preferring.stop(member, stopped=keys, way=way)
    return render(request, "members/letters_stop.html", context)


@require_POST
@never_cache
def undo(request, token):
    """The button under what was just stopped."""
    member = preferring.undo(request.POST.get("undo", ""), stopped=token)
    if member is None:
        return render(request, "members/letters_stop.html", status=404)
    return render(request, "members/letters_stop.html", {"address": preferring.masked(member.email), "is_undone": True})
