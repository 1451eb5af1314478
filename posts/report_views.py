from allauth.account.adapter import get_adapter
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Attachment
from members.mail import may_write_to
from posts import reporting
from posts.comment_forms import ReportForm, TakeDownForm
from posts.models import Comment, Page
from smclub import limits
from smclub.addresses import absolute

HOUR = 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request):
    sent = request.POST if request.method == "POST" else None
    photo = Attachment.objects.visible_to(request.user).photo_at((sent or request.GET).get("url", "")[:500])
    form = (TakeDownForm if photo else ReportForm)(sent, initial=_what_is_known(request))
    if form.is_valid() and _receive(request, form):
        return redirect("posts:report_thanks")
    page = Page.objects.filter(slug="signaler-intro").in_language(get_language()).first()
    return render(request, "posts/comments/report_form.html", {"form": form, "page": page, "photo": photo})


@require_safe
def report_thanks(request):
    return render(request, "posts/comments/report_thanks.html")


def _what_is_known(request) -> dict:
    """The address from the link that was followed, and who is signed in."""
    known = {"url": request.GET.get("url", "")[:500]}
    number = request.GET.get("comment", "")
    if number.isdecimal() and len(number) < 19 and (comment := _comments(request).filter(pk=number).first()):
        known["url"] = absolute(comment.get_absolute_url())
    if request.user.is_authenticated:
        known |= {"name": request.user.name, "email": request.user.email}
    return known


def _comments(request):
    return Comment.objects.in_discussions_of(request.user).counted()


def _receive(request, form: ReportForm) -> bool:
    """Whether the sender may be thanked; whoever filled the trap is."""
    notice = form.cleaned_data
    if notice.pop("website"):
        return True
    place = limits.network(get_adapter(request).get_client_ip(request))
    if not limits.allowed("report", place, times=5, seconds=HOUR):
        form.add_error(None, _("That makes many reports in a short time. Send this one again in an hour, or write to us."))
        return False
    try:
        reporting.receive(
            **notice,
            comment=_comments(request).at(notice["url"]),
            reporter=request.user if request.user.is_authenticated else None,
            acknowledged=bool(notice["email"]) and may_write_to(notice["email"]),
        )
    except reporting.Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    return True
