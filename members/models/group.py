from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.member import Member
from smclub.languages import Text, localised, localised_html
from smclub.markdown import RenderedField
from smclub.searchable import Analysed, Searchable


class GroupQuerySet(models.QuerySet):
    def current(self):
        return self.filter(is_active=True)

    def visible_to(self, visitor):
        """Groups are public; those that stopped are no longer found."""
        return self.current()

    def with_member_count(self):
        return self.annotate(
            member_count=Count("memberships", filter=Q(memberships__member__standing=Member.Standing.MEMBER), distinct=True)
        )

    def in_order(self):
        """Local clubs before commissions."""
        return self.order_by(Case(When(kind=Group.Kind.LOCAL, then=0), default=1), "position", "name")

    def coordinated_by(self, member):
        return self.filter(Exists(GroupMembership.objects.coordinators().filter(group=OuterRef("pk"), member=member)))

    def joined_by(self, member):
        return self.filter(Exists(GroupMembership.objects.filter(group=OuterRef("pk"), member=member)))


class Group(Searchable, models.Model):
    """A local club or a commission."""

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local club")
        COMMISSION = "commission", _("Commission")

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
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = GroupQuerySet.as_manager()
    search_fields = [
        Analysed("name", title=True),
        Analysed("city"),
        Analysed("description_html"),
        Analysed("description_en_html"),
    ]

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")

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
        return f"{self.member} · {self.group}"
