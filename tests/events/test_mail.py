"""Every letter of this app put into words, in both languages, and dropped once it is no longer true."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from events import admitting, calendar, inviting, registering, reminding, scheduling, speaking, writing
from events.assembly import convoking
from events.models import Event
from members import outbox
from members.mail import COMPOSERS, letter
from members.models import Letter
from tests.cast import cast
from tests.make import make_event, make_member, make_proxy, make_registration, make_talk, make_venue

pytestmark = pytest.mark.django_db
State = Letter.State


def send_all():
    outbox.sweep()
    return [message.subject for message in mail.outbox]


def a_letter_of_each_kind(member):
    """One live letter of every kind to `member`; returns the kinds."""
    olga, venue = cast("olga"), make_venue(street="3 rue du Port", postcode="35000")

    def event(title, **fields):
        return make_event(title=title, venue=venue, max_guests=2, **fields)

    registering.join(event("registered"), member=member, guests=1)
    full = event("waiting", capacity=1)
    make_registration(event=full)
    registering.join(full, member=member)
    promoted = event("promoted", capacity=0)
    make_registration(event=promoted, member=member, state="waiting")
    Event.objects.filter(pk=promoted.pk).update(capacity=3)
    registering.capacity_changed(promoted)
    left = event("left")
    registering.leave(left, member=make_registration(event=left, member=member).member)
    admitting.remove(make_registration(event=event("removed"), member=member), by=olga, reason="Doublon")
    skipping = event("skipped", capacity=2)
    leaving = [make_registration(event=skipping).member for _n in range(2)]
    make_registration(event=skipping, member=member, state="waiting", guests=2)
    registering.leave(skipping, member=leaving[0])
    soon = event("last_minute", days=0.2, capacity=1)
    leaving = make_registration(event=soon).member
    make_registration(event=soon, member=member, state="waiting")
    registering.leave(soon, member=leaving)
    registering.join(event("asked", is_by_approval=True), member=member)
    for deed, kind in [(admitting.approve, "accepted"), (admitting.decline, "declined")]:
        deed(make_registration(event=event(kind, is_by_approval=True), member=member, state="pending"), by=olga)
    for verb, kind in [("cancel", "cancelled"), ("postpone", "postponed")]:
        called_off = event(kind)
        make_registration(event=called_off, member=member)
        getattr(scheduling, verb)(called_off, by=olga, reason="Grève")
    online = event("moved_online")
    make_registration(event=online, member=member)
    scheduling.move_online(online, by=olga, reason="Grève")
    restored = event("restored", status="cancelled")
    make_registration(event=restored, member=member)
    scheduling.restore(restored, by=olga)
    linked = event("new_link", is_online=True, online_url="https://visio.example.org/hier")
    make_registration(event=linked, member=member)
    scheduling.change_link(linked, online_url="https://visio.example.org/demain", by=olga)
    moved = event("rescheduled")
    make_registration(event=moved, member=member)
    scheduling.reschedule(moved, by=olga, venue=make_venue(name="Ailleurs"))
    _reminders(event, member)
    written = event("mailing")
    make_registration(event=written, member=member)
    said = {"subject": f"mailing ({member.language})", "body": "La salle est **au premier**.", "nonce": "n"}
    writing.write(written, by=olga, to=["going"], **said)
    _proxies(event, member)
    letter("events.convocation", key="c", to=member, **convoking.facts(event("convocation", kind="assembly")))
    inviting.invite(event("invitation", audience="invitation"), by=olga, member=member)
    speaking.tell(make_talk(event=event("remark")), talks={}, image_consent="yes", is_public=True, remark="Un micro, merci.")
    return {row.kind for row in Letter.objects.all()}


def _proxies(event, member):
    revoked = {"revoked_at": timezone.now()}
    for kind, fields in {
        "proxy_given": {"holder": member},
        "proxy_recorded": {"giver": member},
        "proxy_returned": {"giver": member} | revoked,
        "proxy_revoked": {"holder": member} | revoked,
    }.items():
        proxy = make_proxy(event=event(kind, kind="assembly"), **fields)
        letter(f"events.{kind}", key=kind, to=member, proxy=proxy.pk, reason="Le papier n’était pas signé.")


def _reminders(event, member):
    """Of a meeting in half a day, and of one online in half an hour."""
    long_since = timezone.now() - timedelta(days=3)
    online = {"is_online": True, "online_url": "https://visio.example.org/salle"}
    full = event("still_coming", days=6, capacity=1)
    make_registration(event=full, member=member, state_changed_at=long_since)
    tomorrow, soon = event("tomorrow", days=0.5, access_notes="Code 1234."), event("soon", days=1 / 48, **online)
    make_registration(event=tomorrow, member=member, state_changed_at=long_since)
    joined = make_registration(event=soon, member=member, state_changed_at=long_since)
    reminding.remind()
    Letter.objects.get(kind="events.tomorrow", context__registration=joined.pk).delete()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_of_letter_is_written_in_the_language_of_its_reader(language):
    member = make_member(language=language)
    kinds = a_letter_of_each_kind(member)
    assert kinds == {kind for kind in COMPOSERS if kind.startswith("events.")}
    send_all()
    assert Letter.objects.exclude(state=State.SENT).count() == 0
    for row in Letter.objects.filter(member=member):
        title = row.kind.removeprefix("events.")
        assert title in row.subject
        assert row.subject not in ("", title)
        assert title in row.text
        assert title in row.html
        assert f">{Event.objects.get(title=title).local_day.day}</span>" in row.html  # the date block
        assert "{{" not in row.text + row.html
        prefix = "/en/" if language == "en" else "/"
        assert f"http://localhost:8000{prefix}evenements/" in row.text


def test_french_letters_are_french():
    member = make_member(language="fr")
    a_letter_of_each_kind(member)
    send_all()
    text = "\n".join(Letter.objects.values_list("text", flat=True))
    for english in ("You ", "Your ", "Reason:", " from ", "This meeting", "Sign in"):
        assert english not in text


def test_a_title_cannot_add_a_header_or_markup():
    member = cast("milan")
    registering.join(make_event(title="A & B\r\nBcc: x@example.org <script>"), member=member)
    send_all()
    (message,) = mail.outbox
    assert message.recipients() == [member.email]
    assert "\n" not in message.subject
    assert "A & B" in message.subject
    assert "A & B" in message.body
    assert "<script>" not in message.alternatives[0].content


@pytest.mark.parametrize("undo", ["leave", "remove", "cancel", "over", "erase"])
def test_a_confirmation_that_is_no_longer_true_is_dropped(undo):
    event, milan = make_event(), make_member()
    registration = registering.join(event, member=milan)
    letter = Letter.objects.get()
    now = event.ends_at if undo == "over" else None
    if undo == "leave":
        registering.leave(event, member=milan)
        registering.join(event, member=milan)  # a new one is written, and this one stays untrue
    elif undo == "remove":
        admitting.remove(registration, by=cast("olga"))
    elif undo == "cancel":
        scheduling.cancel(event, by=cast("olga"))
    elif undo == "erase":
        registration.member = None
        registration.save()
    with time_machine.travel(now or event.published_at.now(event.published_at.tzinfo)):
        outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == State.DROPPED


def test_the_letter_of_a_cancellation_is_dropped_once_it_is_restored():
    event = make_event()
    make_registration(event=event)
    scheduling.cancel(event, by=cast("olga"))
    letter = Letter.objects.get()
    scheduling.restore(event, by=cast("olga"))
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == State.DROPPED


def later(event, **by):
    return {"starts_at": event.starts_at + timedelta(**by), "ends_at": event.ends_at + timedelta(**by)}


@pytest.mark.parametrize(
    ("since", "is_told"),
    [
        (lambda event, by: calendar.place_changed(event.venue), True),  # its street is spelled otherwise
        (lambda event, by: scheduling.reschedule(event, by=by, is_silent=True, **later(event, minutes=10)), True),
        (lambda event, by: scheduling.reschedule(event, by=by, **later(event, minutes=10)), False),
        (lambda event, by: scheduling.reschedule(event, by=by, venue=make_venue(name="Ailleurs")), False),
        (lambda event, by: scheduling.cancel(event, by=by), False),
        (lambda event, by: [scheduling.cancel(event, by=by), scheduling.restore(event, by=by)], False),
    ],
)
def test_the_letter_of_a_change_leaves_unless_a_later_one_was_written(since, is_told):
    event = make_event(venue=make_venue())
    make_registration(event=event)
    event = scheduling.reschedule(event, by=cast("olga"), **later(event, days=1))
    letter = Letter.objects.get()
    since(event, cast("olga"))
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == (State.SENT if is_told else State.DROPPED)
    assert Letter.objects.exclude(pk=letter.pk).exists() is not is_told


def test_a_change_of_guests_does_not_lose_the_confirmation():
    event, milan = make_event(max_guests=2), cast("milan")
    registering.join(event, member=milan)
    registering.set_guests(event, member=milan, guests=2)
    assert len(send_all()) == 1
    assert "2" in mail.outbox[0].body


def test_the_rank_is_the_one_at_the_hour_of_sending():
    event = make_event(capacity=1)
    make_registration(event=event)
    first = registering.join(event, member=make_member())
    second = registering.join(event, member=make_member())
    registering.leave(event, member=first.member)
    outbox.deliver(Letter.objects.get(kind="events.waiting", member=second.member).pk)
    assert "1er" in mail.outbox[0].body


EVENING = datetime(2026, 3, 10, 18, tzinfo=ZoneInfo("UTC"))
AS_IT_WAS = "Au lieu de : mardi 10 mars 2026, de 19 h à 21 h"


@time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("UTC")), tick=False)
@pytest.mark.parametrize(
    ("new", "is_said"),
    [
        ({"starts_at": EVENING + timedelta(days=1), "ends_at": EVENING + timedelta(days=1, hours=2)}, True),
        ({"ends_at": EVENING + timedelta(hours=3)}, True),
        ({"zone_name": "Indian/Reunion"}, True),
        ({"is_hour_to_be_confirmed": True}, True),
        ({"is_online": True}, False),
    ],
)
def test_the_letter_of_a_change_says_what_was_and_what_is(new, is_said):
    event = make_event(starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
    make_registration(event=event)
    scheduling.reschedule(event, by=cast("olga"), **new)
    send_all()
    assert (AS_IT_WAS in mail.outbox[0].body.replace("\N{NO-BREAK SPACE}", " ")) is is_said


@time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("UTC")), tick=False)
def test_what_was_stands_between_blank_lines_and_so_does_what_to_do():
    event = make_event(title="Soirée", starts_at=EVENING, ends_at=EVENING + timedelta(hours=2), venue=make_venue())
    make_registration(event=event)
    scheduling.reschedule(event, by=cast("olga"), venue=make_venue(name="Ailleurs"), **later(event, days=1))
    send_all()
    said = mail.outbox[0].body.replace("\N{NO-BREAK SPACE}", " ").split("\n\n")
    assert [part.partition("\n")[0] for part in said] == [
        "Cette rencontre change de date ou de lieu. Venez-vous toujours\N{NARROW NO-BREAK SPACE}? "
        "Votre inscription est conservée\N{NARROW NO-BREAK SPACE}; si oui, vous n’avez rien à faire.",
        AS_IT_WAS,
        "Soirée",
        "Dire que vous venez toujours :",
        "Vous ne pouvez plus venir\N{NARROW NO-BREAK SPACE}? Rendez votre place ici, en un clic :",
        "Vous recevez ce message parce que vous vous êtes inscrit·e à cette rencontre.",
    ]
    assert said[1].splitlines() == [AS_IT_WAS, "Au lieu de : La Fabrique, Rennes"]


def test_who_waits_has_no_place_to_give_back():
    event = make_event(capacity=1)
    registering.join(event, member=make_member())
    registering.join(event, member=make_member())
    send_all()
    ways_out = ("Rendez votre place ici", "Quittez la liste d’attente ici")
    assert [[way in letter.body for way in ways_out] for letter in mail.outbox] == [[True, False], [False, True]]
