from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from posts.models import Post
from posts.previews import SALT, preview_path
from tests.make import make_post, make_topic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", [None, 3])
def test_a_draft_is_read_by_its_link_and_by_no_robot(client, days):
    post = make_post(title="Brouillon", days=days, body="Un *mot*.", audience="members", topics=[make_topic()])
    response = client.get(preview_path(post))
    assert response.status_code == 200
    assert "<p>Un <em>mot</em>.</p>" in response.text
    assert "Pas encore publié" in response.text
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert "ld+json" not in response.text
    assert "og:title" not in response.text
    assert Post.objects.filter(pk=post.pk, published_at=post.published_at).exists()  # reading changed nothing


def test_the_link_of_a_published_post_leads_to_its_page(client):
    post = make_post()
    assert client.get(preview_path(post))["Location"] == post.get_absolute_url()


@pytest.mark.parametrize("token", ["x", "1", "a:b:c", "%00", "é", pytest.param(signing.dumps(1, salt="other"), id="other salt")])
def test_a_forged_link_shows_nothing(client, token):
    make_post(days=None)
    assert client.get(f"/articles/apercu/{token}/").status_code == 404


def test_an_old_link_shows_nothing(client):
    path = preview_path(make_post(days=None))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.get(path).status_code == 404


def test_the_link_of_a_post_that_is_gone_shows_nothing(client):
    assert client.get(f"/articles/apercu/{signing.dumps(99, salt=SALT)}/").status_code == 404


def test_a_preview_is_read_and_nothing_else(client):
    assert client.post(preview_path(make_post(days=None))).status_code == 405
