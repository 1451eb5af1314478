"""Joining links: counted to the last use, refused in a sentence, shown once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members import join_links, joining
from members.models import Application, Club, Entry, JoinLink, Letter, Member
from tests.cast import cast
from tests.make import make_application, make_group, make_join_link, make_member
from tests.processes import answer

pytestmark = pytest.mark.django_db
HERE = {"token": "laissez-passer"}


def follow(client, **typed):
    return client.post(reverse("members:join", kwargs=HERE), typed, follow=True)


def friend(**fields) -> Member:
    return make_member(standing=Member.Standing.FRIEND, **fields)


def test_a_visitor_is_shown_the_door_and_comes_back(client):
    link = make_join_link()
    body = client.get(reverse("members:join", kwargs=HERE)).content.decode()
    assert f"{reverse('account_login')}?next=%2Fadherer%2Flaissez-passer%2F" in body
    follow(client)
    link.refresh_from_db()
    assert link.uses == 0


def test_one_click_makes_a_member_of_the_club_and_of_the_group(client):
    Club.objects.update_or_create(pk=1, defaults={"joining": Club.Joining.INVITATION})
    link, flora = make_join_link(group=make_group()), cast("flora")
    waiting = make_application(member=flora)
    client.force_login(flora)
    client.get(reverse("members:join", kwargs=HERE))
    follow(client)
    flora.refresh_from_db()
    link.refresh_from_db()
    waiting.refresh_from_db()
    assert flora.is_accepted
    assert flora.group_memberships.get().group == link.group
    assert (link.uses, waiting.state) == (1, Application.State.ACCEPTED)
    assert Letter.objects.get().kind == "members.application_accepted"
    assert set(Entry.objects.values_list("verb", flat=True)) == {"member.join_by_link", "join_link.take"}


def test_who_has_no_name_yet_says_it(client):
    link = make_join_link()
    client.force_login(friend(name=""))
    assert "field-error" in follow(client).content.decode()
    link.refresh_from_db()
    assert link.uses == 0
    make_member(name="Milan Membre")
    assert "field-error" in follow(client, name="MiIan Membre").content.decode()  # looks like another's
    follow(client, name="Ana")
    assert Member.objects.get(name="Ana").is_accepted


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"uses": 1}, "autant de personnes"),
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "expiré"),
        ({"revoked_at": timezone.now()}, "révoqué"),
    ],
)
def test_a_link_that_is_good_no_more_says_why(client, fields, why):
    link = make_join_link(**fields)
    flora = cast("flora")
    client.force_login(flora)
    for response in (client.get(reverse("members:join", kwargs=HERE)), follow(client)):
        assert why in response.content.decode()
    with pytest.raises(joining.Refused, match=why):
        join_links.take(link, member=flora)
    flora.refresh_from_db()
    assert not flora.is_accepted


def test_a_member_uses_up_nothing(client):
    link = make_join_link()
    with pytest.raises(joining.Refused):
        join_links.take(link, member=cast("milan"))
    link.refresh_from_db()
    assert link.uses == 0


def test_a_member_is_told_so_and_shown_no_button(client):
    make_join_link()
    client.force_login(cast("milan"))
    for body in (client.get(reverse("members:join", kwargs=HERE)).text, follow(client).text):
        assert "Vous êtes déjà membre du club." in body
        assert "is-warning" not in body  # the link is as good as before
        assert "form-actions" not in body


def test_a_member_enters_the_group_by_it():
    link, milan = make_join_link(group=make_group()), cast("milan")
    join_links.take(link, member=milan)
    assert milan.group_memberships.count() == 1
    assert not Letter.objects.exists()
    with pytest.raises(joining.Refused):
        join_links.take(make_join_link(token="x", group=link.group), member=milan)


def test_a_blocked_account_does_not_enter():
    link = make_join_link()
    with pytest.raises(joining.Refused):
        join_links.take(link, member=cast("boris"))
    link.refresh_from_db()
    assert link.uses == 0


def test_a_link_for_two_lets_two_in():
    link = make_join_link(max_uses=2)
    join_links.take(link, member=friend())
    join_links.take(JoinLink.objects.get(), member=friend())
    with pytest.raises(joining.Refused):
        join_links.take(link, member=friend())
    assert Member.objects.accepted().count() == link.uses == 2


def test_a_link_made_up_is_no_page(client):
    link = make_join_link()
    assert client.get(reverse("members:join", args=["forged"])).status_code == 404
    assert client.get(reverse("members:join", args=[link.token_hash])).status_code == 404


def test_the_desk_shows_the_address_once(client):
    client.force_login(cast("olga"))
    until = {"expires_at_0": "2099-01-01", "expires_at_1": "12:00"}
    typed = {"label": "Les intervenants", "max_uses": "3", "group": ""} | until
    page = client.post(reverse("admin:members_joinlink_add"), typed, follow=True).content.decode()
    (token,) = re.findall(r"/adherer/([\w-]{32})/", page)
    link = JoinLink.objects.get()
    assert (link.token_hash, link.max_uses, link.made_by) == (JoinLink.hash_of(token), 3, cast("olga"))
    assert token not in client.get(reverse("admin:members_joinlink_changelist")).content.decode()
    assert token not in client.get(reverse("admin:members_joinlink_change", args=[link.pk])).content.decode()
    join_links.take(link, member=cast("flora"))


@pytest.mark.parametrize(
    "typed", [{"max_uses": "0"}, {"max_uses": "-1"}, {"label": ""}, {"expires_at_0": "demain"}, {"expires_at_0": "2011-04-01"}]
)
def test_a_bad_link_is_not_made(client, typed):
    client.force_login(cast("olga"))
    good = {"label": "x", "max_uses": "1", "group": "", "expires_at_0": "2099-01-01", "expires_at_1": "12:00"}
    assert "errorlist" in client.post(reverse("admin:members_joinlink_add"), good | typed).content.decode()
    assert not JoinLink.objects.exists()


def test_an_organiser_revokes_a_link_once():
    link = make_join_link()
    join_links.revoke(link, by=cast("olga"))
    with pytest.raises(joining.Refused):
        join_links.revoke(link, by=cast("olga"))
    link.refresh_from_db()
    assert link.why_not


SETUP = """
from members.models import *
JoinLink.objects.create(token_hash="x", label="x", max_uses=5)
Member.objects.bulk_create(Member(email=f"f{n}@example.org", name="F") for n in range(16))
"""
TAKE = """
from members.models import *
from members import join_links, joining
link, done = JoinLink.objects.get(), 0
for member in Member.objects.filter(email__in=[f"f{{n}}@example.org" for n in range({first}, {first} + 4)]):
    try:
        join_links.take(link, member=member)
        done += 1
    except joining.Refused:
        pass
print(done, Member.objects.accepted().count())
"""


@pytest.mark.processes
@pytest.mark.embedded
def test_four_processes_let_in_exactly_as_many_as_the_link_is_good_for(embedded):
    answer(embedded("shell", "-v0", "-c", SETUP))
    running = [embedded("shell", "-v0", "-c", TAKE.format(first=first)) for first in (0, 4, 8, 12)]
    let_in = [int(answer(process).split()[0]) for process in running]
    counted = answer(embedded("shell", "-v0", "-c", "from members.models import *; print(Member.objects.accepted().count())"))
    assert sum(let_in) == int(counted) == 5
