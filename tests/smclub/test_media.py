import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from smclub.media import wanted

BODY = bytes(range(256)) * 4


@pytest.fixture
def address(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return reverse("media", args=[default_storage.save("pictures/x.jpg", ContentFile(BODY))])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_is_served_whole_and_can_run_nothing(client, address):
    response = client.get(address)
    assert (response.status_code, body(response)) == (200, BODY)
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "image/jpeg"


def test_nginx_as_in_the_guide_says_the_same_of_a_file(client, address):
    said = client.get(address)
    body(said)
    guide = (settings.BASE_DIR / "docs/deploy.md").read_text(encoding="utf-8")
    block = guide.partition("location /media/pictures/ {")[2].partition("}")[0]
    for name in ("Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
        assert f"add_header {name} {said[name]};" in block.replace('"', "")


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-3", BODY[:4]), ("bytes=1000-", BODY[1000:]), ("bytes=-5", BODY[-5:]), ("bytes=5-9999", BODY[5:])],
)
def test_a_part_is_served_on_demand(client, address, asked, part):
    response = client.get(address, headers={"Range": asked})
    assert (response.status_code, body(response), response["Content-Length"]) == (206, part, str(len(part)))
    assert response["Content-Range"].endswith("/1024")


def test_a_part_past_the_end_is_refused(client, address):
    response = client.get(address, headers={"Range": "bytes=1024-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("asked", ["", "bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=9-3", "bytes=" + "9" * 40 + "-"])
def test_a_range_that_is_not_understood_gives_the_whole(asked):
    assert wanted(asked, 10) is None


def test_nothing_can_be_had_of_an_empty_file():
    assert wanted("bytes=0-", 0) == wanted("bytes=-3", 0) == ()


def test_a_file_that_has_not_changed_is_not_sent_again(client, address):
    first = client.get(address)
    body(first)
    seen = first["Last-Modified"]
    assert client.get(address, headers={"If-Modified-Since": seen}).status_code == 304


@pytest.mark.parametrize(
    "name",
    ["pictures/none.jpg", "pictures", "pictures/", "pictures/../../secret_key", "private/x.jpg", "pictures/%00.jpg", "a" * 900],
)
def test_what_is_no_readable_file_does_not_exist(client, db, address, name):
    default_storage.save("private/x.jpg", ContentFile(b"x"))
    assert client.get("/media/" + name).status_code == 404


def test_a_folder_that_nobody_was_given_is_closed_even_to_the_owner(client, db, address):
    from tests.cast import cast

    default_storage.save("attachments/x.jpg", ContentFile(b"x"))
    client.force_login(cast("oscar"))
    assert client.get("/media/attachments/x.jpg").status_code == 404
