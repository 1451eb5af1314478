"""Letters, read back from a real SMTP server."""

import signal
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from members import joining, outbox
from members.mail import COMPOSERS, letter, ready_made
from members.models import Club, Letter
from members.models.letter import RETRY_AFTER
from tests.cast import cast
from tests.make import make_application
from tests.processes import answer

pytestmark = pytest.mark.django_db
State = Letter.State


def write(*, key="k", to="ana@example.org", subject="Bonjour", text="Texte", **fields) -> Letter:
    return ready_made("account.x", key=key, to=to, subject=subject, text=text, **fields)


def send(row) -> Letter:
    outbox.deliver(row.pk)
    row.refresh_from_db()
    return row


def test_a_letter_is_sent_once_to_one_address_in_two_forms(mailer):
    application = make_application()
    joining.accept(application, by=cast("olga"))
    row = send(Letter.objects.get())
    assert (row.state, row.attempts, row.last_error) == (State.SENT, 1, "")
    send(row)
    assert mailer.recipients == [[application.member.email]]
    message = mailer.messages[0]
    assert message["To"] == application.member.email
    assert message["From"] == "Le Club <bonjour@club.example>"
    assert message["Subject"] == "Social Media Club France vous accueille"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@club.example>")
    assert message["Bcc"] is None
    assert message.get_body(["plain"]).get_content().startswith("Bonjour,")
    assert '<html lang="fr">' in message.get_body(["html"]).get_content()
    assert "vous êtes désormais membre" in message.get_body(["plain"]).get_content()


def test_a_calendar_file_goes_along(mailer):
    row = write()
    Letter.objects.update(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    send(row)
    attached = list(mailer.messages[0].iter_attachments())
    assert [part.get_content_type() for part in attached] == ["text/calendar"]


def test_a_long_subject_with_accents_arrives_whole(mailer):
    subject = "Rencontre reportée : « Médias sociaux, et après ? » – " + "é" * 150
    send(write(subject=subject))
    assert mailer.messages[0]["Subject"] == subject


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Bonjour\r\nBcc: victim@example.org"},
        {"to": "ana@example.org\r\nBcc: victim@example.org"},
        {"to": "ana@example.org, victim@example.org"},
        pytest.param({"to": "ana@example.org\x00"}, marks=pytest.mark.embedded),  # PostgreSQL takes no NUL at all
        {"to": "=?utf-8?q?a=0Ab?= <victim@example.org>, ana@example.org"},
    ],
)
def test_what_would_write_headers_or_reach_somebody_else_does_not_leave(mailer, fields):
    """ML-01."""
    row = write(**fields)
    send(row)
    assert all(len(addresses) == 1 for addresses in mailer.recipients)
    assert "victim@example.org" not in [address for addresses in mailer.recipients for address in addresses]
    assert all(message["Bcc"] is None for message in mailer.messages)
    assert row.state in (State.FAILED, State.SENT)


@pytest.mark.parametrize("contact", ["", "club@example.org"])
def test_an_answer_to_a_letter_reaches_the_club(mailer, contact):
    Club.objects.create(pk=1, contact_email=contact)
    send(write())
    assert mailer.messages[0]["Reply-To"] == (contact or None)


def test_a_reply_address_cannot_write_headers(mailer):
    row = write()
    Letter.objects.update(reply_to="a@example.org\r\nBcc: victim@example.org")
    assert send(row).state == State.FAILED
    assert mailer.messages == []


def test_links_have_the_address_of_the_site(mailer, settings):
    """ML-05."""
    settings.SITE_URL = "https://club.example"
    joining.accept(make_application(), by=cast("olga"))
    send(Letter.objects.get())
    text = mailer.messages[0].get_body(["plain"]).get_content()
    assert "https://club.example/compte/profil/" in text
    assert "localhost" not in text


