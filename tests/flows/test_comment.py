"""A friend's first words wait for a moderator; a member answers; the friend is told by a letter."""

from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from members import preferring, telling
from members.kinds import kinds
from tests.flows.journey import do, follow, letters_to, press, reads, sign_in
from tests.make import make_post


def publish(page, label: str, text: str, *, clock) -> None:
    form = page.locator("form").filter(has=page.get_by_label(label, exact=True))
    form.get_by_label(label, exact=True).fill(text)
    clock.shift(60)
    press(form, _("Publish"))


def test_a_comment_waits_appears_and_is_answered(visit, way, person, clock):
    post = make_post(lang=way.language)
    flora, milan = person("flora"), person("milan")

    page = visit(post.get_absolute_url())
    follow(page, _("Sign in to comment"))
    sign_in(page, flora.email)
    publish(page, _("Your comment"), "Et les radios **locales** ?", clock=clock)
    reads(page, _("Waiting for approval"))
    stranger = visit(post.get_absolute_url())
    reads(stranger, _("Nobody has written yet. Begin."))

    desk = visit(reverse("admin:posts_comment_changelist"), as_=person("modou"))
    do(desk, _("Approve"), to="Et les radios")
    stranger.reload()
    reads(stranger, "Et les radios locales")

    member = visit(post.get_absolute_url(), as_=milan)
    follow(member, _("Reply") + " " + _("to %(name)s") % {"name": flora.name})
    publish(member, _("Your answer"), "Elles ont une longueur d’avance.", clock=clock)
    reads(member, _("Your comment is published."))
    reads(member, "Elles ont une longueur")

    telling.sweep()  # a job of every minute
    letter = letters_to(flora.email)[-1]
    assert milan.name in letter.subject
    assert "Elles ont une longueur d’avance." in letter.body

    reader = visit(urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>")).path)
    reads(reader, str(kinds()["posts.comment_reply"].words))
    press(reader, _("Stop these letters"))
    reads(reader, _("It is done"))
    assert preferring.chosen_by(flora) == {"posts.comment_reply": "never"}
    press(reader, _("That was a mistake: put it back"))
    reads(reader, _("As before"))
    assert preferring.chosen_by(flora) == {}
