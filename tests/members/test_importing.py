"""Files of members and dues: tried without a trace, then written whole or not at all, by the thousand, once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import treasury
from members.importing import deeds
from members.importing.lines import ASIDE, PERSON
from members.importing.matching import same_person
from members.importing.writing import Unwritable
from members.models import Application, Club, Dues, Entry, Erasure, GroupMembership, Import, Letter, Member, Plan
from members.refusals import Refused
from smclub import due, erasing, retention
from tests.cast import cast
from tests.make import make_dues, make_group, make_member, make_organisation, make_person
from tests.members.test_importing_reading import MEMBERSHIPS, PAYMENTS
from tests.processes import answer

pytestmark = pytest.mark.django_db
State = Import.State
HEADER = "E-mail;Prénom;Nom;Formule;Montant;Réglée le;Réglée par;Référence"


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def plan():
    return Plan.objects.create(name="Individuelle", amount=60, term="year")


def sent(*lines: str, header: str = HEADER, plans=None, **choices) -> Import:
    """A file described as it is guessed: each plan by its name, or as `plans` says of the plans in the file."""
    batch = deeds.receive("\n".join([header, *lines]).encode(), name="membres.csv", by=cast("tristan"))
    table = deeds.table_of(batch)
    columns = deeds.columns_of(batch, table)
    named = {key: str(found.pk) if found else "" for key, (_said, found) in deeds.guessed_plans(table, columns).items()}
    means = {key: str(getattr(value, "pk", value)) for key, value in (plans or {}).items()}
    groups = {key: str(found.pk) if found else "" for key, (_said, found) in deeds.guessed_groups(table, columns).items()}
    deeds.describe(batch, columns=columns, plans=named | means, groups=groups, **choices)
    return batch


def tried(*lines: str, **described) -> Import:
    batch = sent(*lines, **described)
    deeds.ask_to_try(batch)
    deeds.try_out(batch.pk)
    batch.refresh_from_db()
    return batch


def written(*lines: str, **described) -> Import:
    batch = tried(*lines, **described)
    return confirmed(batch)


def confirmed(batch: Import, **said) -> Import:
    assert batch.is_whole, (batch.state, batch.why, report(batch))
    deeds.confirm(batch, by=cast("tristan"), **said)
    deeds.write(batch.pk)
    batch.refresh_from_db()
    return batch


def report(batch: Import) -> list[tuple]:
    """With plain spaces."""
    rows = batch.lines.order_by("number").values_list("number", "outcome", "column", "said")
    return [(*facts, " ".join(said.split())) for *facts, said in rows]


def outcomes(batch: Import) -> list[str]:
    return list(batch.lines.order_by("number").values_list("outcome", flat=True))


def everything() -> tuple:
    """What an import may change."""
    return (
        list(Member.objects.order_by("pk").values_list("pk", "email", "name", "standing", "accepted_on", "password")),
        list(EmailAddress.objects.order_by("pk").values_list("user", "email", "verified")),
        list(Dues.objects.order_by("pk").values()),
        list(GroupMembership.objects.order_by("pk").values()),
        Entry.objects.exclude(verb="import.send").count(),
        Letter.objects.count(),
    )


ZOE = "zoe@example.org;Zoé;LE GOFF;Individuelle;60,00;01/10/2026;virement;VIR 12"
ANA = "Ana@Example.org;Ana;Duval;Individuelle;;02/10/2026;chèque;"


# -- tried, then written ---------------------------------------------------------------
def test_a_file_that_is_tried_changes_nothing(plan):
    make_member(email="ana@example.org", name="Ana Duval")
    cast("tristan")
    before = everything()
    batch = tried(ZOE, ANA)
    assert everything() == before
    assert batch.state == State.READY
    assert report(batch) == [
        (2, "new", "", "Un nouveau compte. Cotisation « Individuelle », 60 €, du 1er octobre 2026 au 30 septembre 2027."),
        (3, "updated", "", "Cotisation « Individuelle », 60 €, du 2 octobre 2026 au 1er octobre 2027."),
    ]
    assert {name: batch.counts[name] for name in ("lines", "people", "dues", "amount", "refused")} == {
        "lines": 2,
        "people": 1,
        "dues": 2,
        "amount": "120.00",
        "refused": 0,
    }


def test_a_new_person_is_a_member_whom_nobody_wrote_to(plan):
    batch = written(ZOE)
    zoe = Member.objects.get(email="zoe@example.org")
    assert (zoe.name, zoe.standing, zoe.accepted_on, zoe.language) == ("Zoé Le Goff", "member", date(2026, 10, 1), "fr")
    assert not zoe.has_usable_password()
    assert list(EmailAddress.objects.filter(user=zoe).values_list("email", "verified", "primary")) == [(zoe.email, False, True)]
    dues = Dues.objects.get(member=zoe)
    assert (dues.amount, dues.paid_on, dues.method, dues.reference) == (Decimal(60), date(2026, 10, 1), "transfer", "VIR 12")
    assert (dues.starts_on, dues.ends_on, dues.recorded_by) == (date(2026, 10, 1), date(2027, 9, 30), cast("tristan"))
    assert batch.state == State.DONE
    assert not Letter.objects.exists()
    assert not dues.invoices.exists()


def test_the_shape_of_an_imported_name_guards_it(plan):
    written(ZOE)
    assert Member.objects.get(email="zoe@example.org").name_shape == "ZoeLeGoff"


def test_the_log_tells_of_the_file_and_of_each_row(plan):
    batch = written(ZOE)
    zoe = Member.objects.get(email="zoe@example.org")
    told = Entry.objects.exclude(verb="import.send").order_by("pk").values_list("verb", "actor__email", "subject_id", "note")
    assert list(told) == [
        ("member.import", "tristan@example.org", str(zoe.pk), f"membres.csv ({batch.pk})"),
        ("dues.import", "tristan@example.org", str(zoe.dues.get().pk), f"membres.csv ({batch.pk})"),
        (
            "import.done",
            "tristan@example.org",
            str(batch.pk),
            "1 ligne · 1 nouvelle personne · 1 règlement, 60\xa0€",
        ),
    ]


def test_the_same_file_twice_changes_nothing_more(plan):
    written(ZOE, ANA)
    before = everything()
    again = tried(ZOE, ANA)
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert not again.is_whole
    with pytest.raises(Refused):
        deeds.confirm(again, by=cast("tristan"))
    assert everything() == before


def test_an_account_keeps_all_that_it_has(plan):
    ana = make_member(email="ana@example.org", name="Ana DUVAL", accepted_on=date(2020, 1, 1), language="en")
    mail, password = ana.email, ana.password
    written("ana@example.org;;;Individuelle;;02/10/2026;chèque;")
    ana.refresh_from_db()
    kept = (ana.email, ana.password, ana.name, ana.accepted_on, ana.language)
    assert kept == (mail, password, "Ana DUVAL", date(2020, 1, 1), "en")
    assert ana.dues.count() == 1


def test_staff_stay_staff(plan):
    olga = cast("olga")
    written(f"{olga.email};Olga;Organisatrice;Individuelle;;02/10/2026;chèque;")
    olga = Member.objects.get(pk=olga.pk)
    assert (olga.is_staff, list(olga.groups.values_list("name", flat=True))) == (True, ["organiser"])


def test_a_friend_becomes_a_member_and_gets_a_name(plan):
    flora = make_member(email="flora@example.net", name="", standing="friend")
    Application.objects.create(member=flora, occupation="x", motivation="y")
    batch = written("flora@example.net;Flora;Amie;Individuelle;;02/10/2026;chèque;")
    flora.refresh_from_db()
    assert (flora.standing, flora.name, flora.name_shape, flora.accepted_on) == (
        *("member", "Flora Amie", "FloraAmie"),
        date(2026, 10, 2),
    )
    assert flora.applications.get().state == "accepted"
    assert outcomes(batch) == ["updated"]


def test_people_may_be_imported_as_friends():
    written("flora@example.net;Flora;Amie", header="E-mail;Prénom;Nom", standing="friend")
    flora = Member.objects.get(email="flora@example.net")
    assert (flora.standing, flora.accepted_on) == ("friend", None)


def test_nobody_falls_from_member_to_friend():
    milan = cast("milan")
    assert outcomes(tried(f"{milan.email};Milan;Membre", header="E-mail;Prénom;Nom", standing="friend")) == ["unchanged"]


def test_a_letter_is_written_to_newcomers_when_wanted(plan):
    make_member(email="ana@example.org", name="Ana Duval")
    confirmed(tried(ZOE, ANA), writes_letters=True)
    letter = Letter.objects.get()
    assert (letter.kind, letter.to_email, letter.state) == ("members.imported", "zoe@example.org", "queued")


def test_a_town_or_a_group_puts_people_there():
    rennes, data = make_group(city="Rennes"), make_group(name="Social Data", kind="commission")
    header = "E-mail;Nom complet;Ville"
    lines = ["a@example.org;Ana Duval;RENNES", f"b@example.org;Bea Roux;{data.name}", "c@example.org;Cléo Petit;Brest"]
    written(*lines, header=header)
    joined = Member.objects.filter(email__endswith="example.org").order_by("email")
    assert [list(member.group_memberships.values_list("group", flat=True)) for member in joined if member.name[0] in "ABC"] == [
        *([rennes.pk], [data.pk], [])
    ]
    assert outcomes(tried(*lines, header=header)) == ["unchanged"] * 3


def test_the_file_goes_once_it_is_imported(plan):
    batch = tried(ZOE)
    name = batch.file.name
    assert default_storage.exists(name)
    assert name.startswith("imports/")
    confirmed(batch)
    batch.refresh_from_db()
    assert batch.file.name == ""


def test_who_gives_up_leaves_nothing(plan, at_once):
    batch = tried(ZOE)
    name = batch.file.name
    at_once(deeds.give_up, batch, by=cast("tristan"))
    assert (batch.state, batch.lines.count(), batch.choices) == (State.GIVEN_UP, 0, {})
    assert not default_storage.exists(name)
    with pytest.raises(Refused):
        deeds.ask_to_try(batch)


# -- refused lines ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        (";Zoé;Le Goff;Individuelle;;01/10/2026;virement;", "E-mail", "n’a pas d’adresse"),
        ("zoe@;Zoé;Le Goff;Individuelle;;01/10/2026;virement;", "E-mail", "« zoe@ »"),
        ("zoe@example.org;;;Individuelle;;01/10/2026;virement;", "Nom", "n’a pas de nom"),
        ("zoe@example.org;Zoé;Modération;Individuelle;;01/10/2026;virement;", "Nom", "Le club lui-même"),
        ("zoe@example.org;Mi1an;Membre;Individuelle;;01/10/2026;virement;", "Nom", "pour celui"),
        ("boris@example.org;Boris;Bloqué;Individuelle;;01/10/2026;virement;", "E-mail", "bloqué"),
        ("milan@example.org;Mona;Membre;Individuelle;;01/10/2026;virement;", "E-mail", "« Milan Membre »"),
        ("zoe@example.org;Zoé;Le Goff;Inconnue;;01/10/2026;virement;", "Formule", "« Inconnue »"),
        ("zoe@example.org;Zoé;Le Goff;;60;01/10/2026;virement;", "Formule", "sans formule"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;soixante;01/10/2026;virement;", "Montant", "« soixante »"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;;virement;", "Réglée le", "quel jour"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;31/02/2026;virement;", "Réglée le", "« 31/02/2026 »"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2099;virement;", "Réglée le", "à venir"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2026;troc;", "Réglée par", "« troc »"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2026;;", "Réglée par", "comment"),
        (f"zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2026;virement;{'x' * 81}", "Référence", "80"),
        (f"zoe@example.org;Zoé;{'x' * 130};Individuelle;;01/10/2026;virement;", "Nom", "120"),
        ("zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2026;virement;;surplus", "", "plus de cellules"),
        ("paid@example.org;Pia;Payée;Individuelle;;01/10/2026;virement;", "Réglée le", "Pia Payée"),
        ("twice@example.org;Tom;Deux;Individuelle;70;01/10/2026;virement;", "Montant", "déjà enregistrée"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_column_and_a_sentence(plan, line, column, said):
    for who in ("milan", "boris"):
        cast(who)
    make_dues(member=make_member(email="paid@example.org", name="Pia Payée"), ends_in=None)
    tom = make_member(email="twice@example.org", name="Tom Deux")
    make_dues(member=tom, plan=plan, paid_on=date(2026, 10, 1), starts_on=date(2026, 10, 1), ends_on=date(2027, 9, 30))
    batch = tried(ANA, line)
    assert outcomes(batch) == ["new", "refused"]
    number, _outcome, heading, sentence = report(batch)[1]
    assert (number, heading) == (3, column)
    assert said in sentence
    assert not batch.is_whole


def test_two_people_of_one_address_are_refused_and_one_person_twice_is_not(plan):
    batch = tried(
        "dupont@example.org;Marie;Dupont;Individuelle;;01/10/2025;virement;",
        "dupont@example.org;MARIE;DUPONT;Individuelle;;01/10/2026;virement;",
        "dupont@example.org;Paul;Dupont;Individuelle;;01/10/2026;virement;",
    )
    assert outcomes(batch) == ["new", "updated", "refused"]
    assert "La ligne 2 donne cette adresse à « Marie Dupont »" in report(batch)[2][3]


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("Marie Dupont", "DUPONT Marie", True),
        ("Marie Dupont", "M. Dupont", True),
        ("Marie", "Marie Dupont", True),
        ("Zoé Le Goff", "ZOE LE-GOFF", True),
        ("Marie Dupont", "Paul Dupont", False),
        ("Marie Dupont", "Marie Durand", False),
        ("Anne Anne", "Anne Roux", False),
    ],
)
def test_who_may_be_one_person(one, other, are_one):
    assert same_person(one, other) is same_person(other, one) is are_one


def test_two_new_names_that_look_alike_are_refused():
    header = "E-mail;Nom complet"
    assert outcomes(tried("a@example.org;Emil Roux", "b@example.org;Emi1 Roux", header=header)) == ["new", "refused"]
    assert outcomes(tried("a@example.org;Emil Roux", "b@example.org;Émil Roux", header=header)) == ["new", "new"]


def test_a_name_that_looks_like_that_of_a_person_without_account_is_refused():
    make_person(name="Emil Roux")
    assert outcomes(tried("b@example.org;Emi1 Roux", header="E-mail;Nom complet")) == ["refused"]


def test_an_address_that_an_account_verified_besides_its_own_is_its(plan):
    ana = make_member(email="ana@example.org", name="Ana Duval")
    EmailAddress.objects.create(user=ana, email="ana.duval@example.net", verified=True)
    written("ana.duval@example.net;Ana;Duval;Individuelle;;02/10/2026;chèque;")
    assert Dues.objects.get().member == ana
    assert not Member.objects.filter(email="ana.duval@example.net").exists()


# -- dues -----------------------------------------------------------------------------------
def test_dues_paid_before_others_end_follow_them_whatever_the_order_of_lines(plan):
    written(
        "zoe@example.org;Zoé;Le Goff;Individuelle;;20/09/2026;virement;",
        "zoe@example.org;Zoé;Le Goff;Individuelle;;01/10/2024;virement;",
        "zoe@example.org;Zoé;Le Goff;Individuelle;;15/09/2025;virement;",
    )
    periods = Dues.objects.order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(periods) == [
        (date(2024, 10, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2027, 9, 30)),
    ]
    assert Member.objects.get(email="zoe@example.org").accepted_on == date(2024, 10, 1)


def test_a_season_ends_as_the_club_says():
    Club.objects.create(pk=1, season_starts_month=1)
    Plan.objects.create(name="Individuelle", amount=60, term="season")
    written(ZOE)
    assert Dues.objects.get().ends_on == date(2026, 12, 31)


def test_a_period_may_be_written_in_the_file(plan):
    header = "E-mail;Nom complet;Formule;Réglée le;Réglée par;Début;Fin"
    written("z@example.org;Zoé Le Goff;Individuelle;01/10/2026;CB;01/01/2026;31/12/2026", header=header)
    assert Dues.objects.values_list("starts_on", "ends_on").get() == (date(2026, 1, 1), date(2026, 12, 31))
    wrong = tried("y@example.org;Yves Roux;Individuelle;01/10/2026;CB;31/12/2026;01/01/2026", header=header)
    assert report(wrong)[0][1:3] == ("refused", "Fin")


def test_dues_that_were_asked_for_are_paid(plan):
    ana = make_member(email="ana@example.org", name="Ana Duval")
    asked = treasury.ask_for(plan, member=ana, by=cast("tristan"))
    written(ANA)
    asked.refresh_from_db()
    assert (asked.paid_on, asked.method, Dues.objects.count()) == (date(2026, 10, 2), "cheque", 1)


def test_dues_cancelled_since_do_not_come_back(plan):
    written(ZOE)
    treasury.cancel(Dues.objects.get(), by=cast("tristan"), reason="Remboursée.")
    again = tried(ZOE)
    assert report(again) == [
        (2, "unchanged", "", "Cette cotisation a été annulée depuis : elle n’est pas enregistrée de nouveau.")
    ]


def test_an_organisation_pays_for_its_seats():
    company = Plan.objects.create(name="Entreprise", amount=300, kind="company", seats=5, term="year")
    lumen = make_organisation(name="Lumen Média")
    header = "E-mail;Nom complet;Formule;Réglée le;Réglée par;Société"
    written(f"zoe@example.org;Zoé Le Goff;Entreprise;01/10/2026;virement;{lumen.name.upper()}", header=header)
    dues = Dues.objects.get()
    assert (dues.plan, dues.organisation, dues.contact.email, dues.seats) == (company, lumen, "zoe@example.org", 5)
    assert dues.member is None
    unknown = tried("y@example.org;Yves Roux;Entreprise;01/10/2026;virement;Personne", header=header)
    assert "« Personne »" in report(unknown)[0][3]
    assert (
        "nommez celle qui paie" in report(tried("y@example.org;Yves Roux;Entreprise;01/10/2026;virement;", header=header))[0][3]
    )


def test_a_plan_of_the_file_may_mean_another_of_the_club_the_person_alone_or_nothing(plan):
    lines = ["a@example.org;Ana Roux;Tarif plein;01/10/2026", "b@example.org;Bea Roux;Don;01/10/2026", "c@e.org;X Y;Repas;"]
    plans = {"tarif plein": plan, "don": PERSON, "repas": ASIDE}
    batch = written(*lines, header="E-mail;Nom complet;Formule;Réglée le", plans=plans, method="cash")
    assert outcomes(batch) == ["new", "new", "aside"]
    assert Dues.objects.values_list("member__email", "method").get() == ("a@example.org", "cash")


def test_one_plan_may_be_that_of_all_lines(plan):
    written("a@example.org;Ana Roux;01/10/2026", header="E-mail;Nom complet;Date", plan=str(plan.pk), method="cash")
    assert Dues.objects.get().plan == plan


# -- HelloAsso -----------------------------------------------------------------------------
ORDER = "152801622;09/10/2025 21:59;Validé;GOFF;Zoé;;GOFF;Zoé;Zoe@example.org;;Carte bancaire;Individuelle;60,00;;;06"


def test_memberships_of_helloasso_are_dues_with_their_number(plan):
    refunded = ORDER.replace("Validé", "Remboursé").replace("Zoe@", "autre@")
    batch = written(ORDER, refunded, header=MEMBERSHIPS)
    assert outcomes(batch) == ["new", "aside"]
    dues = Dues.objects.get()
    assert (dues.reference, dues.method, dues.paid_on) == ("HelloAsso 152801622", "page", date(2025, 10, 9))
    assert dues.member.name == "Zoé Goff"


def test_payments_of_helloasso_repeat_its_memberships_without_doubling_them(plan):
    written(ORDER, header=MEMBERSHIPS)
    lines = [
        "152801622;99;65,00;09/10/2025 21:59:03;Payé;Oui;;Goff;Zoé;zoe@example.org;Adhésions 2026;Adhésion;60,00;;5,00;;CB",
        "152801623;98;15,00;09/10/2025 22:01:00;Payé;Oui;;Roux;Ana;ana@example.org;Soirée;Billetterie;15,00;;;;Carte bancaire",
    ]
    batch = tried(*lines, header=PAYMENTS, plans={"adhesions 2026": plan, "soiree": ASIDE})
    assert outcomes(batch) == ["unchanged", "aside"]


# -- nothing half-imported --------------------------------------------------------------------
def many(number: int, start: int = 0) -> list[str]:
    return [
        f"m{n}@example.org;Membre;{_word(n)};Individuelle;60;01/10/2026;virement;VIR {n}" for n in range(start, start + number)
    ]


def _word(number: int) -> str:
    """A name of letters alone: figures look like letters."""
    return "Qu" + "".join("abcdefghjk"[int(figure)] for figure in str(number))


def test_a_file_that_is_wrong_at_line_7312_changes_nothing_and_says_why(plan):
    lines = many(8000)
    lines[7312 - 2] = "m7312@example.org;Membre;Faux;Individuelle;soixante;01/10/2026;virement;"
    cast("tristan")
    before = everything()
    batch = tried(*lines)
    assert (batch.counts["refused"], batch.counts["new"], batch.is_whole) == (1, 7999, False)
    refused = [line for line in report(batch) if line[1] == "refused"]
    assert refused == [(7312, "refused", "Montant", "« soixante » n’est pas un montant en euros.")]
    with pytest.raises(Refused):
        deeds.confirm(batch, by=cast("tristan"))
    assert everything() == before


def test_what_changes_while_it_is_written_stops_it_at_its_line(plan):
    batch = tried(*many(732))
    work = deeds.plan(batch)
    make_member(email="m730@example.org", name="Arrivée Entre-temps")
    before = everything()
    with pytest.raises(Unwritable) as failure:
        deeds._write_now(batch, work)
    assert failure.value.line == 732
    assert everything() == before


def test_dues_recorded_while_it_is_written_stop_it_too(plan):
    ana = make_member(email="ana@example.org", name="Ana Duval")
    batch = tried(ZOE, ANA)
    work = deeds.plan(batch)
    treasury.record(plan, member=ana, by=cast("tristan"), method="cash")
    before = everything()
    with pytest.raises(Unwritable) as failure:
        deeds._write_now(batch, work)
    assert failure.value.line == 3
    assert everything() == before


def test_what_the_database_refuses_is_named_by_its_line(plan):
    batch = tried(*many(732))
    work = deeds.plan(batch)
    work.payments[700].ends_on = date(1999, 1, 1)  # past every rule of ours: a constraint stands behind them
    cast("tristan")
    before = everything()
    with pytest.raises(Unwritable, match="dues_end_after_start") as failure:
        deeds._write_now(batch, work)
    assert failure.value.line == 702
    assert everything() == before


def test_what_is_refused_since_it_was_tried_is_told_and_nothing_written(plan):
    batch = tried(ZOE, ANA)
    make_dues(member=make_member(email="ana@example.org", name="Ana Duval"), ends_in=None)
    before = everything()
    deeds.confirm(batch, by=cast("tristan"))
    deeds.write(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, outcomes(batch)) == (State.FAILED, ["new", "refused"])
    assert "refusées" in batch.why
    assert everything() == before


def test_what_changed_harmlessly_since_it_was_tried_is_worked_out_again(plan):
    batch = tried(ZOE, ANA)
    make_member(email="ana@example.org", name="Ana Duval")
    assert outcomes(confirmed(batch)) == ["new", "updated"]


# -- one at a time, and never for ever -----------------------------------------------------------
def test_one_file_is_written_at_a_time(plan):
    first, second = tried(ZOE), tried(ANA)
    deeds.confirm(first, by=cast("tristan"))
    with pytest.raises(Refused, match="Un autre fichier"):
        deeds.confirm(second, by=cast("sarah"))
    deeds.write(first.pk)
    confirmed(second)
    assert Dues.objects.count() == 2


SETUP = """
from members.importing import deeds
from members.models import Member
treasurer = Member.objects.create(email="t@example.org", name="T", standing="member")
for name in ("ana", "zoe"):
    batch = deeds.receive(f"E-mail;Nom\\n{name}@example.org;{name}".encode(), name=name, by=treasurer)
    deeds.describe(batch, columns={0: "email", 1: "last"}, standing="member")
    deeds.ask_to_try(batch)
    deeds.try_out(batch.pk)
