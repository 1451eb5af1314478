"""What somebody wants to hear of, and what there is to tell them."""

from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.kinds import Cadence
from members.models.letter import Letter
from members.models.member import Member

HOUR = time(8)  # of summaries, in Paris; never one that a change of clocks skips or repeats
MONDAY = 0


def due(cadence: str, now: datetime) -> datetime:
    """When what happens `now` is told: at once, or at the next eight o'clock, of a Monday for who wants it weekly."""
    if cadence == Cadence.NOW:
        return now
    today = timezone.localtime(now).date()
    days = (MONDAY - today.weekday()) % 7 if cadence == Cadence.WEEKLY else 0
    step = 7 if cadence == Cadence.WEEKLY else 1
    at = _at(today + timedelta(days=days))
    return at if at > now else _at(today + timedelta(days=days + step))


def _at(day) -> datetime:
    return datetime.combine(day, HOUR, tzinfo=timezone.get_default_timezone())


class Preference(models.Model):
    """How often a member wants one kind of news. No row: as the kind has it by default."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="preferences", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=50)
    cadence = models.CharField(_("how often"), max_length=6, choices=Cadence)
    chosen_at = models.DateTimeField(_("chosen"), default=timezone.now)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.get_cadence_display()}"


class NoticeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(told_at=None)

    def due(self, now: datetime):
        return self.waiting().filter(due_at__lte=now)


class Notice(models.Model):
    """One thing to tell one member, by ids: it is put into words with its letter."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="notices", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=50)
    key = models.CharField(_("key"), max_length=100, help_text=_("What is told: once to each member, whatever the kind."))
    thread = models.CharField(_("thread"), max_length=60, blank=True, help_text=_("What is told in one letter when it is busy."))
    context = models.JSONField(_("what it tells"), default=dict, blank=True)
    cadence = models.CharField(_("how often"), max_length=6, choices=Cadence)
    is_chosen = models.BooleanField(_("as the member chose"), default=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("not before"), default=timezone.now)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("letter"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(told_at=None), name="notice_due"),
            models.Index(fields=["key"], name="notice_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.key}"

    @property
    def is_asked_for(self) -> bool:
        """The member chose to hear of it so, or it is in the summary of the week, which holds what waited."""
        return self.is_chosen or self.cadence == Cadence.WEEKLY
