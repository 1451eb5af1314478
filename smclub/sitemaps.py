"""Every address that search engines should know; the pages of the apps come from each app's sitemaps.py."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from events import sitemaps as events
from members import sitemaps as members
from partners import sitemaps as partners
from posts import sitemaps as posts


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


SITEMAPS: tuple[type[Sitemap], ...] = (
    SectionSitemap,
    posts.PostSitemap,
    posts.PageSitemap,
    posts.CategorySitemap,
    posts.SeriesSitemap,
    posts.TopicSitemap,
    events.EventSitemap,
    events.CycleSitemap,
    events.VenueSitemap,
    partners.PartnerSitemap,
    members.GroupSitemap,
    members.PersonSitemap,
)
