"""The letters of this app put into words, each dropped once it is no longer true."""

from datetime import datetime

from django.utils import timezone

from events import attaching, calendar, reminding, speaking, tickets, wording
from events.models import Event, Invitation, Mailing, Proxy, Registration, Talk
from members import preferring
from members.mail import composes
from smclub.addresses import absolute, in_language

State = Registration.State


def _facts(event: Event, language: str) -> dict:
    """What every letter about a meeting says: which, when, where, and its page in the reader's language."""
    return {
        "event": event,
        "when": wording.when(event),
        "event_url": absolute(in_language(language, "events:detail", event.slug)),
    }


def _by_link(letter, registration: Registration, deed: str) -> str:
    """The page where its reader does that, signed in or not."""
    return absolute(in_language(letter.language, f"events:{deed}_by_link", registration.event.slug, registration.token))


def _of(letter, registration: Registration) -> dict:
    """The facts, and what its reader may do about them."""
    said = {"registration": registration, "leave_url": _by_link(letter, registration, "leave")}
    if registration.guests and not registration.event.is_called_off:
        said["guests_url"] = _by_link(letter, registration, "guests")
    return _facts(registration.event, letter.language) | said


def _confirm_url(letter, registration: Registration) -> str:
    """Where who goes says that they still come."""
    return _by_link(letter, registration, "confirm") if registration.is_going else ""


def _registration(letter) -> Registration | None:
    return (
        Registration.objects.select_related("event__venue", "member")
        .with_reader()
        .filter(pk=letter.context["registration"])
        .first()
    )


def _about_a_state(letter, *states: str) -> dict | None:
    """The facts when the registration is still in one of `states`, and has not left and come back since."""
    registration = _registration(letter)
    if (
        registration is None
        or registration.state not in states
        or registration.state_changed_at.isoformat() != letter.context["since"]
    ):
        return None
    return _of(letter, registration)


def _about_a_place(letter, *states: str) -> dict | None:
    """The same, while the meeting is still to come: the news that it is called off has a letter of its own."""
    facts = _about_a_state(letter, *states)
    return None if facts is None or facts["event"].is_called_off or facts["event"].is_over else facts


def _with_file(facts: dict | None) -> dict | None:
    """With the entry for the calendar of who goes; those waiting get none, which would look like a place."""
    if facts and facts["registration"].is_going and facts["event"].precision in (Event.Precision.HOUR, Event.Precision.DAY):
        facts["calendar"] = calendar.file(facts["event"], is_inside=True).decode()
    return facts


def _with_practical(facts: dict | None) -> dict | None:
    """With the ticket, and how to get in for who gets their place so late that no reminder will say it."""
    if facts is None:
        return None
    is_practical = facts["registration"].is_going and reminding.is_tomorrow(facts["event"])
    return facts | tickets.in_letters(facts["registration"]) | {"is_practical": is_practical}


@composes("events.registered")
def registered(letter):
    return _with_practical(_with_file(_about_a_place(letter, State.GOING)))


@composes("events.promoted")
def promoted(letter):
    return _with_practical(_with_file(_about_a_place(letter, State.GOING)))


@composes("events.waiting")
def waiting(letter):
    """With what fewer guests would change, where there is room for some of the party."""
    facts = _about_a_place(letter, State.WAITING)
    return facts and facts | {"rank": facts["registration"].rank(), "room": facts["registration"].room_for_some()}


@composes("events.skipped")
def skipped(letter):
    return _about_a_place(letter, State.WAITING)


@composes("events.last_minute")
def last_minute(letter):
    """As long as there is a place for the whole party."""
    facts = _about_a_place(letter, State.WAITING)
    if facts is None or not facts["event"].is_last_minute or not facts["registration"].fits():
        return None
    return facts | {"claim_url": _by_link(letter, facts["registration"], "claim")}


@composes("events.asked")
def asked(letter):
    return _about_a_place(letter, State.PENDING)


