from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members import messaging
from members.conduct import ask_for_conduct
from members.contacting import Subject
from members.models import Application, Club, Group, Member, Organisation, Person, PersonLanguage, Sponsorship, Topic
from members.models.member import fold_email
from members.models.shown import FIELDS
from members.models.spoken import Spoken
from members.models.topic import topics_from_string, topics_to_string
from members.naming import NameField
from smclub.images import PictureField
from smclub.keeping import kept

TOPICS = 12
NOT_OF_THE_WEB = _("Paste the whole address, as your browser shows it: https://…")


class DirectoryForm(forms.Form):
    """What narrows the directory; a key or value that does not exist narrows nothing."""

    q = forms.CharField(label=_("Name or word"), max_length=80, required=False)
    ville = forms.ChoiceField(label=_("Town"), required=False)
    groupe = forms.ModelChoiceField(Group.objects.current().in_order(), label=_("Group"), to_field_name="slug", required=False)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), to_field_name="slug", required=False
    )
    theme = forms.ModelChoiceField(Topic.objects.none(), label=_("Interest"), to_field_name="slug", required=False)
    langue = forms.ChoiceField(label=_("Language spoken"), required=False)

    def __init__(self, *args, people, visitor, kept_as="", **kwargs):
        """`kept_as` names `people` that are the same for all readers of that name: their towns are asked once in an edition."""
        super().__init__(*args, **kwargs)
        self.visitor = visitor
        towns = people.showing("city", to=visitor).exclude(city="").order_by("city").values_list("city", flat=True).distinct()
        spoken = PersonLanguage.objects.filter(person__in=people.showing("languages", to=visitor).values("pk"))
        codes = spoken.order_by("code").values_list("code", flat=True).distinct()
        told = kept(f"choices:{kept_as}", lambda: (list(towns), list(codes))) if kept_as else (towns, codes)
        self.fields["ville"].choices = [("", _("Everywhere")), *((town, town) for town in told[0])]
        self.fields["langue"].choices = [("", pgettext("languages", "All")), *((code, Spoken(code).label) for code in told[1])]
        self.fields["groupe"].empty_label = pgettext("groups", "All")
        self.fields["organisation"].empty_label = pgettext("organisations", "All")
        self.fields["organisation"].queryset = Organisation.objects.employing(people.showing("organisation", to=visitor))
        self.fields["theme"].empty_label = pgettext("interests", "All")
        self.fields["theme"].queryset = Topic.objects.of_interest_to(people.showing("topics", to=visitor))
        for name in ("ville", "groupe", "organisation", "theme", "langue"):  # an address kept from when there was somebody
            self.fields[name].error_messages["invalid_choice"] = _("Nobody here has this any more.")

    def narrow(self, people):
        """`people` as far as the form says; a field with an error is left out."""
        if not self.is_bound:
            return people
        self.is_valid()
        wanted, visitor = self.cleaned_data, self.visitor
        if wanted.get("q"):
            people = people.answering(wanted["q"], to=visitor)
        if wanted.get("ville"):
            people = people.showing("city", to=visitor).filter(city=wanted["ville"])
        if wanted.get("groupe"):
            people = people.in_group(wanted["groupe"], to=visitor)
        if wanted.get("organisation"):
            people = people.showing("organisation", to=visitor).filter(organisation=wanted["organisation"])
        if wanted.get("theme"):
            people = people.interested_in(wanted["theme"], to=visitor)
        if wanted.get("langue"):
            people = people.showing("languages", to=visitor).filter(languages__code=wanted["langue"])
        return people

    @property
    def narrows(self) -> bool:
        """Whether anything is asked of it that it could understand."""
        return self.is_bound and any(self.cleaned_data.values())


