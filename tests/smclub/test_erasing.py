"""The end of an account (PV-02): nothing of it anywhere, threads that can still be read, and what the law keeps, apart."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events import registering, reviewing
from events.models import Event, Registration, Talk
from members import outbox, profiles, seats, treasury
from members.mail import compose
from members.models import (
    Dues,
    Entry,
    Erasure,
    Export,
    GroupMembership,
    Letter,
    Member,
    OldAddress,
    Person,
    Picture,
    SealedRecord,
)
from posts import moderating
from posts.models import Comment, Credit, Report
from smclub import changed, due, erasing, exporting, sealing
from tests.cast import cast
from tests.make import (
    make_answer,
    make_comment,
    make_dues,
    make_event,
    make_feedback,
    make_group,
    make_invitation,
    make_mandate,
    make_member,
    make_organisation,
    make_person,
    make_picture,
    make_plan,
    make_post,
    make_registration,
    make_talk,
    make_topic,
)
from tests.members.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zénobie Quignard", "zenobie.quignard@example.org"
SEALED = "members.SealedRecord"


@pytest.fixture(autouse=True)
def _a_store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def zenobie():
    return make_member(name=NAME, email=ADDRESS)


def gone(member, **wanted) -> Erasure:
    """Asked for, and done once its day is over."""
    erasure = erasing.ask(member, by=member, **wanted)
    Erasure.objects.filter(pk=erasure.pk).update(due_at=timezone.now())
    assert erasing.sweep() == 1
    erasure.refresh_from_db()
    return erasure


def prove(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def hits(*marks: str) -> dict[str, list[str]]:
    """Where any of `marks` stands, in whatever table of the database."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            text = json.dumps(row, default=str, ensure_ascii=False)
            if isinstance(row.get("session_data"), str):
                text += json.dumps(Session(**row).get_decoded(), default=str, ensure_ascii=False)
            for mark in marks:
                if mark.lower() in text.lower():
                    found.setdefault(model._meta.label, []).append(text)
    return found


def a_full_life(member, at_once) -> Person:
    """In as many tables as there are."""
    olga = cast("olga")
    browser = Client(REMOTE_ADDR="192.0.2.77")
    browser.force_login(member)
    browser.get(reverse("members:me"))
    UserSession.objects.create(user=member, ip="192.0.2.77", session_key="k" * 32, user_agent="Firefox")
    Authenticator.objects.create(user=member, type="totp", data={"secret": "x", "name": NAME})
    at_once(profiles.present, member, name=NAME, topics="radio", bio=f"Je suis {NAME}.", visibility="public")
    person = Person.objects.get(member=member)
    person.portrait = make_picture(alt=f"Portrait de {NAME}")
    person.save()
    OldAddress.objects.leave("/personnes/zenobie/", target=person.get_absolute_url())
    make_mandate(person=person)
    make_talk(person=person, event=make_event(days=-40, title="Il y a longtemps"))
    post = make_post(title="Ce qu'elle a écrit", author=person, created_by=member)
    at_once(changed.changed, post)
    make_group(members=[member])
    make_invitation(member=member)
    seen = make_registration(
        member=member, event=make_event(days=-20), reason=f"Vue avec {NAME}", guest_names=f"Zélie, avec {NAME}"
    )
    make_answer(registration=seen, text=f"{NAME} ne mange pas de noix")
    make_dues(member=member, reference=f"Virement {NAME}", cancelled_at=timezone.now(), cancel_reason=f"Pour {NAME}")
    treasury.record(make_plan(), by=olga, member=member, method="cash", reference=f"Reçu de {NAME}")
    seats.hand_out(make_dues(organisation=make_organisation(), contact=olga), email=member.email, by=olga)
    soon = make_event(capacity=1)
    registering.join(soon, member=member)
    registering.join(soon, member=cast("mona"))
    discussion = make_comment(member=cast("milan"), body="Une question.")
    said = moderating.reply(discussion, member=member, body="Une réponse qui se lit.", age=60, key="a")
    moderating.reply(said, member=cast("mona"), body="Et la suite.", age=60, key="b")
    make_comment(member=member, body="Pas encore lue.", state="pending")
    for row in Letter.objects.all():  # what others were told of her is in words, as once sent
        if compose(row):
            row.state = Letter.State.SENT
            row.save()
    Letter.objects.create(kind="members.contact", key="c", to_email="club@example.org", context={"email": ADDRESS, "name": NAME})
    Report.objects.create(kind="rules", url="/", reason="Hors sujet.", name=NAME, email=ADDRESS, reporter=member)
    Entry.objects.write("member.invite", member, by=olga, note=f"{NAME}, rencontrée à Rennes")
    Entry.objects.write("topic.merge", make_topic(), by=member)
    kind = ContentType.objects.get_for_model(Member)
    LogEntry.objects.create(user=olga, content_type=kind, object_id=member.pk, object_repr=NAME, action_flag=2)
    exporting.make.func(exporting.ask(member).pk)
    return person


