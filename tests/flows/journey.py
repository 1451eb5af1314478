"""What a person does: reads labels, presses buttons, opens their letters.

Texts are msgids: `gettext` puts them into the language of the journey.
"""

import re
from dataclasses import dataclass

from django.core import mail
from django.core.management import call_command
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from playwright.sync_api import expect

PHONE, DESK = 360, 1280


@dataclass(frozen=True)
class Way:
    """How somebody comes: their language, the width of their screen in pixels, with or without scripts."""

    language: str
    width: int
    scripts: bool = True
    scheme: str = "light"


WAYS = {
    "fr-phone": Way("fr", PHONE),
    "en-desk": Way("en", DESK, scheme="dark"),
    "en-phone-plain": Way("en", PHONE, scripts=False, scheme="dark"),
}
WITH_SCRIPTS = [name for name, way in WAYS.items() if way.scripts]


def press(place, label: str) -> None:
    """The button of that name in a page or in a part of it."""
    place.get_by_role("button", name=label, exact=True).click()


def follow(place, label: str) -> None:
    """The link of that name in a page or in a part of it."""
    place.get_by_role("link", name=label, exact=True).click()


def reads(place, text: str) -> None:
    """The page says it, to somebody who looks."""
    expect(place.get_by_text(text).filter(visible=True).first).to_be_visible()


def offers(place, label: str) -> None:
    """There is a button of that name."""
    expect(place.get_by_role("button", name=label, exact=True)).to_be_visible()


def arrives(page, title: str) -> None:
    """The page of that title is there."""
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


def sign_in(page, email: str) -> None:
    """From the door to where one was going."""
    page.get_by_label(_("E-mail address"), exact=True).fill(email)
    press(page, _("Continue"))
    code = page.locator("#id_code")
    code.wait_for()
    code.fill(code_from_letter(email))
    press(page, _("Confirm"))


def code_from_letter(email: str) -> str:
    return re.search(r"^\s*(\d{6})$", letters_to(email)[-1].body, re.MULTILINE)[1]


def letters_to(email: str) -> list:
    """What the mail server has for that address once the worker is through: EmailMessages, oldest first."""
    call_command("db_worker", "--batch", "--queue-name", "*", "--interval", "0", verbosity=0)
    return [message for message in mail.outbox if message.to == [email]]


def do(desk, deed: str, *, to: str = "") -> None:
    """Has the desk do this to what its page shows or, on a list, to the row that holds the words `to`."""
    if to:
        desk.get_by_role("row").filter(has_text=to).get_by_role("checkbox").check()
    desk.get_by_label(_("Action:")).first.select_option(deed)
    press(desk, _("Run"))


def field(desk, name: str):
    """The field of a form of the desk, by the name that its model gives it."""
    return desk.get_by_label(re.compile(rf"^{re.escape(capfirst(name))}\s*:"))
