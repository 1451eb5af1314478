import secrets

from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member


def new_token() -> str:
    return secrets.token_urlsafe(24)


_BY_ADDRESS = Q(member=None) & ~Q(email="") & ~Q(language="")  # what `Registration.reader` says of a row


class RegistrationQuerySet(models.QuerySet):
    def going(self):
        return self.filter(state=Registration.State.GOING)

    def waiting(self):
        """In the order of arrival."""
        return self.filter(state=Registration.State.WAITING).order_by("queue_no")

    def pending(self):
        """Requests that no organiser has answered, in the order they came."""
        return self.filter(state=Registration.State.PENDING).order_by("queue_no")

    def to_answer_by(self, member):
        """Those pending at meetings to come that `member` runs."""
        run = self.model.event.field.related_model.objects.run_by(member)
        return self.pending().filter(event__in=run.to_come().order_by()).order_by("event", "queue_no")

    def live(self):
        """Going, waiting or asking: those whom news of the event concerns."""
        return self.filter(state__in=Registration.LIVE)

    def of_the_blocked(self):
        return self.filter(member__standing=Member.Standing.BLOCKED)

    def came(self):
        """Seen at the door."""
        return self.going().filter(arrived__gt=0)

    def absent(self):
        """Going, and not seen at a door that was kept; where nobody was checked in, nobody is known to have stayed away."""
        kept = Registration.objects.came().filter(event=OuterRef("event"))
        return self.going().filter(Exists(kept), arrived=0, event__ends_at__lte=timezone.now())

    def with_attendance(self):
        """Annotates `attendance` of those going: came; else, once it is over, absent where the door was kept; else unknown."""
        kinds = Registration.Attendance
        kept = Exists(Registration.objects.came().filter(event=OuterRef("event")))
        came, over = Q(arrived__gt=0), Q(kept, event__ends_at__lte=timezone.now())
        known = Case(When(came, then=Value(kinds.CAME)), When(over, then=Value(kinds.ABSENT)), default=Value(kinds.UNKNOWN))
        return self.annotate(attendance=Case(When(state=Registration.State.GOING, then=known), default=Value("")))

    def attended(self):
        """At meetings that are over: who was seen at the door, or where nobody kept it, whoever was going."""
        kept = Registration.objects.came().filter(event=OuterRef("event"))
        return self.going().filter(Q(arrived__gt=0) | ~Exists(kept), event__ends_at__lte=timezone.now())

    def were_there(self, event):
        """At `event`: who was seen at the door, or where nobody kept it, whoever was going."""
        came = self.came().filter(event=event)
        return came if came.exists() else self.going().filter(event=event)

    def with_reader(self):
        """Those whose letters somebody gets."""
        return self.filter(Q(member__isnull=False) | _BY_ADDRESS).select_related("member")

    def to_write_to(self):
        """Of accounts that are in use, or by address; in an order that two machines at once share."""
        return self.filter(Q(member__is_active=True) | _BY_ADDRESS).select_related("member").order_by("pk")

    def that_fit(self, free: int | None):
        """Parties of at most `free` people; None without a limit."""
        return self if free is None else self.filter(guests__lt=free)

    def next_queue_no(self) -> int:
        """The tail of the queue: numbers are never given twice in one event."""
        return (self.aggregate(last=Max("queue_no"))["last"] or 0) + 1

    def with_rank(self):
        """Annotates `place_in_line`: 1 for the first of a waiting list; of others it says nothing."""
        ahead = Registration.objects.filter(state=Registration.State.WAITING, event=OuterRef("event"))
        ahead = ahead.filter(queue_no__lt=OuterRef("queue_no")).order_by().values("event").annotate(n=Count("pk"))
        return self.annotate(place_in_line=Coalesce(Subquery(ahead.values("n")), 0) + 1)

    def seats(self) -> int:
        return self.aggregate(n=Sum(F("guests") + 1))["n"] or 0

    def at(self, events):
        """Those for `events`, soonest first."""
        return self.filter(event__in=events.order_by()).select_related("event").order_by("event__starts_at", "pk")

    def for_list(self):
        """As the list at the door has them: those going, those asking, those waiting, each in the order they came."""
        named = self.live().exclude(member=None, name="").select_related("member")
        return named.order_by("state", "queue_no")

    def named_to_others(self):
        return self.filter(member__shows_attendance=True)

    def findable(self):
        """Of open accounts that let those who met them there find them again."""
        return self.named_to_others().filter(member__shows_encounters=True, member__is_active=True)


