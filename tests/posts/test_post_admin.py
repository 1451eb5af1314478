"""The editors' desk."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import OldAddress
from posts.models import Category, Credit, Page, Post, Series
from tests.cast import cast
from tests.desk import change_url, typed
from tests.make import (
    make_category,
    make_comment,
    make_discussion,
    make_event,
    make_group,
    make_person,
    make_picture,
    make_post,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/posts/post/", "/admin/posts/post/add/"


@pytest.fixture
def edith(client):
    client.force_login(cast("edith"))
    return cast("edith")


@pytest.fixture
def aude(client):
    client.force_login(cast("aude"))
    return cast("aude")


def save(client, url, **fields):
    return client.post(url, typed(client, url, **fields), follow=True)


def act(client, action, *posts, **fields):
    return client.post(LIST, {"action": action, "_selected_action": [post.pk for post in posts], **fields}, follow=True)


def errors(response):
    return response.context["adminform"].form.errors


def test_an_editor_writes_files_and_publishes_a_post(client, edith):
    category, topic, person, series = make_category(), make_topic(name="presse"), make_person(), make_series()
    new = {
        "title": "L’œil du club",
        "slug": "",
        "body": "Un *mot*.",
        "categories": [category.pk],
        "topics": f"{topic.name}, Nouveau thème",
        "series": series.pk,
        "series_position": 2,
        "credits-TOTAL_FORMS": 1,
        "credits-0-person": person.pk,
        "credits-0-role": "guest",
        "credits-0-position": 0,
    }
    assert save(client, ADD, **new).redirect_chain
    post = Post.objects.get()
    assert (post.slug, post.created_by, post.published_at) == ("l-oeil-du-club", edith, None)
    assert post.body_html == "<p>Un <em>mot</em>.</p>\n"
    assert set(post.topics.names()) == {topic.name, "Nouveau thème"}
    assert list(post.categories.all()) == [category]
    assert post.credits.get().person == person
    act(client, "publish", post)
    post.refresh_from_db()
    assert post.is_published
    assert client.get(post.get_absolute_url()).status_code == 200


def test_a_write_up_tied_to_its_meeting_once_it_was_published_joins_its_discussion(client, edith):
    event, post = make_event(days=-3), make_post(kind="report")
    comment = make_comment(discussion=make_discussion(post=post))
    save(client, change_url(post), event=event.pk)
    comment.refresh_from_db()
    assert comment.discussion.event == event


def test_an_author_writes_drafts_of_their_own_and_submits_them(client, aude):
    save(client, ADD, title="Mon texte", body="Un mot.")
    mine = Post.objects.get()
    assert mine.created_by == aude
    act(client, "submit", mine)
    mine.refresh_from_db()
    assert mine.state == "submitted"
    assert save(client, change_url(mine), title="Mon autre titre").status_code == 200
    mine.refresh_from_db()
    assert mine.title == "Mon autre titre"


def test_an_author_neither_publishes_nor_sees_the_drafts_of_others(client, aude):
    mine, other = make_post(days=None, created_by=aude), make_post(title="Pas à moi", days=None)
    page = client.get(LIST)
    assert list(page.context["cl"].result_list) == [mine]
    assert [value for value, _label in page.context["action_form"].fields["action"].choices if value] == ["submit"]
    for action in ("publish", "withdraw", "schedule"):
        act(client, action, mine, other)
    assert not Post.objects.exclude(published_at=None).exists()
    assert client.get(change_url(other)).status_code == 302
    assert client.post(change_url(other), {"title": "x"}).status_code in (302, 403)


def test_an_author_chooses_among_the_meetings_they_may_read(client, aude):
    open_to_all, members = make_event(title="Rencontre ouverte"), make_event(title="Rencontre entre membres", audience="members")
    hidden = [
        make_event(title="Rencontre sur invitation", audience="invitation"),
        make_event(title="Rencontre confidentielle", audience="group", group=make_group(), is_confidential=True),
        make_event(title="Rencontre à venir", published_at=None),
    ]
    mine = make_post(days=None, created_by=aude)
    page = client.get(change_url(mine)).text
    asked = {"app_label": "posts", "model_name": "post", "field_name": "event", "term": "rencontre"}
    found = client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert {row["text"] for row in found} == {open_to_all.title, members.title}
    listed = client.get(reverse("admin:events_event_changelist")).context["cl"].result_list
    assert set(listed) == {open_to_all, members}
    for event in hidden:
        assert event.title not in page
        assert "event" in errors(save(client, change_url(mine), event=event.pk))
    save(client, change_url(mine), event=members.pk)
    mine.refresh_from_db()
    assert mine.event == members


def test_an_author_keeps_the_meeting_that_an_editor_chose(client, aude):
    event = make_event(audience="invitation")
    mine = make_post(days=None, created_by=aude, event=event)
    save(client, change_url(mine), title="Mon autre titre")
    mine.refresh_from_db()
    assert (mine.title, mine.event) == ("Mon autre titre", event)


def test_an_author_credits_only_those_whose_page_they_may_read(client, aude):
    known, private = make_person(name="Paule Publique"), make_person(name="Prune Privée", visibility="private")
    mine = make_post(days=None, created_by=aude)
    line = {"credits-TOTAL_FORMS": 1, "credits-0-role": "author", "credits-0-position": 0}
    refused = save(client, change_url(mine), **line, **{"credits-0-person": private.pk})
    assert "person" in refused.context["inline_admin_formsets"][0].formset.errors[0]
    assert "Prune" not in refused.text
    save(client, change_url(mine), **line, **{"credits-0-person": known.pk})
    assert [credit.person for credit in mine.credits.all()] == [known]


def test_an_author_keeps_the_credit_that_an_editor_gave(client, aude):
    mine = make_post(days=None, created_by=aude)
    credit = Credit.objects.create(post=mine, person=make_person(visibility="private"), role="photographer")
    save(client, change_url(mine), title="Mon autre titre")
    mine.refresh_from_db()
    assert (mine.title, list(mine.credits.all())) == ("Mon autre titre", [credit])


def test_a_portrait_that_is_not_for_an_author_is_no_cover_either(client, aude):
    hidden, shown = make_picture(alt="Portrait de Prune Privée"), make_picture(alt="Une salle pleine")
    make_person(visibility="private", portrait=hidden)
    mine = make_post(days=None, created_by=aude)
    assert "cover" in errors(save(client, change_url(mine), cover=hidden.pk))
    assert list(client.get(reverse("admin:members_picture_changelist")).context["cl"].result_list) == [shown]
    asked = {"app_label": "posts", "model_name": "post", "field_name": "cover", "term": "e"}
    assert [row["text"] for row in client.get(reverse("admin:autocomplete"), asked).json()["results"]] == [shown.alt]


def test_an_author_does_not_change_what_was_published(client, aude):
    post = make_post(title="Paru", created_by=aude)
    assert client.get(change_url(post)).status_code == 200
    assert client.post(change_url(post), {"title": "Autre"}).status_code == 403
    assert Post.objects.get().title == "Paru"


@pytest.mark.parametrize(("who", "status"), [(None, 302), ("milan", 302), ("flora", 302), ("coralie", 403), ("modou", 403)])
def test_nobody_else_runs_posts(client, who, status):
    post = make_post(days=None)
    if who:
        client.force_login(cast(who))
    for url in (LIST, ADD, change_url(post)):
        assert client.get(url).status_code == status
    act(client, "publish", post)
    assert not Post.objects.get().is_published


@pytest.mark.parametrize("who", ["edith", "oscar"])
def test_a_post_is_never_deleted(client, who):
    client.force_login(cast(who))
    post = make_post()
    assert client.post(reverse("admin:posts_post_delete", args=[post.pk]), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in dict(client.get(LIST).context["action_form"].fields["action"].choices)


def test_a_refusal_is_said_and_the_others_are_published(client, edith):
    good, empty = make_post(title="Bon", days=None), make_post(title="Vide", body="", days=None)
    page = act(client, "publish", good, empty)
    assert "Vide\u00a0: Un article sans texte ne peut pas être publié." in page.text
    assert list(Post.objects.published()) == [good]


def test_a_post_is_published_later(client, edith):
    post = make_post(days=None)
    asked = act(client, "schedule", post)
    assert "at_0" in asked.text
    on = timezone.localdate() + datetime.timedelta(days=3)
    page = act(client, "schedule", post, confirmed="yes", at_0="2020-01-01", at_1="09:00")
    assert "Choisissez une date à venir, ou publiez tout de suite." in page.text
    act(client, "schedule", post, confirmed="yes", at_0=on.isoformat(), at_1="09:00")
    post.refresh_from_db()
    assert (post.state, timezone.localtime(post.published_at).hour, post.address_on) == ("scheduled", 9, on)
    act(client, "withdraw", post)
    post.refresh_from_db()
    assert post.state == "drafts"


def test_a_slug_changed_in_the_form_leaves_the_old_address(client, edith):
    post = make_post(slug="ancien", address_on=datetime.date(2012, 6, 18))
    save(client, change_url(post), slug="nouveau", title="Autre titre")
    post.refresh_from_db()
    assert (post.slug, post.title) == ("nouveau", "Autre titre")
    assert OldAddress.objects.get().path == "/2012/06/18/ancien/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "a\x00b"),
        ("title", "x" * 201),
        ("slug", "a/b"),
        ("slug", "pris"),
        ("body", "a\x00b"),
        ("body", "x" * 100_001),
        ("excerpt", "x" * 501),
        ("series_position", "99999999999999999999"),
        ("series_position", "-1"),
        ("series_position", "x"),
        ("first_published_url", "javascript:alert(1)"),
        ("first_published_on", "2012-02-31"),
        ("original", "99"),
        ("original", "99999999999999999999999"),
        ("event", "99999999999999999999999"),
        ("categories", ["99"]),
        ("kind", "autre"),
    ],
)
def test_bad_input_is_an_error_next_to_its_field_and_nothing_is_lost(client, edith, field, value):
    make_post(slug="pris", address_on=datetime.date(2012, 6, 18))
    post = make_post(slug="le-mien", address_on=datetime.date(2012, 6, 18))
    response = save(client, change_url(post), **{"takeaways": "Ce que j’ai tapé", field: value})
    assert response.status_code == 200
    assert field in errors(response)
    assert "Ce que j’ai tapé" in response.text


def test_a_translation_is_in_the_other_language(client, edith):
    french = make_post(lang="fr")
    twin = make_post(lang="en", original=french)
    alone = make_post(lang="fr", days=None)
    assert "original" in errors(save(client, change_url(alone), original=french.pk))
    assert "original" in errors(save(client, change_url(alone), original=twin.pk))


def test_a_credit_names_one_person_or_one_organisation(client, edith):
    post = make_post(days=None)
    response = save(client, change_url(post), **{"credits-TOTAL_FORMS": 1, "credits-0-role": "author", "credits-0-position": 1})
    assert response.status_code == 200
    assert not Credit.objects.exists()
    assert "Créditez une personne ou une organisation" in response.text


def test_the_form_shows_the_cover_and_a_way_to_read_the_draft(client, edith):
    post = make_post(days=None, cover=make_picture(alt="Une salle"))
    page = client.get(change_url(post))
    assert 'alt="Une salle"' in page.text
    assert "/articles/apercu/" in page.text
    assert "Markdown" in page.text
    assert change_url(post) not in client.get(change_url(make_post())).text


@pytest.mark.parametrize(
    ("state", "number"), [("drafts", 1), ("submitted", 2), ("scheduled", 3), ("published", 4), ("autre", 10)]
)
def test_posts_are_found_by_their_state(client, edith, state, number):
    for _ in range(4):
        make_post()
    for _ in range(3):
        make_post(days=1)
    for _ in range(2):
        make_post(days=None, submitted_at=timezone.now())
    make_post(days=None)
    assert client.get(f"{LIST}?state={state}").context["cl"].result_count == number


def test_posts_are_searched(client, edith):
    found = make_post(title="Le client", author=make_person(name="Ada Lovelace"))
    make_post(title="Autre")
    for query in ("client", "lovelace"):
        assert list(client.get(f"{LIST}?q={query}").context["cl"].result_list) == [found]
    assert client.get(f"{LIST}?q=%00").status_code == 200


def test_the_list_costs_the_same_whatever_its_length(client, edith, django_assert_max_num_queries):
    for _ in range(12):
        make_post(author=make_person())
    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_what_files_posts_and_pages_are_run_too(client, edith):
    save(client, "/admin/posts/category/add/", name="Médias", slug="medias")
    save(client, "/admin/posts/series/add/", title="Carnet", slug="carnet")
    save(client, "/admin/posts/page/add/", title="Presse", slug="presse", body="Un mot.")
    assert (Category.objects.get().slug, Series.objects.get().slug, Page.objects.get().slug) == ("medias", "carnet", "presse")
    for model in ("category", "series", "page"):
        assert client.get(f"/admin/posts/{model}/").status_code == 200
    taken = save(client, "/admin/posts/page/add/", title="Presse", slug="presse")
    assert "Cette page existe déjà dans cette langue." in taken.text
