"""What there is to do for a meeting: made of its kind, moved with its day, ticked at the desk."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from events import copying, preparing, scheduling
from events.models import Event, ToDo
from members.models import Entry
from smclub import handover, week
from tests.cast import cast
from tests.make import make_event, make_group, make_todo

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def on(year, month, day, hour=19):
    return datetime(year, month, day, hour, tzinfo=PARIS)


def dated(start, **fields):
    return make_event(starts_at=start, ends_at=start + timedelta(hours=2), **fields)


def due(event):
    return {todo.title: todo.due_on for todo in event.todos.all()}


@pytest.mark.parametrize("kind", Event.Kind.values)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_has_its_list_once(kind, language):
    event = make_event(kind=kind)
    with translation.override(language):
        for _twice in range(2):
            preparing.prepare(event, by=cast("olga"))
    steps = preparing.TEMPLATES[kind]
    assert [(todo.days, (todo.due_on - event.local_day).days) for todo in event.todos.order_by("position")] == [
        (days, days) for _title, days in steps
    ]
    assert Entry.objects.get(verb="event.prepare").note == str(len(steps))


def test_dates_are_counted_from_the_day_on_the_clock_of_the_meeting():
    start = datetime(2027, 3, 10, 1, 0, tzinfo=ZoneInfo("Indian/Reunion"))  # the ninth in Paris
    event = dated(start, kind="external", zone_name="Indian/Reunion")
    preparing.prepare(event, by=cast("olga"))
    assert list(due(event).values()) == [date(2027, 2, 24)]


def test_a_new_day_moves_what_is_not_done_and_the_clock_alone_moves_nothing():
    event = dated(on(2027, 3, 10))
    late, done = make_todo(event=event, title="Affiche", due_on=date(2027, 3, 1)), make_todo(event=event, title="Salle", due_in=0)
    undated = make_todo(event=event, title="Un jour", due_in=None)
    preparing.tick(done, by=cast("olga"))
    scheduling.reschedule(event, by=cast("olga"), starts_at=on(2027, 3, 10, 18), ends_at=on(2027, 3, 10, 20))
    late.refresh_from_db()
    assert late.due_on == date(2027, 3, 1)
    scheduling.reschedule(event, by=cast("olga"), starts_at=on(2027, 4, 14), ends_at=on(2027, 4, 14, 21))
    assert due(event) == {"Affiche": date(2027, 4, 5), "Salle": done.due_on, "Un jour": undated.due_on}


def test_a_meeting_without_a_date_gets_the_dates_of_its_list_with_its_own():
    event = make_event(days=None, kind="external", published_at=None)
    preparing.prepare(event, by=cast("olga"))
    assert list(due(event).values()) == [None]
    scheduling.reschedule(event, by=cast("olga"), precision="hour", starts_at=on(2027, 4, 15), ends_at=on(2027, 4, 15, 21))
    assert list(due(event).values()) == [date(2027, 4, 1)]


def test_a_copy_has_the_same_list_as_far_from_its_day_and_nothing_done():
    event, olga = dated(on(2027, 3, 10)), cast("olga")
    todo = make_todo(event=event, due_on=date(2027, 3, 3), assigned_to=olga)
    preparing.tick(todo, by=olga)
    (copied,) = copying.copy(event, by=olga).todos.all()
    assert (copied.title, copied.assigned_to, copied.due_on, copied.done_at) == (todo.title, olga, date(2027, 3, 31), None)


def test_ticked_twice_is_ticked_once_and_unticked():
    todo, olga = make_todo(), cast("olga")
    for is_done in (True, True, False, False):
        preparing.tick(todo, by=olga, is_done=is_done)
    todo.refresh_from_db()
    assert (todo.done_at, todo.done_by) == (None, None)
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["todo.tick", "todo.untick"]


@pytest.mark.parametrize(
    ("fields", "is_late"),
    [
        ({"due_in": -1}, True),
        ({"due_in": 0}, False),
        ({"due_in": None}, False),
        ({"due_in": -1, "done_at": timezone.now()}, False),
        ({"due_in": -1, "event": {"status": "cancelled"}}, False),
        ({"due_in": -1, "event": {"status": "postponed"}}, False),
        ({"due_in": -1, "event": {"status": "online", "is_online": True, "was_online": False}}, True),
        ({"due_in": -1, "event": {"published_at": None}}, True),
        ({"due_in": -1, "event": {"days": -9}}, True),
    ],
)
def test_what_is_overdue(fields, is_late):
    make_todo(**fields | {"event": make_event(**fields.get("event", {}))})
    assert ToDo.objects.overdue().exists() == is_late


# -- at the desk -------------------------------------------------------------------
@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


def test_the_first_page_shows_what_is_late_and_what_is_soon_mine(client, olga):
    late, mine = make_todo(due_in=-2, title="En retard"), make_todo(due_in=3, title="Pour moi", assigned_to=olga)
    make_todo(due_in=3, title="Pour personne")
    make_todo(due_in=30, title="Plus tard", assigned_to=olga)
    assert list(week.todos(olga)) == [late, mine]
    page = client.get(reverse("admin:index")).content.decode()
    assert ("En retard" in page, "Pour moi" in page, "Pour personne" in page) == (True, True, False)
    response = client.post(reverse("admin:events_todo_tick", args=[late.pk]), {"from": "index"})
    assert response["Location"] == reverse("admin:index")
    assert list(week.todos(olga)) == [mine]


def test_a_coordinator_sees_and_ticks_those_of_their_group_alone(client):
    coralie = cast("coralie")
    client.force_login(coralie)
    mine = make_todo(due_in=-1, event=make_event(group=make_group(coordinators=[coralie])))
    other = make_todo(due_in=-1)
    assert list(week.todos(coralie)) == [mine]
    page = client.get(reverse("admin:events_todo_of", args=[mine.event_id]))
    assert ">Rencontres</a></li>" in page.text
    assert client.get(reverse("admin:events_todo_of", args=[other.event_id])).status_code == 404
    assert client.post(reverse("admin:events_todo_tick", args=[other.pk])).status_code == 404
    assert client.get(reverse("admin:events_todo_tick", args=[mine.pk])).status_code == 405
    assert not ToDo.objects.exclude(done_at=None).exists()


def test_the_page_of_a_meeting_ticks_unticks_and_makes_the_usual_list(client, olga):
    event = make_event(kind="external")
    page = reverse("admin:events_todo_of", args=[event.pk])
    assert "Établir la liste habituelle" in client.get(page).content.decode()
    data = {"action": "prepare", "_selected_action": [event.pk]}
    assert client.post(reverse("admin:events_event_changelist"), data)["Location"] == page
    (todo,) = event.todos.all()
    assert "Établir la liste habituelle" not in client.get(page).content.decode()
    for done, is_done in (("", True), ("no", False)):
        assert client.post(reverse("admin:events_todo_tick", args=[todo.pk]), {"done": done})["Location"] == page
        todo.refresh_from_db()
        assert todo.is_done == is_done


def test_the_page_of_a_meeting_costs_the_same_however_long(client, olga, django_assert_num_queries):
    event = make_event()
    client.get(reverse("admin:events_todo_of", args=[event.pk]))  # the first reads the settings of the club too
    for number in (2, 10):
        for n in range(number):
            make_todo(event=event, title=f"{number} {n}", assigned_to=olga, done_by=olga if n % 2 else None)
        with django_assert_num_queries(6):
            client.get(reverse("admin:events_todo_of", args=[event.pk]))


def test_a_new_draft_carries_its_list_and_a_thing_twice_is_said(client, olga):
    fields = {"title": "Rencontre de mai", "kind": "conference", "lang": "fr", "audience": "open", "precision": "none"}
    fields |= {"zone_name": "Europe/Paris", "reserved": "0", "max_guests": "0"}
    formsets = {"talks", "partners", "questions", "invitations"}
    management = {f"{name}-{count}_FORMS": "0" for name in formsets for count in ("TOTAL", "INITIAL")}
    assert client.post(reverse("admin:events_event_add"), fields | management).status_code == 302
    event = Event.objects.get()
    assert event.todos.count() == len(preparing.TEMPLATES["conference"])
    again = {"event": event.pk, "title": event.todos.first().title}
    page = client.post(reverse("admin:events_todo_add"), again)
    assert page.status_code == 200
    assert "figure déjà dans la liste" in page.content.decode()


@pytest.mark.parametrize("state", ["open", "overdue", "mine", "done", "nonsense"])
def test_the_list_of_all_narrows_by_state(client, olga, state):
    rows = {
        "overdue": make_todo(due_in=-1, title="Retard"),
        "mine": make_todo(assigned_to=olga, title="À moi"),
        "done": make_todo(done_at=timezone.now(), title="Fait"),
    }
    shown = {"open": ["overdue", "mine"], "nonsense": list(rows)}.get(state, [state])
    page = client.get(reverse("admin:events_todo_changelist"), {"etat": state})
    assert set(page.context["cl"].queryset) == {rows[name] for name in shown}


def test_what_somebody_is_to_do_is_in_their_handover():
    olga = cast("olga")
    make_todo(assigned_to=olga, title="Réserver la salle")
    make_todo(assigned_to=olga, title="Faite", done_at=timezone.now())
    lists = dict(handover.of(olga, reader=olga))
    assert [line.label for line in lists["À faire pour les rencontres"]] == ["Réserver la salle"]


def test_the_page_of_one_meeting_says_where_one_is(client):
    client.force_login(cast("olga"))
    event = make_event(title="Le jeudi du club")
    page = client.get(reverse("admin:events_todo_of", args=[event.pk])).content.decode()
    assert f'<a href="{reverse("admin:events_event_changelist")}">Rencontres</a>' in page
