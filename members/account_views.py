"""What a member does with their own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import joining, profiles
from members.forms import AccountForm, ApplicationForm, ProfileForm
from members.models import Application, Club, GroupMembership, Person

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
def me(request):
    context = {
        "application": Application.objects.latest_of(request.user),
        "memberships": GroupMembership.objects.of(request.user),
        "person": Person.objects.filter(member=request.user).first(),
    }
    return render(request, "members/me.html", context)


@require_form
@never_cache
@login_required
def name_edit(request):
    """The name others see, the language of letters; comes back to `next`."""
    form = AccountForm(request.POST if request.method == "POST" else None, member=request.user)
    if request.method == "POST" and form.is_valid():
        profiles.introduce(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(_way_back(request))
    return render(request, "members/name_form.html", {"form": form, "next": _way_back(request)})


def _way_back(request) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else "members:me"


@require_form
@never_cache
@login_required
def profile_edit(request):
    person = Person.objects.filter(member=request.user).first()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProfileForm(*sent, initial=ProfileForm.of(request.user, person), member=request.user, person=person)
    if request.method == "POST" and form.is_valid():
        profiles.present(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("members:me")
    return render(request, "members/profile_form.html", {"form": form, "person": person})


@require_form
@never_cache
def apply(request):
    """Becoming a member; a visitor is shown the way in."""
    visitor = request.user
    if not visitor.is_authenticated:
        return render(request, "members/application_form.html", {"joining": Club.current().joining})
    form = ApplicationForm(request.POST if request.method == "POST" else None, member=visitor)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, joining.apply(visitor, **form.cleaned_data))
            return redirect("members:me")
        except joining.Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "joining": Club.current().joining, "application": Application.objects.latest_of(visitor)}
    return render(request, "members/application_form.html", context)


@require_http_methods(["POST"])
@login_required
def take_up(request):
    """Accepts the club's invitation to become a member."""
    try:
        messages.success(request, joining.take_up(request.user))
    except joining.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("members:me")
