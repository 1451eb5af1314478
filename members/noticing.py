"""Verb of a group's announcements: having its members told, once; and their words in the letters of news."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from members.grouping import must_run
from members.models import Entry, Group, GroupMembership, GroupNotice, Member, Notice
from members.refusals import Refused
from members.telling import Item, tell, tells
from smclub.addresses import absolute

A_DAY, TIMES = timedelta(days=1), 2


def refuse_telling(group: Group) -> None:
    """Two announcements a day and group are what people are glad to get."""
    told = GroupNotice.objects.of(group).filter(told_at__gt=timezone.now() - A_DAY).count()
    if told >= TIMES:
        text = _("This group has received %(times)s letters within a day: publish this one, and send it tomorrow.")
        raise Refused(text % {"times": TIMES}, code="too_many", field="tells")
    if not group.is_active:
        raise Refused(_("This group does not meet any more."), code="inactive", field="tells")


@transaction.atomic
def tell_members(notice: GroupNotice, *, by: Member) -> None:
    """Its members but the author, each as often as they wish. Whoever asks at the same moment waits for the group's row."""
    must_run(notice.group, by=by)
    Group.objects.filter(pk=notice.group_id).update(position=F("position"))
    refuse_telling(notice.group)
    if not GroupNotice.objects.filter(pk=notice.pk, told_at=None).update(told_at=timezone.now()):
        raise Refused(_("The members have received this announcement already."), code="told")
    rows = GroupMembership.objects.filter(group=notice.group_id).of_members().exclude(member=notice.author_id)
    members = rows.values_list("member", flat=True)
    tell("members.group_notice", to=members, key=f"group.notice:{notice.pk}", notice=notice.pk)
    Entry.objects.write("notice.tell", notice, by=by, note=str(notice.group))


@tells("members.group_notice")
def announcements(notices: list[Notice], *, reader: Member) -> list[Item]:
    """Those that the reader may still read, of groups that they are still in."""
    rows = GroupNotice.objects.filter(pk__in=[notice.context["notice"] for notice in notices])
    rows = rows.filter(group__in=Group.objects.current().joined_by(reader)).select_related("group").order_by("pk")
    return [
        Item(
            subject=f"{row.group.name}\N{NO-BREAK SPACE}: {row.title}",
            heading=_("%(group)s announces: “%(title)s”") % {"group": row.group, "title": row.title},
            url=absolute(row.get_absolute_url()),
            text=" ".join(strip_tags(row.body_html).split()),
        )
        for row in rows
    ]
