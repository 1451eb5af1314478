from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import translation

from tests.cast import cast
from tests.flows.journey import WAYS


@pytest.fixture(params=WAYS)
def way(request):
    """Each journey is made in three ways; meanwhile `gettext` and `reverse` speak the language of the page."""
    with translation.override(WAYS[request.param].language):
        yield WAYS[request.param]


@pytest.fixture
def person(way):
    """`person("mona")` of the cast, who reads their letters in the language of the journey."""

    def known(who: str):
        member = cast(who)
        member.language = way.language
        member.save(update_fields=["language"])
        return member

    return known


@pytest.fixture
def visit(browser, way):
    """`visit(path, as_=member)` opens a page in a browser of its own, the way this journey comes."""

    def opened(path: str, *, as_=None):
        return browser.open(path, as_=as_, width=way.width, scheme=way.scheme, javascript=way.scripts, language=way.language)

    return opened


@pytest.fixture
def clock():
    """`clock.shift(seconds)` for somebody who takes their time: a comment sent within three seconds is a robot's."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller
