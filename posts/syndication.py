"""Feeds: what they carry of each post, built once, and the two ways of writing it (RSS 2.0 and JSON Feed 1.1)."""

import datetime
import io
import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from posts import metadata
from posts.models import Post
from posts.models.finding import PostQuerySet
from smclub.addresses import absolute

LENGTH = 30
RSS = "application/rss+xml; charset=utf-8"
JSON = "application/feed+json; charset=utf-8"
_TAG = re.compile(r'<[a-z][^<>"]*(?:"[^"]*"[^<>"]*)*>')
_ADDRESS = re.compile(r' (href|src)="([^"]*)"')
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Channel:
    """One feed. Addresses are paths; `posts` is a queryset of announced posts."""

    publisher: str
    title: str
    description: str
    home: str
    rss: str
    json: str
    posts: PostQuerySet
    lang: str = "fr"


@dataclass(frozen=True)
class Item:
    guid: str
    url: str
    title: str
    lang: str
    authors: list[tuple[str, str]]  # name, absolute address of their page or ""
    published_at: datetime.datetime
    changed_at: datetime.datetime
    summary: str
    content: str
    labels: list[str]
    image: str


def items_of(channel: Channel) -> list[Item]:
    posts = channel.posts.for_reading().newest_first()[:LENGTH]
    return [item_of(post) for post in posts]


def item_of(post: Post) -> Item:
    """What a feed carries of a post from `for_reading`: the whole of a public one, the stub of a members-only one."""
    url = post.canonical_url()
    labels = [category.name for category in post.categories.all()] + [item.tag.name for item in post.topic_items.all()]
    return Item(
        guid=f"tag:{urlsplit(settings.SITE_URL).hostname},{post.address_on:%Y-%m-%d}:post/{post.pk}",
        url=url,
        title=post.title,
        lang=post.lang,
        authors=[(credit.who.name, credit.page_url and absolute(credit.page_url)) for credit in post.writers],
        published_at=post.published_at,
        changed_at=max(post.updated_at, post.published_at),
        summary=post.excerpt,
        content=_stub(post, url) if post.is_for_members else _whole(post, url),
        labels=list(dict.fromkeys(labels)),
        image=photograph.url if (photograph := metadata.cover(post)) else "",
    )


def _whole(post: Post, url: str) -> str:
    with translation.override(post.lang):
        kept = _("What we took away")
    takeaways = format_html_join("", "<li>{}</li>", ((line,) for line in post.takeaways_list))
    opening = format_html("<h2>{}</h2><ul>{}</ul>", kept, takeaways) if takeaways else ""
    return opening + with_absolute_addresses(post.body_html, base=url)


def _stub(post: Post, url: str) -> str:
    with translation.override(post.lang):
        way_in, read_on = _("This text is for members."), _("Read on")
    return format_html('<p>{}</p><p>{} <a href="{}">{}</a></p>', post.excerpt, way_in, url, read_on)


def with_absolute_addresses(html: str, *, base: str) -> str:
    """`html` as smclub.markdown made it, readable far from the site."""

    def rebased(tag: re.Match) -> str:
        return _ADDRESS.sub(lambda found: f' {found[1]}="{urljoin(base, found[2])}"', tag[0])

    return _TAG.sub(rebased, html)


def _legible(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("", text)


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class ClubRss(Rss201rev2Feed):
    """RSS 2.0 with the whole text and every author."""

    def rss_attributes(self):
        names = {"content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/"}
        return super().rss_attributes() | {f"xmlns:{prefix}": uri for prefix, uri in names.items()}

    def latest_post_date(self):
        """Django's says now when there is no item, so that no two readings of an empty feed would be the same."""
        return super().latest_post_date() if self.items else EPOCH

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        for name in item["creators"]:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("dc:language", item["language"])
        handler.addQuickElement("content:encoded", item["content"])


def write_rss(channel: Channel, items: list[Item]) -> str:
    feed = ClubRss(
        title=_legible(channel.title),
        link=absolute(channel.home),
        description=_legible(channel.description),
        language=channel.lang,
        feed_url=absolute(channel.rss),
        feed_guid=absolute(channel.rss),
    )
    for item in items:
        feed.add_item(
            title=_legible(item.title),
            link=item.url,
            description=_legible(item.summary),
            pubdate=item.published_at,
            updateddate=item.changed_at,
            comments=f"{item.url}#comments",
            unique_id=item.guid,
            unique_id_is_permalink=False,
            categories=[_legible(label) for label in item.labels],
            creators=[_legible(name) for name, _url in item.authors],
            language=item.lang,
            content=_legible(item.content),
        )
    out = io.StringIO()
    feed.write(out, "utf-8")
    return out.getvalue()


def write_json(channel: Channel, items: list[Item]) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "home_page_url": absolute(channel.home),
        "feed_url": absolute(channel.json),
        "language": channel.lang,
        "authors": [{"name": channel.publisher, "url": absolute("/")}],
        "items": [_as_json(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _as_json(item: Item) -> dict:
    data = {
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.content,
        "image": item.image,
        "date_published": item.published_at.isoformat(timespec="seconds"),
        "date_modified": item.changed_at.isoformat(timespec="seconds"),
        "authors": [{"name": name} | ({"url": url} if url else {}) for name, url in item.authors],
        "tags": item.labels,
        "language": item.lang,
    }
    return {key: value for key, value in data.items() if value}


WRITERS = {RSS: write_rss, JSON: write_json}