# -- PV-02 --------------------------------------------------------------------------
def test_after_an_erasure_no_table_holds_the_name_or_the_address(zenobie, at_once):
    a_full_life(zenobie, at_once)
    slug = Person.objects.get(member=zenobie).slug
    before = set(hits(NAME, ADDRESS, slug))
    assert before >= {
        *("members.Member", "members.Person", "members.Letter", "members.Entry", "members.OldAddress", "members.Picture"),
        *("account.EmailAddress", "mfa.Authenticator", "events.Invitation", "events.Registration", "posts.Report"),
        *("admin.LogEntry",),
    }
    portrait = Picture.objects.get().file.name
    export = Export.objects.get().file.name
    at_once(gone, zenobie)
    for row in Letter.objects.filter(kind="members.erased"):
        outbox.deliver(row.pk)
    assert set(hits(NAME, ADDRESS, slug)) == {SEALED}
    books = Dues.objects.filter(organisation=None).order_by("pk").values_list("member", "amount", "reference", "cancel_reason")
    assert list(books) == [(None, 60, "", "–"), (None, 60, "", "")]
    assert [message.to for message in mail.outbox if "effacé" in message.subject] == [[ADDRESS]]
    assert not default_storage.exists(portrait)
    assert not default_storage.exists(export)
    assert not Session.objects.exists()


def test_what_she_signed_stays_under_nobodys_name(zenobie, at_once, client):
    person = a_full_life(zenobie, at_once)
    path = person.get_absolute_url()
    at_once(gone, zenobie)
    assert client.get(path).status_code == 404
    credit = Credit.objects.get()
    assert "Membre supprimé" in client.get(credit.post.get_absolute_url()).text
    assert "Membre supprimé" in client.get(Event.objects.get(title="Il y a longtemps").get_absolute_url()).text


def test_the_name_stays_on_what_she_signed_when_she_wishes(zenobie, at_once, client):
    person = a_full_life(zenobie, at_once)
    path = person.get_absolute_url()
    at_once(gone, zenobie, keeps_name=True)
    person.refresh_from_db()
    assert (person.name, person.bio, person.portrait, person.member, person.visibility) == (NAME, "", None, None, "private")
    assert client.get(path).status_code == 404
    assert NAME in client.get(Credit.objects.get().post.get_absolute_url()).text
    assert ADDRESS not in str(hits(ADDRESS).keys() - {SEALED})


def test_a_page_that_nothing_needs_goes_whole(zenobie):
    make_person(member=zenobie, name=NAME)
    gone(zenobie)
    assert not Person.objects.exists()


def test_the_thread_can_still_be_read(zenobie, client):
    said = make_comment(member=zenobie, body="Une réponse qui se lit.", discussion=None)
    post = make_post()
    post.discussion = said.discussion
    post.save()
    make_comment(member=cast("mona"), parent=said, discussion=said.discussion, body="Et la suite.")
    gone(zenobie)
    page = client.get(post.get_absolute_url()).text
    assert all(text in page for text in ("Une réponse qui se lit.", "Et la suite.", "Membre supprimé"))
    assert NAME not in page


def test_comments_go_too_when_asked(zenobie):
    said = make_comment(member=zenobie, body="Une réponse qui se lit.")
    gone(zenobie, erases_comments=True)
    said.refresh_from_db()
    assert (said.state, said.body, said.member) == ("erased", "", None)


