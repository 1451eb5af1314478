"""The news of this app: a group's new meeting, to its members."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import wording
from events.models import Event
from members.models import GroupMembership, Member, Notice
from members.telling import Item, tell, tells
from smclub.addresses import absolute, in_language


def tell_new_meetings() -> int:
    """Each meeting that has just appeared, to the members of its group; once, whichever machine looks first."""
    told = 0
    for event in Event.objects.to_tell():
        with transaction.atomic():
            if Event.objects.filter(pk=event.pk, told_at=None).update(told_at=timezone.now()):
                members = GroupMembership.objects.filter(group=event.group_id).values_list("member", flat=True)
                tell("events.new_meeting", to=members, key=f"event:{event.pk}", event=event.pk)
                told += 1
    return told


@tells("events.new_meeting")
def new_meetings(notices: list[Notice], *, reader: Member) -> list[Item]:
    """Those still to come, not called off, of which the reader may read more than the stub."""
    wanted = Event.objects.listed_for(reader).without_stubs().upcoming()
    rows = wanted.taking_place().filter(pk__in=[notice.context["event"] for notice in notices])
    return [
        Item(
            subject=_("A new meeting: %(title)s") % {"title": event.title},
            heading=_("%(group)s invites you: “%(title)s”") % {"group": event.group, "title": event.title},
            url=absolute(in_language(get_language() or "fr", "events:detail", event.slug)),
            text=event.summary,
            when=wording.when(event),
        )
        for event in rows.select_related("venue", "group")
    ]
