"""Addresses of the web that people type (floor)."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def web_address(value: str) -> None:
    """Refuses what is not of the web, and a name before the host, which makes `https://bank.example@evil.example/` look right."""
    try:
        address = urlsplit(value)
    except ValueError:  # said already by the field's own validator
        return
    if address.scheme.lower() not in ("http", "https") or "@" in address.netloc:
        raise ValidationError(
            _("Write an address of the web: it starts with https:// and holds no name before the host."), code="web_address"
        )
