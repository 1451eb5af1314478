"""The handover: what somebody holds, and what is ticked by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from members.models import Club, Entry, HandoverTick
from smclub import handover, roles
from tests.cast import cast
from tests.make import make_event, make_group, make_join_link, make_mandate, make_person, make_post

pytestmark = pytest.mark.django_db


def held(member, reader="olga") -> dict[str, list[str]]:
    return {title: [line.label for line in lines] for title, lines in handover.of(member, reader=cast(reader))}


def test_what_is_theirs_alone_is_listed_and_nothing_else():
    olga, mona = cast("olga"), cast("mona")
    make_mandate(person=make_person(member=olga), title="Présidente")
    alone, shared = make_group(coordinators=[olga]), make_group(coordinators=[olga, mona])
    meeting = make_event(group=alone)
    make_event(group=shared), make_event(group=alone, days=-9), make_event()
    draft = make_post(days=None, created_by=olga)
    make_post(created_by=olga), make_post(days=None, created_by=mona), make_join_link(made_by=olga)
    assert list(held(olga).values()) == [
        ["Présidente"],
        ["organisation"],
        [alone.name],
        [meeting.title],
        [draft.title],
        ["lien d’adhésion « Les nouveaux de novembre »".replace("« ", "«\u202f").replace(" »", "\u202f»")],
    ]
    assert held(mona) != {}
    assert [draft.title] not in held(olga, "sarah").values()  # who writes nothing reads no draft


def test_the_last_owner_is_told(client):
    oscar = cast("oscar")
    client.force_login(oscar)
    page = reverse("admin:handover_of", args=[oscar.pk])
    assert handover.of(oscar, reader=oscar)[0][1][0].note != ""
    roles.give(cast("milan"), roles.OWNER)
    assert handover.of(oscar, reader=oscar)[0][1][0].note == ""
    assert client.get(page).status_code == 200


def test_what_is_handed_on_by_hand_is_ticked_and_unticked(client):
    olga, tristan = cast("olga"), cast("tristan")
    Club.objects.create(pk=1, handover="La banque\n\n La banque \nLe domaine\n")
    client.force_login(olga)
    page, deed = (reverse(f"admin:handover_{name}", args=[tristan.pk]) for name in ("of", "tick"))
    for text in ("La banque", "Autre chose", ""):
        assert client.post(deed, {"text": text}).url == page
    row = HandoverTick.objects.get()
    assert (row.member, row.text, row.ticked_by) == (tristan, "La banque", olga)
    assert [(line.text, line.tick) for line in handover.by_hand(tristan)] == [("La banque", row), ("Le domaine", None)]
    Club.objects.update(handover="")
    assert "La banque" in client.get(page).text
    client.post(deed, {"text": "La banque"})
    assert not HandoverTick.objects.exists()
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["handover.tick", "handover.untick"]


@pytest.mark.parametrize(("who", "status"), [("coralie", 403), ("edith", 403), ("tristan", 403), ("sarah", 200), ("olga", 200)])
def test_the_handover_is_for_those_who_keep_mandates(client, who, status):
    client.force_login(cast(who))
    leaving = cast("modou")
    assert client.get(reverse("admin:handover")).status_code == status
    assert client.get(reverse("admin:handover_of", args=[leaving.pk])).status_code == status
    client.post(reverse("admin:handover_tick", args=[leaving.pk]), {"text": "Le nom de domaine"})
    assert HandoverTick.objects.exists() == (status == 200)
    assert client.get(reverse("admin:handover_of", args=[cast("flora").pk])).status_code == (404 if status == 200 else 403)


def test_a_meeting_is_told_as_precisely_as_its_date_is_known():
    coralie = cast("coralie")
    group = make_group(coordinators=[coralie])
    march = datetime(2099, 2, 28, 23, tzinfo=UTC)  # the first of March in Paris
    make_event(group=group, precision="month", starts_at=march, ends_at=march + timedelta(days=31))
    notes = [line.note for _title, lines in handover.of(coralie, reader=cast("olga")) for line in lines]
    assert "mars 2099" in notes
