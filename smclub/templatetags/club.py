"""Thin filters and tags over the floor."""

import json
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from smclub import covers, dates
from smclub.languages import Text
from smclub.markdown import safe

register = template.Library()
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.filter
def rendered(html: str | Text) -> SafeString:
    """HTML that smclub.markdown made, shown as HTML."""
    return safe(str(html))


@register.filter
def day(at) -> str:
    """« 1er juin 2026 », of a day or of a moment in the zone of the site."""
    return dates.day(timezone.localtime(at) if isinstance(at, datetime) else at)


@register.filter
def day_and_hour(at) -> str:
    """« 1er juin 2026, 19 h 30 »."""
    at = timezone.localtime(at)
    return f"{dates.day(at)}, {dates.hour(at)}"


@register.simple_tag
def cover(thing) -> SafeString:
    """A drawing for a post or an event without a picture, from its title and slug."""
    return safe(covers.cover(getattr(thing, "shown_title", thing.title), seed=thing.slug))


@register.simple_tag
def mark(organisation) -> SafeString:
    """A monogram for an organisation without a logo."""
    return safe(covers.mark(organisation.name, seed=organisation.slug))


@register.simple_tag
def json_ld(data: dict) -> SafeString:
    """`data` as schema.org JSON-LD: a block of data, which no policy on scripts concerns and nothing in it can end."""
    return format_html(
        '<script type="application/ld+json">{}</script>', safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))
    )
