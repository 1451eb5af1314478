"""Writing to the club from the contact form: a letter to the right address, never one to the writer."""

import secrets
from email.utils import parseaddr

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.mail import letter
from members.models import Club, Letter
from smclub import limits

AN_HOUR = 3600


class Refused(Exception):
    """A message that is not passed on; its text may be read by who wrote it."""


class Subject(models.TextChoices):
    CLUB = "club", gettext_lazy("The club, its meetings, its articles")
    PRESS = "press", gettext_lazy("The press")
    PARTNERS = "partners", gettext_lazy("A partnership, a room")


def write(*, subject: str, name: str, email: str, message: str, website: str, from_address: str) -> Letter | None:
    """Passes a message on to who answers for `subject`; None when the trap `website` caught a robot, which is not told."""
    if website:
        return None
    if not limits.allowed("contact", limits.network(from_address), times=5, seconds=AN_HOUR) or not limits.allowed(
        "contact", email, times=3, seconds=AN_HOUR
    ):
        raise Refused(_("That was several messages in a row: please come back in an hour."))
    return letter(
        "members.contact",
        key=f"contact:{secrets.token_hex(12)}",
        to=address_for(Subject(subject)),
        reply_to=email,
        language="fr",
        subject=subject,
        name=name,
        email=email,
        message=message,
    )


def address_for(subject: Subject) -> str:
    club = Club.current()
    own = {Subject.PRESS: club.press_email, Subject.PARTNERS: club.partners_email}.get(subject, "")
    return own or club.contact_email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
