from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminURLFieldWidget
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import registering, scheduling
from events.copying import GIVEN_LABELS, MOST, free_slug
from events.models import Event, Invitation
from events.models.event import validate_zone
from events.scheduling import FOLLOWING, MOVING, REGISTRATION
from members.models.member import fold_email
from smclub.clocks import MomentField, MomentWidget
from smclub.links import web_address
from smclub.words import slug as slug_of

HOUR, DAY, MONTH, NONE = Event.Precision.HOUR, Event.Precision.DAY, Event.Precision.MONTH, Event.Precision.NONE
USUAL_LENGTH = timedelta(hours=2)
ON_ITS_CLOCK = {"starts_at", "ends_at", "rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at"}  # in the zone of the meeting
HELP = {
    "slug": gettext_lazy(
        "End of the address of the page. Empty: made of the title. Changed later, the old address still leads to the page."
    ),
    "kind": gettext_lazy("A meeting elsewhere is organised by somebody else: it is announced here, and nobody registers for it."),
    "lang": gettext_lazy("The one that the text is written in."),
    "group": gettext_lazy("The local club or commission that organises it, and whose coordinators run it."),
    "cycle_position": gettext_lazy("1 for the first session: shown as #1 beside the title."),
    "zone_name": gettext_lazy("For instance Europe/Paris or Europe/Zurich."),
    "is_hour_to_be_confirmed": gettext_lazy("The page says so beside the date."),
    "venue": gettext_lazy("Type a few letters of its name. Who may not register reads the town alone."),
    "is_online": gettext_lazy("Without a venue, it takes place online only."),
    "summary": gettext_lazy("One or two sentences: under the title, in lists, and where the page is shared."),
    "hashtag": gettext_lazy("Without the #. It stands on the page and in the texts ready to share."),
    "audience": gettext_lazy("Others read the page and how to join the club. On invitation, they find no page."),
    "max_guests": gettext_lazy("0: everybody comes alone."),
    "has_waiting_list": gettext_lazy("Once it is full, people wait for a place in the order they came."),
    "is_by_approval": gettext_lazy("People ask for a place, and you answer each of them: until then no place is held."),
    "is_promotion_paused": gettext_lazy("As long as it is ticked, free places are given to nobody: newcomers wait too."),
    "quorum": gettext_lazy(
        "In percent of the members whose dues are paid up that day, there or represented. Empty: none is asked."
    ),
    "most_proxies": gettext_lazy("How many votes of others one member may bring. Empty: two. 0: nobody gives their vote."),
    "outside_url": gettext_lazy("The page of the organiser, where people register."),
    "price": gettext_lazy("As people will read it: free, 20 €, 10 € for members…"),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Told to those going and waiting, and shown on the page."),
    )


class MoveOnlineForm(ReasonForm):
    online_url = forms.URLField(
        label=gettext_lazy("Online link"),
        required=False,
        validators=[web_address],
        widget=AdminURLFieldWidget,
        help_text=gettext_lazy("Only those going see it. Empty: you give it later, on the page of the meeting."),
    )


class SeatForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept in the log of deeds; nobody reads it in a letter. Places may be exceeded."),
    )


class WordForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("A word with it"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They read it in the letter. It may stay empty."),
    )


