"""The code of conduct: accepted beside the name, with the first deed, and again when the club gives it another version."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from members.models import Club, Member
from smclub.keeping import kept_here


class ConductField(forms.BooleanField):
    """A box to tick; its value is the version that was accepted."""

    def __init__(self, version: str):
        page = reverse("page", kwargs={"slug": "code-de-conduite"})
        super().__init__(
            label=_("I accept the code of conduct."),
            help_text=format_html('<a href="{}">{}</a>', page, _("Read it")),
            error_messages={"required": _("The club asks everybody to accept it first.")},
        )
        self.version = version

    def clean(self, value):
        super().clean(value)
        return self.version


def ask_for_conduct(form: forms.BaseForm, member: Member) -> None:
    """Adds the box to `form` when `member` has not accepted the club's version; a club without one asks nobody."""
    version = kept_here("club", Club.current).conduct_version
    if version and member.conduct_version != version:
        form.fields["conduct"] = ConductField(version)
