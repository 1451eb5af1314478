"""Letters: written as rows in the verb's own transaction, put into words and sent later by the worker.

An app declares how a kind of letter is put into words:

    @composes("events.registered")
    def registered(letter): return {"registration": ...}   # or None when it is no longer true

and the templates `events/mail/registered_subject.txt`, `.txt` and `.html` say it.
"""

import re
from collections.abc import Callable

from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from members.kinds import kind_of
from members.models import Application, Club, Entry, Erasure, Export, Inquiry, KnownBrowser, Letter, Member, Sponsorship
from members.models.member import fold_email
from members.tasks import deliver
from smclub import limits
from smclub.addresses import absolute, in_language

SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # of any kind but those of French typography
TRAILING, BLANKS = re.compile(r"[ \t]+$", re.MULTILINE), re.compile(r"\n{3,}")  # what optional sentences leave in a text
AN_HOUR = {"times": 3, "seconds": 3600}
A_DAY = {"times": 10, "seconds": 24 * 3600}
MESSAGE_SALT = "smclub.message"
COMPOSERS: dict[str, Callable[[Letter], dict | None]] = {}


def may_write_to(email: str) -> bool:
    """Counts one letter that anybody can have sent to any address: three an hour and ten a day, all kinds together."""
    email = fold_email(email)
    return limits.allowed("letters-day", email, **A_DAY) and limits.allowed("letters-hour", email, **AN_HOUR)


def were_wanted(email: str) -> None:
    """The letters of this hour: whoever owns the address has just shown it."""
    limits.forget("letters-hour", email, times=AN_HOUR["times"])


def composes(kind: str):
    def register(function):
        COMPOSERS[kind] = function
        return function

    return register


def letter(
    kind: str,
    *,
    key: str,
    to: Member | str,
    language: str = "",
    urgent: bool = False,
    reply_to: str = "",
    quiet_zone: str = "",
    **context,
) -> Letter:
    """Writes the letter `kind` once per `key`; `context` holds ids and small facts that JSON can hold.

    With `quiet_zone` it waits for the morning there, whenever its turn comes in the quiet hours.

    Raises LookupError about a kind that no AppConfig declares.
    """
    kind_of(kind)
    member = to if isinstance(to, Member) else None
    row, made = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to_email": member.email if member else to,
            "member": member,
            "language": language or (member.language if member else "fr"),
            "is_urgent": urgent,
            "reply_to": reply_to,
            "quiet_zone": quiet_zone,
            "context": context,
        },
    )
    if made:
        deliver.enqueue(row.pk)
    return row


def ready_made(kind: str, *, key: str, to: str, subject: str, text: str, html: str = "", secret: bool = False) -> Letter:
    """Writes a letter whose words exist already (those of the sign-in library)."""
    row = Letter.objects.create(
        kind=kind,
        key=key,
        to_email=to,
        subject=subject,
        text=_tidy(text),
        html=html,
        is_secret=secret,
        is_urgent=True,
        language=translation.get_language() or "fr",
    )
    deliver.using(priority=100).enqueue(row.pk)
    return row


def compose(row: Letter) -> bool:
    """Puts a letter into words, in its own language; False when what it would tell is no longer true."""
    if row.subject:
        return True
    with translation.override(row.language):
        context = COMPOSERS[row.kind](row)
        if context is None:
            return False
        app, _dot, name = row.kind.partition(".")
        context |= {"letter": row, "club": Club.current(), "home_url": absolute("/" if row.language == "fr" else "/en/")}
        template = f"{app}/mail/{name}"
        row.subject = SPACES.sub(" ", render_to_string(f"{template}_subject.txt", context)).strip()[:250]
        row.text = _tidy(render_to_string(f"{template}.txt", context)) + "\n"
        row.html = render_to_string(f"{template}.html", context)
        row.calendar = context.get("calendar", "")
    return True


def _tidy(text: str) -> str:
    return BLANKS.sub("\n\n", TRAILING.sub("", text)).strip()


# The letters of this app.


@composes("members.application_received")
def _application_received(row: Letter) -> dict | None:
    application = Application.objects.select_related("member").filter(pk=row.context["application"]).first()
    return {"application": application} if application and application.is_undecided else None


