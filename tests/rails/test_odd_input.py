"""Whatever is sent to whatever address, the site answers it: no error of ours, on either database (IN-05, IN-09).

Generated over every address, and over every form that its pages show: a new page, filter or field needs nothing here.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import Application
from tests.rails import club
from tests.rails.test_surface import is_machine

pytestmark = pytest.mark.django_db

PATHS = ["%00", "%ED%A0%80%FFe%CC%81%F0%9F%A6%A3", "9" * 20, "a" * 2000, "..%2f%0d%0aX:1"]
QUERIES = [  # everything that any view of ours reads, and what none should
    "q=%00&page=%00&p=-1&kind=%00&next=%00&ville=%00&groupe=%00&theme=%00&type=%00&year=%00&going=%00&guests=%00&%00=%00",
    f"q={'x ' * 900}&page={'9' * 400}&page=1e9&page=-1&ville=%FF{'x' * 900}&groupe=%ED%A0%80&year={'9' * 30}&guests={'9' * 30}"
    "&order=password&order_by=-member__password&o=password&_connector=OR+1%3D1&_negated=True&password__startswith=a&pk__in=%00",
]
ASKED_OF_THE_DESK = [
    *QUERIES,
    f"o={'9' * 30}&p={'9' * 30}",
    "o=password&order_by=password&ot=desc",
    "password__startswith=a",
    "member__password__regex=(a%2B)%2B%24",
    "_connector=OR+1%3D1+OR",
    f"id__exact={'9' * 30}",
    "id__in=%00",
    *(f"{name}__year=9999" for name in ("created_at", "starts_at", "published_at", "address_on")),
    f"created_at__year={'9' * 30}&published_at__year={'9' * 30}&starts_at__year={'9' * 30}",
]
HEADERS = {
    "HTTP_ACCEPT": "text/html;q=" + "9" * 400,
    "HTTP_ACCEPT_LANGUAGE": "x" * 3000,
    "HTTP_HX_CURRENT_URL": "http://[",
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_TARGET": "\x00",
    "HTTP_IF_MATCH": "\xff",
    "HTTP_IF_MODIFIED_SINCE": "Fri, 99 Foo 99999 99:99:99 GMT",
    "HTTP_IF_NONE_MATCH": '"' + "x" * 3000,
    "HTTP_ORIGIN": "null\x00",
    "HTTP_RANGE": "bytes=-" + "9" * 400,
    "HTTP_REFERER": "http://[\xff",
    "HTTP_USER_AGENT": "\x00\xff" * 900,
    "HTTP_X_FORWARDED_FOR": "\x00, " * 900,
    "HTTP_X_FORWARDED_PROTO": "\xff",
}
COOKIES = {"csrf": "\x00", "messages": "\xff[[", "django_language": "x" * 600, "a": '\x01";'}
# What is typed: refused by every field; a letter outside the plane that databases forget, a letter in two characters; too long.
BROKEN, RARE, LONG = b"a\x00b\xff\xed\xa0\x80c", "De\u0301ja\u0300 🦣 \u202e".encode(), "é".encode() * 6000


def browser(member=None) -> Client:
    client = Client(raise_request_exception=False)
    if member:
        client.force_login(member)
    return client


def of_visitors(people) -> dict[str, str]:
    return {name: path for name, path in club.addresses(people).items() if not name.startswith("admin:")}


@pytest.mark.parametrize("who", [None, "oscar"])
def test_no_path_is_an_error(who):
    people = club.build()
    client, wrong = browser(who and getattr(people, who)), []
    for url in club.urls():
        if "<" not in url.route or url.name.startswith("admin:") != (who == "oscar"):
            continue
        if who and not url.name.endswith("_change"):  # one of the four that look a row of the desk up
            continue
        for odd in PATHS:
            path = "/" + re.sub(r"<[^>]+>", lambda _argument, odd=odd: odd, url.route)
            if (status := club.ask(client, "GET", path).status_code) >= 500:
                wrong.append(f"{status} {url.name} {odd[:40]}")
    assert wrong == []


MOST = 40  # queries that a page may take, whatever is asked of it: a search takes 18


def test_no_query_is_an_error_nor_costs_much():
    people, wrong, seen = club.build(), [], 0
    client = browser()
    for name, path in of_visitors(people).items():
        if club.ask(client, "GET", path).status_code != 200:
            continue
        seen += 1
        for query in QUERIES:
            with CaptureQueriesContext(connection) as queries:
                status = club.ask(client, "GET", f"{path}?{query}").status_code
            if status >= 500 or len(queries) > MOST:
                wrong.append(f"{status} {name}, {len(queries)} queries: {query[:50]}")
    assert wrong == []
    assert seen > 50


def test_no_question_to_a_list_of_the_desk_is_an_error():
    people, wrong = club.build(), []
    client = browser(people.oscar)
    for name, path in club.addresses(people).items():
        if name.endswith("_changelist"):
            wrong += [
                f"{name}: {query[:50]}"
                for query in ASKED_OF_THE_DESK
                if club.ask(client, "GET", f"{path}?{query}").status_code not in (200, 302, 400)
            ]
    assert wrong == []


@pytest.mark.parametrize(("who", "method"), [(None, "GET"), ("milan", "POST")])
def test_no_header_or_cookie_is_an_error(who, method):
    people, wrong = club.build(), []
    client = browser(who and getattr(people, who))
    for name, path in of_visitors(people).items():
        client.cookies.load(COOKIES)
        sent = {"data": "--x\r\n\x00", "content_type": "multipart/form-data"} if method == "POST" else {}
        if (status := club.ask(client, method, path, **HEADERS, **sent).status_code) >= 500:
            wrong.append(f"{status} {name}")
    assert wrong == []


# -- forms ---------------------------------------------------------------------
@dataclass
class Form:
    """One that is posted: what its fields hold, and which of them are typed in."""

    action: str
    values: dict[str, list] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)  # of those, where anything may be typed


PLAUSIBLE = {"email": "ana@example.org", "url": "https://ana.example/", "number": "1", "date": "2030-01-02", "time": "10:00"}


class Forms(HTMLParser):
    """The forms of a page that are posted, filled in as far as they can be."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.inside = ""  # the select or text area that is open
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.form = Form(told.get("action") or "") if (told.get("method") or "").lower() == "post" else None
            self.found += [self.form] if self.form else []
        elif self.form and (name := told.get("name") if tag != "option" else self.inside):
            self._field(tag, name, told)

    def _field(self, tag: str, name: str, told: dict) -> None:
        kind, value = told.get("type") or "text", told.get("value") or ""
        if tag == "option":
            if "selected" in told or (value and not self.form.values.get(name)):
                self.form.values[name] = [value]
        elif tag in ("select", "textarea"):
            self.inside = name
            self.form.values.setdefault(name, [])
            if tag == "textarea":
                self._typed(name, is_free=True)
        elif tag == "input" and kind in ("checkbox", "radio"):
            self.form.values[name] = [value or "on"]
        elif tag == "input" and kind not in ("submit", "file", "image", "button"):
            self.form.values[name] = [value or ("" if name == "website" else PLAUSIBLE.get(kind, "Un mot"))]
            if kind not in ("hidden", "number"):
                self._typed(name, is_free=kind in ("text", "search"))

    def _typed(self, name: str, *, is_free: bool) -> None:
        self.form.typed.append(name)
        if is_free and name != "website":
            self.form.free.append(name)

    def handle_data(self, data):
        if self.form and self.inside in self.form.typed:
            self.form.values[self.inside] = [data.strip() or "Un texte."]

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self.inside = ""


