"""How a row of a table of tests is driven: a meeting and those registered for it, a deed on a page of the site, what follows.

Those registered are written as they stand, in the order they came: "ann going+2, milan waiting"; "here" is going, and all of them
are there. Milan is who acts on the page; Olga is who acts at the desk.
"""

from dataclasses import dataclass

from django.urls import reverse

from events.door import arriving
from events.models import Event, Registration
from members.models import Entry, Letter, Member
from tests.cast import MEMBERS, cast
from tests.events.test_admin import act, save
from tests.make import make_event, make_member, make_registration


def person(name: str) -> Member:
    if name in MEMBERS:
        return cast(name)
    found = Member.objects.filter(email=f"{name}@example.org").first()
    return found or make_member(name=name.title(), email=f"{name}@example.org")


def meeting(standing: str, **fields) -> Event:
    event = make_event(**fields)
    for one in filter(None, standing.split(", ")):
        name, state = one.split()
        state, _plus, guests = state.partition("+")
        fields = {"state": state, "guests": int(guests or 0)}
        if state == "here":
            fields |= {"state": "going", "arrived": 1 + fields["guests"], "checked_in_at": event.starts_at}
        make_registration(event=event, member=person(name), **fields)
    return event


def standing(event: Event) -> str:
    """As `meeting` takes it; "–" is who has no account any more."""
    rows = event.registrations.select_related("member").order_by("queue_no")
    who = [(row.member.email.split("@")[0] if row.member else "–", row) for row in rows]
    return ", ".join(
        f"{name} {'here' if row.arrived else row.state}{f'+{row.guests}' if row.guests else ''}" for name, row in who
    )


def seats(standing: str) -> int:
    """How many places that many people hold."""
    going = [one.split()[1] for one in standing.split(", ") if " going" in one or " here" in one]
    return sum(1 + int(state.partition("+")[2] or 0) for state in going)


def letters() -> list[str]:
    """Which to whom: "promoted ann"; [""] where there are none."""
    rows = Letter.objects.filter(kind__startswith="events.").values_list("kind", "to_email")
    return sorted(f"{kind.removeprefix('events.')} {to.split('@')[0]}" for kind, to in rows) or [""]


def log() -> str:
    """What the verbs wrote; the desk notes besides that a form was saved, and the door needs a link."""
    written = Entry.objects.exclude(verb__startswith="desk.").exclude(verb="event.door_link")
    return ", ".join(written.order_by("pk").values_list("verb", flat=True))


def said(answer) -> str:
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


# -- the deeds, each a request -------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """What Milan posts on the page of the meeting."""

    deed: str
    data: dict

    def __call__(self, client, event):
        client.force_login(cast("milan"))
        return client.post(reverse(f"events:{self.deed}", args=[event.slug]), self.data, follow=True)


@dataclass(frozen=True)
class Link:
    """What Milan posts by the link of a letter, without being signed in."""

    deed: str
    data: dict

    def __call__(self, client, event):
        client.logout()
        token = event.registrations.get(member=cast("milan")).token
        return client.post(reverse(f"events:{self.deed}_by_link", args=[event.slug, token]), self.data, follow=True)


@dataclass(frozen=True)
class Action:
    """An action of the desk on Milan's registration; what asks for words has its second page answered."""

    name: str
    data: dict

    def __call__(self, client, event):
        client.force_login(cast("olga"))
        row = event.registrations.get(member=cast("milan"))
        return act(client, self.name, row, model="registration", confirmed="yes", **self.data)


@dataclass(frozen=True)
class OnMeeting:
    """An action of the desk on the meeting."""

    name: str
    data: dict

    def __call__(self, client, event):
        client.force_login(cast("olga"))
        return act(client, self.name, event, confirmed="yes", **self.data)


@dataclass(frozen=True)
class Form:
    """The form of the meeting at the desk, with some fields changed: a value may be made of the meeting."""

    data: dict

    def __call__(self, client, event):
        client.force_login(cast("olga"))
        fields = {name: value(event) if callable(value) else value for name, value in self.data.items()}
        answer = save(client, event, **fields)
        return client.get(answer["Location"]) if answer.status_code == 302 else answer


@dataclass(frozen=True)
class Registering:
    """The page of the desk where an organiser registers somebody: Milan, unless another address is given."""

    data: dict

    def __call__(self, client, event):
        client.force_login(cast("olga"))
        typed = {"email": cast("milan").email, "name": "", "language": "fr", "guests": "0", "reason": ""} | self.data
        return client.post(reverse("admin:events_event_register", args=[event.pk]), typed, follow=True)


@dataclass(frozen=True)
class Door:
    """A button of the door, pressed by who has its link, on Milan's registration or on none."""

    deed: str
    data: dict

    def __call__(self, client, event):
        client.logout()
        key = arriving.give_link(event, by=cast("olga")).key
        row = Registration.objects.filter(event=event, member=cast("milan")).values_list("pk", flat=True)
        args = [key] if self.deed == "walk_in" else [key, row[0]]
        address = reverse(f"door:{self.deed}", args=args) + ("?confirme" if "is_confirmed" in self.data else "")
        return client.post(address, {"people": 1, "nonce": "n"} | self.data, follow=True)


def join(guests: int = 0) -> Page:
    return Page("register", {"guests": guests})


LEAVE, CLAIM = Page("leave", {}), Page("claim", {})
LEAVE_BY_LINK, CLAIM_BY_LINK = Link("leave", {}), Link("claim", {})


def bring(guests: int) -> Link:
    return Link("guests", {"guests": guests})


def at_desk(name: str, **data) -> Action:
    return Action(name, data)


def on_meeting(name: str, **data) -> OnMeeting:
    return OnMeeting(name, data)


def form(**data) -> Form:
    return Form(data)


def registering(**data) -> Registering:
    return Registering(data)


def door(deed: str, **data) -> Door:
    return Door(deed, data)
