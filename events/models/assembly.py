from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from members.models import Member


class ProxyQuerySet(models.QuerySet):
    def standing(self):
        """Neither withdrawn, nor of somebody whose account is no more."""
        return self.filter(revoked_at=None, giver__isnull=False, holder__isnull=False)

    def named(self):
        """With those it is about, in the order of the givers' names."""
        return self.select_related("giver", "holder").order_by("giver__name", "pk")


class Proxy(models.Model):
    """A member who does not come to an assembly gives their vote to one who does (*pouvoir*)."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="proxies", verbose_name=_("event"))
    giver = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="proxies_given", verbose_name=_("given by"))
    holder = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="proxies_held", verbose_name=_("given to"))
    is_on_paper = models.BooleanField(_("on paper"), default=False, editable=False)
    given_at = models.DateTimeField(_("given on"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("withdrawn on"), null=True, blank=True, editable=False)

    objects = ProxyQuerySet.as_manager()

    class Meta:
        verbose_name = _("proxy")
        verbose_name_plural = _("proxies")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "giver"],
                condition=Q(revoked_at=None),
                name="proxy_once",
                violation_error_message=_("This member has given their vote already."),
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("holder")),
                name="proxy_to_somebody_else",
                violation_error_message=_("Nobody gives their vote to themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver or '–'} → {self.holder or '–'}"
