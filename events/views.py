from collections import Counter
from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import attaching, confirming, linked_data, registering, sharing
from events.forms import EventFilter, FewerGuestsForm
from events.models import Cycle, Event, Registration, Venue
from events.panel import answered, panel_of, preview_of
from events.programme import Season, with_meetings
from events.refusals import Busy, told
from members.models import Club
from smclub import share_cards
from smclub.keeping import kept_here
from smclub.paging import page_of
from smclub.shared import keep_private, shared

FIRST_YEAR, LAST_YEAR = 1900, 2200


@require_safe
@shared("page", "type", "groupe", "ville")
def event_list(request):
    """What is to come; cancelled and postponed meetings stay in it with their banner until their date."""
    upcoming = Event.objects.listed_for(request.user).upcoming()
    chosen = EventFilter(request.GET, events=upcoming)
    page = page_of(chosen.narrow(upcoming).for_cards(), request.GET.get("page"))
    return render(request, "events/event_list.html", {"page": page, "filter": chosen})


@require_safe
@shared("page", "annee")
def event_past(request):
    past = Event.objects.listed_for(request.user).past()
    year = _year(request.GET.get("annee", ""))
    page = page_of((past.in_year(year) if year else past).for_cards(), request.GET.get("page"))
    numbers = Counter(day.year for day in past.days())
    years = [{"year": one, "number": numbers[one]} for one in sorted(numbers, reverse=True)]
    return render(request, "events/event_past.html", {"page": page, "years": years, "year": year})


@require_safe
@shared()
def programme(request, season):
    """All the meetings of one season on a page that prints; of this season, even before anything is planned."""
    club = kept_here("club", Club.current)
    wanted = Season.named(season, club)
    listed = Event.objects.listed_for(request.user)
    seasons = with_meetings(listed, club)
    now = Season.of(timezone.localdate(), club)
    if wanted is None or (wanted not in seasons and wanted != now):
        raise Http404
    before = max((one for one in seasons if one.last < wanted.first), key=lambda one: one.first, default=None)
    after = min((one for one in seasons if one.first > wanted.last), key=lambda one: one.first, default=None)
    context = {"season": wanted, "before": before, "after": after, "events": listed.in_season(wanted).for_cards()}
    return render(request, "events/programme.html", context)


@require_safe
@shared("page")
def event_detail(request, slug):
    event = get_object_or_404(Event.objects.readable_by(request.user).for_page(), slug=slug)
    response = _page(request, event, wish=request.GET)
    return keep_private(response) if event.is_confidential or not event.is_published else response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request, slug):
    """POST: the desired state. GET, from a visitor's form or after signing in: the page, with what they chose filled in."""
    if request.method != "POST" or not request.user.is_authenticated:
        return redirect(_with_wish(request, _event(request, slug)))
    event = get_object_or_404(Event.objects.published(), slug=slug)  # whom it exists for is asked by the verb, or by the page
    form = answered(event, request.user, request.POST)
    if form.is_valid():
        try:
            registering.join(event, member=request.user, **form.wanted)
            return _answer(request, slug) if request.htmx else redirect(f"{event.get_absolute_url()}#rsvp")
        except registering.Refused as refusal:
            form.refuse(refusal)
            return _page(request, _event(request, slug), form=form, refusal=refusal)
    return _page(request, _event(request, slug), form=form)


@require_POST
@login_required
def leave(request, slug):
    event = get_object_or_404(Event, slug=slug, registrations__member=request.user)
    try:
        registering.leave(event, member=request.user)
    except registering.Refused as refusal:
        return _page(request, _event(request, slug), refusal=refusal)
    return _answer(request, slug)


