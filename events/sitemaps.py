from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef
from django.urls import reverse

from events.models import Cycle, Event, Venue
from events.programme import Season
from members.models import Club
from smclub.keeping import kept_here


class EventSitemap(Sitemap):
    """Each under the language it is told in."""

    i18n = True

    def items(self):
        return Event.objects.announced().order_by("pk").only("slug", "lang", "modified_at")

    def get_languages_for_item(self, event):
        return [event.lang]

    def lastmod(self, event):
        return event.modified_at


class CycleSitemap(Sitemap):
    i18n = True
    languages = ["fr"]

    def items(self):
        return Cycle.objects.of_some(Event.objects.announced()).order_by("pk").only("slug")


class ProgrammeSitemap(Sitemap):
    """Of every season that has a meeting which may be announced, in both languages."""

    i18n = alternates = True

    def items(self):
        club, announced = kept_here("club", Club.current), Event.objects.announced()
        return sorted({Season.of(day, club).slug for day in announced.days()})

    def location(self, slug):
        return reverse("places:programme", args=[slug])


class VenueSitemap(Sitemap):
    i18n = True
    languages = ["fr"]

    def items(self):
        shown = Event.objects.announced().listed_for(None).with_shown_venue()
        return Venue.objects.filter(Exists(shown.filter(venue=OuterRef("pk")))).order_by("pk").only("slug")
