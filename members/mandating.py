"""What the end of a mandate brings: a reminder a month before, and the role at the desk that ends with it.

Run by a periodic job, safe twice: one UPDATE of the mandate decides who takes its role back, and each letter has a key.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members import standing
from members.mail import letter
from members.models import Mandate, Member

WARNED = timedelta(days=30)


class LastOwner(Exception):
    """Nobody else could give roles: this one stays until there is another owner."""


def sweep() -> int:
    """Reminds of what ends soon, takes back what has ended; how many roles."""
    remind()
    return sum(map(_is_taken_back, Mandate.objects.role_owed()))


def remind() -> None:
    """Those who keep mandates, and who holds the one that ends; nobody of a mandate that goes on under the same title."""
    keepers = Member.objects.staff().filter(Q(groups__permissions__codename="change_mandate") | Q(is_superuser=True)).distinct()
    for mandate in Mandate.objects.current().ending(within=WARNED).not_renewed().select_related("person__member"):
        own = [mandate.person.member] if mandate.person.member and mandate.person.member.is_active else []
        for reader in {*keepers, *own}:
            key = f"mandate.ends:{mandate.pk}:{mandate.ends_on:%Y%m%d}:{reader.pk}"
            letter("members.mandate_ends", key=key, to=reader, mandate=mandate.pk, ends_on=f"{mandate.ends_on:%Y-%m-%d}")


def _is_taken_back(mandate: Mandate) -> bool:
    try:
        return _take_back(mandate)
    except LastOwner:  # on the owners' list, and tried again: smclub/week.py
        return False


@transaction.atomic
def _take_back(mandate: Mandate) -> bool:
    """False when somebody else did it, or when there is nothing to take."""
    if not Mandate.objects.role_owed().filter(pk=mandate.pk).update(role_ended_at=timezone.now()):
        return False
    member, role = mandate.person.member, mandate.staff_role
    if member is None or mandate.person.mandates.current().filter(staff_role=role).exists():
        return False
    owners = Member.objects.select_for_update().filter(is_superuser=True, is_active=True)
    others = [owner for owner in owners.order_by("pk") if owner != member]
    if role == Mandate.StaffRole.OWNER and member.is_superuser and not others:
        raise LastOwner
    if not standing.take_role_back(member, role=role, note=str(mandate)):
        return False
    for reader in (member, *others):
        letter("members.mandate_over", key=f"mandate.over:{mandate.pk}:{reader.pk}", to=reader, mandate=mandate.pk)
    return True
