"""A page costs the same number of queries with one row more of everything and with seven."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import EventTopic
from tests import make
from tests.rails import club
from tests.rails.test_matrix import LIBRARIES

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]  # the ORM asks as often whatever the database
LETTERS = ("demo_",)  # the demo's letter box exists on a developer's own machine only
# The most that a visitor's page may cost; somebody signed in costs a session, an account and what is theirs, staff their rights.
MOST = {"sitemap": 17, "events:detail": 12}  # a sitemap asks once a kind; a meeting, of all that hangs on it
ANY_OTHER, MORE_FOR = 10, {None: 0, "milan": 4, "olga": 7}


def grow(people, rows: int) -> None:
    """`rows` more of everything, hung on the things whose pages are measured."""
    for number in range(rows):
        person = make.make_person()
        filed = {"topics": [people.topic], "categories": [people.category], "author": person}
        organisation = make.make_organisation()
        apart = {"group": make.make_group(), "venue": make.make_venue(), "cover": make.make_picture()}
        post = make.make_post(series=people.series, event=people.past, kind="report", days=-1, **filed)
        post.mentions.add(people.organisation)
        mine = make.make_post(**filed | {"author": people.person})
        member = make.make_member()
        make.make_post(days=-2, author=make.make_person(), cover=make.make_picture(), categories=[make.make_category()])
        for event in (
            make.make_event(**apart, cycle=make.make_cycle(), days=number + 1),
            make.make_event(**apart, days=-1 - number),
            make.make_event(group=people.group, cycle=people.cycle, venue=people.venue, days=20 + number),
            make.make_event(group=people.group, cycle=people.cycle, venue=people.venue, days=-20 - number),
            make.make_event(group=make.make_group(), cycle=people.cycle, venue=people.venue, days=40 + number),
        ):
            EventTopic.objects.create(content_object=event, tag=people.topic)
            make.make_talk(event=event, person=people.person)
            make.make_event_partner(event=event, organisation=people.organisation)
            make.make_registration(event=event, member=people.milan)
        make.make_talk(event=people.open, person=person)
        for kind in ("photo", "video", "link"):
            make.make_attachment(event=people.past, kind=kind)
        make.make_document(event=people.past)
        make.make_event_partner(event=people.open, organisation=organisation)
        make.make_registration(event=people.open, member=member)
        for discussion in (people.discussion, people.event_discussion):
            comment = make.make_comment(discussion=discussion, member=member)
            make.make_comment(discussion=discussion, member=people.milan, parent=comment)
        make.make_partner(organisation=organisation).contacts.add(person)
        people.partner.contacts.add(person)
        make.make_group(members=[member], coordinators=[make.make_member()])
        make.GroupMembership.objects.create(group=people.group, member=member)
        make.make_group_request(group=people.group)
        make.make_group_notice(group=people.group, audience="everybody", author=member)
        people.group.topics.add(make.make_topic())
        make.make_group().topics.add(people.topic)
        make.make_group_request(group=people.elsewhere, state="declined")
        make.make_mandate(person=person)
        make.make_mandate(person=person, starts_on=date(2019, 1, 1), ends_on=date(2020, 1, 1), title="Trésorier")
        make.make_person(member=member, is_in_directory=True, visibility="members", organisation=people.organisation)
        make.make_category()
        make.make_dues(member=people.milan, plan=make.make_plan(), ends_in=-400 - number)
        led = make.make_dues(organisation=organisation, contact=people.milan, ends_in=90 + number, seats=9)
        led.holders.create(member=member)
        people.company_dues.holders.create(member=member)
        make.make_invoice(dues=led)
        mine.topics.add(make.make_topic())


def cost(client: Client, paths: dict[str, str]) -> dict[str, int]:
    counted = {}
    for key, path in paths.items():
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            response = client.get(path)
            if response.streaming:
                response.getvalue()
        if response.status_code == 200:
            counted[key] = len(caught)
    return counted


@pytest.mark.parametrize("who", MORE_FOR)
def test_pages_cost_the_same_whatever_their_length(who, settings):
    people = club.build()
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(getattr(people, who))
    paths = {key: path for key, path in club.addresses(people).items() if not key.startswith((*LIBRARIES, *LETTERS))}
    paths |= {"search[q]": paths["search"] + "?q=texte"}
    # The first time is not counted: what is kept for the whole process (content types) is not a page's own.
    paths = {key: path for key, path in paths.items() if client.get(path).status_code == 200}
    grow(people, 1)  # fewer than the shortest of the lists that stop somewhere
    few = cost(client, paths)
    grow(people, 6)
    many = cost(client, paths)
    grown = {key: f"{few.get(key)} → {many[key]}" for key in many if few.get(key) != many[key]}
    assert grown == {}
    most = {key: MOST.get(key.partition("[")[0], ANY_OTHER) + MORE_FOR[who] for key in many}
    assert {key: f"{many[key]} > {most[key]}" for key in many if many[key] > most[key]} == {}
    assert len(many) > 10
