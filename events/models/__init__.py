from events.models.assembly import Proxy
from events.models.attachment import Attachment
from events.models.door import DoorLink, DoorTap
from events.models.event import Event
from events.models.feedback import Feedback
from events.models.invitation import Invitation
from events.models.mailing import Mailing
from events.models.place import Cycle, Venue
from events.models.question import Answer, Question
from events.models.registration import Registration
from events.models.ties import EventPartner, EventTopic, Talk
from events.models.todo import ToDo

__all__ = [
    "Answer",
    "Attachment",
    "Cycle",
    "DoorLink",
    "DoorTap",
    "Event",
    "EventPartner",
    "EventTopic",
    "Feedback",
    "Invitation",
    "Mailing",
    "Proxy",
    "Question",
    "Registration",
    "Talk",
    "ToDo",
    "Venue",
]
