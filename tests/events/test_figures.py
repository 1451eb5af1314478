"""*Le bilan d’activité*: what is counted of meetings, what is not known, who may read it, and the file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events import figures
from members.models import Erasure
from smclub import erasing
from tests.cast import cast
from tests.make import make_cycle, make_event, make_feedback, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db
PAGE, FILE = "admin:events_event_figures", "admin:events_event_figures_csv"


def seen(people: int) -> dict:
    return {"arrived": people, "checked_in_at": timezone.now()}


def meeting(*rows, scores=(), **fields):
    """One that is over, with registrations as they stand."""
    event = make_event(**{"days": -2} | fields)
    for row in rows:
        make_registration(event=event, **row)
    for score in scores:
        make_feedback(event=event, score=score)
    return event


def told(event) -> dict:
    """The figures of `event` by column, without what is nought or not known."""
    names = ["registered", "guests", "came", "guests_came", "unannounced", "absent", "waiting", "cancelled", "ahead", "score"]
    cells = figures.tallies_of([event])[event.pk].cells
    return {name: value for name, value in zip(names, cells, strict=True) if value}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], {}),
        ([{}, {"guests": 2}], {"registered": 2, "guests": 2}),
        ([{"state": "waiting", "guests": 1}, {"state": "cancelled"}], {"waiting": 2, "cancelled": 1}),
        ([{"state": "pending"}, {"state": "removed"}], {}),
        ([seen(1), {}], {"registered": 2, "came": 1, "absent": 50}),
        (
            [{"guests": 2} | seen(2), {"guests": 1} | seen(2)],
            {"registered": 2, "guests": 3, "came": 4, "guests_came": 2, "absent": 20},
        ),
        ([seen(1), {"source": "door", "guests": 1} | seen(2)], {"registered": 1, "came": 3, "guests_came": 1, "unannounced": 2}),
    ],
)
def test_what_is_counted(rows, expected):
    event = meeting(*({"source": "admin"} | row for row in rows))
    assert told(event) == expected


def test_where_nobody_was_checked_in_nobody_knows_who_came():
    tally = figures.tallies_of([event := meeting({}, {})])[event.pk]
    assert (tally.is_kept, tally.absent, tally.cells[2:6]) == (False, None, [None] * 4)


@pytest.mark.parametrize(("scores", "mean"), [([5] * 4, None), ([5, 5, 4, 4, 4], 4.4)])
def test_an_opinion_is_told_from_five_on(scores, mean):
    event = meeting(scores=scores)
    assert figures.tallies_of([event])[event.pk].score == mean


def test_the_opinions_of_a_few_are_not_told_by_a_sum_either():
    events = [meeting(scores=[3] * 5), meeting(scores=[5])]
    assert figures.total(figures.tallies_of(events).values()).score == 3


def test_a_sum_counts_who_stayed_away_where_the_door_was_kept():
    events = [meeting(seen(1), {}), meeting({}, {}, {})]
    sum_ = figures.total(figures.tallies_of(events).values())
    assert (sum_.meetings, sum_.kept, sum_.registered, sum_.came, sum_.absent, sum_.is_kept) == (2, 1, 5, 1, 50, False)


def test_how_long_before_people_registered():
    event = make_event(days=-2)
    for days, more in ((40, {}), (3, {}), (3, {"source": "admin"}), (20, {"state": "cancelled"}), (0, {})):
        make_registration(event=event, created_at=event.starts_at - timedelta(days=days), **more)
    assert figures.tallies_of([event])[event.pk].days_ahead == 14.3
    assert [number for _label, number in figures.ahead_of(event)] == [1, 0, 0, 1, 1]


def test_an_erased_member_still_counts():
    event = meeting({"member": (gone := make_member()), "guests": 1} | seen(2), {})
    before = figures.tallies_of([event])
    erasing.erase(Erasure.objects.create(member=gone, due_at=timezone.now()))
    assert not event.registrations.filter(member=gone).exists()
    assert figures.tallies_of([event]) == before


# -- the page ---------------------------------------------------------------------
@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


def on(day: str, **fields):
    """A meeting over since, on that day."""
    starts = datetime.fromisoformat(day).replace(hour=18, tzinfo=UTC)
    return make_event(title=day, starts_at=starts, ends_at=starts + timedelta(hours=2), **fields)


def lines(page) -> dict[str, list[str]]:
    return {table.name: [str(line.label) for line in table.lines] for table in page.context["tables"]}


def test_a_meeting_is_of_the_season_of_its_own_clock(client, olga):
    """After midnight on the island it is still the evening before in Paris."""
    starts_at = datetime(2025, 8, 31, 21, tzinfo=UTC)
    make_event(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), zone_name="Indian/Reunion")
    page = client.get(reverse(PAGE), {"saison": ""})
    assert lines(page)["saisons"] == ["Saison 2025–2026"]
    assert "2025-09-01" in client.get(reverse(FILE, args=["rencontres"]), {"saison": ""}).text


def test_the_page_shows_the_latest_season_then_all_of_them(client, olga):
    rennes, cycle = make_group(name="Rennes"), make_cycle(title="Tous plateformisés")
    on("2024-10-01", group=rennes)
    on("2025-08-31", cycle=cycle)
    on("2025-09-01", group=rennes)
    page = client.get(reverse(PAGE))
    assert lines(page) == {"groupes": [rennes.name], "rencontres": ["2025-09-01"]}
    page = client.get(reverse(PAGE), {"saison": ""})
    assert lines(page) == {
        "saisons": ["Saison 2025–2026", "Saison 2024–2025"],
        "groupes": ["Le club entier", rennes.name],
        "cycles": ["Tous plateformisés"],
    }
    page = client.get(reverse(PAGE), {"saison": "2024-2025", "groupe": rennes.slug})
    assert lines(page) == {"rencontres": ["2024-10-01"]}
    assert lines(client.get(reverse(PAGE), {"groupe": "-"})) == {
        "saisons": ["Saison 2024–2025"],
        "cycles": ["Tous plateformisés"],
        "rencontres": ["2025-08-31"],
    }
    assert lines(client.get(reverse(PAGE), {"cycle": cycle.slug}))["rencontres"] == ["2025-08-31"]


def test_meetings_that_were_not_are_in_no_figure(client, olga):
    meeting(title="Tenue")
    for fields in (
        {"status": "cancelled"},
        {"status": "postponed"},
        {"kind": "external"},
        {"published_at": None},
        {"days": 3},
        {"days": None},
    ):
        meeting(title="Pas tenue", **fields)
    assert lines(client.get(reverse(PAGE)))["rencontres"] == ["Tenue"]


@pytest.mark.parametrize(
    "asked",
    [
        {"saison": "2999-3000"},
        {"saison": "x\x00", "groupe": "\x00", "cycle": "'"},
        {"groupe": ["a", "b"]},
        {"groupe": "nulle-part", "cycle": "9" * 400},
        {"page": "-1"},
    ],
)
def test_odd_questions_are_answered(client, olga, asked):
    meeting(title="Tenue")
    page = client.get(reverse(PAGE), asked)
    assert page.status_code == 200
    assert client.get(reverse(FILE, args=["rencontres"]), asked).status_code == 200
    assert "Tenue" in client.get(reverse(FILE, args=["rencontres"]), asked).text


def test_a_coordinator_reads_the_figures_of_their_groups(client):
    client.force_login(coralie := cast("coralie"))
    own, other = meeting(title="La nôtre", group=make_group(coordinators=[coralie])), meeting(title="La leur", group=make_group())
    assert lines(client.get(reverse(PAGE)))["rencontres"] == ["La nôtre"]
    text = client.get(reverse(FILE, args=["rencontres"]), {"groupe": other.group.slug}).text
    assert ("La nôtre" in text, "La leur" in text) == (True, False)
    paths = [reverse("admin:events_event_figures_of", args=[event.pk]) for event in (own, other)]
    assert [client.get(path).status_code for path in paths] == [200, 404]


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("milan", 302), ("aude", 403), ("sarah", 403), ("olga", 200)])
def test_the_figures_are_for_those_who_run_meetings(client, who, status):
    event = meeting({})
    if who:
        client.force_login(cast(who))
    assert client.get(reverse(PAGE)).status_code == status
    assert client.get(reverse(FILE, args=["saisons"])).status_code == status
    of_event = client.get(reverse("admin:events_event_figures_of", args=[event.pk])).status_code
    assert of_event == (404 if status == 403 else status)


@pytest.mark.parametrize("number", [2, 9])
def test_the_page_costs_the_same_however_many_meetings(client, olga, number, django_assert_num_queries):
    for _n in range(number):
        meeting({} | seen(1), scores=[4] * 5, group=make_group(), cycle=make_cycle())
    client.get(reverse(PAGE))
    with django_assert_num_queries(11):
        client.get(reverse(PAGE), {"saison": ""})


def test_the_page_of_a_meeting_says_what_is_not_known(client, olga):
    rows = client.get(reverse("admin:events_event_figures_of", args=[meeting({"guests": 1}).pk])).context
    assert dict(rows["bars"]) == {"Inscriptions et accompagnant·e·s": 2, "En attente à la fin": 0}
    rows = client.get(reverse("admin:events_event_figures_of", args=[meeting(seen(1), capacity=30).pk])).context
    assert dict(rows["bars"]) == {"Places": 30, "Inscriptions et accompagnant·e·s": 1, "Présences": 1, "En attente à la fin": 0}


@pytest.mark.parametrize("fields", [{"days": None}, {"days": 3}, {"kind": "external"}, {"published_at": None}])
def test_any_meeting_has_its_page(client, olga, fields):
    event = make_event(**fields)
    assert client.get(reverse("admin:events_event_figures_of", args=[event.pk])).status_code == 200


# -- the file ---------------------------------------------------------------------
def test_the_file_holds_the_rows_of_the_page_and_no_formula(client, olga):
    group, cycle = make_group(name="+Rennes"), make_cycle(title="@Cycle")
    event = on("2025-10-01", group=group, cycle=cycle)
    type(event).objects.filter(pk=event.pk).update(title="=1+1")
    make_registration(event=event, guests=2, created_at=event.starts_at - timedelta(days=4, hours=12), **seen(2))
    answer = client.get(reverse(FILE, args=["rencontres"]))
    assert answer["Content-Disposition"] == 'attachment; filename="bilan-rencontres.csv"'
    head, line, end = answer.content.decode("utf-8").split("\r\n")
    assert head.startswith("\ufeffRencontre;Date;Groupe;Cycle;Inscriptions;")
    assert (line, end) == (f"'=1+1;2025-10-01;'{group.name};'@Cycle;1;2;2;1;0;33;0;0;4,5;", "")


@pytest.mark.parametrize(("name", "first"), [("saisons", "Saison 2025–2026"), ("groupes", "Le club entier"), ("cycles", None)])
def test_each_table_is_a_file(client, olga, name, first):
    on("2025-10-01")
    answer = client.get(reverse(FILE, args=[name]), {"saison": ""})
    rows = [row.split(";")[:3] for row in answer.text.splitlines()[1:]]
    assert rows == ([[first, "1", "0"]] if first else [])


def test_there_is_no_file_of_people(client, olga):
    assert client.get(reverse(FILE, args=["personnes"])).status_code == 404
