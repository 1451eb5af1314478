"""The page of the door, opened by who runs the meeting under its own name, or by the signed link of a volunteer."""

import functools
import secrets
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import tickets
from events.door import arriving
from events.door.arriving import Keeper
from events.door.forms import LinkForm, WalkInForm
from events.door.lists import door_list
from events.models import DoorLink, Event
from events.refusals import Refused, told
from smclub.addresses import absolute

ASKED = ("full", "same_name")  # refusals that one confirmation overrides
CAMERA = "accelerometer=(), camera=(self), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
NONCE_LENGTH = 40


@dataclass(frozen=True)
class Entrance:
    """To one event, for who came by `key`: its slug, or a signed link."""

    event: Event
    keeper: Keeper
    key: str

    @property
    def address(self) -> str:
        return reverse("door:door", args=[self.key])


def at_the_door(view):
    """Gives the view the entrance that the address opens: 404 where there is none; a link that is over has a page to say so."""

    @never_cache
    @functools.wraps(view)
    def answer(request, key, **named):
        if ":" not in key and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if ":" not in key:
            return view(request, Entrance(_run_by(request.user, key), Keeper(request.user), key), **named)
        link = get_object_or_404(DoorLink.objects.of_key(key).select_related("event__venue"))
        if not link.is_open:
            return render(request, "events/door_shut.html", {"link": link}, status=410)
        return view(request, Entrance(link.event, Keeper(None, link), key), **named)

    return answer


@require_safe
@at_the_door
def door_page(request, entrance):
    """The list; for a script that has it as it was at `rev`, only what is new."""
    if request.htmx and request.GET.get("rev") == str(entrance.event.rsvp_rev):
        return HttpResponse(status=204)
    return _list(request, entrance)


@require_POST
@at_the_door
def check_in(request, entrance, pk):
    return _done(request, entrance, pk, arriving.check_in, people=_number(request.POST.get("people", "")))


@require_POST
@at_the_door
def admit(request, entrance, pk):
    said = {"people": _number(request.POST.get("people", "")), "is_confirmed": "confirme" in request.GET}
    return _done(request, entrance, pk, arriving.admit, **said)


@require_POST
@at_the_door
def undo(request, entrance, pk):
    return _done(request, entrance, pk, arriving.undo)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_door
def walk_in(request, entrance):
    form, refused = WalkInForm(request.POST if request.method == "POST" else None, event=entrance.event), None
    if form.is_valid():
        try:
            done = arriving.walk_in(entrance.event, nonce=_nonce(request), keeper=entrance.keeper, **form.cleaned_data)
            return redirect(f"{entrance.address}#r{done.registration.pk}")
        except Refused as refusal:
            form.ask_to_confirm(refusal) if refusal.code in ASKED else form.refuse(refusal)
            refused = refusal
    context = {"entrance": entrance, "event": entrance.event, "form": form, "nonce": _nonce(request)}
    return told(render(request, "events/door_walk_in.html", context), refused)


@never_cache
@require_safe
def ticket(request, code):
    """What the code of a ticket holds: for who keeps the door by their account its page, for who it belongs to their ticket."""
    registration = get_object_or_404(tickets.of_code(code).select_related("event"))
    event, visitor = registration.event, request.user
    if not visitor.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if Event.objects.run_by(visitor).published().filter(pk=event.pk).exists():
        return redirect(f"{reverse('door:door', args=[event.slug])}?billet={code}")
    get_object_or_404(event.registrations, pk=registration.pk, member=visitor)
    return redirect("events:ticket", event.slug)


# -- the links of volunteers, for who runs the meeting -----------------------------
@never_cache
@require_safe
@login_required
def links(request, slug):
    return _links(request, _run_by(request.user, slug), LinkForm())


@never_cache
@require_POST
@login_required
def give_link(request, slug):
    event, form = _run_by(request.user, slug), LinkForm(request.POST)
    if form.is_valid():
        try:
            arriving.give_link(event, by=request.user, **form.cleaned_data)
            return redirect("door:links", slug)
        except Refused as refusal:
            form.add_error(None, refusal)
    return _links(request, event, form)


@require_POST
@login_required
def revoke_link(request, slug, pk):
    event = _run_by(request.user, slug)
    arriving.revoke_link(get_object_or_404(event.door_links.select_related("event"), pk=pk), by=request.user)
    return redirect("door:links", slug)


# -- what they have in common -------------------------------------------------------
def _run_by(member, slug: str) -> Event:
    return get_object_or_404(Event.objects.run_by(member).published().select_related("venue"), slug=slug)


def _done(request, entrance: Entrance, pk: int, deed, **said) -> HttpResponse:
    """The deed, then the list as it is now: a part of the page for a script, an address to go to for who has none."""
    registration = entrance.event.registrations.filter(pk=pk).first()
    try:
        if registration is None:
            raise arriving.nobody()
        arrival = deed(registration, nonce=_nonce(request), keeper=entrance.keeper, **said)
    except Refused as refusal:
        asks = {"asked": registration, "people": said.get("people")} if refusal.code in ASKED else {}
        return told(_list(request, entrance, refusal=refusal, **asks), refusal)
    if request.htmx:
        return _list(request, entrance, arrival=arrival)
    again = f"?deja={arrival.registration.pk}" if arrival.here_since else ""
    return redirect(f"{entrance.address}{again}#r{arrival.registration.pk}")


def _list(request, entrance: Entrance, **said) -> HttpResponse:
    event = Event.objects.select_related("venue").get(pk=entrance.event.pk) if request.method == "POST" else entrance.event
    query, code = request.GET.get("q", "")[:80], request.GET.get("billet", "")
    only = tickets.of_code(code).filter(event=event).first() if code else None
    context = {"entrance": entrance, "event": event, "query": query, "code": code, "only": only, "nonce": _fresh()}
    context |= {"list": door_list(event, query=query, only=only), "already": _number(request.GET.get("deja", "")), **said}
    response = render(request, f"events/door.html{'#live' if request.htmx else ''}", context)
    response.headers["Permissions-Policy"] = CAMERA
    return response


def _links(request, event: Event, form) -> HttpResponse:
    rows = [
        {"link": link, "address": (address := absolute(reverse("door:door", args=[link.key]))), "code": tickets.drawing(address)}
        for link in event.door_links.good().order_by("-pk")
    ]
    opens, closes = arriving.window(event) if event.takes_registrations else (None, None)
    context = {"event": event, "rows": rows, "form": form, "opens": opens, "closes": closes}
    return render(request, "events/door_links.html", context)


def _number(typed: str) -> int:
    """0, which no deed accepts, for anything but a small number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _nonce(request) -> str:
    """That of the page pressed on; a request without one is of no page of ours, and counts by itself."""
    typed = request.POST.get("nonce", "")
    return typed if typed.isascii() and typed.isalnum() and len(typed) <= NONCE_LENGTH else _fresh()


def _fresh() -> str:
    return secrets.token_hex(16)
