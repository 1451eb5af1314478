"""Absolute addresses, always from SITE_URL and never from a request's Host header."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation


def absolute(path: str) -> str:
    return urljoin(settings.SITE_URL + "/", path)


def in_language(language: str, name: str, *args, **kwargs) -> str:
    """The path of a named URL under the prefix of `language`, whatever language is active."""
    with translation.override(language):
        return reverse(name, args=args, kwargs=kwargs)


def site_host() -> str:
    return urlsplit(settings.SITE_URL).netloc
