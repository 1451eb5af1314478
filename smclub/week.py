"""The organiser's week: what the admin's first page shows, each part only to who may act on it."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Event, Registration, ToDo
from members.models import Application, Club, Dues, Group, GroupMembership, GroupRequest, Letter, Mandate, Member
from posts.models import Comment, Post, Report
from smclub import duties

SHOWN = 8


@dataclass(frozen=True)
class Queue:
    """Things that wait for somebody: how many, and the list where they are dealt with."""

    label: str | Promise
    count: int
    url: str


def _list(model: str, **query: str) -> str:
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def meetings(member: Member):
    """The next published meetings that `member` runs, with seats and waiting list."""
    return (
        Event.objects.run_by(member)
        .published()
        .of_the_club()
        .upcoming()
        .with_seats_taken()
        .with_waiting_count()
        .select_related("group")[:SHOWN]
    )


def unpublished_meetings(member: Member):
    return Event.objects.run_by(member).drafts().order_by(F("starts_at").asc(nulls_last=True), "pk")[:SHOWN]


def todos(member: Member):
    """What is overdue for the meetings that `member` runs, and what they are to do themselves within a week."""
    soon = Q(assigned_to=member, due_on__lte=timezone.localdate() + timedelta(days=7))
    late = Q(due_on__lt=timezone.localdate())
    return ToDo.objects.run_by(member).open().filter(late | soon).in_order()[:SHOWN]


def without_write_up(member: Member):
    """Meetings that took place lately and that nobody has written about; what is confidential is not to be passed on."""
    written = Post.objects.filter(event=OuterRef("pk"))
    told = Event.objects.run_by(member).published().of_the_club().filter(is_confidential=False)
    return told.just_over().taking_place().exclude(Exists(written))[:SHOWN]


def posts_to_come(member: Member) -> list[tuple[str | Promise, list[Post]]]:
    """Drafts, submissions and scheduled posts that `member` may work on."""
    if not member.may("posts.change_post"):
        return []
    posts = Post.objects.all() if member.may("posts.publish_post") else Post.objects.filter(created_by=member)
    groups = [
        (_("To review"), posts.submitted().order_by("submitted_at", "pk")),
        (_("Drafts"), posts.drafts().order_by("-updated_at", "-pk")),
        (pgettext_lazy("posts", "Scheduled"), posts.scheduled().order_by("published_at", "pk")),
    ]
    return [(label, rows) for label, queryset in groups if (rows := list(queryset[:SHOWN]))]


def queues(member: Member) -> list[Queue]:
    """What waits for an answer; nothing is listed that `member` may not answer."""
    waiting = []
    if member.may("posts.moderate_comment"):
        count = Comment.objects.waiting().count()
        waiting.append(Queue(_("Comments to approve"), count, _list("posts_comment", state__exact=Comment.State.PENDING)))
    if member.may("posts.change_report"):
        count = Report.objects.filter(state=Report.State.OPEN).count()
        waiting.append(Queue(_("Reports to look at"), count, _list("posts_report", state__exact=Report.State.OPEN)))
    if member.may("events.change_event") and (count := Registration.objects.to_answer_by(member).count()):
        waiting.append(Queue(_("Requests for a place to answer"), count, _list("events_registration", state__exact="pending")))
    if member.may("members.change_application"):
        count = Application.objects.waiting().count()
        waiting.append(
            Queue(_("Applications to answer"), count, _list("members_application", state__exact=Application.State.WAITING))
        )
    if member.may("members.change_grouprequest"):
        waiting += _of_the_groups(member)
    if member.is_superuser and (count := Mandate.objects.role_owed().count()):
        label = _("Mandates over whose holder is the last owner: name another one first")
        waiting.append(Queue(label, count, _list("members_mandate", terme="owed")))
    if member.may("members.change_dues"):
        waiting += _of_the_treasurer()
    if member.may("members.view_letter"):
        count = Letter.objects.filter(state=Letter.State.FAILED).count()
        waiting.append(
            Queue(_("Letters that could not be sent"), count, _list("members_letter", state__exact=Letter.State.FAILED))
        )
    return waiting


def _of_the_groups(member: Member) -> list[Queue]:
    """Who asks to be in a group that `member` runs; and to organisers, the groups that nobody runs."""
    count = GroupRequest.objects.waiting().run_by(member).count()
    waiting = [Queue(_("Requests to join a group"), count, _list("members_grouprequest", state__exact="waiting"))]
    if member.may("members.run_every_group") and (count := Group.objects.without_coordinator().count()):
        waiting.append(Queue(_("Groups without a coordinator"), count, _list("members_group", coordination="nobody")))
    if member.is_superuser and (count := GroupMembership.objects.without_desk().count()):
        waiting.append(
            Queue(_("Coordinators without the role that opens the desk"), count, _list("members_groupmembership", bureau="sans"))
        )
    return waiting


def _of_the_treasurer() -> list[Queue]:
    """Dues that are over, those asked for, and what invoices cannot be made without."""
    over, grace, asked = Dues.objects.to_renew().count(), Dues.objects.in_grace().count(), Dues.objects.asked().count()
    waiting = [
        Queue(_("Dues to renew"), over, _list("members_dues", renouvellement="over")),
        Queue(_("Dues in grace"), grace, _list("members_dues", renouvellement="grace")),
        Queue(_("Dues asked for and not paid"), asked, _list("members_dues", paiement="asked")),
    ]
    if gaps := Club.current().invoice_gaps:
        waiting.append(Queue(_("Facts missing on invoices"), gaps, reverse("admin:members_club_change", args=[1])))
    return waiting


def of(member: Member) -> dict:
    """Everything the first page needs."""
    runs_meetings, writes = member.may("events.change_event"), member.may("posts.change_post")
    return {
        "meetings": list(meetings(member)) if runs_meetings else [],
        "unpublished_meetings": list(unpublished_meetings(member)) if runs_meetings else [],
        "todos": list(todos(member)) if runs_meetings else [],
        "without_write_up": list(without_write_up(member)) if runs_meetings and writes else [],
        "posts_to_come": posts_to_come(member),
        "queues": queues(member),
        "gaps": duties.gaps() if member.may("members.change_club") else [],
        "runs_meetings": runs_meetings,
        "writes": writes,
    }
