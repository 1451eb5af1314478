"""Uploaded pictures: decoded to prove what they are, set upright, stripped of metadata, written anew; their lighter variants."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MAX_PIXELS = 24_000_000
MAX_BYTES = 15 * 1024 * 1024
MAX_SIDE = 2400  # pixels kept on the longer side: twice the widest column
WIDTHS = (480, 960, 1600)  # pixels: a card on a telephone, a column, a column on a dense screen
_WRITTEN: dict[str, tuple[str, dict]] = {  # suffix of a variant -> its format and how it is written
    "avif": ("AVIF", {"quality": 60, "speed": 8}),
    "webp": ("WEBP", {"quality": 80}),
    "jpg": ("JPEG", {"quality": 82, "progressive": True}),
    "png": ("PNG", {"optimize": True}),
}

_ALONE = threading.Lock()  # two kilobytes may unpack to a hundred megabytes, several times over while they are decoded

_REFUSED = _("This picture cannot be read. Send a JPEG, PNG, WebP or AVIF file.")
_TOO_BIG = _("This picture is too large: at most 24 million pixels and 15 MB.")


def upright(upload) -> ContentFile:
    """The uploaded picture without metadata, the right way up and at most MAX_SIDE wide or high, as a new file.

    Raises ValidationError (codes `picture`, `picture_size`) for anything else than one still image of FORMATS. The size is
    read from the header and refused before a pixel is decoded.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError(_TOO_BIG, code="picture_size")
    with _refusing():
        clean, came_as = _decoded(upload)
        kept = "PNG" if came_as == "PNG" or clean.mode == "RGBA" else "JPEG"
        out = BytesIO()
        clean.save(out, kept, **({"quality": 86, "progressive": True} if kept == "JPEG" else {"optimize": True}))
    return ContentFile(out.getvalue(), name="picture.jpg" if kept == "JPEG" else "picture.png")


class PictureField(forms.FileField):
    """An uploaded picture, as `upright` leaves it. Unlike Django's own field it tries no other decoder, nor minds the name."""

    def __init__(self, *, max_length=None, **kwargs):  # of a name that we choose
        super().__init__(**kwargs)

    def to_python(self, data):
        upload = super().to_python(data)
        return upright(upload) if upload else None

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ",".join(f"image/{kind.lower()}" for kind in FORMATS)}


def variants(content: bytes, suffixes: tuple[str, ...]) -> Iterator[tuple[int, dict[str, bytes]]]:
    """For each width, its files by suffix. Raises ValidationError, like `upright`, for what is no picture."""
    with _refusing():
        whole, _format = _decoded(BytesIO(content))
    for width in widths_for(whole.width):
        size = (width, max(1, round(whole.height * width / whole.width)))
        smaller = whole.resize(size, Image.Resampling.LANCZOS) if size != whole.size else whole
        yield width, {suffix: _encoded(smaller, suffix) for suffix in suffixes}


def widths_for(width: int) -> list[int]:
    """Those of WIDTHS that are narrower, then the picture's own or the widest: nothing is made larger than it is."""
    widest = min(width, WIDTHS[-1])
    return [*(narrower for narrower in WIDTHS if narrower < widest), widest]


def _encoded(image: Image.Image, suffix: str) -> bytes:
    kind, options = _WRITTEN[suffix]
    out = BytesIO()
    (image.convert("RGB") if suffix == "jpg" else image).save(out, kind, **options)
    return out.getvalue()


@contextmanager
def _refusing():
    """Whatever the decoder finds wrong becomes a sentence for a form."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombWarning as bomb:
        raise ValidationError(_TOO_BIG, code="picture_size") from bomb
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(_REFUSED, code="picture") from error


def _decoded(file) -> tuple[Image.Image, str | None]:
    """The one still image in `file` as RGB, or RGBA where something shines through, with no more than its pixels; its format.

    Of several at once each waits for the one before.
    """
    file.seek(0)
    with _ALONE, Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(_TOO_BIG, code="picture_size")
        if getattr(image, "n_frames", 1) > 1:
            raise ValidationError(_REFUSED, code="picture")
        came_as = image.format
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)  # before anything else makes a copy of 24 million pixels
        straight = ImageOps.exif_transpose(image)
    has_alpha = straight.mode in ("RGBA", "LA", "PA") or "transparency" in straight.info
    straight = straight.convert("RGBA" if has_alpha else "RGB")
    clean = Image.new(straight.mode, straight.size)  # a new image holds the pixels and nothing else
    clean.paste(straight)
    return clean, came_as
