"""What a verb of this app answers when it cannot be done."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _


class Refused(ValidationError):
    """Said to the person who asked, in their language; `field` is the field of the form that it is about."""

    def __init__(self, message: str, *, code: str, field: str | None = None):
        super().__init__(message, code=code)
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


def told(response: HttpResponse, refusal: object) -> HttpResponse:
    """`response` says `refusal`: 503 where only the crowd kept it from being done, so that scripts ask again."""
    if isinstance(refusal, Busy):
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


class Busy(Refused):
    """Too many people at the same time: nothing was done, and the same request may be sent again."""

    def __init__(self):
        super().__init__(_("Many people are registering at this moment: try again."), code="busy")
