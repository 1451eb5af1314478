from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import get_language

from members.models import Topic
from posts.models import Category, Page, Post, Series, announced_topics

ADDRESS = ("slug", "lang", "address_on", "original", "updated_at")  # of a post; the texts of all would be megabytes


class PostSitemap(Sitemap):
    """Each post under its own language; published twins are each other's alternates, told of where the translation stands."""

    i18n = alternates = True
    rows = Post.objects.announced

    def __init__(self, part: slice):
        self.part = part

    def items(self):
        posts = list(self.rows().oldest_first().only(*ADDRESS)[self.part])
        pks = [post.pk for post in posts]
        originals = self.rows().filter(translation__in=pks).only(*ADDRESS).in_bulk()
        told_elsewhere = set(self.rows().filter(original__in=pks).values_list("original", flat=True))
        for post in posts:
            original = originals.get(post.original_id)
            post.twins = {post.lang: post} | ({original.lang: original} if original else {})
        return [post for post in posts if post.pk not in told_elsewhere]

    def get_languages_for_item(self, post):
        return list(post.twins)

    def location(self, post):
        return post.twins[get_language()].get_absolute_url()

    def lastmod(self, post):
        return max(twin.updated_at for twin in post.twins.values())


class PageSitemap(Sitemap):
    i18n = alternates = True

    def items(self):
        pages: dict[str, dict[str, Page]] = {}
        for page in Page.objects.with_an_address().order_by("slug", "lang").only("slug", "lang", "updated_at"):
            pages.setdefault(page.slug, {})[page.lang] = page
        return list(pages.items())

    def get_languages_for_item(self, item):
        return list(item[1])

    def location(self, item):
        return reverse("page", args=[item[0]])

    def lastmod(self, item):
        return max(page.updated_at for page in item[1].values())


class CategorySitemap(Sitemap):
    i18n = True
    languages = ["fr"]

    def items(self):
        posts = Post.objects.announced().filter(categories=OuterRef("pk"))
        return Category.objects.filter(Exists(posts)).order_by("pk").only("slug")


class SeriesSitemap(Sitemap):
    i18n = True

    def items(self):
        return Series.objects.of_some(Post.objects.announced()).order_by("pk").only("slug", "lang")

    def get_languages_for_item(self, series):
        return [series.lang]


class TopicSitemap(Sitemap):
    i18n = True
    languages = ["fr"]

    def items(self):
        return announced_topics(Topic.objects.order_by("pk").only("slug"))

    def location(self, topic):
        return reverse("posts:topic", args=[topic.slug])
