"""Days and hours in words, in the active language."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language

NBSP = "\u00a0"


def day(at: date) -> str:
    """« 1er juin 2026 », "1 June 2026"; a moment is taken in its own zone."""
    number = "1er" if at.day == 1 and get_language() == "fr" else str(at.day)
    return f"{number}{NBSP}{date_format(at, 'F Y')}"


def short_day(at: date) -> str:
    """« 1er sept. 2026 », "1 Sept. 2026", on one line: for the columns of a table."""
    number = "1er" if at.day == 1 and get_language() == "fr" else str(at.day)
    return f"{number}{NBSP}{date_format(at, 'N')}{NBSP}{at.year}"


def full_day(at: date) -> str:
    """« lundi 1er juin 2026 », "Monday 1 June 2026"."""
    return f"{date_format(at, 'l')} {day(at)}"


def hour(at: datetime) -> str:
    """« 19 h 30 », « 19 h », "19:30"."""
    if get_language() != "fr":
        return f"{at:%H:%M}"
    return f"{at.hour}{NBSP}h{NBSP}{at:%M}" if at.minute else f"{at.hour}{NBSP}h"
