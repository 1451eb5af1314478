"""Reporting a page or a comment, and deciding on it."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from events import attaching
from events.models import Attachment
from members.models import Entry, Letter
from posts import moderating, reporting
from posts.models import Comment, Report
from smclub.addresses import absolute
from tests import make
from tests.cast import cast
from tests.rails.test_walk import look

pytestmark = pytest.mark.django_db
URL = "/signaler/"


def notice(**fields) -> dict:
    return {
        "url": absolute("/le-club/"),
        "kind": "rules",
        "reason": "Ce texte insulte quelqu'un.",
        "name": "Vera",
        "email": "vera@example.org",
        "in_good_faith": "on",
        "website": "",
    } | fields


def comment(**fields) -> Comment:
    return make.make_comment(discussion=make.make_discussion(event=make.make_event()), **fields)


def test_a_visitor_reports_a_page_and_is_thanked(client):
    assert client.post(URL, notice()).url == reverse("posts:report_thanks")
    assert client.get(reverse("posts:report_thanks")).status_code == 200
    row = Report.objects.get()
    assert (row.url, row.kind, row.name, row.email, row.in_good_faith, row.reporter, row.comment, row.lang) == (
        absolute("/le-club/"),
        "rules",
        "Vera",
        "vera@example.org",
        True,
        None,
        None,
        "fr",
    )
    assert Letter.objects.get().to_email == "vera@example.org"
    assert Entry.objects.get().verb == "report.receive"


def test_the_form_is_never_cached(client):
    assert "no-store" in client.get(URL)["Cache-Control"]


def test_the_link_under_a_comment_fills_in_its_address(client):
    row = comment()
    url = absolute(row.get_absolute_url())
    assert f'value="{url}"' in client.get(URL, {"comment": row.pk}).text
    client.post(URL, notice(url=url))
    assert Report.objects.get().comment == row


@pytest.mark.parametrize("path", ["/commentaires/{pk}/", "/en/commentaires/{pk}/", "/evenements/x/#comment-{pk}"])
def test_a_comment_is_known_by_its_address(client, path):
    row = comment()
    client.post(URL, notice(url=absolute(path.format(pk=row.pk))))
    assert Report.objects.get().comment == row


def test_a_path_is_completed_and_the_host_is_the_sites_own(client):
    client.post(URL, notice(url="/le-club/?a=1#x"))
    client.post(URL, notice(url="http://testserver/le-club/?a=1#x"))
    assert list(Report.objects.values_list("url", flat=True)) == [absolute("/le-club/?a=1#x")] * 2


@pytest.mark.parametrize(
    "url",
    [
        "https://ailleurs.example/x",
        "//ailleurs.example/x",
        "javascript:alert(1)",
        "mailto:a@b.fr",
        "http://[",
        "",
        "a\0b",
        "x" * 501,
    ],
)
def test_the_address_is_one_of_this_site(client, url):
    response = client.post(URL, notice(url=url))
    assert list(response.context["form"].errors) == ["url"]
    assert "Ce texte insulte" in response.text
    assert Report.objects.count() == 0


@pytest.mark.parametrize("number", ["abc", "-1", "10" * 20, "9" * 4301, "²", ""])
def test_a_wrong_number_in_the_link_is_ignored(client, number):
    assert client.get(URL, {"comment": number}).context["form"]["url"].initial == ""


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": ""}, ["reason"]),
        ({"kind": ""}, ["kind"]),
        ({"kind": "x"}, ["kind"]),
        ({"in_good_faith": ""}, ["in_good_faith"]),
        ({"email": "pas une adresse"}, ["email"]),
        ({"email": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 30}.org"}, ["email"]),
        ({"kind": "illegal", "name": "", "email": ""}, ["name", "email"]),
        ({"kind": "illegal", "email": "pas une adresse"}, ["email"]),
        ({"kind": "minors", "name": "", "email": ""}, []),
        ({"kind": "rules", "name": "", "email": ""}, []),
    ],
)
def test_what_the_law_asks_for(client, fields, wrong):
    response = client.post(URL, notice(**fields))
    assert (list(response.context["form"].errors) if response.context else []) == wrong
    assert Report.objects.count() == (not wrong)


def test_without_an_address_nobody_is_written_to(client):
    client.post(URL, notice(name="", email=""))
    assert Report.objects.count() == 1
    assert Letter.objects.count() == 0


def test_whoever_fills_the_trap_is_thanked_for_nothing(client):
    assert client.post(URL, notice(website="x")).url == reverse("posts:report_thanks")
    assert Report.objects.count() == 0


def test_a_sixth_report_within_the_hour_is_refused_and_kept_in_the_form(client):
    for number in range(5):
        client.post(URL, notice(), REMOTE_ADDR=f"2001:db8::{number}")
    response = client.post(URL, notice(), REMOTE_ADDR="2001:db8::9")
    assert "Ce texte insulte" in response.text
    assert response.context["form"].non_field_errors()
    assert Report.objects.count() == 5


def test_receipts_and_sign_in_codes_to_one_address_are_counted_together(client):
    for number in range(2):
        client.post(URL, notice(email="Milan@example.org"), REMOTE_ADDR=f"10.0.0.{number}")
    codes = [Client().post("/compte/login/", {"login": cast("milan").email, "password": ""}).status_code for _ in range(2)]
    client.post(URL, notice(email="milan@example.org"), REMOTE_ADDR="10.0.0.9")
    assert codes == [302, 429]
    assert (Report.objects.count(), Letter.objects.count()) == (3, 3)


def test_nobody_is_flooded_with_receipts(client):
    for number in range(5):
        client.post(URL, notice(email="Victime@example.org"), REMOTE_ADDR=f"10.0.0.{number}")
    assert (Report.objects.count(), Letter.objects.count()) == (5, 3)


def test_a_member_cannot_report_the_same_comment_twice(client):
    client.force_login(cast("mona"))
    url = absolute(comment().get_absolute_url())
    assert f'value="{cast("mona").email}"' in client.get(URL).text
    client.post(URL, notice(url=url))
    response = client.post(URL, notice(url=url))
    assert list(response.context["form"].errors) == ["url"]
    assert Report.objects.get().reporter == cast("mona")


def test_a_member_cannot_report_their_own_comment(client):
    client.force_login(cast("mona"))
    response = client.post(URL, notice(url=absolute(comment(member=cast("mona")).get_absolute_url())))
    assert list(response.context["form"].errors) == ["url"]
    assert Report.objects.count() == 0


def test_a_hidden_comment_is_reported_as_a_page(client):
    row = comment(state=Comment.State.PENDING)
    client.post(URL, notice(url=absolute(row.get_absolute_url())))
    assert Report.objects.get().comment is None


def test_wrong_verbs_are_refused(client):
    assert client.put(URL).status_code == 405
    assert client.post(reverse("posts:report_thanks")).status_code == 405


# -- deciding ----------------------------------------------------------------------
def received(**fields) -> Report:
    return reporting.receive(
        **{"url": absolute("/x/"), "kind": "rules", "reason": "R", "in_good_faith": True, "email": "v@example.org"} | fields
    )


def test_upholding_removes_the_comment_and_tells_its_author():
    row = comment()
    reporting.decide(received(comment=row), by=cast("modou"), uphold=True, decision="Insulte.")
    row.refresh_from_db()
    assert row.state == Comment.State.REMOVED
    assert sorted(Letter.objects.values_list("kind", "to_email")) == [
        ("posts.comment_moderated", row.member.email),
        ("posts.report_decided", "v@example.org"),
        ("posts.report_received", "v@example.org"),
    ]


def test_dismissing_leaves_the_comment():
    row = comment()
    report = received(comment=row)
    reporting.decide(report, by=cast("modou"), uphold=False, decision="Rien d'illicite.")
    row.refresh_from_db()
    report.refresh_from_db()
    assert (row.state, report.state, report.decision) == (Comment.State.VISIBLE, "dismissed", "Rien d'illicite.")
    assert list(Entry.objects.filter(verb="report.decide").values_list("before", "after")) == [("open", "dismissed")]


def test_a_report_is_decided_once():
    report = received()
    seen_by_the_other = Report.objects.get()
    reporting.decide(report, by=cast("modou"), uphold=False, decision="Non.")
    with pytest.raises(moderating.AlreadyMoved):
        reporting.decide(seen_by_the_other, by=cast("olga"), uphold=True, decision="Si.")


def test_nobody_judges_a_report_about_themselves():
    with pytest.raises(reporting.NotYoursToJudge):
        reporting.decide(received(comment=comment(member=cast("modou"))), by=cast("modou"), uphold=False, decision="Non.")


# -- photographs -------------------------------------------------------------------
def place_of(photo) -> str:
    return f"{photo.event.get_absolute_url()}#photo-{photo.pk}"


def test_who_is_in_a_photograph_owes_no_reason_and_no_name(client):
    photo = make.make_attachment(kind="photo", title="La salle")
    page = client.get(URL, {"url": place_of(photo)}).text
    assert ("La salle" in page, 'name="kind"' in page, 'name="in_good_faith"' in page) == (True, False, False)
    sent = {"url": place_of(photo), "reason": "", "name": "", "email": "", "website": ""}
    assert client.post(URL, sent).url == reverse("posts:report_thanks")
    row = Report.objects.get()
    assert (row.kind, row.url, row.reason) == ("picture", absolute(place_of(photo)), "")


@pytest.mark.parametrize("fields", [{"is_for_members": True}, {"event": {"is_confidential": True}}, {"event": {"days": 3}}])
def test_a_photograph_that_one_may_not_see_is_not_shown_by_the_form(client, fields):
    event = make.make_event(**{"days": -5} | fields.pop("event", {}))
    photo = make.make_attachment(kind="photo", title="La salle", event=event, **fields)
    page = client.get(URL, {"url": place_of(photo)}).text
    assert ("La salle" in page, photo.picture.file.url in page, 'name="kind"' in page) == (False, False, True)


@pytest.mark.parametrize("url", ["#photo-", "#photo-999", "#photo-" + "9" * 18, "#photo-" + "9" * 40, "#photo-٣", "/#photo-1x"])
def test_a_place_without_a_photograph_is_reported_as_any_other(client, url):
    assert 'name="kind"' in client.get(URL, {"url": url}).text
    assert 'value="picture"' not in client.get(URL).text


def test_what_was_typed_to_have_a_photograph_taken_down_is_kept(client):
    photo = make.make_attachment(kind="photo")
    page = client.post(URL, {"url": place_of(photo), "reason": "C’est moi.", "email": "vera@", "website": ""}).text
    assert ("C’est moi." in page, 'value="vera@"' in page, 'id="id_email_error"' in page) == (True, True, True)
    assert not Report.objects.exists()


@pytest.mark.parametrize(("uphold", "left"), [(True, 0), (False, 1)])
def test_a_request_upheld_takes_the_photograph_off_its_page(uphold, left):
    photo = make.make_attachment(kind="photo")
    row = reporting.receive(url=absolute(place_of(photo)), kind="picture", reason="", email="vera@example.org")
    reporting.decide(row, by=cast("olga"), uphold=uphold, decision="C’est fait.")
    assert Attachment.objects.count() == left


def test_a_photograph_that_is_gone_already_is_no_trouble():
    photo = make.make_attachment(kind="photo")
    row = reporting.receive(url=absolute(place_of(photo)), kind="picture", reason="")
    attaching.discard(photo)
    assert reporting.decide(row, by=cast("olga"), uphold=True, decision="C’est fait.").state == Report.State.UPHELD


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_request_is_sound_and_is_sent_by_the_link_under_the_photograph(browser, width, scheme):
    photo = make.make_attachment(kind="photo", title="La salle")
    page = browser.open(width=width, scheme=scheme)
    page.goto(photo.event.get_absolute_url())
    page.get_by_role("link", name="Demander son retrait").click()
    assert look(page, "take down") == []
    page.get_by_role("button", name="Demander son retrait").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci de votre signalement")
    assert Report.objects.get().url == absolute(place_of(photo))