def test_a_refusal_for_now_is_tried_again_later_and_later(mailer):
    mailer.refusals["ana@example.org"] = ["451 greylisted", "451 greylisted"]
    row = send(write())
    assert row.state == State.QUEUED
    assert "451" in row.last_error
    assert send(row).attempts == 1  # not before its time
    for attempt, wait in enumerate(RETRY_AFTER[:2], start=2):
        with time_machine.travel(row.send_after + timedelta(seconds=1)):
            assert send(row).attempts == attempt
        assert row.state == State.QUEUED or attempt == 3
        assert wait == RETRY_AFTER[attempt - 2]
    assert row.state == State.SENT
    assert len(mailer.messages) == 1


def test_waiting_grows_and_ends_after_three_days(mailer):
    mailer.refusals["ana@example.org"] = ["451 later"] * 20
    row, began, waits = write(), timezone.now(), []
    for _attempt in range(len(RETRY_AFTER) + 1):
        with time_machine.travel(max(row.send_after, timezone.now()) + timedelta(seconds=1)):
            before = timezone.now()
            send(row)
            waits.append(round((row.send_after - before).total_seconds()))
    assert row.state == State.FAILED
    assert waits[:-1] == sorted(waits[:-1])
    assert row.send_after - began > timedelta(days=2)


@pytest.mark.parametrize("answer", ["550 no such user", "552 mailbox full for ever"])
def test_an_address_that_is_refused_for_good_is_given_up_at_once(mailer, answer):
    mailer.refusals["ana@example.org"] = [answer]
    row = send(write())
    assert row.state == State.FAILED
    assert answer[:3] in row.last_error


def test_a_message_refused_for_good_is_given_up_and_for_now_is_not(mailer):
    mailer.data_answers = ["554 spam"]
    assert send(write(key="a")).state == State.FAILED
    mailer.data_answers = ["452 disk full"]
    assert send(write(key="b")).state == State.QUEUED


def test_a_mail_server_that_is_away_costs_nothing(mailer, settings):
    settings.MAILERS["default"]["OPTIONS"]["port"] = 1
    row = send(write())
    assert row.state == State.QUEUED
    assert "ConnectionRefusedError" in row.last_error


def test_without_a_mail_server_letters_wait(settings):
    settings.DEMO = False
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    row = send(write())
    assert (row.state, row.attempts) == (State.QUEUED, 0)


def test_a_code_is_wiped_once_sent(mailer, settings):
    settings.DEMO = False
    row = send(write(subject="481516 est votre code", text="481516", html="<p>481516", secret=True))
    assert row.state == State.SENT
    assert "481516" not in row.subject + row.text + row.html
    assert "481516" in mailer.messages[0]["Subject"]


