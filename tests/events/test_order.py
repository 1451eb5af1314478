"""The order of the dates of a meeting, whoever writes them: form, verb, copy, shell, and rows from before it was kept (TM-03)."""

from datetime import datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from events import copying, scheduling
from events.models import Event
from tests import desk
from tests.cast import cast
from tests.make import make_event

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
EVENING, DAY, MONTH = (
    datetime(2027, 6, 10, 19, tzinfo=PARIS),
    datetime(2027, 6, 10, tzinfo=PARIS),
    datetime(2027, 6, 1, tzinfo=PARIS),
)
DATED = {  # precision → start and end
    "hour": (EVENING, EVENING + timedelta(hours=2)),
    "day": (DAY, DAY + timedelta(days=1)),
    "month": (MONTH, MONTH + timedelta(days=30)),
    "none": (None, None),
}
OPENS, CLOSES, CUTOFF = scheduling.REGISTRATION
TRUTHS = {
    "event_opens_before_it_closes": "Les inscriptions ouvriraient après leur clôture.",
    "event_closes_before_it_begins": "Les inscriptions ne peuvent pas fermer après le début de la rencontre.",
    "event_promotes_before_it_begins": "Les places ne sont plus attribuées d’office une fois la rencontre commencée.",
}
ORDERS = [  # precision, hours from the evening of the tenth, what it breaks
    ("hour", {CLOSES: 0, CUTOFF: 0, OPENS: -1}, ""),
    ("hour", {CLOSES: 1}, "event_closes_before_it_begins"),
    ("hour", {CUTOFF: 1}, "event_promotes_before_it_begins"),
    ("hour", {OPENS: 0}, "event_opens_before_it_closes"),
    ("hour", {OPENS: -2, CLOSES: -2}, "event_opens_before_it_closes"),
    ("day", {CLOSES: 4, CUTOFF: 4, OPENS: -20}, ""),
    ("day", {CLOSES: 6}, "event_closes_before_it_begins"),
    ("day", {CUTOFF: 6}, "event_promotes_before_it_begins"),
    ("day", {OPENS: -1}, "event_opens_before_it_closes"),
    ("month", {CLOSES: 48}, ""),
    ("none", {CLOSES: 2, CUTOFF: 99, OPENS: 1}, ""),
    ("none", {OPENS: 1}, ""),
    ("none", {OPENS: 1, CLOSES: 1}, "event_opens_before_it_closes"),
]


def fields_of(precision: str, hours: dict) -> dict:
    start, end = DATED[precision]
    moments = {name: EVENING + timedelta(hours=n) for name, n in hours.items()}
    return {"precision": precision, "starts_at": start, "ends_at": end} | moments


def meeting(precision: str, hours: dict) -> Event:
    fields = fields_of(precision, hours)
    return make_event(**fields) if fields["starts_at"] else make_event(days=None, **fields)


@pytest.mark.parametrize(("precision", "hours", "broken"), ORDERS)
def test_the_database_keeps_the_order_and_says_it_in_a_sentence(precision, hours, broken):
    fields = fields_of(precision, hours)
    event = make_event()
    try:
        with transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**fields)
        refused = ""
    except IntegrityError as error:
        refused = next(name for name in TRUTHS if name in str(error))
    assert refused == broken
    for name, value in fields.items():
        setattr(event, name, value)
    try:
        event.validate_constraints()
        said = []
    except ValidationError as error:
        said = error.messages
    assert said == ([TRUTHS[broken]] if broken else [])


def boxes(**moments) -> dict:
    local = {name: at.astimezone(PARIS) for name, at in moments.items()}
    return {f"{name}_0": f"{at:%Y-%m-%d}" for name, at in local.items()} | {
        f"{name}_1": f"{at:%H:%M}" for name, at in local.items()
    }


def hour(day: int, hours: float = 19) -> datetime:
    return datetime(2027, 6, day, tzinfo=PARIS) + timedelta(hours=hours)


