"""What somebody's rights over their data leave in tables: copies asked for, erasures, what the law has kept apart."""

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.letter import Letter
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
        verbose_name = _("copy of somebody’s data")
        verbose_name_plural = _("copies of somebody’s data")
        constraints = [models.UniqueConstraint(fields=["member"], condition=Q(ready_at=None), name="export_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_ready(self) -> bool:
        return self.expires_at is not None and self.expires_at > timezone.now()


class ErasureQuerySet(models.QuerySet):
    def asked(self):
        """Not done yet."""
        return self.filter(done_at=None, member__isnull=False)

    def with_answer(self):
        """Annotates `is_told`, that the letter of warning left, and `is_back`, that the account was used since."""
        told = Letter.objects.filter(kind="members.unused", member=OuterRef("member"), state=Letter.State.SENT)
        back = Q(member__last_seen_on__gte=TruncDate("asked_at"))
        return self.annotate(is_told=Exists(told), is_back=Case(When(back, then=True), default=False))

    def due(self):
        """Those whose time is over; of the unused, who was told and has not come back."""
        over = self.asked().filter(due_at__lte=timezone.now()).with_answer()
        return over.exclude(why=Erasure.Why.UNUSED, is_told=False).exclude(why=Erasure.Why.UNUSED, is_back=True)

    def of(self, member):
        return self.asked().filter(member=member).first()


class Erasure(models.Model):
    """An account that is to be erased, and then that one was: a number and a time, nothing of who it was."""

    class Why(models.TextChoices):
        OWN = "own", _("Asked on the site")
        DESK = "desk", _("Asked of the club")
        UNUSED = "unused", _("Unused for two years")

    member = models.OneToOneField(
        Member, models.SET_NULL, null=True, blank=True, related_name="erasure", verbose_name=_("member")
    )
    why = models.CharField(_("why"), max_length=8, choices=Why, default=Why.OWN)
    keeps_name = models.BooleanField(_("name kept on articles and talks"), default=False)
    erases_comments = models.BooleanField(_("comments erased too"), default=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    due_at = models.DateTimeField(_("on"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SealedRecordQuerySet(models.QuerySet):
    def over(self):
        """Those whose time is over."""
        return self.filter(purge_at__lte=timezone.now())


class SealedRecord(models.Model):
    """What the law has a host of comments keep of a closed account (decree 2021-1362): apart, and for a time."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("Identity, five years")
        ACCOUNT = "account", _("Account, one year")
        SOURCE = "source", _("Contributions and sign-ins, one year")

    number = models.PositiveBigIntegerField(_("number of the account"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    facts = models.JSONField(_("facts"))
    closed_at = models.DateTimeField(_("closed"), default=timezone.now)
    purge_at = models.DateTimeField(_("kept until"))

    objects = SealedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed record")
        verbose_name_plural = _("sealed records")
        indexes = [models.Index(fields=["purge_at"], name="sealed_purge")]
        constraints = [models.UniqueConstraint(fields=["number", "kind"], name="sealed_once")]

    def __str__(self) -> str:
        return f"{self.number} · {self.get_kind_display()}"
