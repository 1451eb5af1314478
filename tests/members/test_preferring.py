"""What people wish to be written: their page, and the links by which a letter is stopped."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import preferring, telling
from members.kinds import Cadence, always_sent, choices_of, kinds
from members.mail import compose
from members.models import Letter, Member, Notice, Preference
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db
REPLY, HELD = "posts.comment_reply", "posts.comment_held"
PAGE = "/compte/lettres/"


@pytest.fixture
def milan(client) -> Client:
    client.force_login(cast("milan"))
    return client


def filled(member, **changed) -> dict[str, str]:
    return {key.replace(".", "-"): cadence for key, cadence in (preferring.cadences_of(member) | changed).items()}


def link(member, *stopped: str) -> str:
    return reverse("members:letters_stop", args=[preferring.stop_token(member.pk, stopped or [REPLY])])


# -- the kinds -------------------------------------------------------------------
def test_who_has_chosen_nothing_is_told_little():
    at_once = [
        key for key, cadence in preferring.cadences_of(cast("milan")).items() if cadence == Cadence.NOW and kinds()[key].is_news
    ]
    assert sorted(at_once) == ["events.thanks", "members.group_notice", "posts.comment_on_article", REPLY, "posts.write_up"]


def test_what_is_for_the_team_is_offered_to_the_team():
    assert HELD not in choices_of(cast("milan"))
    assert HELD in choices_of(cast("modou"))


# -- the page --------------------------------------------------------------------
def test_the_page_shows_each_kind_as_it_is(milan):
    Preference.objects.create(member=cast("milan"), kind=REPLY, cadence="daily")
    page = milan.get(PAGE)
    assert page.context["form"].initial == filled(cast("milan"))
    assert page.context["form"].initial["posts-comment_reply"] == "daily"
    assert [family for family, _fields in page.context["form"].families()] == ["Rencontres", "Discussions", "Groupes"]
    assert all(str(kind.words) in page.text.replace("&#x27;", "'") for kind in always_sent())


def test_saving_it_untouched_chooses_nothing(milan):
    assert milan.post(PAGE, filled(cast("milan"))).status_code == 302
    assert not Preference.objects.exists()


def test_what_is_chosen_is_kept_and_what_is_as_by_default_leaves_no_row(milan):
    member = cast("milan")
    milan.post(PAGE, filled(member, **{REPLY: "weekly", "events.new_meeting": "never"}))
    milan.post(PAGE, filled(member, **{REPLY: "now"}))
    assert preferring.chosen_by(member) == {"events.new_meeting": "never"}


def test_a_cadence_that_does_not_exist_is_said_beside_its_field(milan):
    page = milan.post(PAGE, filled(cast("milan"), **{REPLY: "hourly", "events.new_meeting": "never"}))
    assert list(page.context["form"].errors) == ["posts-comment_reply"]
    assert page.context["form"]["events-new_meeting"].value() == "never"
    assert not Preference.objects.exists()


def test_a_letter_of_its_own_leaves_when_it_is_time_or_never(milan):
    for cadence, errors in (("daily", ["events-tomorrow"]), ("never", [])):
        page = milan.post(PAGE, filled(cast("milan"), **{"events.tomorrow": cadence}))
        assert list(page.context["form"].errors if page.context else []) == errors
    assert preferring.chosen_by(cast("milan")) == {"events.tomorrow": "never"}


def test_all_of_it_stops_at_once(milan):
    member = cast("milan")
    Notice.objects.create(member=member, kind=REPLY, key="k", cadence="daily")
    assert milan.get(PAGE + "aucune/").status_code == 405
    milan.post(PAGE + "aucune/")
    assert set(preferring.cadences_of(member).values()) == {"never"}
    assert not Notice.objects.exists()


def test_a_visitor_signs_in_first(client):
    for url in (PAGE, PAGE + "aucune/"):
        assert client.post(url).headers["Location"].startswith("/compte/login/")


def test_what_waits_follows_the_choice():
    member, at = cast("milan"), timezone.now()
    Notice.objects.create(member=member, kind=REPLY, key="k", cadence="now", due_at=at)
    preferring.choose(member, wanted={REPLY: "weekly"})
    waiting = Notice.objects.get()
    assert (waiting.cadence, waiting.is_chosen) == ("weekly", True)
    assert timezone.localtime(waiting.due_at).weekday() == 0
    assert waiting.due_at > at


def test_the_page_costs_as_much_whatever_was_chosen(milan, django_assert_num_queries):
    milan.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        milan.get(PAGE)
    preferring.choose_nothing(cast("milan"))
    with django_assert_num_queries(len(caught)):
        milan.get(PAGE)


# -- the links -------------------------------------------------------------------
def test_looking_at_the_link_changes_nothing_and_shows_what_it_would(client):
    page = client.get(link(cast("milan")))
    assert page.status_code == 200
    assert "m•••@e•••.org" in page.text
    assert "milan@example.org" not in page.text
    assert "Les réponses à mes commentaires" in page.text
    assert not page.cookies
    assert client.head(link(cast("milan"))).status_code == 200
    assert not Preference.objects.exists()


def test_a_mail_program_stops_it_without_cookie_token_or_page_before():
    """ML-04."""
    client = Client(enforce_csrf_checks=True)
    for _again in range(2):
        answer = client.post(link(cast("milan")), {"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"})
        assert answer.status_code == 200
    assert preferring.chosen_by(cast("milan")) == {REPLY: "never"}
    assert preferring.chosen_by(cast("mona")) == {}


def test_what_was_stopped_by_mistake_comes_back_as_it_was(client):
    member = cast("milan")
    preferring.choose(member, wanted={REPLY: "daily"})
    stopped = link(member, REPLY, "posts.write_up")
    page = client.post(stopped)
    assert preferring.chosen_by(member) == {REPLY: "never", "posts.write_up": "never"}
    back = client.post(stopped.replace("arreter", "reprendre"), {"undo": page.context["undo"]})
    assert "Comme avant" in back.text
    assert preferring.chosen_by(member) == {REPLY: "daily"}


def test_the_way_back_is_that_link_s_own_and_ends_after_a_week(client):
    mine, hers = link(cast("milan")), link(cast("mona"))
    key = client.post(mine).context["undo"]
    assert client.post(hers.replace("arreter", "reprendre"), {"undo": key}).status_code == 404
    assert client.post(mine.replace("arreter", "reprendre"), {"undo": "forged"}).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.post(mine.replace("arreter", "reprendre"), {"undo": key}).status_code == 404
    assert preferring.chosen_by(cast("milan")) == {REPLY: "never"}


def test_the_way_back_asks_for_the_token_of_its_page():
    client = Client(enforce_csrf_checks=True)
    key = client.post(link(cast("milan"))).context["undo"]
    client.cookies.clear()
    assert client.post(link(cast("milan")).replace("arreter", "reprendre"), {"undo": key}).status_code == 403


@pytest.mark.parametrize("what", ["forged", "cut", "of a kind that is no more", "blocked", "erased", "for another purpose"])
def test_a_link_that_is_good_for_nothing_says_so_and_no_more(client, what):
    member = cast("milan")
    token = {
        "forged": "x.y:z",
        "cut": preferring.stop_token(member.pk, [REPLY])[:-3],
        "of a kind that is no more": preferring.stop_token(member.pk, ["posts.gone", "events.registered"]),
        "blocked": preferring.stop_token(cast("boris").pk, [REPLY]),
        "erased": preferring.stop_token(10**9, [REPLY]),
        "for another purpose": preferring.stop(member, stopped=[REPLY]),
    }[what]
    Preference.objects.all().delete()
    for ask in (client.get, client.post):
        answer = ask(reverse("members:letters_stop", args=[token]))
        assert answer.status_code == 404
        assert "Ce lien ne mène plus nulle part" in answer.text
        assert "•••" not in answer.text
    assert not Preference.objects.exists()


def test_the_links_of_one_account_are_not_posted_without_end(client):
    answers = [client.post(link(cast("milan"))).status_code for _once in range(21)]
    assert answers == [200] * 20 + [429]
    assert client.post(link(cast("mona"))).status_code == 200


def test_a_link_opens_no_session_and_reads_nothing(client):
    client.post(link(cast("milan")))
    assert "_auth_user_id" not in client.session
    assert client.get(PAGE).status_code == 302


def test_an_address_is_shown_to_who_knows_it():
    assert preferring.masked("anne.perrin@social-media.example.org") == "a•••@s•••.org"


def test_what_is_stopped_does_not_leave_though_it_was_written():
    member = make.make_member(name="Ana")
    parent = make.make_comment(discussion=make.make_discussion(event=make.make_event()), member=member)
    reply = make.make_comment(discussion=parent.discussion, parent=parent)
    telling.tell(REPLY, to=[member.pk], key="k", comment=reply.pk)
    telling.sweep()
    preferring.stop(Member.objects.get(pk=member.pk), stopped=[REPLY])
    assert not compose(Letter.objects.get())