@composes("events.accepted")
def accepted(letter):
    """With the place, or with the rank in the queue where there was none."""
    facts = _with_practical(_with_file(_about_a_place(letter, State.GOING, State.WAITING)))
    return facts and facts | {"rank": facts["registration"].rank()}


@composes("events.declined")
def declined(letter):
    return _about_a_place(letter, State.REMOVED)


@composes("events.left")
def left(letter):
    return _about_a_state(letter, State.CANCELLED)


@composes("events.removed")
def removed(letter):
    return _about_a_state(letter, State.REMOVED)


def _about_the_event(letter) -> dict | None:
    """The facts for somebody still going or waiting, while the event is at the step that the letter tells about."""
    registration = _registration(letter)
    if registration is None or not registration.is_live:
        return None
    event = registration.event
    if event.status != letter.context["status"] or str(event.step) != letter.key.rpartition(":")[2]:
        return None
    return _of(letter, registration)


@composes("events.cancelled")
def cancelled(letter):
    return _with_file(_about_the_event(letter))


@composes("events.postponed")
def postponed(letter):
    return _with_file(_about_the_event(letter))


@composes("events.restored")
def restored(letter):
    return _with_file(_about_the_event(letter))


@composes("events.moved_online")
def moved_online(letter):
    return _with_file(_with_what_was(letter))


@composes("events.rescheduled")
def rescheduled(letter):
    facts = _with_file(_with_what_was(letter))
    return facts and facts | {"confirm_url": _confirm_url(letter, facts["registration"])}


@composes("events.new_link")
def new_link(letter):
    """The link as it is now; none to who gave the place back since."""
    registration = _registration(letter)
    event = registration and registration.event
    if not event or not registration.is_going or event.is_called_off or event.is_over or not event.online_url:
        return None
    return _of(letter, registration)


def _with_what_was(letter) -> dict | None:
    """With the date and the place that the meeting had before, where they differ."""
    facts = _about_the_event(letter)
    if facts is None:
        return None
    event, old = facts["event"], letter.context
    start, end = (old[name] and datetime.fromisoformat(old[name]) for name in ("old_start", "old_end"))
    dated: dict = {
        "precision": old["old_precision"],
        "zone_name": old["old_zone"],
        "is_hour_to_be_confirmed": old["old_tentative"],
    }
    old_when = wording.when(Event(starts_at=start, ends_at=end, **dated))
    old_place = wording.place(old["old_place"], is_online=old["old_online"])
    place = wording.place(str(event.venue or ""), is_online=event.is_online)
    return facts | {
        "old_when": old_when if old_when != facts["when"] else "",
        "old_place": old_place if old_place != place else "",
    }


def _reminder(letter) -> dict | None:
    """The facts for who still goes to the meeting at the hour that it was written about, and wants to be reminded."""
    registration = _registration(letter)
    if registration is None or not registration.is_going:
        return None
    if registration.member and not preferring.wants(registration.member, letter.kind):
        return None
    event = registration.event
    if event.is_called_off or not event.is_published or event.starts_at.isoformat() != letter.context["start"]:
        return None
    if timezone.now() >= reminding.of_kind(letter.kind).closes(event):
        return None
    letter.stop_url = preferring.stop_url(letter, [letter.kind]) if registration.member else ""
    return _of(letter, registration) | {
        "hour": wording.start_hour(event),
        "is_today": event.local_day == timezone.now().astimezone(event.zone).date(),
        "stop_url": letter.stop_url,
        "letters_url": absolute(in_language(letter.language, "members:letters")),
    }


@composes("events.still_coming")
def still_coming(letter):
    facts = _reminder(letter)
    if facts is None or facts["registration"].is_confirmed:
        return None
    is_wanted = facts["event"].registrations.waiting().exists()
    return facts | {"confirm_url": _confirm_url(letter, facts["registration"]), "is_wanted": is_wanted}


@composes("events.tomorrow")
def tomorrow(letter):
    facts = _reminder(letter)
    return facts and facts | tickets.in_letters(facts["registration"])


