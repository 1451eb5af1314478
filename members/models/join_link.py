import hashlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.group import Group
from members.models.member import Member


def _in_a_month():
    return timezone.now() + timedelta(days=30)


class JoinLinkQuerySet(models.QuerySet):
    def of_token(self, token: str):
        return self.filter(token_hash=JoinLink.hash_of(token))

    def good(self):
        """Those that still open the door."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), uses__lt=F("max_uses"))


class JoinLink(models.Model):
    """An address that makes whoever follows it a member. The address is shown once; only its digest is kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(
        _("for whom"), max_length=120, help_text=_("For the list alone: the newcomers of November, the speakers…")
    )
    group = models.ForeignKey(
        Group,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="join_links",
        verbose_name=_("group"),
        help_text=_("Whoever follows the link is in this group as well."),
    )
    max_uses = models.PositiveIntegerField(
        _("how many people"), default=1, validators=[MinValueValidator(1)], help_text=_("1: the link is good for one person.")
    )
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    expires_at = models.DateTimeField(_("good until"), default=_in_a_month)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("joining link")
        verbose_name_plural = _("joining links")
        constraints = [
            models.CheckConstraint(
                condition=Q(uses__lte=F("max_uses")),
                name="join_link_not_overused",
                violation_error_message=_("A link is used by no more people than it is made for."),
            )
        ]

    def clean(self):
        if self._state.adding and self.expires_at and self.expires_at <= timezone.now():
            raise ValidationError({"expires_at": ValidationError(_("Choose a moment to come."), code="past")})

    def __str__(self) -> str:
        return self.label

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def why_not(self) -> str:
        """The sentence that says why it opens nothing any more; nothing as long as it does."""
        if self.revoked_at:
            return str(_("The club has revoked this link."))
        if self.expires_at <= timezone.now():
            return str(_("This link has expired."))
        if self.uses >= self.max_uses:
            return str(_("This link has been used by as many people as it was made for."))
        return ""
