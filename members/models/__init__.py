from members.models.application import Application, Inquiry, Sponsorship
from members.models.browser import KnownBrowser
from members.models.club import Club
from members.models.consent import Consent
from members.models.dues import Dues, DuesSeat, DuesState, Plan
from members.models.group import Group, GroupMembership, GroupRequest
from members.models.handover import HandoverTick
from members.models.imports import Import, ImportLine
from members.models.invoice import Invoice, InvoiceSeries
from members.models.join_link import JoinLink
from members.models.journal import Entry, JobRun, OldAddress
from members.models.letter import Letter
from members.models.member import Member, is_accepted
from members.models.news import Notice, Preference
from members.models.notice import GroupNotice
from members.models.person import Mandate, Organisation, Person
from members.models.picture import Picture
from members.models.rights import Erasure, Export, SealedRecord
from members.models.spoken import PersonLanguage
from members.models.topic import GroupTopic, PersonTopic, Topic

__all__ = [
    "Application",
    "Club",
    "Consent",
    "Dues",
    "DuesSeat",
    "DuesState",
    "Entry",
    "Erasure",
    "Export",
    "Group",
    "GroupMembership",
    "GroupNotice",
    "GroupRequest",
    "GroupTopic",
    "HandoverTick",
    "Import",
    "ImportLine",
    "Inquiry",
    "Invoice",
    "InvoiceSeries",
    "JobRun",
    "JoinLink",
    "KnownBrowser",
    "Letter",
    "Mandate",
    "Member",
    "Notice",
    "OldAddress",
    "Organisation",
    "Person",
    "PersonLanguage",
    "PersonTopic",
    "Picture",
    "Plan",
    "Preference",
    "SealedRecord",
    "Sponsorship",
    "Topic",
    "is_accepted",
]
