"""A copy of one's data: whole, for one's own eyes, and gone after a day (AZ-09, PV-01)."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Registration
from members import preferring
from members.models import Application, Entry, Export, Letter, Notice
from members.models.member import Member
from members.models.person import Person
from posts.models import Report
from smclub import due, exporting
from smclub.personal import OF_NOBODY, RULES, TRACES
from tests.cast import cast
from tests.make import (
    make_answer,
    make_application,
    make_comment,
    make_dues,
    make_feedback,
    make_group,
    make_group_notice,
    make_group_request,
    make_invitation,
    make_mailing,
    make_organisation,
    make_person,
    make_picture,
    make_post,
    make_proxy,
    make_registration,
    make_talk,
    make_todo,
    make_topic,
)
from tests.members.test_sign_in import PASSWORD, code_in, door, last_letter

pytestmark = pytest.mark.django_db
PAGE, ASK = "my_data", "my_data_export"


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def prove(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


@pytest.fixture
def milan(client):
    """Who has just said again who he is."""
    client.force_login(cast("milan"))
    prove(client)
    return cast("milan")


def made(member) -> Export:
    export = exporting.ask(member)
    exporting.make.func(export.pk)
    export.refresh_from_db()
    return export


def archive(export: Export) -> zipfile.ZipFile:
    with export.file.open() as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def content(export: Export) -> dict:
    return json.loads(archive(export).read("data.json"))


# -- the table of rules -----------------------------------------------------------
def keys_to_people():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in (Member, Person, Application, Registration):
                yield f"{model._meta.label}.{field.name}"


def test_every_key_to_somebody_has_a_rule_and_every_rule_a_key():
    assert sorted(rule.at for rule in RULES) == sorted(keys_to_people())


def test_every_table_is_somebodys_or_said_to_be_nobodys():
    ruled = {rule.model._meta.label for rule in RULES} | {"members.Member"}
    known = ruled | set(TRACES) | OF_NOBODY
    assert {model._meta.label for model in apps.get_models(include_auto_created=True)} - known == set()
    assert OF_NOBODY & (ruled | set(TRACES)) == set()


def test_what_a_copy_leaves_out_is_explained():
    assert [rule.at for rule in RULES if not rule.gives and not rule.why] == []


def test_fields_hidden_from_copies_exist():
    wrong = [
        (rule.at, name)
        for rule in RULES
        for name in (*rule.hides, *rule.by_address)
        if name not in {field.name for field in rule.model._meta.concrete_fields}
    ]
    assert wrong == []


# -- what is in it ----------------------------------------------------------------
def a_full_life(member) -> Person:
    make_dues(member=member)
    make_dues(organisation=make_organisation(), contact=member).holders.create(member=member)
    person = make_person(member=member, name=member.name, portrait=make_picture(alt="Son portrait"), bio="J'aime les **médias**.")
    person.topics.add(make_topic(name="radio"))
    person.languages.create(code="br")
    make_group(members=[member])
    make_group_notice(author=member)
    make_feedback(member=member)
    make_mailing(author=member)
    member.handed_on.create(text="Le nom de domaine")
    make_group_request(member=member, message="Je voudrais en être.")
    application = make_application(member=member, motivation="Rencontrer des pairs de Rennes.")
    application.inquiries.create(question="Pourquoi ?", answer="Pour apprendre.")
    preferring.choose(member, wanted={"posts.comment_reply": "never"})
    Notice.objects.create(member=member, kind="posts.comment_reply", key="comment:1", cadence="now")
    make_application().sponsorships.create(member=member, state="vouches")
    make_answer(registration=make_registration(member=member, guests=2))
    make_invitation(member=member)
    make_todo(assigned_to=member)
    make_proxy(giver=member)
    make_proxy(holder=member)
    make_talk(person=person, title="La radio de demain")
    make_post(title="Mon billet", author=person, created_by=member)
    make_comment(member=member, body="Un avis de plus.")
    Report.objects.create(kind="rules", url="/", reason="Hors sujet.", reporter=member, email=member.email)
    return person


def test_a_copy_holds_every_table_and_the_pictures(milan):
    person = a_full_life(milan)
    make_comment(body="Celui d'une autre.")
    export = made(milan)
    data = content(export)
    assert set(data) == {"members.member", "members.entry.subject", *(rule.at.lower() for rule in RULES if rule.gives)}
    assert data["members.member"][0]["email"] == milan.email
    assert [row["body"] for row in data["posts.comment.member"]] == ["Un avis de plus."]
    assert data["events.registration.member"][0]["guests"] == 2
    assert data["members.application.member"][0]["motivation"] == "Rencontrer des pairs de Rennes."
    assert data["posts.post.created_by"][0]["title"] == "Mon billet"
    assert data["members.persontopic.content_object"][0]["tag"].startswith("radio")
    assert data["members.person.member"][0]["address"].endswith(person.get_absolute_url())
    empty = {at for at, rows in data.items() if not rows}
    assert empty == {
        "admin.logentry.user",
        "members.member_groups.member",
        "members.member_user_permissions.member",
        "mfa.authenticator.user",
        "usersessions.usersession.user",
        "members.knownbrowser.member",
        "members.erasure.member",
        "members.letter.member",
        "members.mandate.person",
        "partners.partner_contacts.person",
    }
    assert archive(export).namelist() == ["data.json", person.portrait.file.name]


def test_a_copy_opens_nothing_and_names_no_moderator(milan):
    a_full_life(milan)
    registration = Registration.objects.get()
    Report.objects.update(decided_by=cast("modou"), decision="Non.")
    text = json.dumps(content(made(milan)))
    for secret in (milan.password, registration.token, "Modou"):
        assert secret not in text


def test_copying_asks_as_much_for_one_row_as_for_five(milan, django_assert_num_queries, django_assert_max_num_queries):
    make_comment(member=milan)
    with django_assert_max_num_queries(80) as first:
        exporting.everything(milan)
    for _n in range(4):
        make_comment(member=milan)
    with django_assert_num_queries(len(first)):
        exporting.everything(milan)


# -- whose it is ------------------------------------------------------------------
def test_a_copy_is_asked_for_made_told_and_fetched(client, milan):
    response = client.post(reverse(ASK), follow=True)
    assert "Votre copie se prépare" in response.text
    exporting.make.func(Export.objects.get().pk)
    assert Letter.objects.get(kind="members.export_ready").member == milan
    page = client.get(reverse(PAGE))
    address = reverse("my_data_download", args=[Export.objects.get().pk])
    assert address in page.text
    response = client.get(address)
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).namelist() == ["data.json"]
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["data.export", "data.download"]


def test_asking_twice_makes_one(client, milan):
    assert exporting.ask(milan) == exporting.ask(milan)
    exporting.make.func(Export.objects.get().pk)
    first = Export.objects.get().file.name
    exporting.make.func(Export.objects.get().pk)
    assert Export.objects.get().file.name == first
    assert Letter.objects.filter(kind="members.export_ready").count() == 1


def test_a_new_copy_takes_the_place_of_the_one_before(milan, at_once):
    before = made(milan)
    after = at_once(made, milan)
    assert not default_storage.exists(before.file.name)
    assert list(Export.objects.all()) == [after]


def test_the_fourth_copy_of_a_day_is_refused(client, milan):
    for _n in range(3):
        made(milan)
    assert "revenez demain" in client.post(reverse(ASK), follow=True).text


def test_a_copy_is_nobody_elses(client, milan):
    export = made(milan)
    address = reverse("my_data_download", args=[export.pk])
    for who in ("mona", "olga", "oscar"):
        other = Client()
        other.force_login(cast(who))
        prove(other)
        assert other.get(address).status_code == 404
    assert Client().get(address).url.startswith(reverse("account_login"))
    assert Client().get(f"/media/{export.file.name}").status_code == 404


def test_an_open_browser_alone_gives_no_copy(client):
    client.force_login(cast("milan"))
    export = made(cast("milan"))
    for response in (client.post(reverse(ASK)), client.get(reverse("my_data_download", args=[export.pk]))):
        assert response.url.startswith(reverse("account_reauthenticate"))
    assert Export.objects.get() == export


def test_who_has_no_password_proves_it_by_a_new_code(client):
    flora = cast("flora")
    flora.set_unusable_password()
    flora.save()
    client.force_login(flora)
    response = client.post(reverse(ASK))
    assert response.url.startswith(reverse("account_login"))
    assert client.get(reverse(PAGE)).status_code == 302
    response = door(client, flora.email)
    client.post(response.url, {"code": code_in(last_letter(flora.email))})
    client.post(reverse(ASK))
    assert Export.objects.get().member == flora


def test_a_link_of_another_site_signs_nobody_out(client):
    flora = cast("flora")
    flora.set_unusable_password()
    flora.save()
    client.force_login(flora)
    response = client.get(reverse("my_data_erase"), headers={"Sec-Fetch-Site": "cross-site"})
    assert response.url == reverse(PAGE)
    assert client.get(reverse(PAGE)).status_code == 200


def test_a_sign_in_by_code_is_proof_for_a_quarter_of_an_hour(client, time_machine):
    flora = cast("flora")
    flora.set_unusable_password()
    flora.save()
    response = door(client, flora.email)
    client.post(response.url, {"code": code_in(last_letter(flora.email))})
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert client.post(reverse(ASK)).url.startswith(reverse("account_login"))
    assert not Export.objects.exists()


def test_a_copy_is_gone_after_a_day(client, milan, time_machine, at_once):
    export = made(milan)
    time_machine.move_to(timezone.now() + timedelta(hours=24, minutes=1))
    prove(client)
    assert client.get(reverse("my_data_download", args=[export.pk])).status_code == 404
    assert at_once(exporting.sweep) == 1
    assert not default_storage.exists(export.file.name)
    assert not Export.objects.exists()


def test_a_copy_whose_task_was_lost_is_asked_for_again(milan, time_machine):
    export = exporting.ask(milan)
    task = apps.get_model("django_tasks_database.DBTaskResult")
    task.objects.all().delete()
    exporting.sweep()
    assert not task.objects.exists()
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    exporting.sweep()
    assert task.objects.get().args_kwargs["args"] == [export.pk]
    assert exporting.sweep in [job.run for job in due.JOBS]
