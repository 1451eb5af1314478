"""Coordinators run their own groups at the desk and nothing else, organisers all of them (AZ-01, AZ-04, AZ-05, AD-01, AD-03)."""

import pytest
from django.urls import reverse

from members.models import Group, GroupMembership, GroupNotice, GroupRequest, Letter
from smclub import week
from tests import desk
from tests.cast import cast
from tests.make import make_event, make_group, make_group_notice, make_group_request, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    return make_group(name="SMC Rennes", coordinators=[cast("coralie")], members=[cast("milan")])


@pytest.fixture
def theirs():
    return make_group(name="SMC Lyon", coordinators=[cast("mona")], members=[make_member(name="Ailleurs")])


@pytest.fixture
def coralie(client):
    client.force_login(cast("coralie"))
    return client


@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return client


def url(model: str, page: str, *args) -> str:
    return reverse(f"admin:members_{model}_{page}", args=args)


def act(client, model: str, action: str, *rows, **said):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "yes", **said}
    return client.post(url(model, "changelist"), chosen, follow=True)


def shown(client, model: str, query: str = "") -> list:
    return list(client.get(url(model, "changelist") + query).context["cl"].result_list)


# -- what a coordinator finds -----------------------------------------------------------
def test_a_coordinator_finds_their_groups_members_and_requests_alone(coralie, mine, theirs):
    request, _other = make_group_request(group=mine), make_group_request(group=theirs)
    assert shown(coralie, "group") == [mine]
    assert shown(coralie, "grouprequest") == [request]
    assert {row.group for row in shown(coralie, "groupmembership")} == {mine}
    notice, _other = make_group_notice(group=mine), make_group_notice(group=theirs)
    assert shown(coralie, "groupnotice") == [notice]
    assert {row.group for row in shown(coralie, "groupmembership", f"?group__id__exact={theirs.pk}")} <= {mine}
    assert "Ailleurs" not in coralie.get(url("groupmembership", "changelist")).text


def test_no_address_of_the_desk_leads_to_another_group(coralie, mine, theirs):
    rows = {"group": theirs, "groupmembership": theirs.memberships.first(), "grouprequest": make_group_request(group=theirs)}
    rows["groupnotice"] = make_group_notice(group=theirs)
    for model, row in rows.items():
        for page in ("change", "history", "delete"):
            for answer in (coralie.get, coralie.post):
                response = answer(url(model, page, row.pk))
                assert response.status_code in (302, 403), (model, page)
                assert not response.has_header("Location") or response.url == reverse("admin:index")


@pytest.mark.parametrize("said", [{}, {"reason": "Non."}])
def test_nor_does_an_action(coralie, mine, theirs, said):
    notice = make_group_notice(group=theirs)
    request, membership = make_group_request(group=theirs), theirs.memberships.get(role="member")
    for model, action, row in (
        ("grouprequest", "accept", request),
        ("grouprequest", "decline", request),
        ("groupmembership", "remove", membership),
        ("groupmembership", "entrust", membership),
        ("groupmembership", "relieve", theirs.memberships.get(role="coordinator")),
        ("group", "delete_selected", theirs),
        ("groupnotice", "tell", notice),
        ("groupnotice", "delete_selected", notice),
    ):
        act(coralie, model, action, row, select_across="1", **said)
        act(coralie, model, action, row, select_across="1", post="yes")
    assert GroupRequest.objects.get().state == "waiting"
    assert GroupNotice.objects.get().told_at is None
    assert sorted(theirs.memberships.values_list("role", flat=True)) == ["coordinator", "member"]


def test_nor_a_form_that_names_another_group(coralie, mine, theirs):
    """AD-03: a number typed by hand is refused by the form, and so is a group of others for a meeting."""
    page = coralie.post(url("groupmembership", "add"), {"group": theirs.pk, "email": "milan@example.org"})
    assert list(page.context["adminform"].form.errors) == ["group"]
    page = coralie.post(url("groupnotice", "add"), {"group": theirs.pk, "title": "x", "body": "x"})
    assert "group" in page.context["adminform"].form.errors
    meeting = make_event(group=mine)
    page = desk.send(coralie, meeting, group=theirs.pk)
    assert list(page.context["adminform"].form.errors) == ["group"]
    assert not theirs.memberships.filter(member=cast("milan")).exists()


def test_what_completes_offers_their_groups_alone(coralie, mine, theirs):
    asked = {"app_label": "members", "model_name": "groupmembership", "field_name": "group", "term": "SMC"}
    answer = coralie.get(reverse("admin:autocomplete"), asked)
    assert [row["id"] for row in answer.json()["results"]] == [str(mine.pk)]
    asked |= {"model_name": "groupmembership", "field_name": "member"}
    assert coralie.get(reverse("admin:autocomplete"), asked).status_code == 403


def test_addresses_are_not_for_coordinators(coralie, mine):
    make_group_request(group=mine, member=make_member(name="", email="cachee@example.org"))
    GroupMembership.objects.create(group=mine, member=make_member(name="", email="cachee2@example.org"))
    for model in ("groupmembership", "grouprequest"):
        assert "cachee" not in coralie.get(url(model, "changelist")).text
        assert shown(coralie, model, "?q=cachee") == []
        assert coralie.get(url(model, "changelist") + "?member__email__startswith=c").status_code == 400
    row = GroupRequest.objects.get()
    assert "cachee" not in coralie.get(url("grouprequest", "change", row.pk)).text
    assert "cachee" not in act(coralie, "grouprequest", "decline", row, confirmed="").text


