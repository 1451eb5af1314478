"""What machines read of a post: schema.org, and the pictures shown where it is shared."""

from django.templatetags.static import static
from django.utils import translation
from django.utils.formats import date_format

from members.models import Club, Person
from posts.models import Credit, Post
from smclub import share_cards
from smclub.addresses import absolute
from smclub.share_cards import SHAPES, Card, Picture

HEADLINE = 110  # characters that search engines read of a headline
_ROLES = {Credit.Role.TRANSLATOR: "translator", Credit.Role.ILLUSTRATOR: "illustrator", Credit.Role.PHOTOGRAPHER: "contributor"}


def card(post: Post, *, club: Club) -> Card:
    """What is drawn of a published post, in its own language; of a members-only one what its stub shows."""
    on = post.address_on
    with translation.override(post.lang):
        kind, month = str(post.get_kind_display()), date_format(on, "N")
    return Card(title=post.title, kind=kind, club=club.name, day=str(on.day), month=month, year=str(on.year))


def cards(post: Post, *, club: Club) -> dict[str, Picture]:
    """Shape → the picture drawn of the post."""
    what = card(post, club=club)
    return {shape: share_cards.picture(what, shape, name="card_post", pk=post.pk) for shape in SHAPES}


def cover(post: Post) -> Picture | None:
    """The photograph that strangers may see."""
    if not post.cover or post.is_for_members:
        return None
    return Picture(absolute(post.cover.file.url), post.cover.width, post.cover.height, str(post.cover.description))


def share_image(post: Post, *, club: Club) -> Picture:
    """The picture shown where the post is shared."""
    return cover(post) or cards(post, club=club)["wide"]


def _images(post: Post, club: Club) -> list[str]:
    photograph = cover(post)
    return [photograph.url] if photograph else [picture.url for picture in cards(post, club=club).values()]


def blog_posting(post: Post, *, club: Club) -> dict:
    """BlogPosting for a post that came from `for_reading`; of members-only posts what their stub shows."""
    address = post.canonical_url()
    data = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": address,
        "mainEntityOfPage": address,
        "url": address,
        "headline": post.title[:HEADLINE],
        "description": post.excerpt,
        "image": _images(post, club),
        "datePublished": post.published_at.isoformat(timespec="seconds"),
        "dateModified": max(post.updated_at, post.published_at).isoformat(timespec="seconds"),
        "inLanguage": post.lang,
        "isAccessibleForFree": not post.is_for_members,
        "author": [_credited(credit) for credit in post.writers],
        "publisher": {
            "@type": "Organization",
            "name": club.name,
            "url": absolute("/"),
            "logo": {"@type": "ImageObject", "url": absolute(static("smclub/apple-touch-icon.png"))},
        },
        "articleSection": [category.name for category in post.categories.all()],
        "keywords": [item.tag.name for item in post.topic_items.all()],
        "wordCount": post.word_count,
        "timeRequired": f"PT{post.reading_minutes}M",
    }
    for credit in post.other_credits:
        data.setdefault(_ROLES[credit.role], []).append(_credited(credit))
    if post.event and post.event.may_be_announced:
        data["about"] = {"@type": "Event", "@id": post.event.canonical_url(), "name": post.event.title}
    if post.series:
        data["isPartOf"] = {"@type": "CreativeWorkSeries", "name": post.series.title}
    if twin := post.published_twin:
        data["translationOfWork" if post.original_id else "workTranslation"] = {"@id": twin.canonical_url()}
    return {key: value for key, value in data.items() if value not in ([], "")}


def telling(post: Post) -> dict:
    """What an Event of schema.org says of its write-up."""
    address = post.canonical_url()
    article = {"@type": "BlogPosting", "@id": address, "url": address, "headline": post.title[:HEADLINE], "inLanguage": post.lang}
    return {"subjectOf": article | {"datePublished": post.published_at.isoformat(timespec="seconds")}}


def _credited(credit: Credit) -> dict:
    kind = "Person" if isinstance(credit.who, Person) else "Organization"
    return {"@type": kind, "name": credit.who.name} | ({"url": absolute(credit.page_url)} if credit.page_url else {})
