"""Tickets: a code that only this site makes, which says whose place it is and opens nothing by itself."""

import io

import segno
from django.core import signing
from django.urls import reverse

from events.models import Registration
from smclub.addresses import absolute, in_language

SIGNER = signing.Signer(salt="smclub.ticket")
MARGIN = 4  # modules of white around it, without which telephones do not find it


def code_of(registration: Registration) -> str:
    """Not the token of its letters: who reads the code at the door may not give the place back with it."""
    return SIGNER.sign(registration.pk)


def of_code(code: str):
    """The registration that a code was made for; none for a forged one."""
    try:
        return Registration.objects.filter(pk=SIGNER.unsign(code))
    except (signing.BadSignature, ValueError):
        return Registration.objects.none()


def address_of(registration: Registration) -> str:
    """What the code holds: any telephone that reads it opens the door's page at this person, for who keeps it."""
    return absolute(in_language("fr", "door:ticket", code_of(registration)))


def in_letters(registration: Registration) -> dict:
    """What a letter to who goes leads to, in the active language: the ticket, and its code as a picture of this site."""
    if not registration.is_going or registration.event.is_online:
        return {}
    told = [registration.event.slug, registration.token]
    names = {"ticket_url": "events:ticket_by_link", "code_url": "events:ticket_code"}
    return {key: absolute(reverse(name, args=told)) for key, name in names.items()}


def png(text: str) -> bytes:
    """The same code for programs of mail, which draw no SVG."""
    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=6, border=MARGIN)
    return file.getvalue()


def drawing(text: str) -> dict:
    """A QR code as the side and the path of a square SVG: one stroke along each run of dark modules."""
    rows = segno.make(text, error="m", micro=False).matrix
    runs = [f"M{MARGIN + start} {MARGIN + y}.5h{length}" for y, row in enumerate(rows) for start, length in _runs(row)]
    return {"side": len(rows) + 2 * MARGIN, "path": "".join(runs)}


def _runs(row) -> list[tuple[int, int]]:
    """Where each run of dark modules begins, and its length."""
    found: list[tuple[int, int]] = []
    for at, is_dark in enumerate(row):
        if is_dark and found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif is_dark:
            found.append((at, 1))
    return found
