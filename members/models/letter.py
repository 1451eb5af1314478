from datetime import timedelta

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from members.kinds import kinds
from members.models.member import Member

RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440, 1440)]  # three days and a bit


class LetterQuerySet(models.QuerySet):
    def due(self):
        """Letters that may be sent now, the urgent ones first."""
        return self.filter(state=Letter.State.QUEUED, send_after__lte=timezone.now()).order_by("-is_urgent", "send_after", "pk")

    def stuck(self):
        """Taken by a sender that died: safe to look at again, never sent twice within its lease."""
        return self.filter(state=Letter.State.SENDING, taken_at__lt=timezone.now() - timedelta(minutes=10))


class Letter(models.Model):
    """An outgoing mail, written in the transaction of the deed it tells about."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")
        DROPPED = "dropped", _("No longer true")

    key = models.CharField(_("key"), max_length=200, unique=True, help_text=_("One letter is written once per key."))
    kind = models.CharField(_("kind"), max_length=50, db_index=True)
    to_email = models.EmailField(_("to"))
    member = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="letters", verbose_name=_("member"))
    reply_to = models.EmailField(_("reply to"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="fr")
    context = models.JSONField(
        _("what it tells"), default=dict, blank=True, help_text=_("Small facts and ids; the words are set when it is sent.")
    )
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    calendar = models.TextField(_("calendar file"), blank=True, help_text=_("iCalendar text sent as an attachment."))
    is_urgent = models.BooleanField(_("urgent"), default=False)
    is_secret = models.BooleanField(_("wiped once sent"), default=False, help_text=_("Codes and links that open an account."))
    quiet_zone = models.CharField(
        _("quiet hours"), max_length=40, blank=True, help_text=_("The time zone whose quiet hours it keeps; empty: none.")
    )
    is_unasked = models.BooleanField(_("not asked for"), default=False, help_text=_("It counts towards the letters of a week."))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    send_after = models.DateTimeField(_("not before"), default=timezone.now)
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=250, blank=True)

    objects = LetterQuerySet.as_manager()
    stop_url = ""  # where its reader stops its like by one click; set with its words, and not kept

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [models.Index(fields=["state", "send_after"], name="letter_outbox")]

    def __str__(self) -> str:
        """Never the subject of a secret letter: it holds the code."""
        return self.kind_in_words if self.is_secret else self.title

    @property
    def title(self) -> str:
        """Its subject, or what its kind is called where it has no words, or has them no more."""
        return self.kind_in_words if self.subject in ("", self.kind) else self.subject

    @property
    def kind_in_words(self) -> str:
        """As its reader calls it, in their language; the sign-in library's own kinds have no other name."""
        declared = kinds().get(self.kind)
        with translation.override(self.language):
            return str(declared.words) if declared else self.kind
