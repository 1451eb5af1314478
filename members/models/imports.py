"""Files of members and dues sent by the treasurer or the secretary, and what became of each of their lines."""

import secrets
from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.member import Member

IMPORTS = "imports"  # a folder that no address leads to
FILE_KEPT, LINES_KEPT = timedelta(days=7), timedelta(days=30)
SLOW = timedelta(minutes=10)  # after which the task of an import is taken for lost


def unguessable(batch, filename: str) -> str:
    return f"{IMPORTS}/{secrets.token_urlsafe(24)}.csv"


class ImportQuerySet(models.QuerySet):
    def at_work(self):
        return self.filter(state__in=[Import.State.CHECKING, Import.State.WRITING])

    def lost(self):
        """Whose task died."""
        return self.at_work().filter(state_at__lt=timezone.now() - SLOW)

    def with_an_old_file(self):
        """Left lying: what is done or given up has none."""
        return self.exclude(file="").filter(state_at__lt=timezone.now() - FILE_KEPT)

    def with_old_lines(self):
        return self.filter(Exists(ImportLine.objects.filter(batch=OuterRef("pk"))), made_at__lt=timezone.now() - LINES_KEPT)


class Import(models.Model):
    """A file of members and their dues: described, tried, then imported whole or not at all."""

    class State(models.TextChoices):
        NEW = "new", _("To be described")
        CHECKING = "checking", _("Being tried")
        READY = "ready", _("Tried")
        WRITING = "writing", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Nothing imported")
        GIVEN_UP = "given_up", pgettext_lazy("an import", "Given up")

    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("sent"), default=timezone.now)
    language = models.CharField(_("language of its report"), max_length=2, default="fr")
    name = models.CharField(_("file"), max_length=120)
    file = models.FileField(_("its content"), upload_to=unguessable, max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    state_at = models.DateTimeField(_("since"), default=timezone.now)
    choices = models.JSONField(_("how it is read"), default=dict, blank=True)
    counts = models.JSONField(_("figures"), default=dict, blank=True)
    why = models.CharField(_("why not"), max_length=300, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a file", "import")
        verbose_name_plural = pgettext_lazy("of files", "imports")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="writing"), name="import_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.WRITING)

    @property
    def is_described(self) -> bool:
        """Whether it may be tried."""
        return bool(self.file) and bool(self.choices) and self.state in (self.State.READY, self.State.FAILED)

    @property
    def is_whole(self) -> bool:
        """Tried, with nothing refused and something to do."""
        return self.state == self.State.READY and not self.counts.get("refused") and bool(self.to_do)

    @property
    def to_do(self) -> int:
        return self.counts.get("new", 0) + self.counts.get("updated", 0)

    @property
    def amount(self) -> Decimal:
        """Of all its dues."""
        return Decimal(self.counts.get("amount", 0))

    @property
    def is_open(self) -> bool:
        """Still to be described, tried or confirmed."""
        return self.state in (self.State.NEW, self.State.READY, self.State.FAILED) and bool(self.file)


class ImportLine(models.Model):
    """One line of a file, and what it changes or why it is refused."""

    class Outcome(models.TextChoices):
        NEW = "new", pgettext_lazy("a line", "new")
        UPDATED = "updated", pgettext_lazy("a line", "updated")
        UNCHANGED = "unchanged", pgettext_lazy("a line", "unchanged")
        ASIDE = "aside", pgettext_lazy("a line", "left aside")
        REFUSED = "refused", pgettext_lazy("a line", "refused")

    batch = models.ForeignKey(Import, models.CASCADE, related_name="lines", verbose_name=pgettext_lazy("of a file", "import"))
    number = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.CharField(_("address"), max_length=254, blank=True)
    column = models.CharField(_("column"), max_length=120, blank=True)
    said = models.CharField(_("what is done, or why not"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="import_line")]

    def __str__(self) -> str:
        return f"{self.batch} · {self.number}"
