import logging
import time
import unicodedata
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.middleware.locale import LocaleMiddleware
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils.cache import patch_vary_headers

access = logging.getLogger("smclub.access")


class AccessLogMiddleware:
    """One line per request: the route and never the path or query (they may hold a token), no address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.monotonic()
        response = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        route = match.route if match else getattr(request, "kept_route", "-")
        access.info(
            "request",
            extra={
                "method": request.method if request.method in KNOWN_METHODS else "OTHER",
                "route": route,
                "status": response.status_code,
                "ms": round((time.monotonic() - began) * 1000),
            },
        )
        return response


KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class SecurityHeadersMiddleware:
    """The headers that Django does not set itself; whoever signs in gets pages that no shared cache may keep."""

    PERMISSIONS = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies
        if signed_in and "immutable" not in response.headers.get("Cache-Control", ""):  # uploaded files say so
            response.headers["Cache-Control"] = "private, no-store"
        return response


class PathLocaleMiddleware(LocaleMiddleware):
    """The language comes from the address alone, so nothing varies by Accept-Language."""

    def process_response(self, request, response):
        response = super().process_response(request, response)
        vary = [name for name in response.get("Vary", "").split(", ") if name and name.lower() != "accept-language"]
        del response["Vary"]
        if vary:
            patch_vary_headers(response, vary)
        return response


class NotAllowedMiddleware:
    """Whoever follows the address of a button reads where that button is, instead of nothing at all."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET" and not response.content:
            response.content = render_to_string("405.html", {"section": "", "above": _above(request.path)}, request)
        return response


def _above(path: str) -> str:
    """The nearest address above `path` that there is: « /evenements/un-soir/ » of « /evenements/un-soir/place/ »."""
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        if is_valid_path(path):
            return path
    return path


class OneSpellingMiddleware:
    """What is typed is kept in one spelling of each letter (NFC): an accent typed apart makes no second town, tag or password."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method == "POST":
            request.POST = _normalised(request.POST)


def _normalised(typed: QueryDict) -> QueryDict:
    if all(unicodedata.is_normalized("NFC", text) for _name, texts in typed.lists() for text in texts):
        return typed
    spelt = typed.copy()
    for name, texts in typed.lists():
        spelt.setlist(name, [unicodedata.normalize("NFC", text) for text in texts])
    spelt._mutable = False
    return spelt


class VisitorMiddleware(AuthenticationMiddleware):
    """Who came without a session cookie is nobody in particular, and finding that out does not read the session."""

    def process_request(self, request):
        super().process_request(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            request.user = AnonymousUser()