@composes("members.application_asked")
def _application_asked(row: Letter) -> dict | None:
    inquiry = Inquiry.objects.unanswered().filter(pk=row.context["inquiry"], application__state=Application.State.ASKED).first()
    return {"inquiry": inquiry, **_ways_in(row)} if inquiry else None


@composes("members.sponsorship")
def _sponsorship(row: Letter) -> dict | None:
    sponsorship = Sponsorship.objects.asked_still().filter(pk=row.context["sponsorship"]).first()
    return sponsorship and {
        "application": sponsorship.application,
        "sponsorship_url": absolute(in_language(row.language, "members:sponsor", sponsorship.token)),
    }


@composes("members.application_accepted")
def _application_accepted(row: Letter) -> dict | None:
    return {"member": row.member, **_ways_in(row)} if row.member and row.member.is_accepted else None


@composes("members.application_declined")
def _application_declined(row: Letter) -> dict | None:
    application = Application.objects.select_related("member").filter(pk=row.context["application"]).first()
    return {"application": application} if application and application.state == Application.State.DECLINED else None


@composes("members.invited")
def _invited(row: Letter) -> dict | None:
    is_open = Application.objects.filter(pk=row.context["application"], state=Application.State.INVITED).exists()
    return {"member": row.member, **_ways_in(row)} if is_open else None


@composes("members.imported")
def _imported(row: Letter) -> dict | None:
    """To who has not come in yet: whoever has knows the place."""
    is_new = row.member and row.member.is_active and row.member.last_login is None
    return (
        {"member": row.member, "sign_in_url": absolute(in_language(row.language, "account_login")), **_ways_in(row)}
        if is_new
        else None
    )


@composes("members.contact")
def _contact(row: Letter) -> dict | None:
    return {"message": row.context}


@composes("members.message")
def _message(row: Letter) -> dict | None:
    sender = Member.objects.filter(pk=row.context.get("sender"), is_active=True).first()
    if sender is None or row.member is None:
        return None
    token = signing.dumps([sender.pk, row.member.pk], salt=MESSAGE_SALT)
    return {
        "sender": sender,
        "text": row.context["text"],
        "answer_url": absolute(in_language(row.language, "members:message_answer", token)),
        "report_url": absolute(in_language(row.language, "members:message_report", token)),
        "profile_url": absolute(in_language(row.language, "members:profile")),
    }


@composes("members.message_reported")
def _message_reported(row: Letter) -> dict | None:
    people = Member.objects.in_bulk([row.context["sender"], row.context["by"]])
    if len(people) < 2:
        return None
    account = reverse("admin:members_member_change", args=[row.context["sender"]])
    told = {"sender": people[row.context["sender"]], "by": people[row.context["by"]], "reason": row.context["reason"]}
    return told | {"account_url": absolute(account)}


@composes("members.export_ready")
def _export_ready(row: Letter) -> dict | None:
    export = Export.objects.ready().filter(pk=row.context["export"]).first()
    return {"export": export, "data_url": absolute(in_language(row.language, "my_data"))} if export else None


@composes("members.erasure_asked")
@composes("members.unused")
def _to_be_erased(row: Letter) -> dict | None:
    erasure = Erasure.objects.asked().filter(pk=row.context["erasure"]).first()
    return {"erasure": erasure, "data_url": absolute(in_language(row.language, "my_data"))} if erasure else None


@composes("members.merged")
@composes("members.erased")
def _erased(row: Letter) -> dict | None:
    return {}


def _ways_in(row: Letter) -> dict:
    return {
        "apply_url": absolute(in_language(row.language, "members:apply")),
        "profile_url": absolute(in_language(row.language, "members:profile")),
        "groups_url": absolute(in_language(row.language, "members:groups")),
        "events_url": absolute(in_language(row.language, "events:list")),
    }


@composes("members.roles_changed")
@composes("members.second_factor_removed")
def _about_a_deed(row: Letter) -> dict | None:
    entry = Entry.objects.select_related("actor").filter(pk=row.context["entry"]).first()
    return {"entry": entry} if entry else None


@composes("members.new_browser")
def _new_browser(row: Letter) -> dict | None:
    known = KnownBrowser.objects.filter(pk=row.context["browser"]).first()
    return known and {
        "known": known,
        "agent": row.context["agent"],
        "sessions_url": absolute(in_language(row.language, "usersessions_list")),
        "password_url": absolute(in_language(row.language, "account_change_password")),
    }
