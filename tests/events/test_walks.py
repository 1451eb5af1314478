"""Random walks through every deed, compared after each step with a reference that knows nothing of the database.

`WALKS=200x300` takes two hundred walks of three hundred steps instead of a few short ones.
"""

import contextlib
import os
import random
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import admitting, registering, scheduling
from events.models import Event, Registration
from members.models import Letter
from tests.cast import cast
from tests.make import make_event, make_member

State = Registration.State
WALKS, STEPS = map(int, os.environ.get("WALKS", "14x110").split("x"))
PEOPLE, MAX_GUESTS = 9, 2
LIVE, BETTER = ("pending", "waiting", "going"), ("going", "waiting", "pending", "removed", "cancelled")
ABOUT_ALL = ("cancel", "postpone", "restore", "capacity", "reserved", "pause", "queue", "approval")  # who waits may hear of these


class Reference:
    """Rows are [state, guests, queue number]; the rules of seating, in plain Python."""

    def __init__(self, capacity):
        self.rows, self.capacity, self.reserved = {}, capacity, 0
        self.status, self.paused, self.queue, self.approval = "scheduled", False, True, False
        self.phase = 0  # 0 before the cut-off, 1 until the start, 2 while it lasts

    def free(self):
        taken = sum(1 + g for state, g, _n in self.rows.values() if state == "going")
        return 10**9 if self.capacity is None else self.capacity - self.reserved - taken

    def seat(self, acting=None):
        if self.status != "scheduled" or self.paused or self.phase == 2:
            return
        for who, row in sorted(self.rows.items(), key=lambda item: item[1][2]):
            if row[0] == "waiting" and (self.phase == 0 or who == acting):
                if self.free() <= 0:
                    return
                if 1 + row[1] <= self.free():
                    row[0] = "going"

    def fits_at_all(self, guests):
        return 0 <= guests <= MAX_GUESTS and (self.capacity is None or 1 + guests <= self.capacity)

    def is_open(self):
        return self.status == "scheduled" and self.phase < 2

    def join(self, who, guests):
        row = self.rows.get(who)
        if row and row[0] in LIVE:
            return self.guests(who, guests)
        if (row and row[0] == "removed") or not self.is_open() or not self.fits_at_all(guests):
            return None
        old = list(row) if row else None
        self.rows[who] = ["pending" if self.approval else "waiting", guests, self.tail()]
        if not self.approval:
            self.seat(acting=who)
            self.undo_if_nobody_may_wait(who, old)
        return None

    def tail(self):
        return max([n for _s, _g, n in self.rows.values()], default=0) + 1

    def undo_if_nobody_may_wait(self, who, old):
        """Refused as a whole."""
        if self.rows[who][0] == "waiting" and not self.queue:
            self.rows.pop(who) if old is None else self.rows.update({who: old})

    def approve(self, who):
        if self.has(who, "pending") and self.is_open():
            old, self.rows[who][0] = list(self.rows[who]), "waiting"
            self.seat()
            self.undo_if_nobody_may_wait(who, old)

    def decline(self, who):
        if self.has(who, "pending"):
            self.rows[who][0] = "removed"

    def reinstate(self, who):
        if self.has(who, "removed") and self.status == "scheduled":
            old, self.rows[who] = list(self.rows[who]), ["waiting", self.rows[who][1], self.tail()]
            self.seat()
            self.undo_if_nobody_may_wait(who, old)

    def override(self, who):
        if self.has(who, "waiting", "pending") and self.status == "scheduled":
            self.rows[who][0] = "going"

    def claim(self, who):
        if self.has(who, "waiting") and self.is_open():
            self.seat(acting=who)

    def unite(self, who, other):
        found = [self.rows.pop(n) for n in (other, who) if n in self.rows]
        if found:
            kept, *rest = sorted(found, key=lambda row: (BETTER.index(row[0]), row[2]))
            self.rows[who] = kept
            if kept[0] in LIVE:
                wanted = min(max(row[1] for row in found if row[0] in LIVE), MAX_GUESTS)
                kept[1] = max(kept[1], min(wanted, kept[1] + self.free()) if kept[0] == "going" else wanted)
            if any(row[0] in LIVE for row in rest):
                self.seat()

    def has(self, who, *states):
        return who in self.rows and self.rows[who][0] in states

    def guests(self, who, guests):
        row = self.rows.get(who)
        if not row or row[0] not in LIVE or guests == row[1]:
            return
        more = guests - row[1]
        if more > 0 and not self.fits_at_all(guests):  # a party may always shrink, even under a capacity that was lowered
            return
        if (more > 0 or self.status != "scheduled") and not self.is_open():
            return
        if more > 0 and row[0] == "going" and more > self.free():
            return
        row[1] = guests
        self.seat(acting=who if row[0] == "waiting" else None)

    def end(self, who, state):
        row = self.rows.get(who)
        if row and row[0] in LIVE:
            row[0] = state
            self.seat()


