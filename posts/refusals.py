"""What a verb of this app answers when it cannot be done."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Why a deed was not done, in words that whoever asked may read; `field` is the form field it is about."""

    field: str | None = None
    text = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.text)
