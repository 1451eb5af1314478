from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member

REMEMBERED = timedelta(days=395)  # thirteen months, as long as the CNIL lets a trace of a browser live


class KnownBrowserQuerySet(models.QuerySet):
    def forget_old(self) -> int:
        """Removes those that nobody signed in with for thirteen months; returns how many."""
        return self.filter(last_seen_at__lt=timezone.now() - REMEMBERED).delete()[0]


class KnownBrowser(models.Model):
    """A kind of browser that somebody signs in with: no cookie, and no address but the network of the staff."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="known_browsers", verbose_name=_("member"))
    name = models.CharField(_("browser"), max_length=120)
    last_seen_at = models.DateTimeField(_("last sign-in"), default=timezone.now)

    objects = KnownBrowserQuerySet.as_manager()

    class Meta:
        verbose_name = _("known browser")
        verbose_name_plural = _("known browsers")
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="known_browser_once")]

    def __str__(self) -> str:
        return self.name
