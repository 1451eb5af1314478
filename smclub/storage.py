"""Uploads kept in a bucket and shown under the site's own address."""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A store that speaks S3.

    Its own addresses are signed, end within the hour and belong to another host: no page that may be shared could hold
    one, and the content policy would show none. So the site hands the bytes out (smclub/media.py), for ever cacheable.
    """

    def url(self, name, parameters=None, expire=None, http_method=None) -> str:
        return settings.MEDIA_URL + quote(name)
