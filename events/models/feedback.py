from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from members.models import Member

WINDOW = timedelta(days=30)  # after the meeting: as long as it is given and changed
SCORES = range(1, 6)


class FeedbackQuerySet(models.QuerySet):
    def to_make_nobodys(self):
        """Those that can be changed no more: whose they are is of no use to anybody."""
        return self.filter(member__isnull=False, event__ends_at__lt=timezone.now() - WINDOW)


class Feedback(models.Model):
    """What somebody who was there thought of a meeting (*votre avis*). Shown to nobody under their name."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback", verbose_name=_("event"))
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="feedback", verbose_name=_("member"))
    score = models.PositiveSmallIntegerField(_("score"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    remark = models.TextField(_("remark"), blank=True, max_length=1000)
    said_on = models.DateField(_("said on"), default=timezone.localdate)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion of a meeting")
        verbose_name_plural = _("opinions of meetings")
        constraints = [
            models.UniqueConstraint(fields=["event", "member"], condition=Q(member__isnull=False), name="feedback_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="feedback_score_of_five"),
        ]

    def __str__(self) -> str:
        return f"{self.event} · {self.score}"
