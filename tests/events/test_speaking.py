"""A speaker's own page: opened by a signed link alone, for their texts, what they say of pictures, and the write-up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from events import speaking
from events.models import Talk
from members.models import Entry, Letter, Person, Picture
from tests.cast import cast
from tests.desk import save
from tests.make import make_event, make_person, make_picture, make_post, make_talk
from tests.rails.club import GIF

pytestmark = pytest.mark.django_db


def page(talk: Talk) -> str:
    return reverse("speaker", args=[speaking.key_of(talk)])


def typed(talk: Talk, **changed) -> dict:
    return {f"talk-{talk.pk}-title": "Le fil d’Ariane", "image_consent": "voice", "bio_lang": "fr"} | changed


@pytest.fixture
def talk():
    return make_talk(event=make_event(), person=make_person(visibility="private", bio_for="private"))


def test_what_a_speaker_gives_is_on_their_page_and_on_that_of_the_meeting(client, talk):
    other = make_talk(event=talk.event, person=talk.person, title="Deuxième partie")
    told = typed(
        talk, headline="Conteuse", bio="Elle **raconte**.", mastodon="@ana@piaille.fr", remark="Un micro, merci.", is_public="on"
    )
    told |= {f"talk-{other.pk}-title": "La suite", f"talk-{other.pk}-slides_url": "https://diapos.example/suite"}
    answer = client.post(page(talk), told, follow=True)
    assert "Merci" in answer.text
    person = Person.objects.get(pk=talk.person_id)
    assert "<strong>raconte</strong>" in client.get(person.get_absolute_url()).text
    text = client.get(talk.event.get_absolute_url()).text
    assert "Le fil d’Ariane" in text
    assert "La suite" in text
    rows = talk.event.talks.order_by("pk").values_list("image_consent", "slides_url")
    assert list(rows) == [("voice", ""), ("voice", "https://diapos.example/suite")]
    assert Letter.objects.get(kind="events.remark").context["remark"] == "Un micro, merci."
    assert Entry.objects.filter(verb="talk.tell").count() == 1


def test_a_speaker_sees_the_portrait_and_the_slides_that_arrived_and_replaces_them(client, talk):
    slides = {f"talk-{talk.pk}-slides_url": "https://diapos.example/ariane"}
    with make_picture().file.open() as file:
        content = file.read()
    Picture.objects.all().delete()
    assert "Portrait de" not in client.get(page(talk)).text
    for name in ("un.jpg", "deux.jpg"):
        with time_machine.travel(datetime(2026, 11, 1, 18, tzinfo=UTC), tick=False):
            client.post(page(talk), typed(talk, portrait=SimpleUploadedFile(name, content), **slides))
        kept, said = Person.objects.get(pk=talk.person_id).portrait, client.get(page(talk)).text
        assert f'src="{kept.small_url}"' in said
        assert "Portrait de Paule Publique" in said
        assert "Reçu le 1er\xa0novembre 2026" in said
        assert "1er\xa0novembre 2026, 19\xa0h" in said
        assert 'href="https://diapos.example/ariane"' in said
    assert Picture.objects.count() == 1


def test_nobody_s_page_is_opened_by_what_they_say_of_their_talk(client, talk):
    """Nor is the box ticked for them; what they say of themselves is for the organisers then."""
    assert not client.get(page(talk)).context["form"]["is_public"].value()
    client.post(page(talk), typed(talk, headline="Conteuse"))
    person = Person.objects.get(pk=talk.person_id)
    assert (person.headline, person.visibility, person.bio_for) == ("Conteuse", "private", "private")
    assert client.get(person.get_absolute_url()).status_code == 404
    assert "Conteuse" not in client.get(talk.event.get_absolute_url()).text


def test_they_open_their_page_and_close_it_again_and_the_log_says_when(client, talk):
    for is_public in ("on", "on", "", ""):
        client.post(page(talk), typed(talk, is_public=is_public))
        person = Person.objects.get(pk=talk.person_id)
        assert person.visibility == ("public" if is_public else "private")
        assert bool(client.get(page(talk)).context["form"]["is_public"].value()) == bool(is_public)
    verbs = Entry.objects.exclude(verb="talk.tell").order_by("pk").values_list("verb", "subject_id")
    assert list(verbs) == [("person.open", str(person.pk)), ("person.close", str(person.pk))]


def test_a_page_for_members_stays_one(client, talk):
    Person.objects.filter(pk=talk.person_id).update(visibility="members")
    client.post(page(talk), typed(talk))
    assert Person.objects.get(pk=talk.person_id).visibility == "members"


def test_slides_are_shown_once_the_meeting_has_begun(client):
    for days, is_shown in ((3, False), (-3, True)):
        talk = make_talk(event=make_event(days=days), slides_url="https://diapos.example/x")
        assert ("https://diapos.example/x" in client.get(talk.event.get_absolute_url()).text) == is_shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("image_consent", "", "Ce champ est obligatoire."),
        ("website", "javascript:alert(1)", "Collez l’adresse entière"),
        ("mastodon", "pas une adresse !", "Mastodon"),
        ("bio", "é" * 5001, "000 caractères au plus"),
        ("portrait", SimpleUploadedFile("x.gif", GIF), "JPEG"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(client, talk, field, value, said):
    answer = client.post(page(talk), typed(talk, headline="Conteuse") | {field: value})
    assert answer.status_code == 200
    assert said in answer.text.partition(f"field-{field} is-invalid")[2].partition("field field-")[0]
    assert "Conteuse" in answer.text
    assert "Le fil d’Ariane" in answer.text
    assert not Person.objects.get(pk=talk.person_id).headline
    assert not Talk.objects.get(pk=talk.pk).told_at


def test_who_has_an_account_keeps_their_profile_to_themselves(client, talk):
    Person.objects.filter(pk=talk.person_id).update(member=cast("milan"), headline="Le sien")
    assert 'name="headline"' not in client.get(page(talk)).text
    client.post(page(talk), typed(talk, headline="Usurpé", visibility="public"))
    person = Person.objects.get(pk=talk.person_id)
    assert (person.headline, person.visibility) == ("Le sien", "private")
    assert Talk.objects.get(pk=talk.pk).image_consent == "voice"


def test_the_link_opens_one_s_own_page_until_it_is_revoked_or_old(client, talk):
    other, path = make_talk(event=talk.event), page(talk)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert 'name="referrer" content="same-origin"' in answer.text
    assert other.person.name not in answer.text.partition("<form")[2]
    client.post(path, typed(talk) | {f"talk-{other.pk}-title": "Pas le sien"})
    assert Talk.objects.get(pk=other.pk).title == ""
    assert client.get(path[:-3] + "x/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=120)):
        assert client.get(path).status_code == 410
        assert client.post(path, typed(talk)).status_code == 410
        talk.event.status, talk.event.modified_at = talk.event.Status.POSTPONED, timezone.now()
        talk.event.save()
        assert client.get(path).status_code == 200  # the new date will need it
    speaking.revoke(talk, by=cast("olga"))
    assert client.get(path).status_code == 404
    talk.refresh_from_db()
    assert client.get(page(talk)).status_code == 200


def test_looking_at_it_changes_nothing(client, talk):
    before = Talk.objects.values().get(pk=talk.pk), Person.objects.values().get(pk=talk.person_id)
    client.get(page(talk))
    client.head(page(talk))
    assert (Talk.objects.values().get(pk=talk.pk), Person.objects.values().get(pk=talk.person_id)) == before
    assert not Entry.objects.exists()


def test_the_write_up_is_reread_once_it_is_handed_in(client, talk):
    post = make_post(kind="report", event=talk.event, title="Ce qu’on a dit", days=None)
    assert "Ce qu’on a dit" not in client.get(page(talk)).text
    post.submitted_at = timezone.now()
    post.save()
    text = client.get(page(talk)).text
    assert "Ce qu’on a dit" in text
    path = text.partition("/articles/apercu/")[2].partition('"')[0]
    assert client.get(f"/articles/apercu/{path}").status_code == 200


def test_the_desk_gives_the_link_and_another_when_asked(client, talk):
    client.force_login(cast("olga"))
    text = client.get(reverse("admin:events_event_change", args=[talk.event_id])).text
    assert page(talk) in text
    assert "talks-0-is_revoked" in text


def test_the_link_of_who_was_entered_by_mistake_opens_nothing_of_who_speaks_instead(client, talk):
    path, speaks = page(talk), make_person(name="Ugo Juste")
    Talk.objects.update(email="autre@example.org", image_consent=Talk.Consent.YES, told_at=timezone.now())
    client.force_login(cast("olga"))
    save(client, talk.event, **{"talks-0-title": "Le fil"})
    assert client.get(path).status_code == 200
    save(client, talk.event, **{"talks-0-person": speaks.pk})
    assert client.get(path).status_code == 404
    talk.refresh_from_db()
    assert "Ugo Juste" in client.get(page(talk)).text
    assert (talk.email, talk.image_consent, talk.told_at) == ("", "", None)
    save(client, talk.event, **{"talks-0-person": make_person().pk, "talks-0-email": "elle@example.org"})
    talk.refresh_from_db()
    assert talk.email == "elle@example.org"