class Registration(models.Model):
    """A member's answer to an event; no row means that they never answered.

    Who came unannounced, or was registered by an organiser, may have a name and no account.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for an answer")
        WAITING = "waiting", _("On the waiting list")
        GOING = "going", _("Going")
        CANCELLED = "cancelled", _("Cancelled by the member")
        REMOVED = "removed", _("Removed by an organiser")

    class Attendance(models.TextChoices):
        CAME = "came", _("Came")
        ABSENT = "absent", _("Did not come")
        UNKNOWN = "unknown", _("Unknown")

    class Source(models.TextChoices):
        WEB = "web", _("Site")
        ADMIN = "admin", _("Admin")
        DOOR = "door", _("Door")
        IMPORT = "import", _("Import")

    attendance: str  # one of Attendance or "", after `with_attendance`
    place_in_line: int  # after `with_rank`
    LIVE = (State.PENDING, State.WAITING, State.GOING)

    event = models.ForeignKey("events.Event", models.PROTECT, related_name="registrations", verbose_name=_("event"))
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="registrations", verbose_name=_("member"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    name = models.CharField(_("name given without an account"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail given without an account"), blank=True)
    language = models.CharField(
        _("language of its letters"),
        max_length=2,
        choices=Member.Language,
        blank=True,
        help_text=_("Of who has no account and gave their address for them; empty: nobody is written to there."),
    )
    guests = models.PositiveSmallIntegerField(_("guests"), default=0)
    guest_names = models.TextField(_("names of the guests"), blank=True)
    queue_no = models.PositiveIntegerField(_("order of arrival"))
    rev = models.PositiveIntegerField(default=0, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    source = models.CharField(_("through"), max_length=8, choices=Source, default=Source.WEB)
    created_at = models.DateTimeField(_("first answered"), default=timezone.now, editable=False)
    state_changed_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    confirmed_for = models.DateTimeField(
        _("still coming, to the meeting of"), null=True, blank=True, editable=False, help_text=_("The start that they confirmed.")
    )
    skipped_at = models.DateTimeField(_("told that the party is too large"), null=True, blank=True, editable=False)
    last_minute_at = models.DateTimeField(_("told of a last-minute place"), null=True, blank=True, editable=False)
    arrived = models.PositiveSmallIntegerField(_("people here"), default=0, editable=False)
    checked_in_at = models.DateTimeField(_("here since"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [models.Index(fields=["event", "state", "queue_no"], name="registration_queue")]
        constraints = [
            models.UniqueConstraint(fields=["event", "member"], condition=Q(member__isnull=False), name="registration_once"),
            models.UniqueConstraint(fields=["event", "queue_no"], name="registration_queue_no_once"),
            models.UniqueConstraint(fields=["event", "email"], condition=~Q(email=""), name="registration_email_once"),
            models.CheckConstraint(
                condition=Q(arrived__lte=F("guests") + 1),
                name="registration_arrived_within_seats",
                violation_error_message=_("No more people can be here than are registered."),
            ),
            models.CheckConstraint(
                condition=Q(arrived=0, checked_in_at__isnull=True) | Q(arrived__gt=0, checked_in_at__isnull=False),
                name="registration_checked_in_when_arrived",
                violation_error_message=_("Somebody is here since an hour, or not at all."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_name} · {self.event}"

    @property
    def seats(self) -> int:
        return 1 + self.guests

    @property
    def shown_name(self) -> str:
        """As the list at the door has them: what they said there, or what others see of them."""
        return self.name or (self.member.public_name if self.member else "—")

    @property
    def reader(self) -> Member | str:
        """Who gets its letters: an account, or the address that was given for them; "" where nobody does."""
        return self.member or (self.email if self.language else "")

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def is_going(self) -> bool:
        return self.state == self.State.GOING

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_confirmed(self) -> bool:
        """Said to be still coming, at the date that the meeting has now."""
        return self.is_going and self.confirmed_for is not None and self.confirmed_for == self.event.starts_at

    def fits(self) -> bool:
        """Whether there are places for the whole party now."""
        free = self.event.free()
        return free is None or self.seats <= free

    def room_for_some(self) -> int:
        """The places that there are for a part of this party, which waits because it is larger; 0 when that is not why."""
        free = self.event.free() if self.is_waiting and self.event.promotes_by_itself else None
        return free if free is not None and 0 < free < self.seats else 0

    def rank(self) -> int:
        """1 for the first of the waiting list."""
        return self.event.registrations.waiting().filter(queue_no__lt=self.queue_no).count() + 1
