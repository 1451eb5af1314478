import secrets
import time
from urllib.parse import urljoin, urlsplit, urlunsplit

from django import forms
from django.conf import settings
from django.core import signing
from django.http.request import validate_host
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.conduct import ask_for_conduct
from members.models import Member
from members.naming import NameField
from posts.models import Report
from smclub.addresses import absolute


class ProseField(forms.CharField):
    """Several lines: one character for an end of line, as browsers count them."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(str(value or "").replace("\r\n", "\n").replace("\r", "\n"))


class CommentForm(forms.Form):
    """A comment or a reply of `member`; asks for the name once, when the account has none."""

    name = NameField(help_text=_("What other people see. Asked once."))
    body = ProseField(label=_("Your comment"), max_length=5000)
    website = forms.CharField(label=_("Leave this empty"), required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, member: Member, is_answer: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        if is_answer:
            self.fields["body"].label = _("Your answer")
        if member.is_known_by_name:
            del self.fields["name"]
        else:
            NameField.of(self, member)
        ask_for_conduct(self, member)
        self.fields["token"].initial = sign(member)
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}
        self.fields["body"].widget.attrs["rows"] = 6

    def clean(self):
        values = super().clean()
        values["key"], values["age"] = read(values.pop("token", ""), self.member)
        return values


class EditForm(forms.Form):
    body = ProseField(label=_("Your comment"), max_length=5000)


def _signer(member: Member) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"comment-{member.pk}")


def sign(member: Member) -> str:
    """A token that names one filling-in of the form by `member`, and when it began."""
    return _signer(member).sign(secrets.token_hex(16))


def read(token: str, member: Member) -> tuple[str | None, float | None]:
    """The key of a token and its age in seconds; (None, None) when `member` was not given it."""
    try:
        key = _signer(member).unsign(token)
    except signing.BadSignature:
        return None, None
    return key, time.time() - signing.b62_decode(token.split(":")[1])


class ReportForm(forms.Form):
    """What article 16 of the Digital Services Act asks of a notice; `comment` is set when the address is a comment's."""

    url = forms.CharField(label=_("Exact address of the page or comment"), max_length=500)
    kind = forms.ChoiceField(
        label=_("What is wrong with it"),
        choices=[choice for choice in Report.Kind.choices if choice[0] != Report.Kind.PICTURE],
        widget=forms.RadioSelect,
    )
    reason = ProseField(label=_("Why, in a few sentences"), max_length=3000)
    name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("We acknowledge your report and tell you what was decided."),
    )
    in_good_faith = forms.BooleanField(label=_("I believe in good faith that what I state here is accurate and complete."))
    website = forms.CharField(label=_("Leave this empty"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}
        self.fields["reason"].widget.attrs["rows"] = 6

    def clean_url(self) -> str:
        """An absolute address of this site; a path is one, once completed."""
        try:
            parts = urlsplit(urljoin(settings.SITE_URL, self.cleaned_data["url"]))
            here = parts.scheme in ("http", "https") and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)
        except ValueError:  # brackets that hold no address
            here = False
        if not here:
            raise forms.ValidationError(
                _("Give the address of a page of this site, such as %(example)s"),
                code="elsewhere",
                params={"example": absolute(reverse("posts:list"))},
            )
        return absolute(urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment)))[:500]

    def clean(self):
        """Names are asked for by the law (article 16, 2 c), but for the sexual abuse of minors."""
        values = super().clean()
        if values.get("kind") == Report.Kind.ILLEGAL:
            for name in ("name", "email"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, forms.ValidationError(_("The law asks for it in such a report."), code="required"))
        return values


class TakeDownForm(ReportForm):
    """Somebody would rather not be in a photograph: they owe no reason, no name and no promise."""

    url = forms.CharField(widget=forms.HiddenInput, max_length=500)
    kind = None
    reason = ProseField(label=_("Something to add"), max_length=3000, required=False)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("If you wish to be told when it is done."),
    )
    in_good_faith = None

    def clean(self):
        return super().clean() | {"kind": Report.Kind.PICTURE}
