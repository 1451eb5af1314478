"""The news of this app: new meetings, to their group; thanks, to who came; requests for a place, to who runs the meeting."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import wording
from events.models import Event, Registration
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


def thank() -> int:
    """Those who came, from the morning after by the clock of the meeting; once, whichever machine looks first."""
    thanked, now = 0, timezone.now()
    for event in Event.objects.to_thank():
        _first, day_after = event.days
        if now.astimezone(event.zone).date() < day_after:
            continue
        with transaction.atomic():
            if Event.objects.filter(pk=event.pk, thanked_at=None).update(thanked_at=now):
                people = Registration.objects.were_there(event).filter(member__isnull=False).values_list("member", flat=True)
                tell("events.thanks", to=people, key=f"thanks:{event.pk}", quiet_zone=event.zone_name, event=event.pk)
                thanked += 1
    return thanked


def registration_asked(registration: Registration) -> None:
    event, key = registration.event, f"asked:{registration.pk}:{registration.rev}"
    runners = _who_runs(event).values_list("pk", flat=True)
    tell("events.registration_asked", to=set(runners) - {registration.member_id}, key=key, registration=registration.pk)


def _who_runs(event: Event):
    """Its coordinators and the organisers; the owners where there is nobody else."""
    staff, may_answer = Member.objects.staff(), Q(groups__permissions__codename="change_event")
    coordinates = Q(group_memberships__in=GroupMembership.objects.coordinators().filter(group=event.group_id))
    runs_all = Q(groups__permissions__codename="run_every_event")
    readers = staff.filter(may_answer).filter(coordinates | runs_all).distinct()
    return readers if readers.exists() else staff.filter(is_superuser=True)


@tells("events.registration_asked")
def requests(notices: list[Notice], *, reader: Member) -> list[Item]:
    """Those that nobody has answered."""
    rows = Registration.objects.to_answer_by(reader).filter(pk__in=[notice.context["registration"] for notice in notices])
    desk = in_language(get_language() or "fr", "admin:events_registration_changelist")
    return [
        Item(
            subject=_("Somebody asks for a place: %(title)s") % {"title": row.event.title},
            heading=_("%(who)s asks for a place at “%(title)s”")
            % {"who": row.member.public_name if row.member else "–", "title": row.event.title},
            url=absolute(f"{desk}?event__id__exact={row.event_id}&state__exact=pending"),
            when=wording.when(row.event),
        )
        for row in rows.select_related("event", "member")
    ]


@tells("events.thanks")
def thanks(notices: list[Notice], *, reader: Member) -> list[Item]:
    """What is told of the write-up is news of its own, in the same letter when both are due."""
    wanted = Event.objects.listed_for(reader).without_stubs().took_place()
    ids, language = [notice.context["event"] for notice in notices], get_language() or "fr"
    tokens = dict(Registration.objects.filter(event__in=ids, member=reader).values_list("event", "token"))
    return [
        Item(
            subject=_("Thank you for coming: %(title)s") % {"title": event.title},
            heading=_("Thank you for having been with us: “%(title)s”") % {"title": event.title},
            url=absolute(in_language(language, "events:detail", event.slug)),
            text=_(
                "What comes of it is on its page: the write-up, the slides and the photographs, and what you have to say of it."
            ),
            deed=_("Give your opinion: two questions") if event.pk in tokens else "",
            deed_url=absolute(in_language(language, "events:feedback_by_link", event.slug, tokens.get(event.pk, "-"))),
        )
        for event in wanted.filter(pk__in=ids)
    ]


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
