"""Clients that are real processes: each opens its own connection to the test database, waits at a barrier, does one deed.

A fork server starts Django once for all of them.
"""

import multiprocessing
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 60
BY_LINK = ("claim_place",)  # of events.registering, on a registration
OF_ORGANISERS = ("approve", "remove")  # deeds of events.admitting, on a registration


@dataclass(frozen=True)
class Deed:
    """One call of a verb of events, by keyword: ids, not rows, because it crosses processes."""

    verb: str
    event: int
    member: int | None = None
    facts: dict = field(default_factory=dict)


def _open(name: str, *, is_unlocked: bool):
    """Django in this process, on the test database `name`; without the lock for the negative control."""
    from django.db import connections

    from events.models.event import Event, EventQuerySet

    settings = connections["default"].settings_dict
    settings["NAME"] = name
    if settings["ENGINE"].endswith("postgresql"):
        settings["OPTIONS"].pop("pool", None)
    if is_unlocked:
        counted = Event.free

        def free_then_dawdle(event):
            free = counted(event)
            time.sleep(0.4)
            return free

        EventQuerySet.lock = lambda queryset, pk: queryset.get(pk=pk)
        Event.free = free_then_dawdle
    return connections["default"]


def _client(name, deed, barrier, answers, is_unlocked):
    connection = _open(name, is_unlocked=is_unlocked)
    from events import admitting, registering, scheduling
    from events.assembly import proxies
    from events.door import arriving
    from events.models import Event, Registration
    from members.models import Erasure, Member
    from smclub import erasing
    from smclub.changed import changed

    event = Event.objects.get(pk=deed.event)
    facts = dict(deed.facts)
    if "by" in facts:
        facts["by"] = Member.objects.get(pk=facts["by"])
    if deed.member:
        facts["member"] = Member.objects.get(pk=deed.member)
    subject = event
    if deed.verb in (*OF_ORGANISERS, *BY_LINK, "check_in"):
        subject = Registration.objects.get(event=event, member=facts.pop("member"))
    barrier.wait(TIMEOUT)
    try:
        if deed.verb == "changed":
            changed(event)
            answer = "done"
        elif deed.verb == "capacity":
            Event.objects.filter(pk=event.pk).update(**facts)
            registering.capacity_changed(event)
            answer = "done"
        elif deed.verb == "cancel":
            answer = scheduling.cancel(event, **facts).status
        elif deed.verb == "erase":
            erasing.erase(Erasure.objects.get(member=facts["member"]))
            answer = "done"
        elif deed.verb == "give":
            answer = str(proxies.give(event, giver=facts["member"], email=facts["email"]).holder_id)
        elif deed.verb == "check_in":
            done = arriving.check_in(subject, keeper=arriving.Keeper(None), **facts)
            answer = f"{done.registration.arrived}{' already' if done.here_since else ''}"
        else:
            registration = getattr(admitting if deed.verb in OF_ORGANISERS else registering, deed.verb)(subject, **facts)
            answer = registration.state if registration else "nothing"
    except registering.Refused as refusal:
        answer = f"refused: {refusal.code}"
    except Exception as error:  # the parent must hear of it, whatever it is
        answer = f"error: {type(error).__name__}: {error}"
    connection.close()
    answers.put((deed.verb, deed.member, answer))


def rush(name: str, deeds: list[Deed], *, is_unlocked: bool = False) -> list[tuple]:
    """Does all `deeds` at once, one process each; (verb, member, answer) of each. No test thread may hold a connection."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.events.rush_server"])
    os.environ["PYTHONPATH"] = str(ROOT)  # the server is a Python of its own and looks nowhere else
    barrier, answers = context.Barrier(len(deeds)), context.Queue()
    clients = [context.Process(target=_client, args=(name, deed, barrier, answers, is_unlocked)) for deed in deeds]
    for client in clients:
        client.start()
    got = [answers.get(timeout=TIMEOUT) for _client in clients]
    for client in clients:
        client.join(TIMEOUT)
    return got
