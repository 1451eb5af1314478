"""What the door keeps: who was given its link, and each tap, so that one sent twice counts once."""

from datetime import datetime, time, timedelta

from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration
from members.models import Member

SIGNER = signing.Signer(salt="smclub.door")


def window(event: Event) -> tuple[datetime, datetime]:
    """From when until when people are let in: the day before, the day, the day after, on the calendar of the event."""
    first, after_last = event.days
    opens, closes = first - timedelta(days=1), after_last + timedelta(days=1)
    return datetime.combine(opens, time(), event.zone), datetime.combine(closes, time(), event.zone)


class DoorLinkQuerySet(models.QuerySet):
    def good(self):
        return self.filter(revoked_at=None)

    def of_key(self, key: str):
        """The link that a signed address names; none for a forged one."""
        try:
            return self.filter(pk=SIGNER.unsign(key))
        except (signing.BadSignature, ValueError):
            return self.none()


class DoorLink(models.Model):
    """Opens the list of one event to who keeps its door, without an account; it follows the date of the event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="door_links", verbose_name=_("event"))
    label = models.CharField(_("for whom"), max_length=80, blank=True)
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = DoorLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to the door")
        verbose_name_plural = _("links to the door")

    def __str__(self) -> str:
        return self.label or f"{self.event} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """From the day before until the day after, unless it was revoked, or nobody comes to the meeting as it stands."""
        event = self.event
        if self.revoked_at or event.is_called_off or not (event.is_published and event.takes_registrations):
            return False
        opens, closes = window(self.event)
        return opens <= timezone.now() < closes

    @property
    def is_early(self) -> bool:
        """Whether it is only to be opened later."""
        return not self.revoked_at and self.event.takes_registrations and timezone.now() < window(self.event)[0]

    @property
    def key(self) -> str:
        """Its part of the address, the same each time it is shown."""
        return SIGNER.sign(self.pk)


class DoorTap(models.Model):
    """One press of a button at the door; `nonce` is drawn by the page that it was pressed on."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="taps", verbose_name=_("registration"))
    nonce = models.CharField(max_length=40)
    arrived = models.PositiveSmallIntegerField(_("people here"))  # once it was done
    former = models.JSONField(null=True, editable=False)  # of who it gave a place: what an undo makes of the registration
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    link = models.ForeignKey(DoorLink, models.SET_NULL, null=True, related_name="+", verbose_name=_("link to the door"))
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("tap at the door")
        verbose_name_plural = _("taps at the door")
        constraints = [models.UniqueConstraint(fields=["registration", "nonce"], name="door_tap_once")]

    def __str__(self) -> str:
        return f"{self.registration_id} → {self.arrived}"
