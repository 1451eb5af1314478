"""Parts of pages that readers share: nobody reads in them what is another's, and nothing old once something public changed.

Pages are not kept here, so that visitors get what members get: pages made anew of kept parts.
"""

import re

import pytest
from django.test import Client

from smclub import keeping
from tests import desk, make
from tests.rails import club as rails
from tests.rails.test_leaks import MEMBERS, hide, look, signed_in, surfaces
from tests.rails.test_page_cache import SHOWN, VERBS

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]  # a part is the same whatever the database
NEW_EACH_TIME = re.compile(r'name="(?:csrfmiddlewaretoken|token|nonce)" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": ?"[^"]*"')
ALONE = re.compile(r"^(account_|mfa_|usersessions_|demo_|admin:|card_|readyz|members:apply)")  # no page that has readers


@pytest.fixture(autouse=True)
def _parts_are_kept(settings):
    settings.KEEP_FACTS = True


@pytest.fixture
def club():
    return rails.build()


def reader(member=None) -> Client:
    client = Client()
    if member:
        client.force_login(member)
    return client


def read(client: Client, path: str) -> str:
    """What is read there; nothing when there is nothing to read."""
    response = client.get(path)
    body = response.getvalue() if response.streaming else response.content
    return NEW_EACH_TIME.sub("", body.decode(errors="replace")) if response.status_code == 200 else ""


@pytest.mark.usefixtures("unwatched")
def test_everybody_reads_what_they_would_if_nothing_was_kept(club, settings):
    """WB-09, between members too: whoever read first, each page is byte for byte that of its reader."""
    paths = {key: path for key, path in rails.addresses(club).items() if not ALONE.match(key)}
    paths |= {f"en {key}": f"/en{path}" for key, path in paths.items() if key.startswith(("home", "posts:", "events:"))}
    readers = {name: reader(name and getattr(club, name)) for name in ("olga", "milan", None)}
    settings.KEEP_FACTS = False
    anew = {name: {key: text for key, path in paths.items() if (text := read(client, path))} for name, client in readers.items()}
    assert min(map(len, anew.values())) > 90
    settings.KEEP_FACTS = True
    for order in (list(readers), [None, "olga"]):
        keeping._parts.clear()
        for name in order:
            wrong = [key for key, text in anew[name].items() if read(readers[name], paths[key]) != text]
            assert wrong == [], name
    assert len(keeping._parts) > 20


@pytest.mark.parametrize("model", SHOWN)
def test_what_is_saved_in_the_admin_is_read_at_once(model, club, at_once):
    """By members; `test_page_cache.py` asks the same for visitors."""
    row, field, path = SHOWN[model](club)
    somebody = reader(club.milan)
    assert read(somebody, path) == read(somebody, path)
    at_once(desk.save, reader(club.oscar), row, **{field: "Zygomatique"})
    assert "Zygomatique" in read(somebody, path)


@pytest.mark.parametrize("deed", VERBS)
def test_what_a_verb_changes_is_read_at_once(deed, club, at_once):
    path, verb, rows, said = VERBS[deed](club)
    somebody = reader(make.make_member(standing="member"))
    before = read(somebody, path)
    assert before == read(somebody, path)
    at_once(verb, *rows, **said)
    assert read(somebody, path) != before


@pytest.mark.usefixtures("unwatched")
def test_what_somebody_else_read_first_shows_nowhere(settings):
    """As `tests/rails/test_leaks.py` walks, after those who may read it all."""
    people = rails.build()
    paths = surfaces(people, hide(people))
    assert look(signed_in("olga"), paths)[MEMBERS]
    after_her = look(signed_in(None), paths)
    settings.KEEP_FACTS = False
    assert after_her == look(signed_in(None), paths)
