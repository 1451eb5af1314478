from django import template
from django.contrib.auth.models import AnonymousUser

from posts import discussing

register = template.Library()


@register.inclusion_tag("posts/comments/_discussion.html", takes_context=True)
def discussion_of(context, thing):
    """The discussion on an Event or a Post; nothing where the visitor may not read the whole of it."""
    request = context["request"]
    visitor = request.user if context["has_session"] else AnonymousUser()
    return discussing.section(thing, visitor=visitor, number=request.GET.get("page"), is_plain=not request.GET)
