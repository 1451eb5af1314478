"""The door answers in one time whoever is asked about: what takes longer for an address that is new, or nobody's, is not told."""

import time

from django.conf import settings

# Where somebody names an address, or what was sent to one.
ASKED = {
    "account_login",
    "account_signup",
    "account_signup_by_passkey",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_reset_password",
    "account_confirm_password_reset_code",
    "apply",  # whose address is a member's is nobody's business either
}


class PaceMiddleware:
    """Keeps such an answer back until a whole number of DOOR_PACE is over; it stands outside of every transaction.

    A password takes the time of its hash for everybody, and a refusal says nothing: neither holds a thread for longer.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.monotonic()
        response = self.get_response(request)
        if settings.DOOR_PACE and response.status_code in (200, 302) and _asks(request):
            time.sleep(settings.DOOR_PACE - (time.monotonic() - began) % settings.DOOR_PACE)
        return response


def _asks(request) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.url_name in ASKED and not request.POST.get("password")
