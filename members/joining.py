"""Verbs of an account's standing: from a first visit to membership."""

from collections.abc import Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.mail import letter
from members.models import Application, Club, Entry, Inquiry, Member
from members.models.member import fold_email
from members.profiles import keep_name
from members.refusals import Refused
from members.sponsoring import ask_sponsors
from smclub.changed import pages_changed


def account_of(email: str) -> Member | None:
    """The open account that a code sent to `email` may enter: whoever verified the address, else whoever it was made for.

    An address that somebody merely added to another account, unverified, never counts.
    """
    verified = Member.objects.filter(emailaddress__email=email, emailaddress__verified=True, is_active=True).first()
    return verified or Member.objects.filter(email=email, is_active=True).first()


@transaction.atomic
def greet(email: str) -> Member | None:
    """A friend's account for an address nobody had, not verified yet; None when that address has a closed account."""
    member, made = Member.objects.get_or_create(
        email=email, defaults={"language": get_language() or "fr", "password": make_password(None)}
    )
    if made:
        EmailAddress.objects.create(user=member, email=email, primary=True, verified=False)
    return member if member.is_active else None


def forget_strangers() -> int:
    """Deletes the accounts of addresses whose code was never typed, after a week; returns how many.

    Whatever an organiser or another app has tied to one (a role, a group, an application, an invitation taken) keeps it.
    """
    week_ago = timezone.now() - timedelta(days=7)
    strangers = Member.objects.friends().filter(created_at__lt=week_ago, last_login=None, is_staff=False, name="")
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    gone = 0
    for member in strangers.filter(~Exists(verified)).filter(applications=None, group_memberships=None, person=None):
        try:
            with transaction.atomic():
                member.delete()
            gone += 1
        except (ProtectedError, RestrictedError):
            continue  # another app holds on to it: it is somebody after all
    return gone


@transaction.atomic
def apply(
    member: Member,
    *,
    name: str = "",
    occupation: str = "",
    organisation: str = "",
    motivation: str = "",
    sponsors=(),
    conduct: str = "",
) -> str:
    """A friend asks to become a member; where the club is open to all it is done at once. Returns what to say.

    `sponsors` are addresses: those of accepted members get a letter, and what is said is the same for any other.
    """
    joining = Club.current().joining
    if member.is_accepted:
        raise Refused(_("You are a member already."))
    if joining == Club.Joining.INVITATION:
        raise Refused(_("The club invites its members: applications are closed."))
    if not member.is_active:
        raise Refused(_("This account is closed."))
    keep_name(member, name, conduct=conduct)
    if joining == Club.Joining.OPEN:
        close_application(member, by=member)
        make_member(member, verb="member.join", by=member)
        return _("Welcome: you are a member of the club.")
    application = _open_application(
        member,
        refusal=_("Your application is waiting for an answer already."),
        occupation=occupation,
        organisation=organisation,
        motivation=motivation,
    )
    ask_sponsors(application, members=[known for email in sponsors if (known := account_of(fold_email(email)))])
    letter("members.application_received", key=f"application.received:{application.pk}", to=member, application=application.pk)
    Entry.objects.write("application.send", application, by=member, after=application.state)
    return _("Your application is on its way. You will have an answer by e-mail.")


def _open_application(member: Member, *, refusal: str, **fields) -> Application:
    """Of two requests at the same moment the database keeps one; the other is told `refusal`."""
    try:
        with transaction.atomic():
            return Application.objects.create(member=member, **fields)
    except IntegrityError:
        raise Refused(refusal) from None


def close_application(member: Member, *, by: Member) -> None:
    """Whoever becomes a member by another way has nothing left to be answered."""
    close_applications([member], by=by)


def close_applications(members: Sequence[Member], *, by: Member) -> None:
    Application.objects.open().filter(member__in=members).update(
        state=Application.State.ACCEPTED, decided_at=timezone.now(), decided_by=by
    )


@transaction.atomic
def accept(application: Application, *, by: Member) -> None:
    """Makes the applicant a member and tells them."""
    _decide(application, Application.State.ACCEPTED, by=by)
    make_member(application.member, verb="application.accept", by=by)
    letter("members.application_accepted", key=f"application.decided:{application.pk}", to=application.member)


