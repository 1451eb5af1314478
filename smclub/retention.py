"""How long things are kept, in one table: a job applies it each day, `manage.py retention --dry-run` only counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from events import asking
from events.models import Answer, DoorLink, DoorTap, Event, Feedback, Invitation, Mailing, Registration, Talk
from members.importing import deeds as importing
from members.mail import letter
from members.models import Entry, Erasure, Export, GroupRequest, Import, Letter, Member, Notice, SealedRecord
from members.models.journal import KEPT as LOG_KEPT
from posts.models import Report
from smclub import erasing

YEAR, MONTH, SEASON = timedelta(days=365), timedelta(days=30), timedelta(days=90)
UNUSED = 2 * YEAR
AT_ONCE = 200  # letters of warning in a day
OVER = [Letter.State.SENT, Letter.State.FAILED, Letter.State.DROPPED]


@dataclass(frozen=True)
class Rule:
    name: str
    rows: Callable[[], QuerySet]
    deed: Callable[[QuerySet], object]


def _deleted(rows: QuerySet) -> None:
    rows.delete()


# -- registrations and invitations ---------------------------------------------------------
def _friends_registrations() -> QuerySet:
    """While their account is a friend's."""
    return Registration.objects.filter(event__in=Event.objects.over_for(YEAR), member__standing=Member.Standing.FRIEND)


def _of_nobody(rows: QuerySet) -> None:
    rows.update(member=None, reason="", name="", email="")


def _names_given_at_the_door() -> QuerySet:
    """Of who has no account, where they could read what is kept of them."""
    return Registration.objects.filter(event__in=Event.objects.over_for(SEASON), member=None).exclude(name="", email="")


def _addresses_of_speakers() -> QuerySet:
    """As long as their link answers, or may answer again at another date."""
    return Talk.objects.filter(event__in=Event.objects.over_for(SEASON)).exclude(email="")


def _without_address(rows: QuerySet) -> None:
    rows.update(email="")


def _old_taps() -> QuerySet:
    return DoorTap.objects.filter(registration__event__in=Event.objects.over_for(MONTH))


def _old_door_links() -> QuerySet:
    return DoorLink.objects.filter(event__in=Event.objects.over_for(MONTH))


def _answers() -> QuerySet:
    """Registrations that say more than who came."""
    answered = Exists(Answer.objects.filter(registration=OuterRef("pk")))
    return Registration.objects.filter(answered | ~Q(guest_names=""), event__in=Event.objects.over_for(SEASON))


def _old_invitations() -> QuerySet:
    return Invitation.objects.filter(event__in=Event.objects.over_for(YEAR))


def _old_mailings() -> QuerySet:
    return Mailing.objects.filter(sent_at__lt=timezone.now() - YEAR)


# -- accounts ------------------------------------------------------------------------------
def _with_last_use(members: QuerySet) -> QuerySet:
    return members.annotate(used_on=Coalesce("last_seen_on", TruncDate("created_at")))


def _unused_accounts() -> QuerySet:
    """Nobody came in for two years, nor was registered by anybody; staff and who is to be erased already aside."""
    since = timezone.now() - UNUSED
    registered = Registration.objects.filter(member=OuterRef("pk"), state_changed_at__gte=since)
    leaving = Erasure.objects.asked().filter(member=OuterRef("pk"))
    members = Member.objects.filter(is_staff=False, is_active=True, last_login__isnull=False)
    unused = _with_last_use(members).filter(used_on__lt=since.date())
    return unused.filter(~Exists(registered), ~Exists(leaving)).order_by("pk")


def _warned(rows: QuerySet) -> None:
    """A month to come back: the job of erasures does the rest, once the letter left."""
    for member in rows[:AT_ONCE]:
        with transaction.atomic():
            wanted = {"due_at": timezone.now() + MONTH, "why": Erasure.Why.UNUSED}
            erasure, made = Erasure.objects.get_or_create(member=member, defaults=wanted)
            if made:
                letter("members.unused", key=f"members.unused:{erasure.pk}", to=member, erasure=erasure.pk)
                Entry.objects.write("erasure.ask", member, reason=Erasure.Why.UNUSED)


def _come_back() -> QuerySet:
    """Warned, and here since; or never warned, the letter having found nobody or no mail server."""
    warned = Erasure.objects.asked().filter(why=Erasure.Why.UNUSED)
    unheard = Q(due_at__lte=timezone.now() + timedelta(days=1), is_told=False)
    return warned.with_answer().filter(Q(is_back=True) | unheard)


def _kept(rows: QuerySet) -> None:
    for erasure in rows.select_related("member"):
        erasing.withdraw(erasure.member, by=None)


