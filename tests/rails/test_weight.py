"""What a first view weighs on the wire: its HTML, the style sheets and the scripts that it asks for, compressed as served.

`deploy.md` has nginx compress pages (gzip, at its lightest level) and the site keeps style sheets and scripts compressed in
advance (WhiteNoise, gzip at its best for browsers without Brotli).
"""

import gzip
import re
from functools import cache

import pytest
from django.contrib.staticfiles import finders

from tests import make
from tests.rails import club
from tests.rails.test_walk import read

FIRST_VIEW, STYLES, SCRIPTS = 60_000, 15_000, 10_000  # bytes, at most
LINKED = re.compile(r'<link [^>]*rel="stylesheet"[^>]*>|<script [^>]*src=[^>]*>')
ADDRESS = re.compile(r'(?:href|src)="/static/([^"]+)"')


@cache
def weight_of_file(name: str) -> int:
    with open(finders.find(name), "rb") as file:
        return len(gzip.compress(file.read(), 9))


def linked(html: str) -> list[str]:
    """The names of the style sheets and scripts of a page."""
    return [ADDRESS.search(tag)[1] for tag in LINKED.findall(html)]


def long_discussion(people) -> None:
    """More than one page of comments, under the post that everybody reads."""
    for number in range(40):
        body = f"Une réponse de {number} mots, ou presque. " * 12
        make.make_comment(discussion=people.discussion, member=people.milan, body=body)


@pytest.mark.django_db
@pytest.mark.embedded
@pytest.mark.parametrize("who", [None, "milan"])
def test_every_first_view_is_light(who):
    people = club.build()
    long_discussion(people)
    weights, seen, heavy = {}, set(), []
    for key, _path, html in read(club.addresses(people), who and getattr(people, who), "fr"):
        files = linked(html.decode())
        seen.update(files)
        ours = [name for name in files if name.startswith("smclub/")]
        for end, most in ((".css", STYLES), (".js", SCRIPTS)):
            if (weight := sum(weight_of_file(name) for name in ours if name.endswith(end))) >= most:
                heavy.append(f"{key}: {weight} of {end}")
        weights[key] = len(gzip.compress(html, 1)) + sum(map(weight_of_file, files))
    assert {key: weight for key, weight in weights.items() if weight >= FIRST_VIEW} == {}
    assert len(weights) > 20
    assert {"smclub/club.css", "smclub/club.js"} <= seen
    assert heavy == []
