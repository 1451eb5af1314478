"""IN-08: texts that nobody wrote, composed of what a parser has to work for, at the length that a field may have."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smclub.markdown import _MARKS, COMMENT, FULL, MAX_LENGTH, MAX_MARKS, render

ATOMS = (
    """< & [ ] ]( ](b) ![ ^[ ( ) a. ` `` ``` * ** _ ~~ \\ <!-- --> </a> <b> <? <![CDATA[ http://a. <http://a> <a@b.c> a@b. &#0;"""
)
ATOMS = [
    *ATOMS.split(),
    "> ",
    "- ",
    "1. ",
    "  ",
    "    ",
    "\n",
    "\n\n",
    "\t",
    "|",
    "|-",
    "| a | b |\n|---|---|\n",
    "# ",
    "===\n",
    "---\n",
]
ATOMS += ["&amp;", "[^1]", '"', "'", "```\n", "[^a]: b\n\n", "[a]: b\n", "> > - ", "a", "mot ", "é"]
WORST = (
    Path(__file__).with_name("slow_texts.txt").read_text(encoding="utf-8").splitlines()
)  # that were found, an end of line as \n
LENGTHS = [(FULL, MAX_LENGTH), (COMMENT, 5_000)]  # of a post and of a comment
ORDINARY = ("Un *mot*, puis [un autre](https://example.org/), et la suite de la phrase.\n\n" * 280)[:20_000]
PROMISED = 200  # ms
ORDINARY_COSTS = 28  # ms, of the text above on the machine that the promise was made on
BUSY = 2.5  # times as long is still allowed, beside other tests


def cost(text, profile):
    """Milliseconds of this thread, the better of two runs."""
    spent = []
    for _ in range(2):
        began = time.thread_time()
        render(text, profile=profile)
        spent.append((time.thread_time() - began) * 1000)
    return min(spent)


def repeated(pattern, length):
    """As often as fits into `length` and is still read as Markdown."""
    marks = len(pattern) - len(pattern.translate(_MARKS))
    times = min(length // len(pattern), MAX_MARKS // marks if marks else length)
    return pattern * max(1, times)


def slow(text):
    """Of what this text costs in each profile, what is over the promise: ordinary Markdown in the same second is the clock."""
    allowed = PROMISED * BUSY * max(1, cost(ORDINARY, FULL) / ORDINARY_COSTS)
    costs = [(profile, round(cost(repeated(text, length), profile))) for profile, length in LENGTHS]
    return [each for each in costs if each[1] > allowed]


@pytest.mark.parametrize("pattern", WORST)
def test_the_slowest_texts_found_are_fast_now(pattern):
    assert slow(pattern.replace("\\n", "\n").replace("\\t", "\t")) == []


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=8).map("".join))
def test_no_composition_is_slow(pattern):
    assert slow(pattern) == []


@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from(ATOMS), st.integers(1, 400)), min_size=1, max_size=12))
def test_no_row_of_repetitions_is_slow(rows):
    assert slow("".join(atom * times for atom, times in rows)) == []


def test_notes_in_the_line_are_read_up_to_a_hundred():
    assert "footnotes" in render("mot^[note] " * 100)
    assert "footnotes" not in render("mot^[note] " * 101)
