"""Uploaded pictures: decoded to prove what they are, set upright, stripped of metadata, written anew; their lighter variants."""

import math
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MAX_PIXELS = 24_000_000
LESS_PIXELS = {"WEBP": 7_000_000, "AVIF": 7_000_000}  # whose decoders hold the whole picture three or four times
MAX_HELD = 120_000_000  # bytes, by the decoder of a progressive JPEG: in full colour it meets them at 12 million pixels
MAX_SENT = 16_000  # pixels on the longer side of what is sent: the filter that shrinks a line of a million weighs a gigabyte
MAX_BYTES = 15 * 1024 * 1024
MAX_SIDE = 2400  # pixels kept on the longer side: twice the widest column
WIDTHS = (480, 960, 1600)  # pixels: a card on a telephone, a column, a column on a dense screen
_WRITTEN: dict[str, tuple[str, dict]] = {  # suffix of a variant -> its format and how it is written
    "avif": ("AVIF", {"quality": 60, "speed": 8}),
    "webp": ("WEBP", {"quality": 80}),
    "jpg": ("JPEG", {"quality": 82, "progressive": True}),
    "png": ("PNG", {"optimize": True}),
}

_TURNS = {  # as a camera says how it was held
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PngImagePlugin.MAX_TEXT_MEMORY = 4 * 1024 * 1024  # Pillow unpacks sixteen times as much, beside the pixels
_ALONE = threading.Lock()  # two kilobytes may unpack to a hundred megabytes, several times over while they are decoded

_REFUSED = _("This picture cannot be read. Send a JPEG, PNG, WebP or AVIF file.")
_TOO_BIG = _(
    "This picture is too large: at most 24 million pixels (7 million as WebP or AVIF, 10 as a progressive JPEG), "
    "16,000 on a side, and 15 MB."
)
_STRIP = 1_000_000  # pixels that are converted and made smaller at a time


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
        # `optimize` would make a PNG a tenth smaller, for seconds
        options = {"quality": 86, "progressive": True} if kept == "JPEG" else {}
        clean.save(out, kept, **options)
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
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise ValidationError(_TOO_BIG, code="picture_size") from bomb
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(_REFUSED, code="picture") from error


def _decoded(file) -> tuple[Image.Image, str | None]:
    """The one still image in `file` as RGB, or RGBA where something shines through, with no more than its pixels; its format.

    Of several at once each waits for the one before. Made for 150 MB at most, whatever is sent (`tests/smclub/test_bombs.py`).
    """
    file.seek(0)
    with _ALONE, Image.open(file, formats=FORMATS) as image:
        if max(image.size) > MAX_SENT or image.width * image.height > _most_pixels(image):
            raise ValidationError(_TOO_BIG, code="picture_size")
        if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":  # a JPEG, with what telephones add: depth, a second eye
            raise ValidationError(_REFUSED, code="picture")
        came_as, size = image.format, _size_kept(*image.size)
        image.draft(None, size)  # a JPEG is decoded at a half or a quarter where that is enough
        clean = _without_more_than_pixels(image, size)
        turned = image.getexif().get(ExifTags.Base.Orientation, 1)
    return (clean.transpose(_TURNS[turned]) if turned in _TURNS else clean), came_as


def _most_pixels(image: Image.Image) -> int:
    """That a picture stored as this one is may have, for its decoder to hold no more than we can spare."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not _comes_in_several_scans(image):
        return LESS_PIXELS.get(image.format or "", MAX_PIXELS)
    widest, highest = (max(layer[n] for layer in image.layer) or 1 for n in (1, 2))
    coefficients = sum(2 * layer[1] * layer[2] for layer in image.layer) / (widest * highest)  # bytes for one pixel
    return min(MAX_PIXELS, int(MAX_HELD / (4 + coefficients)))


def _comes_in_several_scans(image: JpegImagePlugin.JpegImageFile) -> bool:
    """Of such a JPEG every coefficient is held until the last scan was read. In another the first scan is of all layers."""
    if "progressive" in image.info or image.layers > 3 or image.fp is None or image.format == "MPO":
        return True  # in print colours, or several pictures in one file: rare, not worth a look
    image.fp.seek(-4 - 2 * image.layers, os.SEEK_CUR)  # opening left it after the header of the first scan
    return image.fp.read(1)[0] != image.layers


def _size_kept(width: int, height: int) -> tuple[int, int]:
    less = min(1, MAX_SIDE / max(width, height))
    return max(1, round(width * less)), max(1, round(height * less))


def _without_more_than_pixels(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A new image that holds the pixels of this one at `size` and nothing else.

    Made strip by strip: Pillow copies all of a picture to convert it, and again where something shines through.
    """
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    clean = Image.new("RGBA" if has_alpha else "RGB", size)
    ratio = image.height / size[1]
    reach = 4 * math.ceil(ratio)  # lines above and below that the filter looks at
    lines = max(1, int(_STRIP / (image.width * ratio)))
    for top in range(0, size[1], lines):
        bottom = min(top + lines, size[1])
        first, last = max(0, math.floor(top * ratio) - reach), min(image.height, math.ceil(bottom * ratio) + reach)
        strip = _in_colour(image.crop((0, first, image.width, last)), clean.mode)
        if size != image.size:
            box = (0, top * ratio - first, image.width, min(bottom * ratio - first, strip.height))
            strip = strip.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box)
        else:
            strip = strip.crop((0, top - first, image.width, bottom - first))
        clean.paste(strip, (0, top))
    return clean


def _in_colour(image: Image.Image, mode: str) -> Image.Image:
    deep = image.mode.startswith("I")  # sixteen bits of grey, of which Pillow would keep the darkest eight
    return (image.convert("I").point(lambda value: value / 256).convert("L") if deep else image).convert(mode)
