"""More meetings like one: copied, repeated, and given what one of them says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import ProtectedError
from django.urls import reverse

from events import checking, copying, registering, scheduling
from events.models import Event, EventPartner, Talk
from members.models import Entry, Letter
from smclub.dates import short_day
from tests.cast import cast
from tests.make import (
    make_cycle,
    make_discussion,
    make_event,
    make_event_partner,
    make_group,
    make_member,
    make_registration,
    make_talk,
    make_todo,
    make_topic,
    make_venue,
)

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def meeting(year, month, day, hour=19, minute=30, *, zone="Europe/Paris", **fields):
    start = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))
    fields.setdefault("title", "Le jeudi du club")
    return make_event(starts_at=start, ends_at=start + timedelta(hours=2), zone_name=zone, **fields)


def clocks(events):
    return [f"{event.local_start:%Y-%m-%d %H:%M}" for event in events]


# -- a copy ------------------------------------------------------------------------
def test_a_copy_is_a_draft_four_weeks_later_at_the_same_hour_across_the_change_of_time():
    event = meeting(2027, 3, 10, title="Atelier données", capacity=20, max_guests=1, is_by_approval=True)
    event.topics.add(make_topic(name="données"))
    make_event_partner(event=event)
    speaks, leads = make_talk(event=event, title="Compter sans suivre"), make_talk(event=event, role=Talk.Role.CHAIR, position=1)
    make_registration(event=event)
    draft = copying.copy(event, by=cast("olga"))
    assert (draft.published_at, draft.repetition) == (None, None)
    assert (draft.capacity, draft.max_guests, draft.is_by_approval, draft.title) == (20, 1, True, "Atelier données")
    assert clocks([draft]) == ["2027-04-07 19:30"]
    assert (draft.ical_uid == event.ical_uid, draft.ical_sequence) == (False, 0)
    assert list(draft.topics.all()) == list(event.topics.all())
    assert [tie.role for tie in draft.partners.all()] == [EventPartner.Role.HOST]
    assert [(talk.person, talk.title) for talk in draft.talks.order_by("position")] == [
        (speaks.person, "Compter sans suivre"),
        (leads.person, ""),
    ]
    assert draft.registrations.count() == 0
    assert copying.copy(event, by=cast("olga")).slug not in (draft.slug, event.slug)


def test_a_copy_of_a_numbered_session_comes_after_the_last_of_its_cycle():
    cycle = make_cycle()
    first = make_event(cycle=cycle, cycle_position=1)
    make_event(cycle=cycle, cycle_position=4)
    assert copying.copy(first, by=cast("olga")).cycle_position == 5
    assert copying.copy(make_event(cycle=cycle, title="Sans numéro"), by=cast("olga")).cycle_position is None


@pytest.mark.parametrize(("month", "after"), [(2, 3), (3, 4), (12, 1)])
def test_a_month_is_followed_by_the_next_one(month, after):
    first = datetime(2027, month, 1, tzinfo=PARIS)
    end = datetime(2027 + month // 12, month % 12 + 1, 1, tzinfo=PARIS)
    draft = copying.copy(make_event(starts_at=first, ends_at=end, precision="month"), by=cast("olga"))
    draft.refresh_from_db()
    assert (draft.starts_at, draft.local_start.day, draft.local_start.month) == (end, 1, after)
    assert (draft.local_end.day, draft.local_end.month) == (1, after % 12 + 1)


def test_openings_and_ends_of_registration_keep_their_hours_too():
    event = meeting(2027, 3, 10, rsvp_closes_at=datetime(2027, 3, 9, 12, 0, tzinfo=PARIS))
    draft = copying.copy(event, by=cast("olga"))
    assert draft.rsvp_closes_at == datetime(2027, 4, 6, 12, 0, tzinfo=PARIS)


# -- a repetition ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "said", "dates"),
    [
        ((2027, 3, 18), {"rhythm": "week", "count": 2}, ["2027-03-25 19:30", "2027-04-01 19:30"]),
        ((2027, 10, 28), {"rhythm": "week", "count": 1}, ["2027-11-04 19:30"]),
        ((2027, 3, 18), {"rhythm": "week", "every": 2, "until": date(2027, 4, 20)}, ["2027-04-01 19:30", "2027-04-15 19:30"]),
        ((2027, 3, 18), {"rhythm": "week", "every": 2, "until": date(2027, 4, 15)}, ["2027-04-01 19:30", "2027-04-15 19:30"]),
        ((2027, 3, 18), {"rhythm": "week", "count": 9, "until": date(2027, 3, 25)}, ["2027-03-25 19:30"]),
        ((2027, 1, 14), {"rhythm": "month", "count": 3}, ["2027-02-11 19:30", "2027-03-11 19:30", "2027-04-08 19:30"]),
        ((2027, 1, 29), {"rhythm": "month", "count": 3}, ["2027-02-26 19:30", "2027-03-26 19:30", "2027-04-30 19:30"]),
        ((2026, 11, 12), {"rhythm": "month", "every": 2, "count": 2}, ["2027-01-14 19:30", "2027-03-11 19:30"]),
    ],
)
def test_dates_of_a_repetition_keep_their_day_and_hour(start, said, dates):
    event = meeting(*start, capacity=12)
    drafts = copying.repeat(event, by=cast("olga"), **said)
    assert clocks(drafts) == dates
    event.refresh_from_db()
    assert {draft.repetition for draft in drafts} == {event.repetition}
    assert len({event.ical_uid, *(draft.ical_uid for draft in drafts)}) == len(drafts) + 1
    assert {(draft.capacity, draft.published_at, draft.ends_at - draft.starts_at) for draft in drafts} == {
        (12, None, timedelta(hours=2))
    }


def test_the_clock_is_that_of_the_meeting_and_not_of_paris():
    drafts = copying.repeat(meeting(2027, 3, 10, zone="Indian/Reunion"), by=cast("olga"), rhythm="week", count=3)
    assert [draft.starts_at.astimezone(UTC).hour for draft in drafts] == [15, 15, 15]
    in_montreal = copying.repeat(meeting(2027, 3, 10, zone="America/Montreal"), by=cast("olga"), rhythm="week", count=1)
    assert in_montreal[0].starts_at == datetime(2027, 3, 17, 23, 30, tzinfo=UTC)  # clocks changed there on the fourteenth


@pytest.mark.parametrize("minutes", [45, 120])
def test_the_night_that_has_no_such_hour_still_has_a_meeting(minutes):
    event = meeting(2027, 3, 21, 2, 30)
    Event.objects.filter(pk=event.pk).update(ends_at=event.starts_at + timedelta(minutes=minutes))
    (draft,) = copying.repeat(event, by=cast("olga"), rhythm="week", count=1)
    draft.refresh_from_db()
    assert draft.ends_at > draft.starts_at
    assert draft.local_day == date(2027, 3, 28)


def test_a_day_stays_a_day():
    start = datetime(2027, 3, 21, tzinfo=PARIS)
    event = make_event(starts_at=start, ends_at=start + timedelta(days=1), precision="day")
    (draft,) = copying.repeat(event, by=cast("olga"), rhythm="week", count=1)
    draft.refresh_from_db()
    assert draft.days == (date(2027, 3, 28), date(2027, 3, 29))


def test_what_comes_along_and_what_does_not():
    event = meeting(2027, 3, 10, cycle=make_cycle(), cycle_position=3)
    make_talk(event=event)
    leads = make_talk(event=event, role=Talk.Role.CHAIR)
    make_event_partner(event=event)
    make_todo(event=event, due_on=date(2027, 3, 3))
    drafts = copying.repeat(event, by=cast("olga"), rhythm="week", count=2)
    assert [draft.cycle_position for draft in drafts] == [4, 5]
    assert [draft.todos.get().due_on for draft in drafts] == [date(2027, 3, 10), date(2027, 3, 17)]
    assert [[talk.person for talk in draft.talks.all()] for draft in drafts] == [[leads.person]] * 2
    assert [draft.partners.count() for draft in drafts] == [1, 1]
    assert Entry.objects.get(verb="event.repeat").note == "2"


def test_said_again_it_makes_only_what_is_missing():
    event = meeting(2027, 3, 10)
    copying.repeat(event, by=cast("olga"), rhythm="week", count=2)
    assert clocks(copying.repeat(event, by=cast("olga"), rhythm="week", count=3)) == ["2027-03-31 19:30"]
    assert Event.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "said", "code"),
    [
        ({"days": None}, {"count": 2}, "undated"),
        ({"precision": "month"}, {"count": 2}, "undated"),
        ({}, {"until": date(2020, 1, 1)}, "none"),
        ({}, {"until": date(2040, 1, 1)}, "many"),
        ({}, {"count": 61}, "many"),
    ],
)
def test_a_repetition_that_cannot_be_is_refused(fields, said, code):
    event = make_event(**fields)
    with pytest.raises(copying.Refused) as caught:
        copying.repeat(event, by=cast("olga"), rhythm="week", **said)
    assert (caught.value.code, Event.objects.count()) == (code, 1)


# -- this one and the following ----------------------------------------------------------
def repeated(count=3, **fields):
    event = meeting(2027, 3, 10, **fields)
    copying.repeat(event, by=cast("olga"), rhythm="week", count=count)
    return list(Event.objects.order_by("starts_at"))


def test_those_that_follow_take_what_was_chosen_and_nothing_else():
    before, this, *following = repeated(summary="Avant")
    this.summary, this.capacity, this.title = "Après", 30, "Un autre titre"
    this.save()
    assert copying.pass_on(this, by=cast("olga"), parts=["text", "places"]) == 2
    before.refresh_from_db()
    assert (before.summary, before.capacity) == ("Avant", None)
    for event in following:
        event.refresh_from_db()
        assert (event.summary, event.capacity, event.title) == ("Après", 30, before.title)
        assert event.ical_sequence == 0


def test_hours_move_each_on_its_own_day_and_tell_its_people():
    _before, this, published, cancelled = repeated()
    for event in (published, cancelled):
        scheduling.publish(event, by=cast("olga"))
    make_registration(event=published)
    scheduling.cancel(cancelled, by=cast("olga"))
    start = datetime(2027, 3, 17, 18, 0, tzinfo=PARIS)
    scheduling.reschedule(this, by=cast("olga"), starts_at=start, ends_at=start + timedelta(hours=3))
    this.refresh_from_db()
    Letter.objects.all().delete()
    copying.pass_on(this, by=cast("olga"), parts=["hours"])
    published.refresh_from_db()
    cancelled.refresh_from_db()
    assert clocks([published, cancelled]) == ["2027-03-24 18:00", "2027-03-31 19:30"]
    assert (published.local_end.hour, published.ical_sequence) == (21, 1)
    assert list(Letter.objects.values_list("kind", flat=True)) == ["events.rescheduled"]


def test_what_would_not_be_true_of_another_is_refused_in_words():
    _before, this, other, _last = repeated()
    Event.objects.filter(pk=this.pk).update(audience="group", group=make_group())
    this.refresh_from_db()
    with pytest.raises(copying.Refused) as caught:
        copying.pass_on(this, by=cast("olga"), parts=["audience"])
    assert caught.value.code == "untrue"
    other.refresh_from_db()
    assert other.audience == "open"


@pytest.mark.parametrize(
    ("field", "part", "state"), [("has_waiting_list", "places", "waiting"), ("is_by_approval", "audience", "pending")]
)
def test_nobody_who_waits_is_left_without_an_answer(field, part, state):
    _before, this, other, _last = repeated(is_by_approval=True)
    Event.objects.filter(pk=this.pk).update(**{field: False})
    this.refresh_from_db()
    row = make_registration(event=other, state=state)
    with pytest.raises(copying.Refused) as caught:
        copying.pass_on(this, by=cast("olga"), parts=[part])
    assert str(caught.value).startswith(f"{other}: ")
    row.delete()
    assert copying.pass_on(this, by=cast("olga"), parts=[part]) == 2
    other.refresh_from_db()
    assert getattr(other, field) is False


def test_fewer_places_than_are_taken_are_asked_about_first_then_logged():
    _before, this, other, _last = repeated(capacity=3)
    scheduling.publish(other, by=cast("olga"))
    for _n in range(2):
        registering.join(other, member=make_member())
    Event.objects.filter(pk=this.pk).update(capacity=1)
    this.refresh_from_db()
    with pytest.raises(copying.Refused) as caught:
        copying.pass_on(this, by=cast("olga"), parts=["text", "places"])
    assert (caught.value.code, Entry.objects.filter(verb="event.pass_on").exists()) == ("fewer", False)
    copying.pass_on(this, by=cast("olga"), parts=["text"])
    copying.pass_on(this, by=cast("olga"), parts=["places"], is_fewer=True)
    assert list(checking.breaks()) == []
    assert Entry.objects.about(other).filter(verb="event.capacity").values_list("before", "after").get() == ("3/0", "1/0")


def test_a_coordinator_gives_to_those_of_their_group_alone():
    coralie = cast("coralie")
    _before, this, mine, theirs = repeated(group=make_group(coordinators=[coralie]))
    Event.objects.filter(pk=theirs.pk).update(group=make_group())
    Event.objects.filter(pk=this.pk).update(capacity=9)
    this.refresh_from_db()
    assert copying.pass_on(this, by=coralie, parts=["places"]) == 1
    assert set(Event.objects.filter(capacity=9)) == {this, mine}


def test_nothing_follows_the_last_nor_what_was_never_repeated():
    for event in (repeated()[-1], make_event()):
        with pytest.raises(copying.Refused) as caught:
            copying.pass_on(event, by=cast("olga"), parts=["text"])
        assert caught.value.code == "last"


# -- drafts that go ------------------------------------------------------------------------
def test_a_draft_that_nobody_read_goes_and_nothing_else_does():
    draft = make_event(published_at=None)
    make_todo(event=draft)
    copying.discard(draft, by=cast("olga"))
    assert not Event.objects.exists()
    assert Entry.objects.get(verb="event.discard").note == draft.slug

    back = make_event()
    Entry.objects.write("event.publish", back, by=cast("olga"))
    scheduling.set_publication(back, by=cast("olga"), at=None)
    tied = make_event(published_at=None)
    make_discussion(event=tied)
    for event, code in [
        (make_event(), "kept"),
        (make_registration(event=make_event(published_at=None)).event, "kept"),
        (back, "kept"),
        (tied, "tied"),
    ]:
        with pytest.raises(copying.Refused) as caught:
            copying.discard(event, by=cast("olga"))
        assert (caught.value.code, Event.objects.filter(pk=event.pk).exists()) == (code, True)


def test_the_database_itself_keeps_a_meeting_that_somebody_registered_for():
    registration = make_registration()
    with pytest.raises(ProtectedError):
        registration.event.delete()
    assert list(Event.objects.all()) == [registration.event]


# -- cycles ------------------------------------------------------------------------------
def test_sessions_are_numbered_by_their_dates_and_shown_so(client):
    cycle = make_cycle()
    last, undated = make_event(cycle=cycle, title="Fin", days=20), make_event(cycle=cycle, title="Un jour", days=None)
    first = make_event(cycle=cycle, title="Début", days=10, cycle_position=7)
    copying.number(cycle, by=cast("olga"))
    assert list(cycle.events.in_cycle_order()) == [first, last, undated]
    page = client.get(cycle.get_absolute_url()).content.decode()
    assert [page.index(text) for text in ("#1 Début", "#2 Fin", "#3 Un jour")] == sorted(
        page.index(text) for text in ("#1 Début", "#2 Fin", "#3 Un jour")
    )
    assert "#1" not in client.get(reverse("events:list")).content.decode()


# -- at the desk ---------------------------------------------------------------------------
def act(client, action, *rows, **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(reverse("admin:events_event_changelist"), data, follow=True)


def test_repeating_asks_first_and_says_what_is_missing(client):
    client.force_login(cast("olga"))
    event = meeting(2027, 3, 10)
    assert 'name="rhythm"' in act(client, "repeat", event).content.decode()
    endless = act(client, "repeat", event, confirmed="yes", rhythm="week", every="2")
    assert "Dites jusqu’à quand, ou combien de fois." in endless.content.decode()
    odd = act(client, "repeat", event, confirmed="yes", rhythm="year", every="0", until="demain", count="900")
    assert odd.content.decode().count("errorlist") == 4
    early = act(client, "repeat", event, confirmed="yes", rhythm="month", every="2", until="2027-03-01", count="")
    form = early.context["form"]
    assert (form.errors, form["until"].value(), form["every"].value()) == (
        {"until": ["Aucune date ne tombe avant ce jour."]},
        "2027-03-01",
        "2",
    )
    assert Event.objects.count() == 1
    made = act(client, "repeat", event, confirmed="yes", rhythm="week", every="2", until="2027-04-10", count="").text
    assert "2 brouillons à relire" in made
    for draft in Event.objects.exclude(pk=event.pk):
        assert f'<a href="{reverse("admin:events_event_change", args=[draft.pk])}">{short_day(draft.local_day)}</a>' in made
    again = act(client, "repeat", event, confirmed="yes", rhythm="week", every="2", until="2027-04-10", count="").text
    assert "aucun brouillon n’a été créé" in again
    assert clocks(Event.objects.order_by("starts_at")) == ["2027-03-10 19:30", "2027-03-24 19:30", "2027-04-07 19:30"]


def test_the_form_leads_to_the_list_of_the_repetition(client):
    client.force_login(cast("olga"))
    rows = repeated(count=1)
    make_event()
    link = f"{reverse('admin:events_event_changelist')}?suite={rows[0].repetition}"
    assert link in client.get(reverse("admin:events_event_change", args=[rows[0].pk])).content.decode()
    assert set(client.get(link).context["cl"].queryset) == set(rows)
    assert client.get(f"{reverse('admin:events_event_changelist')}?suite={'z' * 36}").status_code in (200, 302)


def test_fewer_places_are_asked_about_by_name_and_figures_before_any_meeting_takes_them(client):
    client.force_login(cast("olga"))
    _first, this, *following = repeated(count=4)
    for other, parties in zip(following, (2, 1, 3), strict=True):
        for _n in range(parties):
            make_registration(event=other)
    Event.objects.filter(pk=this.pk).update(capacity=2, reserved=1)
    assert 'type="checkbox" name="is_fewer"' not in act(client, "pass_on", this).text
    asked = act(client, "pass_on", this, confirmed="yes", parts=["title", "places"])
    form = asked.context["form"]
    assert form.errors == {
        "is_fewer": [
            "Davantage de places sont prises qu’il n’y en aurait\xa0: Le jeudi du club (24\xa0mars\xa02027\xa0: 2 pour 1), "
            "Le jeudi du club (7\xa0avr.\xa02027\xa0: 3 pour 1). Personne ne serait retiré, "
            "et les nouvelles inscriptions attendraient\xa0: cochez la case si c’est voulu."
        ]
    }
    assert 'type="checkbox" name="is_fewer"' in asked.text
    assert form["parts"].value() == ["title", "places"]
    assert not Event.objects.filter(pk__in=[row.pk for row in following], capacity=2).exists()
    act(client, "pass_on", this, confirmed="yes", parts=["title", "places"], is_fewer="on")
    assert {Event.objects.get(pk=row.pk).capacity for row in following} == {2}


def test_passing_on_and_discarding_are_actions(client):
    client.force_login(cast("olga"))
    _first, this, *following = repeated(venue=make_venue())
    Event.objects.filter(pk=this.pk).update(capacity=7)
    assert act(client, "pass_on", this, confirmed="yes").content.decode().count("errorlist") == 1
    act(client, "pass_on", this, confirmed="yes", parts=["places"])
    assert {Event.objects.get(pk=event.pk).capacity for event in following} == {7}
    act(client, "discard", *following)
    assert Event.objects.count() == 2
