"""Reports (notices in the sense of article 16 of the Digital Services Act): received, acknowledged, decided."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events import attaching
from events.models import Attachment
from members.mail import letter
from members.models import Entry, Member
from posts.models import Comment, Report
from posts.moderating import AlreadyMoved, Reason, Refused, remove


class OwnComment(Refused):
    field = "url"
    text = _("This is your own comment: you can withdraw it.")


class AlreadyReported(Refused):
    field = "url"
    text = _("You have reported this comment already.")


class NotYoursToJudge(Refused):
    field = None
    text = _("Nobody decides on a report about their own comment.")


@transaction.atomic
def receive(
    *,
    url: str,
    kind: str,
    reason: str,
    in_good_faith: bool = False,
    name="",
    email="",
    comment: Comment | None = None,
    reporter=None,
    acknowledged=True,
) -> Report:
    """Receives a notice, and acknowledges it when there is an address to write to and it is not written to too often."""
    if comment and reporter:
        if comment.written_by(reporter):
            raise OwnComment
        if Report.objects.filter(comment=comment, reporter=Member.objects.select_for_update().get(pk=reporter.pk)).exists():
            raise AlreadyReported
    row = Report.objects.create(
        url=url,
        kind=kind,
        reason=reason,
        in_good_faith=in_good_faith,
        name=name,
        email=email or (reporter.email if reporter else ""),
        comment=comment,
        reporter=reporter,
        lang=get_language() or "fr",
    )
    Entry.objects.write("report.receive", row, by=reporter, after=row.state, reason=kind)
    if row.email and acknowledged:
        letter("posts.report_received", key=f"report-received:{row.pk}", **_to_reporter(row))
    return row


@transaction.atomic
def decide(row: Report, *, by: Member, uphold: bool, decision: str) -> Report:
    """Upholds a report (a comment still visible goes, and a photograph) or dismisses it, and tells whoever sent it."""
    if row.comment and row.comment.written_by(by):
        raise NotYoursToJudge
    state = Report.State.UPHELD if uphold else Report.State.DISMISSED
    fields = {"state": state, "decision": decision, "decided_by": by, "decided_at": timezone.now()}
    if Report.objects.filter(pk=row.pk, state=Report.State.OPEN).update(**fields) != 1:
        raise AlreadyMoved
    for name, value in fields.items():
        setattr(row, name, value)
    Entry.objects.write("report.decide", row, by=by, before=Report.State.OPEN, after=state, note=decision)
    if uphold and row.comment and row.comment.is_visible:
        remove(row.comment, by=by, reason=Reason.OTHER if row.kind == Report.Kind.RULES else Reason.ILLEGAL)
    if uphold and row.kind == Report.Kind.PICTURE and (photo := Attachment.objects.photo_at(row.url)):
        attaching.discard(photo)
    if row.email:
        letter("posts.report_decided", key=f"report-decided:{row.pk}", **_to_reporter(row))
    return row


def _to_reporter(row: Report) -> dict:
    """To the account when the report is its own (its language), else to the address, in the language it was sent in."""
    if row.reporter and row.reporter.email == row.email:
        return {"to": row.reporter, "report": row.pk}
    return {"to": row.email, "language": row.lang, "report": row.pk}
