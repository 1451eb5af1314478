"""News: noted with the deed, told together as often as each wants, and under the week's ceiling what was not asked for."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import registering
from members import outbox, preferring, telling
from members.mail import compose
from members.models import Club, Letter, Member, Notice
from members.models.news import due
from posts import moderating
from posts.models import Comment
from tests import make
from tests.cast import cast
from tests.processes import answer

pytestmark = pytest.mark.django_db
REPLY = "posts.comment_reply"
PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 3, 10, 12, tzinfo=PARIS)


def thread(*, member=None, title="L'atelier"):
    """A comment of `member`, that others may answer."""
    event = make.make_event(title=title)
    return make.make_comment(discussion=make.make_discussion(event=event), member=member or cast("milan"))


def answered(parent: Comment, *, by=None, body="Tout à fait.", **fields) -> Comment:
    reply = make.make_comment(discussion=parent.discussion, parent=parent, member=by or cast("mona"), body=body, **fields)
    said = {"key": f"comment:{reply.pk}", "thread": f"discussion:{parent.discussion_id}", "comment": reply.pk}
    telling.tell(REPLY, to=[parent.member_id], **said)
    return reply


def letters_to(member) -> list[Letter]:
    return list(Letter.objects.filter(member=member).order_by("pk"))


def in_words(row: Letter) -> Letter:
    assert compose(row)
    return row


# -- when ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cadence", "now", "then"),
    [
        ("now", "2026-03-10 12:00", "2026-03-10 12:00"),
        ("daily", "2026-03-10 07:59", "2026-03-10 08:00"),
        ("daily", "2026-03-10 08:00", "2026-03-11 08:00"),
        ("daily", "2026-03-28 20:00", "2026-03-29 08:00"),  # clocks go forward in that night
        ("daily", "2026-10-24 20:00", "2026-10-25 08:00"),  # and back in that one
        ("weekly", "2026-03-10 12:00", "2026-03-16 08:00"),
        ("weekly", "2026-03-16 07:00", "2026-03-16 08:00"),
        ("weekly", "2026-03-16 08:00", "2026-03-23 08:00"),
        ("weekly", "2026-03-15 23:59", "2026-03-16 08:00"),
    ],
)
def test_a_summary_leaves_at_eight_and_that_of_the_week_on_monday(cadence, now, then):
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (now, then))
    assert due(cadence, at.astimezone(ZoneInfo("UTC"))) == expected


def test_what_is_wanted_at_once_leaves_with_the_next_sweep():
    answered(thread())
    assert telling.sweep() == 1
    row = in_words(letters_to(cast("milan"))[0])
    assert row.subject == "Mona Membre vous a répondu\N{NO-BREAK SPACE}: L'atelier"
    assert telling.sweep() == 0


def test_what_comes_within_the_same_minute_is_one_letter():
    parent, other = thread(), thread(title="La radio")
    for number in range(3):
        answered(parent, body=f"Réponse {number}")
    answered(other)
    telling.sweep()
    (row,) = letters_to(cast("milan"))
    assert in_words(row).subject.startswith("4 nouvelles\N{NO-BREAK SPACE}: Mona Membre vous a répondu")
    assert [row.text.count(f"Réponse {number}") for number in range(3)] == [1, 1, 1]


def test_a_busy_thread_waits_a_quarter_of_an_hour_between_two_letters():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        parent = thread()
        answered(parent)
        telling.sweep()
        clock.shift(timedelta(minutes=5))
        answered(parent), answered(parent)
        assert telling.sweep() == 0
        answered(thread(title="La radio"))
        assert telling.sweep() == 1
        clock.shift(timedelta(minutes=10))
        assert telling.sweep() == 1
    assert [row.notices.count() for row in letters_to(cast("milan"))] == [1, 1, 2]


def test_a_summary_of_the_day_holds_the_day():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        preferring.choose(cast("milan"), wanted={REPLY: "daily"})
        answered(thread()), answered(thread())
        assert telling.sweep() == 0
        clock.move_to(datetime(2026, 3, 11, 8, 1, tzinfo=PARIS))
        assert telling.sweep() == 1
        row = in_words(letters_to(cast("milan"))[0])
    assert row.subject == "Votre journée au club\N{NO-BREAK SPACE}: 2 nouvelles"


def test_daily_and_weekly_news_of_a_monday_are_one_letter():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        member = cast("milan")
        preferring.choose(member, wanted={REPLY: "weekly", "posts.comment_on_article": "daily"})
        mine = make.make_post(author=make.make_person(member=member))
        answered(thread())
        clock.move_to(datetime(2026, 3, 15, 20, tzinfo=PARIS))
        moderating.post(mine, member=cast("mona"), body="Bel article.", age=20, key="k")
        clock.move_to(datetime(2026, 3, 16, 8, 1, tzinfo=PARIS))
        assert telling.sweep() == 1
        row = in_words(letters_to(member)[0])
    assert row.subject == "Votre semaine au club\N{NO-BREAK SPACE}: 2 nouvelles"
    assert [title in row.text for title in ("Les réponses à mes commentaires", "Les commentaires sous mes articles")] == [
        True
    ] * 2


# -- the ceiling -----------------------------------------------------------------
def test_beyond_the_week_s_ceiling_what_was_not_asked_for_waits_for_monday():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for _once in range(5):
            answered(thread())
            telling.sweep()
            clock.shift(timedelta(hours=1))
        assert len(letters_to(cast("milan"))) == 3
        clock.move_to(datetime(2026, 3, 16, 8, 1, tzinfo=PARIS))
        assert telling.sweep() == 1
        summary = in_words(letters_to(cast("milan"))[3])
    assert summary.subject == "Votre semaine au club\N{NO-BREAK SPACE}: 2 nouvelles"
    assert [row.is_unasked for row in letters_to(cast("milan"))] == [True, True, True, False]


def test_the_ceiling_is_of_the_last_seven_days():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for _once in range(4):
            answered(thread())
            telling.sweep()
            clock.shift(timedelta(days=2))
        clock.shift(timedelta(days=1))
        answered(thread())
        telling.sweep()
    unasked = [row for row in letters_to(cast("milan")) if row.is_unasked]
    assert [(row.created_at - TUESDAY).days for row in unasked] == [0, 2, 4, 9]


def test_what_somebody_chose_themselves_is_not_counted():
    preferring.choose(cast("milan"), wanted={"posts.comment_on_meeting": "now"})
    for _once in range(5):
        reply = make.make_comment(discussion=thread().discussion)
        telling.tell("posts.comment_on_meeting", to=[cast("milan").pk], key=f"c:{reply.pk}", comment=reply.pk)
        telling.sweep()
    assert [row.is_unasked for row in letters_to(cast("milan"))] == [False] * 5
    answered(thread())
    assert telling.sweep() == 1


def test_the_club_says_how_many_and_none_leaves_monday_alone():
    Club.objects.create(pk=1, letters_a_week=0)
    answered(thread())
    assert telling.sweep() == 0
    waiting = Notice.objects.get()
    assert (waiting.cadence, timezone.localtime(waiting.due_at).weekday()) == ("weekly", 0)


def test_a_letter_that_had_nothing_to_tell_any_more_does_not_count():
    Club.objects.create(pk=1, letters_a_week=1)
    answered(thread())
    telling.sweep()
    Letter.objects.update(state="dropped")
    answered(thread())
    assert telling.sweep() == 1


# -- what it says ----------------------------------------------------------------
def test_what_is_no_longer_true_drops_out_and_an_empty_letter_is_not_sent(mailer):
    parent = thread()
    gone, stays = answered(parent, body="Retirée"), answered(parent, body="Toujours là")
    telling.sweep()
    Comment.objects.filter(pk=gone.pk).update(state="removed")
    (row,) = letters_to(cast("milan"))
    assert "Retirée" not in in_words(row).text
    assert row.subject == "Mona Membre vous a répondu\N{NO-BREAK SPACE}: L'atelier"
    Comment.objects.filter(pk=stays.pk).update(state="removed")
    outbox.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, mailer.messages) == ("dropped", [])


def test_nobody_is_told_twice_of_one_thing_whatever_concerns_them():
    """A reply, under one's own article, about a meeting one goes to."""
    milan, event = cast("milan"), make.make_event(days=-2)
    post = make.make_post(kind="report", event=event, author=make.make_person(member=milan))
    make.make_registration(event=event, member=milan)
    parent = moderating.post(post, member=milan, body="Le premier.", age=20, key="a")
    moderating.reply(parent, member=cast("mona"), body="La seconde.", age=20, key="b")
    assert [(row.member, row.kind) for row in Notice.objects.all()] == [(milan, REPLY)]


