"""The one door: an address and a code, or a password for who has one. A new address gets its account on the way."""

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.core import context
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from members import codes, joining
from members.models.member import fold_email
from smclub import limits

NEW_ACCOUNTS_A_DAY = 60  # from one network address: a full meeting behind one router


class Plain:
    """The club's word above each field and none inside; a code is typed on a keyboard of digits."""

    words = {"email": _("E-mail address"), "code": _("Code")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
        if "code" in self.fields:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class LoginForm(Plain, account.LoginForm):
    """With a password it signs in; without one it sends a code, to known and new addresses alike."""

    words = {"login": _("E-mail address")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(
            label=_("Password"),
            required=False,
            autocomplete="current-password",
            help_text=_("Leave it empty to receive a code by e-mail."),
        )
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["website"] = forms.CharField(required=False, label=_("Leave this field empty"))

    def clean_login(self):
        return fold_email(super().clean_login())

    def _login_by_code(self, request, redirect_url, credentials):
        email = credentials["email"]
        self.user = joining.account_of(email)
        if not self.user and not self.cleaned_data["website"]:
            self.user = self._greet(request, email)
        return super()._login_by_code(request, redirect_url, credentials)

    def _greet(self, request, email: str):
        """None once there were too many from one place: a letter then says that there is no account, and the answer nothing."""
        place = limits.network(get_adapter().get_client_ip(request))
        if not limits.allowed("greet", place, times=NEW_ACCOUNTS_A_DAY, seconds=24 * 3600):
            return None
        return joining.greet(email)


class RequestLoginCodeForm(Plain, account.RequestLoginCodeForm):
    """A code for an account that exists."""

    def clean_email(self):
        email = get_adapter().clean_email(super().clean_email())
        self._user = joining.account_of(email)
        return email


class SignupForm(Plain, account.SignupForm):
    pass


class LoginCodeForm(Plain, account.ConfirmLoginCodeForm):
    def clean_code(self):
        codes.count_try(context.request)
        codes.refuse_stale(context.request, "login_code")
        return super().clean_code()


class AddressCodeForm(Plain, account.ConfirmEmailVerificationCodeForm):
    def clean_code(self):
        codes.count_try(context.request)
        return super().clean_code()


class ResetForm(Plain, account.ResetPasswordForm):
    pass


class ResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):
    def clean_code(self):
        codes.count_try(context.request)
        codes.refuse_stale(context.request, "password_reset_code")
        return super().clean_code()


class NewPassword(Plain):
    words = {
        "oldpassword": _("Your password so far"),
        "password1": _("New password"),
        "password2": _("The new password once more"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        enough = _("Twelve characters at least; a sentence that nobody else would write does very well.")
        self.fields["password1"].help_text = enough


class ChosenPasswordForm(NewPassword, account.ResetPasswordKeyForm):
    """The last page of a reset; the code may have gone stale since it was typed."""

    def clean(self):
        codes.refuse_stale(context.request, "password_reset_code")
        return super().clean()


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    pass


class FirstPasswordForm(NewPassword, account.SetPasswordForm):
    pass


class NewAddressForm(Plain, account.AddEmailForm):
    words = {"email": _("New address")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We send a code there; the address you leave is told.")


class AgainByPasswordForm(Plain, account.ReauthenticateForm):
    pass


class AgainByCodeForm(Plain, second_step.ReauthenticateForm):
    pass


class SecondStepForm(Plain, second_step.AuthenticateForm):
    pass


class AppForm(Plain, totp.ActivateTOTPForm):
    words = {"code": _("Code shown by the app")}


class NameOfKey(Plain):
    words = {"name": _("Name of this key")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("To tell it from the others: my phone, the laptop at the office.")


class RenameKeyForm(NameOfKey, webauthn.EditWebAuthnForm):
    pass


class FirstKeyForm(NameOfKey, webauthn.SignupWebAuthnForm):
    pass


class AddKeyForm(NameOfKey, webauthn.AddWebAuthnForm):
    """A passkey unless one says otherwise: a key that opens the account alone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].label = _("It is a passkey: it opens my account alone")
        self.fields["passwordless"].help_text = _(
            "Your fingerprint, your face or the code of the device, and no letter to wait for. "
            "Not ticked, the key is only asked for as a second step."
        )
        self.fields["passwordless"].initial = True
