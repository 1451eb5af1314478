"""Amounts in euros, as each language writes them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language


def euros(amount: Decimal) -> str:
    """« 1 234,50 € », "€1,234.50"; without cents when there are none."""
    places = 2 if amount % 1 else 0
    number = number_format(abs(amount), decimal_pos=places, use_l10n=True, force_grouping=True)
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}{number}\N{NO-BREAK SPACE}€" if get_language() == "fr" else f"{sign}€{number}"
