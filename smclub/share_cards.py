"""Pictures to pass a post or a meeting on with: its title, its date and the club's mark, drawn in the house's look.

A card always gives the same picture, and its address holds a digest of all that is drawn: what changed has another address,
so that a picture may be kept for ever, and an address that was made up draws nothing.
"""

import hashlib
import json
import unicodedata
from dataclasses import asdict, dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.core.cache import caches
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from PIL import Image, ImageChops, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from smclub.addresses import absolute
from smclub.editions import trouble

DRAWING = 1  # to be raised when the drawing changes: kept pictures are then forgotten
KIND = "image/png"
KEPT_FOR = 30 * 24 * 3600  # seconds in our own cache
FONTS = Path(__file__).parent / "fonts"
SEMIBOLD, REGULAR = "SourceSerifPro-Semibold.ttf", "SourceSerifPro-Regular.ttf"

PAPER, INK, MUTED, LINE = "#FFFDF7", "#10231A", "#4C5F55", "#DDE5DF"
GREEN, LEAF, YELLOW, DANGER = "#0B6B3A", "#2F9D62", "#FFC72C", "#B3261E"
LEADING = 1.14  # line height of titles
BREAKS_FROM = 44  # pixels: a title as small as this breaks within words that are wider than the card
_FINE = 4  # shapes are drawn that much larger, then made smaller: smooth edges


@dataclass(frozen=True)
class Card:
    """What is drawn, in words that everybody may read."""

    title: str
    kind: str  # what it is: an article, a conference, or that it is cancelled
    club: str
    day: str = ""  # the date block, as far as the date is known
    month: str = ""
    year: str = ""
    when: str = ""  # the date in words
    is_off: bool = False

    @property
    def description(self) -> str:
        return " – ".join(part for part in (self.title, self.when, self.club) if part)


@dataclass(frozen=True)
class Shape:
    """Where things stand on a card, in pixels."""

    width: int
    height: int
    margin: int
    bubble: int  # side of the date block
    text: tuple[int, int]  # left and top of the words
    sizes: tuple[int, ...]  # of the title, largest first
    foot: int  # height of the strip with the mark and the club

    @property
    def text_width(self) -> int:
        return self.width - self.margin - self.text[0]

    @property
    def foot_top(self) -> int:
        return self.height - self.margin - self.foot


SHAPES = {
    "wide": Shape(1200, 675, 64, 232, (352, 64), (96, 84, 76, 68, 62, 56, 50, 44, 38, 32, 28), 84),
    "square": Shape(1080, 1080, 76, 256, (76, 392), (112, 96, 88, 80, 72, 64, 56, 50, 44, 38, 32), 96),
}


@dataclass(frozen=True)
class Picture:
    """A picture to show where something is shared, as Open Graph tells of it."""

    url: str
    width: int
    height: int
    description: str
    kind: str = ""


