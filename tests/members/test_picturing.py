import io
import os
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from members import picturing
from members.models import Picture
from smclub import due
from smclub.editions import first_edition
from tests import desk
from tests.cast import cast
from tests.make import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where the pictures lie."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "pictures"


def drawn(width=600, height=300, kind="JPEG", *, shines_through=False) -> bytes:
    out = io.BytesIO()
    shades = Image.linear_gradient("L").resize((width, height))
    image = shades.convert("RGB")
    if shines_through:
        image.putalpha(shades)
    image.save(out, kind)
    return out.getvalue()


def kept(content=None, suffix="jpg", **fields) -> Picture:
    file = ContentFile(drawn() if content is None else content, name=f"picture.{suffix}")
    return picturing.keep(Picture(file=file, alt="Une salle", **fields))


def work() -> None:
    """What the task worker would do now."""
    for result in DBTaskResult.objects.ready():
        result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
        result.delete()


def shown(picture: Picture, template="_picture.html", **context) -> str:
    return render_to_string(template, {"picture": picture, **context})


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_variants_are_made_by_the_worker(folder, at_once):
    edition = first_edition()
    picture = kept(drawn(1000, 500))
    assert picture.widths is None
    at_once(work)
    picture = Picture.objects.get()
    token = picture.file.name.removeprefix("pictures/").removesuffix(".jpg")
    made = [f"{token}-{width}.{suffix}" for width in (480, 960, 1000) for suffix in ("avif", "jpg", "webp")]
    assert picture.widths == [480, 960, 1000]
    assert names(folder) == sorted([f"{token}.jpg", *made])
    assert first_edition() != edition
    for name in made:
        with Image.open(folder / name) as image:
            width = int(name.rpartition("-")[2].partition(".")[0])
            assert (image.width, image.height) == (width, round(width / 2))


def test_what_shines_through_does_so_in_every_variant(folder):
    kept(drawn(500, 100, "PNG", shines_through=True), "png")
    work()
    picture = Picture.objects.get()
    assert picture.suffixes == ("avif", "webp", "png")
    for name in picture.file_names[1:]:
        with Image.open(folder.parent / name) as image:
            assert image.mode == "RGBA", name


def test_a_file_that_cannot_be_read_is_tried_once(folder):
    broken, gone = kept(), kept()
    (folder.parent / broken.file.name).write_bytes(b"no picture")
    (folder.parent / gone.file.name).unlink()
    work()
    assert [picture.widths for picture in Picture.objects.all()] == [[], []]
    assert picturing.sweep() == 0


def test_a_lost_task_is_asked_for_again():
    kept()
    DBTaskResult.objects.all().delete()
    work()
    assert Picture.objects.get().widths is None
    due.run_due([job for job in due.JOBS if job.run == picturing.sweep])
    work()
    assert Picture.objects.get().widths == [480, 600]


def test_what_a_dead_task_left_is_written_anew(folder):
    picture = kept()
    (folder.parent / picture.variant_name(480, "webp")).write_bytes(b"half of")
    work()
    picture = Picture.objects.get()
    assert names(folder) == sorted(name.removeprefix("pictures/") for name in picture.file_names)
    with Image.open(folder.parent / picture.variant_name(480, "webp")) as image:
        assert image.width == 480


def test_files_replaced_in_the_admin_go(client, folder, at_once):
    kept()
    work()
    before = Picture.objects.get()
    client.force_login(cast("olga"))
    at_once(desk.save, client, before, alt="Une scène")
    assert Picture.objects.get().file_names == before.file_names
    upload = SimpleUploadedFile("x.png", drawn(300, 100, "PNG"), content_type="image/png")
    at_once(desk.save, client, before, file=upload)
    after = Picture.objects.get()
    assert (after.widths, names(folder)) == (None, [after.file.name.removeprefix("pictures/")])
    work()
    assert Picture.objects.get().widths == [300]


@pytest.mark.parametrize("way", ["one", "several"])
def test_files_of_a_picture_deleted_in_the_admin_go(client, folder, at_once, way):
    kept()
    work()
    picture = Picture.objects.get()
    client.force_login(cast("oscar"))
    if way == "one":
        at_once(client.post, reverse("admin:members_picture_delete", args=[picture.pk]), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [picture.pk], "post": "yes"}
        at_once(client.post, reverse("admin:members_picture_changelist"), chosen)
    assert not Picture.objects.exists()
    assert names(folder) == []


def test_variants_of_a_picture_replaced_meanwhile_go(folder, monkeypatch):
    """The file is another one when the task says what it made."""
    picture = kept()

    def while_it_changes(content, suffixes):
        Picture.objects.update(file="pictures/another.jpg")
        return variants(content, suffixes)

    variants = picturing.variants
    monkeypatch.setattr(picturing, "variants", while_it_changes)
    picturing.make_variants(picture.pk)
    assert Picture.objects.get().widths is None
    assert names(folder) == []


