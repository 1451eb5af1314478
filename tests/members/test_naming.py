"""Names that people may choose: their own, readable, and nobody else's by a trick of letters."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members import naming
from members.models import Club, Member
from members.models.shape import shape
from tests.cast import cast
from tests.make import make_event, make_group, make_member, make_person

pytestmark = pytest.mark.django_db


def refusal(name, member=None):
    try:
        naming.check(name, member=member)
    except ValidationError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "name", ["Zoé", "Loïc Le Goff", "Anne-Lise d’Aubigné", "O'Neill", "Анна Петрова", "田中 Taro", "Dr No 2", "Ngô Thị Hà"]
)
def test_people_have_all_kinds_of_names(name):
    assert refusal(name) == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ada\N{RIGHT-TO-LEFT OVERRIDE}Martin", "unreadable"),
        ("Ada\N{ZERO WIDTH SPACE}Martin", "unreadable"),
        ("12 34", "unreadable"),
        ("!!!", "unreadable"),
        ("Мilan", "mixed"),  # the first letter is Cyrillic
        ("Ada Mαrtin", "mixed"),
        ("Admin", "reserved"),
        ("Modération", "reserved"),
        ("La modératrice", "reserved"),
        ("Adm1n", "reserved"),
        ("AdmIn", "reserved"),
        ("Membre supprimé", "reserved"),
        ("L’équipe du club", "reserved"),
    ],
)
def test_a_name_that_misleads_is_refused(name, code):
    assert refusal(name) == code


def test_nobody_is_the_club():
    Club.objects.create(pk=1, name="Social Media Club Bretagne", short_name="SMC Bretagne")
    assert [refusal(name) for name in ("SMC Bretagne", "Social media club bretagne", "Le SMC Bretagne vous parle")] == [
        "reserved"
    ] * 3
    assert refusal("Bretagne Martin") == ""


def test_nobody_is_a_group():
    group = make_group(name="SMC Vannes").name
    assert [refusal(name) for name in (group, group.upper(), f"Ana de {group}")] == ["reserved", "reserved", ""]
    assert refusal(group, member=cast("olga")) == ""


def test_the_staff_may_say_what_they_do():
    assert refusal("Olga, modération", cast("olga")) == ""


@pytest.mark.parametrize("name", ["Mi1an Petit", "MiIan Petit", "Mılan Petit", "MiIan  Petit"])
def test_what_only_looks_like_the_name_of_another_is_refused(name):
    make_member(name="Milan Petit")
    assert refusal(name) == "alike"


def test_speakers_without_an_account_are_looked_at_too():
    make_person(name="Bernard Horn")
    assert refusal("Bemard Hom") == "alike"


@pytest.mark.parametrize("name", ["Milan Petit", "milan petit", "Mílan Petit", "Milan-Petit", "Lan Petit"])
def test_two_people_may_bear_one_name_and_names_may_be_near(name):
    make_member(name="Milan Petit")
    make_member(name="Ian Petit")
    assert refusal(name) == ""


def test_ones_own_name_is_never_asked_about():
    milan = make_member(name="Milan Petit")
    make_member(name="MiIan Petit")
    assert refusal("Milan Petit", milan) == ""


def test_letters_of_one_look_have_one_shape():
    assert {shape(name) for name in ("Milan", "Мilan", "Mi1an", "MiIan", "Mìlan")} == {"Milan"}
    assert shape("Lan") != shape("Ian")


def test_the_shape_is_written_with_the_name_whoever_writes_it():
    member = make_member(name="Ian")
    assert Member.objects.get(pk=member.pk).name_shape == "lan"
    Member.objects.bulk_create([Member(email="b@example.org", name="Ilse")])
    assert Member.objects.get(email="b@example.org").name_shape == "llse"


def forms_that_ask():
    """(address, what is typed beside the name)."""
    event = make_event()
    return {
        "name": (reverse("members:name"), {"language": "fr"}),
        "profile": (reverse("members:profile"), {"visibility": "members"}),
        "registration": (reverse("events:register", args=[event.slug]), {}),
        "application": (reverse("members:apply"), {"occupation": "Journaliste", "motivation": "Vous lire."}),
    }


@pytest.mark.parametrize("form", ["name", "profile", "registration", "application"])
def test_every_form_that_asks_for_a_name_refuses_beside_the_field_and_keeps_what_was_typed(client, form):
    new = make_member(name="", standing="friend")
    client.force_login(new)
    address, beside = forms_that_ask()[form]
    page = client.post(address, {"name": "Modération", **beside}).text
    assert "Le club lui-même pourrait parler sous ce nom" in page
    assert 'value="Modération"' in page
    new.refresh_from_db()
    assert new.name == ""
