"""The list and the pages of partners."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from partners.models import Partner, Period
from tests.make import make_organisation, make_partner, make_person
from tests.posts.reading import json_ld

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.localdate() - timedelta(days=1)


def test_current_partners_are_by_kind_and_past_ones_apart(client):
    host = make_partner(kind=Partner.Kind.HOST)
    media = make_partner(kind=Partner.Kind.MEDIA)
    past = make_partner(ends_on=YESTERDAY)
    make_partner(is_published=False)
    response = client.get(reverse("partners:list"))
    assert list(response.context["current"]) == [media, host]
    assert list(response.context["past"]) == [past]


def test_who_becomes_a_partner_next_month_is_neither_with_us_nor_was(client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    coming = make_partner(starts_on=tomorrow)
    back_soon = make_partner(ends_on=YESTERDAY)
    Period.objects.create(partner=back_soon, starts_on=tomorrow)
    undated = make_partner()
    undated.periods.all().delete()
    response = client.get(reverse("partners:list"))
    assert list(response.context["current"]) == []
    assert set(response.context["past"]) == {back_soon, undated}
    assert f"à partir de {tomorrow.year}" in client.get(coming.get_absolute_url()).content.decode()


def test_a_partner_page_tells_who_since_when_and_who_to_speak_to(client):
    organisation = make_organisation(name="L’Entreprise", city="Paris", website="https://entreprise.example/")
    partner = make_partner(
        organisation=organisation,
        summary="Un mensuel.",
        body="Elle **suit** le club.",
        starts_on=date(2011, 2, 25),
        ends_on=date(2013, 5, 1),
    )
    shown, hidden = make_person(name="François"), make_person(name="Discret", visibility=Person.Visibility.MEMBERS)
    partner.contacts.add(shown, hidden)
    other = make_partner()
    response = client.get(partner.get_absolute_url())
    assert list(response.context["contacts"]) == [shown]
    assert list(response.context["others"]) == [other]
    body = response.content.decode()
    for text in (organisation.name, "Un mensuel.", "<strong>suit</strong>", "Partenaire de 2011 à 2013", "Paris"):
        assert text in body


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "said"),
    [
        (date(2011, 2, 25), None, "depuis 2011"),
        (date(2011, 2, 25), date(2013, 1, 1), "de 2011 à 2013"),
        (date(2011, 2, 25), date(2011, 12, 31), "en 2011"),
        (None, date(2013, 1, 1), "jusqu’en 2013"),
        (date(2011, 2, 25), date(2999, 1, 1), "depuis 2011"),
        (None, None, ""),
    ],
)
def test_a_period_is_said_in_years(starts_on, ends_on, said):
    assert Period(starts_on=starts_on, ends_on=ends_on).years == said


def test_several_periods_are_said_in_order():
    partner = make_partner(starts_on=date(2019, 1, 1))
    Period.objects.create(partner=partner, starts_on=date(2011, 1, 1), ends_on=date(2013, 1, 1))
    assert partner.since() == "de 2011 à 2013, depuis 2019"


def test_a_partner_nobody_remembers_the_start_of_is_current(client):
    partner = make_partner()
    partner.periods.update(starts_on=None)
    assert list(client.get(reverse("partners:list")).context["current"]) == [partner]


@pytest.mark.parametrize(
    ("is_paid", "ends_on", "rel"), [(True, None, "sponsored noopener"), (True, YESTERDAY, "noopener"), (False, None, "noopener")]
)
def test_links_say_that_they_are_paid_for_only_while_they_are(client, is_paid, ends_on, rel):
    organisation = make_organisation(website="https://entreprise.example/")
    partner = make_partner(organisation=organisation, is_paid=is_paid, ends_on=ends_on, body="[ici](https://autre.example/)")
    body = client.get(partner.get_absolute_url()).content.decode()
    assert f'<a rel="{rel}" href="https://entreprise.example/">' in body
    assert f'<a href="https://autre.example/" rel="{rel}">' in body


def test_machines_read_what_organisation_a_page_is_about(client):
    organisation = make_organisation(name="L’Entreprise", city="Paris", website="https://entreprise.example/")
    partner = make_partner(organisation=organisation, summary="Un mensuel.")
    data = json_ld(client.get(partner.get_absolute_url()))
    assert data.pop("mainEntityOfPage").endswith(partner.get_absolute_url())
    assert data == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": organisation.name,
        "url": "https://entreprise.example/",
        "description": "Un mensuel.",
        "address": {"@type": "PostalAddress", "addressLocality": "Paris"},
    }


def test_what_is_not_published_is_not_found(client):
    assert client.get(make_partner(is_published=False).get_absolute_url()).status_code == 404
    assert client.get("/partenaires/rien/").status_code == 404


def test_pages_are_only_read(client):
    assert client.post(reverse("partners:list")).status_code == 405
    assert client.post(make_partner().get_absolute_url()).status_code == 405


def test_an_empty_list_says_so(client):
    assert "empty-state" in client.get(reverse("partners:list")).content.decode()


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    number = 12
    partners = [make_partner(ends_on=YESTERDAY if n % 2 else None) for n in range(2 * number)]
    partners[0].contacts.add(*[make_person(organisation=make_organisation()) for _ in range(number)])
    with django_assert_max_num_queries(9):
        client.get(reverse("partners:list"))
    with django_assert_max_num_queries(10):
        client.get(partners[0].get_absolute_url())