SAVES = {  # what the meeting was, what is typed over it, the field that refuses it
    "a cut-off after the start": ("hour", {}, boxes(promotion_cutoff_at=hour(10, 20)), CUTOFF),
    "a day that gets an hour, closing in its evening": (
        "day",
        {CLOSES: -1},
        {"precision": "hour"} | boxes(starts_at=hour(10), ends_at=hour(10, 21)),
        CLOSES,
    ),
    "an hour that becomes a day": ("hour", {CLOSES: -1}, {"precision": "day"} | boxes(starts_at=hour(10)), None),
    "later, opening after what was the start": (
        "hour",
        {OPENS: -48, CLOSES: -24},
        boxes(starts_at=hour(20), ends_at=hour(20, 21), rsvp_opens_at=hour(12)),
        None,
    ),
    "sooner, opening before": (
        "hour",
        {OPENS: -48, CLOSES: -24, CUTOFF: -2},
        boxes(starts_at=hour(5), ends_at=hour(5, 21), rsvp_opens_at=hour(1)),
        None,
    ),
    "opening later and closing later, at the same date": (
        "hour",
        {OPENS: -48, CLOSES: -24},
        boxes(rsvp_opens_at=hour(10, 1), rsvp_closes_at=hour(10, 18)),
        None,
    ),
}


@pytest.mark.parametrize("save", SAVES)
def test_the_form_says_it_beside_the_box_and_saves_the_dates_as_one(client, save):
    precision, hours, typed, refused = SAVES[save]
    event = meeting(precision, hours)
    client.force_login(cast("olga"))
    answer = desk.send(client, event, **typed)
    errors = answer.context["adminform"].form.errors if answer.context else {}
    assert list(errors) == ([refused] if refused else [])
    event.refresh_from_db()
    if not refused:
        assert (
            boxes(**{name: getattr(event, name) for name in scheduling.REGISTRATION if f"{name}_0" in typed}).items()
            <= typed.items()
        )


def test_a_verb_that_would_break_the_order_is_refused_whole():
    event = meeting("hour", {OPENS: -3})
    sooner = {"starts_at": hour(10, 12), "ends_at": hour(10, 14)}
    with pytest.raises(scheduling.Refused, match="ouvriraient"):
        scheduling.reschedule(event, by=cast("olga"), **sooner)
    assert Event.objects.get().starts_at == EVENING


def test_a_postponed_meeting_without_a_date_that_is_dated_again_is_refused_what_closes_after_it():
    event = meeting("none", {CLOSES: -1})
    sooner = {"precision": "hour", "starts_at": hour(3), "ends_at": hour(3, 21)}
    with pytest.raises(scheduling.Refused, match="fermer après"):
        scheduling.reschedule(event, by=cast("olga"), **sooner)
    event = scheduling.reschedule(event, by=cast("olga"), rsvp_closes_at=hour(3), **sooner)
    assert (event.starts_at, event.rsvp_closes_at) == (hour(3), hour(3))


def test_a_copy_keeps_the_order_through_the_night_when_clocks_change():
    night = datetime(2027, 2, 28, 3, tzinfo=PARIS)  # four weeks later half past two does not exist
    moments = {"rsvp_opens_at": night - timedelta(minutes=45), "rsvp_closes_at": night - timedelta(minutes=30)}
    event = make_event(starts_at=night, ends_at=night + timedelta(hours=2), promotion_cutoff_at=night, **moments)
    draft = copying.copy(event, by=cast("olga"))
    draft.refresh_from_db()
    assert (draft.rsvp_opens_at, draft.rsvp_closes_at, draft.promotion_cutoff_at) == (None, draft.starts_at, draft.starts_at)


@pytest.fixture
def unkept():
    """Rows as they could be before the database kept the order."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            for name in TRUTHS:
                cursor.execute(f"ALTER TABLE events_event DROP CONSTRAINT {name}")
            yield


@pytest.mark.parametrize(("precision", "hours", "broken"), ORDERS)
def test_rows_from_before_are_mended_and_the_others_left_alone(unkept, precision, hours, broken):
    fields, event = fields_of(precision, hours), meeting(precision, hours)
    import_module("events.migrations.0029_registration_in_order").put_in_order(apps, None)
    event.refresh_from_db()
    event.validate_constraints()
    assert (fields == {name: getattr(event, name) for name in fields}) is not bool(broken)
