"""The end of an account: asked for, a day to think again, then nothing of it is left but what the law has kept apart.

What is done to which table stands in smclub/personal.py; what people write about each other stays theirs.
"""

import hashlib
import json
import logging
from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model, ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from events import asking, registering
from events.assembly import proxies
from events.models import Event, Feedback, Talk
from events.refusals import Busy
from members import picturing
from members.importing import deeds as importing
from members.mail import letter
from members.models import Dues, Entry, Erasure, Export, ImportLine, Letter, Mandate, Member, OldAddress, Person
from posts import moderating
from posts.models import Comment, CommentRevision, Report
from smclub import exporting, sealing
from smclub.changed import changed, gone, pages_changed
from smclub.personal import RULES, Erased, addresses_of, registrations_of

log = logging.getLogger("smclub.erasing")
COOLING = timedelta(days=1)
NOBODY = "Membre supprimé"  # in the place of a name that credits and talks need
SAYING = 3  # letters from which on a name says who is meant
LIST = "erased"  # the folder of the store that outlives the database: what a restoration erases again


class Refused(Exception):
    """An erasure that is not to be; its text may be read by whoever asked."""


# -- asking ----------------------------------------------------------------------
@transaction.atomic
def ask(
    member: Member, *, by: Member | None, keeps_name: bool = False, erases_comments: bool = False, why: str = Erasure.Why.OWN
) -> Erasure:
    """To be done in a day, unless withdrawn; asked for twice it is the same. Raises Refused of the last owner."""
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.is_superuser and not Member.objects.staff().filter(is_superuser=True).exclude(pk=member.pk).exists():
        raise Refused(_("Name another owner first: the club would have none."))
    wanted = {"keeps_name": keeps_name, "erases_comments": erases_comments, "why": why}
    erasure, made = Erasure.objects.get_or_create(member=member, defaults={"due_at": timezone.now() + COOLING, **wanted})
    if made:
        Entry.objects.write("erasure.ask", member, by=by, reason=why)
        letter("members.erasure_asked", key=f"members.erasure_asked:{erasure.pk}", to=member, erasure=erasure.pk)
    return erasure


@transaction.atomic
def withdraw(member: Member, *, by: Member | None) -> None:
    """Everything stays as it is; nothing happens where nothing was asked."""
    if Erasure.objects.asked().filter(member=member).delete()[0]:
        Entry.objects.write("erasure.withdraw", member, by=by)


def sweep() -> int:
    """Erases whose day is over; who cannot be erased now, a meeting being crowded, is the next time. Returns how many were."""
    done = 0
    for erasure in Erasure.objects.due().select_related("member").order_by("due_at"):
        try:
            erase(erasure)
            done += 1
        except Busy:
            log.warning("erasure put off", extra={"erasure": erasure.pk})
    return done


# -- doing it --------------------------------------------------------------------
def erase(erasure: Erasure) -> None:
    """Seats first, one transaction per meeting, then all the rest in one: whatever dies in between is simply done again."""
    member = erasure.member
    _note_for_restorations(member)
    _leave_meetings_to_come(member)
    with transaction.atomic():
        _erase_the_rest(Erasure.objects.select_for_update().get(pk=erasure.pk), Member.objects.get(pk=member.pk))
    caches["pages"].clear()  # whole pages, which may name them


def again() -> int:
    """After a restoration: erases those whom the list in the store names; returns how many."""
    try:
        _folders, digests = default_storage.listdir(LIST)
    except FileNotFoundError:
        return 0
    back = [member for member in Member.objects.order_by("pk") if digest_of(member) in set(digests)]
    for member in back:
        wanted = {"why": Erasure.Why.DESK, "due_at": timezone.now()}
        erase(Erasure.objects.get_or_create(member=member, defaults=wanted)[0])
    return len(back)


def digest_of(member: Member) -> str:
    """What tells an erased account from every other, in a copy of the database too, and says nothing of whose it was."""
    return hashlib.sha256(f"{member.pk}:{member.created_at.timestamp():.6f}".encode()).hexdigest()