def test_files_that_no_picture_knows_go_after_a_day(folder, at_once):
    kept()
    work()
    picture = Picture.objects.get()
    for name, days in (("old.jpg", 2), ("young.jpg", 0)):
        (folder / name).write_bytes(b"x")
        age(folder / name, days)
    for name in picture.file_names:
        age(folder.parent / name, 2)
    assert picturing.remove_orphans() == 1
    assert names(folder) == sorted(["young.jpg", *(name.removeprefix("pictures/") for name in picture.file_names)])


def age(path, days: int) -> None:
    at = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def test_before_any_picture_there_are_no_orphans():
    assert picturing.remove_orphans() == 0


def test_a_picture_without_variants_is_shown_as_it_is():
    picture = kept(drawn(16, 9))
    assert shown(picture) == (f'<img src="{picture.file.url}" alt="Une salle" width="16" height="9" decoding="async">')


def test_a_picture_is_shown_in_the_lightest_kind_and_fitting_width():
    kept()
    work()
    picture = Picture.objects.get()
    stem = picture.file.url.removesuffix(".jpg")
    assert shown(picture, lazy=True, sizes="20rem") == (
        f'<picture><source type="image/avif" srcset="{stem}-480.avif 480w, {stem}-600.avif 600w" sizes="20rem">'
        f'<source type="image/webp" srcset="{stem}-480.webp 480w, {stem}-600.webp 600w" sizes="20rem">'
        f'<img src="{stem}.jpg" srcset="{stem}-480.jpg 480w, {stem}-600.jpg 600w" sizes="20rem" alt="Une salle"'
        ' width="600" height="300" loading="lazy" decoding="async"></picture>'
    )


def test_a_thumbnail_is_the_narrowest():
    kept(focal_x=34, focal_y=50)
    work()
    picture = Picture.objects.get()
    stem = picture.file.url.removesuffix(".jpg")
    assert shown(picture, "_thumbnail.html", css="avatar") == (
        f'<picture><source type="image/avif" srcset="{stem}-480.avif"><source type="image/webp" srcset="{stem}-480.webp">'
        f'<img class="avatar fx-30" src="{stem}-480.jpg" alt="" width="600" height="300" decoding="async"></picture>'
    )


@pytest.mark.parametrize(("x", "y", "classes"), [(50, 50, ""), (0, 100, "fx-0 fy-100"), (47, 33, "fy-30")])
def test_the_focal_point_is_kept_to_a_tenth(x, y, classes):
    assert Picture(focal_x=x, focal_y=y).framing == classes


@pytest.mark.django_db(transaction=True)
def test_a_portrait_with_variants_stands_where_initials_do(browser):
    people = [make_person(name="Ana Alves"), make_person(name="Bao Bui", portrait=kept())]
    work()
    lefts = []
    for person in people:
        page = browser.open(person.get_absolute_url())
        lefts.append(page.locator(".profile-head .avatar").bounding_box()["x"])
    assert page.locator("img.avatar").evaluate("image => image.decode().then(() => image.currentSrc)").endswith("-480.avif")
    assert lefts[0] == lefts[1]


NAMES = [
    "../../x.jpg",
    "/etc/passwd",
    "..\\..\\x.jpg",
    "C:\\x.jpg",
    "x" * 300 + ".jpg",
    "a\x00b.jpg",
    "x\r\nX-Evil: 1.jpg",
    "CON.jpg",
    "nul",
    ".htaccess",
    "x.php",
    "x.html.png",
    "\u202egpj.exe",
    "%2e%2e%2fx.jpg",
    "picture.jpg",
    "picture.jpg",
]


def sent_under(name: str, content: bytes, **fields) -> dict:
    """An upload with a file name that no browser would send."""
    whole = encode_multipart(BOUNDARY, fields | {"file": SimpleUploadedFile("NAME", content, content_type="image/jpeg")})
    return {"data": whole.replace(b'"NAME"', b'"%b"' % name.encode()), "content_type": MULTIPART_CONTENT}


def test_the_name_of_an_upload_comes_from_us(client, folder):
    """UP-05: whatever it was called, and twice the same; nothing is written over."""
    client.force_login(cast("olga"))
    url = reverse("admin:members_picture_add")
    plain = desk.typed(client, url, alt="Une salle")
    widths = range(100, 100 + len(NAMES))
    answers = [
        client.generic("POST", url, **sent_under(name, drawn(width, 10), **plain))
        for name, width in zip(NAMES, widths, strict=True)
    ]
    assert {answer.status_code for answer in answers} == {302}
    kept = list(Picture.objects.order_by("pk"))
    assert [picture.width for picture in kept] == list(widths)
    assert all(re.fullmatch(r"pictures/[\w-]{22}\.jpg", picture.file.name) for picture in kept)
    assert [path.name for path in folder.parent.iterdir()] == ["pictures"]
    assert names(folder) == sorted(picture.file.name.removeprefix("pictures/") for picture in kept)
    for picture in kept:
        with Image.open(folder.parent / picture.file.name) as file:
            assert file.width == picture.width
