"""*Votre avis*: who is asked, for how long, and what those who run the meeting learn of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events import reviewing
from events.models import Feedback
from smclub import retention
from tests.cast import cast
from tests.make import make_event, make_event_partner, make_feedback, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db
HERE = {"arrived": 1, "checked_in_at": timezone.now()}


@pytest.mark.parametrize(
    ("meeting", "mine", "somebody_came", "code"),
    [
        ({}, {}, False, None),
        ({}, HERE, True, None),
        ({}, {}, True, "absent"),
        ({}, {"state": "waiting"}, False, "absent"),
        ({}, {"state": "cancelled"}, False, "absent"),
        ({"status": "cancelled"}, {}, False, "absent"),
        ({"days": 2}, {}, False, "early"),
        ({"days": -29}, {}, False, None),
        ({"days": -31}, {}, False, "late"),
        ({"days": None}, {}, False, "late"),
    ],
)
def test_who_was_there_is_asked_for_a_month_by_the_page_too(client, meeting, mine, somebody_came, code):
    event, milan = make_event(**{"days": -2} | meeting), cast("milan")
    make_registration(event=event, member=milan, **mine)
    if somebody_came:
        make_registration(event=event, **HERE)
    client.force_login(milan)
    asked = f'href="{reverse("events:feedback", args=[event.slug])}"'
    assert (asked in client.get(event.get_absolute_url()).text) is (code is None)
    if code is None:
        assert reviewing.give(event, by=milan, score=4, remark=" Bien. ").remark == "Bien."
        return
    with pytest.raises(reviewing.Refused) as refused:
        reviewing.give(event, by=milan, score=4)
    assert (refused.value.code, Feedback.objects.count()) == (code, 0)


@pytest.mark.parametrize(
    ("days", "mine", "somebody_came", "attendance"),
    [
        (-2, HERE, True, "came"),
        (-2, {}, True, "absent"),
        (-2, {}, False, "unknown"),
        (-0.01, {}, True, "unknown"),  # it goes on: they may be late
        (-0.01, HERE, True, "came"),
        (-2, {"state": "waiting"}, True, ""),
    ],
)
def test_nobody_is_absent_where_the_door_was_not_kept(days, mine, somebody_came, attendance):
    row = make_registration(event=make_event(days=days), **mine)
    if somebody_came:
        make_registration(event=row.event, **HERE)
    assert row.event.registrations.with_attendance().get(pk=row.pk).attendance == attendance


def test_said_again_it_takes_the_place_of_what_was_said():
    row = make_registration(event=make_event(days=-2))
    for score in (2, 5):
        reviewing.give(row.event, by=row.member, score=score, remark=str(score))
    assert list(Feedback.objects.values_list("score", "remark")) == [(5, "5")]


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_is_of_five(score):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_feedback(score=score)


@pytest.mark.parametrize(("number", "mean"), [(0, None), (4, None), (5, 3.8), (6, 4.0)])
def test_scores_are_counted_from_five_answers_on(number, mean):
    event = make_event(days=-2)
    for score in (1, 5, 5, 4, 4, 5)[:number]:
        make_feedback(event=event, score=score)
    found = reviewing.opinions_of(event)
    assert (found.number, found.mean) == (number, mean)
    assert sum(share.number for share in found.shares) == (number if mean else 0)


def test_remarks_are_read_from_the_next_day_without_names_and_in_no_order(client):
    event, today = make_event(days=-2), timezone.localdate()
    for remark, ago in (("Zut", 2), ("Aujourd’hui", 0), ("Bravo", 1)):
        make_feedback(event=event, member=make_member(name="Paule Signée"), remark=remark, said_on=today - timedelta(days=ago))
    assert reviewing.opinions_of(event).remarks == ["Bravo", "Zut"]
    client.force_login(cast("olga"))
    text = client.get(reverse("events:opinions", args=[event.slug])).text
    assert ("Bravo" in text, "Aujourd’hui" in text, "Paule" in text) == (True, False, False)


@pytest.mark.parametrize(("who", "status"), [("milan", 404), ("aude", 404), ("coralie", 200), ("olga", 200)])
def test_opinions_are_for_those_who_run_the_meeting(client, who, status):
    event = make_event(days=-2, group=make_group(coordinators=[cast("coralie")]))
    client.force_login(cast(who))
    assert client.get(reverse("events:opinions", args=[event.slug])).status_code == status


@pytest.mark.parametrize(("who", "is_led"), [(None, False), ("milan", False), ("olga", True)])
def test_the_page_leads_those_who_run_the_meeting_to_its_opinions(client, who, is_led):
    event = make_event(days=-2)
    make_event_partner(event=event)
    if who:
        client.force_login(cast(who))
    assert (reverse("events:opinions", args=[event.slug]) in client.get(event.get_absolute_url()).text) is is_led


@pytest.mark.parametrize("by_link", [True, False])
def test_the_page_asks_keeps_what_was_typed_and_thanks(client, by_link):
    row = make_registration(event=make_event(days=-2), member=cast("milan"))
    path = reverse("events:feedback", args=[row.event.slug])
    if by_link:
        path = reverse("events:feedback_by_link", args=[row.event.slug, row.token])
    else:
        client.force_login(row.member)
    assert client.get(path).status_code == 200
    refused = client.post(path, {"score": "9", "remark": "Le micro"})
    assert "Le micro" in refused.text
    assert set(refused.context["form"].errors) == {"score"}
    assert not Feedback.objects.exists()
    assert "notice is-success" in client.post(path, {"score": "4", "remark": "Le micro"}).text
    assert Feedback.objects.values_list("member", "score", "remark").get() == (row.member_id, 4, "Le micro")
    assert "Le micro" in client.get(path).text


def test_the_page_tells_why_it_does_not_ask(client):
    row = make_registration(event=make_event(days=2))
    answer = client.post(reverse("events:feedback_by_link", args=[row.event.slug, row.token]), {"score": "4"})
    assert "notice is-warning" in answer.text
    assert not Feedback.objects.exists()


def test_a_stranger_finds_no_page(client):
    row = make_registration(event=make_event(days=-2))
    client.force_login(cast("milan"))
    paths = [
        reverse("events:feedback", args=[row.event.slug]),
        reverse("events:feedback_by_link", args=[row.event.slug, "x"]),
    ]
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_after_a_month_an_opinion_is_nobodys():
    old, young = make_feedback(event=make_event(days=-32)), make_feedback(event=make_event(days=-20))
    retention.apply()
    assert set(Feedback.objects.values_list("pk", "member")) == {(old.pk, None), (young.pk, young.member_id)}
