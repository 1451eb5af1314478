"""Two tables, each row as somebody meets it: what a person or an organiser does with a registration, and what becomes of those
of a meeting when something happens to it. Each row on every surface that it has; the verbs' own corners are elsewhere.

What moves no registration: pages, calendars and machines in test_statuses and test_calendar, reminders in test_reminding, who
came in test_door.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from smclub import erasing
from tests.cast import cast
from tests.events.tables import (
    CLAIM,
    CLAIM_BY_LINK,
    LEAVE,
    LEAVE_BY_LINK,
    at_desk,
    bring,
    door,
    form,
    join,
    letters,
    log,
    meeting,
    on_meeting,
    registering,
    said,
    seats,
    standing,
)
from tests.make import make_venue

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SOON = timezone.now() + DAY
LATE = -6 * HOUR  # before the start: the cut-off is past
WORD = {"reason": "Double compte"}


@dataclass(frozen=True)
class Row:
    by: dict  # the surfaces that the row has, each with its deed
    before: str = ""
    after: str | None = None  # None: as before, to the last field
    event: dict | None = None
    at: timedelta | None = None  # from the start of the meeting; else ten days before
    letters: str = ""
    log: str = ""  # of the desk and the door: the page of a member writes none
    says: str | dict = ""  # on the page that answers
    sequence: int = 0  # steps of the calendar entry


def drive(client, row: Row, surface: str):
    event = meeting(row.before, **(row.event or {}))
    untouched = list(event.registrations.order_by("pk").values())
    with time_machine.travel(event.starts_at + row.at) if row.at else contextlib.nullcontext():
        answer = row.by[surface](client, event)
    rev = event.rsvp_rev
    event.refresh_from_db()
    after = row.before if row.after is None else row.after
    assert standing(event) == after
    assert (event.taken(), event.ical_sequence) == (seats(after), row.sequence)
    assert letters() == sorted(row.letters.split(", "))
    assert log() == ("" if surface in ("page", "link") else row.log)
    assert (row.says.get(surface, "") if isinstance(row.says, dict) else row.says) in said(answer)
    assert answer.status_code == 200
    if row.after is None:
        assert list(event.registrations.order_by("pk").values()) == untouched
    elif surface != "account":  # whose past meetings are history
        assert event.rsvp_rev > rev, "under the lock"


def each(table: dict[str, Row]) -> list:
    return [pytest.param(row, surface, id=f"{name} · {surface}") for name, row in table.items() for surface in row.by]


# -- what somebody does with a registration -------------------------------------------------
FULL = {"capacity": 1}
PARTIES = {"capacity": 3, "max_guests": 3}
ON_REQUEST = {"is_by_approval": True, "capacity": 1}
BOTH = {"page": LEAVE, "link": LEAVE_BY_LINK}
NO_ROOM = {"page": "<span>Complet </span>", "desk": "Toutes les places sont prises : dites pourquoi"}
JOINED = {"page": join(), "desk": registering()}

STATES = {
    # none, CANCELLED → join
    "none, join with guests: going": Row(
        {"page": join(2), "desk": registering(guests="2")},
        "ann going",
        "ann going, milan going+2",
        {"capacity": 4, "max_guests": 2},
        letters="registered milan",
        log="registration.register",
    ),
    "none, join a full meeting: waiting, at the tail": Row(
        JOINED,
        "ann going, bob waiting",
        "ann going, bob waiting, milan waiting",
        FULL,
        letters="waiting milan",
        log="registration.register",
        says={"page": '<strong class="rsvp-rank">2e</strong>', "desk": "Milan Membre est sur la liste d’attente."},
    ),
    "none, join with one place free and a party of two ahead: nobody ahead could use it": Row(
        JOINED,
        "ann going+1, bob waiting+1",
        "ann going+1, bob waiting+1, milan going",
        PARTIES,
        letters="skipped bob, registered milan",
        log="registration.register",
    ),
    "cancelled, join again: at the tail": Row(
        JOINED,
        "milan cancelled, ann going, bob waiting",
        "ann going, bob waiting, milan waiting",
        FULL,
        letters="waiting milan",
        log="registration.register",
    ),
    "cancelled, join again with room: going, at the tail": Row(
        JOINED,
        "milan cancelled, ann going",
        "ann going, milan going",
        letters="registered milan",
        log="registration.register",
    ),
    "none, join on request: pending, no place is held": Row(
        {"page": join()}, "ann going", "ann going, milan pending", {"is_by_approval": True}, letters="asked milan"
    ),
    "none, registered by an organiser on request: the answer is given": Row(
        {"desk": registering()}, "", "milan going", ON_REQUEST, letters="registered milan", log="registration.register"
    ),
    "cancelled, join again on request: pending, at the tail": Row(
        {"page": join()}, "milan cancelled, ann pending", "ann pending, milan pending", ON_REQUEST, letters="asked milan"
    ),
    "none, join a full meeting without a waiting list: unchanged": Row(
        JOINED, "ann going", event=FULL | {"has_waiting_list": False}, says=NO_ROOM
    ),
    "cancelled, join a full meeting without a waiting list: unchanged": Row(
        JOINED, "milan cancelled, ann going", event=FULL | {"has_waiting_list": False}, says=NO_ROOM
    ),
    "none, registered with a reason: going, ahead and beyond": Row(
        {"desk": registering(reason="Elle anime.")},
        "ann going, bob waiting",
        "ann going, bob waiting, milan going",
        FULL,
        letters="registered milan",
        log="registration.register",
    ),
    # what guards it
    "none, join, cancelled": Row(JOINED, event={"status": "cancelled"}, says={"page": "est annulée", "desk": "rétablissez-la"}),
    "none, join, postponed": Row(JOINED, event={"status": "postponed"}, says={"page": "est reportée", "desk": "rétablissez-la"}),
    "none, join, not open yet": Row({"page": join()}, event={"rsvp_opens_at": SOON}, says="Les inscriptions ouvrent"),
    "none, registered by an organiser before it opens": Row(
        {"desk": registering()},
        "",
        "milan going",
        {"rsvp_opens_at": SOON},
        letters="registered milan",
        log="registration.register",
    ),
    "none, join, closed": Row(JOINED, at=HOUR, says="Les inscriptions sont closes"),
    "none, join, over": Row(JOINED, at=DAY, says="Cette rencontre a eu lieu."),
    "none, join, more guests than may come": Row(
        {"page": join(2), "desk": registering(guests="2")},
        event={"max_guests": 1},
        says={"page": "inférieure ou égale à 1", "desk": "1 accompagnant·e au plus"},
    ),
    "none, join, more people than there are places": Row(
        {"page": join(2), "desk": registering(guests="2")},
        event={"max_guests": 2, "capacity": 2},
        says={"page": "Il n’y a pas autant de places en tout.", "desk": "Il n’y a pas autant de places en tout"},
    ),
    # PENDING
    "pending, approve: going": Row(
        {"desk": at_desk("approve")},
        "milan pending",
        "milan going",
        ON_REQUEST,
        letters="accepted milan",
        log="registration.approve",
    ),
    "pending, approve a full meeting: waiting, where the request was": Row(
        {"desk": at_desk("approve")},
        "ann going, milan pending, bob waiting",
        "ann going, milan waiting, bob waiting",
        ON_REQUEST,
        letters="accepted milan",
        log="registration.approve",
    ),
    "pending, approve, full without a waiting list: unchanged": Row(
        {"desk": at_desk("approve")},
        "ann going, milan pending",
        event=ON_REQUEST | {"has_waiting_list": False},
        says="Toutes les places sont prises.",
    ),
    "pending, decline": Row(
        {"desk": at_desk("decline", **WORD)},
        "milan pending",
        "milan removed",
        ON_REQUEST,
        letters="declined milan",
        log="registration.decline",
    ),
    # remove
    "pending, remove": Row(
        {"desk": at_desk("remove", **WORD)},
        "milan pending, ann waiting",
        "milan removed, ann going",
        FULL,
        letters="removed milan, promoted ann",
        log="registration.remove",
    ),
    "waiting, remove": Row(
        {"desk": at_desk("remove", **WORD)},
        "ann going, milan waiting, bob waiting",
        "ann going, milan removed, bob waiting",
        FULL,
        letters="removed milan",
        log="registration.remove",
    ),
    "going, remove: the places are free": Row(
        {"desk": at_desk("remove", **WORD)},
        "milan going+1, ann waiting, bob waiting, cleo waiting",
        "milan removed+1, ann going, bob going, cleo waiting",
        {"capacity": 2},
        letters="removed milan, promoted ann, promoted bob",
        log="registration.remove",
    ),
    "going, remove, over: unchanged": Row(
        {"desk": at_desk("remove", **WORD)}, "milan going", at=DAY, says="Cette rencontre a eu lieu."
    ),
    # leave
    "pending, leave: without a letter": Row(BOTH, "milan pending", "milan cancelled", ON_REQUEST),
    "waiting, leave: nobody is promoted": Row(
        BOTH, "ann going, milan waiting, bob waiting", "ann going, milan cancelled, bob waiting", FULL, letters="left milan"
    ),
    "going, leave: the places are free": Row(
        BOTH,
        "milan going+1, ann waiting+2, bob waiting",
        "milan cancelled+1, ann waiting+2, bob going",
        {"capacity": 2},
        letters="left milan, skipped ann, promoted bob",
    ),
    "going, leave, until it is over": Row(BOTH, "milan going", "milan cancelled", at=HOUR, letters="left milan"),
    "going, leave, over: unchanged": Row(BOTH, "milan going", at=DAY, says="Cette rencontre a eu lieu."),
    "cancelled, leave: unchanged": Row(BOTH, "milan cancelled"),
    # join again
    "going, join again: unchanged": Row(JOINED, "milan going", says={"page": "Vous y serez", "desk": "figure déjà sur la liste"}),
    "waiting, join again: unchanged, with its rank": Row(
        JOINED, "ann going, milan waiting, bob waiting", event=FULL, says={"page": "1er", "desk": "figure déjà sur la liste"}
    ),
    "pending, join again: unchanged": Row(
        JOINED, "milan pending", event=ON_REQUEST, says={"page": "demandé une place", "desk": "figure déjà sur la liste"}
    ),
    # guests
    "going, fewer guests: the places are free": Row(
        {"page": join(1), "link": bring(1)},
        "milan going+2, ann waiting",
        "milan going+1, ann going",
        PARTIES,
        letters="promoted ann",
    ),
    "going, more guests with room": Row({"page": join(2)}, "milan going", "milan going+2", PARTIES),
    "going, more guests without room: unchanged, and going": Row(
        {"page": join(2)},
        "milan going+1, ann going",
        event=PARTIES,
        says="Il n’y a pas assez de places : votre inscription reste comme elle était.",
    ),
    "waiting, fewer guests: going once they fit": Row(
        {"page": join(0), "link": bring(0)},
        "ann going+1, milan waiting+1",
        "ann going+1, milan going",
        PARTIES,
        letters="promoted milan",
    ),
    "waiting, fewer guests after the cut-off: going once they fit": Row(
        {"page": join(0), "link": bring(0)},
        "ann going+1, milan waiting+1, bob waiting",
        "ann going+1, milan going, bob waiting",
        PARTIES,
        at=LATE,
        letters="promoted milan",
        says={"page": "Vous y serez", "link": "nous vous attendons"},
    ),
    "going, more guests by the link of a letter: unchanged": Row(
        {"link": bring(2)}, "milan going+1", event=PARTIES, says="inférieure ou égale à 1"
    ),
    "going, fewer guests once more are here: unchanged": Row(
        {"page": join(0), "link": bring(0)},
        "milan here+1",
        event=PARTIES | {"days": 0},
        says="Vous êtes déjà plus nombreux sur place.",
    ),
    "waiting, more guests: the rank is kept": Row(
        {"page": join(2)}, "ann going+2, milan waiting, bob waiting", "ann going+2, milan waiting+2, bob waiting", PARTIES
    ),
    # promote
    "waiting, promoted in the order of arrival": Row(
        {"desk": on_meeting("promote")},
        "milan waiting, ann waiting+2, bob waiting",
        "milan going, ann waiting+2, bob going",
        {"capacity": 2},
        letters="skipped ann, promoted milan, promoted bob",
        log="event.promote",
    ),
    "waiting, promoted after the cut-off: nobody while absent": Row(
        {"desk": on_meeting("promote")},
        "milan waiting",
        "milan waiting",
        at=LATE,
        letters="last_minute milan",
        log="event.promote",
    ),
    "waiting, a place by hand: ahead and beyond": Row(
        {"desk": at_desk("seat", reason="Elle anime.")},
        "ann going, bob waiting, milan waiting+1",
        "ann going, bob waiting, milan going+1",
        FULL,
        letters="promoted milan",
        log="registration.seat",
    ),
    "waiting, a place by hand without a reason: unchanged": Row(
        {"desk": at_desk("seat", reason="")}, "ann going, milan waiting", event=FULL, says="errorlist"
    ),
    "pending, a place by hand": Row(
        {"desk": at_desk("seat", reason="Elle anime.")},
        "ann going, milan pending",
        "ann going, milan going",
        ON_REQUEST,
        letters="accepted milan",
        log="registration.seat",
    ),
    # claim
    "waiting, claim after the cut-off: going": Row(
        {"page": CLAIM, "link": CLAIM_BY_LINK},
        "ann waiting, milan waiting",
        "ann waiting, milan going",
        FULL,
        at=LATE,
        letters="promoted milan",
        says={"page": "Vous y serez", "link": "La place est à vous"},
    ),
    "waiting, claim a place that is gone: unchanged": Row(
        {"page": CLAIM, "link": CLAIM_BY_LINK},
        "ann going, milan waiting",
        event=FULL,
        at=LATE,
        says="quelqu’un a été plus rapide. Vous gardez votre rang.",
    ),
    "waiting, claim after registration has closed: unchanged": Row(
        {"page": CLAIM, "link": CLAIM_BY_LINK}, "milan waiting", event=FULL, at=HOUR, says="Les inscriptions sont closes."
    ),
    # REMOVED
    "removed, reinstate: going, at the tail": Row(
        {"desk": at_desk("reinstate")},
        "milan removed, ann going",
        "ann going, milan going",
        letters="registered milan",
        log="registration.reinstate",
    ),
    "removed, reinstate to a full meeting: waiting, behind the others": Row(
        {"desk": at_desk("reinstate")},
        "milan removed, ann going, bob waiting",
        "ann going, bob waiting, milan waiting",
        FULL,
        letters="waiting milan",
        log="registration.reinstate",
    ),
    "removed, join: unchanged": Row({"page": join()}, "milan removed", says="L’organisation a annulé votre inscription"),
    # the door
    "waiting, at the door: going": Row(
        {"door": door("admit", is_confirmed="on")}, "milan waiting", "milan here", {"days": 0}, log="event.admit"
    ),
    "none, at the door: going": Row(
        {"door": door("walk_in", name="Milan", email="milan@example.org")}, "", "milan here", {"days": 0}, log="event.walk_in"
    ),
}


@pytest.mark.parametrize(("row", "surface"), each(STATES))
def test_what_somebody_does_with_a_registration(client, row, surface):
    drive(client, row, surface)


# Every deed from every state, with room: what becomes of it, or why nothing does.
DEEDS = {
    "join": join(),
    "leave": LEAVE,
    "claim": CLAIM,
    "register": registering(),
    "approve": at_desk("approve"),
    "decline": at_desk("decline", reason=""),
    "seat": at_desk("seat", reason="Elle anime."),
    "remove": at_desk("remove", reason=""),
    "reinstate": at_desk("reinstate"),
}
EVERY = """
           join       leave      claim      register   approve    decline    seat       remove     reinstate