@require_POST
@login_required
def claim(request, slug):
    """A place that is free at the last minute, to the first of those waiting who takes it."""
    event = get_object_or_404(Event, slug=slug, registrations__member=request.user)
    try:
        registration = registering.claim(event, member=request.user)
    except registering.Refused as refusal:
        return _page(request, _event(request, slug), refusal=refusal)
    if registration.is_waiting:
        return _page(request, _event(request, slug), refusal=registering.too_late(registration))
    return _answer(request, slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_by_link(request, slug, token):
    """The same page for who takes a place at the last minute."""
    return _by_link(request, slug, token, _claim, template="events/registration_claim.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_by_link(request, slug, token):
    """The link of a letter: a page with a button, because mail scanners open every link; nobody needs to sign in."""
    return _by_link(request, slug, token, _leave, template="events/registration_leave.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_by_link(request, slug, token):
    """The same for who still comes; the other button is that of the page above."""
    return _by_link(request, slug, token, confirming.confirm, template="events/registration_confirm.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guests_by_link(request, slug, token):
    """Fewer guests, without signing in: whom an organiser registered may have no account to say it with."""
    registration, refusal, is_changed = _of_link(slug, token), None, False
    form = FewerGuestsForm(request.POST if request.method == "POST" else None, brought=registration.guests)
    if form.is_valid():
        try:
            registration, is_changed = registering.bring(registration, **form.cleaned_data), True
        except registering.Refused as error:
            refusal = error if error.field is None else form.add_error(error.field, error)
    context = {"event": registration.event, "registration": registration, "refusal": refusal, "is_changed": is_changed}
    context |= {"form": form, "may_ask_again": isinstance(refusal, Busy)}
    return told(render(request, "events/registration_guests.html", context), refusal)


@require_safe
@shared()
def cycle_detail(request, slug):
    listed = Event.objects.listed_for(request.user).without_stubs()
    cycle = get_object_or_404(Cycle.objects.of_some(listed), slug=slug)
    events = listed.filter(cycle=cycle).in_cycle_order().for_cards()
    return render(request, "events/cycle_detail.html", {"cycle": cycle, "events": events})


@require_safe
@shared("page")
def venue_detail(request, slug):
    venue = get_object_or_404(Venue, slug=slug)
    here = Event.objects.listed_for(request.user).with_shown_venue().filter(venue=venue)
    past = page_of(here.past().for_cards(), request.GET.get("page"))
    context = {"venue": venue, "upcoming": here.upcoming().for_cards(), "past": past}
    if not context["upcoming"] and not context["past"]:
        raise Http404  # it may be somebody's home
    return render(request, "events/venue_detail.html", context)


@require_safe
def event_card(request, pk, shape, digest):
    """The picture drawn of a meeting that everybody may hear of."""
    event = get_object_or_404(Event.objects.announced().select_related("venue"), pk=pk)
    return share_cards.answer(request, linked_data.card(event, club=Club.current()), shape=shape, asked=digest)


def _claim(registration: Registration) -> Registration:
    return registering.claim_place(registration)


def _leave(registration: Registration) -> Registration:
    return registering.give_back(registration)


def _by_link(request, slug: str, token: str, deed, *, template: str) -> HttpResponse:
    """What the token of a letter opens: the page asks, its button does the deed."""
    registration, refusal = _of_link(slug, token), None
    if request.method == "POST":
        try:
            registration = deed(registration)
        except registering.Refused as error:
            refusal = error
    may_ask_again = isinstance(refusal, Busy)
    context = {"event": registration.event, "registration": registration, "refusal": refusal, "may_ask_again": may_ask_again}
    if request.method == "POST" and deed is _claim and registration.is_waiting and not refusal:
        context["too_late"] = registering.too_late(registration)
    return told(render(request, template, context), refusal)


def _of_link(slug: str, token: str) -> Registration:
    """The registration that the link of a letter is about."""
    read = Registration.objects.with_reader().select_related("event__venue", "member")
    return get_object_or_404(read.filter(event__in=Event.objects.published()), token=token, event__slug=slug)


def _event(request, slug: str) -> Event:
    return get_object_or_404(Event.objects.listed_for(request.user).for_page(), slug=slug)


def _page(request, event: Event, *, form=None, wish=None, refusal=None):
    """The page of an event, or its panel alone for htmx (which only takes a 200)."""
    if event.is_stub:
        return render(request, "events/event_stub.html", {"event": event, "panel": panel_of(event, request.user)})
    is_shown = event.is_published
    panel = panel_of(event, request.user, form=form, wish=wish) if is_shown else preview_of(event, request.user)
    context = {"event": event, "panel": panel, "wish": wish, "refusal": None if form else refusal}  # a form says it itself
    if request.htmx and request.method == "POST":
        return render(request, "events/_rsvp.html", context | {"is_answer": True})
    talks = list(event.talks.for_page(request.user))
    partners = SimpleLazyObject(lambda: list(event.partners.for_page()))
    context |= {"talks": talks, "partners": partners, "topics": event.topic_items.select_related("tag")}
    context["left"] = attaching.left_by(event, request.user)
    if event.cycle_id:
        sessions = Event.objects.listed_for(request.user).without_stubs()
        context["sessions"] = sessions.filter(cycle=event.cycle_id).in_cycle_order()
    if event.may_be_announced:
        context |= _passed_on(event, talks=talks, partners=partners, left=context["left"])
    return told(render(request, "events/event_detail.html", context), refusal)


def _passed_on(event: Event, *, talks, partners, left) -> dict:
    """What machines read and people pass on, as everybody may read it; made where it is shown."""
    club = kept_here("club", Club.current)
    return {
        "club": club,
        "data": partial(linked_data.event_data, event, club=club, talks=talks, partners=partners, left=left),
        "share_cards": partial(linked_data.cards, event, club=club),
        "message": partial(sharing.message, event, talks=talks),
        "calendars": partial(sharing.calendars, event),
    }


def _answer(request, slug: str) -> HttpResponse:
    """After a deed: the panel as it is now, or the page again."""
    event = Event.objects.listed_for(request.user).for_page().filter(slug=slug).first()
    if event is None:  # the invitation was all that they had
        return redirect("events:list")
    return _page(request, event) if request.htmx else redirect(f"{event.get_absolute_url()}#rsvp")


def _with_wish(request, event: Event) -> str:
    """The page with what was chosen, by way of the door for who is not signed in."""
    typed = request.GET.get("guests") or request.POST.get("guests") or "0"
    wish = {"going": 1, "guests": typed} if typed.isascii() and typed.isdigit() and len(typed) < 5 else {"going": 1}
    page = f"{event.get_absolute_url()}?{urlencode(wish)}#rsvp"
    return page if request.user.is_authenticated else f"{reverse('account_login')}?{urlencode({'next': page})}"


def _year(typed: str) -> int | None:
    """A year of the strip of years; anything else shows every year."""
    year = int(typed) if len(typed) == 4 and typed.isascii() and typed.isdigit() else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None
