"""A code belongs to the account as it was when the code left: another address or password since, and it opens nothing.

Nor may codes be guessed: the session that asked for one counts wrong ones, but requests at the same moment read the same count.
"""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from members import joining
from smclub import limits

TRIES = {"times": 10, "seconds": 3600}  # for one address, from anywhere


def seal(request: HttpRequest, kind: str, email: str) -> None:
    """Keeps, in the session that asked for a code, whose it is and what their password was.

    A code sent again keeps the first seal: meanwhile the address may have become somebody else's.
    """
    if request.resolver_match.url_name != "account_confirm_login_code":
        request.session[f"seal:{kind}"] = {"email": email, "account": _account(email)}


def count_try(request: HttpRequest) -> None:
    """Raises a form error past the limit, for addresses with and without an account alike."""
    if not limits.allowed("codes", request.session.get("asked_for", ""), **TRIES):
        raise get_adapter().validation_error("too_many_login_attempts")


def refuse_stale(request: HttpRequest, kind: str) -> None:
    """Raises the form error of a wrong code when the account is no longer as it was sealed."""
    sealed = request.session.get(f"seal:{kind}")
    if not sealed or not sealed["account"] or sealed["account"] != _account(sealed["email"]):
        raise get_adapter().validation_error("incorrect_code")


def _account(email: str) -> str:
    member = joining.account_of(email)
    return f"{member.pk} {member.get_session_auth_hash()}" if member else ""