def forms_of(client: Client, addresses: dict[str, str], seen: set):
    """(name, form) of every form that is posted on the pages that this client may read; none that was `seen`."""
    for name, path in addresses.items():
        if "[" in name or is_machine(name):
            continue
        page = club.ask(client, "GET", path)
        if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
            continue
        for form in Forms(page.text).found:
            form.action = urljoin(path, form.action)
            known = (re.sub(r"\d+", "", urlsplit(form.action).path), tuple(form.typed))
            if form.typed and known not in seen:
                seen.add(known)
                yield name, form


def post(client: Client, form: Form, typed: dict) -> int:
    sent = {name: [typed[name]] if name in typed else values for name, values in form.values.items()}
    body = urlencode(sent, doseq=True)
    return club.ask(client, "POST", form.action, data=body, content_type="application/x-www-form-urlencoded").status_code


def whole(form: Form) -> dict[str, dict]:
    """What is tried on a form as a whole."""
    return {
        "broken, even what is hidden": dict.fromkeys(form.values, BROKEN),
        "rare where anything may be typed": dict.fromkeys(form.free, RARE),
        "long everywhere": dict.fromkeys(form.typed, LONG),
    }


def one_by_one(form: Form) -> dict[str, dict]:
    """A field that is refused hides what another would have done."""
    several = form.typed if len(form.typed) > 1 and not urlsplit(form.action).path.startswith("/compte/password/") else []
    return {f"{name}: {text[:3]!r}": {name: text} for name in several for text in (BROKEN, LONG)}


def errors(client: Client, forms, *tries) -> tuple[list[str], int]:
    found = [
        (f"{name} {what}", post(client, form, typed))
        for name, form in forms
        for tried in tries
        for what, typed in tried(form).items()
    ]
    return [f"{status} {what}" for what, status in found if status >= 500], len(found)


def test_nothing_typed_in_a_form_of_the_site_is_an_error():
    people, seen = club.build(), set()
    addresses = of_visitors(people)
    Application.objects.all().delete()  # who has applied is not shown the form
    for member, least in ((None, 30), (people.flora, 40), (people.milan, 5)):
        client = browser(member)
        wrong, posted = errors(client, forms_of(client, addresses, seen), whole, one_by_one)
        assert wrong == []
        assert posted >= least


def test_nothing_typed_in_a_form_of_the_desk_is_an_error():
    people = club.build()
    client = browser(people.oscar)
    pages = {name: path for name, path in club.addresses(people).items() if name.endswith("_change")}
    wrong, posted = errors(client, forms_of(client, pages, set()), whole)
    assert wrong == []
    assert posted > 50
