"""Thin filters and tags over the floor."""

import json
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from smclub import covers, dates, money
from smclub.keeping import kept_here
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


@register.filter
def euros(amount) -> str:
    """« 1 234,50 € »."""
    return money.euros(amount)


@register.inclusion_tag("_date_block.html")
def date_block(on: date | None, precision: str = "day", *, weekday: bool = False, large: bool = False, state: str = ""):
    """A date as on a tear-off calendar; a moment is a day of its own zone, `precision` one of an event's."""
    if on is None or precision == "none":
        return {"large": large}
    today = timezone.localdate()
    if isinstance(on, datetime):
        today, on = timezone.localdate(timezone=on.tzinfo), on.date()
    is_month = precision == "month"
    return {
        "iso": f"{on:%Y-%m}" if is_month else on.isoformat(),
        "weekday": weekday and not is_month and date_format(on, "l" if large else "D") + ("" if large else "."),
        "number": "" if is_month else f"{on.day}",
        "month": date_format(on, "N"),
        "year": f"{on.year}",
        "is_this_year": on.year == today.year and not is_month and not large,
        "is_today": on == today and not is_month,
        "large": large,
        "state": state,
    }


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


class KeptNode(template.Node):
    def __init__(self, words, nodelist):
        self.words, self.nodelist = words, nodelist

    def render(self, context):
        name, *more = [str(word.resolve(context)) for word in self.words]
        return kept_here(" ".join([name, get_language(), *more]) if name else "", lambda: self.nodelist.render(context))


@register.tag
def kept(parser, token):
    """`{% kept name … %}…{% endkept %}`: a part that everybody reads alike, in each language; made anew where `name` is empty.

    What varies it is among the names. What it shows is what a visitor may read; variables set in it are not seen after it.
    """
    words = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(["endkept"])
    parser.delete_first_token()
    return KeptNode(words, nodelist)
