from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import asking
from events.models import Event, Question
from events.models.question import LONGEST
from members.conduct import ask_for_conduct
from members.models import Group
from members.naming import NameField

FEW = 10  # guests up to which a list is easier than a number


class RegistrationForm(forms.Form):
    """What somebody who comes says: how many they bring, and their name the first time."""

    name = NameField(help_text=_("What the other people going see."))
    guests = forms.IntegerField(label=_("You come with"), min_value=0)

    def __init__(self, *args, event: Event, member, brought: int = 0, questions: Iterable[Question] = (), **kwargs):
        """`brought`: the guests of a registration that stands; it may keep them when fewer are allowed by now."""
        super().__init__(*args, auto_id="rsvp-%s", **kwargs)  # a comment box on the same page asks for the name too
        if member.is_known_by_name:
            del self.fields["name"]
        else:
            NameField.of(self, member)
        if most := max(event.max_guests, brought):
            self.fields["guests"] = _guests(most)
            self.fields["guest_names"] = _guest_names()
        else:
            del self.fields["guests"]
        self.questions = {asking.field_of(question): question for question in questions}
        self.fields |= {name: _answer_to(question) for name, question in self.questions.items()}
        ask_for_conduct(self, member)

    @property
    def wanted(self) -> dict:
        """The arguments of `registering.join`, of a valid form."""
        said = {name: self.cleaned_data.get(name, "") for name in ("name", "conduct")}
        said |= {"guests": self.cleaned_data.get("guests") or 0, "guest_names": self.cleaned_data.get("guest_names")}
        if self.questions:
            said["answers"] = {question.pk: self.cleaned_data.get(name, "") for name, question in self.questions.items()}
        return said

    def refuse(self, refusal) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal)


class FewerGuestsForm(forms.Form):
    """How many come with who was registered without an account, or reads a letter: as many as were said, or fewer."""

    def __init__(self, *args, brought: int, **kwargs):
        super().__init__(*args, initial={"guests": brought}, **kwargs)
        self.fields["guests"] = _guests(brought)
        self.fields["guests"].required = True


def _guests(most: int) -> forms.IntegerField:
    if most > FEW:
        return forms.IntegerField(label=_("Guests you bring"), min_value=0, max_value=most, required=False)
    numbers = [(0, _("nobody else"))]
    numbers += [(n, ngettext("%(n)s person", "%(n)s people", n) % {"n": n}) for n in range(1, most + 1)]
    field = forms.IntegerField(
        label=_("You come with"), min_value=0, max_value=most, required=False, widget=forms.Select(choices=numbers)
    )
    return field


def _guest_names() -> forms.CharField:
    return forms.CharField(
        label=_("Their names"),
        max_length=1000,
        required=False,
        help_text=_("Separated by commas. Only the organisers see them."),
    )


def _answer_to(question: Question) -> forms.Field:
    said = {"label": question.text, "required": question.is_required, "error_messages": {"required": _("Answer this question.")}}
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}), **said)
    if question.kind == Question.Kind.YES_NO:
        return forms.ChoiceField(choices=question.offered, widget=forms.RadioSelect, **said)
    return forms.ChoiceField(choices=[("", "–"), *question.offered], **said)


class EventFilter(forms.Form):
    """Which meetings to show, from the address; a value that is not offered shows them all."""

    type = forms.ChoiceField(label=_("Kind"), required=False)
    groupe = forms.ChoiceField(label=_("Group"), required=False)
    ville = forms.ChoiceField(label=_("Town"), required=False)

    def __init__(self, data, *, events):
        super().__init__(data)
        towns = events.without_stubs().exclude(venue=None).order_by("venue__city").values_list("venue__city", flat=True)
        groups = Group.objects.filter(events__in=events).distinct().order_by("position", "name")
        self.fields["type"].choices = [("", _("All kinds")), *Event.Kind.choices]
        self.fields["groupe"].choices = [("", _("All groups")), *groups.values_list("slug", "name")]
        self.fields["ville"].choices = [("", _("All towns")), *((town, town) for town in towns.distinct())]

    def narrow(self, events):
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("type"):
            events = events.of_kind(chosen["type"])
        if chosen.get("groupe"):
            events = events.filter(group__slug=chosen["groupe"])
        if chosen.get("ville"):
            events = events.in_town(chosen["ville"])
        return events


class AlarmForm(forms.Form):
    """What the address of one's own calendar asks for."""

    rappel = forms.ChoiceField(
        label=_("With an alarm"),
        choices=[("", _("none")), ("1h", _("an hour before")), ("1j", _("a day before"))],
        required=False,
        help_text=_("It rings in your calendar; where only the day is known, at ten the day before."),
    )
