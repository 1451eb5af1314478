"""Path converters of the old addresses: /2012/06/18/slug/ answers, /2012/6/18/slug/ does not."""


class Year:
    regex = r"(?:19|20)\d{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value) -> str:
        return f"{int(value):04d}"


class Month(Year):
    regex = r"0[1-9]|1[0-2]"

    def to_url(self, value) -> str:
        return f"{int(value):02d}"


class Day(Month):
    regex = r"0[1-9]|[12]\d|3[01]"


class AnySlug:
    """Imported slugs may hold letters outside ASCII."""

    regex = r"[^/?#\s\x00-\x1f\x7f]+"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python
