"""The search page: each app's searchable rows, asked in turn, restricted to what the visitor may read in full.

Where a kind has many rows, a word is looked for among the latest first: what many texts hold is not weighed in all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import Event
from members.models import Group, Person, Topic, is_accepted
from partners.models import Partner
from posts.models import Page, Post, announced_topics
from smclub.keeping import kept
from smclub.searchable import after, matching, parsed, plain
from smclub.words import extract

SHOWN = 5  # of each kind, on the page of all kinds
LATEST = 5000  # rows of a kind that are looked at first, by their numbers; then eight times as many, and so on
ENOUGH = 500  # found among the latest: the older ones are not looked at


@dataclass(frozen=True)
class Section:
    key: str
    label: str | Promise
    rows: Any  # a queryset that knows `visible_to`
    text: Callable[[Any], str]
    date: Callable[[Any], datetime | None] = lambda row: None
    lang: Callable[[Any], str] = lambda row: row.lang  # of the text; "" where nobody knows
    narrowed: Callable[[QuerySet], QuerySet] = lambda rows: rows
    may_be_many: bool = False
    has_more_for_members: bool = False

    def beginnings(self) -> Iterator[int]:
        """The numbers after which the latest are looked at, before all are."""
        last = kept(f"last:{self.key}", lambda: self.rows.aggregate(last=Max("pk"))["last"] or 0) if self.may_be_many else 0
        width = LATEST
        while width < last:
            yield last - width
            width *= 8


@dataclass(frozen=True)
class Hit:
    row: object
    extract: list[tuple[str, bool]]
    date: datetime | None
    lang: str

    @property
    def title(self) -> str:
        return getattr(self.row, "shown_title", None) or str(getattr(self.row, "label", None) or self.row)

    @property
    def title_lang(self) -> str:
        """Names have none."""
        return getattr(getattr(self.row, "label", self.row), "lang", "")


def _of_one_language(pages):
    """A page in two languages has one address: the one for the reader."""
    return pages.one_per_slug(get_language())


SECTIONS = [
    Section(
        "posts",
        _("Articles"),
        Post.objects.all(),
        lambda post: f"{post.excerpt} {post.body_html}",
        lambda post: post.published_at,
        may_be_many=True,
    ),
    Section(
        "events",
        _("Events"),
        Event.objects.select_related("venue"),
        lambda e: f"{e.summary} {e.body_html}",
        lambda e: e.starts_at,
    ),
    Section(
        "partners",
        _("Partners"),
        Partner.objects.select_related("organisation"),
        lambda partner: f"{partner.lede} {partner.story}",
        lang=lambda partner: partner.lede.lang,
    ),
    Section("groups", _("Groups"), Group.objects.all(), lambda group: str(group.about), lang=lambda group: group.about.lang),
    Section(
        "people",
        _("People"),
        Person.objects.select_related("organisation"),
        lambda person: f"{person.shown.headline} {person.shown.bio}",
        lang=lambda person: (person.shown.headline or person.shown.bio).lang,
        may_be_many=True,
        has_more_for_members=True,
    ),
    Section(
        "topics",
        _("Topics"),
        Topic.objects.all(),
        lambda topic: str(topic.about),
        lang=lambda topic: topic.about.lang,
        narrowed=announced_topics,
    ),
    Section(
        "pages",
        _("Pages"),
        Page.objects.all(),
        lambda page: f"{page.description} {page.body_html}",
        narrowed=_of_one_language,
    ),
]
BY_KEY = {section.key: section for section in SECTIONS}


def found(section: Section, query: str, *, visitor) -> tuple[list[int], bool]:
    """(numbers of the rows of one kind that match, best first; whether all were looked at, and not the latest only)."""
    wanted = parsed(query, as_member=section.has_more_for_members and is_accepted(visitor))
    if wanted is None:
        return [], True
    matches = section.narrowed(matching(section.rows, wanted).visible_to(visitor)).values_list("pk", flat=True)
    for number in (*section.beginnings(), 0):
        latest = after(number, matches, wanted, at_least=ENOUGH if number else 1)
        numbers = [] if latest is None else list(latest)
        if len(numbers) >= ENOUGH:
            break
    return numbers, number == 0


def hits(section: Section, numbers: list[int], query: str, *, visitor) -> list[Hit]:
    rows = section.rows.visible_to(visitor).in_bulk(numbers)
    shown = [rows[number] for number in numbers if number in rows]
    return [Hit(row, extract(plain(section.text(row)), query), section.date(row), section.lang(row)) for row in shown]


def everywhere(query: str, *, visitor) -> Iterator[tuple[Section, list[Hit], bool]]:
    """(section, its first hits, are there more) of each kind that has any: two queries a kind."""
    for section in SECTIONS:
        numbers, _is_all = found(section, query, visitor=visitor)
        if numbers:
            yield section, hits(section, numbers[:SHOWN], query, visitor=visitor), len(numbers) > SHOWN
