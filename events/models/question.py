"""What an organiser asks those who register, and what each answered."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration

MOST = 5  # questions of one event
LONGEST = 500  # letters of an answer
YES, NO = "yes", "no"


def no_long_lines(text: str) -> None:
    """One that is chosen is kept as an answer."""
    if any(len(line.strip()) > LONGEST for line in text.splitlines()):
        raise ValidationError(_("An answer has %(most)s letters at most."), code="long_line", params={"most": LONGEST})


class QuestionQuerySet(models.QuerySet):
    def in_order(self):
        return self.order_by("position", "pk")


class Question(models.Model):
    class Kind(models.TextChoices):
        TEXT = "text", _("A few words")
        CHOICE = "choice", _("One of several answers")
        YES_NO = "yes_no", _("Yes or no")

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    text = models.CharField(_("question"), max_length=150)
    kind = models.CharField(_("answer"), max_length=6, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("answers offered"), blank=True, validators=[no_long_lines], help_text=_("One a line."))
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions to those who register")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="choice") | ~Q(choices=""),
                name="question_choice_offers_answers",
                violation_error_message=_("Write the answers to choose from, one a line."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def offered(self) -> list[tuple[str, str]]:
        """What is kept and what is read, of each answer to choose from; none where people write."""
        if self.kind == self.Kind.YES_NO:
            return [(YES, str(_("Yes"))), (NO, str(_("No")))]
        lines = self.choices.splitlines() if self.kind == self.Kind.CHOICE else []
        return [(line, line) for line in dict.fromkeys(line.strip() for line in lines) if line]

    def read(self, kept: str) -> str:
        """An answer as people read it; one that is no longer offered stays as it was given."""
        return dict(self.offered).get(kept, kept)


class AnswerQuerySet(models.QuerySet):
    def of(self, registrations):
        """What each of `registrations` answered, by the numbers of registration and question, as people read it."""
        found = {}
        for answer in self.filter(registration__in=registrations).select_related("question"):
            found.setdefault(answer.registration_id, {})[answer.question_id] = answer.shown
        return found


class Answer(models.Model):
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="answers", verbose_name=_("registration"))
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers", verbose_name=_("question"))
    text = models.CharField(_("answer"), max_length=LONGEST)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a question")
        verbose_name_plural = _("answers to questions")
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="answer_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def shown(self) -> str:
        return self.question.read(self.text)