pending    .          cancelled  .          .          going      removed    going      removed    .
waiting    .          cancelled  going      .          .          .          going      removed    .
going      .          cancelled  .          .          .          .          .          removed    .
cancelled  going      .          .          going      .          .          .          .          .
removed    .          .          .          going      .          .          .          .          going
"""
CROSSED = [
    (row[0], deed, becomes)
    for row in map(str.split, EVERY.strip().splitlines()[1:])
    for deed, becomes in zip(EVERY.split()[: len(DEEDS)], row[1:], strict=True)
]


@pytest.mark.parametrize(("state", "deed", "becomes"), CROSSED)
def test_every_deed_from_every_state(client, state, deed, becomes):
    event = meeting(f"milan {state}, ann going")
    before = list(event.registrations.order_by("pk").values())
    assert DEEDS[deed](client, event).status_code == 200
    row = event.registrations.get(member=cast("milan"))
    assert row.state == (state if becomes == "." else becomes)
    if becomes == ".":
        assert list(event.registrations.order_by("pk").values()) == before
        assert (letters(), log()) == ([""], "")


@pytest.mark.parametrize("deed", [LEAVE, CLAIM])
def test_on_the_page_there_is_nothing_to_do_without_a_registration(client, deed):
    event = meeting("ann going")
    assert deed(client, event).status_code == 404
    assert (standing(event), letters(), log()) == ("ann going", [""], "")


# -- what happens to registrations when something happens to their meeting -------------------
def later(**by):
    """The dates of the meeting, so much later."""
    return {name: lambda event, name=name: getattr(event, name) + timedelta(**by) for name in ("starts_at", "ends_at")}


def erased(client, event):
    """Milan asks for it on his own page; a day goes by."""
    client.force_login(cast("milan"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("my_data_erase"), {"address": cast("milan").email}, follow=True)
    with time_machine.travel(timezone.now() + DAY + HOUR):
        assert erasing.sweep() == 1
    return answer


def of_accounts(client, who: str, action: str, *people, **data):
    client.force_login(cast(who))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    said = {"action": action, "_selected_action": [one.pk for one in people], "confirmed": "yes", **data}
    return client.post(reverse("admin:members_member_changelist"), said, follow=True)


def blocked(client, event):
    return of_accounts(client, "olga", "block", cast("milan"), reason="Insultes répétées")


def merged(client, event):
    """Mona is Milan as well."""
    return of_accounts(client, "oscar", "merge", cast("milan"), cast("mona"), into=cast("milan").pk)


QUEUE = "ann going, bob waiting, cleo waiting+1"
EVERYBODY = "ann going, bob waiting, cleo pending, dora cancelled, emil removed"
OFF = {"capacity": 1, "status": "cancelled"}
HAPPENINGS = {
    # more room
    "more places": Row(
        {"desk": form(capacity=2)},
        QUEUE,
        "ann going, bob going, cleo waiting+1",
        FULL | {"max_guests": 1},
        letters="promoted bob",
        log="event.capacity",
    ),
    "no limit any more": Row(
        {"desk": form(capacity="")},
        QUEUE,
        "ann going, bob going, cleo going+1",
        FULL | {"max_guests": 1},
        letters="promoted bob, promoted cleo",
        log="event.capacity",
    ),
    "fewer places kept": Row(
        {"desk": form(reserved=0)},
        QUEUE,
        "ann going, bob going, cleo waiting+1",
        {"capacity": 2, "reserved": 1, "max_guests": 1},
        letters="promoted bob",
        log="event.capacity",
    ),
    "promotion goes on": Row(
        {"desk": form(is_promotion_paused="")},
        QUEUE,
        "ann going, bob going, cleo going+1",
        {"capacity": 4, "max_guests": 1, "is_promotion_paused": True},
        letters="promoted bob, promoted cleo",
    ),
    "a later cut-off": Row(
        {"desk": form(promotion_cutoff_at=lambda event: event.starts_at - HOUR)},
        "ann going, bob waiting",
        "ann going, bob going",
        {"capacity": 2, "days": 0.3},
        letters="promoted bob",
        log="event.reschedule",
    ),
    "a later start": Row(
        {"desk": form(**later(days=7))},
        "ann going, bob waiting",
        "ann going, bob going",
        {"capacity": 2, "days": 0.3},
        letters="promoted bob, rescheduled ann",
        log="event.reschedule",
        sequence=1,
    ),
    # fewer places
    "fewer places than are taken: asked first, with the figures": Row(
        {"desk": form(capacity=1)},
        "ann going, bob going, cleo waiting",
        event={"capacity": 2},
        says="2 places sont prises pour 1",
    ),
    "fewer places than are taken: nobody is removed": Row(
        {"desk": form(capacity=1, is_fewer="on")},
        "ann going, bob going, cleo waiting",
        "ann going, bob going, cleo waiting",
        {"capacity": 2},
        log="event.capacity",
    ),
    "fewer places than are taken: newcomers wait": Row(
        {"page": join()}, "ann going, bob going", "ann going, bob going, milan waiting", FULL, letters="waiting milan"
    ),
    "fewer places than are taken: who leaves is followed by nobody": Row(
        {"page": LEAVE},
        "ann going, milan going, bob waiting",
        "ann going, milan cancelled, bob waiting",
        FULL,
        letters="left milan",
    ),
    # other terms
    "no waiting list any more while somebody waits": Row(
        {"desk": form(has_waiting_list="")}, QUEUE, event=FULL, says="2 inscriptions sont en attente"
    ),
    "no requests any more while one is unanswered": Row(
        {"desk": form(is_by_approval="")}, "ann pending", event={"is_by_approval": True}, says="1 demande attend"
    ),
    "fewer guests allowed: those who bring more keep them": Row(
        {"desk": form(max_guests=0)}, "ann going+2", "ann going+2", {"max_guests": 2}
    ),
    # called off
    "cancelled": Row(
        {"desk": on_meeting("cancel", reason="Grève")},
        EVERYBODY,
        EVERYBODY,
        FULL,
        letters="cancelled ann, cancelled bob, cancelled cleo",
        log="event.cancel",
        sequence=1,
    ),
    "cancelled a second time": Row({"desk": on_meeting("cancel", reason="")}, EVERYBODY, event=OFF),
    "cancelled, once it is over": Row(
        {"desk": on_meeting("cancel", reason="")}, "ann going", at=DAY, says="Cette rencontre a eu lieu."
    ),
    "cancelled: nobody is promoted, whoever leaves": Row(
        BOTH, "milan going, ann waiting", "milan cancelled, ann waiting", OFF, letters="left milan"
    ),
    "restored": Row(
        {"desk": on_meeting("restore")},
        "ann going, bob waiting, cleo waiting, dora cancelled",
        "ann going, bob going, cleo waiting, dora cancelled",
        {"capacity": 2, "status": "cancelled"},
        letters="promoted bob, restored ann, restored cleo",
        log="event.restore",
        sequence=1,
    ),
    "restored, once it is over": Row(
        {"desk": on_meeting("restore")}, "ann going", event=OFF, at=DAY, says="Cette rencontre a eu lieu."
    ),
    "postponed": Row(
        {"desk": on_meeting("postpone", reason="Grève")},
        EVERYBODY,
        EVERYBODY,
        FULL,
        letters="postponed ann, postponed bob, postponed cleo",
        log="event.postpone",
        sequence=1,
    ),
    "postponed, then a date: asked whether they still come": Row(
        {"desk": form(**later(days=14))},
        "ann going, bob waiting, cleo waiting",
        "ann going, bob going, cleo waiting",
        {"capacity": 2, "status": "postponed"},
        letters="promoted bob, rescheduled ann, rescheduled cleo",
        log="event.reschedule",
        sequence=1,
    ),
    "moved online": Row(
        {"desk": on_meeting("move_online", reason="", online_url="")},
        EVERYBODY,
        EVERYBODY,
        FULL,
        letters="moved_online ann, moved_online bob, moved_online cleo",
        log="event.move_online",
        sequence=1,
    ),
    # another hour or place
    "another hour": Row(
        {"desk": form(**later(hours=2))},
        EVERYBODY,
        EVERYBODY,
        FULL,
        letters="rescheduled ann, rescheduled bob, rescheduled cleo",
        log="event.reschedule",
        sequence=1,
    ),
    "another zone, the clock staying": Row(
        {"desk": form(zone_name="Indian/Reunion")},
        "ann going",
        "ann going",
        letters="rescheduled ann",
        log="event.reschedule",
        sequence=1,
    ),
    "another place": Row(
        {"desk": form(venue=lambda event: make_venue().pk)},
        EVERYBODY,
        EVERYBODY,
        FULL,
        letters="rescheduled ann, rescheduled bob, rescheduled cleo",
        log="event.reschedule",
        sequence=1,
    ),
    "twenty minutes later, in silence": Row(
        {"desk": form(is_silent="on", **later(minutes=20))}, "ann going", "ann going", log="event.reschedule", sequence=1
    ),
    "an hour later, in silence": Row(
        {"desk": form(is_silent="on", **later(hours=1))}, "ann going", says="une demi-heure et plus, leur est annoncé"
    ),
    "no date any more": Row(
        {"desk": form(precision="none", starts_at=None, ends_at=None)}, "ann going", says="reportez plutôt cette rencontre"
    ),
    "another title": Row({"desk": form(title="Autre titre")}, EVERYBODY, EVERYBODY, FULL),
    # never deleted
    "taken off the site while somebody is registered": Row(
        {"desk": form(published_at=None)}, "ann waiting", event=FULL, says="annulez-la ou reportez-la"
    ),
    "discarded once it was on the site": Row({"desk": on_meeting("discard")}, "ann cancelled", says="annulez la rencontre"),
    "published: those who wait are seated": Row(
        {"desk": on_meeting("publish")},
        "ann waiting, bob waiting",
        "ann going, bob waiting",
        FULL | {"published_at": None},
        letters="promoted ann",
        log="event.publish",
    ),
    # accounts
    "an account is erased: its places are free, before it goes": Row(
        {"account": erased},
        "milan going+1, ann waiting, bob waiting",
        "– cancelled+1, ann going, bob going",
        {"capacity": 2},
        letters="promoted ann, promoted bob",
        log="erasure.ask, erasure.done",
    ),
    "an account that waits is erased: nobody is promoted": Row(
        {"account": erased},
        "ann going, milan waiting, bob waiting",
        "ann going, – cancelled, bob waiting",
        FULL,
        log="erasure.ask, erasure.done",
    ),
    "an account is erased after the meeting: the figures stay": Row(
        {"account": erased},
        "milan going+1, ann waiting",
        "– going+1, ann waiting",
        {"capacity": 2, "days": -9},
        log="erasure.ask, erasure.done",
    ),
    "an account is blocked: its places are free, and it joins no more": Row(
        {"desk": blocked},
        "milan going, ann waiting",
        "milan removed, ann going",
        FULL,
        letters="removed milan, promoted ann",
        log="member.block, registration.remove",
    ),
    "an account is blocked after the meeting: the figures stay": Row(
        {"desk": blocked}, "milan going", event={"days": -9}, log="member.block"
    ),
    "two accounts are merged: the better answer stays, the other place is free": Row(
        {"desk": merged},
        "milan going, ann waiting, mona going",
        "milan going, ann going",
        {"capacity": 2},
        letters="promoted ann",
        log="member.merge",
    ),
    "two accounts are merged: the place, with the larger party that fits": Row(
        {"desk": merged},
        "mona waiting+2, milan going, ann going",
        "milan going+1, ann going",
        {"capacity": 3, "max_guests": 3},
        log="member.merge",
    ),
    # over
    "over: what is said stays": Row(
        {"page": join(2), "link": LEAVE_BY_LINK},
        "milan going",
        event={"max_guests": 2},
        at=DAY,
        says="Cette rencontre a eu lieu.",
    ),
    # the door
    "somebody comes in beyond the places: asked first": Row(
        {"door": door("walk_in", name="Ugo")}, "ann going", event=FULL | {"days": 0}, says="Places prises : 1 sur 1."
    ),
    "somebody comes in beyond the places": Row(
        {"door": door("walk_in", name="Ugo", people=2, is_confirmed="on")},
        "ann going",
        "ann going, – here+1",
        FULL | {"days": 0},
        log="event.walk_in",
    ),
    "who waits comes in beyond the places": Row(
        {"door": door("admit", is_confirmed="on")},
        "ann going, bob waiting, milan waiting",
        "ann going, bob waiting, milan here",
        FULL | {"days": 0},
        log="event.admit",
    ),
}


@pytest.mark.parametrize(("row", "surface"), each(HAPPENINGS))
def test_what_happens_to_registrations(client, row, surface):
    drive(client, row, surface)
