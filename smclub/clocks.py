"""Moments as they are typed, on the clock of a zone, on the two nights as well when it changes (floor).

An hour that the clock skips does not exist, and is refused. Of one that it shows twice the form asks which, beside its boxes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, BaseAdminDateWidget, BaseAdminTimeWidget
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from smclub.dates import full_day, hour

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Change:
    """What the clock showed last and what it shows next, when it is put forward or back."""

    at: datetime
    to: datetime

    @property
    def skips(self) -> bool:
        return self.to > self.at

    @property
    def facts(self) -> dict[str, str]:
        return {"day": full_day(self.at), "at": hour(self.at), "to": hour(self.to)}


def change_about(typed: datetime, zone: tzinfo) -> Change | None:
    """The change that skips or repeats `typed`; None of any other hour, which the clock shows once."""
    before, after = (_offset(typed, zone, fold=fold) for fold in (0, 1))
    if before == after:
        return None
    moment = (typed - max(before, after)).replace(tzinfo=UTC)
    while moment.astimezone(zone).utcoffset() != after:
        moment += MINUTE
    moment = moment.replace(second=0, microsecond=0, tzinfo=None)
    return Change(moment + before, moment + after)


def _offset(typed: datetime, zone: tzinfo, *, fold: int) -> timedelta:
    return typed.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


class MomentWidget(AdminSplitDateTime):
    """The boxes of a day and an hour, and a third one beside an hour that the clock shows twice."""

    zone: tzinfo | None = None  # on whose clock a moment is shown; that of the site unless given
    twice: tuple[datetime, tzinfo] | None = None

    def __init__(self, attrs=None):
        boxes = [BaseAdminDateWidget, BaseAdminTimeWidget, forms.Select]
        forms.MultiWidget.__init__(self, boxes, attrs)

    def decompress(self, value):
        if value is None:
            return [None, None, ""]
        local = value.astimezone(self.zone or timezone.get_current_timezone())
        change = change_about(local.replace(tzinfo=None), local.tzinfo)
        return [local.date(), local.time(), str(local.fold) if change else ""]

    def get_context(self, name, value, attrs):
        if not isinstance(value, list):
            value = self.decompress(value)
            if value[2]:
                self.twice = datetime.combine(*value[:2]), self.zone or timezone.get_current_timezone()
        self.widgets[2].choices = [("", "–"), *_names(*self.twice)] if self.twice else []
        return super().get_context(name, value, attrs)

    def render(self, name, value, attrs=None, renderer=None):
        boxes = super().render(name, value, attrs, renderer)
        if not self.twice:
            return boxes
        which = self.get_context(name, value, attrs)["widget"]["subwidgets"][2]
        drawn = self._render(which["template_name"], {"widget": which}, renderer)
        label = _("Which of the two:")
        return format_html('{}<p class="datetime"><label for="{}">{}</label> {}</p>', boxes, which["attrs"]["id"], label, drawn)


class MomentField(forms.SplitDateTimeField):
    """A moment typed on the clock of `zone`, of the site unless given; its value is in UTC, where each moment comes once."""

    widget = MomentWidget
    zone: tzinfo | None = None

    def __init__(self, **kwargs):
        super().__init__(require_all_fields=False, **kwargs)
        self.fields = (*self.fields, forms.ChoiceField(choices=[("0", ""), ("1", "")]))
        for box in self.fields:
            box.required = False

    def put_on(self, zone: tzinfo, *, shown: tzinfo) -> None:
        """Typed on the clock of `zone`; what it was before is shown on that of another."""
        self.zone, self.widget.zone = zone, shown

    def clean(self, value):
        return super().clean(value if value and any(value[:2]) else [])

    def compress(self, data_list):
        day, at, which = data_list or (None, None, "")
        if day is None and at is None:
            return None
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        return self.without_hour(day) if at is None else self._moment(datetime.combine(day, at), which)

    def without_hour(self, day: date) -> date:
        raise forms.ValidationError(self.error_messages["invalid_time"], code="invalid_time")

    def _moment(self, typed: datetime, which: str) -> datetime:
        zone = self.zone or timezone.get_current_timezone()
        change = change_about(typed, zone)
        if change and change.skips:
            text = _("This hour does not exist: on %(day)s clocks go from %(at)s to %(to)s.")
            raise forms.ValidationError(text % change.facts, code="skipped")
        if change:
            self.widget.twice = typed, zone
            if not which:
                text = _("This hour comes twice: on %(day)s clocks go from %(at)s back to %(to)s. Say which of the two.")
                raise forms.ValidationError(text % change.facts, code="twice")
        try:
            return typed.replace(tzinfo=zone, fold=int(which or 0)).astimezone(UTC)
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


def _names(typed: datetime, zone: tzinfo) -> list[tuple[str, str]]:
    """« 2 h 30, heure d’été (UTC+2) » and « 2 h 30, heure d’hiver (UTC+1) »."""
    names = [_("%(hour)s, summer time (%(offset)s)"), _("%(hour)s, winter time (%(offset)s)")]
    facts = [{"hour": hour(typed), "offset": _utc(_offset(typed, zone, fold=fold))} for fold in (0, 1)]
    return [(str(fold), names[fold] % facts[fold]) for fold in (0, 1)]


def _utc(offset: timedelta) -> str:
    """« UTC+2 », « UTC−3:30 »."""
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "\N{MINUS SIGN}" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"
