"""Addresses of the old site, and of whatever was renamed, answered by one permanent redirect."""

import re
from collections.abc import Iterator

from django.db.models.functions import Length
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve, reverse

from members.models import OldAddress

PAGE = re.compile(r"^(?P<path>/(?:.*/)?)page/(?P<number>\d{1,6})/?$")
ENGLISH = "/en"
LISTS = "posts"  # the namespace whose pages are numbered
FILE = re.compile(r"(?<=[^/])\.ics$")  # one meeting's calendar entry stands beside its page, not below it


class OldAddressMiddleware:
    """What would be missing is looked for among the old addresses; their `/page/5/` is our `?page=5`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        target = successor(request.path_info)
        if target is None:
            return response
        path, number = target
        query = request.GET.copy()
        if number:
            query["page"] = number
        return HttpResponsePermanentRedirect(f"{path}?{query.urlencode()}" if query else path)


def successor(path: str) -> tuple[str, str] | None:
    """Where an address that answers no more leads: (path, number of the page or ""); None when nowhere."""
    found = PAGE.match(path)
    bare, number = (found["path"], found["number"]) if found else (path, "")
    if moved := _moved(bare):
        return moved, number
    return (bare, number) if number and (bare := _numbered(bare)) else None


def _moved(path: str) -> str | None:
    """The new path of an old address, under the prefix it was asked for; feeds, calendars and deeds go with their page."""
    prefix = ENGLISH if path.startswith(ENGLISH + "/") else ""
    asked = path.removeprefix(prefix)
    if "\x00" in asked or len(asked) > OldAddress._meta.get_field("path").max_length:
        return None
    rest = dict(_pages_above(asked))
    for row in OldAddress.objects.filter(path__in=rest).order_by(Length("path").desc(), "path"):
        target = _below(row.target, rest[row.path])
        moved = prefix + target if target.startswith("/") else target
        if not rest[row.path] or _answers(moved):
            return moved
    return None


def _pages_above(path: str) -> Iterator[tuple[str, str]]:
    """The pages that `path` may be or belong to, each with what `path` adds to it: ("/groupes/rennes/", "feed.json")."""
    for end in range(1, len(path)):
        if path[end] == "/":
            yield path[: end + 1], path[end + 1 :]
    if FILE.search(path):
        yield FILE.sub("/", path), ".ics"
    yield path.rstrip("/") + "/", ""
    yield path, ""


def _below(page: str, rest: str) -> str:
    return page.rstrip("/") + rest if rest.startswith(".") else page + rest


def _answers(path: str) -> bool:
    try:
        resolve(path)
    except (Resolver404, Http404):
        return False
    return True


def _numbered(path: str) -> str | None:
    """The list whose further pages were at `path`page/2/: the home page's are the articles'."""
    if path in ("/", ENGLISH + "/"):
        return path.rstrip("/") + reverse("posts:list").removeprefix(ENGLISH)
    try:
        found = resolve(path)
    except (Resolver404, Http404):
        return None
    return path if found.namespace == LISTS else None