def _note_for_restorations(member: Member) -> None:
    name = f"{LIST}/{digest_of(member)}"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(b""))


def _leave_meetings_to_come(member: Member) -> None:
    for registration in registrations_of(member).live().at(Event.objects.to_come()):
        try:
            registering.give_back(registration)
        except Busy:
            raise
        except registering.Refused:  # it began meanwhile
            continue
    proxies.return_votes(Member.objects.filter(pk=member.pk))


def _erase_the_rest(erasure: Erasure, member: Member) -> None:
    sealing.seal(member)
    person = Person.objects.filter(member=member).first()
    names = sorted({name for name in (member.name, person.name if person else "") if len(name) >= SAYING})
    marks = names + addresses_of(member)
    address, language = member.email, member.language
    _comments(member, are_erased=erasure.erases_comments)
    _reports(member)
    _log_of_deeds(member, person, marks)
    _dues(member, marks)
    Talk.objects.filter(Q(person__member=member) | Q(email__in=addresses_of(member))).update(email="")
    if person:
        _person(person, keeps_name=erasure.keeps_name)
    asking.forget(registrations_of(member))
    registrations_of(member).update(member=None, reason="", name="", email="")
    Feedback.objects.filter(member=member).update(member=None, remark="")  # the score of the meeting stays what it was
    for export in Export.objects.filter(member=member):
        exporting.discard(export)
    _rows_by_rule(member, Erased.GONE, lambda rows: rows.delete())
    _loosen(member)
    _letters(member, marks)
    _imports(member, marks)
    _sessions(member, marks)
    DBTaskResult.objects.filter(_holds(marks, "traceback")).delete()
    Erasure.objects.filter(pk=erasure.pk).update(member=None, done_at=timezone.now())
    _account(member)
    Entry.objects.write("erasure.done", erasure, reason=erasure.why)
    letter("members.erased", key=f"members.erased:{erasure.pk}", to=address, language=language)
    pages_changed()


def _holds(marks: list[str], *fields: str) -> Q:
    found = Q(pk__in=[])
    for mark in marks:
        for field in fields:
            found |= Q(**{f"{field}__icontains": mark})
    return found


def _rows_by_rule(member: Member, kind: Erased, deed) -> None:
    for rule in RULES:
        if rule.erased == kind and rule.field.related_model is Member:
            deed(rule.rows(member))


def _loosen(member: Member) -> None:
    for rule in RULES:
        if rule.erased == Erased.LOOSE:
            rule.model._base_manager.filter(**{rule.field.name: member}).update(**{rule.field.name: None})


def _comments(member: Member, *, are_erased: bool) -> None:
    """Those that nobody reads go; those read stay under nobody's name, or go with their words when that was asked."""
    own = Comment.objects.filter(member=member)
    kept = own.none() if are_erased else own.counted()
    for comment in own.exclude(pk__in=kept.values("pk")).exclude(state=Comment.State.ERASED):
        moderating.erase(comment)
    CommentRevision.objects.filter(comment__in=own).delete()
    own.update(member=None, text_hash="", idempotency_key=None)


def _reports(member: Member) -> None:
    """What was said of a page stays, and how it was answered: the law wants both. Not who said it."""
    sent = Report.objects.filter(Q(reporter=member) | Q(email__in=addresses_of(member)))
    sent.update(reporter=None, name="", email="")


def _dues(member: Member, marks: list[str]) -> None:
    """The books keep what was paid, when and how; not by whom."""
    own = Dues.objects.filter(member=member)
    own.filter(_holds(marks, "reference", "purchase_order")).update(reference="", purchase_order="")
    own.filter(_holds(marks, "cancel_reason")).update(cancel_reason="–")
    own.update(member=None)


