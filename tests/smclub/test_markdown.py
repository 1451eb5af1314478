"""What anybody may write, whatever they write: IN-01, IN-02, IN-05, IN-08 of the safety rules."""

import re
import time
from html.parser import HTMLParser

import pytest

from smclub.markdown import COMMENT, FULL, MAX_LENGTH, MAX_MARKS, opening, render

ATTRIBUTES = {"href", "rel", "src", "alt", "title", "loading", "id", "class"}
TAGS = set("a em strong del s code br sup sub abbr q cite mark p ul ol li blockquote pre hr".split())  # noqa: SIM905
TAGS |= {"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "img", "section"}
HOSTILE = """
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<img src=x onerror=alert(1)>
<img src="x:x" onerror="alert(1)">
<IMG \"\"\"><SCRIPT>alert("XSS")</SCRIPT>">
<svg/onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>x</text></a>
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=alert(1) src>">
<body onload=alert(1)>
<iframe src=javascript:alert(1)></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<object data="javascript:alert(1)"></object>
<embed src="javascript:alert(1)">
<link rel=stylesheet href=javascript:alert(1)>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<base href="javascript:alert(1)//">
<form action=javascript:alert(1)><button>x</button></form>
<button formaction=javascript:alert(1)>x</button>
<input autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)>
<audio src=x onerror=alert(1)>
<marquee onstart=alert(1)>
<style>@import 'javascript:alert(1)';</style>
<p style="background:url(javascript:alert(1))">x</p>
<a href="javascript:alert(1)">x</a>
<a href="jav&#x09;ascript:alert(1)">x</a>
<xss id=x tabindex=1 onfocus=alert(1)></xss>
<template><script>alert(1)</script></template>
<!--><script>alert(1)</script>-->
<![CDATA[<script>alert(1)</script>]]>
<?xml-stylesheet href="javascript:alert(1)"?>
</p><script>alert(1)</script>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
{{ constructor.constructor('alert(1)')() }}
{% debug %}
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](java&#115;cript:alert(1))
[x](java%0ascript:alert(1))
[x](<java\tscript:alert(1)>)
[x](\x01javascript:alert(1))
[x](vbscript:msgbox(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](data:image/svg+xml,<svg onload=alert(1)>)
[x](file:///etc/passwd)
[x](blob:https://x/1)
[x](feed:javascript:alert(1))
[x](view-source:javascript:alert(1))
[x](//evil.example/)
[x](/\\\\evil.example/)
[x](https://a "onmouseover=alert(1) x=")
[x](https://a 'title" onmouseover="alert(1)')
[x](https://a\"onmouseover=alert(1))
<javascript:alert(1)>
<https://a"onmouseover="alert(1)>
![x](javascript:alert(1))
![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)
![x" onerror="alert(1)](https://evil.example/x.png)
![x](https://evil.example/pixel.gif)
![x](//evil.example/pixel.gif)
![x](/media/x.png" onerror="alert(1))
[![x](javascript:alert(1))](javascript:alert(2))
[a]: javascript:alert(1)
[a]
[^1]: <script>alert(1)</script>
[^"><img src=x onerror=alert(1)>]
## <img src=x onerror=alert(1)>
## " onclick="alert(1)
| <script>alert(1)</script> | b |
```"><script>alert(1)</script>
``` <img src=x onerror=alert(1)>
`<script>alert(1)</script>`
""".strip().splitlines()


class Outline(HTMLParser):
    """Every tag and attribute of a page, as a browser would split it."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def unknown_decl(self, data):
        self.tags.append(("!", {}))

    handle_pi = handle_comment = handle_decl = unknown_decl


def faults(html):
    """What in `html` could do more than be read."""
    found = []
    for tag, attributes in Outline(html).tags:
        found += [tag] if tag not in TAGS else []
        found += [f"{tag} {name}" for name in attributes if name not in ATTRIBUTES]
        if (address := attributes.get("href")) is not None:
            # A browser drops tabs, ends of line and leading controls before it looks for a scheme.
            read = re.sub(r"[\t\r\n]", "", address).lstrip("".join(map(chr, range(33))))
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", read, re.IGNORECASE)
            allowed = scheme is None or scheme[1].lower() in ("http", "https", "mailto")
            found += [] if allowed and not read.startswith(("//", "/\\")) else [address]
        if (source := attributes.get("src")) is not None and (not source.startswith("/") or source.startswith("//")):
            found.append(source)
    return found


@pytest.mark.parametrize("profile", [FULL, COMMENT])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text, profile):
    assert faults(render(text, profile=profile)) == []


@pytest.mark.parametrize("profile", [FULL, COMMENT])
def test_hostile_texts_together_are_harmless(profile):
    assert faults(render("\n".join(HOSTILE), profile=profile)) == []
    assert faults(render("\n\n".join(HOSTILE[:40]), profile=profile)) == []
    assert faults(render("> - " + "\n> - ".join(HOSTILE), profile=profile)) == []


def test_the_check_itself_sees_faults():
    assert faults('<p onclick="x"><a href="javascript:x">a</a><script>1</script></p>') == ["p onclick", "javascript:x", "script"]
    assert faults('<img src="https://evil.example/x"><a href="//evil.example/">x</a>') == [
        "https://evil.example/x",
        "//evil.example/",
    ]


def test_raw_html_is_shown_as_text():
    assert render("<b>gras</b>") == "<p>&lt;b&gt;gras&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](https://example.org)", '<p><a href="https://example.org" rel="noopener">a</a></p>\n'),
        ("[a](mailto:a@example.org)", '<p><a href="mailto:a@example.org" rel="noopener">a</a></p>\n'),
        ("[a](/tag/media/)", '<p><a href="/tag/media/" rel="noopener">a</a></p>\n'),
        ("[a](//evil.example)", '<p><a rel="noopener">a</a></p>\n'),
        ("![une rue](/media/rue.jpg)", '<p><img src="/media/rue.jpg" alt="une rue" loading="lazy"></p>\n'),
        ("![une rue](https://x.example/r.jpg)", '<p><a href="https://x.example/r.jpg" rel="noopener">une rue</a></p>\n'),
        ("# Un titre", '<h2 id="s-un-titre">Un titre</h2>\n'),
        ("## Été\n## Été", '<h2 id="s-ete">Été</h2>\n<h2 id="s-ete-2">Été</h2>\n'),
    ],
)
def test_what_a_post_may_hold(source, html):
    assert render(source) == html


def test_comment_links_are_disowned():
    assert render("[a](https://example.org)", profile=COMMENT) == (
        '<p><a href="https://example.org" rel="nofollow ugc noopener">a</a></p>\n'
    )


def test_a_comment_holds_no_heading_table_or_picture():
    html = render("# Titre\n\n|a|b|\n|-|-|\n|c|d|\n\n![x](/media/x.png)", profile=COMMENT)
    assert {tag for tag, _ in Outline(html).tags} == {"p", "a"}


def test_cells_keep_their_alignment_as_a_class():
    html = render("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|")
    cells = [(tag, attributes) for tag, attributes in Outline(html).tags if tag in ("th", "td")]
    assert cells == [("th", {}), ("th", {"class": "center"}), ("th", {"class": "num"})] + [  # noqa: RUF005
        ("td", {}),
        ("td", {"class": "center"}),
        ("td", {"class": "num"}),
    ]


def test_nul_and_lone_surrogates_do_no_harm():
    assert render("a\x00b") == "<p>a\ufffdb</p>\n"
    assert render("a\ud800b") == "<p>a?b</p>\n"
    assert render("\U0001f389 e\u0301") == "<p>\U0001f389 e\u0301</p>\n"


SLOW = ["<", "&", "[", "]", "![", "](", "[](", "*", "_", "**a*", "*a_ ", "a*b**c", "`a", "\\", "<!--", "</a>", "<b>", "a.", "~~"]
SLOW += [
    "> ",
    "- ",
    "- a\n",
    "> > - ",
    "# a\n",
    "## a\n",
    "a\n=\n",
    "[a]: b\n",
    "[^1]",
    "[^a]: b\n",
    "|a|b\n",
    "<x@y.z> ",
    "&#0;",
]
SLOW += [
    "| a | b |\n|---|---|\n",
    "[x][y] ",
    "![a](b) ",
    "http://a.",
    "a@b.",
    "x",
    " ",
    "\t",
    "\n",
    '"',
    "'",
    "mot ",
    "```\n",
    "1. ",
]


SLOWEST = 500  # what grows with the square of a text costs many times as much


def cost(text, profile):
    """Milliseconds of this thread, the best of three runs: other processes share the machine."""
    spent = []
    for _ in range(3):
        began = time.thread_time()
        render(text, profile=profile)
        spent.append((time.thread_time() - began) * 1000)
    return min(spent)


@pytest.mark.parametrize("pattern", SLOW)
def test_no_text_is_slow(pattern):
    longest = (pattern * MAX_LENGTH)[:MAX_LENGTH]
    marked = (pattern * MAX_MARKS)[:MAX_MARKS]  # as many signs as are still read as Markdown
    assert [round(t) for t in (cost(longest, FULL), cost(marked, FULL), cost(marked + "\n\n", COMMENT)) if t > SLOWEST] == []


@pytest.mark.parametrize(
    "text",
    [
        "\n".join("  " * i + "- a" for i in range(500)),
        "\n".join(">" * i + " a" for i in range(75)),
        "[" * 1500 + "]" * 1500,
        "".join(f"[^{i}]: t\n\n[^{i}] " for i in range(270)),
    ],
    ids=["lists", "quotes", "brackets", "footnotes"],
)
def test_no_nesting_is_slow(text):
    assert cost(text, FULL) < SLOWEST


def test_a_text_of_little_but_signs_is_shown_as_it_is():
    assert render("*a*\n" * MAX_MARKS).startswith("<p>*a*<br>*a*<br>")
    assert faults(render("<script>" * MAX_MARKS)) == []


# -- the beginning of a text -------------------------------------------------------
LONG = "mot " * 40


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (f"un {LONG}\n\ndeux {LONG}\n\ntrois", "un"),
        (f"- un {LONG}\n- deux\n\n{LONG}", "deux"),
        (f"> un {LONG}\n>\n> deux\n\n{LONG}", "deux"),
        (f"un\n\n## deux {LONG}\n\ntrois\n\n{LONG}", "trois"),  # a text does not stop at a heading
        (f"un[^1] {LONG}\n\n{LONG}\n\n[^1]: Une note.", "un"),
        (f"![un > deux](/media/a.webp)\n\ntrois<br>\n\n---\n\nquatre {LONG}\n\n{LONG}", "quatre"),
    ],
)
def test_the_opening_of_a_text_is_whole_blocks(source, kept):
    html = render(source)
    begun = opening(html, words=20)
    assert kept in begun
    assert len(begun) < len(html)
    assert "footnote" not in begun
    assert [begun.count(f"<{tag}>") for tag in ("p", "ul", "li", "blockquote")] == [
        begun.count(f"</{tag}>") for tag in ("p", "ul", "li", "blockquote")
    ]


@pytest.mark.parametrize("source", ["", "un deux", f"{LONG}\n\net voilà", f"## {LONG}"])
def test_what_little_more_would_follow_is_shown_whole(source):
    assert opening(render(source), words=20) == render(source)
