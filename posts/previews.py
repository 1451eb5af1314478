"""Links by which a draft is read before it is published: signed, good for a week, no account needed."""

from django.core import signing
from django.urls import reverse

from posts.models import Post

SALT = "posts.preview"
LASTS = 7 * 24 * 3600  # seconds


def preview_path(post: Post) -> str:
    return reverse("posts:preview", args=[signing.dumps(post.pk, salt=SALT)])


def post_id(token: str) -> int | None:
    """The post a link shows; None when the link is forged or too old."""
    try:
        return signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
