"""What visitors share, page by page: nobody's words in it, and nothing old once something public changed.

A model that the admin shows is either here with the page that shows it, or among those that no visitor reads.
"""

import re

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from modelsearch import index

from events import admitting, registering, scheduling
from members import grouping, profiles, standing, topics
from members.models import Club
from posts import moderating, publishing
from smclub.shared import SHARED
from tests import desk, make
from tests.cast import cast
from tests.rails import club as rails

pytestmark = pytest.mark.django_db
NOT_KEPT = {  # pages that answer a visitor with 200 and are theirs alone, or always as they are now
    "search",
    "sitemap",
    "healthz",
    "readyz",
    "events:detail[confidential]",
    "card_event",  # kept by what is drawn: tests/smclub/test_share_cards.py
    "card_event[group]",
    "card_event[members]",
    "card_event[paid_up]",
    "card_event[past]",
    "card_post",
    "card_post[members]",
    "members:apply",
    "members:contact",
    "members:contact_thanks",
    "members:sponsor",
    "members:letters_stop",
    "members:join",
    "posts:report",
    "posts:report_thanks",
    "posts:preview",
    "events:claim_by_link",
    "events:guests_by_link",
    "events:leave_by_link",
    "events:confirm_by_link",
    "events:ticket_by_link",
    "events:ticket_code",
    "speaker",
    "events:feedback_by_link",
    "events:document",  # allowed each time it is asked for
    "door:door",
    "door:walk_in",
}
NEVER_KEPT = re.compile(r"^(account_|mfa_|usersessions_|demo_|admin:)")


@pytest.fixture(autouse=True)
def _page_cache_on(settings):
    settings.PAGE_CACHE = settings.KEEP_FACTS = True


@pytest.fixture
def club():
    return rails.build()


def is_kept(client, path: str) -> bool:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    return response.status_code == 200 and response.headers.get("Cache-Control") == SHARED and not queries


def test_every_page_for_all_is_kept_and_no_other(club, client):
    wrong = []
    for key, path in rails.addresses(club).items():
        should = key not in NOT_KEPT and not NEVER_KEPT.match(key) and client.get(path).status_code == 200
        if is_kept(client, path) != should:
            wrong.append(f"{key}: {'is not' if should else 'is'} kept")
    assert not wrong, "\n".join(wrong)


@pytest.mark.embedded  # a body is the same whatever the database
def test_nothing_kept_is_anybodys(club, client):
    """WB-09: members and staff read first; what visitors then get is what they would get from an empty cache, byte for byte."""
    paths = [path for key, path in rails.addresses(club).items() if not NEVER_KEPT.match(key)]
    cold = {}
    for path in paths:
        caches["pages"].clear()
        cold[path] = client.get(path)
    caches["pages"].clear()
    for member in (club.milan, club.olga):
        somebody = Client()
        somebody.force_login(member)
        for path in paths:
            somebody.get(path)
    wrong = []
    for path in paths:
        for turn in ("made", "kept"):
            warm = client.get(path)
            if warm.headers.get("Cache-Control") != SHARED:
                continue
            text = warm.text
            if warm.content != cold[path].content:
                wrong.append(f"{path}: not as for the first visitor ({turn})")
            if re.search(r"\bnonce\b", text) or "csrfmiddlewaretoken" in text or warm.cookies or warm.headers.get("Vary"):
                wrong.append(f"{path}: a nonce, token, cookie or Vary ({turn})")
    assert not wrong, "\n".join(wrong)


# model → (row, field typed over, page that shows it)
SHOWN = {
    "members.Club": lambda c: (Club.objects.get_or_create(pk=1)[0], "name", "/"),
    "members.Person": lambda c: (c.person, "headline", c.person.get_absolute_url()),
    "members.Organisation": lambda c: (c.organisation, "name", c.organisation.get_absolute_url()),
    "members.Group": lambda c: (c.group, "name", c.group.get_absolute_url()),
    "members.GroupNotice": lambda c: (c.notice, "title", c.group.get_absolute_url()),
    "members.Mandate": lambda c: (c.mandate, "title", "/equipe/"),
    "members.Plan": lambda c: (c.plan, "name", "/adherer/"),
    "members.Topic": lambda c: (c.topic, "name", c.topic.get_absolute_url()),
    "members.Picture": lambda c: (_covered(c).cover, "alt", c.post.get_absolute_url()),
    "partners.Partner": lambda c: (c.partner, "body", c.partner.get_absolute_url()),
    "events.Event": lambda c: (c.open, "title", c.open.get_absolute_url()),
    "events.Venue": lambda c: (c.venue, "name", c.open.get_absolute_url()),
    "events.Cycle": lambda c: (c.cycle, "title", f"/cycles/{c.cycle.slug}/"),
    "posts.Post": lambda c: (c.post, "title", c.post.get_absolute_url()),
    "posts.Category": lambda c: (c.category, "name", c.category.get_absolute_url()),
    "posts.Series": lambda c: (c.series, "title", c.series.get_absolute_url()),
    "posts.Page": lambda c: (make.make_page(slug="essai", title="Essai"), "title", "/essai/"),
}
READ_ONLY = {
    "members.Member",
    "members.GroupMembership",
    "posts.Comment",
    "posts.Discussion",
    "partners.Period",
    "events.Registration",
}  # see VERBS
FOR_NO_VISITOR = {
    "events.Attachment",  # shown once its meeting is over: tests/events/test_attaching.py
    "events.ToDo",
    "members.Application",
    "members.Dues",
    "members.DuesSeat",
    "members.GroupRequest",
    "members.Invoice",
    "members.Import",
    "members.JoinLink",
    "members.Letter",
    "members.Entry",
    "members.JobRun",
    "members.OldAddress",
    "members.SealedRecord",
    "posts.Report",
    "posts.WatchedWord",
}


