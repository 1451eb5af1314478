import ipaddress
import secrets
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from members import browsers, codes
from members.mail import may_write_to, ready_made, were_wanted
from members.models import Club, Member
from members.models.member import fold_email
from smclub import dates
from smclub.addresses import absolute, in_language

REFUSALS = {
    "account_inactive": _("This account is closed."),
    "duplicate_email": _("This is your address already."),
    "email_password_mismatch": _("The address and the password do not go together. Without a password, we send you a code."),
    "email_taken": _("This address belongs to another account."),
    "enter_current_password": _("This is not your password so far."),
    "incorrect_code": _("This is not the code. Look at the latest letter, or at your app."),
    "incorrect_password": _("This is not your password."),
    "rate_limited": _("That is a lot at once. Wait a little, then try again."),
    "too_many_login_attempts": _("Too many tries. Wait a few minutes, then start again."),
    "unverified_email": _("Confirm your e-mail address first: until then, nothing else protects the account."),
    "cannot_generate_recovery_codes": _("Recovery codes come with a key or an app: add one first."),
}
SECRET_MAILS = ("login_code", "email_confirmation", "password_reset_code")
CODES = ("login_code", "password_reset_code")  # those that open an account, as it was when they were sent
# What can be had sent to any address, by somebody signed out or as the new address of an account.
ASKED_FOR = ("login_code", "email_confirmation", "password_reset_code", "unknown_account", "account_already_exists")
AGAIN = ("account_confirm_login_code", "account_email_verification_sent")  # where the same code can be asked for again


class AccountAdapter(DefaultAccountAdapter):
    """The sign-in library's mails go through the outbox like every letter; addresses are folded."""

    error_messages = DefaultAccountAdapter.error_messages | REFUSALS

    def send_mail(self, template_prefix, email, context):
        request = allauth_context.request
        name = template_prefix.rpartition("/")[2]
        if name in CODES:
            codes.seal(request, name, email)
        if name.startswith(ASKED_FOR):
            request.session["asked_for"] = email
            _count(request, email)
        if name == "unknown_account" and _unwanted(request, email):
            return
        message = self.render_mail(template_prefix, email, context | _frame(request) | {"request": None, "email": email})
        html = next((part.content for part in message.alternatives), "")
        ready_made(
            f"account.{name}",
            key=f"account.{name}:{secrets.token_hex(12)}",
            to=email,
            subject=message.subject,
            text=message.body + "\n",
            html=html,
            secret=name.startswith(SECRET_MAILS),
        )

    def generate_login_code(self):
        _count_again(allauth_context.request)
        return super().generate_login_code()

    def generate_email_verification_code(self):
        _count_again(allauth_context.request)
        return super().generate_email_verification_code()

    def format_email_subject(self, subject):
        return subject

    def clean_email(self, email):
        return fold_email(super().clean_email(email))

    def get_client_ip(self, request):
        """An IPv4 address that came in by a socket of IPv6 is one: else all of them would be counted as one network."""
        ip = ipaddress.ip_address(super().get_client_ip(request))
        return str(getattr(ip, "ipv4_mapped", None) or ip)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Of the address alone. The library adds the Host header, whose port anybody may change to count anew."""
        return fold_email(credentials["email"])

    def new_user(self, request):
        return Member(language=get_language() or "fr")

    def login(self, request, user):
        """Whoever got in owns the address: the letters asked for were wanted."""
        super().login(request, user)
        were_wanted(user.email)
        Member.objects.filter(pk=user.pk).update(last_seen_on=timezone.localdate())
        browsers.notice(request, user)


class SecondStepAdapter(DefaultMFAAdapter):
    """The keys and apps of the second step, in the club's words."""

    error_messages = DefaultMFAAdapter.error_messages | REFUSALS

    def generate_authenticator_name(self, user, type):
        return gettext("Key of %(day)s") % {"day": dates.day(timezone.localdate())}


def _count(request, email: str) -> None:
    """One letter to `email`, once a request."""
    if getattr(request, "letter_counted", "") != email and not may_write_to(email):
        raise ImmediateHttpResponse(respond_429(request))
    request.letter_counted = email


def _count_again(request) -> None:
    """A letter asked for again counts for every address alike; to one without an account the library sends no second one."""
    if request.resolver_match.url_name in AGAIN and "asked_for" in request.session:
        _count(request, request.session["asked_for"])


def _unwanted(request, email: str) -> bool:
    """A robot fell into the trap, or the account exists and is closed: there is nothing to write."""
    return bool(request.POST.get("website")) or Member.objects.filter(email=email).exists()


def _frame(request) -> dict:
    """What every mail of the door needs; addresses come from SITE_URL, never from the request's Host header."""
    language = get_language() or "fr"
    query = urlencode({"next": target}) if (target := get_next_redirect_url(request)) else ""

    def door(name: str) -> str:
        return absolute(in_language(language, name)) + (f"?{query}" if query else "")

    return {
        "club": Club.current(),
        "letter": {"language": language},
        "home_url": absolute(in_language(language, "home")),
        "signup_url": door("account_login"),
        "login_url": door("account_login"),
        "password_reset_url": absolute(in_language(language, "account_reset_password")),
        "sessions_url": absolute(in_language(language, "usersessions_list")),
    }
