from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Talk
from members.forms import NOT_OF_THE_WEB
from members.models import Person
from smclub.images import PictureField


class SpeakerForm(forms.ModelForm):
    """What somebody who speaks tells of themselves; of pictures alone when they have a profile of their own."""

    image_consent = forms.ChoiceField(label=_("Pictures of you"), choices=Talk.Consent, widget=forms.RadioSelect)
    portrait = PictureField(
        label=_("Portrait"),
        required=False,
        help_text=_("A JPEG, PNG, WebP or AVIF file; where and when it was taken is removed."),
    )
    is_public = forms.BooleanField(
        label=_("A page about me, which everybody may read"),
        required=False,
        help_text=_(
            "Ticked, what you say here of yourself is read on that page and on that of the meeting. Otherwise only the "
            "organisers read it; your name and your talk are on the page of the meeting all the same."
        ),
    )
    remark = forms.CharField(
        label=_("A word to the organisers"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you need on the day, or a correction to the write-up."),
    )

    class Meta:
        model = Person
        fields = ["headline", "headline_en", "bio", "bio_lang", "website", "linkedin", "mastodon", "bluesky", "instagram", "x"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 8, "maxlength": 5000})}
        error_messages = {name: {"invalid": NOT_OF_THE_WEB} for name in ("website", "linkedin")}

    field_order = [
        "headline",
        "headline_en",
        "bio",
        "bio_lang",
        "portrait",
        *Meta.fields[4:],
        "is_public",
        "image_consent",
        "remark",
    ]

    def __init__(self, *args, talk: Talk, **kwargs):
        said = {"image_consent": talk.image_consent, "is_public": talk.person.visibility == Person.Visibility.PUBLIC}
        super().__init__(*args, instance=talk.person, initial=said, **kwargs)
        if talk.person.member_id:
            for name in (*self.Meta.fields, "portrait", "is_public"):
                del self.fields[name]

    def clean_bio(self):
        bio = self.cleaned_data["bio"]
        if len(bio) > 5000:
            raise forms.ValidationError(_("That is long: 5,000 characters at most."), code="max_length")
        return bio


class TalkForm(forms.ModelForm):
    class Meta:
        model = Talk
        fields = ["title", "slides_url"]
        labels = {"slides_url": _("Slides")}
        help_texts = {"slides_url": _("The address where they are read. It is shown once the meeting has begun.")}
        error_messages = {"slides_url": {"invalid": NOT_OF_THE_WEB}}
