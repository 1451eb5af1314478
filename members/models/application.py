from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class ApplicationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Application.State.WAITING).order_by("created_at", "pk")

    def undecided(self):
        """With the club: it has yet to say yes or no, whoever speaks next."""
        return self.filter(state__in=[Application.State.WAITING, Application.State.ASKED])

    def open(self):
        """Not answered yet, by the club or by who was invited."""
        return self.undecided() | self.filter(state=Application.State.INVITED)

    def latest_of(self, member):
        """What the account page tells: the last application or invitation of `member`, or None."""
        return self.filter(member=member).order_by("-created_at", "-pk").first()


class Application(models.Model):
    """A friend's request to become a member."""

    class State(models.TextChoices):
        INVITED = "invited", _("Invited by the club")
        WAITING = "waiting", _("Waiting for an answer")
        ASKED = "asked", _("A question was asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    member = models.ForeignKey(Member, models.CASCADE, related_name="applications", verbose_name=_("applicant"))
    occupation = models.CharField(_("what you do"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    motivation = models.TextField(_("what brings you to the club"), max_length=2000, blank=True)
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
                condition=Q(state__in=["waiting", "asked", "invited"]),
                name="application_one_open",
                violation_error_message=_("An application is waiting already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.member)

    @property
    def is_undecided(self) -> bool:
        return self.state in (self.State.WAITING, self.State.ASKED)

    @property
    def who(self) -> str:
        """What the applicant does, and for whom."""
        return ", ".join(part for part in (self.occupation, self.organisation) if part)


SALT = "members.sponsorship"


class SponsorshipQuerySet(models.QuerySet):
    def of_link(self, token: str):
        """What a link is about: nothing when it is forged."""
        try:
            return self.filter(pk=signing.loads(token, salt=SALT))
        except signing.BadSignature:
            return self.none()

    def asked_still(self):
        """Those whose link is good: the application is undecided, and who was asked is a member."""
        return self.filter(
            application__in=Application.objects.undecided(), member__standing=Member.Standing.MEMBER
        ).select_related("application__member", "member")


class Sponsorship(models.Model):
    """A member who is asked to vouch for an applicant (a *parrain*), and what they say."""

    class State(models.TextChoices):
        ASKED = "asked", _("Has not answered yet")
        VOUCHES = "vouches", _("Vouches")
        CANNOT = "cannot", _("Cannot vouch")

    application = models.ForeignKey(Application, models.CASCADE, related_name="sponsorships", verbose_name=_("application"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="sponsorships", verbose_name=_("sponsor"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("sponsorship")
        verbose_name_plural = _("sponsorships")
        constraints = [models.UniqueConstraint(fields=["application", "member"], name="sponsorship_once")]

    def __str__(self) -> str:
        return f"{self.member} · {self.application}"

    @property
    def token(self) -> str:
        """The key of the letter's link, which opens nothing any more once the application is answered."""
        return signing.dumps(self.pk, salt=SALT)


class InquiryQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answered_at=None)


class Inquiry(models.Model):
    """A question of the club to an applicant, and the answer."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="inquiries", verbose_name=_("application"))
    asked_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by"))
    question = models.TextField(_("question"), max_length=2000)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to an applicant")
        verbose_name_plural = _("questions to applicants")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at=None),
                name="inquiry_one_open",
                violation_error_message=_("A question is waiting for the applicant’s answer already."),
            )
        ]

    def __str__(self) -> str:
        return self.question
