"""Every address that search engines should know; the pages of the apps come from each app's sitemaps.py."""

from math import ceil

from django.contrib.sitemaps import Sitemap
from django.template.loader import render_to_string
from django.urls import reverse

from events import sitemaps as events
from members import sitemaps as members
from partners import sitemaps as partners
from posts import sitemaps as posts
from smclub.addresses import absolute
from smclub.keeping import kept


class SectionSitemap(Sitemap):
    i18n = alternates = True

    def items(self):
        return [
            "home",
            "posts:list",
            "posts:reports",
            "events:list",
            "events:past",
            "partners:list",
            "members:groups",
            "members:team",
            "members:contact",
        ]

    def location(self, name):
        return reverse(name)


WHOLE: tuple[type[Sitemap], ...] = (
    SectionSitemap,
    posts.PageSitemap,
    posts.CategorySitemap,
    posts.SeriesSitemap,
    posts.TopicSitemap,
    events.EventSitemap,
    events.CycleSitemap,
    events.ProgrammeSitemap,
    events.VenueSitemap,
    partners.PartnerSitemap,
    members.GroupSitemap,
)
IN_PARTS = (posts.PostSitemap, members.PersonSitemap)  # of these a club may have many
PART = 1000  # rows of each of them in one file; search engines read fifty thousand addresses


def number_of_parts() -> int:
    """Counted once in an edition."""
    return kept("sitemap", lambda: max(1, *(ceil(section.rows().count() / PART) for section in IN_PARTS)))


def index(parts: int) -> str:
    """The page that names them, written once in an edition."""
    pages = ({"location": absolute(f"/sitemap.xml?part={number}")} for number in range(1, parts + 1))
    named = f"sitemap of {parts} parts of {absolute('/')}"
    return kept(named, lambda: render_to_string("sitemap_index.xml", {"sitemaps": pages}))


def sections(number: int) -> list[Sitemap]:
    """What stands in the part `number`, from 1 on; the first has what there are few of."""
    rows = slice((number - 1) * PART, number * PART)
    return [*(section() for section in WHOLE if number == 1), *(section(rows) for section in IN_PARTS)]