def _covered(club):
    club.post.cover = make.make_picture()
    club.post.save()
    return club.post


def test_every_model_of_the_admin_is_looked_at_here():
    assert {model._meta.label for model in admin.site._registry} == {*SHOWN, *READ_ONLY, *FOR_NO_VISITOR}


@pytest.mark.parametrize("model", SHOWN)
def test_what_is_saved_in_the_admin_is_read_at_once_and_found(model, club, client, at_once):
    row, field, path = SHOWN[model](club)
    assert is_kept(client, path)
    editor = Client()
    editor.force_login(club.oscar)
    at_once(desk.save, editor, row, **{field: "Zygomatique"})
    assert "Zygomatique" in client.get(path).text
    if isinstance(row, index.Indexed):
        assert row.get_absolute_url() in client.get("/recherche/?q=zygomatique").text


# deed → (page, the verb with what it takes)
VERBS = {
    "publish a post": lambda c: ("/articles/", publishing.publish, [c.draft_post], {"by": c.edith}),
    "withdraw a post": lambda c: ("/articles/", publishing.withdraw, [c.post], {"by": c.edith}),
    "rename a post": lambda c: ("/articles/", publishing.rename, [c.post], {"slug": "autrement", "by": c.edith}),
    "publish a meeting": lambda c: ("/evenements/", scheduling.publish, [c.draft_event], {"by": c.olga}),
    "cancel a meeting": lambda c: (c.open.get_absolute_url(), scheduling.cancel, [c.open], {"by": c.olga}),
    "postpone a meeting": lambda c: ("/evenements/", scheduling.postpone, [c.open], {"by": c.olga}),
    "register": lambda c: (_seats(c), registering.join, [c.open], {"member": cast("mona")}),
    "leave": lambda c: (_seats(c), registering.leave, [c.open], {"member": c.milan}),
    "bring a guest": lambda c: (_seats(c), registering.set_guests, [c.open], {"member": c.milan, "guests": 1}),
    "remove somebody": lambda c: (_seats(c), admitting.remove, [c.registration], {"by": c.olga}),
    "comment": lambda c: (_talk(c), moderating.post, [c.post], {"member": c.milan, "body": "Encore.", "age": 60}),
    "answer": lambda c: (_talk(c), moderating.reply, [c.comment], {"member": c.milan, "body": "Oui.", "age": 60}),
    "edit a comment": lambda c: (_talk(c), moderating.edit, [c.comment], {"member": c.milan, "body": "Mieux."}),
    "withdraw a comment": lambda c: (_talk(c), moderating.withdraw, [c.comment], {"member": c.milan}),
    "approve a comment": lambda c: (_talk(c), moderating.approve, [c.pending], {"by": c.modou}),
    "remove a comment": lambda c: (_talk(c), moderating.remove, [c.comment], {"by": c.modou, "reason": "rules"}),
    "call it spam": lambda c: (_talk(c), moderating.mark_spam, [c.comment], {"by": c.modou}),
    "close a discussion": lambda c: (_talk(c), moderating.close, [c.discussion], {"by": c.modou}),
    "join a group": lambda c: (c.group.get_absolute_url(), grouping.join, [c.group], {"member": cast("mona")}),
    "present oneself": lambda c: (_page_of(c), profiles.present, [c.milan], {"name": "Milan K.", "topics": ""}),
    "change one's name": lambda c: (_talk(c), profiles.introduce, [c.milan], {"name": "Milan Nouveau"}),
    "block somebody": lambda c: (_page_of(c), standing.block, [c.milan], {"by": c.olga, "reason": "x"}),
    "merge topics": lambda c: (_talk(c), topics.merge, [[c.topic, _used_more()]], {"by": c.edith}),
}


def _seats(club) -> str:
    club.open.capacity, club.open.max_guests = 30, 2
    club.open.save()
    return club.open.get_absolute_url()


def _talk(club) -> str:
    return club.post.get_absolute_url()


def _used_more():
    topic = make.make_topic(name="Zygomatique")
    for _n in range(12):
        make.make_post(topics=[topic], days=-400)
    return topic


def _page_of(club) -> str:
    return club.person.get_absolute_url()


@pytest.mark.parametrize("deed", VERBS)
def test_what_a_verb_changes_is_read_at_once(deed, club, client, at_once):
    path, verb, rows, said = VERBS[deed](club)
    assert is_kept(client, path)
    before = client.get(path)
    at_once(verb, *rows, **said)
    after = client.get(path)
    assert (after.status_code, after.content) != (200, before.content)