def test_a_letter_is_in_the_language_of_its_reader(settings):
    reader = make.make_member(language="en")
    answered(thread(member=reader)), answered(thread(member=reader))
    telling.sweep()
    row = in_words(letters_to(reader)[0])
    assert row.subject.startswith("2 pieces of news: Mona Membre answered you")
    assert f"{settings.SITE_URL}/en/compte/lettres/arreter/" in row.text


def test_a_comment_that_waits_is_told_to_those_who_may_let_it_through():
    modou, oscar, flora = cast("modou"), cast("oscar"), cast("flora")
    cast("aude"), cast("coralie")
    comment = moderating.post(make.make_event(title="Le débat"), member=flora, body="Bonjour à tous.", age=20, key="k")
    assert comment.is_pending
    assert set(Notice.objects.values_list("member", "kind")) == {(who.pk, "posts.comment_held") for who in (modou, oscar)}
    Notice.objects.update(due_at=timezone.now())
    telling.sweep()
    (row,) = letters_to(modou)
    assert in_words(row).subject == "Un commentaire à approuver\N{NO-BREAK SPACE}: Le débat"
    assert f"/admin/posts/comment/{comment.pk}/change/" in row.text
    moderating.approve(comment, by=oscar)
    row.subject = ""
    assert not compose(row)


