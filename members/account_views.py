"""What a member does with their own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import profiles, views
from members.forms import AccountForm, ProfileForm
from members.models import Application, GroupMembership, Member, Person
from smclub.shared import keep_private

READERS = {  # who is asked for one's own page; no row of the database has the number 0
    "visiteur": AnonymousUser,
    "membre": lambda: Member(pk=0, standing=Member.Standing.MEMBER, name=_("A member")),
}
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


@require_safe
@never_cache
@login_required
def profile_seen(request, reader):
    """One's own page as somebody else gets it: the very same view, asked by a visitor or by a member who is nobody."""
    if reader not in READERS:
        raise Http404
    owner = request.user
    person = Person.objects.filter(member=owner).first()
    if person is None:
        return redirect("members:profile")
    try:
        request.user = READERS[reader]()
        return keep_private(views.person_page(request, person.slug, seen_by=reader))
    except Http404:
        return keep_private(render(request, "members/profile_unseen.html", {"seen_by": reader}))
    finally:
        request.user = owner