@composes("events.soon")
def soon(letter):
    facts = _reminder(letter)
    return facts if facts and reminding.is_joined_online(facts["event"]) else None


@composes("events.mailing")
def mailing(letter):
    """Not to who has given their place back since, nor to an address that no talk gives any more."""
    row = Mailing.objects.select_related("event__venue").filter(pk=letter.context["mailing"]).first()
    if row is None:
        return None
    facts = _facts(row.event, letter.language) | {"mailing": row}
    if letter.context["registration"] is None:
        return _with_own_page(letter, facts)
    registration = _registration(letter)
    if registration is None or not registration.is_live:
        return None
    may_leave = not row.event.is_over and not row.event.is_called_off
    return facts | {"registration": registration, "leave_url": _by_link(letter, registration, "leave") if may_leave else ""}


def _with_own_page(letter, facts: dict) -> dict | None:
    """With the link by which who speaks gives their own texts, as long as it opens."""
    if not (pk := letter.context.get("talk")):
        return facts
    talk = facts["event"].talks.filter(pk=pk).first()
    if talk is None or (letter.member is None and talk.email != letter.to_email):
        return None
    is_shut = speaking.is_over(facts["event"])
    return facts | {"own_url": "" if is_shut else absolute(in_language(letter.language, "speaker", speaking.key_of(talk)))}


@composes("events.invitation")
def invitation(letter):
    row = Invitation.objects.select_related("event__venue", "invited_by").filter(pk=letter.context["invitation"]).first()
    if row is None or not row.event.is_published or row.event.is_called_off or row.event.is_over:
        return None
    return _facts(row.event, letter.language) | {"invitation": row}


@composes("events.proxy_given")
def proxy_given(letter):
    return _about_a_proxy(letter, is_standing=True)


@composes("events.proxy_recorded")
def proxy_recorded(letter):
    facts = _about_a_proxy(letter, is_standing=True)
    return facts and facts | {"proxy_url": absolute(in_language(letter.language, "events:proxy", facts["event"].slug))}


@composes("events.proxy_revoked")
def proxy_revoked(letter):
    facts = _about_a_proxy(letter, is_standing=False)
    return facts and facts | {"reason": letter.context["reason"]}


@composes("events.proxy_returned")
def proxy_returned(letter):
    """Unless they have given it to somebody else meanwhile."""
    facts = _about_a_proxy(letter, is_standing=False)
    return None if facts is None or facts["event"].proxies.standing().filter(giver=letter.member).exists() else facts


def _about_a_proxy(letter, *, is_standing: bool) -> dict | None:
    row = Proxy.objects.select_related("event__venue", "giver", "holder").filter(pk=letter.context["proxy"]).first()
    if row is None or row.giver is None or (row.revoked_at is None) != is_standing:
        return None
    if row.holder is None and letter.kind != "events.proxy_returned":  # whose account is no more: their giver hears of it
        return None
    if row.event.is_called_off or row.event.is_over:
        return None
    return _facts(row.event, letter.language) | {"proxy": row}


@composes("events.convocation")
def convocation(letter):
    """To the assembly at the date that it was written about."""
    event = Event.objects.select_related("venue").filter(pk=letter.context["event"]).first()
    if event is None or not event.is_published or event.is_called_off or event.is_over:
        return None
    if event.starts_at.isoformat() != letter.context["start"]:
        return None
    proxy_url = absolute(in_language(letter.language, "events:proxy", event.slug)) if event.proxies_each else ""
    entry = calendar.file(event, is_inside=True).decode()
    papers = attaching.left_by(event, letter.member).documents
    return _facts(event, letter.language) | {"proxy_url": proxy_url, "calendar": entry, "papers": papers}


@composes("events.remark")
def remark(letter):
    talk = Talk.objects.select_related("event__venue", "person").filter(pk=letter.context["talk"]).first()
    return talk and _facts(talk.event, letter.language) | {"talk": talk, "remark": letter.context["remark"]}
