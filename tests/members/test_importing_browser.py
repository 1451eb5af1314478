"""An import in Chromium: from the file to the report, on a telephone in the dark and on a desk in the light."""

import pytest
from django.urls import reverse

from members.importing import deeds
from members.models import Import, Member, Plan
from tests.cast import cast
from tests.members.test_importing import ANA, HEADER, ZOE
from tests.members.test_sign_in import PASSWORD
from tests.rails.test_walk import look

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = "leo@example.org;Léo;Roux;Individuelle;soixante;01/10/2026;virement;"


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def send(page, *lines: str) -> Import:
    content = "\n".join([HEADER, *lines]).encode()
    page.set_input_files("input[type=file]", {"name": "membres.csv", "mimeType": "text/csv", "buffer": content})
    page.click("text=Envoyer le fichier")
    page.wait_for_url("**/colonnes/")
    return Import.objects.latest("pk")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_whole_way(browser, width, scheme):
    Plan.objects.create(name="Individuelle", amount=60)
    wrong = []

    def seen(name: str) -> None:
        wrong.extend(look(page, name))

    page = browser.open(reverse("admin:members_import_add"), as_=cast("tristan"), width=width, scheme=scheme)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/import/add/")
    page.click("text=Envoyer le fichier")
    page.wait_for_selector(".errorlist")
    seen("send")
    batch = send(page, ZOE, ANA, WRONG)
    seen("columns")
    page.click("text=Continuer")
    page.wait_for_url("**/sens/")
    seen("meanings")
    page.click("text=Vérifier le fichier")
    page.wait_for_selector("progress")
    seen("progress")
    deeds.try_out(batch.pk)
    page.wait_for_selector("text=1 ligne est refusée")  # the page found out by itself
    seen("refused")
    page.click("text=Envoyer un autre fichier")
    batch = send(page, ZOE, ANA)
    page.click("text=Continuer")
    page.click("text=Vérifier le fichier")
    page.wait_for_selector("progress")
    deeds.try_out(batch.pk)
    page.wait_for_selector("text=2 nouvelles personnes")
    seen("preview")
    page.click("text=Importer le tout")
    page.wait_for_selector("progress")
    deeds.write(batch.pk)
    page.wait_for_selector(".import-lines")
    seen("done")
    page.goto(reverse("admin:members_import_changelist"))
    seen("list")
    page.goto(reverse("admin:members_member_changelist"))
    seen("members")
    assert wrong == []
    assert Member.objects.filter(email="zoe@example.org").exists()
