"""Invoices and credit notes: what they must say, and numbers without a gap or a double."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from members import invoicing, treasury
from members.models import Club, Entry, Invoice, InvoiceSeries
from members.models.invoice import InvoiceSeries as Series
from members.refusals import Refused
from tests.cast import cast
from tests.make import make_dues, make_organisation
from tests.members.numbering import issue_at_once

YEAR = timezone.localdate().year


@pytest.fixture
def club(db):
    facts = {"seat": "1 rue du Club, 75002 Paris", "registration": "RNA W751000000", "vat_mention": "TVA non applicable"}
    return Club.objects.create(pk=1, name="Le Club", payment_details="IBAN FR76…", **facts)


def company(**fields):
    organisation = make_organisation(siret="73282932000074", billing_address="2 rue du Port\n35000 Rennes")
    return make_dues(organisation=organisation, **fields)


def test_an_invoice_says_what_the_law_wants(club):
    dues = company(purchase_order="BC-7", starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31), paid_on=None, method="")
    invoice = invoicing.issue(dues, by=cast("tristan"))
    assert invoice.number == f"{YEAR}-0001"
    assert invoice.issued_on == timezone.localdate()
    assert (invoice.club_name, invoice.club_address, invoice.club_registration) == (club.name, club.seat, club.registration)
    assert (invoice.payer_name, invoice.payer_siret) == (dues.organisation.name, "73282932000074")
    assert invoice.payer_address == "2 rue du Port\n35000 Rennes"
    assert (invoice.purchase_order, invoice.amount, invoice.vat_mention) == ("BC-7", Decimal(300), "TVA non applicable")
    assert "du 1er\u00a0septembre 2026 au 31\u00a0août 2027 (3 personnes)" in invoice.line
    assert [(entry.verb, entry.after) for entry in Entry.objects.all()] == [("dues.invoice", invoice.number)]


def test_what_changes_afterwards_changes_nothing_of_it(club):
    dues = company()
    invoice = invoicing.issue(dues, by=None)
    before = Invoice.objects.values().get()
    Club.objects.update(name="Autre", seat="Ailleurs", vat_mention="TVA 20 %")
    type(dues.organisation).objects.update(name="Autre", billing_address="Ailleurs", siret="")
    dues.refresh_from_db()
    assert Invoice.objects.values().get() == before
    with pytest.raises(ProtectedError):
        dues.delete()
    assert invoice.signed_amount == Decimal(300)


@pytest.mark.parametrize("name", ["seat", "registration", "vat_mention"])
def test_an_invoice_waits_for_what_the_club_must_say(club, name):
    Club.objects.update(**{name: ""})
    with pytest.raises(Refused, match="réglages du club"):
        invoicing.issue(company(), by=None)
    assert not InvoiceSeries.objects.exists()


def test_an_invoice_is_refused_when_it_cannot_be_made(club):
    dues = company()
    without = make_dues(organisation=make_organisation())
    for row, code in ((make_dues(), "member"), (without, "address")):
        with pytest.raises(Refused) as refusal:
            invoicing.issue(row, by=None)
        assert refusal.value.code == code
    invoicing.issue(dues, by=None)
    with pytest.raises(Refused, match="déjà"):
        invoicing.issue(dues, by=None)
    treasury.cancel(dues, by=None, reason="Erreur")
    with pytest.raises(Refused, match="annulée"):
        invoicing.issue(dues, by=None)
    assert list(Invoice.objects.order_by("rank").values_list("rank", "kind")) == [(1, "invoice"), (2, "credit")]


def test_cancelled_dues_with_an_invoice_make_a_credit_note(club):
    dues = company()
    invoice = invoicing.issue(dues, by=None)
    treasury.cancel(dues, by=cast("tristan"), reason="Payée deux fois")
    note = Invoice.objects.get(kind="credit")
    assert (note.credited, note.number, note.signed_amount) == (invoice, f"{YEAR}-0002", Decimal(-300))
    assert (note.payer_name, note.line) == (invoice.payer_name, invoice.line)


def test_a_number_that_was_not_used_is_given_back(club):
    with transaction.atomic():
        invoicing.issue(company(), by=None)
        transaction.set_rollback(True)
    assert invoicing.issue(company(), by=None).number == f"{YEAR}-0001"


def test_numbers_begin_again_each_year_and_dates_follow_them(club):
    Series.objects.create(year=YEAR - 1, last=41)
    assert Series.objects.lock(YEAR - 1).last == 42
    assert Series(year=YEAR - 1).issued_on == date(YEAR - 1, 12, 31)
    assert invoicing.issue(company(), by=None).number == f"{YEAR}-0001"


# -- at the same moment ----------------------------------------------------------
def run(keys, **options):
    connection.close()
    return issue_at_once(str(connection.settings_dict["NAME"]), keys, **options)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_have_ten_numbers_without_a_gap_or_a_double(club):
    keys = [company().pk for _n in range(9)]
    answers = run([*keys, keys[0]])  # one of them asked for twice
    numbers = [answer for answer in answers if answer != "refused: twice"]
    assert sorted(numbers) == [f"{YEAR}-{rank:04}" for rank in range(1, 10)]
    assert list(Invoice.objects.order_by("rank").values_list("rank", flat=True)) == list(range(1, 10))
    assert InvoiceSeries.objects.get().last == 9


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_race_can_be_seen_without_the_lock(club):
    """Negative control: without it the same processes want the same number."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: BEGIN IMMEDIATE")
    InvoiceSeries.objects.create(year=YEAR)
    answers = run([company().pk for _n in range(6)], is_unlocked=True)
    assert any("invoice_number_once" in answer or "IntegrityError" in answer for answer in answers)
