from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from members.handles import NETWORKS, HandleField
from members.models.group import Group, GroupMembership
from members.models.member import Member, is_accepted
from members.models.shape import ShapeField
from members.models.shown import READ_AS, ReadersField, Shown, Visibility, reading_as
from members.models.topic import PersonTopic
from smclub.languages import Text, localised, localised_html
from smclub.links import web_address
from smclub.markdown import COMMENT, RenderedField
from smclub.searchable import Analysed, ForMembers, Searchable, found_by, matching, parsed
from smclub.words import slug as slug_of


def validate_siret(number: str) -> None:
    """Fourteen figures whose key is right; the offices of La Poste have a key of their own."""
    figures = "".join(number.split())
    if not (figures.isascii() and figures.isdecimal() and len(figures) == 14):
        raise ValidationError(_("A SIRET number has 14 figures."), code="siret")
    doubled = [int(figure) * (2 if place % 2 == 0 else 1) for place, figure in enumerate(figures)]
    luhn = sum(value - 9 if value > 9 else value for value in doubled)
    if luhn % 10 and not (figures.startswith("356000000") and sum(map(int, figures)) % 5 == 0):
        raise ValidationError(_("This SIRET number has a mistake: its key is wrong."), code="siret")


class OrganisationQuerySet(models.QuerySet):
    def called(self, name: str):
        """The one of that name, case, accents and signs aside; or None."""
        return self.filter(Q(name=name) | Q(slug=slug_of(name)[:80] or None)).order_by("pk").first()

    def employing(self, people):
        """The organisations of `people`, by name."""
        return self.filter(pk__in=people.values("organisation")).order_by("name")


class Organisation(models.Model):
    """A company or body: employer, host, partner, payer of company dues."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        MEDIA = "media", _("Media")
        SCHOOL = "school", _("School")
        PUBLIC = "public", _("Public body")
        ASSOCIATION = "association", _("Association")

    name = models.CharField(_("name"), max_length=150, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.COMPANY)
    city = models.CharField(_("town"), max_length=80, blank=True)
    website = models.URLField(_("website"), blank=True, validators=[web_address])
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    description_html = RenderedField(source="description")
    description_en = models.TextField(_("English description"), blank=True)
    description_en_html = RenderedField(source="description_en")
    logo = models.ForeignKey("members.Picture", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo"))
    siret = models.CharField("SIRET", max_length=18, blank=True, validators=[validate_siret], help_text=_("14 figures."))
    billing_address = models.TextField(
        _("billing address"),
        blank=True,
        max_length=500,
        help_text=_("As on its invoices: legal name if it is another, street, postcode, town."),
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:organisation", args=[self.slug])

    @property
    def about(self) -> Text:
        """Rendered HTML in the reader's language."""
        return localised_html(self, "description")


