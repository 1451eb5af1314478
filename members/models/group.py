from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from members.models.member import Member
from members.models.topic import GroupTopic
from smclub.languages import Text, localised, localised_html
from smclub.markdown import RenderedField
from smclub.searchable import Analysed, Searchable


class GroupQuerySet(models.QuerySet):
    def current(self):
        return self.filter(is_active=True)

    def visible_to(self, visitor):
        """Groups are public; those that stopped are no longer found."""
        return self.current()

    def on_topic(self, topic):
        return self.current().filter(topic_items__tag=topic)

    def with_member_count(self):
        return self.annotate(
            member_count=Count("memberships", filter=Q(memberships__member__standing=Member.Standing.MEMBER), distinct=True)
        )

    def in_order(self):
        """Local clubs before commissions."""
        return self.order_by(Case(When(kind=Group.Kind.LOCAL, then=0), default=1), "position", "name")

    def coordinated_by(self, member):
        return self.filter(Exists(GroupMembership.objects.coordinators().filter(group=OuterRef("pk"), member=member)))

    def without_coordinator(self):
        """Groups that meet and that nobody with an open account coordinates."""
        coordinated = GroupMembership.objects.coordinators().of_members().filter(group=OuterRef("pk"))
        return self.current().filter(~Exists(coordinated))

    def run_by(self, member):
        """Groups that `member` may manage: all for organisers, their own for coordinators."""
        if not member.may("members.change_group"):
            return self.none()
        return self.all() if member.may("members.run_every_group") else self.coordinated_by(member)

    def on_desk_of(self, member):
        """Groups that the desk shows `member`: those they run, or all to who reads accounts."""
        return self.all() if member.may("members.view_member") else self.run_by(member)

    def joined_by(self, member):
        return self.filter(Exists(GroupMembership.objects.filter(group=OuterRef("pk"), member=member)))


class Group(Searchable, models.Model):
    """A local club or a commission."""

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local club")
        COMMISSION = "commission", _("Commission")

    class Joining(models.TextChoices):
        OPEN = "open", _("Open: members join at once")
        REQUEST = "request", _("On request: the coordinators answer")
        CLOSED = "closed", _("Closed: the coordinators add its members")

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    city = models.CharField(_("town"), max_length=80, blank=True)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown."))
    description_html = RenderedField(source="description")
    description_en = models.TextField(_("English description"), blank=True)
    description_en_html = RenderedField(source="description_en")
    meets = models.CharField(
        _("meets"), max_length=150, blank=True, help_text=_("For instance: the first Wednesday of the month.")
    )
    meets_en = models.CharField(_("meets, in English"), max_length=150, blank=True)
    joining = models.CharField(_("joining the group"), max_length=8, choices=Joining, default=Joining.OPEN)
    topics = TaggableManager(_("topics"), through=GroupTopic, blank=True, help_text=_("Separated by commas."))
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = GroupQuerySet.as_manager()
    search_fields = [
        Analysed("name", title=True),
        Analysed("city"),
        Analysed("topic_words"),
        Analysed("description_html"),
        Analysed("description_en_html"),
    ]
    search_reads = ("topics",)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        permissions = [("run_every_group", _("Can run every group"))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:group", args=[self.slug])

    @property
    def about(self) -> Text:
        """Rendered HTML in the reader's language."""
        return localised_html(self, "description")

    @property
    def rhythm(self) -> Text:
        return localised(self, "meets")


class GroupMembershipQuerySet(models.QuerySet):
    def coordinators(self):
        return self.filter(role=GroupMembership.Role.COORDINATOR)

    def of_members(self):
        """Without those whose account is closed."""
        return self.filter(member__standing=Member.Standing.MEMBER)

    def without_desk(self):
        """Coordinators who may not enter the admin: an owner has yet to give them the role."""
        return self.coordinators().of_members().filter(group__is_active=True, member__is_staff=False)

    def on_desk_of(self, member):
        return self.filter(group__in=Group.objects.on_desk_of(member))

    def run_by(self, member):
        return self.filter(group__in=Group.objects.run_by(member))

    def of(self, member):
        return self.filter(member=member, group__is_active=True).select_related("group").order_by("group__name")

    def between(self, group, visitor):
        """The membership of `visitor` in `group`, or None."""
        return self.filter(group=group, member=visitor).first() if visitor.is_authenticated else None


class GroupMembership(models.Model):
    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        COORDINATOR = "coordinator", _("Coordinator")

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships", verbose_name=_("group"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="group_memberships", verbose_name=_("member"))
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"],
                name="group_membership_once",
                violation_error_message=_("This member is in the group already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member.public_name} · {self.group}"

    @property
    def is_coordination(self) -> bool:
        return self.role == self.Role.COORDINATOR


AGAIN = timedelta(days=30)  # after a no, when the same question may be asked again


class GroupRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Of groups that meet, by people who are members still, the oldest first."""
        return self.filter(
            state=GroupRequest.State.WAITING, group__is_active=True, member__standing=Member.Standing.MEMBER
        ).order_by("created_at", "pk")

    def between(self, group, visitor):
        """The last request of `visitor` to be in `group`, or None."""
        return self.filter(group=group, member=visitor).order_by("-pk").first() if visitor.is_authenticated else None

    def on_desk_of(self, member):
        return self.filter(group__in=Group.objects.on_desk_of(member))

    def run_by(self, member):
        return self.filter(group__in=Group.objects.run_by(member))


class GroupRequest(models.Model):
    """A member asks to be in a group. Never a membership: nothing that is for the group is for who waits."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    group = models.ForeignKey(Group, models.CASCADE, related_name="requests", verbose_name=_("group"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="group_requests", verbose_name=_("member"))
    message = models.TextField(_("message"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason given"), blank=True)

    objects = GroupRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join a group")
        verbose_name_plural = _("requests to join a group")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"],
                condition=Q(state="waiting"),
                name="group_request_one_open",
                violation_error_message=_("A request is waiting already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member.public_name} · {self.group}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def again_at(self) -> datetime | None:
        """From when on the member may ask again, once they were told no and as long as it is still to come."""
        if self.state != self.State.DECLINED or self.decided_at is None:
            return None
        again = self.decided_at + AGAIN
        return again if again > timezone.now() else None
