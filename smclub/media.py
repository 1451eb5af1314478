"""Uploaded files under `make run`: who may see them, no script in them, and parts of them on demand.

In production nginx or the object store sends the bytes; see docs/deploy.md.
"""

import mimetypes
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.csp import CSP
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

CHUNK = 64 * 1024
POLICY: dict[str, Any] = {"default-src": [CSP.NONE], "sandbox": True}
SHOWN_IN_PLACE = {"image/jpeg", "image/png", "image/webp", "image/avif", "audio/mpeg", "audio/ogg", "video/mp4"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def everybody(visitor_of_request, name: str) -> bool:
    """For files whose name cannot be guessed, is only written on pages that one may see, and changes when they are taken back."""
    return True


# folder -> who may have a file of it; a folder that is not here belongs to nobody
READERS: dict[str, Callable[[object, str], bool]] = {"pictures": everybody}


@require_safe
@csp_override(POLICY)
def media(request, name):
    may_read = READERS.get(name.partition("/")[0])
    if may_read is None or not may_read(request, name):
        raise Http404
    file, size, changed = _opened(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "Content-Type": kind,
        "Content-Disposition": "inline" if kind in SHOWN_IN_PLACE else "attachment",
        "Last-Modified": http_date(changed),
        "Accept-Ranges": "bytes",
        # what is taken back (smclub/concealing.py) leaves shared caches within the hour
        "Cache-Control": "public, max-age=31536000, s-maxage=3600, immutable",
    }
    if parse_http_date_safe(request.headers.get("If-Modified-Since", "")) == changed:
        file.close()
        return HttpResponse(status=304, headers=headers)
    return _answer(request, file, size, headers)


def _opened(name: str) -> tuple[BinaryIO, int, int]:
    """The file, its size and the second it was changed; 404 for whatever is not a readable file inside the store."""
    try:
        file = default_storage.open(name)
        return file, default_storage.size(name), int(default_storage.get_modified_time(name).timestamp())
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404 from None


def _answer(request, file: BinaryIO, size: int, headers: dict) -> StreamingHttpResponse | HttpResponse:
    asked = wanted(request.headers.get("Range", ""), size)
    if asked == ():
        file.close()
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    first, last = asked or (0, size - 1)
    headers |= {"Content-Length": str(last - first + 1)}
    if asked:
        headers |= {"Content-Range": f"bytes {first}-{last}/{size}"}
    return StreamingHttpResponse(Part(file, first, last), status=206 if asked else 200, headers=headers)


def wanted(header: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """First and last byte asked for; None for the whole (also of what we do not understand), () for what cannot be had."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last so many bytes
        return (max(0, size - int(last)), size - 1) if int(last) and size else ()
    begin, end = int(first), min(int(last or size - 1), size - 1)
    if last and int(last) < begin:
        return None
    return (begin, end) if begin < size else ()


class Part:
    """The bytes from `first` to `last`; the response closes the file even when nothing of it was read."""

    def __init__(self, file: BinaryIO, first: int, last: int):
        self.file, self.first, self.last = file, first, last

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        left = self.last - self.first + 1
        while left and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
