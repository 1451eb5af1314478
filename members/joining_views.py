"""From friend to member: the pages of who applies, of who is invited, of who vouches."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members import join_links, joining, sponsoring
from members.forms import AnswerForm, ApplicationForm, FirstNameForm, SponsorshipForm
from members.models import Application, Club, JoinLink, Sponsorship

require_form = require_http_methods(["GET", "HEAD", "POST"])


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
            messages.success(request, joining.apply(visitor, **form.said))
            return redirect("members:me")
        except joining.Refused as refusal:
            form.add_error(None, str(refusal))
    return _application_page(request, form=form)


@require_POST
@login_required
def answer(request):
    """The applicant answers the club's question."""
    application = Application.objects.latest_of(request.user)
    if application is None:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            messages.success(request, joining.answer(application, by=request.user, **form.cleaned_data))
            return redirect("members:me")
        except joining.Refused as refusal:
            form.add_error(None, str(refusal))
    return _application_page(request, answer_form=form)


def _application_page(request, *, form=None, answer_form=None):
    application = Application.objects.latest_of(request.user)
    context = {
        "form": form or ApplicationForm(member=request.user),
        "answer_form": answer_form or AnswerForm(),
        "joining": Club.current().joining,
        "application": application,
        "inquiry": application and application.inquiries.unanswered().first(),
    }
    return render(request, "members/application_form.html", context)


@require_POST
@login_required
def take_up(request):
    """Accepts the club's invitation to become a member."""
    try:
        messages.success(request, joining.take_up(request.user))
    except joining.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("members:me")


@require_form
@never_cache
def sponsor(request, token):
    """The link of a letter: a page with two buttons, because mail scanners open every link; nobody needs to sign in."""
    named = get_object_or_404(Sponsorship.objects.of_link(token))
    sponsorship = Sponsorship.objects.asked_still().filter(pk=named.pk).first()
    form = SponsorshipForm(request.POST if request.method == "POST" else None)
    if sponsorship and form.is_valid():
        try:
            sponsoring.answer(sponsorship, **form.cleaned_data)
        except joining.Refused:  # decided meanwhile
            sponsorship = None
    context = {"sponsorship": sponsorship, "form": form}
    return render(request, "members/sponsorship_form.html", context, status=200 if sponsorship else 410)


@require_form
@never_cache
def join(request, token):
    """A joining link: a page with a button; who has no account opens one first and comes back here."""
    link = get_object_or_404(JoinLink.objects.select_related("group").of_token(token))
    form = None
    if request.user.is_authenticated:
        form = FirstNameForm(request.POST if request.method == "POST" else None, member=request.user)
        if form.is_valid():
            try:
                messages.success(request, join_links.take(link, member=request.user, **form.cleaned_data))
                return redirect("members:me")
            except joining.Refused as refusal:
                form.add_error(None, str(refusal))
                link.refresh_from_db()  # a use that was given back does not count
    is_in = form is not None and not join_links.gives(link, member=request.user)
    return render(request, "members/join_link.html", {"link": link, "form": form, "is_in": is_in})
