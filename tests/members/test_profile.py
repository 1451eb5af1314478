"""What is told on a profile besides words: languages, handles, organisation; and how others see it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.handles import NETWORKS, HandleFormField
from members.models import Organisation, Person
from members.models.shown import FIELDS
from members.profiles import present
from tests.cast import cast
from tests.make import make_event, make_member, make_organisation, make_person, make_registration

pytestmark = pytest.mark.django_db
PUBLIC, MEMBERS, PRIVATE = Person.Visibility.PUBLIC, Person.Visibility.MEMBERS, Person.Visibility.PRIVATE
PROFILE = {"name": "Milan Membre", "visibility": "public", **dict.fromkeys((f"{field}_for" for field in FIELDS), "public")}


@pytest.mark.parametrize(
    ("network", "typed", "kept", "link"),
    [
        ("mastodon", "ana@social.example", "@ana@social.example", "https://social.example/@ana"),
        ("mastodon", "https://social.example/@ana", "@ana@social.example", "https://social.example/@ana"),
        ("bluesky", "ana.bsky.social", "@ana.bsky.social", "https://bsky.app/profile/ana.bsky.social"),
        ("bluesky", "https://bsky.app/profile/ana.example", "@ana.example", "https://bsky.app/profile/ana.example"),
        ("instagram", " @ana.b_c ", "@ana.b_c", "https://www.instagram.com/ana.b_c/"),
        ("instagram", "https://www.instagram.com/ana/?hl=fr", "@ana", "https://www.instagram.com/ana/"),
        ("x", "https://twitter.com/ana", "@ana", "https://x.com/ana"),
        ("x", "", "", ""),
    ],
)
def test_a_handle_typed_or_pasted_is_kept_as_it_is_written_there(network, typed, kept, link):
    field = HandleFormField(network=network, required=False, max_length=120)
    assert (field.clean(typed), NETWORKS[network].link(kept)) == (kept, link)


@pytest.mark.parametrize(
    ("network", "typed"),
    [
        ("mastodon", "@ana"),
        ("mastodon", "javascript:alert(1)"),
        ("mastodon", "https://social.example/@ana/../x"),
        ("bluesky", "ana"),
        ("bluesky", "https://evil.example/profile/ana.example"),
        ("instagram", "ana b"),
        ("x", "a" * 16),
        ("x", "https://x.com.evil.example/ana"),
        ("x", "@ana\nb"),
    ],
)
def test_what_is_no_handle_is_said_with_an_example(network, typed):
    with pytest.raises(ValidationError, match="@ana"):
        HandleFormField(network=network, required=False, max_length=120).clean(typed)


def send(client, **typed):
    return client.post(reverse("members:profile"), PROFILE | typed)


def test_a_bad_handle_keeps_what_was_typed(client):
    client.force_login(cast("milan"))
    body = send(client, mastodon="@milan", bio="Je lis.", spoken=["fr", "br"]).text
    assert ("@milan" in body, "Je lis." in body, body.count("checked")) == (True, True, 3)
    assert not Person.objects.exists()


def test_languages_and_the_tongue_of_the_biography_are_on_the_page(client):
    client.force_login(cast("milan"))
    send(client, spoken=["br", "en"], bio="I read.", bio_lang="en")
    person = Person.objects.get()
    assert sorted(language.code for language in person.languages.all()) == ["br", "en"]
    body = client.get(person.get_absolute_url()).text
    assert ("Breton" in body, '<div class="prose" lang="en">' in body) == (True, True)
    assert '<div class="prose">' in client.get(f"/en{person.get_absolute_url()}").text
    send(client, spoken=["br"])
    assert [language.code for language in person.languages.all()] == ["br"]
    assert "field-error" in send(client, spoken=["klingon"]).text


def test_the_website_is_asked_for_and_seen(client):
    client.force_login(cast("milan"))
    send(client, website="https://milan.example/")
    assert (
        'rel="me nofollow ugc noopener" href="https://milan.example/"' in client.get(Person.objects.get().get_absolute_url()).text
    )
    body = client.get(reverse("members:profile")).text
    assert 'value="https://milan.example/"' in body


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://milan.example/", "deux mots"])
def test_what_is_no_address_of_the_web_is_kept_and_answered_in_plain_words(client, typed):
    client.force_login(cast("milan"))
    body = send(client, website=typed).text
    assert (f'value="{typed}"' in body, "field-error" in body, "une URL" in body) == (True, True, False)


def test_a_member_names_an_organisation_known_or_new(client):
    known = make_organisation(name="Rivage")
    Organisation.objects.filter(pk=known.pk).update(name="Rivage & Cie", slug="rivage-cie")
    milan = cast("milan")
    for typed, name in (("rivage cie", "Rivage & Cie"), ("Nouvelle Équipe", "Nouvelle Équipe"), ("", None)):
        person = present(milan, name="Milan", topics="", organisation_name=typed, visibility=PUBLIC)
        assert (person.organisation and person.organisation.name) == name
    assert Organisation.objects.count() == 2


def test_a_friend_names_an_organisation_that_the_club_knows(client):
    known = make_organisation(name="Rivage")
    client.force_login(cast("flora"))
    friends = PROFILE | dict.fromkeys(("visibility", *(f"{field}_for" for field in FIELDS)), "members") | {"name": "Flora Amie"}
    assert "field-error" in client.post(reverse("members:profile"), friends | {"organisation_name": "Inconnue"}).text
    client.post(reverse("members:profile"), friends | {"organisation_name": known.name})
    assert Person.objects.get().organisation == known
    assert "field-error" in client.post(reverse("members:profile"), friends | {"city_for": "public"}).text


# --- as others see it -------------------------------------------------------------
def seen(client, reader) -> str:
    response = client.get(reverse("members:profile_seen", args=[reader]))
    assert "no-store" in response.headers["Cache-Control"]
    return response.text


def test_ones_page_is_seen_as_others_get_it(client):
    milan = cast("milan")
    make_person(
        member=milan,
        city="Concarneau",
        city_for=MEMBERS,
        headline="Chercheur",
        headline_for=PUBLIC,
        bio="Caché.",
        bio_for=PRIVATE,
    )
    client.force_login(milan)
    shown = {reader: seen(client, reader) for reader in ("visiteur", "membre")}
    words = ("Chercheur", "Concarneau", "Caché", "ld+json")
    assert [word in shown["visiteur"] for word in words] == [True, False, False, True]
    assert [word in shown["membre"] for word in words] == [True, True, False, True]
    assert reverse("members:profile") in shown["visiteur"]


def test_a_meeting_for_members_is_not_on_ones_page_as_a_visitor_sees_it(client):
    milan = cast("milan")
    make_person(member=milan, meetings_for=PUBLIC)
    for title, audience in (("Chez tous", "open"), ("Chez nous", "members"), ("Chez peu", "invitation")):
        make_registration(event=make_event(title=title, audience=audience, days=-9), member=milan, state="attended")
    client.force_login(milan)
    for reader in ("visiteur", "membre"):
        assert [title in seen(client, reader) for title in ("Chez nous", "Chez peu")] == [False, False]


def test_a_page_that_a_visitor_does_not_find_says_so(client):
    milan = cast("milan")
    person = make_person(member=milan, visibility=MEMBERS, city="Concarneau")
    client.force_login(milan)
    assert "introuvable" in seen(client, "visiteur")
    assert "Concarneau" not in seen(client, "visiteur")
    assert "Concarneau" in seen(client, "membre")
    Person.objects.filter(pk=person.pk).update(visibility=PRIVATE)
    assert "introuvable" in seen(client, "membre")


def test_nobody_sees_with_eyes_that_are_not_offered(client):
    client.force_login(make_member())
    assert client.get(reverse("members:profile_seen", args=["visiteur"])).url == reverse("members:profile")
    assert client.get(reverse("members:profile_seen", args=["organisateur"])).status_code == 404
    client.logout()
    assert client.get(reverse("members:profile_seen", args=["visiteur"])).status_code == 302
