"""A table as somebody's spreadsheet wrote it: decoded, cut into cells, or refused in a sentence."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.refusals import Refused
from smclub.words import words

MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 10_000  # written in one transaction, for whose end everybody else waits on SQLite
MOST_COLUMNS = 200
LONGEST_CELL = 2_000
SEPARATORS = (";", ",", "\t")
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # as a spreadsheet writes "Unicode text"
LINKS = {"de", "du", "des", "la", "les", "et", "of", "the", "and"}  # between the words of a heading
FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Row:
    number: int  # as the spreadsheet counts, the header being the first
    cells: list[str]


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: list[Row]


def read(data: bytes) -> Table:
    """Raises Refused, whose text says what to do about it."""
    text = decoded(data)
    records = _records(text)
    header = _header(records)
    rows = [Row(number, row) for number, row in records if any(row)]
    if not rows:
        raise Refused(_("This file names its columns and holds no line."), code="empty")
    if len(rows) > MOST_LINES:
        raise Refused(
            _("This file has %(number)s lines, and %(most)s at most are read at once: cut it in two.")
            % {"number": len(rows), "most": MOST_LINES},
            code="long",
        )
    return Table(header, rows)


def decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, or what Windows writes; letters in one spelling (NFC)."""
    if not data.strip():
        raise Refused(_("This file is empty."), code="empty")
    if len(data) > MOST_BYTES:
        raise Refused(_("This file is larger than 5 MB: cut it in two."), code="large")
    if data.startswith(SPREADSHEETS):
        raise Refused(
            _("This is no CSV file: in your spreadsheet, choose Save as, then CSV, and send the file it makes."),
            code="spreadsheet",
        )
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError:
        raise Refused(_("This file cannot be read as a text: save it as CSV, in UTF-8."), code="unreadable") from None
    if "\x00" in text:
        raise Refused(_("This file cannot be read as a text: save it as CSV, in UTF-8."), code="unreadable")
    return unicodedata.normalize("NFC", text)


def _encoding(data: bytes) -> str:
    if data.startswith(UTF_16):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number, cells without what surrounds them) of each line."""
    reader, number = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), 0
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error:
            row = ["x" * (LONGEST_CELL + 1)]
        if row is None:
            return
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise Refused(
                _("Line %(number)s holds a cell of more than %(most)s characters: a quotation mark may be missing there.")
                % {"number": number, "most": LONGEST_CELL},
                code="cell",
            )
        yield number, [_plain(cell) for cell in row]


def _separator(text: str) -> str:
    """The one that cuts the first line into most cells."""
    first = text.lstrip("\r\n").splitlines()[:1]
    return max(SEPARATORS, key=lambda mark: len(next(csv.reader(first, delimiter=mark), [])))


def _plain(cell: str) -> str:
    """Without the spaces around it, nor the ' that keeps a spreadsheet from computing (`smclub/tables.py` writes one)."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell


def _header(records: Iterator[tuple[int, list[str]]]) -> list[str]:
    header = next((row for _number, row in records if any(row)), [])
    if len(header) > MOST_COLUMNS:
        raise Refused(_("This file has more than %(most)s columns.") % {"most": MOST_COLUMNS}, code="columns")
    if not header or any("@" in name for name in header):
        raise Refused(_("The first line must name the columns: E-mail, Last name, First name…"), code="header")
    named = [folded(name) for name in header]
    for place, name in enumerate(named):
        if name and name in named[:place]:
            raise Refused(
                _("Two columns are called “%(name)s”: give each a name of its own.") % {"name": header[place]}, code="twice"
            )
    return header


def folded(text: str) -> str:
    """« Prénom de l’adhérent » and « PRENOM ADHERENT » alike: a heading, or a word of those that cells choose among."""
    spelt = words(text)
    return " ".join([word for word in spelt if word not in LINKS] or spelt)
