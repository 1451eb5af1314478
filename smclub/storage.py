"""Uploads kept in a bucket and shown under the site's own address."""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A store that speaks S3.

    Its own addresses are signed, end within the hour and belong to another host: no page that may be shared could hold
    one, and the content policy would show none. So the site hands the bytes out (smclub/media.py), for ever cacheable.
    """

    def get_default_settings(self) -> dict:
        """The path names the bucket, which every store answers to, one without names of its own for buckets included."""
        ours = {"addressing_style": "path", "signature_version": "s3v4", "file_overwrite": False}
        return super().get_default_settings() | ours

    def url(self, name, parameters=None, expire=None, http_method=None) -> str:
        return settings.MEDIA_URL + quote(name)
