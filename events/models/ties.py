"""Who and what is tied to a meeting: its topics, those who speak, the organisations."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase

from members.models import Organisation, Person, Topic
from smclub.links import web_address

_LATEST = (F("event__starts_at").desc(nulls_last=True), "-pk")


class EventTopic(ItemBase):
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="event_items", verbose_name=_("topic"))
    content_object = models.ForeignKey("events.Event", models.CASCADE, related_name="topic_items")

    class Meta:
        verbose_name = _("topic of an event")
        verbose_name_plural = _("topics of events")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="event_topic_once")]


class TalkQuerySet(models.QuerySet):
    def led(self):
        """Those who lead the meeting ("animé par")."""
        return self.filter(role=Talk.Role.CHAIR)

    def for_page(self, visitor):
        """In the order of the page; `has_page` says whether `visitor` may follow the name."""
        has_page = Exists(Person.objects.listed_for(visitor).filter(pk=OuterRef("person")))
        people = Prefetch("person", Person.objects.known_to(visitor).for_cards().select_related("member"))
        talks = self.annotate(has_page=has_page).prefetch_related(people)
        return talks.order_by("position", "pk")

    def of_speaker(self, talk):
        """All that whoever gives `talk` does at its meeting."""
        return self.filter(event=talk.event_id, person=talk.person_id).order_by("position", "pk")

    def of_person(self, person, *, events):
        """Those at `events`, latest first."""
        return self.filter(person=person, event__in=events).select_related("event").order_by(*_LATEST)


class Talk(models.Model):
    class Role(models.TextChoices):
        SPEAKER = "speaker", _("Speaker")
        CHAIR = "chair", _("Led by")

    class Consent(models.TextChoices):
        YES = "yes", _("May be photographed and filmed")
        VOICE = "voice", _("May be quoted, neither photographed nor filmed")
        NO = "no", _("Neither photographed, nor filmed, nor quoted")

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="talks", verbose_name=_("event"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="talks", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.SPEAKER)
    title = models.CharField(_("title of the talk"), max_length=200, blank=True)
    as_headline = models.CharField(
        _("role on that day"), max_length=150, blank=True, help_text=_("When it differs from today’s.")
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Of who has no account: for those who run the meeting alone, until three months after it."),
    )
    slides_url = models.URLField(_("slides"), blank=True, validators=[web_address])
    image_consent = models.CharField(_("pictures"), max_length=5, choices=Consent, blank=True)
    told_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    key_version = models.PositiveSmallIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        constraints = [models.UniqueConstraint(fields=["event", "person", "role", "title"], name="talk_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"

    @property
    def is_lead(self) -> bool:
        return self.role == self.Role.CHAIR


class EventPartnerQuerySet(models.QuerySet):
    def for_page(self):
        return self.select_related("organisation__logo").order_by("position", "pk")

    def of_organisation(self, organisation, *, events):
        """Those at `events`, latest first."""
        return self.filter(organisation=organisation, event__in=events).select_related("event").order_by(*_LATEST)


class EventPartner(models.Model):
    class Role(models.TextChoices):
        HOST = "host", _("Host")
        MEDIA = "media", _("Media partner")
        SPONSOR = "sponsor", _("Sponsor")
        ORGANISER = "organiser", _("Organiser")

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="partners", verbose_name=_("event"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="event_ties", verbose_name=_("organisation"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = EventPartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner of an event")
        verbose_name_plural = _("partners of events")
        constraints = [models.UniqueConstraint(fields=["event", "organisation", "role"], name="event_partner_once")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"
