import unicodedata
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.dues import Dues, DuesState, held
from members.models.shape import ShapeField


def fold_email(email: str) -> str:
    """The one spelling of an address that an account is known by (RFC 5321 allows case in the local part; nobody uses it).

    Full-width letters and other compatibility forms are the plain ones; a closing dot is the root of the same domain.
    """
    return unicodedata.normalize("NFKC", email).strip().rstrip(".").lower()


class MemberQuerySet(models.QuerySet):
    def accepted(self):
        return self.filter(standing=Member.Standing.MEMBER)

    def friends(self):
        return self.filter(standing=Member.Standing.FRIEND)

    def staff(self):
        return self.filter(is_staff=True, is_active=True)

    def by_address(self, addresses) -> dict:
        """Whose each of these is, once verified; those of nobody are not there."""
        theirs = self.filter(emailaddress__email__in=addresses, emailaddress__verified=True)
        rows: models.QuerySet = theirs.annotate(address=F("emailaddress__email"))
        return {row.address: row for row in rows}

    # Dues, today or `on` another day; `members/models/dues.py` says which of them count.
    def paid_up(self, on: date | None = None):
        """Current or in grace (*à jour de cotisation*), by their own dues or by a seat of an organisation."""
        return self.filter(held(Dues.objects.good(on), on))

    def in_grace(self, on: date | None = None):
        return self.paid_up(on).filter(~held(Dues.objects.current(on), on))

    def to_renew(self, on: date | None = None):
        """Paid once, not paid up any more, and nothing paid for later."""
        return self.with_dues_state(on).filter(dues_state=DuesState.TO_RENEW)

    def never_paid(self, on: date | None = None):
        return self.filter(~held(Dues.objects.counting(on), on))

    def with_dues_state(self, on: date | None = None):
        """Annotates `dues_state`, one of `DuesState`."""
        on = on or timezone.localdate()
        return self.annotate(
            dues_state=Case(
                When(held(Dues.objects.current(on), on), then=Value(DuesState.CURRENT)),
                When(held(Dues.objects.good(on), on), then=Value(DuesState.GRACE)),
                When(held(Dues.objects.counting(on).filter(starts_on__gt=on), on), then=Value(DuesState.AHEAD)),
                When(held(Dues.objects.counting(on), on), then=Value(DuesState.TO_RENEW)),
                default=Value(DuesState.NEVER),
            )
        )


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):
    def create_user(self, email, password=None, **fields):
        member = self.model(email=fold_email(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, standing=Member.Standing.MEMBER, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=fold_email(email))


class Member(AbstractBaseUser, PermissionsMixin):
    """Every account. What others may read about somebody is on their Person."""

    class Standing(models.TextChoices):
        FRIEND = "friend", _("Friend of the club")
        MEMBER = "member", _("Member")
        BLOCKED = "blocked", _("Blocked")

    class Language(models.TextChoices):
        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("This address has an account already.")}
    )
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("What other people see."))
    name_shape = ShapeField(source="name")
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.FRIEND, db_index=True)
    language = models.CharField(_("language of letters"), max_length=2, choices=Language, default=Language.FRENCH)
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Follows from the standing: a blocked account may not.")
    )
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    shows_attendance = models.BooleanField(
        _("name shown to others going"), default=True, help_text=_("Among the people going to a meeting, never anywhere else.")
    )
    shows_encounters = models.BooleanField(
        _("name shown to those met at meetings"),
        default=False,
        help_text=_("Afterwards, and to those alone who wish it too: each sees which meetings open to all both were at."),
    )
    conduct_version = models.CharField(_("code of conduct accepted"), max_length=20, blank=True, editable=False)
    conduct_accepted_at = models.DateTimeField(_("code of conduct accepted on"), null=True, blank=True, editable=False)
    calendar_version = models.PositiveIntegerField(_("version of the calendar link"), default=1, editable=False)
    created_at = models.DateTimeField(_("account created"), default=timezone.now, editable=False)
    accepted_on = models.DateField(_("member since"), null=True, blank=True)
    last_seen_on = models.DateField(_("last seen"), null=True, blank=True, editable=False)

    objects = MemberManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="member_email_folded",
                violation_error_message=_("An address is kept in lower case."),
            ),
            models.CheckConstraint(
                condition=Q(standing="blocked", is_active=False) | (~Q(standing="blocked") & Q(is_active=True)),
                name="member_active_unless_blocked",
                violation_error_message=_("A blocked account may not sign in; any other may."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_accepted(self) -> bool:
        return self.standing == self.Standing.MEMBER

    @property
    def is_known_by_name(self) -> bool:
        return bool(self.name)

    @property
    def public_name(self) -> str:
        """What other people see; never the address."""
        return self.name or str(_("A member") if self.is_accepted else _("A friend of the club"))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def may(self, permission: str) -> bool:
        """Whether this account holds `permission` in the admin; costs no query for people who are not staff."""
        return self.is_active and self.is_staff and self.has_perm(permission)


def is_accepted(visitor) -> bool:
    """Whether `visitor` (a Member, an AnonymousUser or None) is an accepted member."""
    return bool(getattr(visitor, "is_accepted", False))
