"""Dates as each language writes them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.formats import date_format, get_format
from django.utils.translation import override

from smclub import dates

FIRST = datetime(2026, 6, 1, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["1er\u00a0juin 2026", "lundi 1er\u00a0juin 2026", "19\u00a0h\u00a030"]),
        ("en", ["1\u00a0June 2026", "Monday 1\u00a0June 2026", "19:30"]),
    ],
)
def test_a_day_and_an_hour_in_words(language, said):
    with override(language):
        assert [dates.day(FIRST), dates.full_day(FIRST), dates.hour(FIRST)] == said


def test_a_moment_is_of_the_day_it_is_in_paris():
    late = datetime(2026, 6, 1, 22, 30, tzinfo=ZoneInfo("UTC"))
    shown = Template("{% load club %}{{ late|day }} / {{ late|day_and_hour }} / {{ day|day }}")
    with override("fr"):
        said = shown.render(Context({"late": late, "day": date(2026, 6, 1)}))
    assert said == "2\u00a0juin 2026 / 2\u00a0juin 2026, 0\u00a0h\u00a030 / 1er\u00a0juin 2026"


def test_english_puts_the_day_before_the_month():
    with override("en"):
        said = [date_format(FIRST, name) for name in ("SHORT_DATE_FORMAT", "DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT")]
        assert said == ["01/06/2026", "1 June 2026", "1 June 2026, 19:30", "19:30"]
        assert get_format("DATE_INPUT_FORMATS")[0] == "%d/%m/%Y"
        assert get_format("FIRST_DAY_OF_WEEK") == 1