class GroupRequestForm(forms.Form):
    """A word to the coordinators of a group."""

    message = forms.CharField(
        label=_("A word to the coordinators"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What brings you, in a sentence or two. They alone read it."),
        error_messages={"max_length": _("That is long: %(limit_value)d characters at most (you have %(show_value)d).")},
    )


class AccountForm(forms.ModelForm):
    name = NameField(help_text=_("What other people see."))

    class Meta:
        model = Member
        fields = ["name", "language", "shows_attendance", "shows_encounters"]

    def __init__(self, *args, member: Member):
        super().__init__(*args, initial={name: getattr(member, name) for name in self._meta.fields})
        NameField.of(self, member)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("shows_encounters") and not cleaned.get("shows_attendance"):
            self.add_error("shows_encounters", _("For that, let your name be shown to the others who come, too."))
        return cleaned


@dataclass(frozen=True)
class Card:
    """Fields of the profile that one choice of readers goes for."""

    title: str | Promise
    fields: list[BoundField]
    readers: BoundField | None = None

    @property
    def is_invalid(self) -> bool:
        return any(field.errors for field in (*self.fields, *filter(None, [self.readers])))


class ProfileForm(forms.ModelForm):
    """How others see you. Empty and private at first; a page is only made once somebody may read it."""

    name = NameField(help_text=_("What other people see."))
    organisation_name = forms.CharField(
        label=_("Organisation"), max_length=150, required=False, help_text=_("The company, body or association you work for.")
    )
    topics = forms.CharField(
        label=_("Interests"), max_length=400, required=False, help_text=_("Separated by commas, for instance: data, local media")
    )
    portrait = PictureField(
        label=_("Portrait"),
        required=False,
        help_text=_("A JPEG, PNG, WebP or AVIF file; where and when it was taken is removed."),
    )
    without_portrait = forms.BooleanField(label=_("Take my portrait away"), required=False)

    spoken = forms.MultipleChoiceField(
        label=_("Languages you speak"), choices=Spoken, required=False, widget=forms.CheckboxSelectMultiple
    )

    CARDS = [  # title, fields, what says who reads them
        (_("Your page"), ["name", "visibility", "is_in_directory"], ""),
        (_("What you do"), ["headline", "headline_en"], "headline_for"),
        (_("Your organisation"), ["organisation_name"], "organisation_for"),
        (_("Where you are"), ["city"], "city_for"),
        (_("Your portrait"), ["portrait", "without_portrait"], "portrait_for"),
        (_("About you"), ["bio", "bio_lang"], "bio_for"),
        (_("What interests you"), ["topics"], "topics_for"),
        (_("Languages"), ["spoken"], "languages_for"),
        (_("Elsewhere on the web"), ["website", "linkedin", "mastodon", "bluesky", "instagram", "x"], "links_for"),
        (_("Your groups"), [], "groups_for"),
        (_("The meetings you went to"), [], "meetings_for"),
        (_("Messages"), ["takes_messages"], ""),
    ]

    class Meta:
        model = Person
        fields = [
            "name",
            "headline",
            "headline_en",
            "city",
            "bio",
            "bio_lang",
            "website",
            "linkedin",
            "mastodon",
            "bluesky",
            "instagram",
            "x",
            "visibility",
            "is_in_directory",
            "takes_messages",
            *(f"{field}_for" for field in FIELDS),
        ]
        widgets = {"bio": forms.Textarea(attrs={"rows": 8, "maxlength": 5000}), "visibility": forms.RadioSelect}
        error_messages = {name: {"invalid": NOT_OF_THE_WEB} for name in ("website", "linkedin")}
        labels = dict.fromkeys((f"{field}_for" for field in FIELDS), _("Who sees this"))
        help_texts = {
            "groups_for": _("The groups you coordinate are known anyway."),
            "meetings_for": _("Only those open to all; never one for members, by invitation or confidential."),
        }

    def __init__(self, *args, member: Member, person: Person | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.member, self.has_person = member, person is not None
        NameField.of(self, member)
        if not (person and person.portrait_id):
            del self.fields["without_portrait"]
        if not member.is_accepted:
            self._narrow_to_friends(person)

    def cards(self) -> Iterator[Card]:
        for title, names, readers in self.CARDS:
            yield Card(title, [self[name] for name in names if name in self.fields], self[readers] if readers else None)

    def _narrow_to_friends(self, person: Person | None) -> None:
        """A page for everybody, the directory, new interests and organisations come with membership: anybody opens an account."""
        del self.fields["is_in_directory"]
        self.fields["topics"].help_text = _("Separated by commas, among the topics of the club.")
        if not (person and person.visibility == Person.Visibility.PUBLIC):
            offered = [choice for choice in Person.Visibility.choices if choice[0] != Person.Visibility.PUBLIC]
            for name in ("visibility", *(f"{field}_for" for field in FIELDS)):
                self.fields[name].choices = offered  # type: ignore[attr-defined]
            self.fields["visibility"].help_text = _("Members may also show theirs to everybody.")

    @classmethod
    def of(cls, member, person) -> dict:
        """Initial values: the profile as it is, or the account's name alone."""
        if not person:
            return {"name": member.name, "bio_lang": member.language}
        values = {name: getattr(person, name) for name in cls._meta.fields}
        told = {"organisation_name": person.organisation or "", "topics": topics_to_string(person.topics.all())}
        told["spoken"] = [language.code for language in person.languages.all()]
        return values | told | {"name": member.name or person.name}

    def clean_bio(self):
        bio = self.cleaned_data["bio"]
        if len(bio) > 5000:
            raise forms.ValidationError(_("That is long: 5,000 characters at most."), code="max_length")
        return bio

    def clean_organisation_name(self):
        name = " ".join(self.cleaned_data["organisation_name"].split())
        if name and not self.member.is_accepted and not Organisation.objects.called(name):
            raise forms.ValidationError(_("Not among the organisations that the club knows."), code="unknown")
        return name

    def clean_topics(self):
        typed = self.cleaned_data["topics"]
        labels = topics_from_string(typed)
        if len(labels) > TOPICS:
            raise forms.ValidationError(_("A dozen interests at most."), code="too_many")
        if not self.member.is_accepted and (unknown := set(labels) - set(Topic.objects.called(labels))):
            raise forms.ValidationError(
                _("Not among the topics of the club: %(topics)s."),
                code="unknown",
                params={"topics": ", ".join(sorted(unknown))},
            )
        return typed

    def clean(self):
        cleaned = super().clean()
        is_private = cleaned.get("visibility") == Person.Visibility.PRIVATE
        if is_private and cleaned.get("is_in_directory"):
            self.add_error("visibility", _("To be in the directory, let at least the members read your page."))
        elif is_private and not self.has_person:
            self.add_error("visibility", _("Choose who may read your page: with nobody to read it, there is no page to keep."))
        return cleaned


class FirstNameForm(forms.Form):
    """What is asked with a first deed: nothing of who has said it already."""

    name = NameField(help_text=_("What other people see."))

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        if member.name:
            del self.fields["name"]
        else:
            NameField.of(self, member)
        ask_for_conduct(self, member)


class ApplicationForm(forms.ModelForm):
    occupation = forms.CharField(label=_("What do you do?"), max_length=200)
    organisation = forms.CharField(label=_("For which organisation?"), max_length=120, required=False)
    motivation = forms.CharField(
        label=_("What brings you to the club?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )
    sponsor = forms.EmailField(
        label=_("A member who knows you: their e-mail address"),
        max_length=254,
        required=False,
        help_text=_("If there is one; it is not a condition. If the address is a member’s, we write there to ask."),
    )
    second_sponsor = forms.EmailField(label=_("A second one"), max_length=254, required=False)

    class Meta:
        model = Application
        fields = ["occupation", "organisation", "motivation"]

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        if Club.current().joining == Club.Joining.OPEN:
            self.fields.clear()
        if not member.name:
            name = NameField(help_text=_("What other people see."))
            self.fields = {"name": name, **self.fields}
            NameField.of(self, member)
        ask_for_conduct(self, member)

    def clean_sponsor(self):
        return self._of_somebody_else(self.cleaned_data["sponsor"])

    def clean_second_sponsor(self):
        return self._of_somebody_else(self.cleaned_data["second_sponsor"])

    def _of_somebody_else(self, email: str) -> str:
        if email and fold_email(email) == self.member.email:
            raise forms.ValidationError(_("That is your own address: name somebody else, or nobody."), code="own")
        return email

    @property
    def said(self) -> dict:
        """The arguments of `joining.apply`, of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if "sponsor" not in name}
        return said | {
            "sponsors": [self.cleaned_data[name] for name in ("sponsor", "second_sponsor") if self.cleaned_data.get(name)]
        }


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Your message"), max_length=messaging.LONGEST, widget=forms.Textarea(attrs={"rows": 8}))
    gives_address = forms.BooleanField(label=_("Give my address, so that the answer comes straight to me"), required=False)

    def __init__(self, *args, member: Member):
        super().__init__(*args)
        self.fields["gives_address"].help_text = member.email


class MessageReportForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong with it?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Paste the message here if you want it read: the site keeps no copy."),
    )


class SponsorshipForm(forms.Form):
    state = forms.ChoiceField(
        choices=[(state.value, state.label) for state in Sponsorship.State if state != Sponsorship.State.ASKED]
    )


class ContactForm(forms.Form):
    subject = forms.ChoiceField(label=_("What is it about?"), choices=Subject, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail address"), max_length=254, help_text=_("To answer you, and for nothing else."))
    message = forms.CharField(label=_("Your message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}))
    website = forms.CharField(required=False)

    @staticmethod
    def of(visitor, *, subject: str) -> dict:
        known = {"name": visitor.name, "email": visitor.email} if visitor.is_authenticated else {}
        return known | {"subject": SUBJECTS_IN_ADDRESSES.get(subject, Subject.CLUB)}


SUBJECTS_IN_ADDRESSES = {"presse": Subject.PRESS, "partenaires": Subject.PARTNERS}
