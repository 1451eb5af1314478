"""The one letter that tells news: whatever a member is due, put into words, with the way to stop it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.kinds import DIGEST, Cadence, Kind, kinds
from members.mail import composes
from members.models import Letter, Member, Notice
from members.preferring import cadences_of, stop_url
from members.telling import TELLERS, Item
from smclub.addresses import absolute, in_language


@dataclass(frozen=True)
class Section:
    kind: Kind
    items: list[Item]
    stop_url: str


@composes(DIGEST)
def news(row: Letter) -> dict | None:
    """Without what its reader has stopped meanwhile, may not read any more, or is no longer so; None when nothing is left."""
    member = row.member
    if member is None or not member.is_active:
        return None
    notices = list(Notice.objects.filter(letter=row).order_by("pk"))
    cadences = cadences_of(member)
    sections = [
        Section(kind=kinds()[key], items=items, stop_url=stop_url(row, [key]))
        for key, cadence in cadences.items()
        if cadence != Cadence.NEVER and (items := _items(key, notices, member))
    ]
    if not sections:
        return None
    items = [item for section in sections for item in section.items]
    slowest = _slowest(notices)
    row.stop_url = stop_url(row, _stopped(notices, cadences, slowest))
    return {
        "sections": sections,
        "only": items[0] if len(items) == 1 else None,
        "news_subject": _subject(items, slowest),
        "cadence": slowest,
        "told": ", ".join(str(section.kind.words) for section in sections),
        "stop_url": row.stop_url,
        "letters_url": absolute(in_language(row.language, "members:letters")),
    }


def _items(key: str, notices: list[Notice], reader: Member) -> list[Item]:
    own = [notice for notice in notices if notice.kind == key]
    return TELLERS[key](own, reader=reader) if own else []


def _slowest(notices: list[Notice]) -> Cadence:
    order = list(Cadence)
    return max((Cadence(notice.cadence) for notice in notices), key=order.index)


def _stopped(notices: list[Notice], cadences: dict[str, str], cadence: Cadence) -> set[str]:
    """The kinds that it tells of; of a summary, all that are told as often."""
    told = {notice.kind for notice in notices} & cadences.keys()
    alike = {key for key, chosen in cadences.items() if chosen == cadence} if cadence != Cadence.NOW else set()
    return told | alike


def _subject(items: list[Item], cadence: Cadence) -> str:
    if len(items) == 1:
        return items[0].subject
    if cadence == Cadence.WEEKLY:
        return _("Your week at the club: %(number)d pieces of news") % {"number": len(items)}
    if cadence == Cadence.DAILY:
        return _("Your day at the club: %(number)d pieces of news") % {"number": len(items)}
    return _("%(number)d pieces of news: %(first)s…") % {"number": len(items), "first": items[0].subject}
