"""What the site holds of somebody, table by table: what their copy gives, what erasure does, what a merge of two accounts does,
or of two pages of one person.

A test walks every model and every key to a Member, a Person, an Application or a Registration, and fails on one that is not here.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Field, Model, Q, QuerySet

from events.models import Registration
from members.models import Member
from members.models.member import fold_email


class Erased(StrEnum):
    GONE = "the rows go"
    LOOSE = "the rows stay, and point at nobody"
    DEED = "smclub/erasing.py says how"
    KEPT = "they stay"


class Merged(StrEnum):
    MOVED = "they are the other account's"
    ONCE = "they are the other account's, unless it has the same already"
    GONE = "the rows go"
    DEED = "smclub/merging.py says how"
    KEPT = "they stay as they are"


GONE, LOOSE, MOVED, ONCE = Erased.GONE, Erased.LOOSE, Merged.MOVED, Merged.ONCE


@dataclass(frozen=True)
class Rule:
    """About the rows that point at somebody by `at`, "app.Model.field"."""

    at: str
    erased: Erased
    merged: Merged
    gives: bool = True  # whether the copy holds them; if not, `why`
    why: str = ""
    hides: tuple[str, ...] = ()  # fields that tell of others, or open something
    by_address: tuple[str, ...] = field(default=())  # fields with an address: theirs are these rows too

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.at.rpartition(".")[0])

    @property
    def field(self) -> Field:
        return self.model._meta.get_field(self.at.rpartition(".")[2])

    def rows(self, member: Member) -> QuerySet:
        """Those of `member`, in the order in which they were made."""
        is_direct = self.field.related_model is Member  # or through their Person, their Application, their Registration
        theirs = Q(**{self.field.name if is_direct else f"{self.field.name}__member": member})
        for name in self.by_address:
            theirs |= Q(**{f"{name}__in": addresses_of(member)})
        return self.model._base_manager.filter(theirs).order_by("pk")


A_DEED = "a deed of theirs on what is somebody else's: the log of deeds tells of it"

RULES = (
    # -- the account and its door
    Rule("admin.LogEntry.user", GONE, MOVED, hides=("object_repr", "change_message")),
    Rule("members.Member_groups.member", GONE, Merged.DEED),
    Rule("members.Member_user_permissions.member", GONE, Merged.DEED),
    Rule("account.EmailAddress.user", GONE, Merged.DEED),
    Rule("mfa.Authenticator.user", GONE, Merged.GONE, hides=("data",)),
    Rule("usersessions.UserSession.user", Erased.DEED, Merged.DEED, hides=("session_key",)),
    Rule("members.KnownBrowser.member", GONE, Merged.GONE),
    # -- members
    Rule("members.Application.member", GONE, Merged.DEED, hides=("decided_by",)),
    Rule("members.Application.decided_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.Inquiry.application", GONE, Merged.KEPT, hides=("asked_by",)),
    Rule("members.Inquiry.asked_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.Sponsorship.member", GONE, ONCE),
    Rule("members.Sponsorship.application", GONE, Merged.KEPT, gives=False, why="what members say in confidence of an applicant"),
    Rule("members.JoinLink.made_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.GroupMembership.member", GONE, Merged.DEED),
    Rule("members.GroupRequest.member", GONE, ONCE, hides=("decided_by",)),
    Rule("members.GroupRequest.decided_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.HandoverTick.member", GONE, ONCE, hides=("ticked_by",)),
    Rule("members.HandoverTick.ticked_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.GroupNotice.author", LOOSE, MOVED),
    Rule("members.Entry.actor", Erased.DEED, MOVED, hides=("subject_label", "note")),
    Rule("members.Letter.member", Erased.DEED, MOVED, hides=("context", "key", "html"), by_address=("to_email",)),
    Rule("members.Preference.member", GONE, ONCE),
    Rule("members.Consent.member", GONE, MOVED),
    Rule("members.Notice.member", GONE, ONCE, hides=("context", "key", "thread", "letter")),
    Rule("members.Dues.member", Erased.DEED, MOVED, hides=("recorded_by",)),
    Rule("members.Dues.contact", LOOSE, MOVED, hides=("recorded_by", "reference")),
    Rule("members.Dues.recorded_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.DuesSeat.member", GONE, ONCE),
    Rule("members.Invoice.issued_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.Import.made_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("members.Export.member", Erased.DEED, Merged.DEED, hides=("file",)),
    Rule("members.Erasure.member", Erased.KEPT, Merged.DEED),
    Rule("members.Person.member", Erased.DEED, Merged.DEED),
    Rule("members.PersonTopic.content_object", GONE, ONCE),
    Rule("members.PersonLanguage.person", GONE, ONCE),
    Rule("members.Mandate.person", Erased.DEED, MOVED),
    # -- above them
    Rule("partners.Partner_contacts.person", GONE, ONCE),
    Rule("events.Invitation.member", GONE, Merged.DEED, by_address=("email",)),
    Rule("events.Invitation.invited_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("events.Registration.member", Erased.DEED, Merged.DEED, hides=("token",), by_address=("email",)),
    Rule("events.Proxy.giver", LOOSE, ONCE),
    Rule("events.Proxy.holder", LOOSE, ONCE, hides=("giver",)),
    Rule("events.DoorLink.made_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("events.DoorTap.by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("events.ToDo.assigned_to", LOOSE, MOVED, hides=("done_by",)),
    Rule("events.ToDo.done_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("events.Answer.registration", Erased.DEED, Merged.DEED),
    Rule("events.DoorTap.registration", Erased.KEPT, Merged.KEPT, gives=False, why="the registration says who is here"),
    Rule("events.Mailing.author", LOOSE, MOVED, hides=("nonce",)),
    Rule("events.Feedback.member", Erased.DEED, ONCE),
    Rule("events.Talk.person", Erased.KEPT, ONCE, by_address=("email",)),
    Rule("posts.Comment.member", Erased.DEED, MOVED, hides=("text_hash", "idempotency_key", "path", "depth")),
    Rule("posts.Report.reporter", Erased.DEED, Merged.DEED, hides=("decided_by",), by_address=("email",)),
    Rule("posts.Report.decided_by", LOOSE, MOVED, gives=False, why=A_DEED),
    Rule("posts.Credit.person", Erased.KEPT, MOVED),
    Rule("posts.Post.created_by", LOOSE, MOVED),
)

# Tables without a key to anybody, where a name or an address may stand all the same: smclub/erasing.py reads each of them.
TRACES = {
    "members.OldAddress": "the old address of a page has the name in it",
    "members.Picture": "a portrait",
    "members.Entry": "the thing that a deed was done to, and the note",
    "members.ImportLine": "who a line of a file was about, for a month",
    "members.Letter": "the words of letters to others",
    "posts.CommentRevision": "what a comment said before",
    "sessions.Session": "who is on the way in",
    "modelsearch.IndexEntry": "the words of a page",
    "modelsearch.SQLiteFTSIndexEntry": "follows the table above",
    "account.EmailConfirmation": "follows the address",
    "django_tasks_database.DBTaskResult": "what a task that failed said",
}

# Tables about no account: what the club says of itself, what it publishes, and what the libraries keep for themselves.
OF_NOBODY = {
    *("members.Club", "members.Group", "members.GroupTopic", "members.JobRun", "members.Organisation", "members.Topic"),
    *("members.Plan", "members.InvoiceSeries"),
    "members.SealedRecord",  # what the law keeps apart, of accounts that are no more
    *("partners.Partner", "partners.Period", "partners.Counterpart"),
    *(
        "events.Attachment",
        "events.Event",
        "events.Question",
        "events.EventTopic",
        "events.EventPartner",
        "events.Venue",
        "events.Cycle",
    ),
    *("posts.Discussion", "posts.Category", "posts.Series", "posts.Page", "posts.PostTopic", "posts.WatchedWord"),
    *("posts.Post_categories", "posts.Post_mentions"),
    *("auth.Permission", "auth.Group", "auth.Group_permissions", "contenttypes.ContentType", "taggit.Tag", "taggit.TaggedItem"),
}


def addresses_of(member: Member) -> list[str]:
    """Every address that is known to be theirs, once verified."""
    verified = EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True)
    return sorted({member.email, *map(fold_email, verified)})


def registrations_of(member: Member):
    """Those of the account, and those that organisers made for its addresses."""
    return Registration.objects.filter(Q(member=member) | Q(member=None, email__in=addresses_of(member)))