def _log_of_deeds(member: Member, person: Person | None, marks: list[str]) -> None:
    """Each deed stays bare: what was done and when, to whom and by whom no more."""
    subjects: list[Model] = [member, *([person] if person else [])]
    about = [Entry.objects.about(subject).values("pk") for subject in subjects]
    for rows in (
        *(Entry.objects.filter(pk__in=pks) for pks in about),
        Entry.objects.filter(_holds(marks, "subject_label", "note")),
    ):
        rows.forget_words()
    Entry.objects.filter(actor=member).forget_actor()
    told = _holds(marks, "object_repr", "change_message")
    LogEntry.objects.filter(told).update(object_repr="", change_message="")


def _person(person: Person, *, keeps_name: bool) -> None:
    """The page goes. A talk, a credit or a mandate keeps somebody: by name when they wish so, else "a member"."""
    path = f"/personnes/{person.slug}/"
    OldAddress.objects.filter(Q(path=path) | Q(target=path)).delete()
    portrait, person.portrait = person.portrait, None
    posts, events = _credited(person), _spoken_at(person)
    for rule in RULES:
        if rule.erased == Erased.GONE and rule.field.related_model is Person:
            rule.model._base_manager.filter(**{rule.field.name: person}).delete()
    today = timezone.localdate()
    Mandate.objects.filter(person=person).exclude(ends_on__lt=today).update(ends_on=today)
    try:
        with transaction.atomic():
            gone(person)
            person.delete()
    except ProtectedError:
        _strip(person, keeps_name=keeps_name)
    if portrait:
        picturing.discard(portrait)
    for thing in (*posts, *events):
        changed(thing)


def _strip(person: Person, *, keeps_name: bool) -> None:
    bare = Person(pk=person.pk, name=person.name, slug=person.slug)
    if not keeps_name:
        bare.name, bare.slug = NOBODY, f"efface-{person.pk}"
    bare.save(force_update=True)
    changed(bare)


def _credited(person: Person) -> list[Model]:
    return [credit.post for credit in person.credits.select_related("post")]


def _spoken_at(person: Person) -> list[Model]:
    return [talk.event for talk in person.talks.select_related("event")]


def _letters(member: Member, marks: list[str]) -> None:
    """Theirs go, and what they wrote to the club; those to others that name them lose their words."""
    mine = Q(member=member) | Q(to_email__in=addresses_of(member)) | Q(context__email__in=addresses_of(member))
    Letter.objects.filter(mine).delete()
    naming: QuerySet = Letter.objects.filter(_holds(marks, "subject", "text", "html", "calendar", "last_error"))
    for row in naming.exclude(state__in=[Letter.State.QUEUED, Letter.State.SENDING]):
        row.subject, row.text, row.html, row.calendar, row.last_error = row.kind, "", "", "", ""
        row.save(update_fields=["subject", "text", "html", "calendar", "last_error"])


def _imports(member: Member, marks: list[str]) -> None:
    """Lines of reports about them, and files not imported yet that hold their address."""
    ImportLine.objects.filter(Q(email__in=addresses_of(member)) | _holds(marks, "name", "said")).delete()
    importing.forget_files_about(addresses_of(member))


def _sessions(member: Member, marks: list[str]) -> None:
    """Those in which they are signed in, and those that hold their address on the way in."""
    for session in Session.objects.iterator():
        held = session.get_decoded()
        text = json.dumps(held, default=str, ensure_ascii=False)
        if held.get("_auth_user_id") == str(member.pk) or any(mark in text for mark in marks):
            session.delete()


def _account(member: Member) -> None:
    """Where accounts must say who paid, for ten years, an empty shell bears that name and opens nothing."""
    member.groups.clear()
    member.user_permissions.clear()
    try:
        with transaction.atomic():
            member.delete()
    except ProtectedError:
        blank = Member(
            pk=member.pk, email=f"efface-{member.pk}@membre.invalid", standing=Member.Standing.BLOCKED, is_active=False
        )
        blank.name, blank.created_at = member.name, member.created_at
        blank.set_unusable_password()
        blank.save(force_update=True)
        Member.objects.filter(pk=member.pk).update(name_shape="")