def test_a_code_that_is_too_old_is_not_sent(mailer, settings):
    settings.DEMO = False
    row = write(text="481516", secret=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert send(row).state == State.DROPPED
    assert row.text == ""
    assert mailer.messages == []


def test_what_is_no_longer_true_does_not_leave(mailer):
    application = make_application()
    letter("members.application_received", key="k", to=application.member, application=application.pk)
    joining.accept(application, by=cast("olga"))
    assert send(Letter.objects.get(key="k")).state == State.DROPPED


def test_nothing_is_written_to_a_blocked_account(mailer):
    for who, state in (("boris", State.DROPPED), ("milan", State.SENT)):
        row = write(key=who)
        Letter.objects.filter(pk=row.pk).update(member=cast(who))
        assert send(row).state == state
    assert len(mailer.messages) == 1


def test_what_changed_while_it_waited_is_said_as_it_is_now(mailer):
    application = make_application()
    mailer.refusals[application.member.email] = ["451 later"]
    joining.decline(application, by=cast("olga"), reason="Avant")
    row = send(Letter.objects.get())
    application.reason = "Après"
    application.save()
    with time_machine.travel(row.send_after + timedelta(seconds=1)):
        send(row)
    assert "Après" in mailer.messages[0].get_body(["plain"]).get_content()


def test_a_letter_that_cannot_be_composed_does_not_stop_the_others(mailer, monkeypatch):
    monkeypatch.setitem(COMPOSERS, "members.erased", lambda row: 1 / 0)
    broken = letter("members.erased", key="broken", to="ana@example.org", urgent=True)
    fine = write()
    outbox.sweep()
    broken.refresh_from_db(), fine.refresh_from_db()
    assert (broken.state, fine.state) == (State.QUEUED, State.SENT)
    assert "ZeroDivisionError" in broken.last_error


def test_a_letter_of_a_kind_that_no_app_declares_is_not_written():
    with pytest.raises(LookupError, match=r"members\.nothing"):
        letter("members.nothing", key="k", to="a@example.org")
    assert not Letter.objects.exists()


def test_a_letter_is_written_once_per_key():
    first = letter("members.contact", key="same", to="a@example.org", name="x")
    assert letter("members.contact", key="same", to="b@example.org", name="y") == first
    assert Letter.objects.get().to_email == "a@example.org"


def test_what_a_dead_sender_held_is_taken_back_after_its_lease(mailer):
    row = write()
    Letter.objects.update(state=State.SENDING, taken_at=timezone.now())
    outbox.sweep()
    assert mailer.messages == []
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        outbox.sweep()
    row.refresh_from_db()
    assert row.state == State.SENT
    assert len(mailer.messages) == 1


def test_the_urgent_ones_leave_first(mailer):
    letter("members.contact", key="slow", to="slow@example.org", name="x", email="x@example.org", message="x")
    write(key="fast", to="fast@example.org")
    outbox.sweep()
    assert mailer.recipients == [["fast@example.org"], ["slow@example.org"]]


# With real processes.

WRITE = """
from members.mail import ready_made
for n in range({number}):
    ready_made("account.x", key=f"k{{n}}", to=f"a{{n}}@example.org", subject="Bonjour", text="Texte")
{then}
"""
SWEEP = "from members import outbox; outbox.sweep()"


@pytest.fixture
def house(embedded, sink):
    """Runs code in a process of its own, with the sink for a mail server."""
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_STARTTLS": "false"}
    return lambda code: embedded("shell", "-v0", "-c", code, **mail)


@pytest.mark.processes
def test_two_senders_send_each_letter_once(house, sink):
    answer(house(WRITE.format(number=20, then="")))
    for process in [house(SWEEP), house(SWEEP)]:
        answer(process)
    assert sorted(address for addresses in sink.recipients for address in addresses) == sorted(
        f"a{n}@example.org" for n in range(20)
    )


@pytest.mark.processes
def test_a_crash_between_the_commit_and_the_sending_loses_nothing(house, sink):
    process = house(WRITE.format(number=3, then="import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert sink.messages == []
    answer(house(SWEEP))
    assert len(sink.messages) == 3


@pytest.mark.processes
def test_a_crash_before_the_commit_sends_nothing(house, sink):
    code = "from django.db import transaction\nwith transaction.atomic():\n" + "    ".join(
        WRITE.format(number=1, then="import os, signal; os.kill(os.getpid(), signal.SIGKILL)").splitlines(keepends=True)
    )
    house(code).communicate(timeout=60)
    answer(house(SWEEP))
    assert sink.messages == []


@pytest.mark.processes
def test_a_sender_killed_while_it_sends_leaves_the_others_to_the_next(house, sink):
    """ML-07: at most the one in flight arrives twice."""
    answer(house(WRITE.format(number=6, then="")))
    sink.delay = 0.4
    sender = house(SWEEP)
    deadline = time.monotonic() + 60
    while len(sink.messages) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    sender.kill()
    sender.communicate()
    sink.delay = 0
    late = "from members.models import Letter; from datetime import timedelta; from django.utils import timezone\n"
    late += "Letter.objects.filter(state='sending').update(taken_at=timezone.now() - timedelta(minutes=11))\n"
    answer(house(late + SWEEP))
    arrived = [address for addresses in sink.recipients for address in addresses]
    assert set(arrived) == {f"a{n}@example.org" for n in range(6)}
    assert len(arrived) <= 7
