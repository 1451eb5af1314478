from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from members import grouping, linked_data
from members.forms import DirectoryForm, GroupRequestForm
from members.models import Group, GroupMembership, GroupRequest, Mandate, Organisation, Person
from members.refusals import Refused
from smclub.keeping import kept
from smclub.paging import page_of
from smclub.shared import shared

PEOPLE_A_PAGE = 24
PAST_MANDATES = 60
NOTICES_SHOWN, NOTICES_A_PAGE = 3, 20


@require_safe
@shared("page")
def directory(request):
    listed, members = Person.objects.listed_for(request.user), Person.objects.in_directory()
    people, readership = listed.in_directory(), members.readership(request.user)
    kept_as = readership and f"directory of {readership}"
    form = DirectoryForm(request.GET, people=people, visitor=request.user, kept_as=kept_as)
    found = form.narrow(people)
    kept_as = kept_as if found is people else ""
    rows, shown = found.for_cards().by_name(), listed.for_cards()
    page = page_of(rows, request.GET.get("page"), per_page=PEOPLE_A_PAGE, kept_as=kept_as, shown=shown)
    return render(request, "members/directory.html", {"form": form, "page": page})


@require_safe
@shared()
def group_list(request):
    groups = kept("groups", lambda: list(Group.objects.current().with_member_count().in_order()))
    return render(request, "members/group_list.html", {"groups": groups})


@require_safe
@shared("page")
def group_detail(request, slug):
    return _group_page(request, slug)


def _group_page(request, slug, *, form=None):
    visitor = request.user
    group = get_object_or_404(Group.objects.current().with_member_count(), slug=slug)
    membership = GroupMembership.objects.between(group, visitor)
    context = {
        "group": group,
        "coordinators": Person.objects.coordinating(group).listed_for(visitor).for_cards().by_name(),
        "membership": membership,
        "asked": None if membership else GroupRequest.objects.between(group, visitor),
        "form": form or GroupRequestForm(),
        "notices": list(_notices(group, visitor)[: NOTICES_SHOWN + 1]),
        "shown": NOTICES_SHOWN,
        "topics": group.topics.order_by("name"),
    }
    return render(request, "members/group_detail.html", context)


def _notices(group, visitor):
    return group.notices.visible_to(visitor).in_order()


@require_safe
@shared("page")
def group_notices(request, slug):
    group = get_object_or_404(Group.objects.current(), slug=slug)
    page = page_of(_notices(group, request.user), request.GET.get("page"), per_page=NOTICES_A_PAGE)
    return render(request, "members/group_notice_list.html", {"group": group, "page": page})


@require_POST
@login_required
def group_join(request, slug):
    return _group_deed(request, slug, deed=grouping.join)


@require_POST
@login_required
def group_leave(request, slug):
    return _group_deed(request, slug, deed=grouping.leave)


@require_POST
@login_required
def group_withdraw(request, slug):
    return _group_deed(request, slug, deed=grouping.withdraw)


@require_POST
@login_required
def group_ask(request, slug):
    form = GroupRequestForm(request.POST)
    if form.is_valid():
        return _group_deed(request, slug, deed=partial(grouping.ask, message=form.cleaned_data["message"]))
    return _group_page(request, slug, form=form)


def _group_deed(request, slug, *, deed):
    group = get_object_or_404(Group.objects.current(), slug=slug)
    try:
        messages.success(request, deed(group, member=request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(group)


@require_safe
@shared("page")
def person_detail(request, slug):
    return person_page(request, slug)


def person_page(request, slug, *, seen_by=""):
    """The page of somebody for whoever asks; `seen_by` says whom its owner asks for, to see what they see."""
    people = Person.objects.listed_for(request.user).for_cards().with_groups().prefetch_related("topics", "languages")
    person = get_object_or_404(people, slug=slug)
    is_own = request.user.is_authenticated and person.member_id == request.user.pk
    if is_own:
        person.read_as = Person.Visibility.PRIVATE
    context = {
        "person": person,
        "is_own": is_own,
        "seen_by": seen_by,
        "may_be_written_to": Person.objects.reachable_by(request.user).filter(pk=person.pk).exists(),
        "mandates": person.mandates.current().in_order(),
        "data": linked_data.profile_page(person),
    }
    return render(request, "members/person_detail.html", context)


@require_safe
@shared("page")
def organisation_detail(request, slug):
    organisation = get_object_or_404(Organisation.objects.select_related("logo"), slug=slug)
    people = organisation.people.listed_for(request.user).showing("organisation", to=request.user).for_cards().by_name()
    return render(request, "members/organisation_detail.html", {"organisation": organisation, "people": people})


@require_safe
@shared()
def team(request):
    visitor = request.user
    context = {
        "mandates": Mandate.objects.current().shown_to(visitor).in_order(),
        "coordinators": Person.objects.coordinators().listed_for(visitor).for_cards().by_name(),
        "past": Mandate.objects.past().shown_to(visitor)[:PAST_MANDATES],
    }
    return render(request, "members/team.html", context)
