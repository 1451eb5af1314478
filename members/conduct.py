"""The code of conduct: accepted beside the name, with the first deed, and again when the club gives it another version."""

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members.models import Club, Consent, Member
from smclub.keeping import kept_here

WORDS = _("I accept the code of conduct.")


class ConductField(forms.BooleanField):
    """A box to tick; its value is the version that was accepted."""

    def __init__(self, version: str):
        page = reverse("page", kwargs={"slug": "code-de-conduite"})
        super().__init__(
            label=WORDS,
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


def accept(member: Member, version: str) -> None:
    """Keeps which version was accepted, and the words that it was accepted with."""
    member.conduct_version, member.conduct_accepted_at = version, timezone.now()
    member.save(update_fields=["conduct_version", "conduct_accepted_at"])
    Consent.objects.keep(member, {"conduct": (str(WORDS), version)}, way=Consent.Way.FORM)