class PersonQuerySet(models.QuerySet):
    def listed_for(self, visitor):
        """People whose page exists for `visitor`: public ones, members-only ones for members, one's own always.

        Each of them knows who reads: `person.shown` is what is for `visitor`.
        """
        people = self.known_to(visitor)
        if _edits_people(visitor):
            return people
        shown = Q(visibility__in=READ_AS[reading_as(visitor)])
        own = Q(member_id=visitor.pk) if getattr(visitor, "is_authenticated", False) else Q()
        return people.filter(shown | own if own else shown).of_open_accounts()

    def showing(self, field: str, *, to):
        """Those who let the visitor `to` read that field (one of `shown.FIELDS`) once their page is theirs to read."""
        return self.filter(**{f"{field}_for__in": READ_AS[reading_as(to)]})

    def known_to(self, visitor):
        """All of them, each with what is for `visitor` as `shown`: for names that stand on a page whoever reads it."""
        return self.annotate(read_as=Value(reading_as(visitor).value))

    def readership(self, visitor) -> str:
        """The name of all who have the same of these rows listed; empty where `visitor` alone finds a hidden page among them."""
        if _edits_people(visitor):
            return "desk"
        hidden = self.exclude(visibility__in=READ_AS[reading_as(visitor)])
        if getattr(visitor, "is_authenticated", False) and hidden.filter(member_id=visitor.pk).exists():
            return ""
        return "members" if is_accepted(visitor) else "everybody"

    visible_to = listed_for
    on_desk_of = listed_for

    def announced(self):
        return self.filter(visibility=Person.Visibility.PUBLIC).of_open_accounts()

    def published(self):
        """Whose page exists for others than themselves."""
        return self.exclude(visibility=Person.Visibility.PRIVATE).of_open_accounts()

    def of_open_accounts(self):
        """Without those whose account is blocked; who has none stays."""
        return self.exclude(member__standing=Member.Standing.BLOCKED)

    def in_directory(self):
        """Accepted members who asked to be found."""
        return self.filter(is_in_directory=True, member__standing=Member.Standing.MEMBER)

    def for_cards(self):
        return self.select_related("organisation", "portrait")

    def by_name(self):
        """In the order of names without their accents, which is that of slugs."""
        return self.order_by("slug")

    def reachable_by(self, visitor):
        """To whom `visitor` may write through the site: a member, to who lets members do so."""
        if not is_accepted(visitor):
            return self.none()
        reachable = self.listed_for(visitor).filter(takes_messages=True, member__is_active=True)
        return reachable.exclude(visibility=Visibility.PRIVATE).exclude(member=visitor.pk)

    def answering(self, text: str, *, to):
        """Whose name contains `text`, or of whom the visitor `to` may read all its words."""
        query = parsed(text, as_member=is_accepted(to))
        words = matching(Person.objects.all(), query).order_by().values("pk") if query else self.none().values("pk")
        name = Q(slug__contains=slug_of(text)) if slug_of(text) else Q(pk__in=[])
        return self.filter(name | Q(pk__in=words))

    def coordinating(self, group: Group):
        return self.filter(member__in=GroupMembership.objects.coordinators().filter(group=group).values("member"))

    def coordinators(self):
        """Who coordinates a group that meets, each with those `coordinated`."""
        memberships = GroupMembership.objects.coordinators().filter(group__is_active=True)
        coordinated = memberships.select_related("group").order_by("group__name")
        return (
            self.filter(member__in=memberships.values("member"))
            .select_related("member")
            .prefetch_related(Prefetch("member__group_memberships", coordinated, to_attr="coordinated"))
        )

    def portrayed(self):
        """Whose portrait somebody else than themselves sees."""
        return self.published().exclude(portrait_for=Visibility.PRIVATE)

    def interested_in(self, topic, *, to):
        return self.showing("topics", to=to).filter(topic_items__tag=topic)

    def in_group(self, group: Group, *, to):
        """As the visitor `to` may know it: who coordinates it is known for that."""
        memberships = GroupMembership.objects.filter(group=group)
        shown = Q(groups_for__in=READ_AS[reading_as(to)], member__in=memberships.values("member"))
        return self.filter(shown | Q(member__in=memberships.coordinators().values("member")))

    def with_groups(self):
        memberships = (
            GroupMembership.objects.filter(group__is_active=True).select_related("group").order_by("group__position", "pk")
        )
        return self.select_related("member").prefetch_related(Prefetch("member__group_memberships", memberships))


def _edits_people(visitor) -> bool:
    return getattr(visitor, "is_staff", False) and visitor.may("members.change_person")