def test_a_group_that_was_lost_is_lost_at_once(coralie, mine):
    mine.memberships.filter(member=cast("coralie")).delete()
    assert shown(coralie, "group") == []
    assert coralie.get(url("group", "change", mine.pk)).status_code == 302


# -- what a coordinator does --------------------------------------------------------------
def test_a_coordinator_says_when_the_group_meets_and_how_one_joins(coralie, mine):
    name, slug = mine.name, mine.slug
    said = {"meets": "le jeudi", "joining": "request", "description": "Entre **nous**."}
    desk.save(coralie, mine, **said, name="Autre", slug="autre", is_active="", kind="commission", position=9)
    mine.refresh_from_db()
    assert (mine.meets, mine.joining, mine.description_html) == ("le jeudi", "request", "<p>Entre <strong>nous</strong>.</p>\n")
    assert (mine.name, mine.slug, mine.is_active, mine.kind, mine.position) == (name, slug, True, "local", 0)
    assert coralie.get(url("group", "add")).status_code == 403


def test_a_coordinator_adds_somebody_by_their_address(coralie, mine):
    mona = cast("mona")
    assert coralie.post(url("groupmembership", "add"), {"group": mine.pk, "email": " MONA@example.org "}).status_code == 302
    assert mine.memberships.get(member=mona).role == "member"
    assert Letter.objects.get(kind="members.group_added").member == mona


@pytest.mark.parametrize("who", ["personne@example.org", "flora@example.org", "milan@example.org", "boris@example.org", "x", ""])
def test_an_address_that_cannot_be_added_is_an_error_beside_it(coralie, mine, who):
    for known in ("flora", "boris"):
        cast(known)
    page = coralie.post(url("groupmembership", "add"), {"group": mine.pk, "email": who})
    form = page.context["adminform"].form
    assert (list(form.errors), form["email"].value(), form["group"].value()) == (["email"], who, str(mine.pk))
    assert mine.memberships.count() == 2


def test_a_coordinator_answers_from_the_list_and_from_the_page(coralie, mine):
    first, second = make_group_request(group=mine), make_group_request(group=mine)
    assert week.queues(cast("coralie"))[0].count == 2
    act(coralie, "grouprequest", "accept", first)
    assert "errorlist" in act(coralie, "grouprequest", "decline", second, reason="").text
    act(coralie, "grouprequest", "decline", second, reason="La saison est complète.")
    assert list(GroupRequest.objects.order_by("pk").values_list("state", flat=True)) == ["accepted", "declined"]
    assert [queue.count for queue in week.queues(cast("coralie"))] == [0]
    assert mine.memberships.filter(member=first.member).exists()


def test_a_coordinator_removes_a_member_with_a_word(coralie, mine):
    act(coralie, "groupmembership", "remove", *mine.memberships.all(), reason="Vous avez déménagé.")
    assert list(mine.memberships.values_list("member__email", flat=True)) == ["coralie@example.org"]
    assert Letter.objects.get(kind="members.group_removed").context["reason"] == "Vous avez déménagé."


# -- organisers ------------------------------------------------------------------------------
def test_an_organiser_names_coordinators_of_any_group(olga, mine, theirs):
    milan = mine.memberships.get(member=cast("milan"))
    act(olga, "groupmembership", "entrust", milan)
    act(olga, "groupmembership", "relieve", theirs.memberships.get(role="coordinator"))
    assert mine.memberships.coordinators().count() == 2
    assert shown(olga, "group", "?coordination=nobody") == [theirs]
    assert ("Groupes sans coordination", 1) in [(str(queue.label), queue.count) for queue in week.queues(cast("olga"))]


def test_owners_see_who_coordinates_and_may_not_enter_the_desk(client, mine, theirs):
    oscar = cast("oscar")
    client.force_login(oscar)
    assert "Coordinations sans le rôle qui ouvre l’administration" in [str(queue.label) for queue in week.queues(oscar)]
    assert [row.member for row in shown(client, "groupmembership", "?bureau=sans")] == [cast("mona")]


@pytest.mark.parametrize("who", ["tristan", "sarah"])
def test_who_reads_accounts_reads_groups_and_runs_none(client, mine, theirs, who):
    client.force_login(cast(who))
    assert set(shown(client, "group")) == set(Group.objects.all())
    assert client.post(url("group", "change", mine.pk), {"meets": "jamais"}).status_code == 403


def test_lists_of_groups_cost_the_same_whatever_their_length(olga, django_assert_max_num_queries):
    group = make_group(members=[make_member() for _number in range(120)])
    for _number in range(30):
        make_group_request(group=group)
    for model in ("group", "groupmembership", "grouprequest"):
        with django_assert_max_num_queries(14):
            olga.get(url(model, "changelist"))
    assert olga.get(url("groupmembership", "changelist")).text.count("action-select") < 110
