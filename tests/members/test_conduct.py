"""The code of conduct: accepted once per version, with the first deed."""

import re

import pytest
from django.urls import reverse

from members.models import Application, Club, Member
from posts.models import Comment
from tests.cast import cast
from tests.make import make_event, make_join_link, make_post, make_question
from tests.members.test_joining import APPLY

pytestmark = pytest.mark.django_db
VERSION = "2026-11"


@pytest.fixture(autouse=True)
def _version():
    Club.objects.update_or_create(pk=1, defaults={"conduct_version": VERSION})


@pytest.fixture(params=["register", "apply", "comment", "link"])
def deed(request):
    """Where a friend does something for the first time, and with what."""
    return {
        "register": lambda: (reverse("events:register", args=[make_event().slug]), {}),
        "apply": lambda: (reverse("members:apply"), APPLY),
        "comment": lambda: (reverse("posts:comment_on_post", args=[make_post().pk]), {"body": "Merci."}),
        "link": lambda: (make_join_link() and reverse("members:join", args=["laissez-passer"]), {}),
    }[request.param]()


def accepted(member: Member) -> str:
    member.refresh_from_db()
    return member.conduct_version


def test_a_first_deed_asks_beside_its_field_and_keeps_version_and_moment(client, deed):
    path, typed = deed
    flora = cast("flora")
    client.force_login(flora)
    refused = client.post(path, typed, follow=True).content.decode()
    assert "field-conduct is-invalid" in refused
    assert reverse("page", args=["code-de-conduite"]) in refused
    assert accepted(flora) == ""
    assert [flora.registrations.count(), Application.objects.count(), Comment.objects.count()] == [0, 0, 0]
    client.post(path, typed | {"conduct": "on"}, follow=True)
    assert accepted(flora) == VERSION
    assert flora.conduct_accepted_at


def test_it_is_the_last_thing_that_a_registration_asks(client):
    client.force_login(cast("flora"))
    event = make_event(max_guests=1)
    make_question(event=event)
    form = client.get(event.get_absolute_url()).text.split('id="rsvp"')[1].split("</form>")[0]
    names = re.findall(r'name="(guests|guest_names|question_\d+|conduct)"', form)
    assert (names[-1], len(names)) == ("conduct", 4)


def test_it_is_asked_once_and_again_with_another_version(client):
    flora, first, second, third = cast("flora"), make_event(), make_event(), make_event()
    client.force_login(flora)
    client.post(reverse("events:register", args=[first.slug]), {"conduct": "on"})
    assert 'name="conduct"' not in client.get(second.get_absolute_url()).content.decode()
    client.post(reverse("events:register", args=[second.slug]), {})
    assert flora.registrations.count() == 2
    Club.objects.update(conduct_version="2027-01")
    assert 'name="conduct"' in client.get(third.get_absolute_url()).content.decode()
    client.post(reverse("events:register", args=[third.slug]), {})
    assert flora.registrations.count() == 2
    client.post(reverse("events:register", args=[third.slug]), {"conduct": "on"})
    assert accepted(flora) == "2027-01"


def test_who_changes_their_guests_accepts_the_new_version_too(client):
    flora, event = cast("flora"), make_event(max_guests=2)
    client.force_login(flora)
    client.post(reverse("events:register", args=[event.slug]), {"conduct": "on"})
    Club.objects.update(conduct_version="2027-01")
    client.post(reverse("events:register", args=[event.slug]), {"conduct": "on", "guests": "1"})
    assert accepted(flora) == "2027-01"


def test_a_club_without_a_version_asks_nobody(client, deed):
    Club.objects.update(conduct_version="")
    path, typed = deed
    client.force_login(cast("flora"))
    assert "field-conduct" not in client.post(path, typed, follow=True).content.decode()
    assert accepted(cast("flora")) == ""