def test_a_comment_held_for_its_new_words_is_told_once_to_moderators():
    modou = cast("modou")
    comment = moderating.post(make.make_event(), member=cast("milan"), body="Bonjour à tous.", age=20, key="k")
    assert not Notice.objects.exists()
    for links in (3, 4):
        moderating.edit(comment, member=cast("milan"), body="https://a.example/ " * links)
    assert [(row.member, row.kind) for row in Notice.objects.all()] == [(modou, "posts.comment_held")]


def test_those_who_go_hear_of_what_is_said_of_the_meeting_for_a_month():
    milan = cast("milan")
    for days, told in ((3, 1), (-20, 1), (-40, 0)):
        event = make.make_event(days=days)
        make.make_registration(event=event, member=milan)
        make.make_registration(event=event, member=cast("mona"))
        make.make_registration(event=event, member=cast("aude"), state="cancelled")
        moderating.post(event, member=cast("mona"), body=f"À {days} jours.", age=20, key=f"k{days}")
        assert (
            list(Notice.objects.values_list("member", "kind", "cadence"))
            == [(milan.pk, "posts.comment_on_meeting", "daily")] * told
        )
        Notice.objects.all().delete()


def test_authors_hear_of_comments_on_their_articles_and_not_of_their_own():
    author = make.make_person(member=cast("aude"))
    post = make.make_post(title="La radio", author=author)
    moderating.post(post, member=cast("aude"), body="J'ajoute ceci.", age=20, key="a")
    assert not Notice.objects.exists()
    moderating.post(post, member=cast("milan"), body="Merci !", age=20, key="b")
    telling.sweep()
    (row,) = letters_to(cast("aude"))
    assert in_words(row).subject == "Milan Membre a commenté votre article\N{NO-BREAK SPACE}: La radio"


def test_an_account_blocked_meanwhile_is_told_nothing():
    answered(thread())
    Member.objects.filter(pk=cast("milan").pk).update(standing="blocked", is_active=False)
    assert telling.sweep() == 0
    assert not Notice.objects.exists()


