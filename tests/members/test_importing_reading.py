"""A file as somebody's spreadsheet wrote it: cut into cells, its columns guessed, its values read, or refused in a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from members.importing import reading, values
from members.importing.columns import Field, guess, recognise
from members.refusals import Refused

# Headings of real exports, in their order.
MEMBERSHIPS = (
    "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;Prénom adhérent;Carte d'adhérent;Nom payeur;"
    "Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Tarif;Montant tarif;Code Promo;Montant code promo;Téléphone"
)
BEFORE_2021 = (
    "Numéro;Formule;Montant adhésion;Code promo;Statut;Moyen de paiement;Nom;Prénom;Société;Date;Email;Date de naissance;"
    "Attestation;Reçu;Numéro de reçu;Carte d'adhérent;Nom acheteur;Prénom acheteur;Adresse acheteur;Code Postal acheteur;"
    "Ville acheteur;Pays acheteur;Champ additionnel: Ville"
)
PAYMENTS = (
    "Référence commande;Référence paiement;Montant total;Date du paiement;Statut du paiement;Versé;Date du versement;Nom payeur;"
    "Prénom payeur;Email payeur;Campagne;Type de campagne;Montant du tarif;Montant des options;Don supplémentaire;"
    "Montant du code promo;Moyen de paiement"
)


def guessed(heading: str) -> dict[str, Field]:
    header = heading.split(";")
    return {header[place]: field for place, field in guess(header).items()}


# -- the file ---------------------------------------------------------------------
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_however_it_was_saved(separator, encoding):
    text = f'E-mail{separator}Nom\r\n\r\nzoe@example.org{separator}"Zoé{separator}\nLe ""Goff"""\r\n'
    table = reading.read(text.encode(encoding))
    assert table.header == ["E-mail", "Nom"]
    assert table.rows == [reading.Row(3, ["zoe@example.org", f'Zoé{separator}\nLe "Goff"'])]


def test_letters_are_in_one_spelling_and_guards_against_formulas_go():
    table = reading.read("E-mail;Nom;Note\n a@example.org ;Zoe\u0301;'=1+1\n".encode())
    assert table.rows[0].cells == ["a@example.org", "Zoé", "=1+1"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"E-mail;Nom\r\n", "empty"),
        (b"PK\x03\x04" + b"x" * 50, "spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "spreadsheet"),
        (b"E-mail\nana\x00@example.org\n", "unreadable"),
        (b"E-mail\n\x81\x8d\n", "unreadable"),
        (b"ana@example.org;Ana\nleo@example.org;Leo\n", "header"),
        ("E-mail;Nom;Prénom;NOM \na@example.org;;;\n".encode(), "twice"),
        (b'E-mail;Nom\na@example.org;"Ana\n' + b"b@example.org;Bea\n" * 500, "cell"),
        (b"E-mail\n" + b"x" * 140_000, "cell"),
        (b";".join(b"c%d" % n for n in range(201)) + b"\n1\n", "columns"),
        (b"E-mail\n" + b"a@example.org\n" * 10_001, "long"),
        (b"E-mail\n" + b"a" * reading.MOST_BYTES, "large"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data, code):
    with pytest.raises(Refused) as refusal:
        reading.read(data)
    assert refusal.value.code == code
    assert str(refusal.value).endswith((".", "…"))


def test_the_largest_table_is_read():
    assert len(reading.read(b"E-mail\n" + b"a@example.org\n" * 10_000).rows) == 10_000


# -- its columns -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "label"),
    [
        (MEMBERSHIPS, "HelloAsso, adhésions"),
        (BEFORE_2021, "HelloAsso, adhésions, avant 2021"),
        (PAYMENTS, "HelloAsso, paiements"),
        ("Nom;Prénom;Email;Date", None),
    ],
)
def test_an_export_of_helloasso_is_known_by_itself(heading, label):
    known = recognise(heading.split(";"))
    assert (known and str(known.label)) == label


def test_the_columns_of_memberships_are_known():
    assert guessed(MEMBERSHIPS) == {
        "Référence commande": "reference",
        "Date de la commande": "paid_on",
        "Statut de la commande": "status",
        "Nom adhérent": "last",
        "Prénom adhérent": "first",
        "Email payeur": "email",
        "Raison sociale": "organisation",
        "Moyen de paiement": "method",
        "Tarif": "plan",
        "Montant tarif": "amount",
    }


def test_the_columns_of_old_memberships_are_known():
    assert guessed(BEFORE_2021) == {
        "Numéro": "reference",
        "Formule": "plan",
        "Montant adhésion": "amount",
        "Statut": "status",
        "Moyen de paiement": "method",
        "Nom": "last",
        "Prénom": "first",
        "Société": "organisation",
        "Date": "paid_on",
        "Email": "email",
    }


