"""Proxies signed on paper: recorded at the desk by the rules of those given on the site, and revoked with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.assembly import proxies
from events.refusals import Refused
from members.models import Entry, Letter
from tests.cast import cast
from tests.make import make_dues, make_event, make_group, make_member, make_proxy, make_registration

pytestmark = pytest.mark.django_db


def voter(name="Camille"):
    return make_dues(member=make_member(name=name)).member


def make_assembly(**fields):
    return make_event(**{"title": "Assemblée générale", "kind": "assembly", "audience": "members"} | fields)


def desk_of(event):
    return reverse("admin:events_event_proxies", args=[event.pk])


def refused(event, giver, holder) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        proxies.record(event, giver=giver, holder=holder, by=cast("olga"))
    return refusal.value.code, refusal.value.field


def test_a_paper_is_recorded_once_told_to_both_and_logged():
    event, giver, holder, olga = make_assembly(), voter("Gil"), voter("Hana"), cast("olga")
    for _twice in range(2):
        proxies.record(event, giver=giver, holder=holder, by=olga)
    proxy = event.proxies.standing().get()
    assert (proxy.giver, proxy.holder, proxy.is_on_paper) == (giver, holder, True)
    told = Letter.objects.order_by("kind").values_list("kind", "member")
    assert list(told) == [("events.proxy_given", holder.pk), ("events.proxy_recorded", giver.pk)]
    logged = Entry.objects.filter(verb="proxy.record").values_list("actor", "subject_label", "note")
    assert list(logged) == [(olga.pk, "Gil → Hana", "Assemblée générale")]


def test_the_rules_are_those_of_the_site():
    event, giver, holder = make_assembly(most_proxies=1), voter(), voter()
    assert refused(event, make_member(), holder) == ("dues", "giver")
    assert refused(event, giver, make_member()) == ("dues", "holder")
    assert refused(event, giver, giver) == ("self", "holder")
    make_proxy(event=event, giver=voter(), holder=holder)
    assert refused(event, giver, holder) == ("full", "holder")
    away = make_proxy(event=event, giver=voter()).giver
    assert refused(event, giver, away) == ("absent", "holder")
    assert refused(event, away, voter()) == ("given", "giver")
    make_registration(event=event, member=giver)
    assert refused(event, giver, voter()) == ("going", "giver")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "conference"}, "elsewhere"),
        ({"days": -1}, "over"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "postponed"}, "postponed"),
        ({"most_proxies": 0}, "none"),
    ],
)
def test_where_no_paper_is_taken(fields, code):
    assert refused(make_assembly(**fields), voter(), voter()) == (code, None)


def test_a_paper_comes_through_the_door_after_the_beginning():
    event, giver, holder = make_assembly(starts_at=timezone.now() - timedelta(minutes=5)), voter(), voter()
    assert proxies.record(event, giver=giver, holder=holder, by=cast("olga")).is_on_paper


def test_a_proxy_is_revoked_once_with_its_reason():
    olga, proxy = cast("olga"), make_proxy(event=make_assembly(), giver=voter("Gil"), holder=voter("Hana"))
    for _twice in range(2):
        proxies.revoke(proxy, by=olga, reason="Pas signé")
    assert not proxy.event.proxies.standing().exists()
    assert list(Letter.objects.order_by("pk").values_list("kind", "member", "context__reason")) == [
        ("events.proxy_revoked", proxy.giver.pk, "Pas signé"),
        ("events.proxy_revoked", proxy.holder.pk, "Pas signé"),
    ]
    assert list(Entry.objects.values_list("verb", "subject_label", "reason")) == [("proxy.revoke", "Gil → Hana", "Pas signé")]


def test_what_an_assembly_decided_stays_as_it_was_counted():
    proxy = make_proxy(event=make_assembly(days=-1))
    with pytest.raises(Refused) as refusal:
        proxies.revoke(proxy, by=cast("olga"), reason="Erreur")
    assert refusal.value.code == "over"
    assert proxy.event.proxies.standing().get() == proxy


# -- the pages -------------------------------------------------------------------------
def test_names_and_addresses_lead_to_who_is_meant(client):
    event, hana = make_assembly(), voter("Hana Élie")
    voter("Gil"), voter("Ines")
    client.force_login(cast("olga"))
    desk = desk_of(event)
    assert client.post(desk, {"giver": " gil ", "holder": "HANA ELIE"})["Location"] == desk
    assert client.post(desk, {"giver": "Ines", "holder": hana.email.upper()})["Location"] == desk
    shown = client.get(desk).text
    assert shown.count("<small>sur papier</small>") == 2
    assert '<option value="Hana Élie">' in shown
    assert "sur papier" in client.get(reverse("admin:events_event_attendees", args=[event.pk])).text


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"giver": "Gil"}, {"holder": "required"}),
        ({"giver": "Personne", "holder": "Hana"}, {"giver": "unknown"}),
        ({"giver": "Gil", "holder": "n@example.org"}, {"holder": "unknown"}),
        ({"giver": "Sans Cotisation", "holder": "Hana"}, {"giver": "unknown"}),
        ({"giver": "Gil", "holder": "Camille"}, {"holder": "several"}),
        ({"giver": "Gil", "holder": "Gil"}, {"holder": "self"}),
        ({"giver": "x" * 300, "holder": "Hana"}, {"giver": "max_length"}),
    ],
)
def test_each_refusal_stands_beside_its_field_and_what_was_typed_stays(client, said, code):
    event = make_assembly()
    voter("Gil"), voter("Hana"), voter("Camille"), voter("Camille"), make_member(name="Sans Cotisation")
    client.force_login(cast("olga"))
    page = client.post(desk_of(event), said)
    assert page.status_code == 200
    errors = page.context["form"].errors.as_data()
    assert {field: found[0].code for field, found in errors.items()} == code
    assert [typed for typed in said.values() if f'value="{typed}"' not in page.text] == []
    assert not event.proxies.exists()


def test_revoking_asks_for_a_reason_first(client):
    proxy = make_proxy(event=make_assembly(), giver=voter("Gil"), holder=voter("Hana"))
    client.force_login(cast("olga"))
    page = reverse("admin:events_event_proxy_revoke", args=[proxy.event.pk, proxy.pk])
    assert page in client.get(desk_of(proxy.event)).text
    assert "Gil votera de nouveau en personne" in client.get(page).text
    assert client.post(page, {"reason": " "}).context["form"].errors.as_data()["reason"][0].code == "required"
    assert proxy.event.proxies.standing().exists()
    assert client.post(page, {"reason": "Pas signé"})["Location"] == desk_of(proxy.event)
    assert client.get(page).status_code == 404


def test_the_page_says_why_no_paper_is_taken_and_keeps_its_list(client):
    proxy = make_proxy(event=make_assembly(days=-1), giver=voter("Gil"))
    client.force_login(cast("olga"))
    shown = client.get(desk_of(proxy.event)).text
    assert "Gil" in shown
    assert reverse("admin:events_event_proxy_revoke", args=[proxy.event.pk, proxy.pk]) not in shown
    assert "<datalist" not in shown


def test_coordinators_record_those_of_their_own_assemblies(client):
    own = make_assembly(group=make_group(coordinators=[cast("coralie")]))
    client.force_login(cast("coralie"))
    assert [client.get(desk_of(event)).status_code for event in (own, make_assembly(), make_event())] == [200, 404, 404]
