from events.models.door import DoorLink, DoorTap
from events.models.event import Event
from events.models.invitation import Invitation
from events.models.place import Cycle, Venue
from events.models.registration import Registration
from events.models.ties import EventPartner, EventTopic, Talk
from events.models.todo import ToDo

__all__ = [
    "Cycle",
    "DoorLink",
    "DoorTap",
    "Event",
    "EventPartner",
    "EventTopic",
    "Invitation",
    "Registration",
    "Talk",
    "ToDo",
    "Venue",
]
