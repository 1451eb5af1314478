"""Verbs of organisers and owners on an account: admitting, blocking, giving roles, rescuing a lost second factor."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group as Role
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.joining import Refused, close_application
from members.mail import letter
from members.models import Entry, Mandate, Member
from smclub.changed import changed

Standing = Member.Standing
OWNER = Mandate.StaffRole.OWNER.value


@transaction.atomic
def admit(member: Member, *, by: Member) -> None:
    """Makes a friend a member without an application."""
    if member.standing != Standing.FRIEND:
        raise Refused(_("Only a friend of the club can be made a member."))
    close_application(member, by=by)
    _set(member, Standing.MEMBER, by=by, verb="member.admit")
    letter("members.application_accepted", key=f"member.admitted:{member.pk}:{timezone.now():%Y%m%d}", to=member)


@transaction.atomic
def block(member: Member, *, by: Member, reason: str) -> None:
    """Closes an account: its sessions end at their next request. The reason stays in the log."""
    _refuse_staff(member, by=by)
    if member == by:
        raise Refused(_("Nobody blocks themselves."))
    if member.standing == Standing.BLOCKED:
        raise Refused(_("This account is blocked already."))
    _set(member, Standing.BLOCKED, by=by, verb="member.block", note=reason)


@transaction.atomic
def unblock(member: Member, *, by: Member) -> None:
    """Opens the account again, as a member when it was one."""
    _refuse_staff(member, by=by)
    if member.standing != Standing.BLOCKED:
        raise Refused(_("This account is not blocked."))
    _set(member, Standing.MEMBER if member.accepted_on else Standing.FRIEND, by=by, verb="member.unblock")


def _refuse_staff(member: Member, *, by: Member) -> None:
    if member.is_staff and not by.is_superuser:
        raise Refused(_("Only an owner blocks or unblocks somebody of the staff."))


def _set(member: Member, standing: str, *, by: Member, verb: str, note: str = "") -> None:
    before = member.standing
    member.standing, member.is_active = standing, standing != Standing.BLOCKED
    if standing == Standing.MEMBER:
        member.accepted_on = member.accepted_on or timezone.localdate()
    member.save(update_fields=["standing", "is_active", "accepted_on"])
    Entry.objects.write(verb, member, by=by, before=before, after=standing, note=note)
    changed(member)


@transaction.atomic
def give_roles(member: Member, *, by: Member, roles: list[Role], is_owner: bool) -> None:
    """Makes `member` staff with exactly these roles; an owner's deed, of which every owner is told.

    Who loses a role signs in again (AU-06): no browser forgotten open keeps what it could do.
    """
    if not by.is_superuser:
        raise Refused(_("Only an owner gives roles."))
    if member == by and not is_owner:
        raise Refused(_("Another owner has to take this role from you."))
    before = _roles_of(member)
    member.is_superuser, member.is_staff = is_owner, bool(roles) or is_owner
    member.save(update_fields=["is_superuser", "is_staff"])
    member.groups.set(roles)
    after = _roles_of(member)
    if before != after:
        entry = Entry.objects.write(
            "member.roles",
            member,
            by=by,
            before=", ".join(before)[:40],
            after=", ".join(after)[:40],
            note=f"{', '.join(before)} → {', '.join(after)}",
        )
        _tell_owners("members.roles_changed", entry)
        if member != by and set(before) - set(after):
            _sign_out_everywhere(member)


@transaction.atomic
def take_role_back(member: Member, *, role: str, note: str) -> bool:
    """The house's own deed, at the end of a mandate; False when they have not that role."""
    before = _roles_of(member)
    if role not in before:
        return False
    member.groups.remove(*Role.objects.filter(name=role))
    member.is_superuser = member.is_superuser and role != OWNER
    member.is_staff = member.is_superuser or member.groups.exists()
    member.save(update_fields=["is_superuser", "is_staff"])
    after = _roles_of(member)
    said = {"before": ", ".join(before)[:40], "after": ", ".join(after)[:40], "note": note}
    Entry.objects.write("mandate.role_over", member, **said)
    _sign_out_everywhere(member)
    return True


def _roles_of(member: Member) -> list[str]:
    named = [OWNER] if member.is_superuser else []
    return named + sorted(member.groups.values_list("name", flat=True))


def _sign_out_everywhere(member: Member) -> None:
    for session in UserSession.objects.filter(user=member):
        session.end()


@transaction.atomic
def rescue(member: Member, *, by: Member) -> None:
    """Takes away a second factor that was lost; an owner's deed, of which the member and every owner are told."""
    if not by.is_superuser:
        raise Refused(_("Only an owner takes away a second factor."))
    taken, _kinds = Authenticator.objects.filter(user=member).delete()
    if not taken:
        raise Refused(_("This account has no second factor."))
    if member != by:
        _sign_out_everywhere(member)
    entry = Entry.objects.write("member.rescue", member, by=by)
    _tell_owners("members.second_factor_removed", entry)
    if not member.is_superuser:
        letter("members.second_factor_removed", key=f"entry:{entry.pk}:{member.pk}", to=member, entry=entry.pk)


def _tell_owners(kind: str, entry: Entry) -> None:
    for owner in Member.objects.filter(is_superuser=True, is_active=True):
        letter(kind, key=f"entry:{entry.pk}:{owner.pk}", to=owner, entry=entry.pk)
