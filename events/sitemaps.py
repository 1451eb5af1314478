from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef

from events.models import Cycle, Event, Venue


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


class VenueSitemap(Sitemap):
    i18n = True
    languages = ["fr"]

    def items(self):
        shown = Event.objects.announced().listed_for(None).with_shown_venue()
        return Venue.objects.filter(Exists(shown.filter(venue=OuterRef("pk")))).order_by("pk").only("slug")
