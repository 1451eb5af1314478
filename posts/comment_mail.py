"""The letters of discussions and reports, put into words when they are sent."""

from django.utils.translation import gettext as _

from members.mail import composes
from members.models import Letter
from posts.models import Comment, Report
from posts.moderating import Reason
from smclub.addresses import absolute, in_language


@composes("posts.comment_moderated")
def comment_moderated(letter: Letter) -> dict | None:
    """Untrue once something else was decided."""
    state = letter.context["state"]
    comment = Comment.objects.filter(pk=letter.context["comment"], state=state).first()
    if comment is None:
        return None
    reason = letter.context["reason"]
    return _told(letter, comment) | {
        "comment": comment,
        "reason": Reason(reason).label if reason else "",
        "note": letter.context["note"],
        "contact_url": absolute(in_language(letter.language, "members:contact")),
        "rules_url": absolute(in_language(letter.language, "page", slug="code-de-conduite")),
    }


@composes("posts.report_received")
def report_received(letter: Letter) -> dict | None:
    return {"report": Report.objects.filter(pk=letter.context["report"]).first()}


@composes("posts.report_decided")
def report_decided(letter: Letter) -> dict | None:
    report = Report.objects.filter(pk=letter.context["report"]).first()
    return {"report": report, "contact_url": absolute(in_language(letter.language, "members:contact"))}


def _told(letter: Letter, comment: Comment) -> dict:
    thing = comment.discussion.thing_for(letter.member, language=letter.language)
    return {"thing": thing or _("a page of the club"), "url": absolute(in_language(letter.language, "posts:comment", comment.pk))}
