from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from members.models import Member


class ToDoQuerySet(models.QuerySet):
    def open(self):
        """Neither done nor pointless: the meeting is not called off."""
        return self.filter(done_at=None).exclude(event__status__in=Event.CALLED_OFF)

    def overdue(self):
        return self.open().filter(due_on__lt=timezone.localdate())

    def run_by(self, member):
        """Of the meetings that `member` may manage."""
        return self.filter(event__in=Event.objects.run_by(member))

    def in_order(self):
        """What is due first, first; what has no date last."""
        return self.select_related("event", "assigned_to", "done_by").order_by(F("due_on").asc(nulls_last=True), "position", "pk")


class ToDo(models.Model):
    """Something to do for a meeting (*à faire*), by somebody, before or after its day."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="todos", verbose_name=_("event"))
    title = models.CharField(_("what"), max_length=150)
    assigned_to = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="todos", verbose_name=_("who"))
    due_on = models.DateField(_("by when"), null=True, blank=True)
    days = models.SmallIntegerField(null=True, editable=False)  # from the start of the meeting, for one that has no date yet
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = models.ForeignKey(Member, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("ticked by"))

    objects = ToDoQuerySet.as_manager()

    class Meta:
        verbose_name = _("to-do")
        verbose_name_plural = _("to-dos")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "title"], name="todo_once", violation_error_message=_("This is on the list already.")
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_overdue(self) -> bool:
        return not self.is_done and self.due_on is not None and self.due_on < timezone.localdate()
