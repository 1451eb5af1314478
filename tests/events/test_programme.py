"""The programme of a season: what is in it, for whom, and where it is found."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from events.programme import Season
from members.models import Club
from tests.cast import cast
from tests.make import make_event, make_group, make_venue

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def address(slug="2026-2027"):
    return reverse("places:programme", args=[slug])


def on(*start, **fields):
    at = datetime(*start, tzinfo=UTC)
    return make_event(starts_at=at, ends_at=at + timedelta(hours=2), published_at=NOW - timedelta(days=400), **fields)


@pytest.mark.parametrize(
    ("month", "slug", "first", "last"),
    [
        (9, "2026-2027", date(2026, 9, 1), date(2027, 8, 31)),
        (1, "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (12, "2025-2026", date(2025, 12, 1), date(2026, 11, 30)),
    ],
)
def test_a_season_is_that_of_the_settings(month, slug, first, last):
    club = Club(season_starts_month=month)
    season = Season.of(date(2026, 11, 22), club)
    assert (season.slug, season.first, season.last) == (slug, first, last)
    assert Season.named(slug, club) == season


@pytest.mark.parametrize("slug", ["2026", "2026-2028", "2026-2026", "26-27", "x", "2026-20270", "9999-0000", "1850-1851"])
def test_an_address_that_is_no_season_is_a_404(client, slug):
    on(2026, 12, 1)
    assert client.get(address(slug)).status_code == 404


def test_meetings_of_the_season_by_month_and_no_other(client):
    on(2026, 8, 31, 21, title="Veille")  # 23:00 in Paris, on the last day of the season before
    on(2026, 8, 31, 22, 30, title="Rentrée")  # 00:30 in Paris, on the first of September
    on(2027, 3, 3, title="Mars", venue=make_venue(city="Brest"))
    on(2027, 8, 31, 21, 30, title="Fin")
    on(2027, 8, 31, 22, title="Suivante")
    make_event(days=None, title="Sans date")
    page = client.get(address())
    assert [event.title for event in page.context["events"]] == ["Rentrée", "Mars", "Fin"]
    text = page.content.decode()
    assert [text.count(f">{month} <span>") for month in ("septembre", "mars", "août")] == [1, 1, 1]
    assert "Brest" in text
    assert [address(slug) in text for slug in ("2025-2026", "2027-2028")] == [True, True]


@pytest.mark.parametrize(
    ("who", "shown"), [(None, "Réunion privée"), ("flora", "Réunion privée"), ("milan", "Dîner des mécènes")]
)
def test_a_confidential_meeting_is_a_stub_and_an_invitation_is_nothing(client, who, shown):
    on(2026, 12, 1, 18, title="Dîner des mécènes", is_confidential=True, venue=make_venue(city="Nantes"), summary="Secret")
    on(2026, 12, 2, title="Sur invitation", audience="invitation")
    make_event(title="Brouillon", published_at=None)
    on(2026, 12, 3, title="Entre membres", audience="members", venue=make_venue(name="Chez Odile", city="Dijon"))
    if who:
        client.force_login(cast(who))
    page = client.get(address()).content.decode()
    assert [title in page for title in ("Réunion privée", "Dîner des mécènes")] == [
        shown == "Réunion privée",
        shown != "Réunion privée",
    ]
    assert ("Nantes" in page) == (who == "milan")
    assert [text in page for text in ("Sur invitation", "Brouillon", "Chez Odile", "Dijon")] == [False, False, False, True]


def test_what_is_called_off_stays_and_says_so(client):
    on(2026, 12, 1, title="Annulée ce soir", status="cancelled")
    page = client.get(address()).content.decode()
    assert 'class="programme-line is-cancelled"' in page
    assert ">Annulée</span>" in page


def test_this_season_has_a_page_before_anything_is_planned_and_no_other_has(client):
    assert "Les prochaines rencontres se préparent" in client.get(address()).content.decode()
    assert client.get(address("2025-2026")).status_code == 404


def test_a_season_of_what_one_may_not_see_does_not_exist(client):
    on(2023, 12, 2, audience="invitation")
    assert client.get(address("2023-2024")).status_code == 404


@pytest.mark.parametrize("number", [2, 30])
def test_it_costs_the_same_however_full(client, number, django_assert_num_queries):
    for n in range(number):
        on(2026, 12, 1 + n % 28, venue=make_venue(), group=make_group())
    with django_assert_num_queries(4):
        client.get(address())


def test_it_is_in_the_lists_the_other_language_and_the_sitemap(client):
    on(2024, 12, 1)
    on(2026, 12, 1)
    on(2025, 12, 1, is_confidential=True)
    for name in ("events:list", "events:past"):
        assert address() in client.get(reverse(name)).content.decode()
    english = client.get(f"/en{address()}").content.decode()
    assert "Season 2026–2027" in english
    sitemap = client.get("/sitemap.xml").content.decode()
    assert [address(slug) in sitemap for slug in ("2024-2025", "2025-2026", "2026-2027")] == [True, False, True]
    assert f"/en{address()}" in sitemap


def test_only_reading(client):
    assert client.post(address()).status_code == 405
