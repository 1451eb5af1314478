from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from events.door.arriving import MOST
from events.models import Event


class WalkInForm(forms.Form):
    """Somebody who comes without a registration, in ten seconds at a door."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"})
    )
    people = forms.TypedChoiceField(label=_("People"), coerce=int, initial=1)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("So that their coming is noted on their account, if they have one."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        if event.is_assembly:
            self.fields["email"].help_text = _("Of a member, the address of their account: the quorum counts them by it.")
        one = ngettext_lazy("%(n)s person", "%(n)s people", "n")
        self.fields["people"].choices = [(n, one % {"n": n}) for n in range(1, MOST + 1)]  # type: ignore[attr-defined]  # of a choice field

    def ask_to_confirm(self, refusal) -> None:
        """The same again with one button, nothing typed lost."""
        self.data = {**self.data.dict(), "is_confirmed": "on"}  # type: ignore[attr-defined]  # a QueryDict, as it was posted
        self.asked = refusal

    def refuse(self, refusal) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal)


class LinkForm(forms.Form):
    label = forms.CharField(
        label=_("For whom"), max_length=80, required=False, help_text=_("A first name, to know which to revoke.")
    )
