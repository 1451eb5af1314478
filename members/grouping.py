"""Verbs of a group's life: entering it, leaving it, asking, and what its coordinators decide.

Coordinators decide about their own groups, organisers about all; who coordinates is for organisers to say.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.joining import account_of
from members.mail import letter
from members.models import Entry, Group, GroupMembership, GroupRequest, Member
from members.models.member import fold_email
from members.refusals import Refused
from smclub import limits
from smclub.changed import changed

ASKS_A_DAY = {"times": 5, "seconds": 24 * 3600}
LOOK_UPS_AN_HOUR = {"times": 60, "seconds": 3600}
Role, State = GroupMembership.Role, GroupRequest.State


# -- the member's own -------------------------------------------------------------------------
@transaction.atomic
def join(group: Group, *, member: Member) -> str:
    """Into an open group, at once. Returns what to say."""
    _refuse_strangers(member)
    if group.joining != Group.Joining.OPEN and not _is_in(group, member):
        raise Refused(_("The coordinators of this group choose who joins."), code="not_open")
    enter(group, member=member)
    return _("You are in %(group)s.") % {"group": group}


@transaction.atomic
def leave(group: Group, *, member: Member) -> str:
    """A coordinator too: nobody is held. A group left without one is on the organisers' list. Returns what to say."""
    GroupMembership.objects.filter(group=group, member=member).delete()
    changed(group)
    return _("You have left %(group)s.") % {"group": group}


@transaction.atomic
def ask(group: Group, *, member: Member, message: str = "") -> str:
    """A request, of which those who may answer are told. Returns what to say."""
    _refuse_strangers(member)
    _refuse_asking(group, member)
    if not limits.allowed("group-ask", str(member.pk), **ASKS_A_DAY):
        raise Refused(_("That is many requests in a day: try again tomorrow."), code="too_many")
    try:
        with transaction.atomic():
            request = GroupRequest.objects.create(group=group, member=member, message=message.strip())
    except IntegrityError:
        raise Refused(_("Your request is waiting for an answer already."), code="waiting") from None
    for reader in who_answers(group):
        letter("members.group_request", key=f"group.request:{request.pk}:{reader.pk}", to=reader, request=request.pk)
    return _("Your request is with the coordinators of %(group)s. You will have an answer by e-mail.") % {"group": group}


def _refuse_asking(group: Group, member: Member) -> None:
    if _is_in(group, member):
        raise Refused(_("You are in this group already."), code="is_in")
    if group.joining == Group.Joining.OPEN:
        raise Refused(_("This group is open: join it, there is nothing to ask."), code="open")
    if group.joining == Group.Joining.CLOSED:
        raise Refused(_("This group takes no requests: its coordinators add its members themselves."), code="closed")
    last = GroupRequest.objects.between(group, member)
    if last and last.again_at:
        raise Refused(_("The coordinators have answered you a short while ago: ask again in a month."), code="again")


@transaction.atomic
def withdraw(group: Group, *, member: Member) -> str:
    """Takes one's request back: nothing is left of it. Returns what to say."""
    if not GroupRequest.objects.filter(group=group, member=member, state=State.WAITING).delete()[0]:
        raise Refused(_("No request of yours is waiting."))
    return _("Your request is withdrawn.")


# -- what coordinators and organisers decide ----------------------------------------------------
@transaction.atomic
def accept(request: GroupRequest, *, by: Member) -> None:
    _decide(request, State.ACCEPTED, by=by)
    enter(request.group, member=request.member)
    letter("members.group_accepted", key=f"group.decided:{request.pk}", to=request.member, group=request.group_id)


@transaction.atomic
def decline(request: GroupRequest, *, by: Member, reason: str) -> None:
    """Answers no, with the reason, which the member reads."""
    if not reason.strip():
        raise Refused(_("Give a reason: the member reads it."))
    _decide(request, State.DECLINED, by=by, reason=reason.strip())
    letter("members.group_declined", key=f"group.decided:{request.pk}", to=request.member, request=request.pk)


def _decide(request: GroupRequest, state: str, *, by: Member, reason: str = "") -> None:
    """One answer per request, whoever else answers at the same moment."""
    must_run(request.group, by=by)
    if not request.member.is_accepted:
        raise Refused(_("%(name)s is not a member of the club any more.") % {"name": request.member.public_name})
    waiting = GroupRequest.objects.filter(pk=request.pk, state=State.WAITING)
    if not waiting.update(state=state, decided_at=timezone.now(), decided_by=by, reason=reason):
        raise Refused(_("This request has been answered already."), code="answered")
    Entry.objects.write(f"group.{state}", request, by=by, before=request.state, after=state)
    request.refresh_from_db(fields=["state", "decided_at", "decided_by", "reason"])