class Walk:
    def __init__(self, seed, travel):
        self.random, self.travel = random.Random(seed), travel
        self.olga = cast("olga")
        self.people = {n: make_member(name=f"M{n}") for n in range(PEOPLE)}
        self.event = make_event(days=3, capacity=4, max_guests=MAX_GUESTS)
        self.reference, self.overbooked = Reference(4), False

    def step(self):
        deeds = ["join"] * 8 + ["leave"] * 4 + ["guests"] * 4 + ["capacity"] * 2
        deeds += ["reserved", "remove", "pause", "queue", "cancel", "postpone", "restore", "restore", "erase", "clock"]
        deeds += ["approve"] * 4 + ["decline", "reinstate", "reinstate", "override", "claim", "claim", "unite", "approval"]
        return self.random.choice(deeds), self.random.randrange(PEOPLE), self.random.randrange(MAX_GUESTS + 2)

    def do(self, deed, who, number):
        with contextlib.suppress(registering.Refused):
            getattr(self, deed)(who, number)

    def join(self, who, guests):
        self.reference.join(who, guests)
        registering.join(self.event, member=self.people[who], guests=guests)

    def leave(self, who, _number):
        self.reference.end(who, "cancelled")
        registering.leave(self.event, member=self.people[who])

    def guests(self, who, guests):
        self.reference.guests(who, guests)
        registering.set_guests(self.event, member=self.people[who], guests=guests)

    def remove(self, who, number):
        row = self.event.registrations.filter(member=self.people[who]).first()
        if row and number == 0:
            self.reference.end(who, "removed")
            admitting.remove(row, by=self.olga)

    def row_of(self, who):
        """What the desk shows; None when there is nothing to choose."""
        return self.event.registrations.filter(member=self.people[who]).first()

    def approve(self, who, _number):
        self.reference.approve(who)
        if row := self.row_of(who):
            admitting.approve(row, by=self.olga)

    def decline(self, who, _number):
        self.reference.decline(who)
        if row := self.row_of(who):
            admitting.decline(row, by=self.olga)

    def reinstate(self, who, _number):
        self.reference.reinstate(who)
        if row := self.row_of(who):
            admitting.reinstate(row, by=self.olga)

    def override(self, who, number):
        if number == 0 and (row := self.row_of(who)):
            self.reference.override(who)
            admitting.seat(row, by=self.olga, reason="Intervient.")

    def claim(self, who, _number):
        self.reference.claim(who)
        registering.claim(self.event, member=self.people[who])

    def unite(self, who, number):
        other = (who + 1 + number) % PEOPLE
        self.reference.unite(who, other)
        registering.unite(self.event, member=self.people[other], into=self.people[who])

    def approval(self, _who, _number):
        self.reference.approval = not self.reference.approval
        self.set_field(is_by_approval=self.reference.approval)

    def set_field(self, **fields):
        Event.objects.filter(pk=self.event.pk).update(**fields)
        registering.capacity_changed(self.event)
        self.reference.seat()

    def capacity(self, _who, _number):
        self.reference.capacity = self.random.choice([None, 0, 1, 3, 4, 6, 9])
        self.set_field(capacity=self.reference.capacity)

    def reserved(self, _who, number):
        self.reference.reserved = number
        self.set_field(reserved=number)

    def pause(self, _who, _number):
        self.reference.paused = not self.reference.paused
        self.set_field(is_promotion_paused=self.reference.paused)

    def queue(self, _who, _number):
        self.reference.queue = not self.reference.queue
        self.set_field(has_waiting_list=self.reference.queue)

    def cancel(self, _who, _number):
        self.reference.status = "cancelled"
        scheduling.cancel(self.event, by=self.olga)

    def postpone(self, _who, _number):
        if self.reference.status == "scheduled":
            self.reference.status = "postponed"
        scheduling.postpone(self.event, by=self.olga)

    def restore(self, _who, _number):
        if self.reference.status != "scheduled":
            self.reference.status = "scheduled"
            self.reference.seat()
        scheduling.restore(self.event, by=self.olga)

    def erase(self, who, number):
        """The member goes; somebody new takes the number."""
        if number == 0:
            self.leave(who, number)
            if who in self.reference.rows:
                row = self.reference.rows.pop(who)
                self.reference.rows[f"erased-{row[2]}"] = row
            self.people[who].delete()
            self.people[who] = make_member(name=f"M{who} bis")

    def clock(self, _who, number):
        """Towards the meeting, rarely: past the cut-off, then past the start."""
        if number == 0 and self.reference.phase < 2:
            self.reference.phase += 1
            starts_at = Event.objects.get(pk=self.event.pk).starts_at
            distance = {1: timedelta(hours=-6), 2: timedelta(minutes=10)}[self.reference.phase]
            self.travel.move_to(starts_at + distance)

    def check(self, deed, before):
        rows = list(self.event.registrations.select_related("member").order_by("queue_no"))
        reference = sorted((n, state, g) for state, g, n in self.reference.rows.values())
        assert [(r.queue_no, r.state, r.guests) for r in rows] == reference
        event = Event.objects.get(pk=self.event.pk)
        taken = sum(r.seats for r in rows if r.is_going)
        room = None if event.capacity is None else event.capacity - event.reserved
        if deed in ("capacity", "reserved", "override"):
            self.overbooked = room is not None and taken > room
        assert room is None or taken <= max(room, 0) or self.overbooked, "I1"
        if event.status == "scheduled" and not event.is_promotion_paused and self.reference.phase == 0:
            assert not [r for r in rows if r.is_waiting and (room is None or r.seats <= room - taken)], "I2"
        assert len({r.member_id for r in rows if r.member_id}) == len([r for r in rows if r.member_id]), "I3"
        assert all(0 <= r.guests <= MAX_GUESTS for r in rows), "I3"
        assert event.taken() == taken == sum(r.seats for r in rows if r.state == State.GOING), "I4, I9"
        waiting = [r for r in rows if r.is_waiting]
        ranks = {r.pk: r.rank() for r in waiting}
        assert list(ranks.values()) == list(range(1, len(waiting) + 1)), "I5"
        letters = list(Letter.objects.values_list("key", flat=True))
        if before == [(r.pk, r.state, r.guests, r.queue_no) for r in rows]:
            assert {r.pk: r.rev for r in rows} == self.revs, "I6"
            assert deed in ABOUT_ALL or len(letters) == self.letters, "I6"
        assert len(letters) == len(set(letters)), "I7"
        for row in rows:
            if row.state == State.GOING:
                assert row.rev > 0, "I10: everybody who goes has waited, if only for a moment"
        self.overbooked = self.overbooked and room is not None and taken > room
        self.revs, self.letters = {r.pk: r.rev for r in rows}, len(letters)
        return [(r.pk, r.state, r.guests, r.queue_no) for r in rows]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WALKS))
