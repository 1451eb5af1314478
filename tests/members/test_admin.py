"""The organisers' desk for accounts, applications and what the house remembers."""

import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group as Role
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from PIL import Image

from members import standing, topics
from members.mail import compose, ready_made
from members.models import Application, Club, Entry, Letter, Member, OldAddress, Organisation, Person, Picture
from members.models.shown import FIELDS
from smclub import searchable
from tests.cast import cast
from tests.make import (
    make_application,
    make_event,
    make_group,
    make_mandate,
    make_member,
    make_person,
    make_post,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client):
    client.force_login(cast("olga"))
    return cast("olga")


@pytest.fixture
def oscar(client):
    """An owner who has just said again who they are."""
    client.force_login(cast("oscar"))
    client.post(reverse("account_reauthenticate"), {"password": "a long enough password"})
    return cast("oscar")


def act(client, model, action, *rows, **fields):
    """Runs an action of the change list and returns the page that follows."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(reverse(f"admin:members_{model}_changelist"), data, follow=True)


def change(client, row, **fields):
    """Saves the change form as it stands, with `fields` changed."""
    url = reverse(f"admin:members_{row._meta.model_name}_change", args=[row.pk])
    page = client.get(url)
    form, data = page.context["adminform"].form, {}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = "" if value is None or value is False else value
    for formset in page.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
        for inline in formset.formset.initial_forms:
            for bound in inline:
                data[bound.html_name] = "" if bound.value() is None else bound.value()
    return client.post(url, data | fields)


@pytest.mark.parametrize(
    "model",
    [
        "member",
        "application",
        "person",
        "organisation",
        "group",
        "mandate",
        "topic",
        "picture",
        "letter",
        "entry",
        "jobrun",
        "oldaddress",
    ],
)
@pytest.mark.parametrize("query", ["", "?q=a", "?q=%00", "?p=99", "?o=1.-2.99"])
def test_lists_answer_whatever_is_asked(client, olga, model, query):
    make_application(), make_mandate(), make_group(), make_topic()
    ready_made("account.login_code", key="k", to="a@example.org", subject="x", text="x")
    assert client.get(reverse(f"admin:members_{model}_changelist") + query).status_code in (200, 302, 400)


@pytest.mark.parametrize("model", ["person", "group", "member", "application", "mandate", "entry", "letter"])
def test_the_number_of_queries_of_a_list_does_not_grow(client, olga, django_assert_max_num_queries, model):
    for n in range(20):
        make_application(), make_mandate(), make_group(members=[make_member()]), make_person()
        Entry.objects.write("member.admit", olga, by=olga)
        ready_made("account.login_code", key=f"k{n}", to="a@example.org", subject="x", text="x")
    with django_assert_max_num_queries(14):
        client.get(reverse(f"admin:members_{model}_changelist"))


def test_an_application_is_accepted_from_the_list(client, olga):
    first, second = make_application(), make_application()
    response = act(client, "application", "accept", first, second)
    assert response.status_code == 200
    assert Application.objects.filter(state="accepted", decided_by=olga).count() == 2
    assert Letter.objects.filter(kind="members.application_accepted").count() == 2


def test_declining_asks_for_the_reason_first(client, olga):
    application = make_application()
    assert 'name="reason"' in act(client, "application", "decline", application).content.decode()
    assert "errorlist" in act(client, "application", "decline", application, confirmed="yes", reason="").content.decode()
    act(client, "application", "decline", application, confirmed="yes", reason="Pas cette année.")
    application.refresh_from_db()
    assert (application.state, application.reason) == ("declined", "Pas cette année.")


def test_declining_with_a_ready_text_sends_that_text(client, olga):
    application = make_application()
    page = act(client, "application", "decline", application)
    text = page.context["form"].fields["template"].choices[2][0]
    assert "starters.js" in page.content.decode()
    act(client, "application", "decline", application, confirmed="yes", template=text, reason="")
    application.refresh_from_db()
    assert (application.state, application.reason) == ("declined", text)


def test_a_question_is_asked_from_the_list(client, olga):
    application = make_application()
    assert 'name="question"' in act(client, "application", "ask_back", application).content.decode()
    act(client, "application", "ask_back", application, confirmed="yes", question="Pourquoi nous ?")
    assert application.inquiries.get().question == "Pourquoi nous ?"


def test_an_application_answered_meanwhile_is_said(client, olga):
    application = make_application(state=Application.State.DECLINED)
    assert "déjà reçu une réponse" in act(client, "application", "accept", application).content.decode()
    assert not Member.objects.get(pk=application.member_id).is_accepted


@pytest.mark.parametrize("who", ["coralie", "aude", "modou", "edith"])
def test_other_roles_do_not_answer_applications(client, who):
    application = make_application()
    client.force_login(cast(who))
    assert act(client, "application", "accept", application).status_code == 403
    application.refresh_from_db()
    assert application.state == Application.State.WAITING


def test_an_account_shows_no_password_and_is_not_deleted(client, olga):
    flora = cast("flora")
    url = reverse("admin:members_member_change", args=[flora.pk])
    body = client.get(url).content.decode()
    assert flora.password not in body
    assert "md5" not in body
    assert client.post(reverse("admin:members_member_delete", args=[flora.pk])).status_code == 403
    assert client.get(reverse("admin:members_member_changelist"), {"password__startswith": "md5"}).status_code in (302, 400)


def test_an_organiser_makes_an_account_that_opens_with_a_code(client, olga):
    client.post(reverse("admin:members_member_add"), {"email": "NEW@Example.org", "name": "Nouvelle", "language": "fr"})
    member = Member.objects.get(email="new@example.org")
    assert not member.has_usable_password()
    assert member.standing == Member.Standing.FRIEND
    assert list(EmailAddress.objects.filter(user=member).values_list("email", "verified")) == [("new@example.org", False)]


def test_a_taken_address_is_said_in_the_form(client, olga):
    cast("flora")
    response = client.post(reverse("admin:members_member_add"), {"email": "Flora@example.org", "name": "x", "language": "fr"})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize("who", ["olga", "flora", "edith"])
def test_an_organiser_gives_no_role_to_anybody(client, olga, who):
    """AD-02: neither through the form nor through the action."""
    member = cast(who)
    before = set(member.groups.all())
    change(client, member, is_staff="on", is_superuser="on", groups=[Role.objects.first().pk], standing="member", password="x")
    act(client, "member", "give_roles", member, confirmed="yes", roles=[Role.objects.first().pk], is_owner="on")
    after = Member.objects.get(pk=member.pk)
    assert (after.is_staff, after.is_superuser, set(after.groups.all())) == (member.is_staff, False, before)
    assert (after.standing, after.password) == (member.standing, member.password)


def test_an_organiser_does_not_touch_an_owner_nor_any_address(client, olga):
    oscar, flora = cast("oscar"), cast("flora")
    url = reverse("admin:members_member_change", args=[oscar.pk])
    assert client.post(url, {"email": "olga2@example.org", "name": "x", "language": "fr"}).status_code == 403
    change(client, flora, email="olga2@example.org", name="Renommée")
    flora.refresh_from_db()
    assert (flora.email, flora.name) == ("flora@example.org", "Renommée")
    assert act(client, "member", "rescue", oscar).status_code == 200
    assert act(client, "member", "block", oscar, confirmed="yes", reason="x").status_code == 200
    assert Member.objects.get(pk=oscar.pk).is_active


def test_an_owner_gives_roles_and_every_owner_is_told(client, oscar):
    other = make_member(is_superuser=True, is_staff=True)
    milan, editor = cast("milan"), Role.objects.get(name="editor")
    assert 'name="roles"' in act(client, "member", "give_roles", milan).content.decode()
    act(client, "member", "give_roles", milan, confirmed="yes", roles=[editor.pk])
    milan.refresh_from_db()
    assert milan.is_staff
    assert list(milan.groups.all()) == [editor]
    letters = Letter.objects.filter(kind="members.roles_changed")
    assert {letter.to_email for letter in letters} == {oscar.email, other.email}
    assert compose(letters[0])
    assert "→ editor" in letters[0].text
    assert Entry.objects.filter(verb="member.roles", actor=oscar).exists()


@pytest.mark.parametrize("action", ["give_roles", "rescue"])
def test_an_owner_says_again_who_they_are_before_giving_or_taking_keys(client, action):
    milan, editor = cast("milan"), Role.objects.get(name="editor")
    TOTP.activate(milan, generate_totp_secret())
    client.force_login(cast("oscar"))
    data = {"action": action, "_selected_action": [milan.pk], "confirmed": "yes", "roles": [editor.pk]}
    door = client.post(reverse("admin:members_member_changelist"), data)
    assert door.url.startswith(reverse("account_reauthenticate"))
    assert (milan.groups.count(), milan.authenticator_set.count()) == (0, 1)
    client.post(door.url, {"password": "a long enough password"})
    assert (milan.groups.count(), milan.authenticator_set.count()) in [(1, 1), (0, 0)]


def test_an_owner_does_not_step_down_alone(client, oscar):
    act(client, "member", "give_roles", oscar, confirmed="yes", roles=[])
    assert Member.objects.get(pk=oscar.pk).is_superuser


def test_an_owner_changes_an_address_which_is_verified_again(client, oscar):
    milan = cast("milan")
    change(client, milan, email="Milan@new.example")
    milan.refresh_from_db()
    assert milan.email == "milan@new.example"
    assert list(EmailAddress.objects.filter(user=milan).values_list("email", "verified")) == [("milan@new.example", False)]


def test_an_owner_rescues_a_lost_second_factor_and_it_is_told(client, oscar):
    milan = cast("milan")
    TOTP.activate(milan, generate_totp_secret())
    act(client, "member", "rescue", milan)
    assert not milan.authenticator_set.exists()
    told = Letter.objects.filter(kind="members.second_factor_removed")
    assert {letter.to_email for letter in told} == {"milan@example.org", "oscar@example.org"}
    assert all(compose(letter) for letter in told)


def test_blocking_asks_why_and_ends_the_session(client, olga):
    from django.test import Client

    milan, elsewhere = cast("milan"), Client()
    elsewhere.force_login(milan)
    act(client, "member", "block", milan)
    assert Member.objects.get(pk=milan.pk).is_active
    act(client, "member", "block", milan, confirmed="yes", reason="Insultes répétées")
    assert elsewhere.get(reverse("members:me")).status_code == 302
    assert Entry.objects.get(verb="member.block").note == "Insultes répétées"
    act(client, "member", "unblock", milan)
    milan.refresh_from_db()
    assert (milan.standing, milan.is_active) == (Member.Standing.FRIEND, True)


def test_an_organiser_does_not_open_the_account_of_staff_that_an_owner_closed(client, olga):
    rogue = cast("edith")
    standing.block(rogue, by=cast("oscar"), reason="x")
    act(client, "member", "unblock", rogue)
    assert not Member.objects.get(pk=rogue.pk).is_active
    standing.unblock(rogue, by=cast("oscar"))
    assert Member.objects.get(pk=rogue.pk).is_active


def test_friends_are_admitted_and_invited_from_the_list(client, olga):
    flora, ana = cast("flora"), make_member(standing=Member.Standing.FRIEND)
    act(client, "member", "admit", flora)
    act(client, "member", "invite", ana)
    flora.refresh_from_db()
    assert flora.is_accepted
    assert Application.objects.get(member=ana).state == Application.State.INVITED


def test_a_secret_letter_does_not_show_its_code(client, olga):
    letter = ready_made(
        "account.login_code", key="k", to="a@example.org", subject="481516 est votre code", text="481516", secret=True
    )
    pages = [
        client.get(reverse("admin:members_letter_changelist")),
        client.get(reverse("admin:members_letter_change", args=[letter.pk])),
        client.get(reverse("admin:members_letter_changelist"), {"q": "481516"}),
    ]
    assert all("481516 est" not in page.content.decode() for page in pages)
    assert "0 " in pages[2].content.decode()
    assert client.get(reverse("admin:members_letter_changelist"), {"text__startswith": "4"}).status_code in (302, 400)


def test_a_letter_given_up_is_tried_again(client, olga):
    letter = ready_made("account.x", key="k", to="a@example.org", subject="x", text="x")
    Letter.objects.update(state=Letter.State.FAILED, attempts=9)
    act(client, "letter", "retry", letter)
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (Letter.State.QUEUED, 0)
    assert client.post(reverse("admin:members_letter_add")).status_code == 403


@pytest.mark.parametrize("state", ["queued", "sent", "dropped"])
def test_a_letter_that_was_not_given_up_is_not_tried_again(client, olga, state):
    letter = ready_made("account.x", key="k", to="a@example.org", subject="x", text="x")
    Letter.objects.update(state=state)
    act(client, "letter", "retry", letter)
    letter.refresh_from_db()
    assert letter.state == state
    assert not Entry.objects.filter(verb="letter.retry").exists()


def test_the_club_is_one_form(client, olga):
    url = reverse("admin:members_club_changelist")
    assert client.get(url).url == reverse("admin:members_club_change", args=[1])
    assert client.post(reverse("admin:members_club_add")).status_code == 403
    assert client.post(reverse("admin:members_club_delete", args=[1])).status_code == 403
    change(client, Club.objects.get(), tagline="On écrit, on se voit.")
    assert Club.objects.get().tagline == "On écrit, on se voit."


@pytest.mark.parametrize("model", ["entry", "jobrun", "letter", "application"])
def test_what_is_remembered_is_only_read(client, olga, model):
    application = make_application()
    Entry.objects.write("application.send", application)
    assert client.post(reverse(f"admin:members_{model}_add")).status_code == 403


def test_a_group_is_saved_and_leads_to_its_members(client, olga):
    group = make_group(members=[cast("milan")])
    change(client, group, meets="le mardi", joining="closed")
    group.refresh_from_db()
    assert (group.meets, group.joining) == ("le mardi", "closed")
    members = f"{reverse('admin:members_groupmembership_changelist')}?group__id__exact={group.pk}"
    assert members in client.get(reverse("admin:members_group_change", args=[group.pk])).text


def test_a_person_saved_in_the_admin_is_found_by_their_page(client, olga):
    organisation = Organisation.objects.create(name="Labo", slug="labo")
    data = {
        "name": "Ana",
        "slug": "ana",
        "organisation": organisation.pk,
        "visibility": "public",
        "topics": "données",
        "bio": "**x**",
        **dict.fromkeys((f"{field}_for" for field in FIELDS), "public"),
    }
    data |= {"mandates-TOTAL_FORMS": 0, "mandates-INITIAL_FORMS": 0}
    client.post(reverse("admin:members_person_add"), data)
    assert "<strong>x</strong>" in client.get(Person.objects.get().get_absolute_url()).content.decode()


@pytest.mark.parametrize(("who", "sees"), [("aude", False), ("coralie", False), ("edith", True), ("olga", True)])
def test_who_keeps_no_pages_sees_no_private_one_on_the_desk(client, who, sees):
    person = make_person(name="Discrète", visibility=Person.Visibility.PRIVATE)
    client.force_login(cast(who))
    asked = {"app_label": "posts", "model_name": "credit", "field_name": "person", "term": "Discr"}
    if who == "coralie":
        asked |= {"app_label": "events", "model_name": "talk"}
    pages = [
        client.get(reverse("admin:members_person_changelist")),
        client.get(reverse("admin:members_person_change", args=[person.pk]), follow=True),
        client.get(reverse("admin:autocomplete"), asked),
    ]
    assert ["Discr" in page.content.decode() for page in pages] == [sees] * 3


def test_an_editor_does_not_change_who_reads_a_members_page(client):
    person = make_person(member=cast("milan"), visibility=Person.Visibility.MEMBERS)
    client.force_login(cast("edith"))
    change(client, person, visibility="public", member=cast("edith").pk, name="Milan M.")
    person.refresh_from_db()
    assert (person.visibility, person.member, person.name) == (Person.Visibility.MEMBERS, cast("milan"), "Milan M.")


def test_topics_merge_into_the_most_used_and_keep_their_addresses(client, olga):
    used, other = make_topic(name="données"), make_topic(name="data")
    for _time in range(2):
        make_person().topics.add(used)
    both = make_person()
    both.topics.add(used, other)
    post, event = make_post(topics=[other]), make_event()
    event.topics.add(other)
    old = other.get_absolute_url()
    act(client, "topic", "merge", used, other)
    assert list(post.topics.all()) == list(event.topics.all()) == list(both.topics.all()) == [used]
    assert OldAddress.objects.get(path=old).target == used.get_absolute_url()


def test_topics_merged_in_english_leave_the_same_address_and_are_found(client, olga, django_capture_on_commit_callbacks):
    used, other = make_topic(name="données"), make_topic(name="surveillance")
    for _time in range(2):
        make_person().topics.add(used)
    person = make_person(name="Ana")
    person.topics.add(other)
    old, new = other.get_absolute_url(), used.get_absolute_url()
    with django_capture_on_commit_callbacks(execute=True), translation.override("en"):
        act(client, "topic", "merge", used, other)
    assert OldAddress.objects.get().path == old
    assert OldAddress.objects.get().target == new
    found = searchable.matching(Person.objects.all(), searchable.parsed("données"))
    assert person in found


def test_merging_the_kept_one_again_leaves_no_chain_of_addresses():
    first, second, third = make_topic(), make_topic(), make_topic()
    third_person, second_person = make_person(), make_person()
    second_person.topics.add(second)
    address = first.get_absolute_url()
    topics.merge([first, second], by=None)
    third_person.topics.add(third)
    make_person().topics.add(third)
    topics.merge([second, third], by=None)
    assert OldAddress.objects.get(path=address).target == third.get_absolute_url()


def test_one_topic_alone_is_not_merged(client, olga):
    topic = make_topic()
    act(client, "topic", "merge", topic)
    assert list(type(topic).objects.all()) == [topic]


def upload(name="photo.png", *, content=None) -> SimpleUploadedFile:
    if content is None:
        out = io.BytesIO()
        Image.new("RGB", (40, 20), "green").save(out, "PNG")
        content = out.getvalue()
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_a_picture_is_kept_under_a_name_of_ours(client, olga, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    data = {"file": upload("../../Ma photo.png"), "alt": "Un carré vert", "focal_x": 50, "focal_y": 50}
    client.post(reverse("admin:members_picture_add"), data)
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == (40, 20)
    assert picture.file.name.startswith("pictures/")
    assert "photo" not in picture.file.name
    assert picture.file.url in client.get(reverse("admin:members_picture_changelist")).content.decode()
    change(client, picture, alt="Autre", file="")
    assert Picture.objects.get().alt == "Autre"


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"GIF89a<script>", b"\x89PNG\r\n\x1a\nrest", b""])
def test_what_is_no_picture_is_refused_in_the_form(client, olga, content):
    data = {"file": upload(content=content), "alt": "x", "focal_x": 50, "focal_y": 50}
    assert "errorlist" in client.post(reverse("admin:members_picture_add"), data).content.decode()
    assert not Picture.objects.exists()


def test_names_with_markup_do_nothing_in_the_admin(client, olga):
    evil = '<img src=x onerror="alert(1)">'
    member = make_member(name=evil, standing=Member.Standing.FRIEND)
    make_application(member=member, occupation=evil, motivation=evil)
    person = make_person(name=evil)
    pages = [
        client.get(reverse("admin:members_member_changelist")),
        client.get(reverse("admin:members_application_changelist")),
        client.get(reverse("admin:members_person_changelist")),
        client.get(reverse("admin:members_member_change", args=[member.pk])),
        client.get(reverse("admin:members_person_change", args=[person.pk])),
        act(client, "application", "decline", Application.objects.get()),
        act(client, "member", "block", member),
        act(client, "member", "unblock", member),
    ]
    assert all("<img src=x" not in page.content.decode() for page in pages)


def test_letters_are_found_by_what_their_reader_calls_them(client):
    client.force_login(cast("olga"))
    for kind in ("members.news", "members.dues_receipt"):
        ready_made(kind, key=kind, to="ana@example.org", subject=kind, text="Texte")
    url = reverse("admin:members_letter_changelist")
    assert "Les reçus" in client.get(url).text
    found = client.get(url, {"kind": "members.dues_receipt"}).context["cl"].result_list
    assert [row.kind for row in found] == ["members.dues_receipt"]
