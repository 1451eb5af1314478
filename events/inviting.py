"""Inviting somebody to a meeting: an address is enough, signing in with it opens the page."""

from django.db import transaction
from django.utils import timezone

from events.models import Event, Invitation
from members.mail import letter
from members.models import Letter, Member
from members.models.member import fold_email


@transaction.atomic
def invite(event: Event, *, by: Member, email: str = "", member: Member | None = None) -> Invitation:
    """Invites a member, or an address (the account that has it, when there is one); a second time changes nothing."""
    email = member.email if member else fold_email(email)
    member = member or Member.objects.filter(email=email).first()
    invitation, made = Invitation.objects.get_or_create(
        event=event, email=email, defaults={"member": member, "invited_by": by if by.pk else None}
    )
    if made and event.published_at:
        _write_to(event, invitation)
    return invitation


def write_to_invited(event: Event) -> None:
    """The letters of those invited before it appears, and those dropped while it was called off: each once, when it is there."""
    for invitation in event.invitations.select_related("member") if event.published_at else []:
        _write_to(event, invitation)


def _write_to(event: Event, invitation: Invitation) -> None:
    send_after = max(event.published_at, timezone.now())  # nobody is invited to a page that does not answer yet
    key = f"events.invitation:{invitation.pk}"
    Letter.objects.filter(key=key, state=Letter.State.DROPPED).delete()  # there was nothing to come to when its turn came
    row = letter(
        "events.invitation",
        key=key,
        to=invitation.member or invitation.email,
        language=invitation.member.language if invitation.member else event.lang,
        invitation=invitation.pk,
    )
    Letter.objects.filter(pk=row.pk, state=Letter.State.QUEUED, attempts=0).update(send_after=send_after)