# -- what it costs, and what holds -----------------------------------------------
def queries(of: int) -> int:
    members = [make.make_member().pk for _ in range(of)]
    parent = thread()
    reply = make.make_comment(discussion=parent.discussion, parent=parent)
    with CaptureQueriesContext(connection) as caught:
        telling.tell(REPLY, to=members, key=f"c:{reply.pk}", thread="t", comment=reply.pk)
    assert Notice.objects.filter(key=f"c:{reply.pk}").count() == of
    return len(caught)


def test_noting_for_forty_costs_what_noting_for_two_does():
    assert queries(2) == queries(40) == 3


def test_a_letter_with_many_news_asks_as_much_as_one_with_few(django_assert_num_queries):
    few, many = make.make_member(), make.make_member()
    for _ in range(2):
        answered(thread(member=few))
    for number in range(7):
        answered(thread(member=many, title=f"Rencontre {number}"), by=make.make_member())
    telling.sweep()
    first, second = letters_to(few)[0], letters_to(many)[0]
    with CaptureQueriesContext(connection) as caught:
        in_words(first)
    with django_assert_num_queries(len(caught)):
        in_words(second)


def test_a_mailbox_finds_the_way_to_stop_it_in_the_headers(mailer, settings):
    """ML-04."""
    settings.SITE_URL = "https://club.example"
    answered(thread())
    telling.sweep()
    outbox.sweep()
    (message,) = mailer.messages
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = message["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://club.example/compte/lettres/arreter/")
    assert url in message.get_body(["plain"]).get_content().replace("=\n", "")
    assert url in message.get_body(["html"]).get_content()


def test_a_letter_that_answers_a_deed_has_nothing_to_stop(mailer):
    registering.join(make.make_event(), member=cast("milan"))
    outbox.sweep()
    (message,) = mailer.messages
    assert message["List-Unsubscribe"] is None


def test_a_summary_stops_all_that_is_told_as_often(client):
    preferring.choose(cast("milan"), wanted={REPLY: "weekly"})
    answered(thread())
    Notice.objects.update(due_at=timezone.now())
    telling.sweep()
    row = in_words(letters_to(cast("milan"))[0])
    assert client.post(row.stop_url.removeprefix("http://localhost:8000")).status_code == 200
    assert preferring.chosen_by(cast("milan")) == {REPLY: "never", "events.new_meeting": "never"}


WRITE = """
from django.utils import timezone
from members import telling
from members.models import Member, Notice
members = [Member.objects.create_user(f"a{n}@example.org", "a long enough password", name=f"A {n}").pk for n in range(20)]
telling.tell("events.new_meeting", to=members, key="event:1", event=1)
Notice.objects.update(due_at=timezone.now())
"""
SWEEP = "from members import telling; print(telling.sweep())"


@pytest.mark.processes
def test_two_machines_at_once_write_each_letter_once(embedded):
    answer(embedded("shell", "-v0", "-c", WRITE))
    both = [embedded("shell", "-v0", "-c", SWEEP) for _machine in range(2)]
    assert sum(int(answer(process)) for process in both) == 20
    assert int(answer(embedded("shell", "-v0", "-c", "from members.models import Letter; print(Letter.objects.count())"))) == 20


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_in_the_same_instant_write_each_letter_once_and_hold_the_ceiling():
    """On either database: one connection each, started together."""
    Club.objects.create(pk=1, letters_a_week=1)
    members = [make.make_member().pk for _number in range(12)]
    for turn in range(2):
        telling.tell(REPLY, to=members, key=f"comment:{turn}", comment=turn)
        together = threading.Barrier(3)

        def sweep(together=together):
            together.wait()
            try:
                return telling.sweep()
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            written = [pool.submit(sweep) for _sweeper in range(3)]
        assert sum(future.result() for future in written) == (12 if turn == 0 else 0)
    assert Letter.objects.count() == 12
    assert Notice.objects.waiting().filter(cadence="weekly").count() == 12