class RepeatForm(forms.Form):
    """How often, and until when or how many times: one of both."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("Rhythm"),
        choices=[
            ("week", gettext_lazy("the same day of the week")),
            ("month", gettext_lazy("the same weekday of the month (the second Thursday, the last Friday…)")),
        ],
    )
    every = forms.IntegerField(
        label=gettext_lazy("Every"),
        min_value=1,
        max_value=52,
        initial=1,
        help_text=gettext_lazy("1: each week or each month; 2: every other one…"),
    )
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=AdminDateWidget)
    count = forms.IntegerField(
        label=gettext_lazy("or how many more"),
        min_value=1,
        max_value=MOST,
        required=False,
        help_text=gettext_lazy("Drafts are made, each with its own places and registrations: nothing is published."),
    )

    def clean(self):
        data = super().clean()
        if not self.errors and not data["until"] and not data["count"]:
            self.add_error("until", forms.ValidationError(_("Say until when, or how many more."), code="endless"))
        return data


class AsksIfFewer(forms.Form):
    """Has a box for places fewer than are taken, once the verb asked about them."""

    is_fewer = forms.BooleanField(
        label=capfirst(gettext_lazy("fewer places than are taken")), label_suffix="", required=False, widget=forms.HiddenInput
    )

    def add_error(self, field, error):
        super().add_error(field, error)
        if field == "is_fewer":
            self.fields["is_fewer"].widget = forms.CheckboxInput()


class PassOnForm(AsksIfFewer):
    field_order = ("parts", "is_fewer")
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What they take"),
        choices=list(GIVEN_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "From this meeting, to those that follow it in the repetition and are not called off. "
            "Who is registered for one that moves gets a letter."
        ),
    )


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email"]

    def clean_email(self):
        return fold_email(self.cleaned_data["email"])


class DayAndHourWidget(MomentWidget):
    def decompress(self, value):
        is_day_alone = isinstance(value, date) and not isinstance(value, datetime)
        return [value, None, ""] if is_day_alone else super().decompress(value)


class DayAndHourField(MomentField):
    """A moment, or a `date` when the hour was left empty."""

    widget = DayAndHourWidget

    def without_hour(self, day: date) -> date:
        return day


class EventForm(AsksIfFewer, forms.ModelForm):
    """Turns what an organiser typed into dates as precise as they said; saving is the work of the verbs."""

    starts_at = DayAndHourField(
        label=capfirst(gettext_lazy("starts")),
        required=False,
        help_text=gettext_lazy("On the clock of the time zone below. No hour when only the day or the month is known."),
    )
    ends_at = DayAndHourField(
        label=capfirst(gettext_lazy("ends")),
        required=False,
        help_text=gettext_lazy("Empty: two hours later, or the same day."),
    )
    is_silent = forms.BooleanField(
        label=capfirst(gettext_lazy("do not write about a small change of hour")),
        required=False,
        help_text=gettext_lazy(
            "For less than half an hour sooner or later. Otherwise those going and waiting get a letter with the old and the new."
        ),
    )

    class Meta:
        model = Event
        fields = "__all__"  # noqa: DJ007  (the fieldsets of the admin choose)
        help_texts = HELP
        field_classes = dict.fromkeys(["rsvp_opens_at", "rsvp_closes_at", "promotion_cutoff_at"], MomentField)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if self.instance.pk:
            self.initial["starts_at"], self.initial["ends_at"] = _as_typed(self.instance)
        self.zone = _zone_named(self.data.get(self.add_prefix("zone_name"))) or self.instance.zone
        for name in ON_ITS_CLOCK & self.fields.keys():
            self.fields[name].put_on(self.zone, shown=self.instance.zone)

    def clean_slug(self):
        """Typed, else made of the title: without scripts nothing fills it in."""
        return self.cleaned_data["slug"] or free_slug(self.data.get("public_title") or self.cleaned_data.get("title", ""))

    def clean_zone_name(self):
        """Before the dates, which are typed on its clock."""
        validate_zone(self.cleaned_data["zone_name"])
        return self.cleaned_data["zone_name"]

    def clean_hashtag(self):
        return self.cleaned_data["hashtag"].lstrip("#")

    def clean(self):
        data = super().clean()
        if data.get("is_confidential") and data.get("slug") and data["slug"].startswith(slug_of(data.get("title", "")) or "-"):
            self.add_error(
                "slug", forms.ValidationError(_("This address tells the title of a confidential meeting."), code="telling")
            )
        typed = data.pop("starts_at", None), data.pop("ends_at", None)
        if data.get("precision") and data.get("zone_name"):
            self._set_dates(data, *typed)
            self._follow(data)
            self._refuse_registration_out_of_order(data)
        if {"capacity", "reserved"} & set(self.changed_data) and _keeps_too_many(data):
            self._refuse("reserved", _("More places are kept than there are."), "reserved")
        if self.instance.pk:
            self._refuse_what_the_verbs_refuse(data)
        return data

    @property
    def moves(self) -> dict:
        """The new values of what a calendar shows, for `scheduling.reschedule`."""
        return {name: self.cleaned_data[name] for name in self.changed if name in (*MOVING, *REGISTRATION)}

    @property
    def changed(self) -> list[str]:
        """Names of the fields whose value will differ: dates are made rounder than they were typed, and keep the clock."""
        changed, dates = set(self.changed_data), {"precision", "starts_at", "ends_at", "zone_name"}
        if "zone_name" in changed:
            changed |= ON_ITS_CLOCK.difference(FOLLOWING if "starts_at" in changed else ())
        if dates & changed:
            changed |= dates
        return [name for name in self.cleaned_data if name in changed]

    def _set_dates(self, data: dict, start, end) -> None:
        """Puts the dates that were typed into `data`, as instants, or says beside which box they cannot be."""
        precision = data["precision"]
        if precision == NONE:
            data["starts_at"] = data["ends_at"] = None
        elif start is None:
            if "starts_at" not in self.errors:
                self._refuse("starts_at", _("Give a date, or say that it is not known."), "undated")
        elif precision == HOUR:
            self._set_hours(data, start, end)
        else:
            start, end = (_on_clock(typed, self.zone) for typed in (start, end))
            first, after = _days(start, end) if precision == DAY else _month(start)
            if after <= first:
                self._refuse("ends_at", _("An event must end after it starts."), "order")
            data["starts_at"], data["ends_at"] = (datetime.combine(day, time.min, tzinfo=self.zone) for day in (first, after))

    def _set_hours(self, data: dict, start, end) -> None:
        for name, typed in (("starts_at", start), ("ends_at", end)):
            if typed is None:
                continue
            if not isinstance(typed, datetime):
                return self._refuse(name, _("Give the hour too, or say that only the day is known."), "hour")
            data[name] = typed
        data.setdefault("ends_at", data["starts_at"] + USUAL_LENGTH)
        if data["ends_at"] <= data["starts_at"]:
            self._refuse("ends_at", _("An event must end after it starts."), "order")

    def _follow(self, data: dict) -> None:
        """What nobody typed moves with the start, as `scheduling.reschedule` will move it: it is looked at where it will be."""
        before, start = self.instance.starts_at, data.get("starts_at")
        if before and start:
            for name in set(FOLLOWING).difference(self.changed):
                if at := getattr(self.instance, name):
                    data[name] = at + (start - before)

    def _refuse_registration_out_of_order(self, data: dict) -> None:
        start, opens, closes, cutoff = (data.get(name) for name in ("starts_at", *REGISTRATION))
        if start is None:
            return
        latest = start if data["precision"] == HOUR else data["ends_at"]
        if closes and closes > latest:
            self._refuse("rsvp_closes_at", _("Registration cannot close after the meeting has begun."), "order")
        if cutoff and cutoff > latest:
            text = _("Places are no longer given by themselves once the meeting has begun.")
            self._refuse("promotion_cutoff_at", text, "order")
        if opens and opens >= (closes or start):
            self._refuse("rsvp_opens_at", _("Registration would open after it has closed."), "order")

    def _refuse(self, name: str, text: str, code: str) -> None:
        self.add_error(name, forms.ValidationError(text, code=code))

    def _refuse_what_the_verbs_refuse(self, data: dict) -> None:
        event = self.instance
        asked = [partial(scheduling.refuse_move, event, self.moves, is_silent=data.get("is_silent", False))]
        if "published_at" in data and "published_at" in self.changed_data:
            asked.append(partial(scheduling.refuse_publication, event, data["published_at"]))
        for name in {"kind", "has_waiting_list", "is_by_approval"} & set(self.changed_data):
            asked.append(partial(registering.refuse_terms, event, {name: data.get(name)}))
        if {"capacity", "reserved"} & set(self.changed_data) and not self.errors.keys() & {"capacity", "reserved"}:
            places = {"capacity": data["capacity"], "reserved": data["reserved"], "is_meant": data["is_fewer"]}
            asked.append(partial(registering.refuse_fewer, event, **places))
        for refuse in asked:
            try:
                refuse()
            except registering.Refused as refusal:
                self.add_error(refusal.field, refusal)


def _keeps_too_many(data: dict) -> bool:
    capacity, reserved = data.get("capacity"), data.get("reserved")
    return capacity is not None and reserved is not None and reserved > capacity


def _as_typed(event: Event) -> tuple[date | None, date | None]:
    """The boxes of an event's dates: no hour that nobody gave, and no end that follows from the start."""
    if event.precision == HOUR:
        return event.starts_at, event.ends_at
    if event.precision == DAY:
        first, after = event.days
        return first, after - timedelta(days=1) if after - first > timedelta(days=1) else None
    return event.local_day, None


def _zone_named(name: str | None) -> ZoneInfo | None:
    return ZoneInfo(name) if name in available_timezones() else None


def _on_clock(typed: date | None, zone: ZoneInfo) -> date | None:
    return typed.astimezone(zone) if isinstance(typed, datetime) else typed


def _day(typed: date) -> date:
    return typed.date() if isinstance(typed, datetime) else typed


def _days(start: date, end: date | None) -> tuple[date, date]:
    """The first day and the day after the last; midnight is the end of the day before."""
    if isinstance(end, datetime) and end.time() == time.min and end.date() > _day(start):
        return _day(start), end.date()
    return _day(start), _day(end or start) + timedelta(days=1)


def _month(start: date) -> tuple[date, date]:
    first = _day(start).replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
