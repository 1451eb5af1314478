"""Texts kept in two languages on one row: `description` in French, `description_en` in English."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Text:
    value: str
    lang: str

    def __str__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)


def localised(row, field: str) -> Text:
    """The text of `field` in the active language, or the other language's when that one is empty."""
    return _choose(getattr(row, field), getattr(row, f"{field}_en"))


def localised_html(row, field: str) -> Text:
    """The same for the rendering kept beside a Markdown field."""
    return _choose(getattr(row, f"{field}_html"), getattr(row, f"{field}_en_html"))


def _choose(french: str, english: str) -> Text:
    if get_language() == "en":
        return Text(english, "en") if english else Text(french, "fr")
    return Text(french, "fr") if french else Text(english, "en")
