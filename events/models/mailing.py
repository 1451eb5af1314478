from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from smclub.markdown import COMMENT, RenderedField


class Mailing(models.Model):
    """What those who run a meeting wrote to some of its people, each by a letter of their own."""

    class To(models.TextChoices):
        GOING = "going", _("Those going")
        WAITING = "waiting", _("Those on the waiting list")
        ABSENT = "absent", _("Those registered who did not come")
        SPEAKERS = "speakers", _("Those who speak or lead")
        HOST = "host", _("The contacts of the host")

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="mailings", verbose_name=_("event"))
    to = models.JSONField(_("to"), default=list)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), max_length=5000)
    body_html = RenderedField(source="body", profile=COMMENT)
    author = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("author"))
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    letters = models.PositiveIntegerField(_("letters"))
    nonce = models.CharField(max_length=40, help_text=_("Of the page that it was sent from: a second press sends nothing."))

    class Meta:
        verbose_name = _("letter to those of a meeting")
        verbose_name_plural = _("letters to those of meetings")
        constraints = [models.UniqueConstraint(fields=["event", "nonce"], name="mailing_once")]

    def __str__(self) -> str:
        return self.subject

    @property
    def to_words(self) -> list[str]:
        return [str(self.To(to).label) for to in self.to]
