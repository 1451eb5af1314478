"""What the house remembers about itself: deeds, jobs, addresses that moved."""

from datetime import timedelta
from functools import cache
from urllib.parse import unquote

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models.append_only import AppendOnlyQuerySet, Line
from members.models.member import Member

KEPT = timedelta(days=365)


@cache
def deeds() -> dict:
    """What each verb is called: every app says it of its own, in the `deeds` of its AppConfig."""
    return {verb: label for config in apps.get_app_configs() for verb, label in getattr(config, "deeds", {}).items()}


class EntryQuerySet(AppendOnlyQuerySet):
    def about(self, subject):
        """The deeds done to one row, the latest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("-at", "-pk")

    def forget_old(self) -> int:
        """Removes what is kept no longer; returns how many."""
        return models.QuerySet.delete(self.filter(at__lt=timezone.now() - KEPT))[0]

    def forget_words(self) -> int:
        """Leaves the bare deeds: names and notes go, as the erasure of somebody demands; returns how many."""
        return models.QuerySet.update(self, subject_label="", note="")

    def forget_actor(self) -> int:
        """Somebody did these deeds, who is here no more; returns how many."""
        return models.QuerySet.update(self, actor=None, is_by_the_erased=True)


class EntryManager(models.Manager.from_queryset(EntryQuerySet)):  # type: ignore[misc]
    def write(self, verb: str, subject, *, by=None, before="", after="", reason="", note="") -> "Entry":
        """One line of the log, in the caller's transaction; `by` is a Member or None when the house acted by itself."""
        entry = self.line(verb=verb, subject=subject, by=by, before=before, after=after, reason=reason, note=note)
        entry.save()
        return entry

    def line(self, *, verb: str, subject, by=None, before="", after="", reason="", note="") -> "Entry":
        """The same not written yet, for deeds done by the thousand."""
        return self.model(
            verb=verb,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            subject_label=str(subject)[:200],
            actor=by if getattr(by, "pk", None) else None,
            before=before,
            after=after,
            reason=reason,
            note=note,
        )


class Entry(Line):
    """One line of the log of deeds: who did what to which thing, from which state to which, and why; kept for a year."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="entries", verbose_name=_("by"))
    is_by_the_erased = models.BooleanField(_("by somebody erased since"), default=False, editable=False)
    verb = models.CharField(_("deed"), max_length=40)
    subject_type = models.CharField(_("kind of thing"), max_length=60)
    subject_id = models.CharField(_("number"), max_length=40)
    subject_label = models.CharField(_("thing"), max_length=200)
    before = models.CharField(_("before"), max_length=40, blank=True)
    after = models.CharField(_("after"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = EntryManager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log of deeds")
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="entry_subject"),
            models.Index(fields=["-at"], name="entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} · {self.subject_label}"

    @property
    def deed(self) -> str:
        """What was done, in words."""
        return str(deeds().get(self.verb, self.verb))

    @property
    def subject(self) -> type[models.Model] | None:
        """The model of the thing; None when there is no such model any more."""
        try:
            return apps.get_model(self.subject_type)
        except LookupError:
            return None

    def in_words(self, code: str) -> str:
        """A state or a reason as its model calls it; `code` itself when it is a word already."""
        if not self.subject:
            return code
        vocabularies = [dict(field.flatchoices) for field in self.subject._meta.fields if field.choices]
        vocabularies.append(getattr(self.subject, "STATES", {}))
        return next((str(words[code]) for words in vocabularies if code in words), code)


class JobRun(models.Model):
    """The last run of a periodic job of `smclub/due.py`."""

    job = models.CharField(_("job"), max_length=60, unique=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("periodic job")
        verbose_name_plural = _("periodic jobs")

    def __str__(self) -> str:
        return gettext(self.job)


class OldAddressManager(models.Manager):
    def leave(self, path: str, *, target: str) -> None:
        """From now on `path` leads to `target`, and so do those that led to `path`; both as `reverse` makes them, in French."""
        path, target = unquote(path), unquote(target)
        if path == target:
            return
        self.filter(path=target).delete()
        self.filter(target=path).update(target=target)
        self.update_or_create(path=path, defaults={"target": target})


class OldAddress(models.Model):
    """A path that once answered and where it answers now; accents as they are read, not as they are sent."""

    path = models.CharField(_("old path"), max_length=255, unique=True, help_text="/2012/06/18/ancien-titre/")
    target = models.CharField(_("new path"), max_length=255)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = OldAddressManager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(path=models.F("target")),
                name="old_address_goes_elsewhere",
                violation_error_message=_("An address cannot lead to itself."),
            )
        ]

    def __str__(self) -> str:
        return self.path