def test_comments_that_nobody_reads_go_in_any_case(zenobie):
    rows = [make_comment(member=zenobie, state=state) for state in ("pending", "rejected", "spam", "removed", "withdrawn")]
    gone(zenobie)
    assert set(Comment.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", "body")) == {("erased", "")}


def test_seats_to_come_go_to_those_who_wait_and_the_past_keeps_a_number(zenobie):
    event, past = make_event(capacity=1), make_registration(member=zenobie, event=make_event(days=-3), guests=2)
    registering.join(event, member=zenobie)
    waiting = registering.join(event, member=cast("milan"))
    gone(zenobie)
    waiting.refresh_from_db()
    assert waiting.is_going
    assert Letter.objects.filter(kind="events.promoted", member=cast("milan")).exists()
    past.refresh_from_db()
    assert (past.member, past.state, past.guests) == (None, "going", 2)


def test_what_she_thought_of_meetings_stays_as_a_score_of_nobodys(zenobie):
    event = make_event(days=-3)
    for score in (4, 4, 4, 4):
        make_feedback(event=event, score=score)
    make_feedback(event=event, member=zenobie, score=1, remark="Dans mon métier de souffleuse de verre…")
    before = reviewing.opinions_of(event)
    gone(zenobie)
    after = reviewing.opinions_of(event)
    assert (after.number, after.mean, after.shares) == (before.number, before.mean, before.shares)
    assert list(event.feedback.filter(score=1).values_list("member", "remark")) == [(None, "")]


def test_a_seat_to_come_that_an_organiser_gave_her_address_is_free_too(zenobie):
    event = make_event(capacity=1)
    hers = make_registration(event=event, email=ADDRESS, name=NAME, language="fr")
    Registration.objects.filter(pk=hers.pk).update(member=None)
    waiting = make_registration(event=event, state="waiting")
    gone(zenobie)
    for row in (hers, waiting):
        row.refresh_from_db()
    assert (hers.state, hers.email, hers.name, waiting.state) == ("cancelled", "", "", "going")


def test_the_log_keeps_the_deeds_and_says_whose_they_were_not(zenobie, client):
    Entry.objects.write("topic.merge", make_topic(), by=zenobie)
    gone(zenobie)
    entry = Entry.objects.get(verb="topic.merge")
    assert (entry.actor, entry.is_by_the_erased) == (None, True)
    client.force_login(cast("oscar"))
    assert "Membre supprimé" in client.get(reverse("admin:members_entry_changelist")).text


def test_pages_kept_whole_do_not_name_her_any_more(zenobie, at_once, client, settings):
    settings.PAGE_CACHE = settings.KEEP_FACTS = True
    person = make_person(member=zenobie, name=NAME)
    path = make_talk(person=person, event=make_event(days=-3)).event.get_absolute_url()
    assert NAME in client.get(path).text
    assert NAME in client.get(path).text
    at_once(gone, zenobie)
    assert NAME not in client.get(path).text


def test_an_erasure_that_dies_half_way_is_done_again(zenobie, monkeypatch):
    soon = registering.join(make_event(), member=zenobie)
    erasure = erasing.ask(zenobie, by=zenobie)
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "_sessions", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasing.erase(erasure)
    soon.refresh_from_db()
    assert (soon.state, soon.member) == ("cancelled", zenobie)
    assert Member.objects.filter(pk=zenobie.pk).exists()
    erasure = Erasure.objects.select_related("member").get()
    erasing.erase(erasure)
    assert not Member.objects.filter(pk=erasure.member_id).exists()
    assert not Erasure.objects.asked().exists()


# -- asking -------------------------------------------------------------------------
@pytest.fixture
def milan(client):
    client.force_login(cast("milan"))
    prove(client)
    return cast("milan")


def test_an_account_is_erased_a_day_after_it_was_asked(client, milan, time_machine):
    page = client.post(reverse("my_data_erase"), {"address": "Milan@Example.org", "erases_comments": "on"}, follow=True)
    assert "Votre compte sera effacé" in page.text
    erasure = Erasure.objects.get()
    assert (erasure.member, erasure.erases_comments, erasure.keeps_name, erasure.why) == (milan, True, False, "own")
    assert Letter.objects.get(kind="members.erasure_asked").to_email == milan.email
    assert erasing.sweep() == 0
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert erasing.sweep() == 1
    assert not Member.objects.filter(email="milan@example.org").exists()
    assert client.get(reverse("members:me")).status_code == 302
    assert erasing.sweep in [job.run for job in due.JOBS]


def test_one_may_change_ones_mind(client, milan):
    client.post(reverse("my_data_erase"), {"address": milan.email})
    assert "Votre compte reste" in client.post(reverse("my_data_keep"), follow=True).text
    assert not Erasure.objects.exists()
    client.post(reverse("my_data_keep"))
    verbs = Entry.objects.filter(verb__startswith="erasure").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["erasure.ask", "erasure.withdraw"]


def test_no_account_is_erased_by_a_slip(client, milan):
    page = client.post(reverse("my_data_erase"), {"address": "mona@example.org"})
    assert "Ce n’est pas l’adresse de ce compte" in page.text
    assert not Erasure.objects.exists()


def test_asking_twice_is_asking_once(milan):
    assert erasing.ask(milan, by=milan) == erasing.ask(milan, by=milan)
    assert Letter.objects.filter(kind="members.erasure_asked").count() == 1


def test_an_open_browser_alone_erases_nothing(client):
    client.force_login(cast("milan"))
    response = client.post(reverse("my_data_erase"), {"address": "milan@example.org"})
    assert response.url.startswith(reverse("account_reauthenticate"))
    assert not Erasure.objects.exists()


def test_the_last_owner_stays(client):
    client.force_login(cast("oscar"))
    prove(client)
    page = client.post(reverse("my_data_erase"), {"address": "oscar@example.org"})
    assert "Nommez d’abord" in page.text
    second = make_member(is_staff=True, is_superuser=True)
    gone(cast("oscar"))
    assert list(Member.objects.filter(is_superuser=True)) == [second]


def test_an_owner_erases_for_who_wrote_to_the_club(client):
    boris = cast("boris")
    data = {"action": "erase", "_selected_action": [boris.pk], "confirmed": "yes"}
    client.force_login(cast("oscar"))
    response = client.post(reverse("admin:members_member_changelist"), data)
    assert response.url.startswith(reverse("account_reauthenticate"))
    prove(client)
    client.post(reverse("admin:members_member_changelist"), data)
    assert Erasure.objects.get().why == "desk"
    client.post(reverse("admin:members_member_changelist"), data | {"action": "keep"})
    assert not Erasure.objects.exists()
    client.force_login(cast("olga"))
    client.post(reverse("admin:members_member_changelist"), data)
    assert not Erasure.objects.exists()


# -- what the law keeps -------------------------------------------------------------
def test_the_sealed_record_holds_what_there_was_and_goes_by_itself(zenobie, time_machine):
    number, said = zenobie.pk, make_comment(member=zenobie)
    make_comment(member=zenobie, created_at=timezone.now() - timedelta(days=400))
    gone(zenobie)
    held = {record.kind: record.facts for record in SealedRecord.objects.all()}
    assert held["identity"] == {"names": [NAME], "addresses": [ADDRESS]}
    assert held["source"] == {"comments": [[said.pk, said.created_at.isoformat()]], "sign-ins": []}
    assert set(SealedRecord.objects.values_list("number", flat=True)) == {number}
    now = timezone.now()
    for days, kinds in ((364, {"identity", "account", "source"}), (366, {"identity"}), (5 * 365 + 1, set())):
        time_machine.move_to(now + timedelta(days=days))
        sealing.purge()
        assert set(SealedRecord.objects.values_list("kind", flat=True)) == kinds
    assert sealing.purge in [job.run for job in due.JOBS]


def test_a_sealed_record_is_read_by_an_owner_who_proves_it_and_each_time_is_in_the_log(zenobie, client):
    gone(zenobie)
    record = SealedRecord.objects.get(kind="identity")
    page, rows = reverse("admin:members_sealedrecord_change", args=[record.pk]), reverse("admin:members_sealedrecord_changelist")
    client.force_login(cast("olga"))
    assert [client.get(path).status_code for path in (page, rows)] == [403, 403]
    client.force_login(cast("oscar"))
    assert ADDRESS not in client.get(rows).text
    for path in (page, f"{rows}?q={ADDRESS}"):
        assert client.get(path).url.startswith(reverse("account_reauthenticate"))
    assert not Entry.objects.filter(verb="sealed.read").exists()
    prove(client)
    assert f"{record.number}" in client.get(f"{rows}?q={ADDRESS}").text
    assert not Entry.objects.filter(verb="sealed.read").exists()
    assert ADDRESS in client.get(page).text
    entry = Entry.objects.get(verb="sealed.read")
    assert (entry.actor, entry.subject_id) == (cast("oscar"), str(record.pk))
    assert ADDRESS not in entry.subject_label


def test_an_erasure_is_noted_outside_of_the_database(zenobie):
    digest = erasing.digest_of(zenobie)
    gone(zenobie)
    assert default_storage.listdir("erased")[1] == [digest]
    assert not hits(digest)


def test_groups_and_registrations_of_others_stay(zenobie):
    group = make_group(members=[zenobie, cast("mona")])
    make_registration(member=cast("mona"))
    gone(zenobie)
    assert GroupMembership.objects.get(group=group).member == cast("mona")
    assert Registration.objects.get().member == cast("mona")


def test_the_address_that_a_talk_gives_goes_with_the_account():
    milan = cast("milan")
    own, other = make_talk(person=make_person(member=milan), email="ancienne@example.net"), make_talk(email=milan.email)
    gone(milan, keeps_name=True)
    assert [Talk.objects.get(pk=talk.pk).email for talk in (own, other)] == ["", ""]
