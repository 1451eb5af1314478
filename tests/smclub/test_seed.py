import json
import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group as Role
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from events import reviewing
from events.models import Cycle, Event, Registration, Venue
from members.forms import ApplicationForm
from members.models import Group, Member, Person, Topic
from partners.models import Partner
from posts.models import Comment, Page, Post
from smclub import week
from tests.rails import club

pytestmark = pytest.mark.django_db


def test_the_demo_club(subtests, client):
    """Loading it takes seconds, so all that it must be is asked of one load."""
    call_command("seed_demo", verbosity=0)
    for truth in (
        _is_a_whole_club,
        _has_a_dozen_long_posts_and_a_dozen_short_notes,
        _says_in_english_too_what_organisers_wrote_in_french,
        _has_no_event_that_is_oversold,
        _shows_what_is_left_of_a_meeting,
        _prepares_a_meeting,
        _fits_its_columns,
        _has_no_text_that_leads_nowhere,
        _asks_on_its_page_what_the_form_asks,
        _is_left_as_it_is_by_another_load,
    ):
        with subtests.test(truth.__name__):
            truth(client)


def counts():
    return [model.objects.count() for model in (Member, Event, Registration, Post, Comment)]


def _is_a_whole_club(client):
    members, events, registrations, posts, comments = counts()
    assert (members, events >= 25, registrations >= 400, posts >= 26, comments >= 200) == (60, True, True, True, True)
    assert Event.objects.published().of_the_club().upcoming().count() >= 12


def _has_a_dozen_long_posts_and_a_dozen_short_notes(client):
    assert sum(300 <= post.word_count <= 900 for post in Post.objects.published()) >= 12
    assert Post.objects.published().filter(kind=Post.Kind.BRIEF).count() >= 12


def _says_in_english_too_what_organisers_wrote_in_french(client):
    """People's own headlines are theirs to translate."""
    models = [model for model in apps.get_models() if model is not Person]
    pairs = [
        (model, field.name.removesuffix("_en"))
        for model in models
        for field in model._meta.concrete_fields
        if field.name.endswith("_en")
    ]
    assert {(Partner, "body"), (Cycle, "title"), (Venue, "access"), (Group, "meets"), (Topic, "description")} <= set(pairs)
    missing = [
        f"{model.__name__} {row}: {name}"
        for model, name in pairs
        for row in model._base_manager.all()
        if getattr(row, name) and not getattr(row, f"{name}_en")
    ]
    assert missing == []


def _has_no_event_that_is_oversold(client):
    assert [e.slug for e in Event.objects.exclude(capacity=None) if e.taken() > e.capacity] == []


def _shows_what_is_left_of_a_meeting(client):
    """Of one meeting everything; of one so few answers that their scores are hidden; of one nobody knows who came."""
    past = Event.objects.took_place().of_the_club().exclude(registrations=None)
    whole, few = past.get(slug="moderation-a-l-echelle"), past.get(slug="coulisses-d-une-crise")
    page = client.get(whole.get_absolute_url()).text
    sections = ("write-up", "videos", "photos", "papers", "talked-about")
    assert [section for section in sections if f'id="{section}"' not in page] == []
    assert whole.attachments.filter(is_for_members=True).exists()
    assert [reviewing.opinions_of(event).mean is None for event in (whole, few)] == [False, True]
    assert reviewing.opinions_of(whole).remarks
    milan = Registration.objects.with_attendance().get(event=whole, member__email="milan@example.org")
    assert milan.attendance == "came"
    attendances = set(Registration.objects.going().filter(event__in=past).with_attendance().values_list("attendance", flat=True))
    assert attendances == {"came", "absent", "unknown"}


