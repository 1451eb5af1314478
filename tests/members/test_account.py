"""What a member does with their own account: the account page, the name, the profile."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from members import profiles
from members.models import Member, Person, Picture, Topic
from members.models.shown import FIELDS
from members.models.topic import topics_from_string, topics_to_string
from tests.cast import cast
from tests.make import make_application, make_group, make_member, make_person, make_topic

pytestmark = pytest.mark.django_db
PAGES = ["members:me", "members:name", "members:profile"]
PROFILE = {
    "name": "Milan Membre",
    "headline": "Journaliste",
    "headline_en": "",
    "city": "Rennes",
    "topics": "données, médias locaux",
    "bio": "Je lis.",
    "website": "",
    "linkedin": "",
    "mastodon": "",
    "bluesky": "",
    "visibility": "public",
    "is_in_directory": "on",
    **dict.fromkeys((f"{field}_for" for field in FIELDS), "members"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_the_door_and_comes_back(client, page):
    response = client.get(reverse(page))
    assert response.url == f"{reverse('account_login')}?next={reverse(page)}"


@pytest.mark.parametrize("page", PAGES)
def test_account_pages_are_never_kept(client, page):
    client.force_login(cast("flora"))
    assert "no-store" in client.get(reverse(page)).headers["Cache-Control"]


def test_the_account_page_says_who_you_are_and_where_to_go(client):
    milan = cast("milan")
    group = make_group(members=[milan])
    client.force_login(milan)
    body = client.get(reverse("members:me")).content.decode()
    assert "Milan Membre" in body
    assert group.name in body
    for page in ("account_email", "account_change_password", "mfa_index", "usersessions_list", "account_logout"):
        assert reverse(page) in body


def test_a_friend_is_shown_how_to_become_a_member(client):
    client.force_login(cast("flora"))
    assert reverse("members:apply") in client.get(reverse("members:me")).content.decode()


@pytest.mark.parametrize(("state", "badge"), [("waiting", "is-pending"), ("declined", "is-danger")])
def test_the_state_of_an_application_is_shown(client, state, badge):
    make_application(member=cast("flora"), state=state, reason="Pas <b>encore</b>.")
    client.force_login(cast("flora"))
    body = client.get(reverse("members:me")).content.decode()
    assert badge in body
    assert ("Pas &lt;b&gt;encore&lt;/b&gt;." in body) == (state == "declined")


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    number = 12
    member = make_member()
    for _ in range(number):
        make_group(members=[member])
    client.force_login(member)
    with django_assert_max_num_queries(10):
        client.get(reverse("members:me"))


def test_a_name_is_said_and_the_way_back_is_kept(client):
    ana = make_member(name="", standing=Member.Standing.FRIEND)
    client.force_login(ana)
    target = "/evenements/x/?going=1&guests=1"
    assert "going=1&amp;guests=1" in client.get(reverse("members:name"), {"next": target}).content.decode()
    response = client.post(reverse("members:name"), {"name": " Ana ", "language": "en", "next": target})
    assert response.url == target
    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.shows_attendance) == ("Ana", "en", False)
    assert not Person.objects.exists()


def test_a_new_name_is_the_persons_too(client):
    person = make_person(name="Avant", member=cast("milan"))
    client.force_login(cast("milan"))
    client.post(reverse("members:name"), {"name": "Après", "language": "fr"})
    person.refresh_from_db()
    assert person.name == "Après"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "\x00", "foo"])
def test_the_way_back_never_leads_elsewhere(client, target):
    client.force_login(cast("milan"))
    response = client.post(reverse("members:name"), {"name": "Milan", "language": "fr", "next": target})
    assert response.url == reverse("members:me")


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "x" * 121}, {"name": "a\x00b"}, {"name": "Milan", "language": "xx"}])
def test_a_bad_name_is_said_beside_the_field(client, typed):
    client.force_login(cast("milan"))
    response = client.post(reverse("members:name"), {"language": "fr", **typed})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert Member.objects.get(email="milan@example.org").name == "Milan Membre"


def test_a_profile_makes_the_page_the_first_time(client):
    milan = cast("milan")
    client.force_login(milan)
    assert client.post(reverse("members:profile"), PROFILE).url == reverse("members:me")
    person = milan.person
    assert (person.name, person.slug, person.city) == ("Milan Membre", "milan-membre", "Rennes")
    assert sorted(person.topics.names()) == ["données", "médias locaux"]
    assert "<p>Je lis.</p>" in person.bio_html
    client.logout()
    assert client.get(person.get_absolute_url()).status_code == 200


def test_a_second_saving_changes_the_same_page(client):
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE)
    client.post(reverse("members:profile"), PROFILE | {"topics": "son", "visibility": "private", "is_in_directory": ""})
    person = Person.objects.get()
    assert list(person.topics.names()) == ["son"]
    assert person.visibility == Person.Visibility.PRIVATE


def test_a_friend_shows_a_page_to_members_only(client):
    """Anybody may open an account: what everybody reads on this site is written by members."""
    flora = cast("flora")
    client.force_login(flora)
    assert 'value="public"' not in client.get(reverse("members:profile")).content.decode()
    assert "field-error" in client.post(reverse("members:profile"), PROFILE | {"topics": ""}).content.decode()
    assert not Person.objects.exists()
    client.post(reverse("members:profile"), PROFILE | {"topics": "", "visibility": "members"})
    assert (flora.person.visibility, flora.person.is_in_directory) == (Person.Visibility.MEMBERS, False)


def test_a_friend_whose_page_an_organiser_made_public_keeps_it(client):
    person = make_person(member=cast("flora"))
    client.force_login(cast("flora"))
    client.post(reverse("members:profile"), PROFILE | {"topics": "", "city": "Lille"})
    person.refresh_from_db()
    assert (person.visibility, person.city) == (Person.Visibility.PUBLIC, "Lille")


def test_a_friend_adds_no_word_to_the_topics(client):
    known = make_topic(name="Données")
    client.force_login(cast("flora"))
    page = PROFILE | {"visibility": "members"}
    assert "Inconnu" in client.post(reverse("members:profile"), page | {"topics": f"{known}, Inconnu"}).content.decode()
    assert not Person.objects.exists()
    client.post(reverse("members:profile"), page | {"topics": known.name.lower()})
    assert list(cast("flora").person.topics.all()) == list(Topic.objects.all()) == [known]


def test_a_biography_is_plain_and_its_links_are_not_followed(client):
    person = make_person(bio="# Grand titre\n\n[ici](https://autre.example/)", website="https://moi.example/")
    body = client.get(person.get_absolute_url()).content.decode()
    assert "Grand titre</h2>" not in body
    assert '<a href="https://autre.example/" rel="nofollow ugc noopener">ici</a>' in body
    assert '<a rel="me nofollow ugc noopener" href="https://moi.example/">' in body


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("médias locaux", ["médias locaux"]),
        ("médias locaux, données", ["médias locaux", "données"]),
        ('"médias locaux", données', ["médias locaux", "données"]),
        ('"ville, campagne", données', ["ville, campagne", "données"]),
        (" , ,,", []),
        ('"', []),
        ("Données, données", ["Données"]),
    ],
)
def test_interests_are_split_on_commas_alone(typed, names):
    assert topics_from_string(typed) == names


def test_a_long_topic_that_is_there_already_is_kept():
    assert topics_from_string(f"{'a' * 60}, données") == ["a" * 60, "données"]
    long = make_topic(name="a" * 61).name
    assert topics_from_string(f"{long.upper()}, données") == [long, "données"]


def test_an_interest_of_two_words_is_saved_again_as_it_was(client):
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE | {"topics": "médias locaux"})
    shown = client.get(reverse("members:profile")).context["form"]["topics"].value()
    client.post(reverse("members:profile"), PROFILE | {"topics": shown})
    assert [topic.name for topic in Topic.objects.all()] == ["médias locaux"]


def test_what_the_admin_shows_of_topics_reads_as_the_same_topics():
    topics = [make_topic(name="ville, campagne"), make_topic(name="médias locaux")]
    assert sorted(topics_from_string(topics_to_string(topics))) == sorted(topic.name for topic in topics)


def test_the_form_says_who_is_found_in_the_directory(client):
    client.force_login(cast("milan"))
    assert "Les visiteurs sans compte n’y trouvent que" in client.get(reverse("members:profile")).content.decode()


def test_two_pages_of_one_name_at_the_same_moment_have_two_addresses():
    faster = []

    def somebody_is_faster(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"members_person"' in sql and not faster:
            faster.append(execute(sql, params, many, context))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_is_faster):
        profiles.present(cast("milan"), name="Milan Membre", topics="", visibility="public")
    assert Person.objects.get().name == "Milan Membre"


def test_a_name_kept_on_the_way_is_the_persons_too():
    """A name may be said first at a registration or under an article, by somebody who has a page already."""
    ana = make_member(name="")
    person = make_person(name="A. M.", member=ana)
    profiles.keep_name(ana, "Ana Martin")
    profiles.keep_name(ana, "Autre")
    person.refresh_from_db()
    assert (ana.name, person.name) == ("Ana Martin", "Ana Martin")


def test_two_people_of_one_name_have_two_addresses(client):
    make_person(name="Milan Membre", slug="milan-membre")
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE)
    assert Person.objects.get(member=cast("milan")).slug == "milan-membre-2"


def test_a_name_without_latin_letters_has_an_address_all_the_same(client):
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE | {"name": "日本"})
    assert Person.objects.get().slug == "personne"


def test_the_form_shows_the_profile_as_it_is(client):
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE)
    body = client.get(reverse("members:profile")).content.decode()
    assert 'value="Journaliste"' in body
    assert "données" in body


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"visibility": "private", "is_in_directory": ""},
        {"visibility": "private"},
        {"visibility": "everywhere"},
        {"website": "javascript:alert(1)"},
        {"website": "ftp://moi.example/"},
        {"linkedin": "https://linkedin.example@evil.example/"},
        {"website": "https://x.example/\x00"},
        {"bio": "x" * 5001},
        {"bio": "a\x00b"},
        {"topics": ", ".join(f"t{n}" for n in range(13))},
        {"topics": "x" * 61},
        {"city": "x" * 81},
    ],
)
def test_a_bad_profile_is_said_and_what_was_typed_stays(client, typed):
    client.force_login(cast("milan"))
    response = client.post(reverse("members:profile"), PROFILE | typed)
    body = response.content.decode()
    assert response.status_code == 200
    assert "field-error" in body
    assert 'value="Journaliste"' in body
    assert not Person.objects.exists()


def test_nobody_changes_the_profile_of_somebody_else(client):
    other = make_person(name="Autre", member=make_member())
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE | {"member": other.member_id, "slug": other.slug, "id": other.pk})
    other.refresh_from_db()
    assert other.name == "Autre"
    assert Person.objects.count() == 2


@pytest.mark.parametrize("page", PAGES)
def test_other_verbs_are_refused(client, page):
    client.force_login(cast("milan"))
    assert client.delete(reverse(page)).status_code == 405


def portrait(*, colour="green", content=None) -> SimpleUploadedFile:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "12 rue Secrète"
    Image.new("RGB", (40, 20), colour).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("../moi.jpg", out.getvalue() if content is None else content, content_type="image/jpeg")


def test_a_portrait_is_kept_replaced_and_taken_away(client, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(cast("milan"))
    client.post(reverse("members:profile"), PROFILE | {"portrait": portrait()})
    person = Person.objects.select_related("portrait").get()
    assert person.portrait.alt == "Portrait de Milan Membre"
    assert "moi" not in person.portrait.file.name
    with Image.open(person.portrait.file.path) as kept:
        assert not kept.getexif()
    assert person.portrait.file.url in client.get(person.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("members:profile"), PROFILE | {"portrait": portrait(colour="red")})
    client.post(reverse("members:profile"), PROFILE)
    assert [picture.file.name for picture in Picture.objects.all()] == [Person.objects.get().portrait.file.name]
    assert len(list(tmp_path.rglob("*.jpg"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("members:profile"), PROFILE | {"without_portrait": "on"})
    assert Person.objects.get().portrait is None
    assert not list(tmp_path.rglob("*.jpg"))


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a", b""])
def test_what_is_no_portrait_is_said_beside_the_field(client, settings, tmp_path, content):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(cast("milan"))
    response = client.post(reverse("members:profile"), PROFILE | {"portrait": portrait(content=content)})
    assert "field-error" in response.content.decode()
    assert not Picture.objects.exists()
