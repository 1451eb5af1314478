"""Passing a post on: what it is called, what it says and by whom, in its own language."""

from members.passing_on import Message
from posts.models import Post


def message(post: Post) -> Message:
    """Of a members-only post what its stub shows; with the hashtag of the meeting that it tells of."""
    hashtag = post.event.hashtag if post.event and post.event.may_be_announced else ""
    return Message(
        title=post.title,
        url=post.canonical_url(),
        lang=post.lang,
        summary=post.excerpt,
        people=tuple(credit.who for credit in post.writers),
        hashtag=f"#{hashtag.lstrip('#')}" if hashtag else "",
    )
