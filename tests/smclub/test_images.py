import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from members.admin.people import PictureForm
from members.forms import ProfileForm
from members.models import Picture
from smclub import images


def upload(image: Image.Image, kind="JPEG", **options) -> SimpleUploadedFile:
    out = BytesIO()
    image.save(out, kind, **options)
    return SimpleUploadedFile(f"../../é x.{kind.lower()}", out.getvalue())


def opened(file) -> Image.Image:
    return Image.open(BytesIO(file.read()))


@pytest.mark.parametrize("kind", images.FORMATS)
def test_the_four_formats_are_read(kind):
    clean = opened(images.upright(upload(Image.new("RGB", (60, 40), "green"), kind)))
    assert (clean.size, clean.format) == ((60, 40), "PNG" if kind == "PNG" else "JPEG")


@pytest.mark.parametrize(("sent", "kept"), [((60, 40), (40, 60)), ((3000, 1000), (800, 2400))])
def test_metadata_is_gone_and_the_picture_stands_upright(sent, kept):
    """UP-04."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    exif[0x013B] = "Photographe"
    exif.get_ifd(0x8825)[1] = "N"
    clean = opened(images.upright(upload(Image.new("RGB", sent), exif=exif)))
    assert clean.size == kept
    assert dict(clean.getexif()) == {}
    assert "exif" not in clean.info


def test_what_follows_the_picture_is_gone():
    """UP-02."""
    file = upload(Image.new("RGB", (10, 10)), "PNG")
    polyglot = SimpleUploadedFile("x.png", file.read() + b"<script>alert(1)</script>")
    assert b"script" not in images.upright(polyglot).read()


def test_a_large_picture_is_made_smaller():
    assert opened(images.upright(upload(Image.new("RGB", (3000, 1000))))).size == (2400, 800)


@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)])
@pytest.mark.parametrize(
    ("grey", "seen"),
    [(Image.new("I;16", (1, 1), 128 * 256), 128), (Image.new("P", (1, 1), 1), 128), (Image.new("L", (1, 1), 128), 128)],
)
def test_a_grey_stays_the_grey_it_is(size, grey, seen):
    """However many bits or colours a picture is stored in, large or small."""
    if grey.mode == "P":
        grey.putpalette([0, 0, 0, seen, seen, seen])
    clean = opened(images.upright(upload(grey.resize(size), "PNG")))
    assert clean.getextrema() == ((seen, seen),) * 3


def test_a_picture_made_smaller_strip_by_strip_shows_no_seam():
    whole = Image.radial_gradient("L").resize((3000, 2900)).convert("RGB")
    clean = opened(images.upright(upload(whole, "PNG")))
    assert clean.tobytes() == whole.resize((2400, 2320), Image.Resampling.LANCZOS).tobytes()


def test_of_a_photograph_with_its_second_eye_the_first_is_kept():
    """Some telephones and cameras send several JPEGs in one file (MPO), under the name of a JPEG."""
    sent = upload(Image.new("RGB", (60, 40), "red"), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")])
    assert Image.open(sent).format == "MPO"
    kept = opened(images.upright(sent))
    assert (kept.format, kept.size, getattr(kept, "n_frames", 1)) == ("JPEG", (60, 40), 1)
    assert kept.getpixel((30, 20))[0] > 200


def test_transparency_is_kept():
    assert opened(images.upright(upload(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "WEBP"))).mode == "RGBA"


@pytest.mark.parametrize(
    ("width", "widths"),
    [(1, [1]), (480, [480]), (481, [480, 481]), (1200, [480, 960, 1200]), (1600, [480, 960, 1600]), (2400, [480, 960, 1600])],
)
def test_variants_are_never_larger_than_the_picture(width, widths):
    assert images.widths_for(width) == widths


def test_variants_are_of_the_kinds_asked_for_and_tell_nothing():
    exif = Image.Exif()
    exif[0x013B] = "Photographe"
    content = upload(Image.new("RGB", (500, 3)), exif=exif).read()
    made = list(images.variants(content, ("avif", "webp", "jpg")))
    opened_ones = [(width, suffix, Image.open(BytesIO(file))) for width, files in made for suffix, file in files.items()]
    kinds = (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG"))
    assert [(width, suffix, image.format, image.size) for width, suffix, image in opened_ones] == [
        (width, suffix, kind, (width, 3)) for width in (480, 500) for suffix, kind in kinds
    ]
    assert [dict(image.getexif()) for _width, _suffix, image in opened_ones] == [{}] * 6


def test_what_is_no_picture_has_no_variants():
    with pytest.raises(ValidationError):
        list(images.variants(b"no picture", ("avif",)))


def bomb() -> bytes:
    """The header of a PNG of 30,000 by 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def chatty() -> bytes:
    """A small PNG with a text that unpacks to 64 MB."""
    info = PngImagePlugin.PngInfo()
    info.add_text("x", "a" * 64 * 1024 * 1024, zip=True)
    return upload(Image.new("RGB", (9, 9)), "PNG", pnginfo=info).read()


def truncated() -> bytes:
    return upload(Image.effect_noise((400, 400), 90).convert("RGB")).read()[:5000]


def animated() -> bytes:
    out = BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("html", b"<!doctype html><script>alert(1)</script>"),
        ("pdf", b"%PDF-1.7\n"),
        ("gif", b"GIF89a" + b"\0" * 100),
        ("empty", b""),
        ("bomb", bomb()),
        ("chatty", chatty()),
        ("fits", b"SIMPLE  =                    T".ljust(80) + b"END".ljust(80)),
        ("truncated", truncated()),
        ("animated", animated()),
    ],
)
def test_anything_else_is_refused_with_a_sentence(name, content):
    """UP-01, UP-03."""
    with pytest.raises(ValidationError) as refusal:
        images.upright(SimpleUploadedFile(f"{name}.png", content))
    assert refusal.value.code in ("picture", "picture_size")


PICTURE_OF_THE_DESK = forms.modelform_factory(Picture, PictureForm, fields=["file"]).base_fields["file"]


@pytest.mark.parametrize("field", [PICTURE_OF_THE_DESK, ProfileForm.base_fields["portrait"]])
def test_a_form_tries_no_other_decoder(field, monkeypatch):
    """UP-01: Django's own field would have tried all of them first."""
    tried, decode = [], Image.open
    monkeypatch.setattr(Image, "open", lambda *args, formats=None: tried.append(formats) or decode(*args, formats=formats))
    with pytest.raises(ValidationError) as refused:
        field.clean(upload(Image.new("RGB", (9, 9)), "BMP"), None)
    assert ([error.code for error in refused.value.error_list], tried) == (["picture"], [images.FORMATS])


def test_one_picture_is_decoded_at_a_time(monkeypatch):
    """UP-03: eight large ones at once would take the memory of a small machine."""
    inside, most, crop = [], set(), Image.Image.crop

    def slowly(image, *args, **options):
        inside.append(1)
        most.add(len(inside))
        time.sleep(0.02)
        inside.pop()
        return crop(image, *args, **options)

    monkeypatch.setattr(Image.Image, "crop", slowly)
    files = [upload(Image.new("RGB", (9, 9))) for _n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        _ = list(pool.map(images.upright, files))
    assert most == {1}
