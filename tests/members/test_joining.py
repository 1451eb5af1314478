"""From friend to member: applications and invitations."""

import pytest
from django.db import connection
from django.urls import reverse

from members import joining, standing
from members.mail import compose
from members.models import Application, Club, Entry, Letter, Member
from tests.cast import cast
from tests.make import make_application, make_member

pytestmark = pytest.mark.django_db
APPLY = {"occupation": "Community manager", "organisation": "Ville de Rennes", "motivation": "Rencontrer des pairs."}


def open_club(joining_by):
    Club.objects.update_or_create(pk=1, defaults={"joining": joining_by})


def words(letter) -> str:
    assert compose(letter)
    return f"{letter.subject}\n{letter.text}\n{letter.html}"


def test_a_visitor_is_shown_the_way_in(client):
    response = client.get(reverse("members:apply"))
    assert f"{reverse('account_login')}?next=%2Fadherer%2Fdemande%2F" in response.content.decode()
    assert client.post(reverse("members:apply"), APPLY).status_code == 200
    assert not Application.objects.exists()


def test_a_visitor_of_a_club_that_invites_is_not_sent_to_a_form_that_is_closed(client):
    open_club(Club.Joining.INVITATION)
    page = client.get(reverse("members:apply")).content.decode()
    assert "les demandes d’adhésion sont fermées" in page
    assert "vous revenez ensuite ici" not in page


def test_a_friend_applies_and_is_told(client):
    flora = cast("flora")
    client.force_login(flora)
    assert client.post(reverse("members:apply"), APPLY).url == reverse("members:me")
    application = Application.objects.get()
    assert (application.member, application.state, application.occupation) == (flora, "waiting", APPLY["occupation"])
    letter = Letter.objects.get()
    assert letter.to_email == flora.email
    assert "volunteer" in words(letter) or "bénévole" in words(letter)
    assert "is-pending" in client.get(reverse("members:apply")).content.decode()


def test_a_friend_without_a_name_gives_it_on_the_way(client):
    ana = make_member(name="", standing=Member.Standing.FRIEND)
    client.force_login(ana)
    assert "field-error" in client.post(reverse("members:apply"), APPLY).content.decode()
    client.post(reverse("members:apply"), APPLY | {"name": "Ana"})
    ana.refresh_from_db()
    assert ana.name == "Ana"


def test_a_second_application_is_refused_while_the_first_waits(client):
    flora = cast("flora")
    make_application(member=flora)
    client.force_login(flora)
    client.post(reverse("members:apply"), APPLY)
    assert Application.objects.count() == 1


def test_who_was_declined_reads_why_and_may_apply_again(client):
    flora = cast("flora")
    make_application(member=flora, state=Application.State.DECLINED, reason="Revenez au printemps.")
    client.force_login(flora)
    assert "Revenez au printemps." in client.get(reverse("members:apply")).content.decode()
    client.post(reverse("members:apply"), APPLY)
    assert Application.objects.waiting().count() == 1


def test_a_member_has_nothing_to_apply_for(client):
    client.force_login(cast("milan"))
    assert "is-success" in client.get(reverse("members:apply")).content.decode()
    client.post(reverse("members:apply"), APPLY)
    assert not Application.objects.exists()


def test_where_the_club_is_open_one_click_makes_a_member(client):
    open_club(Club.Joining.OPEN)
    flora = cast("flora")
    client.force_login(flora)
    client.post(reverse("members:apply"), {})
    flora.refresh_from_db()
    assert flora.is_accepted
    assert flora.accepted_on
    assert not Application.objects.exists()


def test_where_the_club_invites_nobody_applies(client):
    open_club(Club.Joining.INVITATION)
    client.force_login(cast("flora"))
    assert 'name="occupation"' not in client.get(reverse("members:apply")).content.decode()
    client.post(reverse("members:apply"), APPLY)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"occupation": ""},
        {"motivation": ""},
        {"occupation": "x" * 201},
        {"motivation": "x" * 2001},
        {"sponsor": "Mona"},
        {"second_sponsor": "\x00"},
    ],
)
def test_a_bad_application_is_said_and_what_was_typed_stays(client, typed):
    client.force_login(cast("flora"))
    body = client.post(reverse("members:apply"), APPLY | typed).content.decode()
    assert "field-error" in body
    assert not Application.objects.exists()
    assert ("Rencontrer des pairs." in body) == ("motivation" not in typed)


def test_accepting_makes_a_member_tells_them_and_is_written_down():
    application = make_application()
    joining.accept(application, by=cast("olga"))
    member = Member.objects.get(pk=application.member_id)
    assert member.is_accepted
    assert application.decided_by == cast("olga")
    text = words(Letter.objects.get(kind="members.application_accepted"))
    assert reverse("members:profile") in text
    assert set(Entry.objects.values_list("verb", flat=True)) == {"application.accept", "application.accepted"}


