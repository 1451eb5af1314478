"""What the panel "your place" says to one visitor about one event: one state, decided here and only drawn by the template."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from events import asking, offering, reviewing
from events.forms import RegistrationForm
from events.models import Event, Question, Registration


@dataclass
class Panel:
    """`state` is one of: external, undated, cancelled, postponed, past, going, waiting, pending, removed, restricted, early,
    closed, apply, full, open. `look` is its class in the style sheet."""

    event: Event
    state: str
    registration: Registration | None = None
    form: RegistrationForm | None = None
    rank: int = 0
    room: int = 0  # places for a part of the party that waits
    others: list[str] = field(default_factory=list)
    is_runner: bool = False
    is_preview: bool = False  # nothing can be sent from it

    @property
    def look(self) -> str:
        looks = {"undated": "closed", "past": "closed", "removed": "closed", "early": "closed"}
        return (looks | {"apply": "restricted", "pending": "waiting"}).get(self.state, self.state)

    @property
    def takes_answers(self) -> bool:
        return self.state == "open" or (self.state == "full" and (self.event.has_waiting_list or self.event.is_by_approval))

    @property
    def call(self) -> str:
        """What the button says to who has not answered yet."""
        if self.event.is_by_approval:
            return _("Ask for a place")
        return _("Join the waiting list") if self.state == "full" else _("I am going")

    @property
    def tells_of_requests(self) -> bool:
        """Whether it is said that an organiser answers each request: before one asks, and as long as nobody has."""
        return self.event.is_by_approval and self.state in ("early", "open", "full", "pending")

    @property
    def is_about_waiting(self) -> bool:
        return self.state == "waiting" or (self.state == "full" and self.takes_answers and not self.event.is_by_approval)

    @property
    def holds_a_place(self) -> bool:
        """Whether the visitor goes: the online link, the way in and the names of the others are theirs to read."""
        return self.registration is not None and self.registration.is_going

    @property
    def can_leave(self) -> bool:
        """Whether there is something to give back."""
        has_come = self.registration is not None and self.registration.arrived
        return self.registration is not None and self.registration.is_live and self.state != "past" and not has_come

    @property
    def is_folded(self) -> bool:
        """Whether the form, which asks several things and is answered, waits behind its title."""
        return self.can_change and bool(self.form.questions)

    @property
    def can_claim(self) -> bool:
        """Whether who waits may take a place now."""
        left = self.event.places_left
        return self.state == "waiting" and self.event.is_last_minute and (left is None or left >= self.registration.seats)

    @property
    def is_answered(self) -> bool:
        return self.state in ("going", "waiting", "pending")

    @property
    def asks_for_an_opinion(self) -> bool:
        return reviewing.asks(self.registration)

    @property
    def was_there(self) -> bool:
        return self.holds_a_place and self.registration.attendance == Registration.Attendance.CAME

    @property
    def can_change(self) -> bool:
        """Whether who has answered may say something else: how many they bring, or what they answered to the questions."""
        return self.is_answered and self.form is not None


def panel_of(event: Event, visitor, *, form: RegistrationForm | None = None, wish=None) -> Panel:
    """The panel of an event that came `listed_for(visitor).for_page()`.

    `wish` is what the address says that the visitor chose before signing in (a QueryDict), `form` a form that was refused.
    """
    registration = _registration(event, visitor)
    panel = Panel(event, _state(event, registration, visitor), registration=registration)
    panel.is_runner = bool(visitor.is_authenticated and visitor.is_staff and _runs(event, visitor))
    if panel.state == "waiting":
        panel.rank = registration.rank()
        panel.room = _room(event, registration)
    if panel.holds_a_place or panel.is_runner:
        panel.others = list(_names(event, everybody=panel.is_runner))
    if visitor.is_authenticated and (panel.takes_answers or panel.is_answered):
        form = form or form_of(event, visitor, registration, wish=wish)
        panel.form = form if form.fields or not panel.is_answered else None
    return panel


def preview_of(event: Event, visitor) -> Panel:
    """Of a meeting that is not on the site yet: what those who may register will find, as `visitor` among them."""
    is_closed = event.closes_at is not None and timezone.now() >= event.closes_at
    state = _whole(event) or ("closed" if is_closed else "full" if event.is_full else "open")
    panel = Panel(event, state, is_preview=True)
    panel.form = form_of(event, visitor, None) if panel.takes_answers else None
    return panel


def answered(event: Event, member, data) -> RegistrationForm:
    """The form that `member` sent."""
    return form_of(event, member, _registration(event, member), data=data)


def form_of(event: Event, member, registration: Registration | None, *, data=None, wish=None) -> RegistrationForm:
    """Once registration is closed the answers stay as they are; fewer guests may be said until the end."""
    brought = registration.guests if registration and registration.is_live else 0
    is_closed = event.closes_at is None or timezone.now() >= event.closes_at
    asks = not is_closed and getattr(event, "has_questions", True)
    questions = list(event.questions.in_order()) if asks else []
    initial = _initial(registration, wish, questions) if data is None else None
    return RegistrationForm(data, event=event, member=member, brought=brought, questions=questions, initial=initial)


def _whole(event: Event) -> str:
    """The state that it has for everybody, if it has one."""
    if event.is_external:
        return "past" if event.is_over else "external"
    if event.is_called_off:
        return event.status
    if event.is_over:
        return "past"
    return "" if event.takes_registrations else "undated"


def _state(event: Event, registration: Registration | None, visitor) -> str:
    now = timezone.now()
    if whole := _whole(event):
        return whole
    if registration and registration.is_live:
        return str(registration.state)
    if registration and registration.state == Registration.State.REMOVED:
        return "removed"
    if not event.is_inside:
        return "restricted"
    if now < event.opens_at:
        return "early"
    if now >= event.closes_at:
        return "closed"
    if offering.is_used_up(event, visitor):
        return "apply"
    return "full" if event.is_full else "open"


def _registration(event: Event, visitor) -> Registration | None:
    return event.registrations.with_attendance().filter(member=visitor).first() if visitor.is_authenticated else None


def _room(event: Event, registration: Registration) -> int:
    left = event.places_left or 0
    is_given = event.promotes_by_itself or event.is_last_minute
    return left if is_given and left < registration.seats else 0


def _runs(event: Event, visitor) -> bool:
    return Event.objects.run_by(visitor).filter(pk=event.pk).exists()


def _names(event: Event, *, everybody: bool) -> QuerySet:
    going = event.registrations.going().filter(member__isnull=False)
    named = going if everybody else going.named_to_others()
    return named.exclude(member__name="").order_by("member__name", "pk").values_list("member__name", flat=True)


def _initial(registration: Registration | None, wish, questions: list[Question]) -> dict:
    said: dict = {}
    if registration and questions:
        answers = dict(registration.answers.values_list("question", "text"))
        said = {asking.field_of(question): answers.get(question.pk, "") for question in questions}
    if registration and registration.is_live:
        return said | {"guests": registration.guests, "guest_names": ", ".join(asking.listed(registration.guest_names))}
    typed = (wish or {}).get("guests", "")
    return said | {"guests": int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0}
