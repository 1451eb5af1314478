"""What posts put on pages: their own, and those of the apps below."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.passing_on import Message
from posts import metadata, reading, sharing
from posts.models import Post
from posts.previews import preview_path
from smclub.paging import page_of

register = template.Library()


@register.simple_tag(takes_context=True)
def blog_posting(context, post) -> dict:
    """The schema.org data of `post`, to be written by `{% json_ld %}`."""
    return metadata.blog_posting(post, club=context["club"])


@register.simple_tag(takes_context=True)
def share_image(context, post):
    """The picture shown where `post` is shared."""
    return metadata.share_image(post, club=context["club"])


@register.simple_tag(takes_context=True)
def share_cards(context, post) -> dict:
    """Shape → the picture drawn of `post`, for who wants to pass it on."""
    return metadata.cards(post, club=context["club"])


@register.simple_tag
def passed_on(post) -> Message:
    return sharing.message(post)


# -- on the pages of the apps below, and on the home page --------------------------
def _listed(context):
    """What the visitor may know of, newest first; of twins the one in the reader's language."""
    return Post.objects.listed_for(context["request"].user).one_per_pair(get_language()).newest_first()


def _paged(context, posts, *, title: str, shown=None) -> dict:
    """The section whose pages the address numbers: the whole of it can be reached."""
    request = context["request"]
    page = page_of(posts, request.GET.get("page"), kept_as=request.path, shown=shown)
    kept_as = request.path if request.GET.keys() <= {"page"} else ""  # the links to other pages repeat the query
    return {"posts": page, "title": title, "name": "posts", "is_compact": True, "kept_as": kept_as}


@register.simple_tag(takes_context=True)
def write_up_of(context, event) -> Post | None:
    """What leads the page of a meeting that is over, if the visitor may read the whole of it."""
    return reading.write_up(event, context["request"].user)


@register.inclusion_tag("posts/_section.html")
def writeups_of(event, besides=None) -> dict:
    """What was written of `event`, besides the write-up that leads its page."""
    posts = [post for post in reading.written_of(event) if not besides or post.pk != besides.pk]
    title = _("Also written of it") if besides else _("What was written of it")
    return {"posts": posts, "title": title, "name": "writeups", "kept_as": f"writeups {event.pk} {besides and besides.pk}"}


@register.simple_tag(takes_context=True)
def with_write_ups(context, meetings) -> list[tuple]:
    """Each of `meetings`, things that have an `event` that took place, with the write-up that leads its page."""
    told = reading.write_ups([one.event for one in meetings], context["request"].user)
    return [(one, told.get(one.event.pk)) for one in meetings]


@register.simple_tag
def told_by(data: dict, post) -> dict:
    """The schema.org data of an event, with the write-up that everybody may read of it."""
    return data | metadata.telling(post) if post and not post.is_for_members else data


@register.simple_tag
def write_up_to_reread(event) -> dict | None:
    """For those who spoke: the write-up once it is handed in, before everybody reads it; then its page."""
    post = Post.objects.reports().handed_in().filter(event=event).order_by("pk").first()
    return post and {"post": post, "path": post.get_absolute_url() if post.is_published else preview_path(post)}


@register.inclusion_tag("posts/_section.html", takes_context=True)
def posts_by(context, person) -> dict:
    """What `person` wrote, photographed or translated."""
    return _paged(context, _listed(context).written_by(person), title=_("In the articles"))


@register.inclusion_tag("posts/_section.html", takes_context=True)
def posts_mentioning(context, organisation) -> dict:
    """The posts that mention `organisation`, that it signs, or that tell of a meeting it took part in."""
    shown = Post.objects.listed_for(context["request"].user)  # three questions put in order: once in an edition
    return _paged(context, _listed(context).about(organisation), title=_("In the articles"), shown=shown)


@register.inclusion_tag("posts/_section.html", takes_context=True)
def posts_of_group(context, group) -> dict:
    """What was written of the meetings of `group`."""
    return _paged(context, _listed(context).of_group(group), title=_("What was written of its meetings"))


@register.inclusion_tag("posts/_latest.html", takes_context=True)
def latest_posts(context, number: int = 3) -> dict:
    """The newest posts, as rows of a list; the page gives the heading."""
    return {"posts": _listed(context).for_cards()[:number]}
