"""The organisers' desk for meetings: it calls the verbs that the site calls."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from events import registering, scheduling, wording
from events.models import Event, EventPartner, Invitation, Registration
from members.models import Entry, Letter
from tests.cast import cast
from tests.desk import send
from tests.make import (
    make_cycle,
    make_event,
    make_event_partner,
    make_group,
    make_member,
    make_organisation,
    make_person,
    make_registration,
    make_talk,
    make_venue,
)

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


def act(client, action, *rows, model="event", **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(reverse(f"admin:events_{model}_changelist"), data, follow=True)


def save(client, event, **fields):
    """Saves the form with `fields` changed; dates are typed in two boxes."""
    typed = {}
    for name in ("published_at", "starts_at", "ends_at", "rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at"):
        at = fields.pop(name, getattr(event, name))
        at = timezone.localtime(at) if at else None
        typed |= {f"{name}_0": f"{at:%Y-%m-%d}" if at else "", f"{name}_1": f"{at:%H:%M:%S}" if at else ""}
    return change(client, event, **typed, **fields)


def change(client, row, **fields):
    """Posts the change form as it stands, with `fields` changed."""
    url = reverse(f"admin:events_{row._meta.model_name}_change", args=[row.pk])
    page = client.get(url)
    data = {}
    for bound in page.context["adminform"].form:
        value = bound.value()
        data[bound.html_name] = "" if value is None or value is False else value
    for formset in page.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
    return client.post(url, data | fields)


def kinds():
    return sorted(row.kind.removeprefix("events.") for row in Letter.objects.all())


@pytest.mark.parametrize("model", ["event", "registration", "venue", "cycle"])
def test_lists_and_forms_open(client, olga, model):
    event = make_event(venue=make_venue(), cycle=make_cycle(), group=make_group())
    make_talk(event=event)
    make_event_partner(event=event)
    row = {"event": event, "registration": make_registration(event=event), "venue": event.venue, "cycle": event.cycle}[model]
    assert client.get(reverse(f"admin:events_{model}_changelist"), {"q": "a"}).status_code == 200
    assert client.get(reverse(f"admin:events_{model}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("shown", ["next", "past", "draft", "later", "nonsense"])
def test_the_list_is_filtered_by_what_is_on_the_site(client, olga, shown):
    rows = {
        "next": make_event(),
        "past": make_event(days=-3),
        "draft": make_event(published_at=None),
        "later": make_event(published_at=timezone.now() + timedelta(days=1)),
    }
    page = client.get(reverse("admin:events_event_changelist"), {"shown": shown})
    expected = [rows[shown]] if shown in rows else list(rows.values())
    assert set(page.context["cl"].result_list) == set(expected)


@pytest.mark.parametrize("number", [2, 12])
def test_the_list_costs_the_same_however_long(client, olga, number, django_assert_max_num_queries):
    for _n in range(number):
        make_registration(event=make_event(venue=make_venue(), group=make_group()))
    with django_assert_max_num_queries(16):
        client.get(reverse("admin:events_event_changelist"))


# -- saving --------------------------------------------------------------------
def test_fewer_places_than_are_taken_are_asked_about_with_the_figures_and_remove_nobody(client, olga):
    event = make_event(capacity=3)
    for _n in range(2):
        make_registration(event=event)
    asked = save(client, event, capacity=1, title="Un autre titre")
    form = asked.context["adminform"].form
    assert form.errors.keys() == {"is_fewer"}
    assert "2 places sont prises pour 1" in asked.text
    assert (form["title"].value(), form["capacity"].value()) == ("Un autre titre", "1")
    assert 'type="checkbox" name="is_fewer"' in asked.text
    assert save(client, event, capacity=1, is_fewer="on").status_code == 302
    event.refresh_from_db()
    assert (event.capacity, event.registrations.going().count()) == (1, 2)
    assert save(client, event, summary="Autre chose").status_code == 302


@pytest.mark.parametrize(
    ("hint", "typed", "is_warned"),
    [
        (40, {"capacity": 41}, True),
        (40, {"capacity": 40}, False),
        (40, {"capacity": ""}, False),
        (None, {"capacity": 400}, False),
        (40, {"title": "Autre titre"}, False),  # it was said when the places were given
    ],
)
def test_more_places_than_the_room_has_are_said_and_kept(client, olga, hint, typed, is_warned):
    event = make_event(venue=make_venue(name="La Halle", capacity_hint=hint), capacity=90)
    assert save(client, event, **typed).status_code == 302
    page = client.get(reverse("admin:events_event_changelist")).text
    assert ("La Halle a environ 40 places, et cette rencontre 41" in page) is is_warned
    event.refresh_from_db()
    assert event.capacity == (typed.get("capacity", 90) or None)


def test_a_smaller_room_is_said_too(client, olga):
    event = make_event(venue=make_venue(), capacity=90)
    save(client, event, venue=make_venue(name="Petite salle", capacity_hint=20).pk)
    assert "Petite salle a environ 20 places" in client.get(reverse("admin:events_event_changelist")).text


def test_a_typing_error_moves_nothing_in_calendars_and_writes_to_nobody(client, olga):
    event = make_event()
    make_registration(event=event)
    before = event.modified_at
    save(client, event, title="Titre corrigé", body="**Gras**")
    event.refresh_from_db()
    assert (event.title, event.body_html.strip(), event.ical_sequence) == ("Titre corrigé", "<p><strong>Gras</strong></p>", 0)
    assert event.modified_at > before
    assert kinds() == []


def test_saving_writes_only_what_was_changed(client, olga):
    """A form opened before a cancellation does not undo it (house rule: update_fields)."""
    event = make_event()
    stale = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(hashtag="rencontre", rsvp_rev=7)
    save(client, stale, title="Autre titre", hashtag="rencontre")
    event.refresh_from_db()
    assert event.hashtag == "rencontre"
    assert event.rsvp_rev > 7


@pytest.mark.parametrize(("silent", "letters"), [("", ["rescheduled"]), ("on", [])])
def test_a_new_date_is_told_once_unless_it_is_silent(client, olga, silent, letters):
    event = make_event()
    make_registration(event=event)
    later = {"starts_at": event.starts_at + timedelta(minutes=29), "ends_at": event.ends_at + timedelta(minutes=29)}
    assert save(client, event, is_silent=silent, **later).status_code == 302
    event.refresh_from_db()
    assert (event.ical_sequence, kinds()) == (1, letters)
    assert event.previous_starts_at is not None


def test_what_those_registered_must_know_is_not_kept_from_them(client, olga):
    event = make_event()
    make_registration(event=event)
    later = {"starts_at": event.starts_at + timedelta(days=7), "ends_at": event.ends_at + timedelta(days=7)}
    assert set(save(client, event, is_silent="on", **later).context["adminform"].form.errors) == {"is_silent"}
    assert set(save(client, event, precision="none", starts_at="", ends_at="").context["adminform"].form.errors) == {"precision"}
    assert save(client, event, title="Titre corrigé", is_silent="on").status_code == 302


def test_a_cancelled_meeting_is_not_moved(client, olga):
    event = make_event(status="cancelled")
    response = save(client, event, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    assert "rétablissez-la" in response.content.decode()
    assert save(client, event, title="Titre corrigé").status_code == 302


@pytest.mark.parametrize(("state", "is_refused"), [("going", True), ("waiting", True), ("pending", True), ("cancelled", False)])
def test_what_people_are_registered_for_does_not_become_a_meeting_elsewhere(client, olga, state, is_refused):
    event = make_event(kind="conference")
    make_registration(event=event, state=state)
    response = send(client, event, kind="external")
    assert response.status_code == (200 if is_refused else 302)
    assert not is_refused or "Des personnes sont inscrites ici" in response.text
    event.refresh_from_db()
    assert event.is_external is not is_refused


@pytest.mark.parametrize(
    ("precision", "start", "end"),
    [
        ("day", (2027, 3, 28, 0, 0), (2027, 3, 29, 0, 0)),
        ("month", (2027, 3, 1, 0, 0), (2027, 4, 1, 0, 0)),
        ("hour", (2027, 3, 28, 19, 0), (2027, 3, 28, 21, 0)),
        ("none", None, None),
    ],
)
def test_dates_become_as_round_as_they_are_known(client, olga, precision, start, end):
    paris = ZoneInfo("Europe/Paris")
    event = make_event(published_at=None)
    typed = datetime(2027, 3, 28, 19, 0, tzinfo=paris)
    assert save(client, event, precision=precision, starts_at=typed, ends_at=None).status_code == 302
    event.refresh_from_db()
    assert event.starts_at == (start and datetime(*start, tzinfo=paris))
    assert event.ends_at == (end and datetime(*end, tzinfo=paris))


def typed(start: str, end: str = "") -> dict:
    """The two boxes of each date: "2027-03-28 19:00", or a day alone."""
    boxes = {}
    for name, text in (("starts_at", start), ("ends_at", end)):
        day, _space, hour = text.partition(" ")
        boxes |= {f"{name}_0": day, f"{name}_1": hour}
    return boxes


@pytest.mark.parametrize(
    ("precision", "start", "end", "first", "last"),
    [
        ("day", "2027-06-12", "", (2027, 6, 12), (2027, 6, 13)),
        ("day", "2027-06-12", "2027-06-13", (2027, 6, 12), (2027, 6, 14)),
        ("month", "2027-06-12", "", (2027, 6, 1), (2027, 7, 1)),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/Martinique"])
def test_no_hour_is_asked_where_none_is_known(client, olga, precision, start, end, first, last, zone):
    event = make_event(published_at=None)
    assert change(client, event, precision=precision, zone_name=zone, **typed(start, end)).status_code == 302
    event.refresh_from_db()
    assert event.starts_at == datetime(*first, tzinfo=ZoneInfo(zone))
    assert event.ends_at == datetime(*last, tzinfo=ZoneInfo(zone))
    page = client.get(reverse("admin:events_event_change", args=[event.pk]))
    shown = page.context["adminform"].form
    assert [str(day or "") for day in (shown["starts_at"].value(), shown["ends_at"].value())] == [
        start if precision == "day" else start[:8] + "01",
        end,
    ]
    assert 'name="starts_at_1" value' not in page.text


def test_what_is_known_to_the_day_is_saved_again_without_moving(client, olga):
    event = make_event(published_at=None)
    change(client, event, precision="day", **typed("2027-06-12", "2027-06-13"))
    event.refresh_from_db()
    before = event.starts_at, event.ends_at, event.ical_sequence
    assert change(client, event, title="Autre titre", **typed("2027-06-12", "2027-06-13")).status_code == 302
    event.refresh_from_db()
    assert (event.starts_at, event.ends_at, event.ical_sequence) == before
    assert event.title == "Autre titre"


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2027-06-12", "", "starts_at"),
        ("2027-06-12 19:00", "2027-06-12", "ends_at"),
        ("2027-03-28 02:30", "", "starts_at"),  # the clocks go from 2 to 3
        ("", "2027-06-12 19:00", "starts_at"),
        ("x", "2027-06-12 19:00", "starts_at"),
        (" 19:00", "", "starts_at"),
    ],
)
def test_an_hour_that_is_missing_or_cannot_be_is_said_next_to_its_field(client, olga, start, end, field):
    response = change(client, make_event(), precision="hour", **typed(start, end))
    assert list(response.context["adminform"].form.errors) == [field]


def test_a_last_day_before_the_first_is_refused(client, olga):
    response = change(client, make_event(), precision="day", **typed("2027-06-12", "2027-06-10"))
    assert list(response.context["adminform"].form.errors) == ["ends_at"]


def test_hours_are_typed_on_the_clock_of_the_meeting_and_kept_when_its_zone_changes(client, olga):
    event = make_event()
    reunion = ZoneInfo("Indian/Reunion")
    hours = typed("2027-06-12 19:00", "2027-06-12 21:00")
    change(client, event, **hours)
    change(client, event, zone_name="Indian/Reunion", **hours)
    event.refresh_from_db()
    assert (event.starts_at, event.ends_at) == (
        datetime(2027, 6, 12, 19, tzinfo=reunion),
        datetime(2027, 6, 12, 21, tzinfo=reunion),
    )


def test_an_event_that_ends_before_it_starts_is_refused_next_to_the_field(client, olga):
    event = make_event()
    response = save(client, event, ends_at=event.starts_at - timedelta(hours=1))
    assert "ends_at" in response.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"rsvp_closes_at": 1}, {"rsvp_closes_at"}),
        ({"rsvp_closes_at": 0}, set()),
        ({"rsvp_opens_at": 0}, {"rsvp_opens_at"}),
        ({"rsvp_opens_at": -30, "rsvp_closes_at": -30}, {"rsvp_opens_at"}),
        ({"rsvp_opens_at": -48, "rsvp_closes_at": -30}, set()),
    ],
)
def test_registration_opens_before_it_closes_and_closes_before_the_meeting(client, olga, fields, refused):
    """TM-03."""
    event = make_event()
    typed = {name: event.starts_at + timedelta(hours=hours) for name, hours in fields.items()}
    page = save(client, event, **typed)
    assert (set(page.context["adminform"].form.errors) if page.status_code == 200 else set()) == refused


def test_an_end_of_registration_that_nobody_typed_moves_with_the_start(client, olga):
    at = timezone.now().replace(microsecond=0) + timedelta(days=9)
    dates = {"starts_at": at, "ends_at": at + timedelta(hours=2)}
    event = make_event(**dates, rsvp_opens_at=at - timedelta(days=3), rsvp_closes_at=at - timedelta(days=1))
    sooner = {"starts_at": event.starts_at - timedelta(days=1), "ends_at": event.ends_at - timedelta(days=1)}
    assert save(client, event, **sooner).status_code == 302
    event.refresh_from_db()
    assert event.starts_at - event.rsvp_closes_at == timedelta(days=1)
    too_soon = {"starts_at": event.starts_at - timedelta(days=2), "ends_at": event.ends_at - timedelta(days=2)}
    assert set(save(client, event, **too_soon).context["adminform"].form.errors) == {"rsvp_opens_at"}


def test_a_published_date_typed_in_the_form_publishes(client, olga):
    event = make_event(published_at=None)
    waiting = make_registration(event=event, state=State.WAITING)
    save(client, event, published_at=timezone.now() - timedelta(minutes=5))
    waiting.refresh_from_db()
    assert waiting.is_going
    assert Entry.objects.filter(verb="event.publish").count() == 1
    event.refresh_from_db()
    page = save(client, event, published_at=None, title="Un titre repris")
    assert list(page.context["adminform"].form.errors) == ["published_at"]
    assert "annulez-la ou reportez-la" in page.content.decode()
    assert 'value="Un titre repris"' in page.content.decode()
    registering.leave(event, member=waiting.member)
    save(client, event, published_at=None)
    event.refresh_from_db()
    assert event.published_at is None


def test_a_new_invitation_line_is_sent(client, olga):
    event = make_event(audience="invitation")
    fields = {"invitations-TOTAL_FORMS": "1", "invitations-0-email": "Nouvelle@example.org", "invitations-0-event": str(event.pk)}
    assert save(client, event, **fields).status_code == 302
    assert Invitation.objects.get().email == "nouvelle@example.org"
    assert kinds() == ["invitation"]


# -- deeds ---------------------------------------------------------------------
@pytest.mark.parametrize(("action", "status"), [("cancel", "cancelled"), ("postpone", "postponed")])
def test_calling_off_asks_for_the_reason_first(client, olga, action, status):
    events = [make_event(), make_event()]
    for event in events:
        make_registration(event=event)
    page = act(client, action, *events)
    assert 'name="reason"' in page.content.decode()
    assert {event.status for event in Event.objects.all()} == {"scheduled"}
    act(client, action, *events, confirmed="yes", reason="Grève")
    assert {(event.status, event.status_reason) for event in Event.objects.all()} == {(status, "Grève")}
    assert kinds() == [status, status]


def test_moving_online_asks_for_the_link_and_refuses_one_of_another_kind(client, olga):
    event = make_event(venue=make_venue())
    assert 'name="online_url"' in act(client, "move_online", event).content.decode()
    page = act(client, "move_online", event, confirmed="yes", reason="Grève", online_url="javascript:alert(1)")
    assert ("errorlist" in page.content.decode(), "Grève" in page.content.decode()) == (True, True)
    act(client, "move_online", event, confirmed="yes", reason="Grève", online_url="https://visio.example/salon")
    event.refresh_from_db()
    assert (event.status, event.venue, event.online_url) == ("online", None, "https://visio.example/salon")
    act(client, "move_back", event)
    event.refresh_from_db()
    assert (event.status, event.venue is None) == ("scheduled", False)


def test_giving_a_venue_in_the_form_ends_a_move_online(client, olga):
    event, venue = make_event(venue=make_venue()), make_venue(name="Ailleurs")
    scheduling.move_online(event, by=olga)
    event.refresh_from_db()
    assert save(client, event, venue=venue.pk, is_online="").status_code == 302
    event.refresh_from_db()
    assert (event.status, event.venue, event.is_online, event.previous_venue) == ("scheduled", venue, False, None)


def test_a_refusal_is_said_and_the_others_are_done(client, olga):
    over, soon = make_event(days=-2, title="Finie"), make_event()
    page = act(client, "cancel", over, soon, confirmed="yes", reason="").content.decode()
    assert "Cette rencontre a eu lieu." in page
    assert [event.status for event in Event.objects.order_by("starts_at")] == ["scheduled", "cancelled"]


def test_publish_restore_promote_and_copy(client, olga):
    draft, cancelled = make_event(published_at=None), make_event(status="cancelled")
    waits = make_registration(event=make_event(capacity=2), state=State.WAITING)
    act(client, "publish", draft)
    act(client, "restore", cancelled, confirmed="yes")
    act(client, "promote", waits.event)
    for row in (draft, cancelled, waits):
        row.refresh_from_db()
    assert (draft.is_published, cancelled.status, waits.state) == (True, "scheduled", State.GOING)
    page = act(client, "copy", draft)
    copied = Event.objects.latest("pk")
    assert page.redirect_chain[-1][0] == reverse("admin:events_event_change", args=[copied.pk])
    assert copied.published_at is None


def test_what_was_published_is_named_with_its_address_and_said_to_be_over(client, olga):
    coming, past = make_event(title="À venir", published_at=None), make_event(title="Passée", published_at=None, days=-3)
    page = act(client, "publish", coming, past).text
    assert f'<a href="{coming.get_absolute_url()}">À venir</a>' in page
    assert f'<a href="{past.get_absolute_url()}">Passée</a> (passée\xa0: parmi les rencontres passées).' in page


@pytest.mark.parametrize(
    ("status", "says"), [("postponed", "elle aura de nouveau lieu à sa date d’avant"), ("cancelled", "elle aura lieu finalement")]
)
def test_restoring_shows_the_date_before_anything_is_done(client, olga, status, says):
    event = make_event(title="La rencontre", status=status)
    page = act(client, "restore", event)
    assert page.context["lines"][0].startswith(f"La rencontre\xa0: {says}, {wording.when(event)}.")
    event.refresh_from_db()
    assert event.status == status
    act(client, "restore", event, confirmed="yes")
    event.refresh_from_db()
    assert event.status == "scheduled"


def test_what_was_postponed_from_a_day_that_is_past_needs_a_new_one(client, olga):
    event = make_event(status="postponed", days=-3)
    steered = "donnez-lui-en une autre sur sa fiche"
    assert steered in act(client, "restore", event).context["lines"][0]
    assert steered in act(client, "restore", event, confirmed="yes").text
    event.refresh_from_db()
    assert event.status == "postponed"


def test_a_registration_is_read_and_taken_back_with_a_reason(client, olga):
    registration = make_registration()
    assert client.get(reverse("admin:events_registration_add")).status_code == 403
    act(client, "remove", registration, model="registration", confirmed="yes", reason="Double compte")
    registration.refresh_from_db()
    assert (registration.state, registration.reason) == (State.REMOVED, "Double compte")
    assert kinds() == ["removed"]


def test_no_page_of_the_desk_shows_a_token(client, olga):
    registration = make_registration()
    for url in (
        reverse("admin:events_registration_changelist"),
        reverse("admin:events_registration_change", args=[registration.pk]),
    ):
        assert registration.token not in client.get(url).content.decode()


def test_nothing_is_deleted(client, olga):
    event = make_event()
    assert client.post(reverse("admin:events_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403


# -- the list at the door --------------------------------------------------------
def test_the_list_names_those_going_and_those_waiting(client, olga):
    event = make_event()
    make_registration(event=event, member=make_member(name="Zoé"), guests=2)
    make_registration(event=event, member=make_member(name="Alix", shows_attendance=False))
    make_registration(event=event, member=make_member(name="Wanda"), state=State.WAITING)
    make_registration(event=event, member=make_member(name="Partie"), state=State.CANCELLED)
    page = client.get(reverse("admin:events_event_attendees", args=[event.pk]))
    assert [row.member.name for row in page.context["going"]] == ["Alix", "Zoé"]
    assert [row.member.name for row in page.context["waiting"]] == ["Wanda"]
    assert (page.context["people"], page.context["guests"]) == (2, 2)
    assert "Partie" not in page.content.decode()


# -- coordinators ------------------------------------------------------------------
def test_a_coordinator_runs_their_group_and_nothing_else(client):
    coralie = cast("coralie")
    client.force_login(coralie)
    own, other = make_group(coordinators=[coralie]), make_group()
    mine, theirs = make_event(group=own), make_event(group=other)
    registrations = [make_registration(event=event) for event in (mine, theirs)]
    assert list(client.get(reverse("admin:events_event_changelist")).context["cl"].result_list) == [mine]
    assert list(client.get(reverse("admin:events_registration_changelist")).context["cl"].result_list) == registrations[:1]
    assert client.get(reverse("admin:events_event_attendees", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("admin:events_event_change", args=[theirs.pk])).status_code == 302
    act(client, "cancel", mine, theirs, confirmed="yes", reason="")
    act(client, "remove", *registrations, model="registration", confirmed="yes", reason="")
    theirs.refresh_from_db()
    assert theirs.status == "scheduled"
    assert [Registration.objects.get(pk=row.pk).state for row in registrations] == [State.REMOVED, State.GOING]
    assert save(client, mine, group=other.pk).context["adminform"].form.errors["group"]


def test_a_coordinator_announces_only_those_whose_page_they_may_read(client):
    coralie = cast("coralie")
    client.force_login(coralie)
    event, said = make_event(group=make_group(coordinators=[coralie])), make_person(name="Paule Publique")
    private = make_person(name="Prune Privée", visibility="private")
    kept = make_talk(event=event, person=make_person(visibility="private"))
    lines = {"talks-TOTAL_FORMS": 2, "talks-0-id": kept.pk, "talks-0-event": event.pk, "talks-0-person": kept.person.pk}
    lines |= {f"talks-{n}-{name}": value for n in (0, 1) for name, value in (("role", kept.role), ("position", n))}
    refused = save(client, event, **lines, **{"talks-1-person": private.pk})
    assert [list(errors) for errors in refused.context["inline_admin_formsets"][0].formset.errors] == [[], ["person"]]
    assert save(client, event, **lines, **{"talks-1-person": said.pk}).status_code == 302
    assert [talk.person for talk in event.talks.order_by("position")] == [kept.person, said]


@pytest.mark.parametrize(("who", "status"), [("aude", 200), ("edith", 200), ("modou", 403)])
def test_those_who_only_read_meetings_change_nothing(client, who, status):
    client.force_login(cast(who))
    event = make_event(online_url="https://link.example/secret", access_notes="Code 1234")
    assert client.get(reverse("admin:events_event_changelist")).status_code == status
    page = client.get(reverse("admin:events_event_change", args=[event.pk]))
    assert (page.status_code, "link.example" in page.text, "1234" in page.text) == (status, False, False)
    assert client.get(reverse("admin:events_event_attendees", args=[event.pk])).status_code == 404
    act(client, "cancel", event, confirmed="yes", reason="")
    event.refresh_from_db()
    assert event.status == "scheduled"
    assert client.get(reverse("admin:events_registration_changelist")).status_code == 403


@pytest.mark.parametrize(("who", "leads_there"), [("aude", False), ("edith", False), ("olga", True)])
def test_who_is_coming_is_one_click_away_for_those_who_may_read_it(client, who, leads_there):
    client.force_login(cast(who))
    event = make_event()
    page = client.get(reverse("admin:events_event_changelist"))
    assert page.context["cl"].result_count == 1
    link = reverse("admin:events_event_attendees", args=[event.pk])
    assert (link in page.text, client.get(link).status_code == 200) == (leads_there, leads_there)


def test_a_hashtag_is_kept_without_its_mark(client, olga):
    event = make_event()
    save(client, event, hashtag="#SMCRennes")
    assert "#SMCRennes" in (page := client.get(event.get_absolute_url()).text)
    assert "##" not in page


def test_the_access_notes_of_a_venue_are_for_those_who_keep_it(client):
    venue = make_venue(access_notes="Code 1234")
    read = {}
    for who in ("coralie", "olga"):
        client.force_login(cast(who))
        read[who] = "Code 1234" in client.get(reverse("admin:events_venue_change", args=[venue.pk])).text
    assert read == {"coralie": False, "olga": True}


def changed_since(event) -> bool:
    """Whether calendars are told that the entry changed since `event` was read."""
    before = event.modified_at
    event.refresh_from_db()
    return event.modified_at > before


def test_what_a_calendar_says_of_a_meeting_dates_its_entry(client, olga, time_machine):
    event = make_event(venue=make_venue(name="Avant"))
    url = reverse("admin:events_event_change", args=[event.pk])
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert save(client, event, topics="").status_code == 302
    assert not changed_since(event)
    save(client, event, topics="médias")
    assert changed_since(event)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    inlines = [one.formset for one in client.get(url).context["inline_admin_formsets"]]
    partners = next(formset.prefix for formset in inlines if formset.model is EventPartner)
    tie = {"event": event.pk, "organisation": make_organisation().pk, "role": "media", "position": 0}
    row = {f"{partners}-0-{name}": value for name, value in tie.items()} | {f"{partners}-TOTAL_FORMS": 1}
    assert save(client, event, topics="médias", **row).status_code == 302
    assert event.partners.exists()
    assert changed_since(event)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    change(client, event.venue, name="Après")
    assert changed_since(event)


def test_a_folded_part_of_the_form_opens_on_what_is_wrong_in_it(client, olga):
    page = save(client, make_event(), quorum="300")
    assert page.context["adminform"].form.errors.keys() == {"quorum"}
    folded = {str(part.name): part.is_collapsible for part in page.context["adminform"]}
    assert not folded["Assemblée générale"]


@pytest.mark.parametrize(("capacity", "reserved", "wrong"), [("2", "5", {"reserved"}), ("5", "5", set()), ("", "5", set())])
def test_no_more_places_are_kept_than_there_are(client, olga, capacity, reserved, wrong):
    page = save(client, make_event(), capacity=capacity, reserved=reserved)
    assert (set(page.context["adminform"].form.errors) if page.context else set()) == wrong


def test_another_address_of_a_venue_offers_to_write_to_those_who_come_there(client, olga):
    venue = make_venue()
    told, nobody = make_event(title="Soirée <radio>", venue=venue), make_event(title="Sans personne", venue=venue)
    others = [{"published_at": None}, {"days": -3}, {"status": "cancelled"}]
    for event in [told, *(make_event(title="Autre", venue=venue, **fields) for fields in others)]:
        make_registration(event=event)
    said = change(client, venue, access="Métro Odéon")
    assert "nouvelle adresse" not in client.get(reverse("admin:events_venue_changelist")).text
    assert said.status_code == 302
    assert change(client, venue, street="2 rue Neuve").status_code == 302
    page = client.get(reverse("admin:events_venue_changelist")).text
    link = reverse("admin:events_event_write", args=[told.pk])
    assert f'<a href="{link}">Soirée &lt;radio&gt;</a>' in page
    assert "nouvelle adresse" in page
    assert nobody.title not in page
    assert "Autre" not in page.partition("nouvelle adresse")[2].partition("</li>")[0]
    assert kinds() == []


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("capacity", "99999999999", "100000 au plus."),
        ("reserved", "99999999999", "100000 au plus."),
        ("max_guests", "51", "50 au plus."),
        ("cycle_position", "99999999999", "1000 au plus."),
        ("most_proxies", "99999999999", "1000 au plus."),
        ("topics", "vidéo, 🎉", "«\u202f🎉\u202f» n’est pas un thème\xa0: écrivez-le en toutes lettres."),
        ("topics", "a" * 200, f"«\u202f{'a' * 20}…\u202f» est trop long pour un thème\xa0: 60 signes au plus."),
    ],
)
def test_what_no_meeting_has_is_said_beside_its_field_and_kept_in_the_form(client, olga, field, typed, says):
    event = make_event(title="Avant")
    form = save(client, event, **{field: typed, "title": "Après"}).context["adminform"].form
    assert form.errors == {field: [says]}
    assert (form[field].value(), form["title"].value()) == (typed, "Après")
    event.refresh_from_db()
    assert (event.title, event.topics.count()) == ("Avant", 0)
