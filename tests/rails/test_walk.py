"""The walk in Chromium: every kind of page in both languages, on phone and desktop, in light and dark.

Of the eight ways to come, each page that a visitor may read is seen in the four of `WAYS`: every two of them meet (French and
dark, dark and phone…). What is behind the door, in the same sheet and frame, is seen in two opposite ones.

The `browser` fixture fails the test on console errors, reports of the content security policy and foreign requests (PV-07);
here we add sideways scrolling and what axe finds against WCAG 2.2 AA.
"""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from django.core.cache import cache
from django.test import Client

from tests.rails import club
from tests.rails.test_matrix import expected
from tests.rails.test_surface import is_machine

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_THE_LOOK = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]  # the others read the text
RUN = """async (only) => (await axe.run(document, {
    runOnly: only,
    resultTypes: ['violations'],
})).violations.flatMap(found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 120)}`))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def pages(addresses: dict[str, str], member, language: str) -> dict[str, str]:
    """Key → path of what `read` finds."""
    return {key: path for key, path, _html in read(addresses, member, language)}


def read(addresses: dict[str, str], member, language: str):
    """(key, path, body) of every HTML page that answers `member` (or a visitor) with 200, the admin aside."""
    client = Client(raise_request_exception=False)
    if member:
        client.force_login(member)
    for key, path in addresses.items():
        if key.startswith("admin:"):
            continue
        path = path if language == "fr" or is_machine(key) else "/en" + path
        cache.clear()
        response = client.get(path)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            yield key, path, response.content


def look(page, key: str, *, of_the_look: bool = False) -> list[str]:
    """What is wrong with the page as it stands, in the colours it was opened in; or only what colours and room may change."""
    page.wait_for_load_state()  # a click comes back as soon as the answer begins
    wrong = []
    if (extra := page.evaluate(TOO_WIDE)) > 0:
        wrong.append(f"{key}: {extra} px too wide")
    page.evaluate(AXE)
    only = {"type": "rule", "values": OF_THE_LOOK} if of_the_look else {"type": "tag", "values": RULES}
    return wrong + [f"{key}: {fault}" for fault in page.evaluate(RUN, only)]


WAYS = [("fr", 360, "light"), ("en", 1280, "light"), ("fr", 1280, "dark"), ("en", 360, "dark")]
TWO_WAYS = [("fr", 360, "dark"), ("en", 1280, "light")]


@pytest.mark.parametrize(
    ("who", "language", "width", "scheme"), [*((None, *way) for way in WAYS), *(("milan", *way) for way in TWO_WAYS)]
)
def test_every_page_is_sound(browser, who, language, width, scheme):
    people = club.build()
    addresses = club.addresses(people)
    member = getattr(people, who) if who else None
    found = pages(addresses, member, language)
    if member:  # what a visitor sees as well was looked at as a visitor, but for a few pages that differ
        table = expected()
        for_all = {key for key in found if table[key, "GET"][0] == "200"} - {"home", "events:detail", "posts:detail"}
        found = {key: path for key, path in found.items() if key not in for_all}
    page = browser.open(as_=member, width=width, language=language, scheme=scheme)
    wrong = []
    for key, path in found.items():
        page.goto(path)
        wrong += look(page, f"{key} {path}", of_the_look=scheme == "dark" and not who)
    assert not wrong, "\n".join(wrong)
    assert len(found) > 3


DESK = [  # one of each kind of page of the admin
    "index",
    "app_list[members]",
    "events_event_changelist",
    "events_event_add",
    "events_event_change",
    "events_event_attendees",
    "events_event_figures",
    "events_event_figures_of",
    "posts_post_change",
    "posts_comment_changelist",
    "posts_comment_change",
    "members_member_change",
    "members_application_changelist",
    "partners_partner_change",
]
STOCK = re.compile(  # what axe finds in Django's own widgets, whose templates and scripts we do not carry
    r'aria-input-field-name: <span class="select2-'  # the choices with search: named by their label through a script's own ids
    r'|label: <input class="select2-search__field"'  # and the field typed in, which has a role and no name
    r'|(label|select-name): <(input|select) [^>]*name="\w+-\d+-\w+"'  # tabular inlines: the head of the column is the label
    r'|aria-prohibited-attr: <span class="help-tooltip search-label-icon"'  # the filter of the two boxes of categories
)


def desk(addresses: dict[str, str]) -> dict[str, str]:
    """Every page of the admin that answers an owner."""
    table = expected()
    pages = {key: path for key, path in addresses.items() if key.startswith("admin:") and "autocomplete" not in key}
    return {key: path for key, path in pages.items() if table[key, "GET"][-1] == "200"}


def test_every_page_of_the_desk_fits_a_telephone(browser):
    """Each list and form of ours; deleting and histories are Django's own, and as wide everywhere."""
    people = club.build()
    found = {key: path for key, path in desk(club.addresses(people)).items() if not key.endswith(("_delete", "_history", "_csv"))}
    page = browser.open(as_=people.oscar, width=360)
    wrong = []
    for key, path in found.items():
        page.goto(path)
        if (extra := page.evaluate(TOO_WIDE)) > 0:
            wrong.append(f"{key}: {extra} px too wide")
    assert not wrong, "\n".join(wrong)
    assert len(found) > 50


@pytest.mark.parametrize(("language", "width", "scheme"), TWO_WAYS)
def test_every_kind_of_page_of_the_desk_is_sound(browser, language, width, scheme):
    people = club.build()
    found, prefix = desk(club.addresses(people)), "/en" if language == "en" else ""
    page = browser.open(as_=people.oscar, width=width, language=language, scheme=scheme)
    wrong = []
    for key in DESK:
        assert page.goto(prefix + found[f"admin:{key}"]).status == 200, key
        wrong += [fault for fault in look(page, key) if not STOCK.search(fault)]
    assert not wrong, "\n".join(wrong)