"""
WRITE = """
from members.importing import deeds
from members.models import Import, Member
from members.refusals import Refused
batch = Import.objects.get(name="{name}")
print("ready", flush=True)
input()
try:
    deeds.confirm(batch, by=Member.objects.get(email="t@example.org"))
    print("confirmed", flush=True)
    input()
    deeds.write(batch.pk)
except Refused as refusal:
    print(refusal.code)
"""
FOUND = """
from members.models import Import, Member
print(sorted(Import.objects.values_list("state", flat=True)), Member.objects.count())
"""


@pytest.mark.processes
@pytest.mark.embedded
def test_of_two_processes_that_import_at_once_one_is_told_to_wait(embedded):
    """Both files are good and both are confirmed before either is written: the constraint lets one in."""
    answer(embedded("shell", "-v0", "-c", SETUP))
    running = [embedded("shell", "-v0", "-c", WRITE.format(name=name)) for name in ("ana", "zoe")]
    assert [process.stdout.readline() for process in running] == ["ready\n", "ready\n"]
    for process in running:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.stdout.readline().strip() for process in running]
    assert sorted(said) == ["another", "confirmed"]
    running[said.index("confirmed")].stdin.write("\n")
    for process in running:
        answer(process)
    assert answer(embedded("shell", "-v0", "-c", FOUND)).strip() == "['done', 'ready'] 2"


def test_a_task_that_comes_twice_writes_once(plan):
    batch = confirmed(tried(ZOE))
    before = everything()
    deeds.write(batch.pk)
    deeds.try_out(batch.pk)
    assert everything() == before


def test_two_people_confirm_one_import_once(plan):
    batch = tried(ZOE)
    same = Import.objects.get(pk=batch.pk)
    deeds.confirm(batch, by=cast("tristan"))
    with pytest.raises(Refused, match="entre-temps"):
        deeds.confirm(same, by=cast("sarah"))


def test_an_import_whose_task_died_may_be_tried_again(plan):
    batch = tried(ZOE)
    deeds.confirm(batch, by=cast("tristan"))
    Import.objects.update(state_at=timezone.now() - timedelta(minutes=11))
    assert deeds.sweep() == 1
    batch.refresh_from_db()
    assert batch.state == State.FAILED
    assert "Rien n’a été importé" in batch.why
    deeds.ask_to_try(batch)
    deeds.try_out(batch.pk)
    batch.refresh_from_db()
    confirmed(batch)
    assert Dues.objects.count() == 1


def test_what_is_left_lying_goes_in_time(plan, at_once):
    assert deeds.sweep in [job.run for job in due.JOBS]
    lying, done = tried(ZOE), written(ANA)
    names = [lying.file.name]
    Import.objects.update(made_at=timezone.now() - timedelta(days=31), state_at=timezone.now() - timedelta(days=8))
    at_once(retention.apply)
    lying.refresh_from_db()
    done.refresh_from_db()
    assert (lying.file.name, lying.lines.count(), done.lines.count(), done.state) == ("", 0, 0, State.DONE)
    assert not any(map(default_storage.exists, names))
    assert Import.objects.count() == 2


def test_who_is_erased_leaves_reports_and_files(plan, at_once):
    done, waiting, other = written(ZOE), tried(ZOE, ANA), tried("leo@example.org;Léo;Roux;;;;;")
    zoe = Member.objects.get(email="zoe@example.org")
    erasure = erasing.ask(zoe, by=None)
    Erasure.objects.filter(pk=erasure.pk).update(due_at=timezone.now())
    at_once(erasing.sweep)
    for batch in (waiting, other):
        batch.refresh_from_db()
    assert (waiting.file.name, bool(other.file.name)) == ("", True)
    assert [line.email for batch in (done, waiting) for line in batch.lines.all()] == ["ana@example.org"]


# -- by the thousand ---------------------------------------------------------------------------
def queries_of(deed, *args) -> int:
    with CaptureQueriesContext(connection) as queries:
        deed(*args)
    return len(queries)


def test_500_lines_more_cost_the_same_few_queries(plan):
    """No question is asked once per line."""
    tries, writes = [], []
    for size, start in ((500, 0), (1000, 500), (1500, 1500)):
        batch = sent(*many(size, start))
        deeds.ask_to_try(batch)
        tries.append(queries_of(deeds.try_out, batch.pk))
        batch.refresh_from_db()
        deeds.confirm(batch, by=cast("tristan"))
        writes.append(queries_of(deeds.write, batch.pk))
        batch.refresh_from_db()
        assert batch.state == State.DONE, batch.why
    assert tries[1] - tries[0] == tries[2] - tries[1] <= 15
    assert writes[1] - writes[0] == writes[2] - writes[1] <= 45
    assert Dues.objects.count() == 3000
