"""Who gets what from every URL: visitor, blocked, friend… owner × GET, POST, as matrix.txt says, and nothing else.

A URL without a row fails. Cells: the status, or `login` for a redirection to the door; one cell alone stands for all.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path as url

from smclub import roles
from smclub.urls import urlpatterns as those_of_the_site
from tests.cast import ROLE_OF
from tests.rails import club

TABLE = Path(__file__).with_name("matrix.txt")
ROLES = ("visitor", "blocked", "friend", "member", *roles.ROLES)
PARTS = 8
# Who may do what is decided before and above the database; that each address works on another one takes three of them.
ASKING = ROLES if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else ("visitor", "member", "owner")
LIBRARIES = ("admin:", "account_", "mfa_", "usersessions_")  # they answer PUT with the page, as to GET
pytestmark = pytest.mark.django_db
urlpatterns = [url("une-page-de-plus/", lambda request: HttpResponse("x"), name="one_more"), *those_of_the_site]


@pytest.fixture
def _bare_refusals(monkeypatch):
    """A refusal is its status alone: to draw its page each time was a third of the walk."""
    for status in (403, 404):
        monkeypatch.setattr(f"smclub.urls.handler{status}", lambda *_asked, status=status, **_told: HttpResponse(status=status))


def expected() -> dict[tuple[str, str], tuple[str, ...]]:
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, method, *cells = line.split()
            assert len(cells) in (1, len(ROLES)), line
            assert (name, method) not in rows, f"twice: {line}"
            rows[name, method] = tuple(cells) if len(cells) > 1 else tuple(cells) * len(ROLES)
    return rows


def written(name: str, method: str, cells: tuple[str, ...]) -> str:
    shown = cells[:1] if len(set(cells)) == 1 else cells
    return f"{name:<52} {method:<5} {' '.join(f'{cell:<5}' for cell in shown)}".rstrip()


def clients(people) -> dict[str, Client]:
    made = {"visitor": Client(raise_request_exception=False)}
    for role, who in ROLE_OF.items():
        made[role] = Client(raise_request_exception=False)
        made[role].force_login(getattr(people, who))
    return made


def cell(client: Client, method: str, path: str) -> str:
    """What one request answers; nothing of it stays."""
    response = club.ask(client, method, path, content_type="application/x-www-form-urlencoded")
    if response.status_code in (301, 302) and "/login/" in response["Location"].partition("?")[0]:
        return "login"
    return str(response.status_code)


def differing(people, addresses: dict[str, str]) -> list[str]:
    """The rows that these addresses should have, of those that are not in the table."""
    table, made = expected(), clients(people)
    wrong = []
    for name, path in addresses.items():
        for method in ("GET", "POST"):
            cells = {role: cell(made[role], method, path) for role in ASKING}
            row = dict(zip(ROLES, table.get((name, method), ()), strict=False))
            if {role: row.get(role) for role in ASKING} != cells:
                wrong.append(written(name, method, tuple(cells.values())))
    return wrong


@pytest.mark.usefixtures("_bare_refusals", "unwatched")
@pytest.mark.parametrize(
    "part",  # who may do what is decided alike on every database: of the other one, a sample
    [part if part % 4 == 0 else pytest.param(part, marks=pytest.mark.embedded) for part in range(PARTS)],
)
def test_every_url_answers_each_role_as_the_table_says(part):
    """AZ-01, AD-01."""
    people = club.build()
    wrong = differing(people, dict(sorted(club.addresses(people).items())[part::PARTS]))
    assert not wrong, "these rows of tests/rails/matrix.txt are missing or differ; they are now:\n" + "\n".join(wrong)


def test_a_url_without_a_row_is_seen(settings):
    """The negative control: the same walk, over a site of one page more, that everybody may read."""
    settings.ROOT_URLCONF = __name__
    people = club.build()
    new = {name: path for name, path in club.addresses(people).items() if (name, "GET") not in expected()}
    assert new == {"one_more": "/une-page-de-plus/"}
    assert differing(people, new) == [written("one_more", method, ("200",)) for method in ("GET", "POST")]


@pytest.mark.parametrize("status", ["403", "404"])
def test_each_role_is_refused_with_a_page(status):
    """The pages that the walk leaves out, at three addresses for each role."""
    people = club.build()
    made, addresses, table = clients(people), club.addresses(people), expected()
    for place, role in enumerate(ROLES):
        refused = [name for name in addresses if table[name, "GET"][place] == status]
        for name in refused[:3]:
            response = club.ask(made[role], "GET", addresses[name])
            assert (str(response.status_code), "<h1" in response.text) == (status, True), (role, name)


def test_each_address_has_a_name_of_its_own():
    """Of two with one name the walk would see the last only."""
    routes: dict[str, set[str]] = {}
    for found in club.urls():
        routes.setdefault(found.name, set()).add(found.route)
    assert {name: same for name, same in routes.items() if len(same) > 1} == {}


def test_the_short_addresses_of_the_admin_are_behind_its_door():
    people = club.build()
    made, paths = clients(people), club.admin_redirects(people)
    assert {cell(made[role], "GET", path) for role in ("visitor", "blocked", "friend", "member") for path in paths} == {"login"}
    assert {cell(made["owner"], "GET", path) for path in paths} == {"302"}


def test_the_table_has_no_row_of_a_url_that_is_gone():
    known = club.addresses(club.build())
    assert [name for name, _method in expected() if name not in known] == []


def test_no_row_expects_an_error_of_ours():
    assert [row for row, cells in expected().items() if any(cell.startswith("5") for cell in cells)] == []


def test_no_url_accepts_a_verb_that_the_site_does_not_speak():
    people = club.build()
    made = clients(people)
    ours = {name: path for name, path in club.addresses(people).items() if not name.startswith(LIBRARIES)}
    taken = {
        (method, name): cells
        for method in ("PUT", "PATCH", "DELETE")
        for name, path in ours.items()
        if (cells := {cell(made[role], method, path) for role in ("visitor", "owner")}) - {"405", "404", "login"}
    }
    assert taken == {}
