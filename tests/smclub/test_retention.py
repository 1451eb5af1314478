"""How long things are kept (product.md, Retention)."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.utils import timezone

from events.models import Answer, DoorLink, DoorTap, Invitation, Registration, Talk
from members.mail import ready_made
from members.models import Erasure, Letter, Member, Notice
from posts.models import Report
from smclub import due, erasing, retention
from tests.cast import cast
from tests.make import make_event, make_invitation, make_member, make_question, make_registration, make_talk

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - timedelta(days=days)


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def make_unused(**fields) -> Member:
    seen = (ago(731)).date()
    return make_member(created_at=ago(900), last_login=ago(731), last_seen_on=seen, **{"standing": "friend"} | fields)


def sent(kind="members.unused"):
    Letter.objects.filter(kind=kind).update(state=Letter.State.SENT)


def test_a_friends_registration_is_a_number_a_year_after_the_meeting():
    flora, milan = cast("flora"), cast("milan")
    old, recent = make_event(days=-370), make_event(days=-360)
    rows = [make_registration(event=event, member=who, guests=1) for event in (old, recent) for who in (flora, milan)]
    retention.apply()
    owners = {row.pk: row.member for row in Registration.objects.select_related("member")}
    assert [owners[row.pk] for row in rows] == [None, milan, flora, milan]
    assert set(Registration.objects.values_list("state", "guests")) == {("going", 1)}


def test_what_was_said_for_a_postponed_meeting_waits_for_its_new_date():
    postponed = {"days": -120, "status": "postponed"}
    events = [make_event(days=-120), make_event(**postponed, modified_at=ago(89)), make_event(**postponed, modified_at=ago(91))]
    for event in events:
        row = make_registration(event=event, guests=1, guest_names="Louise")
        Answer.objects.create(registration=row, question=make_question(event=event), text="Sans noix")
    retention.apply()
    assert [answer.registration.event for answer in Answer.objects.all()] == [events[1]]
    assert [row.event for row in Registration.objects.exclude(guest_names="")] == [events[1]]


def test_everybody_of_a_postponed_meeting_waits_for_its_new_date():
    """Each as long after its last change as after the day of another; when it takes place after all, its date decides."""
    flora, far = cast("flora"), {"days": -800, "status": "postponed"}
    fresh, stale = make_event(**far, modified_at=ago(20)), make_event(**far, modified_at=ago(370))
    held = make_event(days=-800, modified_at=ago(20))
    for event in (fresh, stale, held):
        row = make_registration(event=event, member=flora)
        Registration.objects.create(event=event, state="going", queue_no=2, name="Ana", email="ana@example.org", language="fr")
        make_talk(event=event, email="une@example.org")
        make_invitation(event=event, email="b@example.org")
        DoorLink.objects.create(event=event)
        DoorTap.objects.create(registration=row, nonce="n", arrived=1)
    retention.apply()
    kept = [
        flora.registrations.all(),
        Registration.objects.filter(email="ana@example.org"),
        Talk.objects.exclude(email=""),
        Invitation.objects.all(),
        DoorLink.objects.all(),
    ]
    assert [[row.event for row in rows] for rows in kept] == [[fresh]] * 5
    assert [tap.registration.event for tap in DoorTap.objects.all()] == [fresh]


def test_invitations_go_a_year_after_the_meeting():
    kept = make_invitation(event=make_event(days=-360, audience="invitation"), email="a@example.org")
    make_invitation(event=make_event(days=-370, audience="invitation"), email="a@example.org")
    retention.apply()
    assert list(Invitation.objects.all()) == [kept]


def test_an_unused_account_is_warned_then_erased_a_month_later(time_machine):
    unused, now = make_unused(), timezone.now()
    make_unused(is_staff=True)
    make_registration(member=make_unused(), event=make_event(days=-100))
    make_member()
    retention.apply()
    retention.apply()
    erasure = Erasure.objects.get()
    assert (erasure.member, erasure.why) == (unused, "unused")
    assert Letter.objects.get(kind="members.unused").member == unused
    sent()
    time_machine.move_to(now + timedelta(days=29))
    retention.apply()
    assert erasing.sweep() == 0
    time_machine.move_to(now + timedelta(days=30, minutes=1))
    retention.apply()
    assert erasing.sweep() == 1
    assert not Member.objects.filter(pk=unused.pk).exists()


def test_who_comes_back_in_that_month_stays(time_machine):
    unused, now = make_unused(), timezone.now()
    retention.apply()
    sent()
    time_machine.move_to(now + timedelta(days=12))
    Member.objects.filter(pk=unused.pk).update(last_seen_on=timezone.localdate())
    Erasure.objects.update(due_at=timezone.now())
    assert erasing.sweep() == 0
    retention.apply()
    assert not Erasure.objects.exists()


def test_nobody_is_erased_whom_no_letter_could_warn(time_machine):
    make_unused()
    now = timezone.now()
    retention.apply()
    time_machine.move_to(now + timedelta(days=29, hours=1))
    done = retention.apply()
    assert done["erasures given up: the account is used again, or nobody could be warned"] == 1
    time_machine.move_to(now + timedelta(days=31))
    assert erasing.sweep() == 0


def test_news_go_three_months_after_they_were_told():
    member = make_member()
    for days in (80, 100, None):
        told_at = ago(days) if days else None
        Notice.objects.create(member=member, kind="posts.comment_reply", key=f"{days}", cadence="now", told_at=told_at)
    retention.apply()
    assert sorted(Notice.objects.values_list("key", flat=True)) == ["80", "None"]


def test_letters_lose_their_words_then_go():
    for days in (80, 100, 370):
        row = ready_made(
            "members.x", key=f"{days}", to="a@example.org", subject="Bonjour Ana", text="Voici.", html="<p>Voici.</p>"
        )
        Letter.objects.filter(pk=row.pk).update(created_at=ago(days), state=Letter.State.SENT)
    waiting = ready_made("members.x", key="w", to="a@example.org", subject="Bonjour", text="Voici.")
    Letter.objects.filter(pk=waiting.pk).update(created_at=ago(370))
    retention.apply()
    found = {row.key: (row.subject, row.text, row.html) for row in Letter.objects.all()}
    assert found == {
        "80": ("Bonjour Ana", "Voici.", "<p>Voici.</p>"),
        "100": ("members.x", "", ""),
        "w": ("Bonjour", "Voici.", ""),
    }


def test_reports_forget_who_sent_them_a_year_after_the_answer():
    fields = {"kind": "rules", "url": "/", "reason": "R", "name": "Ana", "email": "ana@example.org"}
    for days in (360, 370):
        Report.objects.create(**fields, state="dismissed", decided_at=ago(days))
    Report.objects.create(**fields)
    retention.apply()
    assert list(Report.objects.order_by("pk").values_list("email", flat=True)) == ["ana@example.org", "", "ana@example.org"]


def test_djangos_own_log_is_kept_for_a_year():
    for days in (360, 370):
        entry = LogEntry.objects.create(user=cast("olga"), object_repr=f"{days}", action_flag=2)
        LogEntry.objects.filter(pk=entry.pk).update(action_time=ago(days))
    retention.apply()
    assert LogEntry.objects.get().object_repr == "360"


@pytest.mark.parametrize(("days", "left"), [(-80, "ana@example.net"), (-100, "")])
def test_the_address_of_who_spoke_goes_with_their_link(days, left):
    talk = make_talk(event=make_event(days=days), email="ana@example.net")
    retention.apply()
    talk.refresh_from_db()
    assert talk.email == left


def test_a_dry_run_counts_and_changes_nothing(capsys):
    make_registration(member=cast("flora"), event=make_event(days=-370))
    make_unused()
    call_command("retention", "--dry-run")
    lines = dict(reversed(line.split("  ", 1)) for line in map(str.strip, capsys.readouterr().out.splitlines()))
    assert {name for name, number in lines.items() if number == "1"} == {
        "registrations of friends, a year after the meeting: a number is left",
        "accounts unused for two years: a warning, and a month",
    }
    assert len(lines) == len(retention.RULES) + len(retention.ELSEWHERE)
    assert Registration.objects.get().member
    assert not Erasure.objects.exists()


def test_it_is_applied_each_day():
    job = next(job for job in due.JOBS if job.run == retention.apply)
    assert job.every == timedelta(days=1)
