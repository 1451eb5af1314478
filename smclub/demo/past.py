"""What past meetings left, and the papers of the assembly to come: what was shown there, and what was thought of it."""

import io
from itertools import zip_longest

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from events.models import Attachment, Event, Feedback
from members.models import Picture
from smclub.demo.shelf import Shelf, table

WIDE, HIGH = 1200, 800
NIGHT, LEAF, PAPER, SUN, MIST = "#10231b", "#0b6b3a", "#fffef9", "#f6c629", "#e4f1e9"


def opinions(demo: Shelf) -> None:
    """Of every other of those who were seen at the door, said the day after; whose they are nobody knows any more."""
    told = {row["event"]: row for row in table("past")}
    for slug in demo.fills:
        event, row = demo.events[slug], told.get(slug, {})
        came = event.registrations.came().order_by("queue_no").values_list("queue_no", flat=True)
        scores, remarks = [5 - number % 3 for number in came if number % 2][: row.get("answers")], row.get("remarks", [])
        Feedback.objects.bulk_create(
            Feedback(event=event, score=score, remark=remark, said_on=event.days[1])
            for score, remark in zip_longest(scores, remarks[: len(scores)], fillvalue="")
        )


def left(demo: Shelf) -> None:
    """On the pages of meetings that this loading made."""
    for row in table("past"):
        for position, one in enumerate(row.get("left", []) if row["event"] in demo.fills else []):
            _attachment(demo.events[row["event"]], position, **one)


def _attachment(event: Event, position: int, *, text: str = "", drawing: str = "", **fields) -> None:
    if drawing:
        shown = {name: fields.pop(name) for name in ("credit", "alt", "alt_en")}
        fields["picture"] = Picture.objects.create(file=ContentFile(DRAWINGS[drawing](), name="dessin.jpg"), **shown)
    if text:
        fields["file"] = ContentFile(text.encode(), name="document.txt")
    Attachment.objects.create(event=event, position=position, **fields)


# -- drawings, in place of photographs of people who do not exist -------------------
def _drawn(ground: str, draw) -> bytes:
    """Drawn twice as large, so that edges are smooth."""
    image, file = Image.new("RGB", (2 * WIDE, 2 * HIGH), ground), io.BytesIO()
    pen = ImageDraw.Draw(image)
    draw(pen)
    image.resize((WIDE, HIGH), Image.Resampling.LANCZOS).save(file, "JPEG", quality=82)
    return file.getvalue()


def _disc(pen, x: int, y: int, radius: int, colour: str) -> None:
    pen.ellipse((2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius)), fill=colour)


def _box(pen, x: int, y: int, wide: int, high: int, colour: str, corner: int = 6) -> None:
    pen.rounded_rectangle((2 * x, 2 * y, 2 * (x + wide), 2 * (y + high)), radius=2 * corner, fill=colour)


def _room(pen) -> None:
    _box(pen, 260, 70, 680, 360, PAPER, 14)
    for number, high in enumerate((60, 95, 80, 140, 170, 210, 260)):
        _box(pen, 320 + 82 * number, 390 - high, 50, high, SUN if number == 3 else LEAF)
    for row, colour in enumerate(("#2a5a43", "#22493a", "#1a3a2d", "#142c22")):
        size = 34 + 9 * row
        for seat in range(11):
            x, y = 40 + (size * 3 + 12) * seat - 50 * (row % 2), 470 + 85 * row
            _disc(pen, x, y, size, colour)
            _box(pen, x - int(size * 1.4), y + size, int(size * 2.8), 300, colour, size)


def _table(pen) -> None:
    _disc(pen, 600, 400, 250, PAPER)
    for x, y, turn in ((600, 90, 0), (870, 245, 1), (870, 555, 0), (600, 710, 1), (330, 555, 0), (330, 245, 1)):
        _disc(pen, x, y, 78, LEAF)
        _disc(pen, x, y, 40, SUN if turn else NIGHT)
        near = (600 + (x - 600) * 55 // 100, 400 + (y - 400) * 55 // 100)
        _box(pen, near[0] - 42, near[1] - 54, 84, 108, MIST, 3)
        for line in range(4):
            _box(pen, near[0] - 30, near[1] - 36 + 22 * line, 60 - 14 * (line % 3), 7, LEAF, 2)
    _disc(pen, 600, 400, 34, SUN)


def _wall(pen) -> None:
    for number in range(20):
        x, y = 70 + 216 * (number % 5), 60 + 178 * (number // 5)
        is_kept = number in (3, 7, 11, 14, 18)
        _box(pen, x, y, 190, 144, PAPER, 5)
        for line in range(3):
            _box(pen, x + 22, y + 32 + 30 * line, 146 - 32 * ((number + line) % 3), 9, LEAF if is_kept else "#8fa79a", 3)
        if is_kept:
            _disc(pen, x + 162, y + 118, 20, SUN)
        else:
            pen.line((2 * (x + 18), 2 * (y + 118), 2 * (x + 172), 2 * (y + 22)), fill=NIGHT, width=14)


DRAWINGS = {
    "room": lambda: _drawn(NIGHT, _room),
    "table": lambda: _drawn(MIST, _table),
    "wall": lambda: _drawn(LEAF, _wall),
}
