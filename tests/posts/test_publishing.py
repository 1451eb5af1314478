import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.models import Entry, OldAddress
from posts import publishing
from posts.models import Discussion, Post
from tests.cast import cast
from tests.make import make_event, make_post

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 4, 11, tzinfo=datetime.UTC)


def test_publishing_fixes_the_time_and_the_address():
    with time_machine.travel(datetime.datetime(2026, 11, 4, 23, 30, tzinfo=datetime.UTC), tick=False):
        post = publishing.publish(make_post(days=None, slug="un-titre"), by=cast("edith"))
        assert post.published_at == timezone.now()
    assert post.address_on == datetime.date(2026, 11, 5)  # the day of Paris
    assert post.get_absolute_url() == "/2026/11/05/un-titre/"
    entry = Entry.objects.get(verb="post.publish")
    assert (entry.actor, entry.before, entry.after) == (cast("edith"), "drafts", "published")


def test_publishing_opens_the_discussion():
    post = publishing.publish(make_post(days=None), by=cast("edith"))
    assert post.discussion == Post.objects.get().discussion == Discussion.objects.get()


def test_a_write_up_shares_the_discussion_of_its_meeting():
    event = make_event(days=-3)
    discussion = Discussion.objects.create(event=event)
    post = publishing.publish(make_post(days=None, event=event, kind="report"), by=cast("edith"))
    assert Post.objects.get(pk=post.pk).discussion == discussion


def test_twins_share_one_discussion():
    french = publishing.publish(make_post(days=None), by=cast("edith"))
    english = publishing.publish(make_post(days=None, lang="en", original=french), by=cast("edith"))
    assert Discussion.objects.count() == 1
    assert len(set(Post.objects.filter(pk__in=[french.pk, english.pk]).values_list("discussion", flat=True))) == 1


@pytest.mark.parametrize("who", ["aude", "milan", "modou", "coralie"])
@pytest.mark.parametrize("deed", ["publish", "withdraw", "schedule"])
def test_only_editors_publish(who, deed):
    post = make_post(days=None if deed != "withdraw" else -1)
    more = {"at": timezone.now() + datetime.timedelta(days=1)} if deed == "schedule" else {}
    with pytest.raises(publishing.MayNotPublish):
        getattr(publishing, deed)(post, by=cast(who), **more)


def test_what_has_no_text_is_not_published():
    with pytest.raises(publishing.NothingToRead):
        publishing.publish(make_post(days=None, body=" \n"), by=cast("edith"))
    with pytest.raises(publishing.NothingToRead):
        publishing.submit(make_post(days=None, body=""), by=cast("aude"))


def test_what_is_published_is_not_published_again():
    with pytest.raises(publishing.AlreadyPublished):
        publishing.publish(make_post(), by=cast("edith"))
    with pytest.raises(publishing.AlreadyPublished):
        publishing.submit(make_post(), by=cast("aude"))


def test_two_posts_of_one_day_have_two_slugs():
    make_post(slug="un-titre", published_at=timezone.now())
    with pytest.raises(publishing.SlugTaken):
        publishing.publish(make_post(days=None, slug="un-titre"), by=cast("edith"))
    assert Post.objects.published().count() == 1


def test_the_excerpt_is_the_first_takeaway_or_the_first_sentences():
    told = publishing.publish(make_post(days=None, excerpt="", takeaways="Un point.\nUn autre."), by=cast("edith"))
    assert told.excerpt == "Un point."
    long = "Voici *une* phrase & une suite. " + "mot " * 60
    cut = publishing.publish(make_post(days=None, excerpt="", body=long), by=cast("edith"))
    assert cut.excerpt == "Voici une phrase & une suite."
    kept = publishing.publish(make_post(days=None, excerpt="À moi."), by=cast("edith"))
    assert kept.excerpt == "À moi."


def test_no_word_of_a_members_post_becomes_its_excerpt(client):
    fields = {"excerpt": "", "audience": "members", "takeaways": "Entre nous.", "body": "Un secret."}
    post = publishing.publish(make_post(days=None, **fields), by=cast("edith"))
    assert post.excerpt == ""
    for address in (post.get_absolute_url(), "/feed/", "/feed.json", "/articles/"):
        page = client.get(address).content.decode()
        assert post.title in page
        assert "Entre nous" not in page
        assert "secret" not in page


def test_a_scheduled_post_follows_its_date_until_it_is_public():
    post = make_post(days=None)
    with time_machine.travel(NOON, tick=False):
        post = publishing.schedule(post, at=NOON + datetime.timedelta(days=2), by=cast("edith"))
        assert (post.is_published, post.address_on) == (False, datetime.date(2026, 11, 6))
        post = publishing.schedule(post, at=NOON + datetime.timedelta(days=3), by=cast("edith"))
        assert post.address_on == datetime.date(2026, 11, 7)
        post = publishing.withdraw(post, by=cast("edith"))
        assert (post.published_at, post.address_on) == (None, None)
    with pytest.raises(publishing.NotToCome):
        publishing.schedule(post, at=timezone.now(), by=cast("edith"))