def test_the_columns_of_payments_are_known():
    assert guessed(PAYMENTS) == {
        "Référence commande": "reference",
        "Date du paiement": "paid_on",
        "Statut du paiement": "status",
        "Nom payeur": "last",
        "Prénom payeur": "first",
        "Email payeur": "email",
        "Campagne": "plan",
        "Type de campagne": "kind",
        "Montant du tarif": "amount",
        "Moyen de paiement": "method",
    }


@pytest.mark.parametrize(
    ("heading", "own", "payer"),
    [
        (f"{MEMBERSHIPS};Adresse mail", "Adresse mail", "Email payeur"),
        (f"{BEFORE_2021};Champ additionnel: Email", "Champ additionnel: Email", "Email"),
    ],
)
def test_the_address_of_the_member_comes_before_that_of_the_payer(heading, own, payer):
    found = guessed(heading)
    assert (found[own], found[payer]) == ("email", "email_else")


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (
            "Courriel;Nom et prénom;Membre depuis;Ville;Formule;Réglée le;Mode de règlement;Commentaire",
            {
                "Courriel": "email",
                "Nom et prénom": "name",
                "Membre depuis": "since",
                "Ville": "group",
                "Formule": "plan",
                "Réglée le": "paid_on",
                "Mode de règlement": "method",
            },
        ),
        (
            "First name;Last name;E-mail;Plan;Amount;Paid on;Until;Company",
            {
                "First name": "first",
                "Last name": "last",
                "E-mail": "email",
                "Plan": "plan",
                "Amount": "amount",
                "Paid on": "paid_on",
                "Until": "ends_on",
                "Company": "organisation",
            },
        ),
        ("Mail;Courriel;;Chaussures", {"Mail": "email"}),
    ],
)
def test_columns_are_guessed_in_both_languages_each_thing_once(heading, found):
    assert guessed(heading) == found


# -- its values --------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["09/10/2025 21:59", "9/10/2025", "2025-10-09", "2025-10-09T21:59:00+02:00", "09.10.2025", "09-10-2025", "09/10/25"]
)
def test_a_day_is_read(text):
    assert values.day(text) == date(2025, 10, 9)


@pytest.mark.parametrize("text", ["", "hier", "31/02/2026", "10/25/2025", "01/01/0001", "01/01/9999", "45000", "2025"])
def test_what_is_no_day_is_said(text):
    with pytest.raises(Refused, match="31/12/2026"):
        values.day(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("223,00", "223"),
        ("20.00 €", "20"),
        ("1\u202f060,50\u00a0€", "1060.5"),
        ("1.060,5", "1060.5"),
        ("1,060.50", "1060.5"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read(text, amount):
    assert values.amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "-5", "vingt", "1e3", "10,005", "1000000", "٣", "NaN", "inf"])
def test_what_is_no_amount_is_said(text):
    with pytest.raises(Refused, match="montant"):
        values.amount(text)


@pytest.mark.parametrize(
    ("text", "is_helloasso", "method"),
    [
        ("Carte bancaire", True, "page"),
        ("Carte bancaire", False, "card"),
        ("CB", False, "card"),
        ("Chèque", True, "cheque"),
        ("Virement bancaire", True, "transfer"),
        ("ESPECES", False, "cash"),
        ("En ligne", False, "page"),
    ],
)
def test_a_means_of_payment_is_read(text, is_helloasso, method):
    assert values.method(text, is_helloasso=is_helloasso) == method


@pytest.mark.parametrize(
    ("text", "is_paid"), [("Validé", True), ("Hors Ligne", True), ("Remboursé", False), ("En attente", False)]
)
def test_a_state_of_payment_is_read(text, is_paid):
    assert values.is_paid(text) is is_paid


@pytest.mark.parametrize(
    ("deed", "text"),
    [
        (lambda text: values.method(text, is_helloasso=False), "Troc"),
        (values.is_paid, "Peut-être"),
        (values.language, "Klingon"),
        (values.email, "pas une adresse"),
        (values.email, "x" * 250 + "@example.org"),
        (values.name, "x" * 121),
        (lambda text: values.reference(text, is_helloasso=True), "x" * 71),
    ],
)
def test_a_value_that_means_nothing_is_said(deed, text):
    with pytest.raises(Refused):
        deed(text)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Marie", "LE GOFF-DUVAL", "Marie Le Goff-Duval"),
        ("zoé", "larue", "Zoé Larue"),
        ("Anne", "de La Tour", "Anne de La Tour"),
        ("", "O'BRIEN", "O'Brien"),
    ],
)
def test_a_name_is_not_shouted(first, last, name):
    assert values.name_of(first, last) == name


def test_an_address_is_folded():
    assert values.email(" Zoe@Example.ORG. ") == "zoe@example.org"
