"""Joining links: made and revoked at the desk, taken by whoever was given one. A use is one UPDATE that must hit."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import grouping
from members.joining import close_application, make_member
from members.mail import letter
from members.models import Entry, Group, GroupMembership, JoinLink, Member
from members.profiles import keep_name
from members.refusals import Refused
from smclub.dates import day


@transaction.atomic
def make(*, by: Member, label: str, max_uses: int, expires_at: datetime, group: Group | None = None) -> tuple[JoinLink, str]:
    """The link, and the token of its address, which nobody can read again."""
    token = secrets.token_urlsafe(24)
    link = JoinLink.objects.create(
        token_hash=JoinLink.hash_of(token), made_by=by, label=label, max_uses=max_uses, expires_at=expires_at, group=group
    )
    Entry.objects.write("join_link.make", link, by=by, note=_facts(link))
    return link, token


def _facts(link: JoinLink) -> str:
    people = ngettext("%(n)s person", "%(n)s people", link.max_uses) % {"n": link.max_uses}
    return " · ".join([people, day(timezone.localtime(link.expires_at)), *([str(link.group)] if link.group else [])])


@transaction.atomic
def revoke(link: JoinLink, *, by: Member) -> None:
    """From now on the address opens nothing; who came by it stays."""
    if not JoinLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused(_("This link is revoked already."))
    Entry.objects.write("join_link.revoke", link, by=by)


def gives(link: JoinLink, *, member: Member) -> bool:
    """Whether it has anything for `member`: members may have its group only."""
    return not member.is_accepted or _opens_a_group(link, member)


def _opens_a_group(link: JoinLink, member: Member) -> bool:
    return link.group is not None and not GroupMembership.objects.filter(group=link.group, member=member).exists()


@transaction.atomic
def take(link: JoinLink, *, member: Member, name: str = "", conduct: str = "") -> str:
    """Makes `member` a member, and one of the link's group. Returns what to say.

    The use is counted first, by a write that both databases make others wait for; a refusal gives it back.
    """
    is_good = JoinLink.objects.good().filter(pk=link.pk).update(uses=F("uses") + 1)
    link.refresh_from_db()
    if not is_good:
        raise Refused(link.why_not)
    member.refresh_from_db()
    if not gives(link, member=member):
        raise Refused(_("You are a member already."))
    keep_name(member, name, conduct=conduct)
    if not member.is_accepted:
        close_application(member, by=member)
        make_member(member, verb="member.join_by_link", by=member)
        letter("members.application_accepted", key=f"join_link:{link.pk}:{member.pk}", to=member)
    if _opens_a_group(link, member):
        grouping.enter(link.group, member=member)
    Entry.objects.write("join_link.take", link, by=member, after=str(link.uses))
    return _("Welcome: you are a member of the club.")
