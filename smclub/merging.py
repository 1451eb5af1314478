"""Two accounts of one person become one: an owner's deed, since the addresses of the one open the other from then on.

Meetings first, one transaction each, then all the rest in one; what dies in between is simply done again.
"""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from events import registering
from events.models import Event, Invitation, Registration
from members.mail import letter
from members.models import Application, Entry, Erasure, Export, GroupMembership, GroupRequest, Member, Person
from posts.models import Report
from smclub import exporting, uniting
from smclub.changed import changed, pages_changed
from smclub.personal import RULES, Merged


class Refused(Exception):
    """A merge that is not to be; its text may be read by whoever asked."""


def merge(member: Member, *, into: Member, by: Member) -> None:
    """All of `member` is `into`'s, which stays; of two registrations for a meeting the better one. Raises Refused."""
    _refuse(member, into, by)
    for event in Event.objects.filter(pk__in=Registration.objects.filter(member=member).values("event")).order_by("pk"):
        registering.unite(event, member=member, into=into)
    with transaction.atomic():
        _merge_the_rest(Member.objects.select_for_update().get(pk=member.pk), Member.objects.get(pk=into.pk), by=by)


def _refuse(member: Member, into: Member, by: Member) -> None:
    if not by.is_superuser:
        raise Refused(_("Only an owner merges accounts: their addresses are keys."))
    if member == into:
        raise Refused(_("Choose two accounts."))
    if member.is_staff:
        raise Refused(_("%(name)s has roles: take them away first.") % {"name": member})
    if not (member.is_active and into.is_active):
        raise Refused(_("A blocked account is merged with no other."))
    if Erasure.objects.asked().filter(member__in=[member, into]).exists():
        raise Refused(_("One of these accounts is to be erased."))


def preview(member: Member) -> dict[str, int]:
    """How many rows of what kind would become another account's."""
    counted: dict[str, int] = {}
    for rule in RULES:
        if rule.merged not in (Merged.GONE, Merged.KEPT) and (number := rule.rows(member).count()):
            name = str(rule.model._meta.verbose_name_plural)
            counted[name] = counted.get(name, 0) + number
    return counted


def _merge_the_rest(member: Member, into: Member, *, by: Member) -> None:
    note = f"{member.pk} → {into.pk}"
    _person(member, into)
    _groups(member, into)
    _one_open_application(member, into)
    _without_a_twin(Invitation.objects.filter(member=member), "event", among=Invitation.objects.filter(member=into))
    Invitation.objects.filter(member=member).update(member=into)
    _without_a_twin(Report.objects.filter(reporter=member), "comment", among=Report.objects.filter(reporter=into))
    Report.objects.filter(reporter=member).update(reporter=into)
    for export in Export.objects.filter(member=member):
        exporting.discard(export)
    for rule in RULES:
        if rule.merged in (Merged.MOVED, Merged.ONCE) and rule.field.related_model is Member:
            uniting.move(rule, member, into)
    _account(member, into)
    Entry.objects.write("member.merge", into, by=by, note=note)
    letter("members.merged", key=f"members.merged:{note}", to=into)
    pages_changed()


def _without_a_twin(rows, field: str, *, among) -> None:
    """Before two accounts are one: what only one account may have once, once."""
    same = among.exclude(**{field: None}).values(field)
    for row in rows.filter(**{f"{field}__in": same}):
        if hasattr(row, "reporter"):
            row.reporter = None
            row.save(update_fields=["reporter"])
        else:
            row.delete()


def _groups(member: Member, into: Member) -> None:
    for membership in GroupMembership.objects.filter(member=member):
        own = GroupMembership.objects.filter(group=membership.group_id, member=into).first()
        if own is None:
            membership.member = into
            membership.save(update_fields=["member"])
        else:
            if membership.role == GroupMembership.Role.COORDINATOR:
                own.role = membership.role
                own.save(update_fields=["role"])
            membership.delete()
    joined = GroupMembership.objects.filter(member=into).values("group")
    GroupRequest.objects.filter(member__in=[member, into], group__in=joined, state=GroupRequest.State.WAITING).delete()


def _one_open_application(member: Member, into: Member) -> None:
    if into.is_accepted or Application.objects.open().filter(member=into).exists():
        Application.objects.open().filter(member=member).delete()
    Application.objects.filter(member=member).update(member=into)


def _person(member: Member, into: Member) -> None:
    """One page: the one of `into`, or the other one when there is no such page."""
    other, own = (Person.objects.filter(member=whose).first() for whose in (member, into))
    if other is None:
        return
    if own is None:
        other.member = into
        other.save(update_fields=["member"])
        changed(other)
        return
    uniting.unite(other, into=own)


def _account(member: Member, into: Member) -> None:
    """The better standing, the longer time; and the addresses, each of which lets in from now on."""
    for session in UserSession.objects.filter(user=member):
        session.end()
    verified = list(EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True))
    facts = {"name": into.name or member.name, "created_at": min(member.created_at, into.created_at)}
    if member.is_accepted and not into.is_accepted:
        facts["standing"] = member.standing
    facts["accepted_on"] = min(filter(None, (member.accepted_on, into.accepted_on)), default=None)
    facts["shows_encounters"] = member.shows_encounters and into.shows_encounters  # of the meetings of both
    facts["last_seen_on"] = max(filter(None, (member.last_seen_on, into.last_seen_on)), default=None)
    member.groups.clear()
    member.user_permissions.clear()
    member.delete()
    for name, value in facts.items():
        setattr(into, name, value)
    into.save(update_fields=list(facts))
    for email in verified:
        EmailAddress.objects.create(user=into, email=email, verified=True, primary=False)
