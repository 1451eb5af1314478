"""The pages on which one comments: each works, and refuses the stranger, the wrong member, the wrong verb, the bad text."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from posts import comment_forms, moderating
from posts.models import Comment
from tests import make
from tests.cast import cast

State = Comment.State


@pytest.fixture
def milan(client, db):
    client.force_login(cast("milan"))
    return client


def words(member, body="Une remarque.", *, aged=20, **fields) -> dict:
    """What the form sends, drawn `aged` seconds ago."""
    token = comment_forms.sign(member)
    if aged:
        key, signer = token.split(":")[0], comment_forms._signer(member)
        signer.timestamp = lambda: comment_forms.signing.b62_encode(int(comment_forms.time.time()) - aged)
        token = signer.sign(key)
    return {"body": body, "token": token, "website": ""} | fields


def url_of(thing) -> str:
    return reverse("posts:comment_on_event" if hasattr(thing, "starts_at") else "posts:comment_on_post", args=[thing.pk])


def test_commenting_on_a_meeting_leads_back_to_the_comment(milan):
    event = make.make_event()
    response = milan.post(url_of(event), words(cast("milan"), "Très *utile*."))
    comment = Comment.objects.get()
    assert (response.status_code, response.url) == (302, f"{event.get_absolute_url()}#comment-{comment.pk}")
    assert (comment.state, comment.lang, comment.discussion.event) == (State.VISIBLE, "fr", event)


def test_commenting_on_a_post_in_english(milan):
    post = make.make_post()
    milan.post("/en" + url_of(post), words(cast("milan")))
    post.refresh_from_db()
    assert Comment.objects.get().discussion == post.discussion
    assert Comment.objects.get().lang == "en"


def test_the_page_of_the_form_is_never_cached(milan):
    response = milan.get(url_of(make.make_event(title="Le rendez-vous")))
    assert "Le rendez-vous" in response.text
    assert "no-store" in response["Cache-Control"]


def test_a_visitor_is_sent_to_the_door_and_comes_back(client, db):
    event = make.make_event()
    response = client.post(url_of(event), {"body": "Sans compte"})
    assert response.url == f"{reverse('account_login')}?next={url_of(event)}"
    assert Comment.objects.count() == 0


def test_nothing_typed_is_lost_when_it_is_refused(milan):
    event = make.make_event()
    member = make.make_member(name="")
    milan.force_login(member)
    response = milan.post(url_of(event), words(member, "Un long texte patiemment tapé.", name=""))
    assert "Un long texte patiemment tapé." in response.text
    assert response.context["form"].errors["name"]
    response = milan.post(url_of(event), words(member, "  ", name="Nour"))
    assert 'value="Nour"' in response.text
    assert response.context["form"].errors["body"]
    assert Comment.objects.count() == 0


@pytest.mark.parametrize("body", ["", " \n ", "x" * 5001, "a\0b"])
def test_a_text_that_cannot_be_is_said_next_to_the_field(milan, body):
    response = milan.post(url_of(make.make_event()), words(cast("milan"), body))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["body"]


def test_five_thousand_characters_count_as_the_browser_counts_them(milan):
    body = ("é" * 9 + "\r\n") * 500
    milan.post(url_of(make.make_event()), words(cast("milan"), body))
    assert len(Comment.objects.get().body) == 4999  # the last end of line is stripped


def test_a_letter_in_two_characters_is_kept_as_one(milan):
    milan.post(url_of(make.make_event()), words(cast("milan"), "cafe\N{COMBINING ACUTE ACCENT}"))
    assert Comment.objects.get().body == "café"


@pytest.mark.parametrize(
    ("make_thing", "status"),
    [
        (lambda: make.make_event(published_at=None), 404),
        (lambda: make.make_event(audience="invitation"), 404),
        (lambda: make.make_event(audience="members"), 404),
        (lambda: make.make_event(is_confidential=True), 404),
        (lambda: make.make_post(audience="members"), 404),
        (lambda: make.make_post(days=None), 404),
        (lambda: make.make_post(days=2), 404),
        (lambda: make.make_post(), 200),
    ],
)
def test_a_friend_comments_only_on_what_can_be_read_in_full(client, db, make_thing, status):
    client.force_login(cast("flora"))
    thing = make_thing()
    assert client.get(url_of(thing)).status_code == status
    client.post(url_of(thing), words(cast("flora")))
    assert Comment.objects.count() == (status == 200)


def test_nobody_writes_into_a_discussion_shared_with_what_they_cannot_read(client, db):
    meeting = make.make_event(audience="members")
    discussion = make.make_discussion(event=meeting)
    post = make.make_post(event=meeting)
    type(post).objects.filter(pk=post.pk).update(discussion=discussion)
    for who, status in (("flora", 404), ("milan", 200)):
        client.force_login(cast(who))
        assert client.get(url_of(post)).status_code == status
        client.post(url_of(post), words(cast(who)))
    assert Comment.objects.get().member == cast("milan")


def test_comments_of_what_cannot_be_read_in_full_are_nowhere(client, db):
    client.force_login(cast("flora"))
    post = make.make_post(audience="members")
    comment = make.make_comment(discussion=make.make_discussion(post=post), member=cast("flora"), body="MARQUE")
    for name in ("comment", "comment_reply", "comment_edit", "comment_withdraw"):
        assert client.get(reverse(f"posts:{name}", args=[comment.pk])).status_code == 404
        if name != "comment":
            assert client.post(reverse(f"posts:{name}", args=[comment.pk]), words(cast("flora"))).status_code == 404
    assert "MARQUE" not in client.get(reverse("posts:report"), {"comment": comment.pk}).text
    assert str(comment.get_absolute_url()) not in client.get(reverse("posts:report"), {"comment": comment.pk}).text


@pytest.mark.parametrize("pk", [10**6, 10**30])
def test_what_does_not_exist_is_not_found(milan, pk):
    for name in ("comment", "comment_reply", "comment_edit", "comment_withdraw", "comment_on_event", "comment_on_post"):
        assert milan.get(reverse(f"posts:{name}", args=[pk])).status_code == 404


def test_a_friend_is_told_that_the_comment_waits(client, db):
    client.force_login(cast("flora"))
    response = client.post(url_of(make.make_event()), words(cast("flora")), headers={"HX-Request": "true"})
    assert Comment.objects.get().state == State.PENDING
    assert "attend d’être approuvé" in response.text
    assert "Une remarque." in response.text


def test_whoever_fills_the_trap_is_thanked(milan):
    response = milan.post(url_of(make.make_event()), words(cast("milan"), website="x"), headers={"HX-Request": "true"})
    assert "Merci, votre message a bien été reçu." in response.text
    assert "Une remarque." not in response.text


def test_a_form_without_its_token_is_held(milan):
    milan.post(url_of(make.make_event()), {"body": "Sans jeton"})
    assert Comment.objects.get().held_for == "form"


def test_the_token_of_somebody_else_is_none(milan):
    milan.post(url_of(make.make_event()), words(cast("mona")))
    assert (Comment.objects.get().held_for, Comment.objects.get().idempotency_key) == ("form", None)


def test_a_form_sent_twice_is_one_comment(milan):
    sent, event = words(cast("milan")), make.make_event()
    assert milan.post(url_of(event), sent).url == milan.post(url_of(event), sent).url
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_equal_posts_at_once_are_one_comment():
    event, member = make.make_event(), cast("milan")
    sent, codes = words(member), []

    def send():
        client = Client()
        client.force_login(member)
        codes.append(client.post(url_of(event), sent).status_code)
        connection.close()

    threads = [Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [302] * 10
    assert Comment.objects.count() == 1


# -- replies -----------------------------------------------------------------------
def test_a_reply_stands_under_what_it_answers(milan):
    parent = make.make_comment(discussion=make.make_discussion(event=make.make_event()), body="La question")
    page = milan.get(reverse("posts:comment_reply", args=[parent.pk]))
    assert "La question" in page.text
    milan.post(reverse("posts:comment_reply", args=[parent.pk]), words(cast("milan"), "La réponse"))
    reply = Comment.objects.get(parent=parent)
    assert (reply.path, reply.depth) == (f"{parent.path}{reply.pk:012d}", 2)


@pytest.mark.parametrize("state", [s for s in State if s != State.VISIBLE])
def test_only_visible_comments_are_answered(milan, state):
    parent = make.make_comment(discussion=make.make_discussion(event=make.make_event()), state=state, body="MARQUE")
    response = milan.get(reverse("posts:comment_reply", args=[parent.pk]))
    assert response.status_code == 404
    assert "MARQUE" not in response.text


def test_htmx_is_given_the_box_alone_then_the_whole_discussion(milan):
    event = make.make_event()
    parent = make.make_comment(discussion=make.make_discussion(event=event), body="La question")
    url, htmx = reverse("posts:comment_reply", args=[parent.pk]), {"HX-Request": "true"}
    box = milan.get(url, headers=htmx).text
    assert "<html" not in box
    assert 'name="csrfmiddlewaretoken"' in box
    assert 'id="id_body"' not in box  # the box of the page has it already
    refused = milan.post(url, words(cast("milan"), ""), headers=htmx)
    assert "HX-Retarget" not in refused
    assert "<html" not in refused.text
    accepted = milan.post(url, words(cast("milan"), "La réponse"), headers=htmx)
    assert accepted["HX-Retarget"] == "#comments"
    assert "La réponse" in accepted.text
    assert "La question" in accepted.text
    assert 'id="comments"' in accepted.text


# -- editing, withdrawing ----------------------------------------------------------
def test_an_author_edits_for_fifteen_minutes(milan):
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()), member=cast("milan"), body="Avant")
    url = reverse("posts:comment_edit", args=[comment.pk])
    assert "Avant" in milan.get(url).text
    milan.post(url, {"body": "Après"})
    comment.refresh_from_db()
    assert comment.body == "Après"
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    response = milan.post(url, {"body": "Trop tard"})
    assert "Trop tard" in response.text
    assert "quinze minutes" in str(response.context["form"].errors["body"])


def test_nobody_else_edits_or_withdraws(client, db):
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()), member=cast("milan"), body="À moi")
    for who in ("mona", "modou", "oscar"):
        client.force_login(cast(who))
        for name in ("comment_edit", "comment_withdraw"):
            assert client.get(reverse(f"posts:{name}", args=[comment.pk])).status_code == 404
            assert client.post(reverse(f"posts:{name}", args=[comment.pk]), {"body": "À nous"}).status_code == 404
    comment.refresh_from_db()
    assert (comment.body, comment.state) == ("À moi", State.VISIBLE)


def test_withdrawing_asks_first(milan):
    event = make.make_event()
    comment = make.make_comment(discussion=make.make_discussion(event=event), member=cast("milan"))
    url = reverse("posts:comment_withdraw", args=[comment.pk])
    assert milan.get(url).status_code == 200
    assert Comment.objects.get().state == State.VISIBLE
    assert milan.post(url).url == f"{event.get_absolute_url()}#comments"
    assert Comment.objects.get().state == State.WITHDRAWN
    assert milan.get(url).status_code == 404


# -- permalinks --------------------------------------------------------------------
def test_a_permalink_leads_to_the_page_in_its_own_language(client, db):
    post = make.make_post(lang="en")
    comment = make.make_comment(discussion=make.make_discussion(post=post))
    response = client.get(f"/commentaires/{comment.pk}/")
    assert response.url == f"/en{post.get_absolute_url()}#comment-{comment.pk}"


def test_a_comment_of_a_long_discussion_is_led_to_on_its_page(milan):
    event = make.make_event()
    discussion = make.make_discussion(event=event)
    said = [make.make_comment(discussion=discussion, member=cast("mona"), body=f"Avis {n}.") for n in range(31)]
    reply = make.make_comment(discussion=discussion, parent=said[30], member=cast("mona"))
    assert milan.get(f"/commentaires/{said[29].pk}/").url == f"{event.get_absolute_url()}#{said[29].anchor}"
    for comment in (said[30], reply):
        place = milan.get(f"/commentaires/{comment.pk}/").url
        assert place == f"{event.get_absolute_url()}?page=2#{comment.anchor}"
        assert f'id="{comment.anchor}"' in milan.get(place).text
    sent = milan.post(url_of(event), words(cast("milan"), "Le dernier mot."))
    mine = Comment.objects.get(member=cast("milan"))
    assert sent.url == f"{event.get_absolute_url()}?page=2#{mine.anchor}"
    url = reverse("posts:comment_edit", args=[mine.pk])
    changed = milan.post(url, {"body": "Le tout dernier mot."}, headers={"HX-Request": "true"})
    assert "Le tout dernier mot." in changed.text
    assert 'href="?#comments"' in changed.text  # it is on the second page, as it was
    withdrawn = milan.post(reverse("posts:comment_withdraw", args=[mine.pk]))
    assert withdrawn.url == f"{event.get_absolute_url()}?page=2#comments"


@pytest.mark.parametrize("state", [s for s in State if s != State.VISIBLE])
def test_a_permalink_to_what_is_hidden_is_not_found(client, db, state):
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()), member=cast("flora"), state=state)
    url = reverse("posts:comment", args=[comment.pk])
    assert client.get(url).status_code == 404
    client.force_login(cast("flora"))
    assert client.get(url).status_code == (302 if state == State.PENDING else 404)


# -- preview -----------------------------------------------------------------------
def test_the_preview_is_rendered_as_comments_are(milan):
    response = milan.post(reverse("posts:comment_preview"), {"body": "# *Titre*\n\n<b>x</b> [l](javascript:alert(1))"})
    assert "<em>Titre</em>" in response.text
    assert "<h1" not in response.text
    assert "<b>" not in response.text
    assert 'href="javascript' not in response.text


def test_the_preview_is_for_people_who_are_signed_in(client, db):
    assert client.post(reverse("posts:comment_preview"), {"body": "x"}).status_code == 302


@pytest.mark.parametrize("body", ["", "a\0b", "x" * 20000])
def test_the_preview_takes_any_text(milan, body):
    assert milan.post(reverse("posts:comment_preview"), {"body": body}).status_code == 200


# -- verbs, refusals ---------------------------------------------------------------
def test_wrong_verbs_are_refused(milan):
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()))
    assert milan.put(reverse("posts:comment_reply", args=[comment.pk])).status_code == 405
    assert milan.post(reverse("posts:comment", args=[comment.pk])).status_code == 405
    assert milan.get(reverse("posts:comment_preview")).status_code == 405


def test_a_comment_needs_its_csrf_token(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast("milan"))
    assert client.post(url_of(make.make_event()), words(cast("milan"))).status_code == 403


def test_a_session_of_somebody_blocked_in_the_meantime_is_worth_nothing(milan):
    event, member = make.make_event(), cast("milan")
    member.standing, member.is_active = member.Standing.BLOCKED, False
    member.save()
    milan.post(url_of(event), words(member))
    assert Comment.objects.count() == 0


def test_a_closed_discussion_says_so_and_keeps_the_text(milan):
    event = make.make_event()
    discussion = make.make_discussion(event=event)
    moderating.close(discussion, by=cast("modou"))
    response = milan.post(url_of(event), words(cast("milan"), "Un texte tapé trop tard"))
    assert "Un texte tapé trop tard" in response.text
    assert "close" in str(response.context["form"].errors["body"])
