"""Asking people again who they are, before what an open browser alone must not be enough for."""

import time
from functools import wraps

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.utils.translation import gettext as _

FRESH = 15 * 60  # seconds after which a sign-in by code is no proof any more


def proven(view):
    """For who is signed in and has just said again who they are; anybody else is asked, and comes back."""

    @wraps(view)
    def asking(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if get_reauthentication_flows(request.user):
            if is_reauthentication_required(request, app="members"):
                raise ReauthenticationRequired
        elif not _came_in_just_now(request):
            is_led_here = request.headers.get("Sec-Fetch-Site") == "cross-site"  # no link of another site signs anybody out
            return redirect("my_data") if is_led_here else _by_code(request)
        return view(request, *args, **kwargs)

    return asking


def _came_in_just_now(request) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < FRESH


def _by_code(request):
    """Without a password, a key or an app, a new code sent to the address is the only proof: the door gives one."""
    back = request.get_full_path()
    logout(request)
    messages.info(request, _("For this, sign in once more: it proves that it is really you."))
    return redirect_to_login(back)
