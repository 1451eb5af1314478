"""Votes given to others at an assembly: by whom, to whom, until when, and what each refusal says beside the field."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from events.assembly import counting, proxies
from events.refusals import Refused
from members.models import Letter
from tests.cast import cast
from tests.make import make_dues, make_event, make_group, make_member, make_proxy, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limit_from_before():
    cache.clear()


def paid_up(name="Camille", **fields):
    return make_dues(member=make_member(name=name), **fields).member


def make_assembly(**fields):
    return make_event(**{"title": "Assemblée générale", "kind": "assembly", "audience": "members"} | fields)


def refused(event, giver, email) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        proxies.give(event, giver=giver, email=email)
    return refusal.value.code, refusal.value.field


def test_a_vote_is_given_once_told_to_its_holder_and_taken_back():
    event, giver, holder = make_assembly(), paid_up("Gil"), paid_up("Hana")
    for _twice in range(2):
        proxies.give(event, giver=giver, email=f" {holder.email.upper()} ")
    (proxy,) = event.proxies.all()
    assert (proxy.giver, proxy.holder) == (giver, holder)
    assert list(Letter.objects.values_list("kind", "member")) == [("events.proxy_given", holder.pk)]
    for _twice in range(2):
        proxies.withdraw(event, giver=giver)
    assert not event.proxies.standing().exists()
    proxies.give(event, giver=giver, email=paid_up("Ines").email)
    assert event.proxies.standing().get().holder.name == "Ines"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "conference"}, "elsewhere"),
        ({"published_at": None}, "elsewhere"),
        ({"days": -1}, "begun"),
        ({"days": None}, "elsewhere"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"most_proxies": 0}, "none"),
    ],
)
def test_where_votes_are_not_given(fields, code):
    assert refused(make_assembly(**fields), paid_up(), paid_up().email) == (code, None)


def test_whose_vote_is_given_and_to_whom():
    event, giver, holder = make_assembly(), paid_up(), paid_up()
    assert refused(event, make_member(), holder.email) == ("dues", None)
    assert refused(event, make_dues(member=cast("flora")).member, holder.email) == ("dues", None)  # paid, and no member
    assert refused(event, paid_up(ends_in=-60), holder.email) == ("dues", None)
    for email in ("nobody@example.org", make_member().email, paid_up(ends_in=-60).email):
        assert refused(event, giver, email) == ("unknown", "email")
    assert refused(event, giver, giver.email) == ("self", "email")
    away = make_proxy(event=event, giver=paid_up()).giver
    assert refused(event, giver, away.email) == ("absent", "email")
    make_registration(event=event, member=giver)
    assert refused(event, giver, holder.email) == ("going", None)


def test_dues_are_asked_about_on_the_day_of_the_assembly():
    event, late = make_assembly(days=200), paid_up(ends_in=100)
    assert refused(event, late, paid_up(ends_in=300).email) == ("dues", None)
    proxies.give(make_assembly(days=90), giver=late, email=paid_up(ends_in=300).email)


def test_of_a_groups_assembly_its_members_vote():
    inside, outside, holder = paid_up(), paid_up(), paid_up()
    event = make_assembly(group=make_group(members=[inside, holder]))
    assert refused(event, outside, holder.email) == ("dues", None)
    assert refused(event, inside, outside.email) == ("unknown", "email")
    proxies.give(event, giver=inside, email=holder.email)


@pytest.mark.parametrize(("most", "allowed"), [(None, 2), (1, 1), (3, 3)])
def test_nobody_brings_more_votes_than_allowed(most, allowed):
    event, holder = make_assembly(most_proxies=most), paid_up()
    given = [proxies.give(event, giver=paid_up(), email=holder.email) for _n in range(allowed)]
    giver = paid_up()
    assert refused(event, giver, holder.email) == ("full", "email")
    proxies.withdraw(event, giver=given[0].giver)
    proxies.give(event, giver=giver, email=holder.email)
    assert event.proxies.standing().count() == allowed


def test_another_holder_is_named_once_the_first_is_dropped():
    event, giver = make_assembly(), paid_up()
    proxies.give(event, giver=giver, email=paid_up().email)
    assert refused(event, giver, paid_up().email) == ("given", None)


def test_who_gives_their_own_vote_gives_back_those_they_were_to_bring():
    event, first, second, third = make_assembly(), paid_up("Un"), paid_up("Deux"), paid_up("Trois")
    proxies.give(event, giver=first, email=second.email)
    proxies.give(event, giver=second, email=third.email)
    assert [proxy.giver for proxy in event.proxies.standing()] == [second]
    assert Letter.objects.get(kind="events.proxy_returned").member == first


def test_a_vote_is_taken_back_until_the_assembly_begins():
    event = make_assembly(days=-1)
    proxy = make_proxy(event=event)
    with pytest.raises(Refused) as refusal:
        proxies.withdraw(event, giver=proxy.giver)
    assert refusal.value.code == "begun"
    assert event.proxies.standing().get() == proxy


def test_addresses_are_not_tried_one_after_the_other():
    event, giver = make_assembly(), paid_up()
    for n in range(proxies.TRIES["times"]):
        assert refused(event, giver, f"n{n}@example.org") == ("unknown", "email")
    assert refused(event, giver, paid_up().email) == ("often", None)


def test_presence_wins_and_an_absent_holder_brings_nobody():
    event, holder, giver = make_assembly(quorum=50), paid_up(), paid_up()
    make_proxy(event=event, giver=giver, holder=holder)
    make_proxy(event=event, giver=make_member(), holder=holder)  # has not paid

    def counted():
        count = counting.count(event)
        return count.voters, count.present, count.represented, count.is_reached

    assert counted() == (2, 0, 0, False)
    here = {"arrived": 1, "checked_in_at": timezone.now()}
    make_registration(event=event, member=make_member(), **here)  # there, and no voter
    place = make_registration(event=event, member=holder, **here)
    assert counted() == (2, 1, 1, True)
    came = make_registration(event=event, member=giver, **here)
    assert counted() == (2, 2, 0, True)
    came.arrived, came.checked_in_at = 0, None  # it was somebody else
    came.save()
    assert counted() == (2, 1, 1, True)
    place.delete()
    assert counted() == (2, 0, 0, False)


# -- the pages -------------------------------------------------------------------------
def test_the_page_says_each_refusal_beside_the_field_and_keeps_what_was_typed(client):
    event, giver = make_assembly(), paid_up()
    client.force_login(giver)
    page = client.post(reverse("events:proxy", args=[event.slug]), {"email": "inconnue@example.org"})
    assert page.status_code == 200
    assert page.context["form"].errors["email"][0].startswith("Aucun membre à jour de cotisation")
    assert "inconnue@example.org" in page.content.decode()
    assert "id_email_error" in page.content.decode()


def test_giving_and_taking_back_on_the_pages(client):
    event, giver, holder = make_assembly(), paid_up("Gil"), paid_up("Hana")
    address = reverse("events:proxy", args=[event.slug])
    client.force_login(giver)
    assert address in client.get(event.get_absolute_url()).content.decode()
    assert client.post(address, {"email": holder.email})["Location"] == address
    assert "Vous avez donné votre voix à Hana." in client.get(address).content.decode()
    assert "Vous avez donné votre voix à Hana." in client.get(event.get_absolute_url()).content.decode()
    client.force_login(holder)
    assert "<bdi>Gil</bdi>" in client.get(event.get_absolute_url()).content.decode()
    client.force_login(giver)
    assert client.get(reverse("events:proxy_withdraw", args=[event.slug])).status_code == 405
    assert client.post(reverse("events:proxy_withdraw", args=[event.slug]))["Location"] == address
    assert not event.proxies.standing().exists()


def test_no_page_where_nobody_may_read_the_assembly(client):
    address = reverse("events:proxy", args=[make_assembly(audience="invitation").slug])
    assert client.get(address)["Location"].startswith(reverse("account_login"))
    client.force_login(paid_up())
    assert client.get(address).status_code == 404
    assert client.get(reverse("events:proxy", args=[make_event().slug])).status_code == 404


def test_once_it_has_begun_the_page_offers_nothing(client):
    event, giver = make_assembly(starts_at=timezone.now() - timedelta(minutes=5)), paid_up()
    make_proxy(event=event, giver=giver)
    client.force_login(giver)
    assert "pouvoir/retrait" not in client.get(reverse("events:proxy", args=[event.slug])).content.decode()
    page = client.post(reverse("events:proxy_withdraw", args=[event.slug])).content.decode()
    assert "L’assemblée a commencé" in page


def test_who_will_not_be_paid_up_reads_it_on_the_page_of_the_assembly(client):
    late, elsewhere = make_assembly(days=200), make_assembly(days=200, group=make_group())
    client.force_login(paid_up(ends_in=100))
    said = "En l’état, vous ne serez pas à jour ce jour-là."
    assert [said in client.get(event.get_absolute_url()).text for event in (late, elsewhere)] == [True, False]
    client.force_login(paid_up(ends_in=300))
    assert said not in client.get(late.get_absolute_url()).text
