"""What somebody's rights over their data leave in tables: copies asked for, erasures, what the law has kept apart."""

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member

EXPORTS = "exports"  # a folder that no address leads to
LIFE = timedelta(hours=24)


def unguessable(export, filename: str) -> str:
    return f"{EXPORTS}/{secrets.token_urlsafe(24)}.zip"


class ExportQuerySet(models.QuerySet):
    def asked(self):
        """Not made yet."""
        return self.filter(ready_at=None)

    def ready(self):
        return self.filter(expires_at__gt=timezone.now())

    def expired(self):
        return self.filter(expires_at__lte=timezone.now())

    def of(self, member):
        """What their page tells: the one being made, or to be fetched; None when there is neither."""
        return self.filter(Q(ready_at=None) | Q(expires_at__gt=timezone.now()), member=member).order_by("-pk").first()


class Export(models.Model):
    """A copy of all that the site holds of somebody, made by a task and theirs for a day."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="exports", verbose_name=_("member"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=unguessable, max_length=120, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of somebody's data")
        verbose_name_plural = _("copies of somebody's data")
        constraints = [models.UniqueConstraint(fields=["member"], condition=Q(ready_at=None), name="export_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_ready(self) -> bool:
        return self.expires_at is not None and self.expires_at > timezone.now()
