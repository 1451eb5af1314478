"""Calendars: no cookie, no language prefix, nothing that a visitor may not read, the same bytes until something changes."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events import calendar, mine, sharing
from events.forms import AlarmForm
from events.models import Cycle, Event
from members.models import Club, Group, Topic
from partners.models import Partner
from smclub.addresses import absolute
from smclub.keeping import kept
from smclub.shared import SHARED, keep_private, share


@require_safe
def agenda(request):
    return _feed(request, Event.objects.announced(), name=Club.current().name)


@require_safe
def group_agenda(request, slug):
    group = get_object_or_404(Group, slug=slug)
    return _feed(request, Event.objects.announced().filter(group=group), name=group.name)


@require_safe
def cycle_agenda(request, slug):
    cycle = get_object_or_404(Cycle.objects.of_some(Event.objects.announced()), slug=slug)
    return _feed(request, Event.objects.announced().filter(cycle=cycle), name=cycle.title)


@require_safe
def topic_agenda(request, slug):
    events = Event.objects.announced()
    topic = get_object_or_404(Topic.objects.borne_by(events), slug=slug)
    return _feed(request, events.filter(topic_items__tag=topic), name=f"{Club.current().short_name} – {topic}")


@require_safe
def partner_agenda(request, slug):
    partner = get_object_or_404(Partner.objects.announced().select_related("organisation"), slug=slug)
    events = Event.objects.announced().with_partner(partner.organisation)
    return _feed(request, events, name=f"{Club.current().short_name} – {partner}")


@require_safe
def personal_agenda(request, signed):
    """The meetings that the holder of the signed address goes to, with the alarm that the address asks for, if any."""
    member = calendar.member_of(signed)
    if member is None:
        raise Http404
    events = Event.objects.visible_to(member).attended_by(member)
    with translation.override(member.language):
        name = _("My meetings – %(club)s") % {"club": Club.current().short_name}
    asked = request.GET.get("rappel", "")
    response = _feed(request, events, name=name, member=member, alarm=asked if asked in calendar.ALARMS else "")
    keep_private(response)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def event_file(request, slug):
    """One meeting: what is announced for everybody, the rest for those who may read the whole of it."""
    is_known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    events = Event.objects.visible_to(request.user) if is_known else Event.objects.announced()
    event = events.for_calendar().filter(slug=slug).first()
    if event is None and is_known:
        is_known, event = False, Event.objects.announced().for_calendar().filter(slug=slug).first()
    if event is None:
        raise Http404
    response = _answer(request, calendar.file(event, is_inside=is_known), made_at=timezone.now())
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request):
    """One's own meetings, the address of their calendar with the alarm that was chosen, and the button that gives another."""
    if request.method == "POST":
        calendar.rotate(request.user)
        return redirect("events:my_calendar")
    chosen = AlarmForm(request.GET)
    alarm = chosen.cleaned_data["rappel"] if chosen.is_valid() else ""
    address = absolute(reverse("agenda_personal", args=[calendar.token(request.user)]) + _query(alarm))
    meetings = {"to_come": mine.to_come(request.user), "been_at": mine.been_at(request.user)}
    return render(request, "events/my_calendar.html", {"form": chosen, **meetings, **sharing.subscription(address)})


def _feed(request, events, *, name: str, member=None, alarm: str = "") -> HttpResponse:
    def body() -> bytes:
        source = absolute(request.path + _query(alarm))
        before = calendar.ALARMS.get(alarm)
        return calendar.feed(list(events.for_feed()), name=name, source=source, member=member, alarm=before)

    if member:
        return _answer(request, body())
    made, made_at = kept(f"calendar:{request.path}", lambda: (body(), timezone.now()))
    return _answer(request, made, made_at=made_at)


def _query(alarm: str) -> str:
    return f"?rappel={alarm}" if alarm else ""


def _answer(request, body: bytes, *, made_at: datetime | None = None) -> HttpResponse:
    """With a strong ETag. Its date is when these bytes were made: what enters a feed may be older than all that is in it."""
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["ETag"] = etag
    if made_at:
        response.headers["Last-Modified"] = http_date(made_at.timestamp())
    response.headers["Cache-Control"] = SHARED
    return get_conditional_response(request, etag, None, share(request, response))
