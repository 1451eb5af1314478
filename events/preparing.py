"""What there is to do for a meeting (*à faire*): a list made of a template of its kind, which follows its day."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, ToDo
from events.patience import patient
from members.models import Entry, Member

Kind = Event.Kind
DOOR = (_("Prepare the door: list, badges, volunteers"), -1)
WRITE_UP = (_("Publish the write-up"), 7)
_TALKS = (
    (_("Find the venue"), -42),
    (_("Confirm the speakers"), -30),
    (_("Announce the meeting"), -21),
    (_("Remind those who come"), -3),
    DOOR,
    WRITE_UP,
)
TEMPLATES = {  # kind -> what, and how many days from the day of the meeting
    Kind.CONFERENCE: _TALKS,
    Kind.FOCUS: _TALKS,
    Kind.WORKSHOP: (
        (_("Find the venue"), -30),
        (_("Settle the programme with the commission"), -21),
        (_("Announce the meeting"), -14),
        (_("Remind those who come"), -3),
        DOOR,
        WRITE_UP,
    ),
    Kind.AFTERWORK: (
        (_("Book the place"), -21),
        (_("Announce the meeting"), -14),
        (_("Remind those who come"), -2),
        (_("Publish the photographs"), 3),
    ),
    Kind.ASSEMBLY: (
        (_("Find the venue"), -60),
        (_("Write the reports and the agenda"), -30),
        (_("Put the documents on the page, then convoke the members"), -21),
        (_("Gather the proxies"), -3),
        DOOR,
        (_("Record who was elected"), 2),
        (_("Publish the minutes"), 14),
    ),
    Kind.EXTERNAL: ((_("Announce the meeting"), -14),),
}


@patient
@transaction.atomic
def prepare(event: Event, *, by: Member) -> list[ToDo]:
    """The list of its kind, in the language of who asks; what it has already is not there twice."""
    event = Event.objects.lock(event.pk)
    known = set(event.todos.values_list("title", flat=True))
    steps = [(str(title), days) for title, days in TEMPLATES[event.kind] if str(title) not in known]
    made = [
        event.todos.create(title=title, days=days, due_on=_day(event, days), position=position)
        for position, (title, days) in enumerate(steps, start=len(known))
    ]
    if made:
        Entry.objects.write("event.prepare", event, by=by, note=str(len(made)))
    return made


@patient
@transaction.atomic
def tick(todo: ToDo, *, by: Member, is_done: bool = True) -> ToDo:
    """Done, or not after all: said twice is said once."""
    event = Event.objects.lock(todo.event_id)
    todo = event.todos.get(pk=todo.pk)
    if todo.is_done == is_done:
        return todo
    todo.done_at, todo.done_by = (timezone.now(), by) if is_done else (None, None)
    todo.save(update_fields=["done_at", "done_by"])
    Entry.objects.write("todo.tick" if is_done else "todo.untick", todo, by=by, note=event.title)
    return todo


def follow(event: Event, *, old_day) -> None:
    """Under the lock of a meeting that moved from `old_day`: what is not done yet moves with it."""
    for todo in event.todos.filter(done_at=None):
        todo.due_on = _moved(todo, event, old_day=old_day)
        todo.save(update_fields=["due_on"])


def copy(event: Event, draft: Event) -> None:
    """The same list for another meeting, as far from its day, nothing of it done."""
    for todo in event.todos.order_by("position", "pk"):
        due_on = _moved(todo, draft, old_day=event.local_day)
        draft.todos.create(
            title=todo.title, assigned_to_id=todo.assigned_to_id, due_on=due_on, days=todo.days, position=todo.position
        )


def _moved(todo: ToDo, event: Event, *, old_day):
    """The due date of `todo` for the day that `event` has now; one set by hand keeps its distance."""
    if event.local_day is None:
        return None if todo.days is not None else todo.due_on
    if todo.due_on and old_day:
        return todo.due_on + (event.local_day - old_day)
    return todo.due_on or (None if todo.days is None else _day(event, todo.days))


def _day(event: Event, days: int):
    return event.local_day and event.local_day + timedelta(days=days)
