"""An import from page to page: who may, what is asked at each step, what is said when it cannot be."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.importing import deeds
from members.models import Dues, Import, Letter, Member, Plan
from tests.cast import cast
from tests.make import make_group, make_plan
from tests.members.test_importing import ANA, HEADER, ZOE, many, tried
from tests.members.test_importing_reading import MEMBERSHIPS
from tests.members.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db
ADD = "admin:members_import_add"


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def plan():
    return Plan.objects.create(name="Individuelle", amount=60, term="year")


def enter(client, who: str) -> Member:
    """Signed in, having just said again who they are."""
    client.force_login(cast(who))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return cast(who)


@pytest.fixture
def tristan(client):
    return enter(client, "tristan")


def of(batch: Import, page: str = "change") -> str:
    return reverse(f"admin:members_import_{page}", args=[batch.pk])


def upload(client, content: bytes, name="membres.csv"):
    return client.post(reverse(ADD), {"file": SimpleUploadedFile(name, content)})


def plain(response) -> str:
    return " ".join(response.text.split())


# -- the whole way -------------------------------------------------------------------
def test_from_a_file_to_members_paid_up(client, tristan, plan):
    answer = upload(client, "\n".join([HEADER, ZOE, ANA]).encode("cp1252"))
    batch = Import.objects.get()
    assert answer.url == of(batch, "columns")
    columns = client.get(answer.url)
    initial = {name: field.initial for name, field in columns.context["form"].fields.items()}
    assert list(initial.values()) == ["email", "first", "last", "plan", "amount", "paid_on", "method", "reference"]
    assert "zoe@example.org · Ana@Example.org" in columns.text
    assert client.post(answer.url, initial).url == of(batch, "meanings")
    meanings = client.get(of(batch, "meanings")).context["form"]
    assert meanings.fields["plan_0"].initial == str(plan.pk)
    sent = {"plan_0": plan.pk, "method": "", "standing": "member"}
    assert client.post(of(batch, "meanings"), sent).url == of(batch)
    assert 'value="0"' in client.get(of(batch)).text
    deeds.try_out(batch.pk)
    preview = plain(client.get(of(batch)))
    assert "2 nouvelles personnes · 2 règlements, 120" in preview
    assert "<b>2</b> nouvelles</a>" in preview
    assert "Zoé Le Goff" in preview
    assert Member.objects.filter(email="zoe@example.org").count() == 0
    assert client.post(of(batch, "confirm"), {"writes_letters": "on"}).url == of(batch)
    assert "tout, ou rien" in client.get(of(batch)).text
    deeds.write(batch.pk)
    done = plain(client.get(of(batch)))
    assert "<strong>Importé</strong>" in done
    assert "Importer le tout" not in done
    assert Member.objects.paid_up().filter(email__in=["zoe@example.org", "ana@example.org"]).count() == 2
    assert Letter.objects.filter(kind="members.imported").count() == 2


def test_an_export_of_helloasso_says_so(client, tristan, plan):
    upload(client, f"{MEMBERSHIPS};Adresse mail\n1;09/10/2025;Validé;Roux;Ana;;Roux;Ana;a@e.org;;CB;Plein;60,00;;;06;".encode())
    batch = Import.objects.get()
    page = client.get(of(batch, "columns"))
    assert "Reconnu tout seul" in page.text
    client.post(of(batch, "columns"), {name: field.initial for name, field in page.context["form"].fields.items()})
    assert client.get(of(batch, "meanings")).context["form"].fields["method"].initial == "page"


# -- bad files and bad answers ----------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"PK\x03\x04xxxx", "Enregistrer sous"),
        (b"E-mail\n\x00", "ne se lit pas"),
        (b"E-mail;E-mail\na@example.org;\n", "Deux colonnes"),
        (b"a@example.org\n", "nommer les colonnes"),
        (b"E-mail\n" + b"a" * (5 * 1024 * 1024), "dépasse"),
    ],
)
def test_a_bad_file_is_said_beside_the_field(client, tristan, content, said):
    answer = upload(client, content)
    assert answer.status_code == 200
    assert said in str(answer.context["form"].errors["file"])
    assert not Import.objects.exists()


def test_no_file_at_all_is_said_too(client, tristan):
    assert client.post(reverse(ADD)).context["form"].errors.keys() == {"file"}


def described(client, *lines, header=HEADER) -> Import:
    upload(client, "\n".join([header, *lines]).encode())
    return Import.objects.latest("pk")


def test_columns_name_each_thing_once_and_the_address(client, tristan):
    batch = described(client, "a@example.org;Ana;Roux", header="E-mail;Prénom;Nom")
    twice = client.post(of(batch, "columns"), {"column_0": "email", "column_1": "first", "column_2": "first"}).context["form"]
    assert twice.errors.keys() == {"column_2"}
    assert "« Prénom »" in " ".join(str(twice.errors["column_2"]).split())
    none = client.post(of(batch, "columns"), {"column_1": "first"}).context["form"]
    assert none.errors.keys() == {"__all__"}
    assert "selected>Prénom" in str(none["column_1"])  # nothing chosen is lost
    odd = client.post(of(batch, "columns"), {"column_0": "password"}).context["form"]
    assert odd.errors.keys() == {"column_0"}


def test_each_plan_of_the_file_must_mean_something(client, tristan, plan):
    batch = described(client, ZOE.replace("Individuelle", "Mystère"))
    client.post(of(batch, "columns"), {f"column_{n}": f for n, f in enumerate(["email", "first", "last", "plan"])})
    form = client.post(of(batch, "meanings"), {"plan_0": "", "standing": "member"}).context["form"]
    assert form.errors.keys() == {"plan_0"}
    assert form.fields["plan_0"].label == "Formule «\u202fMystère\u202f»"


def test_a_column_of_many_plans_is_another_column(client, tristan, plan):
    batch = described(client, *many(61))
    columns = ["email", "", "plan"]
    client.post(of(batch, "columns"), {f"column_{n}": f for n, f in enumerate(columns) if f})
    assert "61 formules différentes" in client.get(of(batch, "meanings"), follow=True).text


def test_a_list_with_a_thousand_towns_asks_about_few(client, tristan):
    rennes = make_group(city="Rennes")
    towns = [f"m{n}@example.org;Membre Qu{'abcdefghjk'[n % 10]}{'abcdefghjk'[n // 10]};Ville {n}" for n in range(90)]
    batch = described(client, *towns, "z@example.org;Zoé Roux;rennes", header="E-mail;Nom complet;Ville")
    client.post(of(batch, "columns"), {"column_0": "email", "column_1": "name", "column_2": "group"})
    form = client.get(of(batch, "meanings")).context["form"]
    shown = [field for name, field in form.fields.items() if name.startswith("group_")]
    assert (len(shown), shown[0].initial) == (40, str(rennes.pk))


def test_refused_lines_are_shown_first_and_leave_by_file(client, tristan, plan):
    batch = tried(ZOE, "=cmd@example.org;Zoé;Roux;Individuelle;;hier;virement;")
    page = plain(client.get(of(batch)))
    assert "1 ligne est refusée" in page
    assert "Importer le tout" not in page
    assert "Zoé Le Goff" not in page
    assert "Zoé Le Goff" in client.get(of(batch), {"resultat": "toutes"}).text
    answer = client.get(of(batch, "csv"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[:2] for row in rows[1:]] == [["2", "nouvelle"], ["3", "refusée"]]
    assert rows[2][3] == "" or rows[2][3].startswith("'=")
    assert answer.headers["Cache-Control"] == "private, no-store"
    client.post(of(batch, "confirm"))
    batch.refresh_from_db()
    assert batch.state == "ready"


@pytest.mark.parametrize("page", ["0", "999", "x", "\x00"])
def test_any_page_of_the_report_is_a_page(client, tristan, plan, page):
    assert client.get(of(tried(ZOE)), {"page": page, "resultat": page}).status_code == 200


def test_a_page_that_waits_is_replaced_when_the_work_is_done(client, tristan, plan):
    batch = tried(ZOE)
    deeds.ask_to_try(batch)
    waiting = client.get(of(batch), headers={"HX-Request": "true"})
    assert "<progress" in waiting.text
    deeds.try_out(batch.pk)
    assert client.get(of(batch), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_an_import_without_its_file_says_so(client, tristan, plan):
    batch = tried(ZOE)
    deeds.forget([batch])
    for page in ("columns", "meanings"):
        assert "envoyez-le de nouveau" in client.get(of(batch, page), follow=True).text
    assert "entre-temps" in client.post(of(batch, "try"), follow=True).text or Import.objects.get(pk=batch.pk).state == "checking"


def test_giving_up_is_a_button(client, tristan, plan):
    batch = tried(ZOE)
    client.post(of(batch, "give_up"))
    batch.refresh_from_db()
    assert batch.state == "given_up"
    assert "Abandonné" in client.get(of(batch)).text


# -- who may --------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "status"), [("milan", 302), ("aude", 403), ("olga", 403), ("sarah", 200), ("oscar", 200)])
def test_the_treasurer_the_secretary_and_owners_import(client, who, status):
    enter(client, who)
    assert client.get(reverse(ADD)).status_code == status
    assert upload(client, b"E-mail\na@example.org\n").status_code == (status if status != 200 else 302)
    assert Import.objects.count() == (1 if status == 200 else 0)


@pytest.mark.parametrize(("who", "is_offered"), [("tristan", True), ("sarah", True), ("olga", False)])
def test_the_lists_lead_there(client, who, is_offered):
    enter(client, who)
    assert (reverse(ADD) in client.get(reverse("admin:members_member_changelist")).text) is is_offered
    if who == "tristan":
        assert reverse(ADD) in client.get(reverse("admin:members_dues_changelist")).text


def test_an_open_browser_is_not_enough(client, plan):
    client.force_login(cast("tristan"))
    assert client.get(reverse(ADD)).url.startswith(reverse("account_reauthenticate"))
    batch = tried(ZOE)
    assert client.post(of(batch, "confirm")).url.startswith(reverse("account_reauthenticate"))
    batch.refresh_from_db()
    assert batch.state == "ready"


def test_who_may_not_record_dues_imports_people_alone(client, plan):
    enter(client, "sarah")
    batch = described(client, ZOE)
    form = client.get(of(batch, "columns")).context["form"]
    assert [field.initial for field in form.fields.values()] == ["email", "first", "last", "", "", "", "", ""]
    assert client.post(of(batch, "columns"), {"column_0": "email", "column_3": "plan"}).context["form"].errors.keys() == {
        "column_3"
    }
    client.post(of(batch, "columns"), {"column_0": "email", "column_1": "first", "column_2": "last"})
    meanings = client.get(of(batch, "meanings")).context["form"]
    assert list(meanings.fields) == ["standing"]
    client.post(of(batch, "meanings"), {"standing": "member", "plan": plan.pk})
    deeds.try_out(batch.pk)
    client.post(of(batch, "confirm"))
    deeds.write(batch.pk)
    assert Member.objects.filter(email="zoe@example.org").exists()
    assert not Dues.objects.exists()


def test_nor_confirms_the_dues_that_the_treasurer_prepared(client, plan):
    batch = tried(ZOE)
    enter(client, "sarah")
    assert client.get(of(batch)).status_code == 200
    assert "Importer le tout" not in client.get(of(batch)).text
    for page in ("confirm", "try", "give_up"):
        assert client.post(of(batch, page)).status_code == 403


def test_pages_cost_the_same_whatever_the_file(client, tristan, plan, django_assert_max_num_queries):
    make_plan()
    batch = tried(*many(300))
    with django_assert_max_num_queries(12):
        client.get(of(batch))
    with django_assert_max_num_queries(12):
        client.get(of(batch, "columns"))
    with django_assert_max_num_queries(16):
        client.get(of(batch, "meanings"))
