"""Pages made of several apps, and the answers of the house itself."""

import sys

from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from events.models import Event
from partners.models import Partner
from posts.models import Post
from smclub import search as searching
from smclub.paging import page_of
from smclub.searchable import MAX_QUERY, parsed
from smclub.shared import shared

MEETINGS, POSTS, PARTNERS = 5, 3, 8  # on the home page


@require_safe
@shared()
def home(request):
    """What the club is for, what a member gains, what comes next, what was written, with whom."""
    meetings = list(Event.objects.listed_for(request.user).upcoming().for_cards()[:MEETINGS])
    posts = Post.objects.listed_for(request.user).one_per_pair(get_language()).newest_first().for_cards()
    return render(
        request,
        "home.html",
        {
            "next_meeting": next((event for event in meetings if not event.is_called_off), None),
            "meetings": meetings,
            "posts": posts[:POSTS],
            "partners": Partner.objects.published().current().for_cards().order_by("position", "pk")[:PARTNERS],
        },
    )


@require_safe
def search(request):
    """Everything that matches `q`, by kind; `kind` shows one of them, page by page."""
    query = request.GET.get("q", "").strip()
    context = {"query": query[:MAX_QUERY], "is_too_short": bool(query) and parsed(query) is None}
    section = searching.BY_KEY.get(request.GET.get("kind", ""))
    if section and not context["is_too_short"] and query:
        numbers, is_all = searching.found(section, query, visitor=request.user)
        page = page_of(numbers, request.GET.get("page"))
        hits = searching.hits(section, page.object_list, query, visitor=request.user)
        context |= {"section_shown": section, "page": page, "hits": hits, "is_all": is_all}
    else:
        context["sections"] = list(searching.everywhere(query, visitor=request.user))
    return render(request, "search.html", context)


@requires_csrf_token
def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


@requires_csrf_token
def permission_denied(request, exception=None):
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request, exception=None):
    return render(request, "404.html", {"section": ""}, status=404)  # the address belongs to no part of the site


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


@requires_csrf_token
def server_error(request):
    """500, or 503 with Retry-After when it is the database that is away."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = render(None, "503.html", status=503)
        response.headers["Retry-After"] = "30"
        return response
    return render(None, "500.html", status=500)
