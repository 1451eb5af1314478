"""Dues as members and the treasurer see them: pages, papers, seats, the desk, the year's totals."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from members import invoicing, treasury
from members.models import Club, Dues, Entry, Invoice, Plan
from tests.cast import cast
from tests.make import make_dues, make_invoice, make_mandate, make_member, make_organisation, make_page, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def milan(client):
    client.force_login(cast("milan"))
    return cast("milan")


@pytest.fixture
def tristan(client):
    client.force_login(cast("tristan"))
    return cast("tristan")


def page_of_dues(client) -> str:
    response = client.get(reverse("members:dues"))
    assert response.headers["Cache-Control"] == "private, no-store"
    return response.text


# -- the member's page --------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends_in": 100}, "à jour de cotisation jusqu’au"),
        ({"ends_in": None}, "à jour de cotisation, à vie"),
        ({"ends_in": -10}, "Vous comptez comme à jour jusqu’au"),
        ({"ends_in": -90}, "elle est à renouveler"),
        ({"paid_on": None, "method": ""}, "pas encore cotisé"),
        ({"paid_on": None, "method": ""}, "Le club vous demande 60\u00a0€"),
    ],
)
def test_one_reads_where_one_stands(client, milan, fields, said):
    make_dues(member=milan, **fields)
    assert said in page_of_dues(client)


def test_how_to_pay_is_what_the_treasurer_wrote(client, milan):
    Club.objects.create(pk=1, payment_url="https://pay.example/club", payment_details="IBAN FR76\nOrdre : le club")
    page = page_of_dues(client)
    assert 'href="https://pay.example/club"' in page
    assert "IBAN FR76<br>Ordre : le club" in page


def test_the_page_costs_the_same_whatever_the_years_and_seats(client, milan, django_assert_max_num_queries):
    for number in range(6):
        make_dues(member=milan, ends_in=100 - 370 * number)
        led = make_dues(organisation=make_organisation(), contact=milan, seats=9)
        make_invoice(dues=led)
        for _n in range(3):
            led.holders.create(member=make_member())
    with django_assert_max_num_queries(12):
        client.get(reverse("members:dues"))


def test_who_has_a_seat_does_not_read_what_their_employer_paid(client, milan):
    led = make_dues(organisation=make_organisation(name="Lumen"), amount=Decimal("432.10"))
    led.holders.create(member=milan)
    page = page_of_dues(client)
    assert "Place offerte par Lumen" in page
    assert "432" not in page
    assert client.get(led.get_absolute_url()).status_code == 404


def test_a_contact_gives_seats_and_takes_them_back(client, milan):
    mona = cast("mona")
    led = make_dues(organisation=make_organisation(), contact=milan, seats=1)
    give = reverse("members:seat_give", args=[led.pk])
    assert client.post(give, {f"dues-{led.pk}-email": mona.email}, follow=True).redirect_chain == [(reverse("members:dues"), 302)]
    seat = led.holders.get()
    assert seat.member == mona
    answer = client.post(give, {f"dues-{led.pk}-email": cast("olga").email})
    assert "Toutes les places sont prises" in answer.text
    assert cast("olga").email in answer.text  # nothing typed is lost
    client.post(reverse("members:seat_take_back", args=[seat.pk]))
    assert not led.holders.exists()


@pytest.mark.parametrize(
    ("typed", "said"), [("", "obligatoire"), ("pas une adresse", "valide"), ("x@example.org", "Aucun membre")]
)
def test_a_bad_address_is_said_beside_its_field(client, milan, typed, said):
    led = make_dues(organisation=make_organisation(), contact=milan)
    answer = client.post(reverse("members:seat_give", args=[led.pk]), {f"dues-{led.pk}-email": typed})
    form = next(form for _row, form in answer.context["led"])
    assert said in str(form.errors["email"])


# -- papers ----------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "status"), [("milan", 200), ("mona", 404), ("olga", 404), ("tristan", 200)])
def test_a_receipt_and_an_invoice_are_for_whom_they_concern(client, who, status):
    receipt = make_dues(member=cast("milan"))
    invoice = make_invoice(dues=make_dues(organisation=make_organisation(), contact=cast("milan")))
    client.force_login(cast(who))
    for paper in (receipt, invoice):
        response = client.get(paper.get_absolute_url())
        assert response.status_code == status
        assert response.headers["Cache-Control"] == "private, no-store"


def test_a_receipt_is_never_called_a_tax_receipt(client, milan):
    dues = make_dues(member=milan, amount=Decimal("1060.00"), reference="VIR 7")
    page = client.get(dues.get_absolute_url()).text
    assert "Reçu de cotisation" in page
    assert "1\u00a0060\u00a0€" in page
    assert "VIR 7" in page
    assert "fiscal" not in page


def test_a_cancelled_payment_has_no_receipt_any_more(client, milan):
    dues = make_dues(member=milan)
    treasury.cancel(dues, by=None, reason="Erreur de saisie")
    assert client.get(dues.get_absolute_url()).status_code == 404
    assert "Annulée : Erreur de saisie" in page_of_dues(client).replace("\u00a0", " ")


def test_an_invoice_and_its_credit_note_name_each_other(client, tristan):
    Club.objects.create(pk=1, seat="Paris", registration="RNA W7", vat_mention="TVA non applicable, article 293 B du CGI")
    organisation = make_organisation(billing_address="1 rue X", siret="73282932000074")
    dues = make_dues(organisation=organisation, purchase_order="BC-9", paid_on=None, method="")
    invoice = invoicing.issue(dues, by=tristan)
    page = client.get(invoice.get_absolute_url()).text
    for said in (invoice.number, "BC-9", "1 rue X", "73282932000074", "RNA W7", "article 293 B", "300\u00a0€", "Total à payer"):
        assert said in page
    treasury.cancel(dues, by=tristan, reason="Erreur")
    note = Invoice.objects.get(kind="credit")
    page = client.get(note.get_absolute_url()).text
    assert "−300\u00a0€" in page
    assert invoice.get_absolute_url() in page
    assert note.get_absolute_url() in client.get(invoice.get_absolute_url()).text


# -- the desk ------------------------------------------------------------------------------
ADD = "admin:members_dues_add"


def test_the_treasurer_records_in_one_form(client, tristan):
    plan, member = make_plan(amount=60, term="year"), make_member()
    sent = {"plan": plan.pk, "member": member.pk, "paid_on": "2026-03-05", "method": "cheque", "starts_on": "2026-03-01"}
    assert client.post(reverse(ADD), sent).status_code == 302
    dues = Dues.objects.get()
    assert (dues.member, dues.amount, dues.method, dues.recorded_by) == (member, 60, "cheque", tristan)
    assert client.get(reverse("admin:members_dues_change", args=[dues.pk])).status_code == 200


def test_what_the_verb_refuses_stands_beside_its_field_and_nothing_typed_is_lost(client, tristan):
    dues = make_dues(member=make_member(name="Ana"))
    day = timezone.localdate()
    sent = {"plan": dues.plan_id, "member": dues.member_id, "paid_on": day, "method": "cash", "starts_on": day, "reference": "Vu"}
    page = client.post(reverse(ADD), sent)
    assert page.status_code == 200
    assert "Ana a déjà une cotisation" in str(page.context["adminform"].form.errors["starts_on"])
    assert 'value="Vu"' in page.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": "-3"}, "amount"),
        ({"amount": "beaucoup"}, "amount"),
        ({"plan": "9999"}, "plan"),
        ({"member": ""}, "member"),
        ({"paid_on": "2100-01-01"}, "paid_on"),
        ({"paid_on": "hier"}, "paid_on"),
        ({"paid_on": ""}, "paid_on"),
        ({"method": ""}, "method"),
        ({"ends_on": "2000-01-01"}, "ends_on"),
        ({"with_invoice": "on"}, "with_invoice"),
    ],
)
def test_each_bad_entry_is_an_error_of_its_field(client, tristan, fields, field):
    sent = {"plan": make_plan().pk, "member": make_member().pk, "paid_on": timezone.localdate(), "method": "cash"} | fields
    page = client.post(reverse(ADD), sent)
    assert field in page.context["adminform"].form.errors or "__all__" in page.context["adminform"].form.errors
    assert not Dues.objects.exists()


def test_without_a_day_it_is_asked_for_with_its_invoice_at_once(client, tristan):
    Club.objects.create(pk=1, seat="Paris", registration="RNA W7", vat_mention="TVA non applicable")
    plan = make_plan(kind="company", seats=5, amount=400)
    organisation, contact = make_organisation(billing_address="1 rue X"), make_member()
    sent = {"plan": plan.pk, "organisation": organisation.pk, "contact": contact.pk, "paid_on": "", "purchase_order": "BC-1"}
    assert client.post(reverse(ADD), sent | {"with_invoice": "on"}).status_code == 302
    dues = Dues.objects.get()
    assert (dues.is_asked, dues.seats, dues.invoices.get().purchase_order) == (True, 5, "BC-1")
    act(client, "pay", dues, paid_on=timezone.localdate(), method="transfer", reference="VIR")
    dues.refresh_from_db()
    assert (dues.is_paid, dues.reference) == (True, "VIR")


def act(client, action, *rows, **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "yes", **fields}
    return client.post(reverse("admin:members_dues_changelist"), data, follow=True)


def test_the_actions_of_the_list_are_the_verbs(client, tristan):
    dues = make_dues()
    assert "obligatoire" in act(client, "cancel", dues, reason="").text
    act(client, "cancel", dues, reason="Payée deux fois")
    dues.refresh_from_db()
    assert dues.cancel_reason == "Payée deux fois"
    assert Entry.objects.get().actor == tristan
    assert "déjà annulée" in act(client, "cancel", dues, reason="Encore").text


@pytest.mark.parametrize(("value", "found"), [("soon", ["soon"]), ("grace", ["grace"]), ("over", ["over"])])
def test_renewals_are_filters_of_the_list(client, tristan, value, found):
    for name, ends_in in (("soon", 20), ("grace", -10), ("over", -90), ("far", 200)):
        make_dues(member=make_member(name=name), ends_in=ends_in)
    renewed = make_dues(member=make_member(name="renewed"), ends_in=-90)
    make_dues(member=renewed.member, ends_in=200)
    rows = client.get(reverse("admin:members_dues_changelist"), {"renouvellement": value}).context["cl"].queryset
    assert [row.member.name for row in rows] == found


@pytest.mark.parametrize(("who", "reads"), [("tristan", True), ("sarah", True), ("olga", True)])
def test_accounts_are_filtered_by_the_state_of_their_dues(client, who, reads):
    client.force_login(cast(who))
    make_dues(member=make_member(name="late"), ends_in=-90)
    rows = client.get(reverse("admin:members_member_changelist"), {"cotisation": "renew"}).context["cl"].queryset
    assert [row.name for row in rows] == ["late"]


def test_only_the_treasurer_says_where_money_goes(client):
    Club.objects.create(pk=1)
    for who, may in (("olga", False), ("sarah", False), ("tristan", True)):
        client.force_login(cast(who))
        form = client.get(reverse("admin:members_club_change", args=[1])).context["adminform"].form
        assert ("payment_details" in form.fields) == may


def test_the_totals_are_those_of_the_payments_of_the_year(client, tristan):
    plan, day = make_plan(name="Solo"), timezone.localdate()
    make_dues(plan=plan, paid_on=day, amount=Decimal("60.50"))
    make_dues(plan=plan, paid_on=day, amount=40, method="cash")
    make_dues(paid_on=day - timedelta(days=400))
    make_dues(paid_on=day, amount=7, cancelled_at=timezone.now(), cancel_reason="Erreur")
    make_dues(paid_on=None, method="", amount=11)
    totals = client.get(reverse("admin:members_dues_totals")).context["totals"]
    assert (totals.received.number, totals.received.total) == (2, Decimal("100.50"))
    assert [(part.number, part.total) for part in totals.by_plan] == [(2, Decimal("100.50"))]
    assert {part.label: part.total for part in totals.by_method} == {"Virement": Decimal("60.50"), "Espèces": Decimal(40)}
    assert (totals.cancelled.total, totals.asked.total) == (7, 11)
    for odd in ("abc", "99999", "", "-1", "٢٠٢٦"):
        assert client.get(reverse("admin:members_dues_totals"), {"annee": odd}).status_code == 200


def test_the_file_for_the_accountant_computes_nothing(client, tristan):
    day = timezone.localdate()
    make_dues(member=make_member(name="=cmd()"), reference="+33", paid_on=day, amount=Decimal("60.50"))
    answer = client.get(reverse("admin:members_dues_csv", args=[day.year]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text[0] == "\ufeff"
    (row,) = csv.DictReader(io.StringIO(text[1:]), delimiter=";")
    assert (row["Payeur"], row["Référence"], row["Montant"], row["Réglée le"]) == ("'=cmd()", "'+33", "60,50", day.isoformat())


def test_the_list_of_dues_asks_as_often_whatever_its_length(client, tristan, django_assert_max_num_queries):
    for _n in range(12):
        make_invoice(dues=make_dues(organisation=make_organisation(), contact=make_member()))
    with django_assert_max_num_queries(16):
        client.get(reverse("admin:members_dues_changelist"))


# -- what everybody reads ----------------------------------------------------------------------
def test_the_plans_offered_are_on_the_page_about_joining(client):
    make_page(slug="adherer", title="Adhérer")
    make_plan(name="Solo", amount=60)
    make_plan(name="Amis", amount=0, kind=Plan.Kind.HONORARY, is_offered=False)
    page = client.get("/adherer/").text
    assert "Solo" in page
    assert "60\u00a0€" in page
    assert "Amis" not in page


def test_a_mandate_tells_its_election(client):
    make_mandate(elected_on=timezone.localdate().replace(month=1, day=22))
    assert "Élection du 22\u00a0janvier" in client.get(reverse("members:team")).text


@pytest.mark.parametrize(("value", "found"), [("member", ["Ana"]), ("organisation", ["Lumen"]), ("x", ["Ana", "Lumen"])])
def test_the_list_is_narrowed_to_one_kind_of_payer(client, tristan, value, found):
    make_dues(member=make_member(name="Ana"))
    make_dues(organisation=make_organisation(name="Lumen"))
    rows = client.get(reverse("admin:members_dues_changelist"), {"payeur": value}).context["cl"].queryset
    assert sorted(str(row.payer)[:5].strip() for row in rows) == found


def test_forms_of_the_desk_have_their_calendars(client, tristan):
    """Their style sheet and scripts are some that Django's own pages name, and ours must too."""
    dues = make_dues(member=make_member(), paid_on=None, method="")
    asked = {"action": "pay", "_selected_action": dues.pk}
    pages = client.get(reverse("admin:members_dues_add")), client.post(reverse("admin:members_dues_changelist"), asked)
    for page in pages:
        assert "admin/css/widgets" in page.text
        assert "admin/js/core" in page.text
        assert page.text.index("jsi18n") < page.text.index("DateTimeShortcuts")


@pytest.mark.parametrize("name", ["seats", "contact"])
def test_what_only_an_organisation_has_is_refused_beside_its_field(client, tristan, name):
    plan, payer = make_plan(), make_member()
    said = {"plan": plan.pk, "member": payer.pk, "paid_on": "01/10/2026", "method": "cash"}
    answer = client.post(reverse("admin:members_dues_add"), said | {name: {"seats": 3, "contact": payer.pk}[name]})
    assert answer.context["adminform"].form.errors.keys() == {name}
    assert not Dues.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"), [({"name": "Solo"}, "name"), ({"seats": 3}, "seats"), ({"kind": "company", "seats": 0}, "seats")]
)
def test_a_plan_that_cannot_be_is_refused_beside_its_field(client, tristan, said, field):
    Plan.objects.create(name="Solo")
    good = {"name": "Duo", "kind": "individual", "amount": "60", "term": "year", "seats": 1, "position": 0}
    errors = client.post(reverse("admin:members_plan_add"), good | said).context["adminform"].form.errors
    assert errors.keys() == {field}
    assert "objet" not in str(errors)
    assert Plan.objects.count() == 1
