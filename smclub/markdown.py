"""Markdown to safe HTML: the one allow-list of the site, and the model field that keeps a rendering beside its source."""

import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import nh3
from django.db import models
from django.utils.html import linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from mdit_py_plugins.footnote import footnote_plugin

from smclub.words import slug

MAX_LENGTH = 100_000  # characters; forms refuse more, and `render` cuts
MAX_MARKS = 3_000  # signs that Markdown reads, ends of line included: some six times what a long post with tables holds
MAX_NOTES = 100  # written in the line (`^[…]`): for each that is never closed the parser reads on to the end of the text
_INLINE = {"a", "em", "strong", "del", "s", "code", "br", "sup", "sub", "abbr", "q", "cite", "mark"}
_BLOCK = {"p", "ul", "ol", "li", "blockquote", "pre", "hr"}
_RICH = {"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "img", "section"}
_SCHEMES = {"http", "https", "mailto"}

FULL = "full"
COMMENT = "comment"


_NOTE = re.compile('<sup class="footnote-ref">.*?</sup>')
_MARKS = str.maketrans("", "", '[]()*_`<>&!|\\#~-+"\n')
_ALIGNMENT = {"text-align:right": "num", "text-align:center": "center"}


@cache
def _parser(profile: str) -> MarkdownIt:
    parser = MarkdownIt("js-default", {"linkify": False, "typographer": False, "maxNesting": 20})
    if profile == COMMENT:
        return parser.disable(["heading", "lheading", "table", "image"])
    parser.core.ruler.push("headings", _headings)
    parser.core.ruler.push("cells", _cells)
    parser.add_render_rule("image", _image)
    return parser.use(footnote_plugin)


def _headings(state) -> None:
    """Headings start at the second level (the page has its own first) and can be linked to; linear in their number."""
    last: dict[str, int] = {}
    used: set[str] = set()
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            name = anchor = "s-" + (slug(inline.content[:200]) or "titre")
            while anchor in used:
                last[name] = last.get(name, 1) + 1
                anchor = f"{name}-{last[name]}"
            used.add(anchor)
            token.attrSet("id", anchor)


def _cells(state) -> None:
    """The alignment of table cells as a class: the site allows no style attribute."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")) in _ALIGNMENT:
            token.attrSet("class", _ALIGNMENT[style])


def _image(renderer, tokens, index, options, env) -> str:
    """Pictures of the site are shown; any other becomes a link, so that reading asks nothing of a third party."""
    token = tokens[index]
    alt = renderer.renderInlineAsText(token.children, options, env)
    source = str(token.attrGet("src") or "")
    if not _leads_elsewhere(source):
        return f'<img src="{escapeHtml(source)}" alt="{escapeHtml(alt)}" loading="lazy">'
    return f'<a href="{escapeHtml(source)}">{escapeHtml(alt or source)}</a>'


def _leads_elsewhere(address: str) -> bool:
    return not address.startswith("/") or address.startswith(("//", "/\\"))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drops addresses without a scheme that leave the site all the same (`//host`, `/\\host`)."""
    return None if name in ("href", "src") and value.lstrip().startswith(("//", "/\\")) else value


def render(source: str, *, profile: str = FULL) -> str:
    """Sanitised HTML of Markdown `source`; raw HTML in it is shown as text, and all of it is when it is little but signs."""
    source = source[:MAX_LENGTH].encode("utf-8", "replace").decode("utf-8")
    if len(source) - len(source.translate(_MARKS)) > MAX_MARKS or source.count("^[") > MAX_NOTES:
        return nh3.clean(linebreaks(source, autoescape=True), tags={"p", "br"})
    html = _parser(profile).render(source)
    full = profile == FULL
    return nh3.clean(
        html,
        tags=_INLINE | _BLOCK | (_RICH if full else set()),
        attributes={"a": {"href", "title", "id"}, "img": {"src", "alt", "title", "loading"}, "li": {"id"}}
        | {f"h{n}": {"id"} for n in range(2, 7)},
        allowed_classes={
            "a": {"footnote-backref"},
            "sup": {"footnote-ref"},
            "section": {"footnotes"},
            "hr": {"footnotes-sep"},
            "th": set(_ALIGNMENT.values()),
            "td": set(_ALIGNMENT.values()),
        },
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener" if full else "nofollow ugc noopener",
    )


class _Blocks(HTMLParser):
    """Where the outermost elements of HTML that `render` made end, headings excepted: a text does not stop at one."""

    def __init__(self, html: str):
        super().__init__()
        self.depth, self.lines, self.ends = 0, [0], [0]
        for line in html.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.depth += tag not in ("br", "hr", "img")

    def handle_endtag(self, tag):
        self.depth -= 1
        if not self.depth and tag not in ("h2", "h3", "h4", "h5", "h6"):
            line, column = self.getpos()
            self.ends.append(self.lines[line - 1] + column + len(f"</{tag}>"))


def opening(html: str, *, words: int) -> str:
    """The first blocks of HTML that `render` made, some `words` long, without notes; all of it when little more would follow."""
    left = words
    for begin, end in pairwise(_Blocks(html).ends):
        left -= len(strip_tags(html[begin:end]).split())
        if left <= 0:
            rest = strip_tags(html[end:]).split()
            return _NOTE.sub("", html[:end]) if len(rest) > words // 2 else html
    return html


def safe(html: str) -> SafeString:
    """Marks HTML that `render` made as safe for templates; nothing else may call mark_safe."""
    return mark_safe(html)


class RenderedField(models.TextField):
    """The HTML of the Markdown field named `source`, rendered whenever the row is written."""

    def __init__(self, *, source: str, profile: str = FULL, **kwargs):
        self.source, self.profile = source, profile
        super().__init__(blank=True, editable=False, default="", **kwargs)

    def pre_save(self, model_instance, add):
        html = render(getattr(model_instance, self.source), profile=self.profile)
        setattr(model_instance, self.attname, html)
        return html

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("blank", "editable", "default"):
            kwargs.pop(implied, None)
        return name, "smclub.markdown.RenderedField", args, kwargs | {"source": self.source, "profile": self.profile}
