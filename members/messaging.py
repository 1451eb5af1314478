"""Messages between members through the site: neither learns the other's address unless its owner gives it.

A message is a letter and nothing else: once it left, the site holds no word of it.
"""

import hashlib

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from members.contacting import Subject, address_for
from members.mail import MESSAGE_SALT, letter
from members.models import Entry, Letter, Member
from smclub import limits

LIFE = 90 * 24 * 3600  # during which a message is answered and reported
AN_HOUR, A_DAY = 3600, 24 * 3600
LONGEST = 4000


class Refused(Exception):
    """A message that is not passed on; its text may be read by who wrote it."""


def sender_of(token: str, *, to: Member) -> Member | None:
    """Who wrote the message that `to` was sent; None when there is no such message, or its time or its author is gone."""
    try:
        sender, recipient = signing.loads(token, salt=MESSAGE_SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        return None
    return Member.objects.filter(pk=sender, is_active=True).first() if recipient == to.pk else None


@transaction.atomic
def write(to: Member, *, by: Member, text: str, gives_address: bool) -> Letter:
    """Passes `text` on, once if it is sent twice. Raises Refused of too many."""
    if not (to.is_active and by.is_active):
        raise Refused(_("This message cannot be passed on."))
    said = hashlib.sha256(text.encode()).hexdigest()[:24]
    key = f"members.message:{by.pk}:{to.pk}:{said}"
    if known := Letter.objects.filter(key=key).first():
        return known
    _count(by, to)
    reply_to = by.email if gives_address else ""
    return letter("members.message", key=key, to=to, reply_to=reply_to, sender=by.pk, text=text)


def _count(by: Member, to: Member) -> None:
    """Five an hour and fifteen a day from one, three a day to the same one, ten a day to anyone."""
    each = [
        ("message-hour", str(by.pk), 5, AN_HOUR),
        ("message-day", str(by.pk), 15, A_DAY),
        ("message-pair", f"{by.pk}:{to.pk}", 3, A_DAY),
        ("message-to", str(to.pk), 10, A_DAY),
    ]
    for action, who, times, seconds in each:
        if not limits.allowed(action, who, times=times, seconds=seconds):
            raise Refused(_("That is a lot of messages: please come back tomorrow."))


@transaction.atomic
def report(sender: Member, *, by: Member, reason: str) -> None:
    """Tells the club of a message that `by` was sent; once a day about one sender."""
    if not limits.allowed("message-report", f"{by.pk}:{sender.pk}", times=1, seconds=A_DAY):
        raise Refused(_("The club knows already, and will look into it."))
    entry = Entry.objects.write("message.report", sender, by=by)
    told = {"sender": sender.pk, "by": by.pk, "reason": reason}
    letter("members.message_reported", key=f"members.message_reported:{entry.pk}", to=address_for(Subject.CLUB), **told)
