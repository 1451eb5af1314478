"""Meetings for paid-up members: who is inside, and what others are told."""

import pytest
from django.urls import reverse

from events import registering
from events.models import Event
from events.refusals import Refused
from tests.cast import cast
from tests.make import make_dues, make_event, make_member, make_organisation

pytestmark = pytest.mark.django_db


def inside(event, visitor) -> bool:
    return Event.objects.listed_for(visitor).get(pk=event.pk).is_inside


def test_members_are_inside_while_their_dues_are_current_or_in_grace():
    event = make_event(audience="paid_up")
    in_grace, over, seated, friend = make_member(), make_member(), make_member(), make_member(standing="friend")
    make_dues(member=in_grace, ends_in=-5)
    make_dues(member=over, ends_in=-60)
    make_dues(organisation=make_organisation()).holders.create(member=seated)
    make_dues(member=friend)  # paid, and not accepted
    people = (in_grace, seated, over, friend, cast("milan"), None, cast("olga"))
    assert [inside(event, visitor) for visitor in people] == [True, True, False, False, False, False, True]
    assert list(Event.objects.visible_to(in_grace)) == [event]
    assert list(Event.objects.visible_to(over)) == []


def test_a_confidential_one_is_a_stub_for_who_has_not_paid():
    event = make_event(audience="paid_up", is_confidential=True, title="Le secret")
    make_dues(member=cast("mona"))
    assert Event.objects.listed_for(cast("milan")).get(pk=event.pk).shown_title == "Réunion privée"
    assert Event.objects.listed_for(cast("mona")).get(pk=event.pk).shown_title == "Le secret"


def test_registering_is_refused_with_the_way_in(client):
    event = make_event(audience="paid_up")
    with pytest.raises(Refused, match="Ma cotisation") as refusal:
        registering.join(event, member=cast("milan"))
    assert refusal.value.code == "dues"
    client.force_login(cast("milan"))
    page = client.get(event.get_absolute_url()).text
    assert "Les membres à jour de cotisation peuvent s’inscrire." in page
    assert reverse("members:dues") in page
    make_dues(member=cast("milan"))
    assert registering.join(event, member=cast("milan")).is_going


def test_a_friend_is_shown_the_way_to_membership(client):
    event = make_event(audience="paid_up")
    client.force_login(cast("flora"))
    page = client.get(event.get_absolute_url()).text
    assert "Membres à jour de cotisation" in page
    assert "Seules les personnes concernées peuvent s’inscrire." in page


def test_it_costs_no_question_more():
    make_event(audience="paid_up")
    make_dues(member=cast("milan"))
    assert Event.objects.visible_to(cast("milan")).count() == 1