def digest(card: Card, shape: str) -> str:
    told = json.dumps([DRAWING, shape, asdict(card)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def picture(card: Card, shape: str, *, name: str, pk: int) -> Picture:
    """The card under the URL called `name`, of the row `pk`."""
    url = absolute(reverse(name, args=[pk, shape, digest(card, shape)]))
    return Picture(url, SHAPES[shape].width, SHAPES[shape].height, card.description, KIND)


def answer(request, card: Card, *, shape: str, asked: str) -> HttpResponse:
    """The picture; 404 for a shape that there is not, and for a digest that is not the card's as it is now."""
    if shape not in SHAPES or asked != digest(card, shape):
        raise Http404
    response = HttpResponse(_kept(card, shape), content_type=KIND)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["ETag"] = quote_etag(asked)
    return get_conditional_response(request, response.headers["ETag"], None, response)


def _kept(card: Card, shape: str) -> bytes:
    """From the cache, or drawn and kept; a cache that is away costs the drawing and nothing else."""
    key = f"card:{digest(card, shape)}"
    try:
        if found := caches["pages"].get(key):
            return found
    except trouble():
        return drawn(card, shape)
    made = drawn(card, shape)
    try:
        caches["pages"].set(key, made, timeout=KEPT_FOR)
    except trouble():
        pass  # it is drawn again next time
    return made


# -- the drawing -------------------------------------------------------------------
def drawn(card: Card, shape: str) -> bytes:
    """A PNG file, which tells its title and date to machines too."""
    form = SHAPES[shape]
    image = Image.new("RGB", (form.width, form.height), PAPER)
    draw = ImageDraw.Draw(image)
    _date_block(image, draw, card, form)
    _words(draw, card, form)
    _foot(image, draw, card, form)
    told = PngInfo()
    told.add_itxt("Title", drawable(card.title))
    told.add_itxt("Description", drawable(card.when))
    out = BytesIO()
    image.save(out, "PNG", pnginfo=told)
    return out.getvalue()


def _date_block(image, draw, card: Card, form: Shape) -> None:
    """The date in the club's bubble; without a date, the mark."""
    x, y, side = form.margin, form.margin, form.bubble
    if not card.year:
        _mark(image, x, y, side)
        return
    _fill(image, _bubble(side), x, y, MUTED if card.is_off else GREEN)
    middle, unit = x + side / 2, side / 232
    if card.day:
        draw.text((middle, y + 122 * unit), card.day, PAPER, _font(SEMIBOLD, round(112 * unit)), anchor="ms")
    month = _fitted(card.month.upper(), width=round(side * 0.72), height=round(50 * unit), sizes=_down_from(round(34 * unit)))
    _centred(draw, month, middle, y + round((166 if card.day else 122) * unit))
    draw.text((middle, y + (202 if card.day else 166) * unit), card.year, PAPER, _font(REGULAR, round(28 * unit)), anchor="ms")


def _words(draw, card: Card, form: Shape) -> None:
    left, top = form.text
    kind = _fitted(card.kind, width=form.text_width, height=34, sizes=(28, 24, 20))
    when = _fitted(card.when, width=form.text_width, height=92, sizes=(36, 32, 28, 24))
    top += 30
    _lines(draw, kind, left, top, DANGER if card.is_off else GREEN)
    gap = 26
    bottom = form.foot_top - 40 - (gap + when.height if when.lines else 0)
    title = _fitted(drawable(card.title) or card.club, width=form.text_width, height=bottom - top - 22, sizes=form.sizes)
    top = _lines(draw, title, left, top + 22 + title.ascent, INK)
    if when.lines:
        _lines(draw, when, left, top + gap + when.ascent, MUTED)


def _foot(image, draw, card: Card, form: Shape) -> None:
    """The club's name, beside the mark where that does not stand above already."""
    top, side, left = form.foot_top, 76, form.margin
    middle = top + form.foot - 28
    draw.line((left, top, form.width - form.margin - 1, top), LINE, 2)
    if card.year:
        _mark(image, left, middle - 28, side)
        left += side + 22
    name = _fitted(card.club, width=form.width - form.margin - left, height=44, sizes=(32, 28, 24, 20))
    _lines(draw, name, left, middle + round(name.font.size / 3), INK)


@dataclass(frozen=True)
class Block:
    """Lines of text that fit where they were to fit."""

    lines: list[str]
    font: ImageFont.FreeTypeFont

    @property
    def leading(self) -> int:
        return round(self.font.size * LEADING)

    @property
    def height(self) -> int:
        return len(self.lines) * self.leading

    @property
    def ascent(self) -> int:
        return round(self.font.size * 0.92)


def _lines(draw, block: Block, left: int, baseline: int, colour: str) -> int:
    """Draws them; answers where the block ends."""
    for number, line in enumerate(block.lines):
        draw.text((left, baseline + number * block.leading), line, colour, block.font, anchor="ls")
    return baseline - block.ascent + block.height


def _centred(draw, block: Block, middle: float, baseline: int) -> None:
    for number, line in enumerate(block.lines):
        draw.text((middle, baseline + number * block.leading), line, PAPER, block.font, anchor="ms")


# -- text that fits ----------------------------------------------------------------
def _fitted(text: str, *, width: int, height: int, sizes: tuple[int, ...]) -> Block:
    """`text` as large as it fits, in lines of about one length; in the smallest size what does not fit is left out."""
    words = drawable(text).split(" ") if drawable(text) else []
    for size in sizes:
        font = _font(SEMIBOLD, size)
        room = height // round(size * LEADING)
        lines = _wrapped(words, font, width, breaks=size <= BREAKS_FROM or size == sizes[-1])
        if lines is not None and len(lines) <= room:
            return Block(_balanced(words, font, width, lines), font)
    *kept, last = lines[: max(room, 1)]
    return Block([*kept, _cut(last, font, width)], font)


def _cut(line: str, font, width: float) -> str:
    """`line` with an ellipsis, after a whole word where there are several."""
    short = line
    while short and font.getlength(f"{short}…") > width:
        short = short[:-1]
    if short != line and " " in short:
        short = short.rpartition(" ")[0]
    return f"{short}…"


def _wrapped(words: list[str], font, width: float, *, breaks: bool) -> list[str] | None:
    """Lines no wider than `width`; None when a word is wider and may not be broken."""
    lines: list[str] = []
    for word in words:
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        if font.getlength(word) > width and not breaks:
            return None
        lines += _broken(word, font, width)
    return lines


def _broken(word: str, font, width: float) -> list[str]:
    parts = []
    while font.getlength(word) > width:
        fits = max((n for n in range(1, len(word)) if font.getlength(word[:n]) <= width), default=1)
        parts.append(word[:fits])
        word = word[fits:]
    return [*parts, word]


def _balanced(words: list[str], font, width: int, lines: list[str]) -> list[str]:
    """As many lines, of about one length."""
    narrow, wide = width // 2, width
    while wide - narrow > 8:
        middle = (narrow + wide) // 2
        closer = _wrapped(words, font, middle, breaks=False)
        if closer is not None and len(closer) == len(lines):
            wide, lines = middle, closer
        else:
            narrow = middle
    return lines


def _down_from(size: int) -> tuple[int, ...]:
    return tuple(range(size, size // 2, -2))


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size)


def drawable(text: str) -> str:
    """`text` in characters that the font has: others lose their accents, become a space or go. Spaces do not pile up."""
    kept = "".join(_shown(character) for character in unicodedata.normalize("NFC", text))
    return " ".join(part for part in kept.split(" ") if part)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\t\n\r":
        return " "
    if kind in ("Cc", "Cf", "Cs", "Co", "Cn") or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""
    if _is_in_font(character):
        return character
    if kind == "Zs":
        return "\u00a0"
    simpler = [each for each in unicodedata.normalize("NFKD", character) if each != character and not unicodedata.combining(each)]
    return "".join(each for each in simpler if _is_in_font(each))


def _is_in_font(character: str) -> bool:
    font = _font(SEMIBOLD, 24)
    return bytes(font.getmask(character)) != bytes(font.getmask("\U000ffffd"))  # what stands for a glyph that is missing


# -- shapes ------------------------------------------------------------------------
def _fill(image: Image.Image, mask: Image.Image, x: int, y: int, colour: str) -> None:
    image.paste(colour, (x, y, x + mask.width, y + mask.height), mask)


@lru_cache(maxsize=8)
def _bubble(side: int) -> Image.Image:
    """The club's shape: a disc whose corner below on the left is square."""
    mask, draw = _blank(side, side)
    draw.ellipse((0, 0, side * _FINE - 1, side * _FINE - 1), 255)
    draw.rectangle((0, side * _FINE // 2, side * _FINE // 2, side * _FINE - 1), 255)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


def _mark(image: Image.Image, x: int, y: int, width: int) -> None:
    """The logo, `width` wide: templates/base.html has it as SVG, 46 units by 34."""
    for mask, colour in zip(_mark_masks(width), (GREEN, LEAF, YELLOW), strict=True):
        _fill(image, mask, x, y, colour)


@lru_cache(maxsize=8)
def _mark_masks(width: int) -> tuple[Image.Image, ...]:
    height, unit = round(width * 34 / 46), width * _FINE / 46
    discs = []
    for cx, cy in ((14, 14), (32, 20)):
        mask, draw = _blank(width, height)
        draw.ellipse(((cx - 14) * unit, (cy - 14) * unit, (cx + 14) * unit, (cy + 14) * unit), 255)
        discs.append(mask)
    lens = ImageChops.multiply(*discs)
    ImageDraw.Draw(discs[0]).rectangle((0, 14 * unit, 14 * unit, 28 * unit), 255)
    ImageDraw.Draw(discs[1]).rectangle((32 * unit, 6 * unit, 46 * unit, 20 * unit), 255)
    return tuple(mask.resize((width, height), Image.Resampling.LANCZOS) for mask in (*discs, lens))


def _blank(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    mask = Image.new("L", (width * _FINE, height * _FINE))
    return mask, ImageDraw.Draw(mask)