# -- letters, reports, logs ------------------------------------------------------------------
def _letters_in_words() -> QuerySet:
    old = Letter.objects.filter(state__in=OVER, created_at__lt=timezone.now() - SEASON)
    return old.exclude(text="", html="", calendar="", context={})


def _without_words(rows: QuerySet) -> None:
    """The fact stays that a letter was sent, and whether it arrived."""
    for row in rows.iterator():
        row.subject, row.text, row.html, row.calendar, row.context = row.kind, "", "", "", {}
        row.save(update_fields=["subject", "text", "html", "calendar", "context"])


def _old_news() -> QuerySet:
    return Notice.objects.filter(told_at__lt=timezone.now() - SEASON)


def _old_letters() -> QuerySet:
    return Letter.objects.filter(state__in=OVER, created_at__lt=timezone.now() - YEAR)


def _last_letters_stuck() -> QuerySet:
    """To who was erased, and could not be sent for five weeks."""
    return Letter.objects.filter(kind="members.erased", created_at__lt=timezone.now() - timedelta(days=35))


def _answered_reports() -> QuerySet:
    old = Report.objects.filter(decided_at__lt=timezone.now() - YEAR)
    return old.exclude(name="", email="", reporter=None)


def _of_nobody_known(rows: QuerySet) -> None:
    rows.update(name="", email="", reporter=None)


def _answered_group_requests() -> QuerySet:
    return GroupRequest.objects.filter(decided_at__lt=timezone.now() - YEAR)


def _old_log_of_the_desk() -> QuerySet:
    return LogEntry.objects.filter(action_time__lt=timezone.now() - YEAR)


# -- imports -----------------------------------------------------------------------------------
def _imports_left_lying() -> QuerySet:
    return Import.objects.with_an_old_file()


def _old_reports_of_imports() -> QuerySet:
    return Import.objects.with_old_lines()


def _opinions_that_stand() -> QuerySet:
    return Feedback.objects.to_make_nobodys()


def _unsigned(rows: QuerySet) -> None:
    rows.update(member=None)


RULES = (
    Rule("whose the opinions of a meeting are, a month after it", _opinions_that_stand, _unsigned),
    Rule("registrations of friends, a year after the meeting: a number is left", _friends_registrations, _of_nobody),
    Rule("names given at the door without an account, three months after the meeting", _names_given_at_the_door, _of_nobody),
    Rule("addresses of who spoke, three months after the meeting", _addresses_of_speakers, _without_address),
    Rule("taps at the door, a month after the meeting", _old_taps, _deleted),
    Rule("links to the door, a month after the meeting", _old_door_links, _deleted),
    Rule("answers to questions and names of guests, three months after the meeting", _answers, asking.forget),
    Rule("invitations, a year after the meeting", _old_invitations, _deleted),
    Rule("what was written to the people of a meeting, a year after", _old_mailings, _deleted),
    Rule("erasures given up: the account is used again, or nobody could be warned", _come_back, _kept),
    Rule("accounts unused for two years: a warning, and a month", _unused_accounts, _warned),
    Rule("words of letters, three months after", _letters_in_words, _without_words),
    Rule("pieces of news, three months after they were told", _old_news, _deleted),
    Rule("letters, a year after", _old_letters, _deleted),
    Rule("last letters to who was erased, not sent in five weeks", _last_letters_stuck, _deleted),
    Rule("who sent a report, a year after it was answered", _answered_reports, _of_nobody_known),
    Rule("requests to join a group, a year after the answer", _answered_group_requests, _deleted),
    Rule("files to import that were left lying, after a week", _imports_left_lying, importing.forget),
    Rule("lines of reports of imports, a month after", _old_reports_of_imports, importing.forget),
    Rule("Django's own log of the desk, a year after", _old_log_of_the_desk, _deleted),
)

# What jobs of their own remove: counted here, so that the dry run tells all.
ELSEWHERE = (
    ("lines of the log, a year after", lambda: Entry.objects.filter(at__lt=timezone.now() - LOG_KEPT)),
    ("sealed records whose time is over", SealedRecord.objects.over),
    ("copies of people's data, a day after", Export.objects.expired),
    ("accounts to erase", Erasure.objects.due),
)


def apply() -> dict[str, int]:
    """Applies each rule; how many rows it reached, by its name."""
    done = {}
    for rule in RULES:
        rows = rule.rows()
        done[rule.name] = rows.count()
        if done[rule.name]:
            rule.deed(rows)
    return done


def count() -> dict[str, int]:
    """What there is to do now; nothing is changed."""
    own = {rule.name: rule.rows().count() for rule in RULES}
    return own | {name: rows().count() for name, rows in ELSEWHERE}
