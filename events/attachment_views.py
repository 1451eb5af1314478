"""Files of meetings: handed out by the site itself, to those who may read the meeting."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.models import Attachment
from smclub.words import slug as slug_of


@require_safe
@never_cache
def document(request, slug, pk):
    """Asked anew each time, so that what is taken back is gone; saved, never opened in place."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user).exclude(file=""), pk=pk, event__slug=slug)
    if not default_storage.exists(found.file.name):
        raise Http404
    name = f"{slug_of(found.title) or slug}.{found.suffix.lower()}"
    headers = {"Content-Disposition": content_disposition_header(True, name), "Content-Length": str(found.file.size)}
    return StreamingHttpResponse(_chunks(found), headers=headers, content_type="application/octet-stream")


def _chunks(attachment: Attachment) -> Iterator[bytes]:
    with attachment.file.open() as content:
        yield from content.chunks()
