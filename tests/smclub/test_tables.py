import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from smclub.money import euros
from smclub.tables import cell, csv_text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+33 6", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '=HYPERLINK("x")', "＝1", "＠x", "-5"],
)
def test_a_text_that_a_spreadsheet_would_compute_is_a_text(text):
    """EX-01."""
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("-5.50"), "-5,50"),
        (-3, "-3"),
        (Decimal("1234.00"), "1234,00"),
        (None, ""),
        (date(2026, 1, 2), "2026-01-02"),
        ("a=b", "a=b"),
        ("Ana, d'ici", "Ana, d'ici"),
        ("", ""),
    ],
)
def test_numbers_dates_and_plain_texts_are_not_mangled(value, shown):
    assert cell(value) == shown


def test_headers_quotes_and_lines_are_kept_and_utf8_is_announced():
    text = csv_text(["=total", "Nom"], [["a;b", 'dit "oui"\nou non'], [Decimal("1.5"), "é"]])
    assert text[0] == "\ufeff"
    rows = list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=";"))
    assert rows == [["'=total", "Nom"], ["a;b", 'dit "oui"\nou non'], ["1,5", "é"]]


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        (Decimal("1234.50"), "1\u00a0234,50\u00a0€", "€1,234.50"),
        (Decimal("60.00"), "60\u00a0€", "€60"),
        (Decimal("-300"), "−300\u00a0€", "−€300"),
        (Decimal(0), "0\u00a0€", "€0"),
    ],
)
def test_euros_are_written_as_each_language_does(amount, french, english):
    assert euros(amount) == french
    with translation.override("en"):
        assert euros(amount) == english
