"""Who speaks, on the desk's page of a meeting, with the link by which they give their own texts."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events import speaking
from events.models import Talk
from members.models.member import fold_email
from smclub.addresses import absolute, in_language
from smclub.dates import full_day
from smclub.desk import ClubInline


class TalkForm(forms.ModelForm):
    is_revoked = forms.BooleanField(
        label=_("Give them another link"), required=False, help_text=_("The one they have answers no more.")
    )

    def clean_email(self):
        return fold_email(self.cleaned_data["email"])

    def clean(self):
        """Of who was entered by mistake, nothing stays: neither where the link was sent, nor what they answered."""
        said = super().clean()
        if self.instance.pk and "person" in self.changed_data:
            said |= {name: "" for name in ("email", "image_consent") if name not in self.changed_data}
            self.instance.told_at = None
        return said


class TalkInline(ClubInline):
    model = Talk
    form = TalkForm
    template = "admin/edit_inline/stacked.html"
    extra = 0
    autocomplete_fields = ["person"]
    ordering = ["position", "pk"]
    readonly_fields = ["own_link"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("person", "role", "position"),
                    "title",
                    "slides_url",
                    ("as_headline", "image_consent"),
                    "email",
                    ("own_link", "is_revoked"),
                ]
            },
        )
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("event", "person")

    @admin.display(description=_("their own page"))
    def own_link(self, talk):
        """To be sent to whoever speaks: no account is needed."""
        if not talk.pk:
            return _("once it is saved")
        address = absolute(in_language(talk.event.lang, "speaker", speaking.key_of(talk)))
        said = _("answered on %(day)s") % {"day": full_day(talk.told_at)} if talk.told_at else _("no answer yet")
        return format_html('<a href="{}">{}</a> – {}', address, _("Link to send them"), said)


def revoke_links(formset, *, by) -> None:
    """What the formset of talks asks beside its fields, and the link of who was entered by mistake; nothing of others."""
    for form in formset.forms if formset.model is Talk else []:
        is_somebody_else = "person" in form.changed_data and form.initial.get("person")
        if form.instance.pk and (form.cleaned_data.get("is_revoked") or is_somebody_else):
            speaking.revoke(form.instance, by=by)
