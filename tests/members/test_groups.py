"""Local clubs and commissions: reading, joining, leaving."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from members import grouping, standing
from members.models import Entry, Group, GroupMembership, GroupRequest, Letter, Person
from members.refusals import Refused
from tests.cast import cast
from tests.make import make_event, make_group, make_member, make_person

pytestmark = pytest.mark.django_db


def address(group, deed="group") -> str:
    return reverse(f"members:{deed}", args=[group.slug])


def test_local_clubs_come_before_commissions(client):
    commission = make_group(name="Social Data", kind=Group.Kind.COMMISSION)
    local = make_group(name="SMC Rennes")
    make_group(name="Endormi", is_active=False)
    assert list(client.get(reverse("members:groups")).context["groups"]) == [local, commission]


def test_a_group_shows_its_rhythm_its_coordinators_and_its_size(client):
    coralie = cast("coralie")
    person = make_person(name="Coralie Coordinatrice", member=coralie)
    make_person(name="Discret", member=cast("milan"), visibility=Person.Visibility.MEMBERS)
    group = make_group(coordinators=[coralie, cast("milan")], members=[cast("mona"), cast("flora")], meets="le mercredi")
    response = client.get(address(group))
    assert list(response.context["coordinators"]) == [person]
    body = response.content.decode()
    assert "Le mercredi" in body
    assert "3 membres" in body
    assert "csrfmiddlewaretoken" not in body


def test_a_group_that_stopped_is_not_found(client):
    group = make_group(is_active=False)
    assert client.get(address(group)).status_code == 404
    client.force_login(cast("milan"))
    assert client.post(address(group, "group_join")).status_code == 404


def test_a_missing_group_is_not_found(client):
    assert client.get("/groupes/rien/").status_code == 404


@pytest.mark.parametrize("deed", ["group_join", "group_leave", "group_ask", "group_withdraw"])
def test_deeds_want_a_post(client, deed):
    client.force_login(cast("milan"))
    assert client.get(address(make_group(), deed)).status_code == 405


@pytest.mark.parametrize("deed", ["group_join", "group_leave", "group_ask", "group_withdraw"])
def test_a_visitor_is_sent_to_the_door(client, deed):
    response = client.post(address(make_group(), deed))
    assert response.url.startswith(reverse("account_login"))


def test_a_member_joins_and_leaves(client):
    group, milan = make_group(), cast("milan")
    client.force_login(milan)
    assert address(group, "group_join") in client.get(address(group)).content.decode()
    assert client.post(address(group, "group_join")).url == group.get_absolute_url()
    client.post(address(group, "group_join"))
    assert list(GroupMembership.objects.values_list("member", "role")) == [(milan.pk, "member")]
    assert address(group, "group_leave") in client.get(address(group)).content.decode()
    client.post(address(group, "group_leave"))
    assert not GroupMembership.objects.exists()


def test_a_friend_does_not_join(client):
    group = make_group()
    client.force_login(cast("flora"))
    response = client.post(address(group, "group_join"), follow=True)
    assert "is-error" in response.content.decode()
    assert not GroupMembership.objects.exists()


def test_a_coordinator_leaves_and_the_organisers_see_it(client):
    coralie = cast("coralie")
    group, left = make_group(coordinators=[coralie, cast("mona")]), make_group(coordinators=[coralie])
    make_group(coordinators=[make_member(standing="blocked")], is_active=False)
    client.force_login(coralie)
    assert "Leave the group and its coordination" in client.get("/en" + address(group)).text
    for one in (group, left):
        client.post(address(one, "group_leave"))
    assert list(GroupMembership.objects.filter(group__in=[group, left]).values_list("member", flat=True)) == [cast("mona").pk]
    assert list(Group.objects.without_coordinator()) == [left]


# -- by request --------------------------------------------------------------------
ASKED = Group.Joining.REQUEST


def kinds() -> list[tuple[str, str]]:
    return list(Letter.objects.filter(kind__startswith="members.group").order_by("pk").values_list("kind", "to_email"))


def test_a_member_asks_and_is_in_no_group_meanwhile(client):
    coralie, olga, milan = cast("coralie"), cast("olga"), cast("milan")
    group = make_group(coordinators=[coralie, cast("mona")], joining=ASKED)  # Mona may not enter the desk
    client.force_login(milan)
    assert address(group, "group_ask") in client.get(address(group)).text
    assert client.post(address(group, "group_ask"), {"message": " Bonjour. "}).url == group.get_absolute_url()
    request = GroupRequest.objects.get()
    assert (request.group, request.member, request.message, request.state) == (group, milan, "Bonjour.", "waiting")
    assert not GroupMembership.objects.filter(member=milan).exists()
    assert not Event.objects.visible_to(milan).filter(pk=make_event(group=group, audience="group").pk).exists()
    assert kinds() == [("members.group_request", coralie.email), ("members.group_request", olga.email)]
    page = client.get("/en" + address(group)).text
    assert "Withdraw my request" in page
    assert "Ask to join" not in page


def test_an_organisers_letter_goes_to_the_owner_where_there_is_nobody_else():
    oscar = cast("oscar")
    grouping.ask(make_group(joining=ASKED), member=cast("milan"))
    assert kinds() == [("members.group_request", oscar.email)]


def test_a_request_is_made_once_and_withdrawn(client):
    group, milan = make_group(joining=ASKED), cast("milan")
    client.force_login(milan)
    for _time in range(2):
        client.post(address(group, "group_ask"), {})
    assert GroupRequest.objects.count() == 1
    client.post(address(group, "group_withdraw"))
    assert GroupRequest.objects.count() == 0
    assert "is-error" in client.post(address(group, "group_withdraw"), follow=True).text


def test_a_message_too_long_is_an_error_and_nothing_typed_is_lost(client):
    group = make_group(joining=ASKED)
    client.force_login(cast("milan"))
    page = client.post("/en" + address(group, "group_ask"), {"message": "très " * 200}).text
    assert "500 characters at most (you have 999)" in page
    assert "très " * 199 in page
    assert GroupRequest.objects.count() == 0


@pytest.mark.parametrize("joining", Group.Joining.values)
@pytest.mark.parametrize("who", ["flora", "milan"])
def test_a_way_in_is_refused_where_it_is_not_offered(client, joining, who):
    group = make_group(joining=joining)
    client.force_login(cast(who))
    for deed, way in (("group_join", "open"), ("group_ask", "request")):
        client.post(address(group, deed))
        is_done = GroupMembership.objects.exists() if deed == "group_join" else GroupRequest.objects.exists()
        assert is_done == (who == "milan" and joining == way)


@pytest.mark.parametrize(
    ("joining", "said"),
    [("open", "Join the group"), ("request", "Ask to join"), ("closed", "takes no requests")],
)
def test_a_member_is_shown_the_way_in(client, joining, said):
    group = make_group(joining=joining)
    client.force_login(cast("milan"))
    page = client.get("/en" + address(group)).text
    shown = [text for text in ("Join the group", "Ask to join", "takes no requests") if text in page]
    assert shown == [said]
    client.force_login(cast("flora"))
    assert "Become a member" in client.get("/en" + address(group)).text


def test_after_a_no_one_asks_again_in_a_month(client):
    group, milan = make_group(joining=ASKED), cast("milan")
    grouping.ask(group, member=milan)
    grouping.decline(GroupRequest.objects.get(), by=cast("olga"), reason="Complet.")
    client.force_login(milan)
    assert "You may ask again from" in client.get("/en" + address(group)).text
    with pytest.raises(Refused) as refusal:
        grouping.ask(group, member=milan)
    assert refusal.value.code == "again"
    GroupRequest.objects.update(decided_at=timezone.now() - timedelta(days=31))
    grouping.ask(group, member=milan)
    assert list(GroupRequest.objects.order_by("pk").values_list("state", flat=True)) == ["declined", "waiting"]


def test_somebody_who_asks_and_withdraws_all_day_is_stopped():
    group, milan = make_group(joining=ASKED), cast("milan")
    for _time in range(5):
        grouping.ask(group, member=milan)
        grouping.withdraw(group, member=milan)
    with pytest.raises(Refused) as refusal:
        grouping.ask(group, member=milan)
    assert refusal.value.code == "too_many"


def test_an_answer_is_given_once_and_told():
    coralie, milan = cast("coralie"), cast("milan")
    group = make_group(coordinators=[coralie], joining=ASKED)
    grouping.ask(group, member=milan)
    request = GroupRequest.objects.get()
    with pytest.raises(Refused):
        grouping.decline(request, by=coralie, reason=" ")
    grouping.accept(request, by=coralie)
    with pytest.raises(Refused) as refusal:
        grouping.decline(GroupRequest.objects.get(), by=coralie, reason="Non.")
    assert refusal.value.code == "answered"
    assert GroupMembership.objects.get(member=milan).role == "member"
    assert kinds()[-1] == ("members.group_accepted", milan.email)
    assert Entry.objects.get(verb="group.accepted").actor == coralie


def test_who_is_no_member_any_more_waits_for_nothing():
    group, milan = make_group(joining=ASKED), cast("milan")
    grouping.ask(group, member=milan)
    standing.block(milan, by=cast("olga"), reason="x")
    assert list(GroupRequest.objects.waiting()) == []
    with pytest.raises(Refused):
        grouping.accept(GroupRequest.objects.get(), by=cast("olga"))
    assert not GroupMembership.objects.exists()


def test_an_open_door_leaves_nothing_to_answer():
    group, milan = make_group(joining=ASKED), cast("milan")
    grouping.ask(group, member=milan)
    Group.objects.update(joining="open")
    group.refresh_from_db()
    grouping.join(group, member=milan)
    assert (GroupRequest.objects.count(), GroupMembership.objects.count()) == (0, 1)


# -- whose deed it is ----------------------------------------------------------------
@pytest.mark.parametrize("who", ["milan", "coralie", "sarah", "edith"])
def test_the_verbs_are_for_those_who_run_the_group(who):
    """AZ-05: whatever a form lets through."""
    by = cast(who)
    make_group(coordinators=[cast("coralie")])
    group = make_group(joining=ASKED, members=[cast("mona")])
    grouping.ask(group, member=make_member())
    request, membership = GroupRequest.objects.get(), group.memberships.get()
    for deed in (
        lambda: grouping.accept(request, by=by),
        lambda: grouping.decline(request, by=by, reason="Non."),
        lambda: grouping.add(group, member=make_member(), by=by),
        lambda: grouping.member_at("mona@example.org", group=group, by=by),
        lambda: grouping.remove(membership, by=by),
        lambda: grouping.entrust(membership, by=by),
        lambda: grouping.relieve(membership, by=by),
    ):
        with pytest.raises(Refused):
            deed()
    assert (GroupRequest.objects.get().state, group.memberships.count()) == ("waiting", 1)


def test_coordinators_add_and_remove_members_but_name_no_coordinator():
    coralie, milan = cast("coralie"), cast("milan")
    group = make_group(coordinators=[coralie, cast("mona")], joining="closed")
    membership = grouping.add(group, member=milan, by=coralie)
    with pytest.raises(Refused):
        grouping.entrust(membership, by=coralie)
    with pytest.raises(Refused):
        grouping.remove(group.memberships.get(member=cast("mona")), by=coralie)
    grouping.remove(membership, by=coralie, reason="Erreur d'adresse.")
    assert kinds() == [("members.group_added", milan.email), ("members.group_removed", milan.email)]
    assert set(group.memberships.values_list("member__email", flat=True)) == {"coralie@example.org", "mona@example.org"}


def test_an_organiser_says_who_coordinates():
    olga = cast("olga")
    membership = grouping.add(make_group(), member=cast("milan"), by=olga)
    grouping.entrust(membership, by=olga)
    assert list(GroupMembership.objects.without_desk()) == [membership]
    with pytest.raises(Refused):
        grouping.entrust(membership, by=olga)
    membership.refresh_from_db()
    grouping.relieve(membership, by=olga)
    assert not GroupMembership.objects.coordinators().exists()


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    number = 20
    groups = [make_group(members=[make_member() for _ in range(2)]) for _group in range(number)]
    for _person in range(number):
        member = make_member()
        GroupMembership.objects.create(group=groups[0], member=member, role="coordinator")
        make_person(member=member)
    with django_assert_max_num_queries(6):
        client.get(reverse("members:groups"))
    with django_assert_max_num_queries(7):
        client.get(address(groups[0]))
