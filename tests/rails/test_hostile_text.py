"""Hostile text in every text of the site that people or organisers write, read in a real Chromium (IN-01, AD-06)."""

from django.urls import reverse

from tests import make
from tests.cast import cast
from tests.posts.test_comment_browser import HOSTILE, watch_dialogs

TEXT = "\n\n".join(HOSTILE)
LINE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
# What none of our pages holds, were it not for a text: a script inside the page, a handler, an address that runs.
RUNS = """() => [...document.querySelectorAll('main *')].filter(node =>
    (node.localName === 'script' && !node.src && !node.type.includes('json'))
    || ['iframe', 'object', 'embed', 'base'].includes(node.localName)
    || [...node.attributes].some(a => a.name.startsWith('on')
       || (['href', 'src', 'action', 'formaction'].includes(a.name) && /^\\s*(javascript|vbscript|data:text)/i.test(a.value)))
).map(node => node.outerHTML.slice(0, 200))"""


def test_hostile_text_runs_nowhere(browser):
    milan = cast("milan")
    person = make.make_person(name=LINE, bio=TEXT, headline=LINE, city=LINE, member=milan)
    event = make.make_event(title=LINE, body=TEXT, venue=make.make_venue(name=LINE, city=LINE))
    post = make.make_post(
        title=LINE, body=TEXT, takeaways=TEXT, excerpt=LINE, author=person, topics=[make.make_topic(name="a<b>")]
    )
    partner = make.make_partner(organisation=make.make_organisation(name=LINE), summary=LINE, body=TEXT)
    sheet = make.make_page(slug="essai", title=LINE, body=TEXT)
    paths = [thing.get_absolute_url() for thing in (person, event, post, partner, sheet)]
    paths += [reverse("home"), reverse("events:list"), reverse("posts:list"), f"{reverse('search')}?q=%3Cscript%3Ealert(1)"]
    for member, seen in ((None, paths), (cast("oscar"), desk(person, event, post, partner))):
        page = browser.open(as_=member)
        dialogs = watch_dialogs(page)
        for path in seen:
            assert page.goto(path).status == 200, path
            assert page.evaluate(RUNS) == [], path
        assert dialogs == []


def desk(*rows) -> list[str]:
    """Where the admin shows them: lists, forms and histories."""
    names = [f"admin:{row._meta.app_label}_{row._meta.model_name}" for row in rows]
    lists = [reverse(f"{name}_changelist") for name in names]
    forms = [reverse(f"{name}_change", args=[row.pk]) for name, row in zip(names, rows, strict=True)]
    return [*lists, *forms]
