"""What every page of the admin does with a thing whose address changes."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from members.models import OldAddress
from smclub.desk import ACTION
from smclub.editions import first_edition
from tests import desk, make
from tests.cast import cast

pytestmark = pytest.mark.django_db
MOVED = {
    "category": (make.make_category, "/category/{}/"),
    "series": (lambda slug: make.make_post(series=make.make_series(slug=slug)).series, "/series/{}/"),
    "page": (make.make_page, "/{}/"),
    "topic": (lambda slug: _borne(make.make_topic(slug=slug)), "/tag/{}/"),
    "person": (make.make_person, "/personnes/{}/"),
    "organisation": (
        lambda slug: make.make_partner(organisation=make.make_organisation(slug=slug)).organisation,
        "/organisations/{}/",
    ),
    "group": (make.make_group, "/groupes/{}/"),
    "partner": (make.make_partner, "/partenaires/{}/"),
    "event": (make.make_event, "/evenements/{}/"),
}


def _borne(topic):
    make.make_post(topics=[topic])
    return topic


@pytest.fixture(autouse=True)
def _oscar(client):
    client.force_login(cast("oscar"))


def rename(client, row, slug, prefix="") -> None:
    desk.save(client, row, prefix=prefix, slug=slug)


@pytest.mark.parametrize("model", MOVED)
def test_what_is_renamed_is_found_where_it_was(client, model):
    maker, address = MOVED[model]
    row = maker(slug="avant")
    assert client.get(address.format("avant")).status_code == 200
    rename(client, row, "apres", prefix="/en")
    client.logout()
    for prefix in ("", "/en"):
        response = client.get(prefix + address.format("avant"))
        assert (response.status_code, response.headers["Location"]) == (301, prefix + address.format("apres"))
        assert client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "make_hidden",
    [
        lambda: make.make_person(visibility="private"),
        lambda: make.make_partner(is_published=False),
        lambda: make.make_event(published_at=None),
        lambda: make.make_event(audience="invitation"),
    ],
)
def test_what_visitors_may_not_read_leaves_no_trace(client, make_hidden):
    row = make_hidden()
    rename(client, row, "apres")
    row.refresh_from_db()
    assert row.slug == "apres"
    assert not OldAddress.objects.exists()


def test_what_keeps_its_slug_leaves_nothing(client):
    page = make.make_page(slug="avant")
    rename(client, page, "avant")
    assert not OldAddress.objects.exists()


FOLLOWS = [  # made under the page of a thing, or beside it
    ("category", "/category/{}/feed/"),
    ("category", "/category/{}/feed.json"),
    ("topic", "/tag/{}/feed/"),
    ("topic", "/tag/{}/feed.json"),
    ("person", "/personnes/{}/feed.json"),
    ("group", "/groupes/{}/feed/"),
    ("group", "/groupes/{}/agenda.ics"),
    ("partner", "/partenaires/{}/feed/"),
    ("partner", "/partenaires/{}/agenda.ics"),
    ("event", "/evenements/{}.ics"),
]


@pytest.mark.parametrize(("model", "address"), FOLLOWS)
def test_feeds_and_calendars_follow_what_is_renamed(client, model, address):
    maker, _page = MOVED[model]
    row = maker(slug="avant")
    assert client.get(address.format("avant")).status_code == 200
    rename(client, row, "apres")
    client.logout()
    response = client.get(address.format("avant") + "?a=b")
    assert (response.status_code, response.headers["Location"]) == (301, address.format("apres") + "?a=b")
    assert client.get(response.headers["Location"]).status_code == 200
    assert client.get("/en" + address.format("avant")).status_code == 404  # machine addresses have no language


def test_the_calendars_of_a_topic_and_a_cycle_follow_them(client):
    cycle, topic = make.make_cycle(slug="avant"), make.make_topic(slug="avant")
    make.make_event(cycle=cycle).topics.add(topic)
    rename(client, cycle, "apres")
    rename(client, topic, "apres")
    for address in ("/cycles/{}/agenda.ics", "/tag/{}/agenda.ics"):
        response = client.get(address.format("avant"))
        assert (response.status_code, response.headers["Location"]) == (301, address.format("apres"))


def test_the_links_of_letters_follow_a_renamed_meeting(client):
    registration = make.make_registration()
    before = registration.event.slug
    rename(client, registration.event, "apres")
    client.logout()
    response = client.get(f"/en/evenements/{before}/desinscription/{registration.token}/", follow=True)
    assert (response.status_code, response.redirect_chain) == (
        200,
        [(f"/en/evenements/apres/desinscription/{registration.token}/", 301)],
    )


def test_an_action_in_a_form_saves_what_was_typed_there_then_runs(client):
    event = make.make_event(published_at=None)
    assert desk.send(client, event, title="Retouché", **{ACTION: "publish", "_selected_action": event.pk}).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.is_published) == ("Retouché", True)


def test_an_action_in_a_form_that_is_wrong_waits_and_loses_nothing(client):
    event = make.make_event(published_at=None)
    page = desk.send(client, event, title="", summary="Deux phrases", **{ACTION: "publish", "_selected_action": event.pk})
    form = page.context["adminform"].form
    assert (set(form.errors), form["summary"].value()) == ({"title"}, "Deux phrases")
    event.refresh_from_db()
    assert not event.is_published


def test_the_key_enter_in_a_form_saves_it(client):
    event = make.make_event(published_at=None)
    desk.send(client, event, title="Retouché", **{ACTION: "", "_selected_action": event.pk})
    event.refresh_from_db()
    assert (event.title, event.is_published) == ("Retouché", False)


def test_an_action_that_asks_first_is_asked_from_the_form(client):
    event = make.make_event()
    page = desk.send(client, event, title="Retouché", **{ACTION: "cancel", "_selected_action": event.pk})
    assert (page.context["action"], page.context["rows"].get().title) == ("cancel", "Retouché")
    event.refresh_from_db()
    assert not event.is_called_off


@pytest.mark.parametrize(
    ("row_of", "field"), [(make.make_event, "summary"), (make.make_partner, "summary_en"), (make.make_page, "description")]
)
def test_a_paragraph_is_seen_whole_and_stays_one_paragraph(client, row_of, field):
    row = row_of()
    form = client.get(desk.change_url(row)).context["adminform"].form
    assert form[field].as_widget().startswith("<textarea")
    desk.save(client, row, **{field: " Une question\u202f;\r\n\r\nune réponse. "})
    row.refresh_from_db()
    assert getattr(row, field) == "Une question\u202f; une réponse."


@pytest.mark.parametrize(
    ("row_of", "plain"),  # fields whose label says it all
    [
        (make.make_event, {"title", "cycle", "precision", "cover", "is_fewer"}),
        (make.make_partner, set()),
        (make.make_post, {"title", "cover", "series", "first_published_on", "first_published_url"}),
    ],
)
def test_a_field_says_what_it_wants(client, row_of, plain):
    form = client.get(desk.change_url(row_of())).context["adminform"].form
    assert {field.name for field in form if not field.help_text} == plain


@pytest.mark.parametrize(("language", "titles"), [("fr", ("Images", "Ajout : image")), ("en", ("Pictures", "Add: picture"))])
def test_the_titles_of_the_desk_read_well_with_any_noun(client, language, titles):
    prefix = "/en" if language == "en" else ""
    with translation.override("fr"):
        paths = [prefix + reverse(f"admin:members_picture_{page}") for page in ("changelist", "add")]
    assert tuple(client.get(path).context["title"].replace("\N{NO-BREAK SPACE}", " ") for path in paths) == titles


def test_what_was_saved_is_said_in_the_words_of_the_house(client):
    event = make.make_event(title="Rencontre de juin")
    url = desk.change_url(event)
    saved = client.post(url, desk.typed(client, url) | {"_continue": "1"}, follow=True).text
    assert "C’est enregistré\xa0: rencontre «\u202fRencontre de juin\u202f»." in re.sub(r"<[^>]+>", "", saved)
    assert "L’objet" not in saved
    assert "un objet" not in saved


@pytest.mark.django_db
def test_what_is_deleted_leaves_the_kept_pages(client, django_capture_on_commit_callbacks):
    topic, before = make.make_topic(), first_edition()
    client.force_login(cast("oscar"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:members_topic_delete", args=[topic.pk]), {"post": "yes"})
    assert first_edition() != before
