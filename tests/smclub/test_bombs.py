"""UP-03: what a picture may cost whoever receives it. Each is decoded in a process of its own, whose peak is read."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, PngImagePlugin

from tests.smclub.test_images import bomb

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc"),
]
MOST = 150  # MB more than before
LONGEST = 2  # seconds of the processor
SLOW_MACHINE = 3  # times as long is still allowed: tests run beside others
DECODE = """
import sys, time
from django.conf import settings
settings.configure(USE_I18N=False)
from django.core.exceptions import ValidationError
from django.core.files.base import File
from PIL import Image
from smclub import images

def peak():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))

Image.init()
with open(sys.argv[1], "rb") as file:
    before, began, said = peak(), time.process_time(), "kept"
    try:
        images.upright(File(file))
    except ValidationError as refusal:
        said = refusal.code
    print(said, peak() - before, time.process_time() - began)
"""


def soft(width, height, mode="RGB"):
    """A picture that any format stores in little."""
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def stored(image, kind, **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def many_frames(kind, number=500):
    frames = [Image.new("RGB", (64, 64), (n % 256, n // 2, 0)) for n in range(number)]
    return stored(frames[0], kind, save_all=True, append_images=frames[1:])


def widened(webp):
    """The same frames on a canvas of 176 million pixels."""
    assert webp[12:16] == b"VP8X"
    return webp[:24] + (15_999).to_bytes(3, "little") + (10_999).to_bytes(3, "little") + webp[30:]


def chatty(size, letters, times=1):
    info = PngImagePlugin.PngInfo()
    for n in range(times):
        info.add_text(f"x{n}", "a" * letters, zip=True)
    return stored(Image.new("RGBA", size), "PNG", pnginfo=info, compress_level=1)


def large(kind, width=6000, height=4000, mode="RGB", **options):
    return lambda: stored(soft(width, height, mode), kind, **options)


BOMBS = {
    "a PNG of 30,000 by 30,000": (bomb, "picture_size"),
    "a text of 64 MB": (lambda: chatty((9, 9), 64 * 1024 * 1024), "picture"),
    "sixty texts of 1 MB and 24 million pixels": (lambda: chatty((6000, 4000), 1_000_000, times=60), "picture"),
    "500 frames, GIF": (lambda: many_frames("GIF"), "picture"),
    "500 frames, WebP": (lambda: many_frames("WEBP"), "picture"),
    "500 frames, AVIF": (lambda: many_frames("AVIF"), "picture"),
    "500 frames, wide WebP": (lambda: widened(many_frames("WEBP")), "picture_size"),
    "FITS": (lambda: b"SIMPLE  =                    T".ljust(80) + b"END".ljust(80), "picture"),
    "WebP just too large": (large("WEBP", 3000, 2340, method=0), "picture_size"),
    "AVIF just too large": (large("AVIF", 3000, 2340, speed=10), "picture_size"),
    "progressive JPEG just too large": (large("JPEG", 4200, 4200, progressive=True), "picture_size"),
    "a line of 24 million pixels": (lambda: stored(Image.new("L", (24_000_000, 1)), "PNG"), "picture_size"),
}
HONEST = {
    "JPEG": large("JPEG"),
    "JPEG just too small for half of it": large("JPEG", 4799, 4799, subsampling=0),
    "progressive JPEG": large("JPEG", 4096, 4096, progressive=True),
    "progressive JPEG in full colour": large("JPEG", 4000, 2990, progressive=True, subsampling=0),
    "JPEG in print colours": large("JPEG", 3600, 2700, "CMYK"),
    "PNG": large("PNG", compress_level=1),
    "PNG that shines through": large("PNG", mode="RGBA", compress_level=1),
    "PNG of 256 colours": large("PNG", mode="P", compress_level=1),
    "PNG of sixteen bits": large("PNG", mode="I;16", compress_level=1),
    "PNG as long as may be": large("PNG", 16_000, 1500, "RGBA", compress_level=1),
    "WebP": large("WEBP", 3050, 2290, method=0),
    "WebP that shines through": large("WEBP", 3050, 2290, "RGBA", lossless=True, method=0, quality=0),
    "AVIF": large("AVIF", 3050, 2290, speed=10),
    "AVIF that shines through": large("AVIF", 3050, 2290, "RGBA", subsampling="4:4:4", speed=10),
}


def cost(content, folder):
    """(what the form says, MB at the peak, seconds)."""
    sent = folder / "sent"
    sent.write_bytes(content)
    command = [sys.executable, "-W", "ignore", "-c", DECODE, str(sent)]
    heard = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=120)
    assert heard.returncode == 0, heard.stderr[-2000:]
    said, peak, seconds = heard.stdout.split()
    return said, float(peak), float(seconds)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_next_to_nothing(name, tmp_path):
    make, refused = BOMBS[name]
    said, peak, seconds = cost(make(), tmp_path)
    assert (said, peak < 30, seconds < LONGEST) == (refused, True, True), (said, peak, seconds)


@pytest.mark.parametrize("name", HONEST)
def test_the_largest_picture_of_each_kind_is_kept_for_150_mb(name, tmp_path):
    said, peak, seconds = cost(HONEST[name](), tmp_path)
    assert (said, peak < MOST, seconds < LONGEST * SLOW_MACHINE) == ("kept", True, True), (said, peak, seconds)
