from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class HandoverTick(models.Model):
    """Something that somebody who leaves the team has handed on, as the one who ticked it says."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="handed_on", verbose_name=_("who hands on"))
    text = models.CharField(_("what"), max_length=200)
    ticked_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("ticked by"))
    ticked_at = models.DateTimeField(_("ticked"), default=timezone.now)

    class Meta:
        verbose_name = _("thing handed on")
        verbose_name_plural = _("things handed on")
        constraints = [models.UniqueConstraint(fields=["member", "text"], name="handover_tick_once")]

    def __str__(self) -> str:
        return self.text
