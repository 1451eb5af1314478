import uuid
import zoneinfo
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from events.models.finding import CUTOFF, EventQuerySet
from events.models.place import MOST_PLACES, Cycle, Venue, at_most
from members.models import Group
from smclub.addresses import absolute, in_language
from smclub.links import web_address
from smclub.markdown import RenderedField
from smclub.searchable import Analysed, Searchable

PROXIES = 2  # votes of others that one person brings to an assembly, unless it says otherwise


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not a time zone."), code="zone")


def _not_after_it_began(name: str) -> Q:
    """To the hour, until the start at the latest; of a day, until it is over; unknown where there is no date."""
    unknown = Q(**{f"{name}__isnull": True}) | Q(starts_at__isnull=True)
    return unknown | Q(**{f"{name}__lte": F("starts_at")}) | (~Q(precision="hour") & Q(**{f"{name}__lte": F("ends_at")}))


class Event(Searchable, models.Model):
    """A meeting (*rencontre*), of the club or, for a *rendez-vous extérieur*, of somebody else."""

    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("Conference")
        WORKSHOP = "workshop", _("Commission workshop")
        FOCUS = "focus", _("Focus")
        AFTERWORK = "afterwork", _("Afterwork")
        ASSEMBLY = "assembly", _("General assembly")
        EXTERNAL = "external", _("Meeting elsewhere")

    class Audience(models.TextChoices):
        OPEN = "open", _("Open to all")
        MEMBERS = "members", _("Members only")
        PAID_UP = "paid_up", _("Paid-up members only")
        GROUP = "group", _("Members of the group")
        INVITATION = "invitation", _("On invitation")

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        CANCELLED = "cancelled", _("Cancelled")
        POSTPONED = "postponed", _("Postponed")
        ONLINE = "online", _("Moved online")

    CALLED_OFF = (Status.CANCELLED, Status.POSTPONED)

    class Precision(models.TextChoices):
        HOUR = "hour", _("To the hour")
        DAY = "day", _("To the day")
        MONTH = "month", _("To the month")
        NONE = "none", _("Not known")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CONFERENCE)
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    lang = models.CharField(_("language"), max_length=2, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("group"))
    cycle = models.ForeignKey(Cycle, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("cycle"))
    cycle_position = models.PositiveSmallIntegerField(
        _("number in the cycle"), null=True, blank=True, validators=[at_most(1_000)]
    )
    repetition = models.UUIDField(null=True, editable=False, db_index=True)  # what was repeated from one has the same
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    body_html = RenderedField(source="body")
    cover = models.ForeignKey(
        "members.Picture", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cover")
    )
    hashtag = models.CharField(_("hashtag"), max_length=40, blank=True)
    topics = TaggableManager(_("topics"), through="events.EventTopic", blank=True, help_text=_("Separated by commas."))

    audience = models.CharField(_("who may register"), max_length=10, choices=Audience, default=Audience.OPEN)
    is_confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("Others see the public title, the date and the group, and nothing else anywhere."),
    )
    public_title = models.CharField(
        _("public title"), max_length=200, blank=True, help_text=_("For a confidential meeting: what everybody may read.")
    )

    precision = models.CharField(_("date known"), max_length=5, choices=Precision, default=Precision.HOUR)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    zone_name = models.CharField(_("time zone"), max_length=40, default="Europe/Paris", validators=[validate_zone])
    is_hour_to_be_confirmed = models.BooleanField(_("hour to be confirmed"), default=False)
    previous_starts_at = models.DateTimeField(_("first announced for"), null=True, blank=True, editable=False)

    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("venue"))
    is_online = models.BooleanField(_("online"), default=False)
    online_url = models.URLField(_("online link"), blank=True, validators=[web_address], help_text=_("Only those going see it."))
    access_notes = models.TextField(_("access notes for this meeting"), blank=True, help_text=_("Only those going see them."))

    organiser_name = models.CharField(_("organised by"), max_length=150, blank=True, help_text=_("For a meeting elsewhere."))
    outside_url = models.URLField(_("outside page"), blank=True, validators=[web_address])
    price = models.CharField(_("price"), max_length=120, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SCHEDULED)
    status_reason = models.CharField(_("reason"), max_length=250, blank=True)
    previous_venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("first announced at")
    )
    was_online = models.BooleanField(_("online from the first"), null=True, editable=False)  # None: it was not moved online

    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Empty: no limit. 0: nobody."), validators=[MOST_PLACES]
    )
    reserved = models.PositiveIntegerField(
        _("places kept"), default=0, help_text=_("For speakers, hosts, press."), validators=[MOST_PLACES]
    )
    max_guests = models.PositiveSmallIntegerField(_("guests per person, at most"), default=0, validators=[at_most(50)])
    has_waiting_list = models.BooleanField(_("waiting list"), default=True)
    is_by_approval = models.BooleanField(_("on request"), default=False)
    rsvp_opens_at = models.DateTimeField(
        _("registration opens"), null=True, blank=True, help_text=_("Empty: as soon as it is published.")
    )
    rsvp_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True, help_text=_("Empty: at the start."))
    promotion_cutoff_at = models.DateTimeField(
        _("last automatic promotion"), null=True, blank=True, help_text=_("Empty: twelve hours before the start.")
    )
    is_promotion_paused = models.BooleanField(_("promotion paused"), default=False)
    quorum = models.PositiveSmallIntegerField(
        _("quorum"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    most_proxies = models.PositiveSmallIntegerField(
        _("proxies per person, at most"), null=True, blank=True, validators=[at_most(1_000)]
    )
    rsvp_rev = models.PositiveBigIntegerField(default=0, editable=False)

    ical_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ical_sequence = models.PositiveIntegerField(default=0, editable=False)
    step = models.PositiveIntegerField(default=0, editable=False)  # told to its people, by letters whose key ends with it
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Empty: a draft. Later than now: it appears by itself.")
    )

    told_at = models.DateTimeField(_("told to the group"), null=True, blank=True, editable=False)
    thanked_at = models.DateTimeField(_("thanked who came"), null=True, blank=True, editable=False)

    objects = EventQuerySet.as_manager()
    search_fields = [
        Analysed("title", title=True),
        Analysed("summary"),
        Analysed("topic_words"),
        Analysed("body_html"),
        Analysed("speaker_names"),
        Analysed("town"),
    ]
    search_reads = ("topics", "talks__person", "venue")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = [("run_every_event", _("Can run the events of every group"))]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="event_starts"),
            models.Index(fields=["ends_at"], name="event_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True, starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message=_("An event must end after it starts."),
            ),
            models.CheckConstraint(
                condition=(Q(precision="none") & Q(starts_at__isnull=True)) | (~Q(precision="none") & Q(starts_at__isnull=False)),
                name="event_dated_as_precisely_as_known",
                violation_error_message=_("Give a date, or say that it is not known."),
            ),
            models.CheckConstraint(
                condition=~Q(audience="group") | Q(group__isnull=False),
                name="event_group_named",
                violation_error_message=_("Say which group may register."),
            ),
            models.CheckConstraint(
                condition=Q(is_confidential=False) | (~Q(audience="open") & ~Q(public_title="")),
                name="event_confidential_has_public_title",
                violation_error_message=_("A confidential meeting is not open to all, and needs a public title."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="external") | Q(audience="open", is_confidential=False),
                name="event_elsewhere_is_open",
                violation_error_message=_("A meeting elsewhere is open: nobody registers for it here."),
            ),
            models.CheckConstraint(
                condition=~Q(status="online") | Q(is_online=True, venue__isnull=True, was_online__isnull=False),
                name="event_moved_online_has_no_venue",
                violation_error_message=_("A meeting that was moved online takes place nowhere else."),
            ),
            models.CheckConstraint(
                condition=Q(rsvp_opens_at__isnull=True)
                | Q(rsvp_closes_at__isnull=False, rsvp_opens_at__lt=F("rsvp_closes_at"))
                | Q(rsvp_closes_at__isnull=True, starts_at__isnull=True)
                | Q(rsvp_closes_at__isnull=True, rsvp_opens_at__lt=F("starts_at")),
                name="event_opens_before_it_closes",
                violation_error_message=_("Registration would open after it has closed."),
            ),
            models.CheckConstraint(
                condition=_not_after_it_began("rsvp_closes_at"),
                name="event_closes_before_it_begins",
                violation_error_message=_("Registration cannot close after the meeting has begun."),
            ),
            models.CheckConstraint(
                condition=_not_after_it_began("promotion_cutoff_at"),
                name="event_promotes_before_it_begins",
                violation_error_message=_("Places are no longer given by themselves once the meeting has begun."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    def canonical_url(self) -> str:
        """Absolute address under the prefix of the event's own language."""
        return absolute(in_language(self.lang, "events:detail", self.slug))

    # -- facts -----------------------------------------------------------------
    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone_name)

    @property
    def local_start(self) -> datetime | None:
        return self.starts_at and self.starts_at.astimezone(self.zone)

    @property
    def local_end(self) -> datetime | None:
        return self.ends_at and self.ends_at.astimezone(self.zone)

    @property
    def local_day(self) -> date | None:
        """The date on the calendar of the event's own zone."""
        return self.starts_at and self.local_start.date()

    @property
    def days(self) -> tuple[date, date]:
        """The first day and the day after the last, of an event known to the day."""
        return self.local_start.date(), (self.local_end - timedelta(seconds=1)).date() + timedelta(days=1)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.precision == self.Precision.NONE or self.ends_at <= timezone.now()

    @property
    def is_open_to_all(self) -> bool:
        return self.audience == self.Audience.OPEN

    @property
    def is_for_the_paid_up(self) -> bool:
        return self.audience == self.Audience.PAID_UP

    @property
    def is_for_its_group(self) -> bool:
        return self.audience == self.Audience.GROUP

    @property
    def is_external(self) -> bool:
        return self.kind == self.Kind.EXTERNAL

    @property
    def is_assembly(self) -> bool:
        return self.kind == self.Kind.ASSEMBLY

    @property
    def proxies_each(self) -> int:
        return PROXIES if self.most_proxies is None else self.most_proxies

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_postponed(self) -> bool:
        return self.status == self.Status.POSTPONED

    @property
    def is_called_off(self) -> bool:
        return self.status in self.CALLED_OFF

    @property
    def is_moved_online(self) -> bool:
        return self.status == self.Status.ONLINE

    @property
    def standing(self) -> str:
        """Its status while nothing calls it off."""
        return self.Status.SCHEDULED if self.was_online is None else self.Status.ONLINE

    @property
    def is_stub(self) -> bool:
        """Whether the visitor that it was listed for may read no more than the public title, the date and the group."""
        return self.is_confidential and not self.is_inside

    @property
    def may_be_announced(self) -> bool:
        """Whether machines, calendars and people elsewhere may hear of it; the query word is `announced`."""
        return self.is_published and not self.is_confidential and self.audience != self.Audience.INVITATION

    @property
    def kept_as(self) -> str:
        """The name of those parts of its page that everybody reads alike; none where some may read more than others."""
        return self.entry_kept_as if self.is_open_to_all else ""

    @property
    def entry_kept_as(self) -> str:
        """The name of its entry in lists, which everybody reads alike once it is announced; none before, or for some only."""
        return f"event {self.pk}" if self.may_be_announced else ""

    @property
    def has_begun(self) -> bool:
        return self.is_over or (self.starts_at is not None and self.starts_at <= timezone.now())

    @property
    def is_running(self) -> bool:
        return self.has_begun and not self.is_over

    @property
    def places(self) -> int | None:
        """Those that anybody can have; None without a limit."""
        return None if self.capacity is None else max(self.capacity - self.reserved, 0)

    @property
    def places_left(self) -> int | None:
        """Of an event that came `with_seats_taken`: never negative, None without a limit."""
        return None if self.places is None else max(self.places - self.seats_taken, 0)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0

    @property
    def has_few_places(self) -> bool:
        """One in seven or so, or two; never while more are left than taken, as in a small meeting that nobody knows of yet."""
        return bool(self.places_left) and self.places_left <= min(max(2, self.places * 15 // 100), self.places // 2)

    @property
    def shown_title(self) -> str:
        """The title for somebody who is `is_inside`, the public one for anybody else's stub."""
        return self.title if not self.is_confidential or getattr(self, "is_inside", False) else self.public_title

    @property
    def town(self) -> str:
        return self.venue.city if self.venue_id else ""

    @property
    def takes_registrations(self) -> bool:
        """Whether this kind of event, dated as it is, has registration at all."""
        return not self.is_external and self.precision in (self.Precision.HOUR, self.Precision.DAY)

    @property
    def opens_at(self) -> datetime | None:
        return self.rsvp_opens_at or self.published_at

    @property
    def closes_at(self) -> datetime | None:
        return self.rsvp_closes_at or self.starts_at

    @property
    def cutoff_at(self) -> datetime | None:
        return self.promotion_cutoff_at or (self.starts_at and self.starts_at - CUTOFF)

    @property
    def is_last_minute(self) -> bool:
        """From the cut-off until registration closes: a place that is free goes to who takes it."""
        is_held = self.is_called_off or self.is_promotion_paused or not self.takes_registrations
        return not is_held and self.cutoff_at <= timezone.now() < self.closes_at

    @property
    def promotes_by_itself(self) -> bool:
        """Whether a place that becomes free is given to the first of the waiting list without their asking."""
        return not self.is_promotion_paused and timezone.now() < min(self.cutoff_at, self.closes_at)

    # -- questions -------------------------------------------------------------
    def speaker_names(self) -> str:
        models.prefetch_related_objects([self], "talks__person")
        return " ".join(talk.person.name for talk in self.talks.all())

    def siblings(self):
        """The whole repetition that it is part of, itself included."""
        return type(self).objects.filter(repetition=self.repetition) if self.repetition else type(self).objects.none()

    def taken(self) -> int:
        """Seats of those going, guests included."""
        return self.registrations.going().seats()

    def free(self) -> int | None:
        """Places left, negative when oversubscribed; None without a limit."""
        return None if self.capacity is None else self.capacity - self.reserved - self.taken()