def test_a_walk_agrees_with_the_reference(seed):
    with time_machine.travel(timezone.now(), tick=True) as travel:
        walk, done, before = Walk(seed, travel), [], []
        walk.revs, walk.letters = {}, 0
        for _n in range(STEPS):
            done.append(walk.step())
            walk.do(*done[-1])
            try:
                before = walk.check(done[-1][0], before)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, the shortest walk that fails, {len(done)} steps: {done}: {error}") from error


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_ranks_only_fall_while_somebody_waits(seed):
    """I5, second half: whatever the others do, the number shown to somebody waiting never grows."""
    event, chance = make_event(capacity=2), random.Random(seed)
    people = [make_member() for _n in range(8)]
    ranks = {}
    for _n in range(60):
        deed = chance.choice([registering.join, registering.leave])
        deed(event, member=chance.choice(people))
        now = {r.member_id: (r.queue_no, r.rank()) for r in event.registrations.waiting()}
        for who, (queue_no, rank) in now.items():
            if who in ranks and ranks[who][0] == queue_no:
                assert rank <= ranks[who][1]
        ranks = now


@pytest.mark.django_db
def test_the_walk_would_notice_somebody_seated_out_of_turn():
    """The reference is not a mirror: a row moved behind the verbs' back is seen."""
    with time_machine.travel(timezone.now(), tick=True) as travel:
        walk = Walk(0, travel)
        walk.revs, walk.letters = {}, 0
        walk.capacity(0, 0)
        walk.set_field(capacity=1)
        walk.reference.capacity = 1
        for who in range(3):
            walk.join(who, 0)
        walk.check("join", [])
        last = walk.event.registrations.waiting().last()
        Registration.objects.filter(pk=last.pk).update(state=State.GOING)
        with pytest.raises(AssertionError):
            walk.check("join", [])
