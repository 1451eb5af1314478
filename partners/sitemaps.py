from django.contrib.sitemaps import Sitemap

from partners.models import Partner


class PartnerSitemap(Sitemap):
    i18n = alternates = True

    def items(self):
        return Partner.objects.announced().order_by("pk").only("slug", "body_en", "updated_at")

    def get_languages_for_item(self, partner):
        return ["fr", "en"] if partner.body_en else ["fr"]

    def lastmod(self, partner):
        return partner.updated_at
