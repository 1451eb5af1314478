"""What a name looks like, whatever letters it is made of: two names of one shape are taken for each other."""

import unicodedata
from functools import lru_cache

from django.db import models

ALIKE = str.maketrans({"I": "l", "1": "l", "|": "l", "0": "O"})  # within ASCII
PAIRS = (("rn", "m"), ("vv", "w"))


def shape(name: str) -> str:
    """« Мilan », « Mi1an » and « Milan » alike; case is kept, for « Lan » is not « Ian » (after Unicode TR 39, skeletons)."""
    seen = "".join(_seen(letter) for letter in unicodedata.normalize("NFKD", name) if letter.isalnum() or letter == "|")
    seen = seen.translate(ALIKE)
    for pair, letter in PAIRS:
        seen = seen.replace(pair, letter)
    return seen[:120]


def _seen(letter: str) -> str:
    return letter if letter.isascii() else _ascii_twin(letter)


@lru_cache(maxsize=2_000)
def _ascii_twin(letter: str) -> str:
    """The ASCII letter that looks like it, or the letter itself."""
    from confusable_homoglyphs.confusables import confusables_data  # lazy: ten megabytes that few names need

    twins = (twin["c"] for twin in confusables_data.get(letter, ()))
    return next((twin for twin in twins if twin.isascii() and twin.isalnum()), letter)


class ShapeField(models.CharField):
    """The shape of the name in the field `source`, written whenever the row is."""

    def __init__(self, *, source: str, **kwargs):
        self.source = source
        super().__init__(max_length=120, blank=True, editable=False, default="", db_index=True, **kwargs)

    def pre_save(self, model_instance, add):
        value = shape(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "blank", "editable", "default", "db_index"):
            kwargs.pop(implied, None)
        return name, "members.models.shape.ShapeField", args, kwargs | {"source": self.source}
