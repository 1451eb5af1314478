"""What people say with their registration besides coming: answers to the event's questions, names of those they bring.

Called by the verbs of events.registering, under the event's lock. None always means "not said": what was said before stays.
"""

import re
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Answer, Event, Question, Registration
from events.models.question import LONGEST
from events.refusals import Refused

NAME_LENGTH = 80
BETWEEN_NAMES = re.compile(r"[,;\n\r]+")


def field_of(question: Question) -> str:
    """The name of its field in a form."""
    return f"question_{question.pk}"


def listed(names: str) -> list[str]:
    """Names as somebody typed them, one after the other."""
    return [name for typed in BETWEEN_NAMES.split(names) if (name := " ".join(typed.split()))]


def keep_answers(event: Event, registration: Registration, answers: Mapping[int, str] | None, *, is_new: bool) -> None:
    """Those of `answers`, by the number of the question; a question that they leave out has none. Raises Refused.

    Who registers answers what is required; whom an organiser or the door registers is asked nothing.
    """
    if answers is None and not (is_new and registration.source == Registration.Source.WEB):
        return
    questions = list(event.questions.in_order())
    if not questions:
        return
    said = {question.pk: _checked(question, (answers or {}).get(question.pk, "")) for question in questions}
    before = dict(registration.answers.values_list("question", "text"))
    if said == {question.pk: before.get(question.pk, "") for question in questions}:
        return
    if not is_new and timezone.now() >= event.closes_at:
        raise Refused(_("Registration is closed: your answers stay as they are."), code="closed")
    registration.answers.filter(question__in=questions).delete()
    Answer.objects.bulk_create(Answer(registration=registration, question_id=pk, text=text) for pk, text in said.items() if text)


def keep_names(registration: Registration, names: str | None, *, guests: int) -> None:
    """Those of `guests` people, one a line on the row; who brings fewer names fewer. Raises Refused."""
    typed = listed(registration.guest_names)[:guests] if names is None else listed(names)
    if len(typed) > guests:
        raise Refused(_("You name more people than you bring."), code="names", field="guest_names")
    if any(len(name) > NAME_LENGTH for name in typed):
        raise Refused(_("A name is too long."), code="length", field="guest_names")
    if registration.guest_names != (kept := "\n".join(typed)):
        registration.guest_names = kept
        registration.save(update_fields=["guest_names"])


def join_answers(kept: Registration, others: list[Registration]) -> None:
    """Of two registrations of one person: what the one that goes had answered and the one that stays had not."""
    for other in others:
        answered = kept.answers.values("question")
        other.answers.exclude(question__in=answered).update(registration=kept)


def forget(registrations) -> None:
    """All that these said besides coming."""
    Answer.objects.filter(registration__in=registrations).delete()
    registrations.update(guest_names="")


def _checked(question: Question, answer: str) -> str:
    text, field = answer.strip(), field_of(question)
    if question.is_required and not text:
        raise Refused(_("Answer this question."), code="required", field=field)
    if len(text) > LONGEST:
        raise Refused(_("Say it in %(most)s letters at most.") % {"most": LONGEST}, code="length", field=field)
    if text and question.offered and text not in dict(question.offered):
        raise Refused(_("Choose one of the answers offered."), code="choice", field=field)
    return text
