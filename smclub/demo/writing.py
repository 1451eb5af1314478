"""Posts, pages and comments."""

from datetime import timedelta

from events.models import Event
from members import telling
from posts.gate import Held
from posts.models import Category, Comment, Credit, Discussion, Page, Post, Series
from posts.models.comment import DEPTH
from smclub.changed import changed
from smclub.demo.people import topics_named
from smclub.demo.shelf import Shelf, at, table, texts


def posts(demo: Shelf) -> None:
    demo.categories = {
        row["slug"]: Category.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name_fr"],
                "name_en": row.get("name_en", ""),
                "description": row.get("description_fr", ""),
                "description_en": row.get("description_en", ""),
                "gathers_language": "en" if row["slug"] == "english" else "",
                "position": position,
            },
        )[0]
        for position, row in enumerate(table("categories"))
    }
    demo.series = {
        row["slug"]: Series.objects.get_or_create(
            slug=row["slug"],
            defaults={"title": row["title"], "lang": row.get("lang", "fr"), "description": row.get("description", "")},
        )[0]
        for row in table("series")
    }
    # a twin comes after its original, whose discussion it shares
    for row in sorted(texts("posts"), key=lambda row: bool(row.get("translation_of"))):
        _post(demo, row)


def _post(demo: Shelf, row: dict) -> None:
    on = row.get("published") or demo.today + timedelta(days=row.get("days", 0))
    is_dated = row.get("status", "published") == "published"
    if existing := Post.objects.filter(slug=row["slug"]).first():
        demo.posts[existing.slug] = existing
        return
    original = demo.posts.get(row.get("translation_of", ""))
    event = demo.events.get(row.get("event", ""))
    series, first = row.get("series", {}), row.get("first_published", {})
    post = Post.objects.create(
        kind=row["kind"],
        title=row["title"],
        slug=row["slug"],
        lang=row["lang"],
        original=original,
        excerpt=row["excerpt"],
        takeaways="\n".join(row.get("takeaways", [])),
        body=row["body"],
        audience=row.get("audience", "open").replace("open", "public"),
        series=demo.series.get(series.get("slug", "")),
        series_position=series.get("position"),
        event=event,
        first_published_in=first.get("where", ""),
        first_published_on=first.get("on"),
        first_published_url=first.get("url", ""),
        address_on=on if is_dated else None,
        published_at=at(on) if is_dated else None,
        submitted_at=demo.now - timedelta(days=2) if row.get("status") == "submitted" else None,
        created_at=at(on) - timedelta(days=3),
        created_by=demo.members["editor@example.org"],
        discussion=_discussion_for(demo, event, original),
    )
    demo.posts[post.slug] = post
    post.categories.add(*(demo.categories[c] for c in row.get("categories", [])))
    post.topics.add(*topics_named(demo, row.get("topics", [])))
    post.mentions.add(*(o for o in demo.organisations.values() if o.slug != "la-redaction" and o.name in row["body"]))
    Credit.objects.bulk_create(
        Credit(
            post=post,
            person=demo.people.get(credit.get("person", "")),
            organisation=demo.organisations.get(credit.get("organisation", "")),
            role=credit["role"],
            position=position,
        )
        for position, credit in enumerate(row.get("credits", []))
    )


def _discussion_for(demo: Shelf, event: Event | None, original: Post | None) -> Discussion:
    if original:
        return original.discussion
    if event:
        return Discussion.objects.get_or_create(event=event)[0]
    return Discussion.objects.create()


def pages(demo: Shelf) -> None:
    for row in texts("pages"):
        page, made = Page.objects.get_or_create(
            slug=row["slug"],
            lang=row["lang"],
            defaults={"title": row["title"], "description": row.get("description", ""), "body": row["body"]},
        )
        if made:
            changed(page)


def comments(demo: Shelf) -> None:
    if Comment.objects.exists():
        return
    made: dict[str, Comment] = {}
    for row in table("comments"):
        kind, _colon, name = row["on"].partition(":")
        thing = (demo.posts if kind == "post" else demo.events).get(name)
        if thing is not None and thing.is_published:
            discussion = thing.discussion if kind == "post" else Discussion.objects.get_or_create(event=thing)[0]
            parent = made.get(row.get("reply_to", ""))
            made[row.get("key", f"_{len(made)}")] = _comment(demo, row, thing, discussion, parent, number=len(made))
    _tell_the_latest(list(made.values()))


def _tell_the_latest(comments: list[Comment]) -> None:
    """What was just said is news: the letter box has something to show."""
    replies = [comment for comment in comments if comment.is_visible and comment.parent]
    for comment in sorted(replies, key=lambda comment: comment.created_at)[-4:]:
        if comment.parent.member_id and comment.parent.member_id != comment.member_id:
            said = {"key": f"comment:{comment.pk}", "thread": f"discussion:{comment.discussion_id}", "comment": comment.pk}
            telling.tell("posts.comment_reply", to=[comment.parent.member_id], **said)


def _comment(
    demo: Shelf, row: dict, thing: Post | Event, discussion: Discussion, parent: Comment | None, *, number: int
) -> Comment:
    is_held = row.get("status", "visible") != "visible"
    written_at = _written_at(demo, row, thing, number)
    if parent:
        written_at = max(written_at, parent.created_at + timedelta(minutes=25))
    member = demo.members[row["by"]]
    if member.created_at > written_at:
        member.created_at = written_at - timedelta(days=30)
        member.save(update_fields=["created_at"])
    comment = Comment.objects.create(
        discussion=discussion,
        member=member,
        parent=parent,
        depth=min(parent.depth + 1, DEPTH) if parent else 1,
        lang=row.get("lang", "fr"),
        body=row["body"].strip(),
        state=Comment.State.PENDING if is_held else Comment.State.VISIBLE,
        held_for=Held.NEW if is_held else "",
        created_at=written_at,
        notified_at=written_at,
    )
    above = parent.path[: 12 * (DEPTH - 1)] if parent else ""
    comment.path = f"{above}{comment.pk:012d}"
    comment.save(update_fields=["path"])
    return comment


def _written_at(demo: Shelf, row: dict, thing: Post | Event, number: int):
    """`days_after` the post, the meeting when it is over, or its announcement."""
    base = thing.starts_at if isinstance(thing, Event) and thing.starts_at and thing.starts_at < demo.now else thing.published_at
    return min(base + timedelta(days=row["days_after"], hours=1 + number % 9), demo.now - timedelta(hours=1))
