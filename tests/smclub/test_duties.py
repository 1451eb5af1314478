"""What the law asks the site to say: a to-do as long as nobody wrote it."""

import pytest
from django.urls import reverse

from members.models import Club
from smclub import duties
from smclub.checks import the_law_is_answered
from tests.cast import cast
from tests.make import make_page

pytestmark = pytest.mark.django_db
FACTS = {
    "publisher_name": "H. Marchand",
    "seat": "3 rue des Lices, Rennes",
    "telephone": "02 99 00 00 00",
    "host": "Hébergeur, 1 rue X, 01 00 00 00 00",
    "contact_email": "bureau@example.org",
}


def labels():
    return [str(gap.label) for gap in duties.gaps()]


def write_everything():
    Club.objects.update_or_create(pk=1, defaults=FACTS)
    for slug in duties.TEXTS:
        make_page(slug=slug, title=slug, body="Tout est dit.")


def test_a_new_club_has_everything_to_write():
    assert len(labels()) == len(duties.FACTS) + len(duties.TEXTS)


def test_nothing_is_asked_once_everything_is_written(django_assert_num_queries):
    write_everything()
    with django_assert_num_queries(2):
        assert labels() == []


@pytest.mark.parametrize("name", duties.FACTS)
def test_an_empty_fact_is_asked_for(name):
    write_everything()
    Club.objects.update(**{name: ""})
    assert labels() == [duties.FACTS[name]]


def test_a_text_that_waits_to_be_completed_is_named():
    write_everything()
    page = make_page(slug="presse", title="Presse", body="[à compléter]")
    assert labels() == []  # the law does not ask for it
    type(page).objects.filter(slug="confidentialite").update(body="Durée : [à compléter : combien de mois].")
    assert labels() == [
        "Confidentialité\N{NO-BREAK SPACE}: ce qui reste «\N{NARROW NO-BREAK SPACE}à compléter\N{NARROW NO-BREAK SPACE}»"
    ]


def test_each_gap_leads_to_where_it_is_written(client):
    make_page(slug="confidentialite", title="Confidentialité", body="[à compléter]")
    client.force_login(cast("olga"))
    assert {client.get(gap.url, follow=True).status_code for gap in duties.gaps()} == {200}


def test_organisers_see_the_gaps_on_the_first_page_of_the_desk_and_others_do_not(client):
    client.force_login(cast("olga"))
    assert "Direction de la publication" in client.get(reverse("admin:index")).text
    client.force_login(cast("modou"))
    assert "Direction de la publication" not in client.get(reverse("admin:index")).text


def test_the_check_of_a_deployment_names_them_and_then_falls_silent(settings):
    settings.DEMO = False
    (warning,) = the_law_is_answered(None)
    assert str(duties.FACTS["seat"]) in warning.msg
    write_everything()
    assert the_law_is_answered(None) == []


def test_the_legal_notice_shows_the_clubs_facts(client):
    write_everything()
    page = client.get(reverse("page", args=["mentions-legales"])).text
    assert [fact in page for name, fact in FACTS.items() if name != "contact_email"] == [True] * 4
