"""Makes the demo club out of the texts of this folder; what exists already is left as it is."""

from django.db import transaction

from smclub.demo import dues, meetings, past, people, writing
from smclub.demo.shelf import Shelf

DEMO_ACCOUNTS = ("owner", "organiser", "editor", "coordinator", "milan", "lea", "friend")
STEPS = (
    people.club,
    people.topics,
    people.organisations,
    people.members,
    people.people,
    people.groups,
    people.requests,
    people.notices,
    people.mandates,
    dues.dues,
    people.partners,
    meetings.events,
    meetings.registrations,
    meetings.proxies,
    past.opinions,
    past.left,
    writing.posts,
    writing.pages,
    writing.comments,
    people.applications,
)


@transaction.atomic
def load() -> None:
    demo = Shelf()
    for step in STEPS:
        step(demo)
