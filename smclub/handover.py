"""The handover (*passation*): what somebody who leaves holds, as the tables tell it, and the rest, ticked by hand."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from events import wording
from events.models import Event, Talk, ToDo
from members.models import Club, Dues, Entry, Group, GroupMembership, HandoverTick, JoinLink, Mandate, Member
from posts.models import Post

SHOWN = 30


@dataclass(frozen=True)
class Line:
    """One thing held, and the page of the desk where it is handed on."""

    label: str | Promise
    url: str
    note: str = ""


@dataclass(frozen=True)
class ByHand:
    text: str
    tick: HandoverTick | None


def people():
    """Who may have something to hand on: the staff, and who holds or held a mandate."""
    holds = Mandate.objects.filter(person__member=OuterRef("pk"))
    return Member.objects.filter(Q(is_staff=True) | Exists(holds)).order_by("name", "pk")


def of(member: Member, *, reader: Member) -> list[tuple[str, list[Line]]]:
    """Titled lists, none of them empty; drafts for a reader who may work on them."""
    lists = [
        (_("Mandates"), _mandates(member)),
        (_("Roles at the desk"), _roles(member)),
        (_("Groups that nobody else coordinates"), _groups(member)),
        (_("Meetings to come"), _meetings(member)),
        (_("To do for meetings"), _todos(member)),
        (_("Articles not published yet"), _posts(member) if reader.may("posts.publish_post") else []),
        (_("Besides"), _besides(member)),
    ]
    return [(title, lines) for title, lines in lists if lines]


def _mandates(member: Member) -> list[Line]:
    rows = Mandate.objects.current().filter(person__member=member).in_order()
    until = _("until %(day)s")
    return [
        Line(row.title, _change("mandate", row.pk), until % {"day": f"{row.ends_on:%d/%m/%Y}"} if row.ends_on else "")
        for row in rows
    ]


def _roles(member: Member) -> list[Line]:
    account = reverse("admin:members_member_change", args=[member.pk])
    labels = dict(Mandate.StaffRole.choices)
    lines = [Line(str(labels.get(name, name)), account) for name in member.groups.order_by("name").values_list("name", flat=True)]
    if member.is_superuser:
        others = Member.objects.staff().filter(is_superuser=True).exclude(pk=member.pk)
        alone = "" if others.exists() else _("the last one: another owner comes first")
        lines.insert(0, Line(str(labels["owner"]), account, alone))
    return lines


def _alone(member: Member):
    others = GroupMembership.objects.coordinators().of_members().filter(group=OuterRef("pk")).exclude(member=member)
    return Group.objects.current().coordinated_by(member).filter(~Exists(others))


def _groups(member: Member) -> list[Line]:
    members = reverse("admin:members_groupmembership_changelist")
    return [Line(group.name, f"{members}?group__id__exact={group.pk}") for group in _alone(member).in_order()]


def _meetings(member: Member) -> list[Line]:
    """Of the groups that they alone coordinate, and those where they speak or lead."""
    speaks = Talk.objects.filter(event=OuterRef("pk"), person__member=member)
    events = Event.objects.upcoming().select_related("venue").filter(Q(group__in=_alone(member)) | Exists(speaks))[:SHOWN]
    return [Line(event.title, reverse("admin:events_event_change", args=[event.pk]), wording.when(event)) for event in events]


def _todos(member: Member) -> list[Line]:
    todos = ToDo.objects.open().filter(assigned_to=member).in_order()[:SHOWN]
    return [Line(todo.title, reverse("admin:events_todo_change", args=[todo.pk]), todo.event.title) for todo in todos]


def _posts(member: Member) -> list[Line]:
    posts = Post.objects.filter(created_by=member)
    rows = (posts.drafts() | posts.submitted() | posts.scheduled()).order_by("-updated_at", "-pk")[:SHOWN]
    return [Line(post.title, reverse("admin:posts_post_change", args=[post.pk])) for post in rows]


def _besides(member: Member) -> list[Line]:
    lines = []
    for dues in Dues.objects.current().filter(contact=member).select_related("organisation"):
        lines.append(Line(_("contact of the dues of %(name)s") % {"name": dues.organisation}, _change("dues", dues.pk)))
    for link in JoinLink.objects.good().filter(made_by=member):
        lines.append(Line(_("joining link “%(name)s”") % {"name": link.label}, _change("joinlink", link.pk)))
    if Authenticator.objects.filter(user=member).exists():
        note = _("it stays theirs; shared accounts need one of their own")
        lines.append(Line(_("a second step at sign-in"), _change("member", member.pk), note))
    return lines


def _change(model: str, pk: int) -> str:
    return reverse(f"admin:members_{model}_change", args=[pk])


# -- by hand -----------------------------------------------------------------------
def by_hand(member: Member) -> list[ByHand]:
    """What the club wrote of keys and papers, and what was ticked under another wording."""
    ticks = {tick.text: tick for tick in HandoverTick.objects.filter(member=member).select_related("ticked_by").order_by("pk")}
    texts = dict.fromkeys([*(line.strip()[:200] for line in Club.current().handover.splitlines() if line.strip()), *ticks])
    return [ByHand(text, ticks.get(text)) for text in texts]


def tick(member: Member, *, text: str, by: Member) -> None:
    """Ticked, or no longer."""
    found, made = HandoverTick.objects.get_or_create(member=member, text=text, defaults={"ticked_by": by})
    if not made:
        found.delete()
    Entry.objects.write("handover.tick" if made else "handover.untick", member, by=by, note=text)
