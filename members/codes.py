"""A code belongs to the account as it was when the code left: another address or password since, and it opens nothing."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from members import joining


def seal(request: HttpRequest, kind: str, email: str) -> None:
    """Keeps, in the session that asked for a code, whose it is and what their password was.

    A code sent again keeps the first seal: meanwhile the address may have become somebody else's.
    """
    if request.resolver_match.url_name != "account_confirm_login_code":
        request.session[f"seal:{kind}"] = {"email": email, "account": _account(email)}


def refuse_stale(request: HttpRequest, kind: str) -> None:
    """Raises the form error of a wrong code when the account is no longer as it was sealed."""
    sealed = request.session.get(f"seal:{kind}")
    if not sealed or not sealed["account"] or sealed["account"] != _account(sealed["email"]):
        raise get_adapter().validation_error("incorrect_code")


def _account(email: str) -> str:
    member = joining.account_of(email)
    return f"{member.pk} {member.get_session_auth_hash()}" if member else ""