def member_at(email: str, *, group: Group, by: Member) -> Member:
    """Whom `by` may add to `group` by an address; to try many addresses takes long."""
    must_run(group, by=by)
    if not limits.allowed("group-add", str(by.pk), **LOOK_UPS_AN_HOUR):
        raise Refused(_("That is many addresses in an hour: go on later."), code="too_many", field="email")
    member = account_of(fold_email(email))
    if member is None or not member.is_accepted:
        raise Refused(_("No member of the club has this address."), code="unknown", field="email")
    if _is_in(group, member):
        raise Refused(_("This member is in the group already."), code="is_in", field="email")
    return member


@transaction.atomic
def add(group: Group, *, member: Member, by: Member) -> GroupMembership:
    """Into any group, whether or not they asked; they are told, and may leave."""
    must_run(group, by=by)
    if not member.is_accepted:
        raise Refused(_("Groups are for members of the club."))
    membership = enter(group, member=member)
    Entry.objects.write("group.add", membership, by=by)
    letter("members.group_added", key=f"group.added:{membership.pk}", to=member, group=group.pk)
    return membership


@transaction.atomic
def remove(membership: GroupMembership, *, by: Member, reason: str = "") -> None:
    """Out of the group; they are told, with the reason if there is one. A coordinator is first relieved, by an organiser."""
    must_run(membership.group, by=by)
    if membership.is_coordination:
        raise Refused(_("This member coordinates the group: an organiser relieves them first."))
    Entry.objects.write("group.remove", membership, by=by, note=reason.strip())
    key = f"group.removed:{membership.pk}"
    letter("members.group_removed", key=key, to=membership.member, group=membership.group_id, reason=reason.strip())
    membership.delete()
    changed(membership.group)


@transaction.atomic
def entrust(membership: GroupMembership, *, by: Member) -> None:
    """Makes a member of the group its coordinator, among others. The desk opens once an owner gives them the role."""
    _set_role(membership, Role.COORDINATOR, by=by, verb="group.entrust")


@transaction.atomic
def relieve(membership: GroupMembership, *, by: Member) -> None:
    """A coordinator is a member of the group like any other again."""
    _set_role(membership, Role.MEMBER, by=by, verb="group.relieve")


def _set_role(membership: GroupMembership, role: str, *, by: Member, verb: str) -> None:
    if not by.may("members.run_every_group"):
        raise Refused(_("Only organisers say who coordinates a group."))
    if role == Role.COORDINATOR and not membership.member.is_accepted:
        raise Refused(_("Groups are for members of the club."))
    if not GroupMembership.objects.filter(pk=membership.pk).exclude(role=role).update(role=role):
        raise Refused(_("It is so already."))
    Entry.objects.write(verb, membership, by=by, before=membership.role, after=role)
    changed(membership.group)


# -- what they stand on --------------------------------------------------------------------------
def enter(group: Group, *, member: Member) -> GroupMembership:
    """What every way in ends with, in its transaction: nothing is left to be asked."""
    membership, made = GroupMembership.objects.get_or_create(group=group, member=member)
    GroupRequest.objects.filter(group=group, member=member, state=State.WAITING).delete()
    if made:
        changed(group)
    return membership


def who_answers(group: Group):
    """Those who run `group` at the desk: its coordinators and the organisers; the owners where there is nobody else."""
    staff, may_answer = Member.objects.staff(), Q(groups__permissions__codename="change_grouprequest")
    coordinates = Q(group_memberships__in=GroupMembership.objects.coordinators().filter(group=group))
    runs_all = Q(groups__permissions__codename="run_every_group")
    readers = staff.filter(may_answer).filter(coordinates | runs_all).distinct().order_by("pk")
    return readers if readers.exists() else staff.filter(is_superuser=True).order_by("pk")


def must_run(group: Group, *, by: Member) -> None:
    if not Group.objects.run_by(by).filter(pk=group.pk).exists():
        raise Refused(_("You do not coordinate this group."), code="not_yours")


def _is_in(group: Group, member: Member) -> bool:
    return GroupMembership.objects.filter(group=group, member=member).exists()


def _refuse_strangers(member: Member) -> None:
    if not member.is_accepted:
        raise Refused(_("Groups are for members of the club."), code="not_member")
