"""Drawings for what has no photograph: covers from a title and a slug, marks from a name.

The same words always give the same drawing. Colours come from the style sheet (`.cover`, `.mark`), so that a drawing
follows light and dark; there is no id in it, because a list shows many, and no style attribute.
"""

import hashlib
import itertools
from collections.abc import Iterator
from functools import lru_cache

from django.utils.html import escape

WIDTH, HEIGHT = 960, 540
GROUNDS = ("night", "leaf", "sun", "mist")
_SMALL_WORDS = {"le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "et", "the", "a", "an", "of", "and", "&"}


class _Dice:
    """Numbers that depend on `seed` alone."""

    def __init__(self, seed: str):
        self._bytes = self._stream(seed)

    @staticmethod
    def _stream(seed: str) -> Iterator[int]:
        for turn in itertools.count():
            yield from hashlib.sha256(f"{turn}:{seed}".encode("utf-8", "replace")).digest()

    def between(self, low: int, high: int) -> int:
        return low + (next(self._bytes) * 256 + next(self._bytes)) % (high - low + 1)

    def one_of(self, things):
        return things[self.between(0, len(things) - 1)]


@lru_cache(maxsize=500)
def cover(title: str, *, seed: str) -> str:
    """An SVG of 16:9 for a post or an event called `title`; `seed` is its slug."""
    dice = _Dice(seed)
    ground = dice.one_of(GROUNDS)
    drawing = dice.one_of((_skyline, _bubbles, _rings, _letter, _conversation))(dice, title)
    return (
        f'<svg class="cover is-{ground}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">'
        f'<path class="cover-ground" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>{drawing}</svg>'
    )


@lru_cache(maxsize=100)
def mark(name: str, *, seed: str) -> str:
    """A monogram for an organisation without a logo."""
    dice = _Dice(seed)
    text = escape(initials(name))
    size = {1: 92, 2: 72}.get(len(initials(name)), 52)
    corner = dice.between(0, 3) * 90
    return (
        f'<svg class="mark is-{dice.one_of(GROUNDS)}" viewBox="0 0 160 160" width="160" height="160" aria-hidden="true"'
        f' focusable="false"><path class="cover-solid" transform="rotate({corner} 80 80)" d="{_bubble(80, 80, 72)}"/>'
        f'<text class="mark-letters" x="80" y="80" dy=".35em" text-anchor="middle" font-size="{size}">{text}</text></svg>'
    )


def initials(name: str) -> str:
    """Up to three capitals: « La Rédaction » gives R, « Rue89 Strasbourg » RS, « CNRS » CNR."""
    words = ["".join(c for c in word if c.isalnum()) for word in name.replace("’", " ").replace("'", " ").split()]
    told = [word for word in words if word and word.casefold() not in _SMALL_WORDS] or [word for word in words if word]
    if not told:
        return "?"
    if len(told) == 1:
        return told[0][:3] if told[0].isupper() else told[0][0].upper()
    return "".join(word[0] for word in told[:3]).upper()


def _bubble(x: int, y: int, radius: int) -> str:
    """The club's shape: a disc whose corner below on the left is square."""
    return f"M{x} {y - radius}a{radius} {radius} 0 0 1 0 {2 * radius}H{x - radius}V{y}a{radius} {radius} 0 0 1 {radius}-{radius}z"


def _skyline(dice: _Dice, title: str) -> str:
    x, y, path = 0, dice.between(380, 450), ""
    start = y
    while x < WIDTH:
        x += (step := dice.between(26, 110))
        roof = dice.between(170, 470)
        path += f"h{step}v{roof - y}"
        y = roof
    radius, first, gap = dice.between(150, 250), dice.between(200, 380), dice.between(100, 170)
    arcs = "".join(f"M{first + n * gap - radius} {HEIGHT}a{radius} {radius} 0 0 1 {2 * radius} 0" for n in range(3))
    return (
        f'<path class="cover-line" d="M0 {start}{path}"/><path class="cover-soft" d="{arcs}"/>'
        f'<circle class="cover-dot" cx="{first + gap}" cy="{HEIGHT - radius - 30}" r="{dice.between(13, 20)}"/>'
    )


def _bubbles(dice: _Dice, title: str) -> str:
    big, second, third = dice.between(130, 180), dice.between(120, 170), dice.between(70, 130)
    x = dice.between(210, 330)
    turn = dice.one_of((0, 90, 180, 270))
    return (
        f'<path class="cover-solid" d="{_bubble(x, dice.between(220, 300), big)}"/>'
        f'<path class="cover-line" transform="rotate({turn} 640 280)" d="{_bubble(640, 280, second)}"/>'
        f'<path class="cover-soft" transform="rotate({turn} 640 280)" d="{_bubble(640 - dice.between(40, 80), 280, third)}"/>'
        f'<circle class="cover-dot" cx="{x + big + 26}" cy="{dice.between(220, 330)}" r="{dice.between(15, 24)}"/>'
    )


def _rings(dice: _Dice, title: str) -> str:
    x, y, step = dice.between(280, 680), dice.between(230, 330), dice.between(52, 82)
    rings = "".join(f'<circle class="cover-line" cx="{x}" cy="{y}" r="{n * step}"/>' for n in range(1, dice.between(5, 7)))
    turn = dice.one_of((0, 90, 180, 270))
    return (
        f'{rings}<path class="cover-solid" transform="rotate({turn} {x} {y})" d="{_bubble(x, y, step + step // 2)}"/>'
        f'<circle class="cover-dot" cx="{x + 3 * step}" cy="{y}" r="{dice.between(13, 20)}"/>'
    )


def _letter(dice: _Dice, title: str) -> str:
    letter = escape(initials(title)[0])
    x = dice.between(300, 560)
    radius = dice.between(120, 190)
    arcs = "".join(f"M{x + n * 70} {HEIGHT}a{radius} {radius} 0 0 1 {2 * radius} 0" for n in range(4))
    return (
        f'<path class="cover-soft" d="{arcs}"/><text class="cover-letter" x="{x - 220}" y="455" font-size="520">{letter}</text>'
        f'<circle class="cover-dot" cx="{x + 330}" cy="{dice.between(110, 190)}" r="{dice.between(16, 26)}"/>'
    )


def _conversation(dice: _Dice, title: str) -> str:
    count = 5 + min(len(title) // 12, 6)
    gap, ground = WIDTH // (count + 1), dice.between(360, 430)
    xs = [gap * (n + 1) for n in range(count)]
    pairs = {tuple(sorted((dice.between(0, count - 1), dice.between(0, count - 1)))) for _ in range(count + 3)}
    arcs = "".join(
        f"M{xs[a]} {ground}a{(xs[b] - xs[a]) // 2} {min((xs[b] - xs[a]) // 2, ground - 60)} 0 0 1 {xs[b] - xs[a]} 0"
        for a, b in sorted(pairs)
        if a != b
    )
    heard = dice.between(0, count - 1)
    people = "".join(
        f'<circle class="cover-{"dot" if n == heard else "solid"}" cx="{x}" cy="{ground}" r="{dice.between(10, 20)}"/>'
        for n, x in enumerate(xs)
    )
    return f'<path class="cover-soft" d="M0 {ground}h{WIDTH}"/><path class="cover-line" d="{arcs}"/>{people}'