@transaction.atomic
def decline(application: Application, *, by: Member, reason: str) -> None:
    """Answers no, with the reason, which the applicant reads."""
    if not reason.strip():
        raise Refused(_("Give a reason: the applicant reads it."))
    _decide(application, Application.State.DECLINED, by=by, reason=reason.strip())
    letter(
        "members.application_declined",
        key=f"application.decided:{application.pk}",
        to=application.member,
        application=application.pk,
    )


def _decide(application: Application, state: str, *, by: Member, reason: str = "") -> None:
    """One decision per application, whoever else decides at the same moment; none about who is a member already."""
    if Member.objects.accepted().filter(pk=application.member_id).exists():
        raise Refused(_("%(name)s is a member already.") % {"name": application.member})
    decided = (
        Application.objects.undecided()
        .filter(pk=application.pk)
        .update(state=state, decided_at=timezone.now(), decided_by=by, reason=reason)
    )
    if not decided:
        raise Refused(_("This application has been answered already."))
    Entry.objects.write("application." + state, application, by=by, before=application.state, after=state)
    application.refresh_from_db()


@transaction.atomic
def ask(application: Application, *, by: Member, question: str) -> None:
    """An organiser wants to know more: the applicant is written to, and answers on the site."""
    _move(application, before=Application.State.WAITING, after=Application.State.ASKED)
    inquiry = Inquiry.objects.create(application=application, asked_by=by, question=question.strip())
    Entry.objects.write("application.ask", application, by=by, before=Application.State.WAITING, after=application.state)
    letter("members.application_asked", key=f"inquiry:{inquiry.pk}", to=application.member, inquiry=inquiry.pk)


@transaction.atomic
def answer(application: Application, *, by: Member, answer: str) -> str:
    """The applicant answers, and is in the queue again, where they were. Returns what to say."""
    _move(application, before=Application.State.ASKED, after=Application.State.WAITING)
    application.inquiries.unanswered().update(answer=answer.strip(), answered_at=timezone.now())
    Entry.objects.write("application.answer", application, by=by, before=Application.State.ASKED, after=application.state)
    return _("Thank you: your answer is with the club.")


def _move(application: Application, *, before: str, after: str) -> None:
    """One UPDATE of the row in the state it must have: of two people at the same moment one is told."""
    if not Application.objects.filter(pk=application.pk, state=before).update(state=after):
        raise Refused(_("This application has moved on meanwhile: look at it again."))
    application.state = after


def make_member(member: Member, *, verb: str, by: Member | None) -> None:
    """What every way in ends with, in its transaction."""
    if not member.is_active:
        raise Refused(_("This account is closed."))
    before = member.standing
    member.standing, member.accepted_on = Member.Standing.MEMBER, timezone.localdate()
    member.save(update_fields=["standing", "accepted_on"])
    Entry.objects.write(verb, member, by=by, before=before, after=member.standing)
    pages_changed()


@transaction.atomic
def invite(member: Member, *, by: Member) -> Application:
    """The club asks a friend to become a member: one click on the page that the letter links to is enough."""
    if member.is_accepted:
        raise Refused(_("%(name)s is a member already.") % {"name": member})
    if not member.is_active:
        raise Refused(_("The account of %(name)s is closed.") % {"name": member})
    refusal = _("%(name)s has an application or an invitation waiting.") % {"name": member}
    invitation = _open_application(member, refusal=refusal, state=Application.State.INVITED)
    Entry.objects.write("member.invite", member, by=by, after=invitation.state)
    letter("members.invited", key=f"application.invited:{invitation.pk}", to=member, application=invitation.pk)
    return invitation


@transaction.atomic
def take_up(member: Member) -> str:
    """The member says yes to the club's invitation. Returns what to say."""
    taken = Application.objects.filter(member=member, state=Application.State.INVITED).update(
        state=Application.State.ACCEPTED, decided_at=timezone.now(), decided_by=member
    )
    if not taken:
        raise Refused(_("No invitation is waiting for you."))
    make_member(member, verb="member.take_up", by=member)
    return _("Welcome: you are a member of the club.")
