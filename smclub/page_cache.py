"""Whole answers for visitors without a session, kept in the shared cache until something public changes.

How long is said in `smclub.keeping`. What is kept holds no name, nonce, token or cookie: such an answer is refused here,
whatever its view said.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.middleware.csp import get_nonce
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from smclub.keeping import answering, found, keep
from smclub.shared import SHARED

LONGEST_ADDRESS = 300  # characters of host, path and query
# What networks and letters add to an address; no page of ours looks at them.
TRACKING = {"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref_src"}


@dataclass(frozen=True)
class Entry:
    """An answer as it was made, without what the outer middleware adds to each."""

    route: str
    headers: dict[str, str]
    body: bytes


class PageCacheMiddleware:
    """Stands inside the security headers and before sessions."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        _forget_tracking(request)
        is_nobody = names_nobody(request)
        key = _key(request) if settings.PAGE_CACHE and is_nobody else ""
        is_deed = request.method not in ("GET", "HEAD")
        edition, entry = found(key) if settings.KEEP_FACTS and not is_deed else ("", None)
        if entry:
            response = HttpResponse(entry.body, headers=entry.headers)
            request.kept_route = entry.route  # for the access log: no view is looked up
        else:
            with answering(edition, is_deed=is_deed):
                response = self.get_response(request)
                if not is_nobody or not is_alike_for_all(request, response):
                    return response
                _head(response)
                if edition and key and request.method == "GET":
                    keep(key, Entry(request.resolver_match.route, dict(response.items()), response.content), edition)
        modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
        return get_conditional_response(request, response.headers["ETag"], modified, response)


def names_nobody(request) -> bool:
    """Whether nothing but host, path and query can shape the answer to `request`."""
    if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    if "Authorization" in request.headers or "HX-Request" in request.headers or request.headers.get("Content-Length"):
        return False
    try:
        return len(request.get_host() + request.get_full_path()) <= LONGEST_ADDRESS
    except DisallowedHost:
        return False


def is_alike_for_all(request, response) -> bool:
    """Whether nothing in the answer can be somebody's: the last look before it is handed to others."""
    return (
        response.status_code == 200
        and getattr(response, "is_shared", False)
        and not response.streaming
        and not response.cookies
        and response.headers.get("Cache-Control", SHARED) == SHARED
        and not response.headers.get("Vary")  # the session or a token was looked at
        and not get_nonce(request)
    )


def _forget_tracking(request) -> None:
    """A link shared on a network is the page it leads to, and is kept as such."""
    query = request.META.get("QUERY_STRING", "")
    if "utm_" in query or any(name in query for name in TRACKING):
        told = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        kept = [(name, value) for name, value in told if name not in TRACKING and not name.startswith("utm_")]
        request.META["QUERY_STRING"] = urlencode(kept)


def _key(request) -> str:
    """Of the address and of the static files: a page of yesterday's release names a style sheet that is gone."""
    release = getattr(staticfiles_storage, "manifest_hash", "")
    address = f"{release} {request.scheme}://{request.get_host()}{request.get_full_path()}"
    return "page:" + hashlib.sha256(address.encode()).hexdigest()


def _head(response) -> None:
    """What a proxy in front may do with it, and a validator."""
    response.headers["Cache-Control"] = SHARED
    response.headers.setdefault("ETag", f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"')
