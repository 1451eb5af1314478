from django import forms
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from events.assembly import proxies
from events.models import Event
from events.refusals import Refused, told


class ProxyForm(forms.Form):
    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("The one they sign in with here. They get a letter that says so."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def proxy(request, slug):
    """Giving one's vote to somebody who comes; what was given already, with the way to take it back."""
    event = _assembly(request, slug)
    form = ProxyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proxies.give(event, giver=request.user, **form.cleaned_data)
            return redirect("events:proxy", slug)
        except Refused as refusal:
            form.add_error(refusal.field, refusal)
            return told(_page(request, event, form), refusal)
    return _page(request, event, form)


@require_POST
@login_required
def proxy_withdraw(request, slug):
    event = _assembly(request, slug)
    try:
        proxies.withdraw(event, giver=request.user)
    except Refused as refusal:
        return told(_page(request, event, ProxyForm(), refusal=refusal), refusal)
    return redirect("events:proxy", slug)


def _assembly(request, slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).of_kind(Event.Kind.ASSEMBLY), slug=slug)


def _page(request, event: Event, form: ProxyForm, *, refusal: Refused | None = None):
    context = {"event": event, "form": form, "vote": proxies.vote_of(event, request.user), "refusal": refusal}
    return render(request, "events/proxy.html", context)
