"""Local clubs and commissions: reading, joining, leaving."""

import pytest
from django.urls import reverse

from members.models import Group, GroupMembership, Person
from tests.cast import cast
from tests.make import make_group, make_member, make_person

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


@pytest.mark.parametrize("deed", ["group_join", "group_leave"])
def test_deeds_want_a_post(client, deed):
    client.force_login(cast("milan"))
    assert client.get(address(make_group(), deed)).status_code == 405


@pytest.mark.parametrize("deed", ["group_join", "group_leave"])
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


def test_a_coordinator_does_not_leave_alone(client):
    coralie = cast("coralie")
    group = make_group(coordinators=[coralie])
    client.force_login(coralie)
    client.post(address(group, "group_leave"))
    assert GroupMembership.objects.filter(member=coralie, role="coordinator").exists()


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
