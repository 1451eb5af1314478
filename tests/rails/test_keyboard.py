"""The site without a mouse, in large letters and on a narrow screen: what axe cannot see.

One load of a page answers several questions: the first Tab is the way past the head; every stop is in sight, not covered, ringed
and in the order of the page; the page can be left. Then the deeds themselves, by keys alone.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from playwright.sync_api import expect

from posts.models import Comment
from tests.cast import cast
from tests.make import make_comment, make_discussion, make_event, make_post
from tests.rails import club
from tests.rails.test_walk import TOO_WIDE

PAGES = {  # to walk through: (who, language, width) → pages
    ("flora", "fr", 360): ["home", "events:detail", "posts:detail", "members:contact"],
    (None, "fr", 360): ["events:list", "posts:list", "search", "account_login"],
    ("flora", "en", 1280): ["home", "events:list", "events:detail"],
}
NARROW = ["home", "events:list", "events:detail", "posts:list", "posts:detail", "search", "members:contact", "members:apply"]
STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(it =>
    it.tabIndex >= 0 && !it.disabled && it.type !== 'hidden' && it.checkVisibility({visibilityProperty: true})
    && !(it.type === 'radio' && it !== document.querySelector(`[name="${it.name}"]`))).length"""
HERE = """() => {
    const it = document.activeElement;
    if (it === document.body || it === document.documentElement) return null;
    const name = `${it.localName} ${(it.innerText || it.name || it.id || '').trim().slice(0, 40)}`, wrong = [];
    const box = it.getClientRects()[0], x = box.x + box.width / 2, y = box.y + box.height / 2;
    const top = document.elementFromPoint(x, y);
    if (box.left < 0 || box.right > innerWidth + 1 || y < 0 || y > innerHeight) wrong.push('out of sight');
    else if (!it.contains(top)) wrong.push(`covered by ${top?.localName}.${top?.className}`);
    const look = getComputedStyle(it);
    if ((look.outlineStyle === 'none' || parseFloat(look.outlineWidth) < 2) && look.boxShadow === 'none') wrong.push('no ring');
    if (window.last && !(window.last.compareDocumentPosition(it) & 4)) wrong.push('before the one before');
    window.last = it;
    return [name, wrong];
}"""
CUT = """() => {
    const wrong = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const scrolls = it => it && (/auto|scroll/.test(getComputedStyle(it).overflowX) || scrolls(it.parentElement));
    const isFor = it => !it.closest('.visually-hidden, .field-website, .skip-link, option, script, svg') && it.checkVisibility();
    while (walker.nextNode()) {
        const text = walker.currentNode, holder = text.parentElement;
        if (!text.data.trim() || !isFor(holder) || scrolls(holder)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        for (const box of range.getClientRects()) {
            let around = holder;
            const holds = it => it.matches('.button, .badge, summary, td, th') || getComputedStyle(it).overflowX !== 'visible';
            while (around && !holds(around)) around = around.parentElement;
            const frame = (around || document.documentElement).getBoundingClientRect();
            const below = around && /hidden|clip/.test(getComputedStyle(around).overflowY) && box.bottom > frame.bottom + 2;
            if (below || box.right > Math.min(frame.right, innerWidth) + 1 || box.left < Math.max(frame.left, 0) - 1)
                wrong.push(text.data.trim().slice(0, 40));
        }
    }
    return [...new Set(wrong)];
}"""


def address(found: dict[str, str], key: str, language: str = "fr") -> str:
    return ("/en" if language == "en" else "") + found[key] + ("?q=rencontre" if key == "search" else "")


def walked(page, key: str) -> list[str]:
    """What is wrong with the stops of the page, from the first Tab until the keys are back at its beginning."""
    wrong, stops = [], page.evaluate(STOPS)
    for number in range(stops):
        page.keyboard.press("Tab")
        name, faults = page.evaluate(HERE) or ["", ["leaves the page"]]
        if number == 0 and page.locator(":focus").get_attribute("href") != "#content":
            wrong.append(f"{key}: begins at {name}")
        wrong += [f"{key}: {number + 1} of {stops}, {name}: {fault}" for fault in faults]
    page.keyboard.press("Tab")
    if not page.evaluate("() => document.activeElement === document.body || document.activeElement.matches('.skip-link')"):
        wrong.append(f"{key}: never ends: {page.evaluate(HERE)[0]}")
    return wrong


def tab_to(page, target) -> None:
    """Presses Tab until `target` has the focus."""
    for _number in range(80):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {target}")


