from members.models.application import Application, Inquiry, Sponsorship
from members.models.browser import KnownBrowser
from members.models.club import Club
from members.models.group import Group, GroupMembership
from members.models.join_link import JoinLink
from members.models.journal import Entry, JobRun, OldAddress
from members.models.letter import Letter
from members.models.member import Member, is_accepted
from members.models.person import Mandate, Organisation, Person
from members.models.picture import Picture
from members.models.rights import Erasure, Export, SealedRecord
from members.models.topic import PersonTopic, Topic

__all__ = [
    "Application",
    "Club",
    "Entry",
    "Erasure",
    "Export",
    "Group",
    "GroupMembership",
    "Inquiry",
    "JobRun",
    "JoinLink",
    "KnownBrowser",
    "Letter",
    "Mandate",
    "Member",
    "OldAddress",
    "Organisation",
    "Person",
    "PersonTopic",
    "Picture",
    "SealedRecord",
    "Sponsorship",
    "Topic",
    "is_accepted",
]
