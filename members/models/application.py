from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class ApplicationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Application.State.WAITING).order_by("created_at", "pk")

    def open(self):
        """Not answered yet, by the club or by who was invited."""
        return self.filter(state__in=[Application.State.WAITING, Application.State.INVITED])

    def latest_of(self, member):
        """What the account page tells: the last application or invitation of `member`, or None."""
        return self.filter(member=member).order_by("-created_at", "-pk").first()


class Application(models.Model):
    """A friend's request to become a member."""

    class State(models.TextChoices):
        INVITED = "invited", _("Invited by the club")
        WAITING = "waiting", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    member = models.ForeignKey(Member, models.CASCADE, related_name="applications", verbose_name=_("applicant"))
    occupation = models.CharField(_("what you do, and where"), max_length=200, blank=True)
    motivation = models.TextField(_("what brings you to the club"), max_length=2000, blank=True)
    sponsor = models.CharField(_("a member who knows you"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason given"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["waiting", "invited"]),
                name="application_one_open",
                violation_error_message=_("An application is waiting already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.member)
