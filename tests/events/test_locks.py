"""Where the lock stands: the first statement of every verb about a meeting's seats is the write that takes it (specs §3.4)."""

import ast
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import events
from events.door.arriving import Keeper
from events.refusals import Refused
from tests import desk
from tests.cast import cast
from tests.make import make_event, make_member, make_proxy, make_registration, make_todo

THE_LOCK = 'UPDATE "events_event" SET "rsvp_rev" = ("events_event"."rsvp_rev" + 1)'
TAP = {"people": 1, "nonce": "tap", "keeper": Keeper(None)}


def of_event(**facts):
    return lambda event, row: ((event,), facts)


def of_row(**facts):
    return lambda event, row: ((row,), facts)


def by_olga(given):
    """The same, by an organiser, who exists once there is a database."""

    def made(event, row):
        rows, facts = given(event, row)
        return rows, facts | {"by": cast("olga")}

    return made


VERBS = {  # verb -> what it is called with, of a meeting and one of its registrations
    "registering.join": lambda event, row: ((event,), {"member": make_member()}),
    "registering.claim": lambda event, row: ((event,), {"member": row.member}),
    "registering.set_guests": lambda event, row: ((event,), {"member": row.member, "guests": 1}),
    "registering.bring": of_row(guests=1),
    "registering.leave": lambda event, row: ((event,), {"member": row.member}),
    "registering.claim_place": of_row(),
    "registering.give_back": of_row(),
    "registering.unite": lambda event, row: ((event,), {"member": row.member, "into": make_member()}),
    "registering.promote": of_event(),
    "admitting.register": by_olga(of_event(name="Inès", email="ines@example.net")),
    "admitting.approve": by_olga(of_row()),
    "admitting.decline": by_olga(of_row()),
    "admitting.seat": by_olga(of_row(reason="Elle anime.")),
    "admitting.reinstate": by_olga(of_row()),
    "admitting.remove": by_olga(of_row()),
    "confirming.confirm": of_row(),
    "assembly.convoking.convoke": by_olga(of_event()),
    "copying.repeat": by_olga(of_event(rhythm="week", count=2)),
    "copying.discard": by_olga(of_event()),
    "door.arriving.check_in": of_row(**TAP),
    "door.arriving.undo": of_row(nonce="tap", keeper=Keeper(None)),
    "door.arriving.admit": of_row(**TAP),
    "door.arriving.walk_in": of_event(name="Inès", **TAP),
    "preparing.prepare": by_olga(of_event()),
    "preparing.tick": by_olga(lambda event, row: ((make_todo(event=event),), {})),
    "assembly.proxies.give": lambda event, row: ((event,), {"giver": row.member, "email": "x@example.org"}),
    "assembly.proxies.record": by_olga(lambda event, row: ((event,), {"giver": row.member, "holder": make_member()})),
    "assembly.proxies.revoke": by_olga(lambda event, row: ((make_proxy(event=event),), {"reason": "Une erreur."})),
    "assembly.proxies.withdraw": lambda event, row: ((event,), {"giver": row.member}),
    "reviewing.give": lambda event, row: ((event,), {"by": row.member, "score": 4}),
    "scheduling.publish": by_olga(of_event()),
    "scheduling.set_publication": by_olga(of_event(at=None)),
    "scheduling.cancel": by_olga(of_event()),
    "scheduling.postpone": by_olga(of_event()),
    "scheduling.move_online": by_olga(of_event()),
    "scheduling.move_back": by_olga(of_event()),
    "scheduling.restore": by_olga(of_event()),
    "scheduling.change_link": by_olga(of_event(online_url="https://visio.example.org/salle")),
    "scheduling.reschedule": by_olga(of_event(is_online=True)),
    "writing.write": by_olga(of_event(to=["going"], subject="Bonjour", body="À jeudi.", nonce="n")),
}


def locking() -> set[str]:
    """The functions of this app that take the lock, by themselves; those of a module's own are called by one of these."""
    found = set()
    home = Path(events.__file__).parent
    for path in home.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "objects.lock(" in ast.unparse(node):
                found.add(".".join([*path.relative_to(home).with_suffix("").parts, node.name]))
    return found


def test_every_verb_that_takes_the_lock_is_looked_at():
    assert set(VERBS) == locking()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", VERBS)
def test_the_first_statement_is_the_write_that_locks(verb):
    """A refusal comes after it, like everything that is read."""
    module, _dot, name = verb.rpartition(".")
    event = make_event(capacity=3, max_guests=2)
    rows, facts = VERBS[verb](event, make_registration(event=event))
    with CaptureQueriesContext(connection) as queries, suppress(Refused):
        getattr(import_module(f"events.{module}"), name)(*rows, **facts)
    statements = [query["sql"] for query in queries]
    if connection.vendor == "sqlite":
        assert statements[0] == "BEGIN IMMEDIATE"
    first = next(sql for sql in statements if not sql.startswith(("BEGIN", "SET LOCAL")))
    assert first.startswith(THE_LOCK)


@pytest.mark.django_db
def test_the_desk_looks_at_what_is_posted_under_the_lock(client):
    """What its form finds true is so when the verbs run: nobody else changes the meeting between them."""
    client.force_login(cast("olga"))
    event = make_event()
    with CaptureQueriesContext(connection) as queries:
        desk.save(client, event, title="Autrement dit")
    statements = [query["sql"] for query in queries]
    writes = [number for number, sql in enumerate(statements) if sql.startswith('UPDATE "events_event"')]
    assert statements[writes[0]].startswith(THE_LOCK)
    assert any('FROM "events_event"' in sql for sql in statements[writes[0] : writes[1]])


@pytest.mark.django_db
def test_a_page_of_the_desk_that_is_not_theirs_takes_no_lock(client):
    client.force_login(cast("coralie"))
    event = make_event()
    assert client.post(reverse("admin:events_event_change", args=[event.pk]), {"title": "Le mien"}).status_code in {302, 403}
    event.refresh_from_db()
    assert event.rsvp_rev == 0
