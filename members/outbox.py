"""Sending the letters: each claimed once, tried again with back-off, given up after three days."""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.mail import compose
from members.models import Club, Entry, Letter
from members.models.letter import RETRY_AFTER
from members.quiet import awake

log = logging.getLogger("smclub.outbox")
State = Letter.State
WORDS = ("subject", "text", "html", "calendar", "context", "reply_to")
SECRET_LIFE = timedelta(minutes=15)
PASSED_ON = {"members.message", "members.message_reported"}  # kinds whose words are their authors': nothing of them stays
LAST = {"members.erased"}  # kinds that nothing stays of once they left: to who has just had everything erased


def deliver(letter_id: int) -> None:
    """Sends one letter when it is still waiting; a refusal by the mail server is kept and tried again later."""
    if _has_nowhere_to_go():
        return
    claimed = (
        Letter.objects.due()
        .filter(pk=letter_id)
        .order_by()
        .update(state=State.SENDING, taken_at=timezone.now(), attempts=F("attempts") + 1)
    )
    if not claimed:
        return
    row = Letter.objects.select_related("member").get(pk=letter_id)
    if row.member and not row.member.is_active:
        _drop(row)
        return
    if row.quiet_zone and _waits_for_the_morning(row):
        return
    try:
        is_true = compose(row)
    except Exception as error:  # whatever a composer or a template does wrong costs its own letter, never the queue
        log.exception("letter not composed", extra={"letter": row.pk})
        _put_back(row, error)
        return
    if not is_true or _is_stale(row):
        _drop(row)
        return
    try:
        _message(row).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an address or header that no mail may carry
        log.warning("letter not sent", extra={"letter": row.pk})
        _put_back(row, error)
    else:
        _sent(row)


def _has_nowhere_to_go() -> bool:
    """No mail server and no demo to show it in: letters wait."""
    return not settings.DEMO and str(settings.MAILERS["default"]["BACKEND"]).endswith("dummy.EmailBackend")


def _waits_for_the_morning(row: Letter) -> bool:
    """Puts a letter back, untried, when its turn comes in the quiet hours."""
    now = timezone.now()
    at = awake(now, row.quiet_zone)
    if at > now:
        row.state, row.send_after, row.attempts = State.QUEUED, at, row.attempts - 1
        row.save(update_fields=["state", "send_after", "attempts"])
    return at > now


def _is_stale(row: Letter) -> bool:
    """A code that waited longer than it lives opens nothing any more."""
    return row.is_secret and row.created_at < timezone.now() - SECRET_LIFE


def _is_final(error: Exception) -> bool:
    """The mail server knows this address or message and will never take it (5xx), or it cannot even be written."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return isinstance(error, ValueError) or (isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500)


def _message(row: Letter) -> mail.EmailMultiAlternatives:
    message = mail.EmailMultiAlternatives(
        row.subject,
        row.text,
        settings.DEFAULT_FROM_EMAIL,
        [row.to_email],
        reply_to=[answers] if (answers := row.reply_to or Club.current().contact_email) else None,
        headers=_headers(row),
    )
    if row.html:
        message.attach_alternative(row.html, "text/html")
    if row.calendar:
        message.attach("rencontre.ics", row.calendar, "text/calendar; charset=utf-8")
    return message


def _headers(row: Letter) -> dict[str, str]:
    """Of what may be stopped, also where a mail program stops it by itself (RFC 2369, RFC 8058)."""
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Message-ID": _message_id(row)}
    if row.stop_url:
        headers |= {"List-Unsubscribe": f"<{row.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def _message_id(row: Letter) -> str:
    """The same at each attempt, so that a mailbox may drop a second copy."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return f"<letter-{row.pk}-{row.created_at:%Y%m%d%H%M%S}@{domain}>"


def _sent(row: Letter) -> None:
    if row.kind in LAST:
        row.delete()
        return
    row.state, row.sent_at, row.last_error = State.SENT, timezone.now(), ""
    _wipe(row)
    row.save(update_fields=["state", "sent_at", "last_error", *WORDS])


def _drop(row: Letter) -> None:
    row.state = State.DROPPED
    _wipe(row)
    row.save(update_fields=["state", *WORDS])


def _put_back(row: Letter, error: Exception) -> None:
    """Its words are not kept: what it tells may have changed by the next attempt."""
    given_up = _is_final(error) or row.attempts > len(RETRY_AFTER)
    if given_up and row.kind in LAST:
        row.delete()
        return
    row.state = State.FAILED if given_up else State.QUEUED
    if not given_up:
        row.send_after = timezone.now() + RETRY_AFTER[row.attempts - 1]
    row.last_error = f"{type(error).__name__}: {error}"[:250].replace("\x00", "")
    row.save(update_fields=["state", "send_after", "last_error"])


def _wipe(row: Letter) -> None:
    """Codes do not stay in the outbox, except where it is shown on purpose."""
    if (row.is_secret or row.kind in PASSED_ON) and not settings.DEMO:
        row.subject, row.text, row.html = row.kind, "", ""
    if row.kind in PASSED_ON:
        row.context, row.reply_to = {}, ""


class Refused(Exception):
    """A letter that is not to be sent again; its text may be read by whoever asked."""


@transaction.atomic
def retry(row: Letter, *, by=None) -> None:
    """Puts a letter that was given up back into the queue. Raises Refused about any other."""
    again = Letter.objects.filter(pk=row.pk, state=State.FAILED)
    if not again.update(state=State.QUEUED, send_after=timezone.now(), attempts=0):
        raise Refused(_("Only a letter that was given up is tried again."))
    Entry.objects.write("letter.retry", row, by=by, before=State.FAILED, after=State.QUEUED)


def sweep() -> int:
    """Sends what the tasks missed, and takes back what a dead sender held; returns how many were tried."""
    Letter.objects.stuck().update(state=State.QUEUED)
    waiting = list(Letter.objects.due().values_list("pk", flat=True)[:200])
    for letter_id in waiting:
        deliver(letter_id)
    return len(waiting)
