"""Who vouches for an applicant, and what the club asks back before it answers."""

import pytest
from django.urls import reverse

from members import joining
from members.mail import compose
from members.models import Application, Entry, Letter, Member, Sponsorship
from tests.cast import cast
from tests.make import make_application, make_member
from tests.members.test_joining import APPLY, words

pytestmark = pytest.mark.django_db


def applied(client, **typed):
    client.force_login(cast("flora"))
    return client.post(reverse("members:apply"), APPLY | typed, follow=True)


def asked(state=Sponsorship.State.ASKED) -> Sponsorship:
    return make_application(member=cast("flora")).sponsorships.create(member=cast("milan"), state=state)


def link(sponsorship) -> str:
    return reverse("members:sponsor", args=[sponsorship.token])


def test_each_member_named_gets_a_letter_with_a_link(client):
    applied(client, sponsor=cast("milan").email.upper(), second_sponsor=cast("mona").email)
    letters = Letter.objects.filter(kind="members.sponsorship")
    assert {letter.to_email for letter in letters} == {"milan@example.org", "mona@example.org"}
    text = words(letters.first())
    assert "Flora Amie" in text
    assert "Ville de Rennes" in text
    assert reverse("members:sponsor", args=["x"]).removesuffix("x/") in text
    assert "flora@example.org" not in text


@pytest.mark.parametrize("named", ["nobody@example.org", "friend", "boris"])
def test_who_is_no_member_gets_nothing_and_the_applicant_cannot_tell(client, named):
    email = {"friend": make_member(standing=Member.Standing.FRIEND).email, "boris": cast("boris").email}.get(named, named)
    said = applied(client, sponsor=email).content.decode()
    assert not Letter.objects.filter(kind="members.sponsorship").exists()
    assert not Sponsorship.objects.exists()
    Application.objects.all().delete()
    assert applied(client, sponsor=cast("milan").email).content.decode() == said


def test_one_member_named_twice_is_asked_once(client):
    applied(client, sponsor=cast("milan").email, second_sponsor=cast("milan").email)
    assert Sponsorship.objects.count() == 1


def test_nobody_vouches_for_themselves(client):
    assert "field-error" in applied(client, sponsor="Flora@example.org").content.decode()
    assert not Application.objects.exists()


def test_a_member_is_not_asked_without_end():
    for _n in range(12):
        joining.apply(make_member(standing=Member.Standing.FRIEND), occupation="x", sponsors=[cast("milan").email])
    assert Letter.objects.filter(to_email="milan@example.org").count() == 3


def test_looking_at_the_page_says_nothing_for_the_member(client):
    sponsorship = asked()
    body = client.get(link(sponsorship)).content.decode()
    assert "Flora Amie" in body
    assert "flora@example.org" not in body
    sponsorship.refresh_from_db()
    assert sponsorship.state == "asked"


@pytest.mark.parametrize("state", ["vouches", "cannot"])
def test_one_button_answers_without_signing_in(client, state):
    sponsorship = asked()
    assert "is-success" in client.post(link(sponsorship), {"state": state}).content.decode()
    sponsorship.refresh_from_db()
    assert sponsorship.state == state
    assert sponsorship.answered_at
    assert Entry.objects.get().verb == f"sponsorship.{state}"
    assert Entry.objects.get().actor == cast("milan")


def test_a_member_may_think_better_of_it(client):
    sponsorship = asked()
    client.post(link(sponsorship), {"state": "vouches"})
    client.post(link(sponsorship), {"state": "cannot"})
    sponsorship.refresh_from_db()
    assert sponsorship.state == "cannot"


@pytest.mark.parametrize("typed", [{}, {"state": ""}, {"state": "asked"}, {"state": "\x00"}])
def test_anything_else_is_no_answer(client, typed):
    sponsorship = asked()
    assert client.post(link(sponsorship), typed).status_code == 200
    sponsorship.refresh_from_db()
    assert sponsorship.state == "asked"


def test_the_link_dies_when_the_application_is_answered(client):
    sponsorship = asked()
    joining.decline(sponsorship.application, by=cast("olga"), reason="Non")
    for response in (client.get(link(sponsorship)), client.post(link(sponsorship), {"state": "vouches"})):
        assert response.status_code == 410
        assert "Flora" not in response.content.decode()
    sponsorship.refresh_from_db()
    assert sponsorship.state == "asked"


