"""Texts that organisers edit as pages, shown inside the pages of other apps."""

from django import template
from django.utils.translation import get_language

from posts.models import Page

register = template.Library()


@register.inclusion_tag("posts/_text_of_page.html")
def text_of_page(slug: str) -> dict:
    """The body of the page `slug`, in the reader's language where it exists in it."""
    return {"page": Page.objects.in_language(get_language()).filter(slug=slug).first(), "language": get_language()}