def test_a_withdrawn_post_comes_back_at_its_address():
    post = make_post(address_on=datetime.date(2012, 6, 18), slug="le-client")
    post = publishing.withdraw(post, by=cast("edith"), reason="À relire")
    assert (post.published_at, post.address_on) == (None, datetime.date(2012, 6, 18))
    with pytest.raises(publishing.NotPublished):
        publishing.withdraw(post, by=cast("edith"))
    assert publishing.publish(post, by=cast("edith")).get_absolute_url() == "/2012/06/18/le-client/"


def test_submitting_is_told_once():
    post = publishing.submit(make_post(days=None), by=cast("aude"))
    first = post.submitted_at
    assert publishing.submit(post, by=cast("aude")).submitted_at == first
    assert Entry.objects.filter(verb="post.submit").count() == 1
    assert publishing.publish(post, by=cast("edith")).submitted_at is None


def test_a_renamed_post_answers_at_both_addresses(client):
    post = make_post(address_on=datetime.date(2012, 6, 18), slug="ancien")
    post = publishing.rename(post, slug="nouveau", by=cast("edith"))
    for prefix in ("", "/en"):
        response = client.get(f"{prefix}/2012/06/18/ancien/?utm=1&a=b")
        assert response.status_code == 301
        assert response["Location"] == f"{prefix}/2012/06/18/nouveau/?utm=1&a=b"
    assert client.get("/2012/06/18/nouveau/").status_code == 200


def test_renaming_leaves_no_chain_and_no_loop(client):
    post = make_post(address_on=datetime.date(2012, 6, 18), slug="un")
    for slug in ("deux", "trois", "deux"):
        post = publishing.rename(post, slug=slug, by=cast("edith"))
    assert {(row.path, row.target) for row in OldAddress.objects.all()} == {
        ("/2012/06/18/un/", "/2012/06/18/deux/"),
        ("/2012/06/18/trois/", "/2012/06/18/deux/"),
    }
    assert client.get("/2012/06/18/deux/").status_code == 200


def test_addresses_with_accents_lead_on_and_fit_however_long(client):
    post = make_post(address_on=datetime.date(2012, 6, 18), slug="é" * 200)
    for slug in ("créé", "à" * 200):
        publishing.rename(post, slug=slug, by=cast("edith"))
    assert {(row.path, row.target) for row in OldAddress.objects.all()} == {
        (f"/2012/06/18/{'é' * 200}/", f"/2012/06/18/{'à' * 200}/"),
        ("/2012/06/18/créé/", f"/2012/06/18/{'à' * 200}/"),
    }
    for slug in ("é" * 200, "créé"):
        assert client.get(f"/2012/06/18/{slug}/", follow=True).status_code == 200


def test_a_draft_is_renamed_without_a_trace():
    publishing.rename(make_post(days=None), slug="autre", by=cast("edith"))
    assert not OldAddress.objects.exists()


@pytest.mark.parametrize("slug", ["", "a b", "a/b", "a?b", "a#b", "a%b", "a\nb"])
def test_a_slug_that_no_address_can_hold_is_refused(slug):
    with pytest.raises(publishing.BadSlug):
        publishing.rename(make_post(), slug=slug, by=cast("edith"))
    with pytest.raises(ValidationError):
        Post(title="x", slug=slug).clean_fields()


def test_a_slug_taken_that_day_is_refused():
    one = make_post(slug="un", address_on=datetime.date(2012, 6, 18))
    make_post(slug="deux", address_on=datetime.date(2012, 6, 18))
    with pytest.raises(publishing.SlugTaken):
        publishing.rename(one, slug="deux", by=cast("edith"))


class Rival:
    """Somebody who saves a post with the same address between the last question and the answer of the database."""

    def __init__(self, **fields):
        self.fields, self.came = fields, False

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith('UPDATE "posts_post"') and not self.came:
            self.came = True
            make_post(**self.fields)
        return execute(sql, params, many, context)


@pytest.mark.parametrize("deed", ["publish", "rename"])
def test_of_two_who_take_a_slug_at_once_one_is_refused(deed):
    post = make_post(days=None) if deed == "publish" else make_post()
    slug = post.slug if deed == "publish" else "le-meme"
    on = post.address_on or timezone.localdate()
    with connection.execute_wrapper(Rival(slug=slug, address_on=on)), pytest.raises(publishing.SlugTaken):
        publishing.publish(post, by=cast("edith")) if deed == "publish" else publishing.rename(post, slug=slug, by=cast("edith"))
    kept = Post.objects.get(pk=post.pk)
    assert (kept.slug, kept.published_at) == (post.slug, post.published_at)


def test_refusals_speak_the_language_of_the_reader():
    assert str(publishing.SlugTaken()) == "Un autre article du même jour a déjà cette fin d’adresse."
