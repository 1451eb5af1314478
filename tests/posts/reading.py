"""What tests read out of a page."""

import json
import re
from html import unescape


def json_ld(response) -> dict:
    """The one schema.org block of a page."""
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    return json.loads(block)


def links(response, **attributes) -> list[str]:
    """The href of each <link> or <a> that carries exactly these values (`hreflang="en"`, `rel="canonical"`)."""
    found = []
    for tag in re.findall(r"<(?:link|a) [^>]*>", response.text):
        held = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if all(held.get(name) == value for name, value in attributes.items()):
            found.append(unescape(held["href"]))
    return found


def properties(response) -> dict[str, list[str]]:
    """Open Graph and article properties."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<meta property="([^"]+)" content="([^"]*)">', response.text):
        found.setdefault(name, []).append(unescape(value))
    return found


def main(response) -> str:
    """The page without head, header and footer."""
    return response.text.partition("<main")[2].partition("</main>")[0]
