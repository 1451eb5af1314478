from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import tickets
from events.models import Event, Registration


@never_cache
@require_safe
@login_required
def my_ticket(request, slug):
    """Of who is signed in."""
    return _ticket(request, _registrations().filter(member=request.user), slug)


@never_cache
@require_safe
def ticket_by_link(request, slug, token):
    """The link of a letter; nobody needs to sign in."""
    return _ticket(request, _registrations().filter(token=token), slug)


@never_cache
@require_safe
def ticket_code(request, slug, token):
    """The code alone, for the letter that says so."""
    registration = get_object_or_404(_registrations().going(), token=token, event__slug=slug)
    return HttpResponse(tickets.png(tickets.address_of(registration)), content_type="image/png")


def _registrations():
    return Registration.objects.live().filter(event__in=Event.objects.published()).select_related("event__venue", "member")


def _ticket(request, registrations, slug: str):
    """A place has a ticket; who waits has none, which the page says."""
    registration = get_object_or_404(registrations, event__slug=slug)
    event = registration.event
    code = tickets.drawing(tickets.address_of(registration)) if registration.is_going and not event.is_called_off else None
    return render(request, "events/ticket.html", {"event": event, "registration": registration, "code": code})
