from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.group import Group
from members.models.member import Member
from smclub.markdown import COMMENT, RenderedField


class GroupNoticeQuerySet(models.QuerySet):
    def of(self, group):
        return self.filter(group=group)

    def visible_to(self, visitor):
        """Those for everybody, and those of the groups that `visitor` is in or runs."""
        for_all = Q(audience=GroupNotice.Audience.EVERYBODY)
        if not getattr(visitor, "is_authenticated", False):
            return self.filter(for_all)
        theirs = Q(group__in=Group.objects.joined_by(visitor).values("pk"))
        if visitor.is_staff:
            theirs |= Q(group__in=Group.objects.run_by(visitor).values("pk"))
        return self.filter(for_all | theirs)

    def in_order(self):
        """What is pinned first, then the latest."""
        pinned = Case(When(pinned_until__gte=timezone.localdate(), then=0), default=1)
        return self.order_by(pinned, "-published_at", "-pk")

    def on_desk_of(self, member):
        return self.filter(group__in=Group.objects.on_desk_of(member))


class GroupNotice(models.Model):
    """An announcement of a group, on its page; its members receive it by letter when asked, once."""

    class Audience(models.TextChoices):
        GROUP = "group", _("The members of the group")
        EVERYBODY = "everybody", _("Everybody")

    group = models.ForeignKey(Group, models.CASCADE, related_name="notices", verbose_name=_("group"))
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=5000, help_text=_("Markdown."))
    body_html = RenderedField(source="body", profile=COMMENT)
    lang = models.CharField(_("language"), max_length=2, choices=Member.Language, default=Member.Language.FRENCH)
    audience = models.CharField(_("who reads it"), max_length=10, choices=Audience, default=Audience.GROUP)
    author = models.ForeignKey(Member, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("author"))
    published_at = models.DateTimeField(_("published"), default=timezone.now, editable=False)
    pinned_until = models.DateField(
        _("pinned until"), null=True, blank=True, help_text=_("Until that day it stands above the others.")
    )
    told_at = models.DateTimeField(_("sent to the members"), null=True, blank=True, editable=False)

    objects = GroupNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement of a group")
        verbose_name_plural = _("announcements of groups")
        indexes = [models.Index(fields=["group", "-published_at"], name="group_notice_latest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.group.get_absolute_url()}#annonce-{self.pk}"

    @property
    def is_pinned(self) -> bool:
        return self.pinned_until is not None and self.pinned_until >= timezone.localdate()

    @property
    def is_for_the_group(self) -> bool:
        return self.audience == self.Audience.GROUP