@pytest.mark.parametrize(("who", "language", "width"), PAGES)
def test_tab_leads_through_every_page_and_out_of_it(browser, who, language, width):
    found = club.addresses(club.build())
    page = browser.open(as_=cast(who) if who else None, width=width, height=700, language=language)
    wrong = []
    for key in PAGES[who, language, width]:
        page.goto(address(found, key, language))
        wrong += walked(page, key)
    assert not wrong, "\n".join(wrong)


def test_the_head_is_skipped_and_the_menu_opens_by_keys(browser):
    page = browser.open(reverse("events:list"), width=360)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.locator("#content").evaluate("it => it.contains(document.activeElement)")

    page.reload()
    menu = page.locator(".site-menu")
    tab_to(page, menu.locator("summary"))
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, menu.get_by_role("link").last)
    page.keyboard.press("Tab")
    assert page.locator("#content").evaluate("it => it.contains(document.activeElement)")
    expect(menu).not_to_have_attribute("open", "")


GIVEN_BACK = "You are not registered for this meeting any more. Thank you for having said so: somebody else can come."


@pytest.mark.parametrize(("language", "width"), [("fr", 360), ("en", 1280)])
def test_somebody_comes_and_leaves_by_keys_and_is_told_so(browser, language, width):
    event = make_event(capacity=1)
    page = browser.open(as_=cast("flora"), width=width, language=language)
    with override(language):
        page.goto(event.get_absolute_url())
        panel, said = page.locator("#rsvp"), page.locator("#rsvp-said[role=status]")
        expect(said).to_have_text("")
        region = said.element_handle()
        for press, told in ((_("I am going"), _("You are going.")), (_("I cannot come any more"), _(GIVEN_BACK))):
            tab_to(page, panel.get_by_role("button", name=press))
            page.keyboard.press("Enter")
            expect(said).to_have_text(told)
            assert region.evaluate("it => it.isConnected"), "only a region that was there before is read aloud"
            expect(panel).to_be_focused()
        tab_to(page, panel.get_by_role("button", name=_("I am going")))


def is_told_why(page, field) -> None:
    """The focus is on the field that was refused, which names the text of its error."""
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    told = field.get_attribute("aria-describedby").split()[-1]
    expect(page.locator(f"#{told}")).to_contain_text(_("Error:"))


def test_a_comment_is_refused_then_published_by_keys(browser):
    post = make_post()
    make_comment(discussion=make_discussion(post=post), member=cast("mona"))
    page = browser.open(post.get_absolute_url(), as_=cast("milan"))
    tab_to(page, page.get_by_role("link", name="Répondre"))
    page.keyboard.press("Enter")
    box = page.locator(".comment textarea")
    expect(box).to_be_focused()
    tab_to(page, page.locator(".comment form button"))
    page.keyboard.press("Enter")
    expect(page.locator(".comment .field-error")).to_be_visible()
    is_told_why(page, box)
    region = page.locator("#comments-said[role=status]").element_handle()
    page.keyboard.type("Une réponse.")
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):  # what is sent within three seconds is a robot's
        tab_to(page, page.locator(".comment form button"))
        page.keyboard.press("Enter")
        expect(page.locator("#comments-said")).to_have_text("Votre commentaire est publié.")
    assert region.evaluate("it => it.isConnected")
    expect(page.locator(f"#comment-{Comment.objects.latest('pk').pk}")).to_be_focused()


def test_a_refused_form_leads_to_what_is_wrong(browser):
    flora = cast("flora")
    for path, who, field in (
        (reverse("members:contact"), None, "message"),
        (reverse("members:apply"), flora, "occupation"),
        (reverse("account_login"), None, "login"),
    ):
        page = browser.open(path, as_=who, width=360)
        page.locator("main form").first.evaluate("it => { it.noValidate = true }")
        tab_to(page, page.locator("main form button:not([form])").first)
        page.keyboard.press("Enter")
        expect(page.locator(".error-summary")).to_be_focused()
        link = page.locator(f".error-summary a[href$={field}]")
        tab_to(page, link)
        page.keyboard.press("Enter")
        is_told_why(page, page.locator(f"#id_{field}"))


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (640, "200%")])
def test_nothing_is_lost_on_a_narrow_screen_or_in_large_letters(browser, width, size):
    found = club.addresses(club.build())
    page = browser.open(as_=cast("flora"), width=width)
    wrong = []
    for key in NARROW:
        page.goto(address(found, key))
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        page.evaluate("() => { for (const it of document.querySelectorAll('details')) it.open = true }")
        if (extra := page.evaluate(TOO_WIDE)) > 0:
            wrong.append(f"{key}: {extra} px too wide")
        wrong += [f"{key}: cut: {text}" for text in page.evaluate(CUT)]
    assert not wrong, "\n".join(wrong)
