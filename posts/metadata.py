"""What machines read of a post: schema.org."""

from django.templatetags.static import static

from members.models import Club, Person
from posts.models import Credit, Post
from smclub.addresses import absolute

HEADLINE = 110  # characters that search engines read of a headline
_ROLES = {Credit.Role.TRANSLATOR: "translator", Credit.Role.ILLUSTRATOR: "illustrator", Credit.Role.PHOTOGRAPHER: "contributor"}


def share_image(post: Post) -> str:
    """Absolute address of the picture shown where the post is shared."""
    return absolute(post.cover.file.url if post.cover and not post.is_for_members else static("smclub/share-default.png"))


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
        "image": [share_image(post)],
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
    if post.series:
        data["isPartOf"] = {"@type": "CreativeWorkSeries", "name": post.series.title}
    if twin := post.published_twin:
        data["translationOfWork" if post.original_id else "workTranslation"] = {"@id": twin.canonical_url()}
    return {key: value for key, value in data.items() if value not in ([], "")}


def _credited(credit: Credit) -> dict:
    kind = "Person" if isinstance(credit.who, Person) else "Organization"
    return {"@type": kind, "name": credit.who.name} | ({"url": absolute(credit.page_url)} if credit.page_url else {})
