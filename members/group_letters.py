"""The letters of groups put into words, each dropped once it is no longer true."""

from members.mail import composes
from members.models import Group, GroupMembership, GroupRequest, Letter
from smclub.addresses import absolute, in_language


def _of_the_group(row: Letter, group: Group) -> dict:
    return {"group": group, "group_url": absolute(in_language(row.language, "members:group", group.slug))}


@composes("members.group_request")
def _group_request(row: Letter) -> dict | None:
    """To those who may answer, as long as nobody did."""
    requests = GroupRequest.objects.waiting().select_related("group", "member")
    request = requests.filter(pk=row.context["request"]).first()
    if request is None or row.member is None or not Group.objects.run_by(row.member).filter(pk=request.group_id).exists():
        return None
    desk_url = absolute(in_language(row.language, "admin:members_grouprequest_change", request.pk))
    return {"request": request, "desk_url": desk_url, **_of_the_group(row, request.group)}


@composes("members.group_accepted")
@composes("members.group_added")
def _group_entered(row: Letter) -> dict | None:
    joined = GroupMembership.objects.filter(group=row.context["group"], member=row.member).select_related("group").first()
    return _of_the_group(row, joined.group) if joined else None


@composes("members.group_declined")
def _group_declined(row: Letter) -> dict | None:
    requests = GroupRequest.objects.select_related("group")
    request = requests.filter(pk=row.context["request"], state=GroupRequest.State.DECLINED).first()
    return {"request": request, **_of_the_group(row, request.group)} if request else None


@composes("members.group_removed")
def _group_removed(row: Letter) -> dict | None:
    group = Group.objects.filter(pk=row.context["group"]).first()
    is_back = GroupMembership.objects.filter(group=group, member=row.member).exists()
    return {"reason": row.context["reason"], **_of_the_group(row, group)} if group and not is_back else None
