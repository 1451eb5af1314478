"""Tables for spreadsheets: CSV whose cells are read as what they say, never as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones are read alike
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it a spreadsheet reads UTF-8 as something else


def cell(value) -> str:
    """What one cell says: numbers with a comma and dates as they are, texts that a spreadsheet would compute with a ' before."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, Decimal, float)):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def csv_text(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Semicolons between cells, as spreadsheets in French expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([cell(value) for value in row])
    return BOM + out.getvalue()


def csv_answer(header: Sequence[object], rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """A file called `name`, for whoever asked and for no cache."""
    answer = HttpResponse(csv_text(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