def test_the_link_of_who_is_no_member_any_more_is_dead(client):
    sponsorship = asked()
    Member.objects.filter(pk=cast("milan").pk).update(standing="blocked", is_active=False)
    assert client.post(link(sponsorship), {"state": "vouches"}).status_code == 410


def test_a_link_made_up_leads_nowhere(client):
    sponsorship = asked()
    assert client.get(link(sponsorship)[:-2] + "x/").status_code == 404
    assert client.get(reverse("members:sponsor", args=[str(sponsorship.pk)])).status_code == 404


def test_a_letter_to_a_sponsor_leaves_only_while_the_application_waits():
    joining.apply(cast("flora"), occupation="x", sponsors=[cast("milan").email])
    joining.accept(Application.objects.get(), by=cast("olga"))
    assert not compose(Letter.objects.get(kind="members.sponsorship"))


def test_the_queue_shows_who_vouches(client, django_assert_max_num_queries):
    for number in range(8):
        make_application().sponsorships.create(member=make_member(name=f"Parrain {number}"), state="vouches")
    client.force_login(cast("olga"))
    with django_assert_max_num_queries(14):
        body = client.get(reverse("admin:members_application_changelist")).content.decode()
    assert all(f"Parrain {number}" in body for number in range(8))


def test_an_organiser_asks_back_and_the_answer_brings_the_application_back(client):
    application = make_application(member=cast("flora"))
    joining.ask(application, by=cast("olga"), question="Viendriez-vous à <Rennes> ?")
    application.refresh_from_db()
    assert application.state == "asked"
    text = words(Letter.objects.get())
    assert "Viendriez-vous à &lt;Rennes&gt; ?" in text
    assert reverse("members:apply") in text
    client.force_login(cast("flora"))
    assert reverse("members:apply") in client.get(reverse("members:me")).content.decode()
    assert "Viendriez-vous" in client.get(reverse("members:apply")).content.decode()
    assert client.post(reverse("members:answer"), {"answer": "Oui, en train."}).url == reverse("members:me")
    application.refresh_from_db()
    assert application.state == "waiting"
    inquiry = application.inquiries.get()
    assert (inquiry.answer, inquiry.asked_by) == ("Oui, en train.", cast("olga"))
    client.force_login(cast("olga"))
    page = client.get(reverse("admin:members_application_change", args=[application.pk])).content.decode()
    assert "Oui, en train." in page
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["application.ask", "application.answer"]


@pytest.mark.parametrize("typed", [{}, {"answer": "  "}, {"answer": "x" * 2001}])
def test_a_bad_answer_is_said_beside_its_field(client, typed):
    application = make_application(member=cast("flora"))
    joining.ask(application, by=cast("olga"), question="Pourquoi ?")
    client.force_login(cast("flora"))
    body = client.post(reverse("members:answer"), typed).content.decode()
    assert "field-error" in body
    assert "Pourquoi ?" in body


def test_nothing_is_answered_that_was_not_asked(client):
    client.force_login(cast("flora"))
    assert client.post(reverse("members:answer"), {"answer": "Oui"}).status_code == 404
    application = make_application(member=cast("flora"))
    assert client.post(reverse("members:answer"), {"answer": "Oui"}).status_code == 200
    application.refresh_from_db()
    assert (application.state, application.inquiries.count()) == ("waiting", 0)


def test_what_was_asked_about_may_still_be_decided():
    accepted, declined = make_application(), make_application()
    for application in (accepted, declined):
        joining.ask(application, by=cast("olga"), question="Pourquoi ?")
    joining.accept(accepted, by=cast("olga"))
    joining.decline(declined, by=cast("olga"), reason="Non")
    assert not compose(Letter.objects.filter(kind="members.application_asked").first())
    with pytest.raises(joining.Refused):
        joining.answer(accepted, by=accepted.member, answer="Oui")


def test_an_application_is_asked_about_once_at_a_time():
    application = make_application()
    twin = Application.objects.get(pk=application.pk)
    joining.ask(application, by=cast("olga"), question="Pourquoi ?")
    with pytest.raises(joining.Refused):
        joining.ask(twin, by=cast("oscar"), question="Comment ?")
    assert Letter.objects.count() == 1
