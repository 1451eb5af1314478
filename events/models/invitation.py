from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member


class InvitationQuerySet(models.QuerySet):
    def for_member(self, member):
        """Invitations of this account, or sent to its (verified) address before it existed."""
        return self.filter(Q(member=member) | Q(email=member.email))


class Invitation(models.Model):
    event = models.ForeignKey("events.Event", models.CASCADE, related_name="invitations", verbose_name=_("event"))
    email = models.EmailField(_("e-mail address"), help_text=_("Signing in with this address is enough."))
    member = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="invitations", verbose_name=_("member")
    )
    invited_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"], name="invitation_once", violation_error_message=_("This address is invited already.")
            ),
            models.CheckConstraint(condition=Q(email=models.functions.Lower("email")), name="invitation_email_folded"),
        ]

    def __str__(self) -> str:
        return self.email
