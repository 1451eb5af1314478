from django.contrib.sitemaps import Sitemap

from members.models import Group, Person


class GroupSitemap(Sitemap):
    i18n = alternates = True

    def items(self):
        return Group.objects.current().order_by("pk").only("slug", "description_en")

    def get_languages_for_item(self, group):
        return ["fr", "en"] if group.description_en else ["fr"]


class PersonSitemap(Sitemap):
    i18n = True
    languages = ["fr"]
    rows = Person.objects.announced

    def __init__(self, part: slice):
        self.part = part

    def items(self):
        return self.rows().order_by("pk").only("slug", "updated_at")[self.part]

    def lastmod(self, person):
        return person.updated_at
