"""The letters of discussions: what they say, in whose language, and when they are no longer true."""

import pytest

from members import telling
from members.mail import compose
from members.models import Letter
from posts import moderating, reporting
from posts.models import Comment, Report
from tests import make
from tests.cast import cast

pytestmark = pytest.mark.django_db


def answered(*, event=None, body="Pas d'accord avec <b>ceci</b> & *cela*.") -> tuple[Comment, Letter]:
    discussion = make.make_discussion(event=event or make.make_event(title="L'atelier"))
    parent = make.make_comment(discussion=discussion, member=cast("mona"))
    reply = moderating.reply(parent, member=cast("milan"), body=body, age=20, key="k")
    telling.sweep()
    return reply, Letter.objects.get(member=cast("mona"))


def test_a_reply_is_told_with_its_words_and_a_link(settings):
    reply, letter = answered()
    assert compose(letter)
    assert letter.to_email == "mona@example.org"
    assert letter.subject == "Milan Membre vous a répondu\N{NO-BREAK SPACE}: L'atelier"
    assert "Pas d'accord avec <b>ceci</b> & *cela*." in letter.text
    assert f"{settings.SITE_URL}/commentaires/{reply.pk}/" in letter.text
    assert "&lt;b&gt;ceci&lt;/b&gt; &amp; <em>cela</em>" in letter.html


def test_a_letter_is_in_the_language_of_its_reader(settings):
    mona = cast("mona")
    mona.language = "en"
    mona.save()
    reply, letter = answered()
    assert compose(letter)
    assert letter.subject == "Milan Membre answered you: L'atelier"
    assert f"{settings.SITE_URL}/en/commentaires/{reply.pk}/" in letter.text


def test_a_reply_hidden_before_the_letter_left_is_not_told():
    reply, letter = answered()
    moderating.remove(reply, by=cast("modou"), reason="hate")
    assert not compose(letter)


def test_nobody_is_told_of_a_discussion_that_closed_to_them():
    event = make.make_event()
    _reply, letter = answered(event=event)
    event.audience = "invitation"
    event.save()
    assert not compose(letter)


def test_an_author_is_told_why_and_how_to_object():
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event(title="L'atelier")), body="Vendu !")
    moderating.remove(comment, by=cast("modou"), reason="advertising", note="Voir l'article 3.")
    letter = Letter.objects.get()
    assert compose(letter)
    assert letter.to_email == comment.member.email
    assert letter.subject == "Votre commentaire a été retiré\N{NO-BREAK SPACE}: L'atelier"
    for said in ("C’est de la publicité.", "Voir l'article 3.", "Vendu !", "/code-de-conduite/", "/contact/"):
        assert said in letter.text
    assert "Modou" not in letter.text


@pytest.mark.parametrize(
    ("state", "deed", "subject"),
    [
        ("pending", lambda c: moderating.approve(c, by=cast("modou")), "Votre commentaire est publié"),
        ("pending", lambda c: moderating.reject(c, by=cast("modou"), reason="topic"), "Votre commentaire n’a pas été publié"),
        ("removed", lambda c: moderating.restore(c, by=cast("modou")), "Votre commentaire est publié"),
    ],
)
def test_an_author_is_told_what_was_decided(state, deed, subject):
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()), state=state)
    deed(comment)
    letter = Letter.objects.get()
    assert compose(letter)
    assert letter.subject.startswith(subject)


def test_a_decision_taken_back_before_the_letter_left_is_not_told():
    comment = make.make_comment(discussion=make.make_discussion(event=make.make_event()))
    moderating.remove(comment, by=cast("modou"), reason="hate")
    moderating.restore(comment, by=cast("modou"))
    removed, restored = Letter.objects.order_by("pk")
    assert not compose(removed)
    assert compose(restored)


def test_a_report_is_acknowledged_without_repeating_what_was_typed():
    report = reporting.receive(
        url="http://localhost:8000/x/",
        kind="illegal",
        reason="ACHETEZ",
        in_good_faith=True,
        name="ACHETEZ",
        email="v@example.org",
    )
    letter = Letter.objects.get()
    assert compose(letter)
    assert letter.to_email == "v@example.org"
    assert f"n°\N{NO-BREAK SPACE}{report.pk}" in letter.subject
    assert "http://localhost:8000/x/" in letter.text
    assert "ACHETEZ" not in letter.text + letter.html + letter.subject


@pytest.mark.parametrize(("uphold", "said"), [(True, "vous donnons raison"), (False, "le laisser sur le site")])
def test_whoever_reported_is_told_the_decision(uphold, said):
    report = reporting.receive(
        url="http://localhost:8000/x/", kind="rules", reason="R", in_good_faith=True, email="v@example.org"
    )
    reporting.decide(report, by=cast("modou"), uphold=uphold, decision="Parce que.")
    letter = Letter.objects.get(kind="posts.report_decided")
    assert compose(letter)
    assert said in letter.text
    assert "Parce que." in letter.text
    assert Report.objects.get().decided_by == cast("modou")


def test_somebody_blocked_in_the_meantime_is_not_written_to():
    _reply, letter = answered()
    mona = letter.member
    mona.standing, mona.is_active = mona.Standing.BLOCKED, False
    mona.save()
    assert not compose(letter)


def test_an_author_who_lost_the_page_is_still_told():
    event = make.make_event(title="L'atelier")
    comment = make.make_comment(discussion=make.make_discussion(event=event), member=cast("flora"))
    moderating.remove(comment, by=cast("modou"), reason="hate")
    event.audience = "members"
    event.save()
    letter = Letter.objects.get()
    assert compose(letter)
    assert letter.subject == "Votre commentaire a été retiré\N{NO-BREAK SPACE}: une page du club"
