"""The organisers' desk for partners."""

import pytest
from django.urls import reverse

from partners.models import Counterpart, Partner, Period
from tests.cast import cast
from tests.make import make_organisation, make_partner, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


def test_a_partner_is_made_with_its_periods(client, olga):
    organisation, person = make_organisation(), make_person()
    data = {
        "organisation": organisation.pk,
        "kind": "media",
        "slug": "lentreprise",
        "is_published": "on",
        "position": 0,
        "body": "Un **mensuel**.",
        "contacts": [person.pk],
        "periods-TOTAL_FORMS": 1,
        "periods-INITIAL_FORMS": 0,
        "periods-0-starts_on": "25/02/2011",
        "periods-0-ends_on": "31/12/2013",
    }
    assert client.post(reverse("admin:partners_partner_add"), data).status_code == 302
    partner = Partner.objects.get()
    assert partner.since() == "de 2011 à 2013"
    assert "<strong>mensuel</strong>" in client.get(partner.get_absolute_url()).content.decode()


def test_a_period_that_ends_before_it_starts_is_said_in_the_form(client, olga):
    partner = make_partner()
    data = {
        "partner": partner.pk,
        "starts_on": "31/12/2013",
        "ends_on": "25/02/2011",
        "counterparts-TOTAL_FORMS": 0,
        "counterparts-INITIAL_FORMS": 0,
    }
    response = client.post(reverse("admin:partners_period_add"), data)
    assert "errorlist" in response.content.decode()
    assert Period.objects.count() == 1


def test_counterparts_are_ticked_off_on_their_period(client, olga):
    period = make_partner().periods.get()
    Counterpart.objects.create(period=period, text="Logo", is_given=True)
    Counterpart.objects.create(period=period, text="Mot d’accueil")
    assert "1 / 2" in client.get(reverse("admin:partners_period_changelist")).content.decode()
    body = client.get(reverse("admin:partners_partner_change", args=[period.partner_id])).content.decode()
    assert reverse("admin:partners_period_change", args=[period.pk]) in body
    assert "1 / 2" in body


@pytest.mark.parametrize("number", [2, 20])
def test_the_number_of_queries_does_not_grow(client, olga, django_assert_max_num_queries, number):
    for _ in range(number):
        make_partner()
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:partners_partner_changelist"))
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:partners_period_changelist"))


@pytest.mark.parametrize("who", ["coralie", "aude", "modou", "edith"])
def test_other_roles_change_no_partner(client, who):
    client.force_login(cast(who))
    assert client.post(reverse("admin:partners_partner_change", args=[make_partner().pk])).status_code == 403
