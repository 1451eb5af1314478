"""Texts to pass on: as long as each network takes, with the names that people go by there, and nothing that is not announced."""

import pytest

from members.models import Organisation
from members.passing_on import MOST, Message
from posts.models import Credit
from tests.cast import cast
from tests.make import make_event, make_person, make_post, make_talk

URL = "https://club.example/evenements/vitrines/"
HALL = Organisation(name="La Halle")
CROWD = tuple(Organisation(name=f"La Maison numéro {n}") for n in range(30))
LONG = {"title": "Long " * 40, "summary": "é" * 300, "facts": ("f" * 60,)}
pytestmark = pytest.mark.django_db


def message(**fields) -> Message:
    return Message(**{"title": "Vitrines et voisinages", "url": URL, "lang": "fr"} | fields)


def test_each_line_is_there_when_there_is_something_to_say():
    assert message().on() == f"Vitrines et voisinages\n{URL}"
    whole = message(
        summary="Trois commerces.", facts=("mardi 6 octobre",), people=(Organisation(name="La Halle"),), hashtag="#smc"
    )
    assert whole.on() == f"Vitrines et voisinages\nTrois commerces.\nmardi 6 octobre\nAvec La Halle\n#smc\n{URL}"
    assert "\nWith La Halle\n" in message(lang="en", people=(HALL,)).on()


@pytest.mark.parametrize("network", MOST)
@pytest.mark.parametrize("fields", [{}, {"summary": "é" * 300}, LONG, {"people": CROWD}, LONG | {"people": CROWD}])
def test_none_is_longer_than_its_network_takes_and_all_keep_the_address(network, fields):
    text = message(**fields).on(network)
    assert len(text) <= MOST[network]
    assert text.endswith(f"\n{URL}")
    if "title" not in fields:
        assert text.startswith("Vitrines et voisinages\n")


def test_the_summary_goes_before_the_title_is_cut():
    assert message(summary="é" * 300).on("bluesky") == f"Vitrines et voisinages\n{URL}"
    assert "…\n" in message(title="Long " * 80).on("bluesky")
    assert "é" * 300 in message(summary="é" * 300).on("linkedin")


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ({"visibility": "public", "links_for": "public"}, {"mastodon": "@ana@piaille.fr", "bluesky": "Ana", "linkedin": "Ana"}),
        ({"visibility": "public", "links_for": "members"}, {"mastodon": "Ana", "linkedin": "Ana"}),
        ({"visibility": "members", "links_for": "public"}, {"mastodon": "Ana"}),
    ],
)
def test_people_are_named_as_they_go_by_there_when_everybody_may_read_it(shown, names):
    person = make_person(name="Ana", mastodon="@ana@piaille.fr", linkedin="https://www.linkedin.com/in/ana", **shown)
    for network, name in names.items():
        assert f"\nAvec {name}\n" in message(people=(person,)).on(network)


def test_a_meeting_and_a_post_have_theirs_on_their_pages(client):
    event = make_event(hashtag="smcrennes", summary="Trois commerces.")
    talk, cancelled = make_talk(event=event), make_event(status="cancelled")
    page = client.get(event.get_absolute_url()).text
    assert all(f'id="text-{network}"' in page for network in MOST)
    assert talk.person.name in page.partition('id="text-bluesky"')[2].partition("</textarea>")[0]
    assert "#smcrennes" in page.partition('id="text-mastodon"')[2].partition("</textarea>")[0]
    assert f'lang="fr">ANNULÉ : {cancelled.title}' in client.get(cancelled.get_absolute_url()).text.replace("\xa0", " ")
    post = make_post(kind="report", event=event)
    credit = Credit.objects.create(post=post, person=talk.person)
    text = client.get(post.get_absolute_url()).text.partition('id="text-linkedin"')[2].partition("</textarea>")[0]
    assert post.title in text
    assert str(credit.who) in text
    assert "#smcrennes" in text


@pytest.mark.parametrize("fields", [{"is_confidential": True, "audience": "members"}, {"audience": "invitation"}])
def test_what_is_not_announced_has_none(client, fields):
    event = make_event(**fields)
    client.force_login(cast("olga"))
    page = client.get(event.get_absolute_url()).text
    assert event.title in page
    assert "text-linkedin" not in page
    assert ("Ne pas diffuser" in page) == ("is_confidential" in fields)
