"""The search page: each app's searchable rows, asked in turn, restricted to what the visitor may read in full."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import Event
from members.models import Group, Person, Topic
from partners.models import Partner
from posts.models import Page, Post, announced_topics
from smclub.searchable import matching, parsed, plain
from smclub.words import extract

SHOWN = 5  # of each kind, on the page of all kinds


@dataclass(frozen=True)
class Section:
    key: str
    label: str | Promise
    rows: QuerySet
    text: Callable[[Any], str]
    date: Callable[[Any], datetime | None] = lambda row: None
    lang: Callable[[Any], str] = lambda row: row.lang  # of the text; "" where nobody knows
    narrowed: Callable[[QuerySet], QuerySet] = lambda rows: rows


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
        lambda person: f"{person.role} {person.bio_html}",
        lang=lambda person: person.role.lang if person.role else "",
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


def found(section: Section, query: str, *, visitor) -> QuerySet | None:
    """Rows of one kind that match, best first; None when the query holds nothing to look for."""
    wanted = parsed(query)
    return None if wanted is None else section.narrowed(matching(section.rows, wanted).visible_to(visitor))


def hits(section: Section, rows, query: str) -> list[Hit]:
    return [Hit(row, extract(plain(section.text(row)), query), section.date(row), section.lang(row)) for row in rows]


def everywhere(query: str, *, visitor) -> Iterator[tuple[Section, list[Hit], bool]]:
    """(section, its first hits, are there more) of each kind that has any: one query a kind."""
    for section in SECTIONS:
        rows = found(section, query, visitor=visitor)
        first = [] if rows is None else list(rows[: SHOWN + 1])
        if first:
            yield section, hits(section, first[:SHOWN], query), len(first) > SHOWN