class Person(Searchable, models.Model):
    """A public identity. Made by a talk, a credit, a mandate, a partner's contact or a profile turned public."""

    Visibility = Visibility
    read_as: str = Visibility.PUBLIC  # who reads this row; `listed_for` says it

    name = models.CharField(_("name"), max_length=120)
    name_shape = ShapeField(source="name")
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    member = models.OneToOneField(
        Member, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name=_("account")
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("organisation")
    )
    headline = models.CharField(_("headline"), max_length=150, blank=True, help_text=_("Role, in a few words."))
    headline_en = models.CharField(_("English headline"), max_length=150, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    bio = models.TextField(_("biography"), blank=True, help_text=_("Markdown."))
    bio_html = RenderedField(source="bio", profile=COMMENT)  # anybody with an account writes one
    bio_lang = models.CharField(_("language of the biography"), max_length=2, choices=Member.Language, blank=True)
    portrait = models.ForeignKey(
        "members.Picture", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("portrait")
    )
    website = models.URLField(_("website"), blank=True, validators=[web_address])
    linkedin = models.URLField("LinkedIn", blank=True, validators=[web_address])
    mastodon = HandleField("Mastodon")
    bluesky = HandleField("Bluesky")
    instagram = HandleField("Instagram")
    x = HandleField("X")
    visibility = models.CharField(_("who may read the page"), max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    is_in_directory = models.BooleanField(
        _("in the directory of members"),
        default=False,
        help_text=_("Visitors without an account find there only people whose page everybody may read."),
    )
    takes_messages = models.BooleanField(
        _("members may write to me"),
        default=False,
        help_text=_("Through a form of the site: they do not learn your address, nor you theirs."),
    )
    # Who reads each field, once the page is theirs to read: `shown` asks these, and nothing else does.
    headline_for = ReadersField(_("who reads the headline"))
    organisation_for = ReadersField(_("who reads the organisation"))
    city_for = ReadersField(_("who reads the town"))
    bio_for = ReadersField(_("who reads the biography"))
    portrait_for = ReadersField(_("who sees the portrait"))
    topics_for = ReadersField(_("who reads the interests"))
    languages_for = ReadersField(_("who reads the languages"))
    links_for = ReadersField(_("who follows the links"))
    groups_for = ReadersField(_("who reads the groups"))
    meetings_for = ReadersField(_("who reads the meetings joined"))
    topics = TaggableManager(_("interests"), through=PersonTopic, blank=True, help_text=_("Separated by commas."))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PersonQuerySet.as_manager()
    search_fields = [
        Analysed("name", title=True),
        Analysed("words_for_everybody"),
        ForMembers("words_for_members"),
    ]
    search_reads = ("topics",)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [found_by("person_found")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:person", args=[self.slug])

    @property
    def is_announced(self) -> bool:
        """What `announced()` asks of a row; reads `member`."""
        is_blocked = self.member is not None and self.member.standing == Member.Standing.BLOCKED
        return self.visibility == self.Visibility.PUBLIC and not is_blocked

    @property
    def shown(self) -> Shown:
        """What whoever this row was listed for may read of it; what everybody may, when it was listed for nobody."""
        return Shown(self, self.read_as)

    @property
    def shown_to_everybody(self) -> Shown:
        return Shown(self, Visibility.PUBLIC)

    @property
    def words_for_everybody(self) -> str:
        return self.shown_to_everybody.words

    @property
    def words_for_members(self) -> str:
        """With the name; nothing when members read no more than everybody."""
        words = Shown(self, Visibility.MEMBERS).words
        return "" if words == self.words_for_everybody else f"{self.name} {words}"

    @property
    def outside_links(self) -> list[tuple[str, str]]:
        """(label, address) of the person's own pages elsewhere; handles that are no handle are left out."""
        links = [(_("Website"), self.website), ("LinkedIn", self.linkedin)]
        links += [(network.label, network.link(getattr(self, field))) for field, network in NETWORKS.items()]
        return [(str(label), address) for label, address in links if address]

    @property
    def coordinates(self) -> str:
        """The groups named, for rows of `coordinators()`."""
        return ", ".join(membership.group.name for membership in self.member.coordinated)

    @property
    def initials(self) -> str:
        parts = self.name.split()
        return "".join(part[0] for part in (parts[0], parts[-1]) if part).upper() if len(parts) > 1 else self.name[:2].upper()


class MandateQuerySet(models.QuerySet):
    def current(self):
        today = timezone.localdate()
        return self.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gte=today))

    def past(self):
        """Those that are over, the latest first."""
        return self.filter(ends_on__lt=timezone.localdate()).order_by("-ends_on", "position", "pk")

    def ending(self, *, within: timedelta):
        return self.filter(ends_on__lte=timezone.localdate() + within)

    def not_renewed(self):
        """Without those whose holder has the same title for longer."""
        longer = Mandate.objects.filter(person=OuterRef("person"), title=OuterRef("title"))
        return self.filter(~Exists(longer.filter(Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")))))

    def role_owed(self):
        """Those that are over and whose role at the desk is not taken back yet."""
        return self.past().filter(role_ended_at=None).exclude(staff_role="")

    def elected(self, day: date):
        """Those of a vote held on that day."""
        return self.filter(elected_on=day)

    def shown_to(self, visitor):
        """Mandates of the people whose page `visitor` may read."""
        people = Person.objects.listed_for(visitor).for_cards()
        return self.filter(person__in=people.values("pk")).prefetch_related(Prefetch("person", people))

    def in_order(self):
        return self.order_by("position", "starts_on", "pk")


class Mandate(models.Model):
    """A role in the team that runs the chapter; what somebody may do at the desk for it ends with it."""

    class StaffRole(models.TextChoices):  # those of smclub/roles.py
        COORDINATOR = "coordinator", _("coordinator")
        AUTHOR = "author", pgettext_lazy("role", "author")
        MODERATOR = "moderator", _("moderator")
        EDITOR = "editor", _("editor")
        TREASURER = "treasurer", pgettext_lazy("role", "treasurer")
        SECRETARY = "secretary", pgettext_lazy("role", "secretary")
        ORGANISER = "organiser", pgettext_lazy("role", "organiser")
        OWNER = "owner", pgettext_lazy("role", "owner")

    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates", verbose_name=_("person"))
    title = models.CharField(_("role"), max_length=120)
    title_en = models.CharField(_("role, in English"), max_length=120, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    elected_on = models.DateField(
        _("elected on"), null=True, blank=True, help_text=_("The day of the general assembly, if there was a vote.")
    )
    staff_role = models.CharField(
        _("role at the desk that ends with it"),
        max_length=12,
        choices=StaffRole,
        blank=True,
        help_text=_("Given from the list of members; taken back by the house itself on the day after the mandate."),
    )
    role_ended_at = models.DateTimeField(_("role taken back"), null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="mandate_ends_after_start",
                violation_error_message=_("A mandate ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.title}"

    @property
    def label(self) -> Text:
        return localised(self, "title")
