from allauth.account.adapter import get_adapter
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import contacting
from members.forms import ContactForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request):
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        initial=ContactForm.of(request.user, subject=request.GET.get("sujet", "")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            contacting.write(**form.cleaned_data, from_address=get_adapter().get_client_ip(request))
            return redirect("members:contact_thanks")
        except contacting.Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/contact.html", {"form": form})


@require_safe
def contact_thanks(request):
    return render(request, "members/contact_thanks.html")
