"""What those who were there thought of a meeting (*votre avis*): said once, changed for a month, told without names."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, Feedback, Registration
from events.models.feedback import SCORES, WINDOW
from events.patience import patient
from events.refusals import Refused
from members.models import Member

ENOUGH = 5  # answers from which on a score tells of nobody


@patient
@transaction.atomic
def give(event: Event, *, by: Member, score: int, remark: str = "") -> Feedback:
    """Said again, it takes the place of what was said. Raises Refused."""
    event = Event.objects.lock(event.pk)
    refuse(event, by=by)
    said = {"score": score, "remark": remark.strip(), "said_on": timezone.localdate()}
    return Feedback.objects.update_or_create(event=event, member=by, defaults=said)[0]


def refuse(event: Event, *, by: Member) -> None:
    """Raises Refused to who was not there, before the end, and a month after it."""
    if event.is_called_off or not Registration.objects.were_there(event).filter(member=by).exists():
        raise Refused(_("Only those who were there are asked."), code="absent")
    if not event.is_over:
        raise Refused(_("The meeting is not over yet."), code="early")
    if _is_closed(event):
        raise Refused(_("The meeting was more than a month ago: opinions are no longer gathered."), code="late")


def asks(registration: Registration | None) -> bool:
    """The same rule, asked of a row that came `with_attendance`: whether the page of its meeting asks for an opinion."""
    if registration is None or not registration.is_going or registration.attendance == Registration.Attendance.ABSENT:
        return False
    event = registration.event
    return event.is_over and not event.is_called_off and not _is_closed(event)


def _is_closed(event: Event) -> bool:
    """Opinions are gathered for a month; of a meeting that lost its date, not at all."""
    return event.ends_at is None or event.ends_at + WINDOW <= timezone.now()


@dataclass(frozen=True)
class Share:
    score: int
    number: int
    percent: int


@dataclass(frozen=True)
class Opinions:
    number: int
    mean: float | None  # None under ENOUGH answers, and the shares are empty
    shares: list[Share]
    remarks: list[str]


def opinions_of(event: Event) -> Opinions:
    """For those who run the meeting: no score of a few, no remark on its day, nothing in the order in which it was said."""
    counted = dict(event.feedback.order_by().values_list("score").annotate(n=Count("pk")))
    number = sum(counted.values())
    remarks = event.feedback.exclude(remark="").filter(said_on__lt=timezone.localdate())
    words = sorted(remarks.values_list("remark", flat=True), key=str.casefold)
    if number < ENOUGH:
        return Opinions(number, None, [], words)
    shares = [Share(score, counted.get(score, 0), round(100 * counted.get(score, 0) / number)) for score in reversed(SCORES)]
    return Opinions(number, sum(score * n for score, n in counted.items()) / number, shares, words)
