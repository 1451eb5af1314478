"""Moments typed on the two nights when clocks change, and on every other."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import translation

from smclub.clocks import Change, MomentField, change_about


class Form(forms.Form):
    at = MomentField()
    note = forms.CharField(required=False)


class LaterForm(forms.Form):
    at = MomentField(required=False)


def sent(day="", hour="", which=None, form=Form, zone=None, **more):
    boxes = {"at_0": day, "at_1": hour} | ({} if which is None else {"at_2": which})
    filled = form(boxes | more)
    if zone:
        filled.fields["at"].put_on(ZoneInfo(zone), shown=ZoneInfo(zone))
    return filled


def codes(form) -> list[str]:
    return [error.code for error in form.errors.as_data().get("at", [])]


@pytest.mark.parametrize(
    ("zone", "typed", "change"),
    [
        ("Europe/Paris", "2026-03-29 01:59", None),
        ("Europe/Paris", "2026-03-29 02:00", ("2026-03-29 02:00", "2026-03-29 03:00")),
        ("Europe/Paris", "2026-03-29 02:59:59", ("2026-03-29 02:00", "2026-03-29 03:00")),
        ("Europe/Paris", "2026-03-29 03:00", None),
        ("Europe/Paris", "2026-10-25 01:59", None),
        ("Europe/Paris", "2026-10-25 02:00", ("2026-10-25 03:00", "2026-10-25 02:00")),
        ("Europe/Paris", "2026-10-25 02:30", ("2026-10-25 03:00", "2026-10-25 02:00")),
        ("Europe/Paris", "2026-10-25 03:00", None),
        ("Indian/Reunion", "2026-03-29 02:30", None),
        ("Indian/Reunion", "2026-10-25 02:30", None),
        ("America/Montreal", "2026-03-08 02:30", ("2026-03-08 02:00", "2026-03-08 03:00")),
        ("America/Montreal", "2026-11-01 01:30", ("2026-11-01 02:00", "2026-11-01 01:00")),
        ("Australia/Lord_Howe", "2026-04-05 01:45", ("2026-04-05 02:00", "2026-04-05 01:30")),  # half an hour
        ("Pacific/Apia", "2011-12-30 12:00", ("2011-12-30 00:00", "2011-12-31 00:00")),  # a day that never was
        ("Europe/Paris", "9999-12-31 23:59", None),
    ],
)
def test_the_change_of_a_night_is_that_of_its_zone(zone, typed, change):
    expected = change and Change(*map(datetime.fromisoformat, change))
    assert change_about(datetime.fromisoformat(typed), ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Cette heure n’existe pas\xa0: le dimanche 29\xa0mars 2026, on passe de 2\xa0h à 3\xa0h."),
        ("en", "This hour does not exist: on Sunday 29\xa0March 2026 clocks go from 02:00 to 03:00."),
    ],
)
def test_an_hour_that_the_clock_skips_is_refused_with_the_gap(language, text):
    with translation.override(language):
        form = sent("2026-03-29", "02:30", note="gardé")
        assert form.errors == {"at": [text]}
        drawn = str(form)
    assert ("gardé" in drawn, "02:30" in drawn, 'name="at_2"' in drawn) == (True, True, False)


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        (
            "fr",
            "Cette heure vient deux fois\xa0: le dimanche 25\xa0octobre 2026, on revient de 3\xa0h à 2\xa0h. Dites laquelle.",
            ["2\xa0h\xa030, heure d’été (UTC+2)", "2\xa0h\xa030, heure d’hiver (UTC+1)"],
        ),
        (
            "en",
            "This hour comes twice: on Sunday 25\xa0October 2026 clocks go from 03:00 back to 02:00. Say which of the two.",
            ["02:30, summer time (UTC+2)", "02:30, winter time (UTC+1)"],
        ),
    ],
)
def test_of_an_hour_that_comes_twice_the_form_asks_which(language, text, names):
    with translation.override(language):
        form = sent("2026-10-25", "02:30", note="gardé")
        assert form.errors == {"at": [text]}
        drawn = str(form)
        assert form["at"].field.widget.widgets[2].choices == [("", "–"), ("0", names[0]), ("1", names[1])]
    assert ("gardé" in drawn, "02:30" in drawn, drawn.count('name="at_2"')) == (True, True, 1)
    assert '<label for="id_at_2">' in drawn


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_the_one_that_was_chosen_is_kept_and_shown_again(which, hour):
    form = sent("2026-10-25", "02:30", which)
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    again = Form(initial={"at": form.cleaned_data["at"]})
    assert f'<option value="{which}" selected>' in str(again)
    assert Form({"at_0": "2026-10-25", "at_1": "02:30", "at_2": which}, initial=again.initial).changed_data == []
    other = Form({"at_0": "2026-10-25", "at_1": "02:30", "at_2": "10"[int(which)]}, initial=again.initial)
    assert other.changed_data == ["at"]


@pytest.mark.parametrize("which", ["", "0", "1"])
def test_a_choice_left_from_another_hour_changes_nothing(which):
    form = sent("2026-10-25", "19:00", which)
    assert (form.is_valid(), form.cleaned_data["at"]) == (True, datetime(2026, 10, 25, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("boxes", "form", "expected"),
    [
        (("", ""), Form, ["required"]),
        (("", "", "1"), Form, ["required"]),
        (("", "19:00"), Form, ["invalid_date"]),
        (("2026-10-25", ""), Form, ["invalid_time"]),
        (("x", "25:00"), Form, ["invalid", "invalid"]),
        (("2026-10-25", "02:30", "7"), Form, ["invalid_choice"]),
        (("0001-01-01", "00:00"), Form, ["invalid"]),
        (("", ""), LaterForm, []),
        (("", "", "1"), LaterForm, []),
        (("", "19:00"), LaterForm, ["invalid_date"]),
    ],
)
def test_what_is_missing_or_is_no_moment_is_refused(boxes, form, expected):
    filled = sent(*boxes, form=form)
    assert codes(filled) == expected
    assert 'name="at_0"' in str(filled)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Paris", ["twice"]), ("Indian/Reunion", []), ("America/Montreal", [])],
)
def test_whether_an_hour_comes_twice_depends_on_the_zone(zone, expected):
    assert codes(sent("2026-10-25", "02:30", zone=zone)) == expected