def test_declining_wants_a_reason_which_the_applicant_reads():
    application = make_application()
    with pytest.raises(joining.Refused):
        joining.decline(application, by=cast("olga"), reason="  ")
    joining.decline(application, by=cast("olga"), reason="Revenez au <printemps>.")
    letter = Letter.objects.get()
    assert "Revenez au <printemps>." in letter.text or compose(letter)
    assert "Revenez au <printemps>." in letter.text
    assert "Revenez au &lt;printemps&gt;." in letter.html
    assert not Member.objects.get(pk=application.member_id).is_accepted


@pytest.mark.parametrize("second", ["accept", "decline"])
def test_an_application_is_answered_once(second):
    application = make_application()
    twin = Application.objects.get(pk=application.pk)
    joining.accept(application, by=cast("olga"))
    with pytest.raises(joining.Refused):
        joining.decline(twin, by=cast("olga"), reason="Non") if second == "decline" else joining.accept(twin, by=cast("oscar"))
    assert Letter.objects.count() == 1


def test_an_account_blocked_meanwhile_is_not_accepted():
    application = make_application(member=cast("boris"))
    with pytest.raises(joining.Refused):
        joining.accept(application, by=cast("olga"))
    application.refresh_from_db()
    assert application.state == Application.State.WAITING
    assert not Letter.objects.exists()


@pytest.mark.parametrize("way", ["admitted", "open"])
def test_who_becomes_a_member_another_way_has_no_application_left(way):
    application = make_application(member=cast("flora"))
    if way == "admitted":
        standing.admit(cast("flora"), by=cast("olga"))
    else:
        open_club(Club.Joining.OPEN)
        joining.apply(cast("flora"))
    application.refresh_from_db()
    assert application.state == Application.State.ACCEPTED
    with pytest.raises(joining.Refused):
        joining.decline(application, by=cast("olga"), reason="Non")


@pytest.mark.parametrize(("answer", "said"), [(joining.accept, {}), (joining.decline, {"reason": "Non"})])
def test_an_application_of_a_member_is_not_answered(answer, said):
    milan = cast("milan")
    application = make_application(member=milan)
    with pytest.raises(joining.Refused):
        answer(application, by=cast("olga"), **said)
    application.refresh_from_db()
    milan.refresh_from_db()
    assert (application.state, milan.accepted_on) == (Application.State.WAITING, None)
    assert not Letter.objects.exists()


def test_of_two_applications_at_the_same_moment_one_is_refused():
    flora = cast("flora")

    def somebody_is_faster(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "members_application" in sql:
            execute(sql, params, many, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_is_faster), pytest.raises(joining.Refused):
        joining.apply(flora, occupation="x", motivation="y")


def test_a_letter_that_is_no_longer_true_is_not_composed():
    application = make_application()
    joining.accept(application, by=cast("olga"))
    Member.objects.filter(pk=application.member_id).update(standing=Member.Standing.FRIEND)
    assert not compose(Letter.objects.get())


def test_an_invited_friend_says_yes_and_is_a_member(client):
    open_club(Club.Joining.INVITATION)
    flora = cast("flora")
    joining.invite(flora, by=cast("olga"))
    text = words(Letter.objects.get())
    assert reverse("members:apply") in text
    client.force_login(flora)
    assert reverse("members:take_up") in client.get(reverse("members:apply")).content.decode()
    assert client.post(reverse("members:take_up")).url == reverse("members:me")
    flora.refresh_from_db()
    assert flora.is_accepted
    assert Application.objects.get().state == Application.State.ACCEPTED


def test_nobody_takes_up_an_invitation_that_was_not_made(client):
    client.force_login(cast("flora"))
    client.post(reverse("members:take_up"))
    assert not Member.objects.get(email="flora@example.org").is_accepted
    assert client.get(reverse("members:take_up")).status_code == 405


@pytest.mark.parametrize("who", ["milan", "boris"])
def test_members_and_blocked_accounts_are_not_invited(who):
    with pytest.raises(joining.Refused):
        joining.invite(cast(who), by=cast("olga"))


def test_an_invitation_is_made_once():
    joining.invite(cast("flora"), by=cast("olga"))
    with pytest.raises(joining.Refused):
        joining.invite(cast("flora"), by=cast("olga"))
    assert Letter.objects.count() == 1


def test_letters_are_in_the_language_of_the_member():
    application = make_application(member=make_member(standing=Member.Standing.FRIEND, language="en"))
    joining.accept(application, by=cast("olga"))
    text = words(Letter.objects.get())
    assert "Welcome to" in text
    assert "/en/compte/profil/" in text