def _prepares_a_meeting(client):
    """A draft with its list: something done, one thing late on any day the demo is loaded, one soon, each for somebody."""
    (draft,) = Event.objects.drafts()
    todos = draft.todos.in_order()
    assert [todo.is_done for todo in todos] == [True, False, False, False, False, False]
    assert [todo.is_overdue for todo in todos] == [False, True, False, False, False, False]
    assert None not in {todo.assigned_to for todo in todos}
    organiser, coordinator = (Member.objects.get(email=f"{name}@example.org") for name in ("organiser", "coordinator"))
    assert [todo.title for todo in week.todos(organiser)] == ["Confirmer les interventions", "Annoncer la rencontre"]
    assert [todo.title for todo in week.todos(coordinator)] == ["Confirmer les interventions"]


def _fits_its_columns(client):
    """SQLite stores what is too long; PostgreSQL refuses it."""
    wrong = [
        f"{model.__name__} {row.pk}: {field.name} has {len(text)} characters of {field.max_length}"
        for model in apps.get_models()
        for row in model._base_manager.all()
        for field in model._meta.concrete_fields
        if field.max_length and isinstance(text := getattr(row, field.attname), str) and len(text) > field.max_length
    ]
    assert wrong == []


def _has_no_text_that_leads_nowhere(client):
    texts = [*Page.objects.values_list("body_html", flat=True), *Post.objects.published().values_list("body_html", flat=True)]
    links = {link for text in texts for link in re.findall(r'href="(/[^"#]*)', text)}
    assert len(links) >= 30
    assert [link for link in sorted(links) if client.get(link, follow=True).status_code != 200] == []


def _asks_on_its_page_what_the_form_asks(client):
    for language in ("fr", "en"):
        page = Page.objects.get(slug="adherer", lang=language)
        with translation.override(language):
            assert f"]({reverse('members:apply')})" in page.body
            questions = [f"{n}. {ApplicationForm.base_fields[name].label}" for n, name in ((1, "occupation"), (2, "motivation"))]
        assert [question for question in questions if question not in page.body] == []


def _is_left_as_it_is_by_another_load(client):
    first, post = counts(), Post.objects.published().newest_first().first()
    Post.objects.filter(pk=post.pk).update(title="Retouché")
    call_command("seed_demo", verbosity=0)
    assert (counts(), Post.objects.get(pk=post.pk).title) == (first, "Retouché")


REMADE = ("contenttypes", "auth.permission", "sessions", "modelsearch", "django_tasks_database")  # as docs/deploy.md says


def rows(dump) -> list[dict]:
    """The rows of a dump; those that a row is tied to come in no order, and a round second may be written in two ways."""
    found = json.loads(dump.read_text().replace(".000Z", "Z"))
    for row in found:
        row["fields"] = {name: sorted(v, key=str) if isinstance(v, list) else v for name, v in row["fields"].items()}
    return found


@pytest.mark.django_db(transaction=True)
def test_the_club_can_be_carried_to_another_database(tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    club.build()
    members = Member.objects.count()
    call_command("dumpdata", natural_foreign=True, exclude=REMADE, output=str(first), verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    Role.objects.all().delete()
    call_command("loaddata", str(first), verbosity=0)
    call_command("dumpdata", natural_foreign=True, exclude=REMADE, output=str(second), verbosity=0)
    assert rows(second) == rows(first)
    assert Member.objects.count() == members


@pytest.mark.parametrize("home", ["/", "/en/"])
def test_a_new_club_links_to_no_page_that_is_missing(client, home, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call_command("seed_pages", verbosity=0)
    links = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', client.get(home).text))
    assert {f"{home}{name}/" for name in ("le-club", "adherer", "presse", "mentions-legales", "confidentialite")} <= links
    assert [link for link in sorted(links) if client.get(link, follow=True).status_code != 200] == []
    assert client.get(f"{home}recherche/", {"q": "code de conduite" if home == "/" else "code of conduct"}).context["sections"]


def test_first_texts_leave_what_is_written_alone():
    Page.objects.create(slug="presse", lang="fr", title="Presse", body="Notre dossier.")
    call_command("seed_pages", verbosity=0)
    call_command("seed_pages", verbosity=0)
    assert Page.objects.get(slug="presse", lang="fr").body == "Notre dossier."
