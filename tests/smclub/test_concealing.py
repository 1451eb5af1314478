"""AZ-10: what was shown and is taken back cannot be had any more by whoever remembers the name of a file."""

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import scheduling
from members import picturing
from members.models import Member, Picture
from posts import publishing
from posts.models import Post
from smclub import concealing, due
from smclub.editions import raise_edition
from tests.cast import cast
from tests.make import make_event, make_group, make_organisation, make_page, make_person, make_post
from tests.members.test_picturing import folder, kept, names, work  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    kept()
    work()
    return Picture.objects.get()


def readable(client, picture) -> set[int]:
    """What is answered to whoever asks for each of its files."""
    found = [client.get(f"/media/{name}") for name in picture.file_names]
    for response in found:
        b"".join(response.streaming_content if response.streaming else ())
    return {response.status_code for response in found}


def set_of(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


TAKEN_BACK = {
    "a post withdrawn": (lambda cover: make_post(cover=cover), lambda post: publishing.withdraw(post, by=None)),
    "a post for members": (lambda cover: make_post(cover=cover), lambda post: set_of(post, audience="members")),
    "its cover changed": (lambda cover: make_post(cover=cover), lambda post: set_of(post, cover=None)),
    "a post of members withdrawn": (
        lambda cover: make_post(cover=cover, audience="members"),
        lambda post: publishing.withdraw(post, by=None),
    ),
    "a meeting withdrawn": (
        lambda cover: make_event(cover=cover),
        lambda event: scheduling.set_publication(event, by=cast("olga"), at=None),
    ),
    "a meeting on invitation": (lambda cover: make_event(cover=cover), lambda event: set_of(event, audience="invitation")),
    "a meeting confidential": (
        lambda cover: make_event(cover=cover),
        lambda event: set_of(event, is_confidential=True, public_title="Un dîner", audience="members"),
    ),
    "somebody hidden": (lambda portrait: make_person(portrait=portrait), lambda person: set_of(person, visibility="private")),
    "somebody blocked": (
        lambda portrait: make_person(portrait=portrait, member=cast("milan")),
        lambda person: set_of(person.member, standing=Member.Standing.BLOCKED, is_active=False),
    ),
    "a logo changed": (lambda logo: make_organisation(logo=logo), lambda organisation: set_of(organisation, logo=None)),
}


@pytest.mark.parametrize("case", TAKEN_BACK)
def test_the_files_of_what_is_taken_back_are_gone(client, folder, picture, at_once, case):  # noqa: F811
    show, take_back = TAKEN_BACK[case]
    row = show(picture)
    assert concealing.sweep() == 0
    assert readable(client, picture) == {200}
    take_back(row)
    assert at_once(concealing.sweep) == 1
    assert readable(client, picture) == {404}
    after = Picture.objects.get()
    assert readable(client, after) == {200}
    assert names(folder) == [after.file.name.removeprefix("pictures/")]
    work()
    assert Picture.objects.get().widths == picture.widths
    assert concealing.sweep() == 0


@pytest.mark.parametrize("case", ["a post withdrawn", "a meeting withdrawn"])
def test_what_was_there_for_seconds_was_known_too(picture, case):
    """Published and taken back before anything looked at it."""
    show, take_back = TAKEN_BACK[case]
    take_back(show(picture))
    assert concealing.sweep() == 1


def test_what_another_page_still_shows_keeps_its_name(picture):
    post, _page = make_post(cover=picture), make_page(body=f"![Une salle](/media/{picture.variant_name(480, 'jpg')})")
    concealing.sweep()
    publishing.withdraw(post, by=None)
    assert concealing.sweep() == 0


def test_what_was_never_shown_keeps_its_name(picture):
    make_post(cover=picture, published_at=None)
    make_event(cover=picture, published_at=None)
    assert (concealing.sweep(), Picture.objects.get().shown_to) == (0, Picture.Reach.NOBODY)


def test_the_text_that_a_picture_stands_in_knows_its_new_name(client, picture, at_once):
    post = make_post(body=f"Ici :\n\n![Une salle](/media/{picture.file.name})")
    draft = make_group(description_en=f"![Un draft](/media/{picture.variant_name(480, 'webp')})")
    set_of(draft, description_en_html="")  # as one that was never rendered: it shows nothing
    concealing.sweep()
    publishing.withdraw(post, by=None)
    assert at_once(concealing.sweep) == 1
    after, post = Picture.objects.get(), Post.objects.get()
    assert f"](/media/{after.file.name})" in post.body
    assert f'src="/media/{after.file.name}"' in post.body_html
    assert after.variant_name(480, "webp") in type(draft).objects.get().description_en
    assert readable(client, picture) == {404}


def test_of_two_sweeps_at_once_one_renames(folder, picture, monkeypatch):  # noqa: F811
    """The file has another name when the second writes its own."""
    Picture.objects.update(shown_to=Picture.Reach.EVERYBODY)
    opened = default_storage.open

    def while_another_renames(name):
        Picture.objects.update(file="pictures/another.jpg")
        return opened(name)

    monkeypatch.setattr(picturing.default_storage, "open", while_another_renames, raising=False)
    before = names(folder)
    assert concealing.sweep() == 0
    assert names(folder) == before


def test_a_picture_without_its_file_keeps_nothing_from_running(picture):
    default_storage.delete(picture.file.name)
    Picture.objects.update(shown_to=Picture.Reach.EVERYBODY)
    assert concealing.sweep() == 0
    assert Picture.objects.get().shown_to == Picture.Reach.NOBODY


def test_it_is_looked_at_every_minute():
    assert [job.every.total_seconds() for job in due.JOBS if job.run is concealing.sweep_if_changed] == [60]


def test_whatever_may_hold_a_picture_is_looked_at():
    known = {shown.model for shown in concealing.SHOWN}
    assert {model for model in apps.get_models() if concealing.pictured(model)} == known


def test_where_nothing_changed_nothing_is_looked_at(settings, django_assert_num_queries):
    settings.KEEP_FACTS = True
    concealing.sweep_if_changed()
    with django_assert_num_queries(0):
        concealing.sweep_if_changed()
    raise_edition()
    with CaptureQueriesContext(connection) as queries:
        concealing.sweep_if_changed()
    assert len(queries)
