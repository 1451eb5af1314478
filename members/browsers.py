"""The browsers that people sign in with: their names, and a letter when one was never seen before."""

import ipaddress

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.mail import letter
from members.models import KnownBrowser, Member

# First match wins: nearly all of them say that they are Safari and Chrome as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Vivaldi/": "Vivaldi",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def name(user_agent: str) -> str:
    """« Firefox sur Windows », as much of it as is recognised; for people who look at their sessions, never for a decision."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser without a name")


def notice(request, member: Member) -> None:
    """Remembers the browser of a sign-in; by password, in one that the account never used, its owner is told.

    Who signed in by a code has just read the mailbox that would be told, and a passkey cannot be guessed. The first browser
    of all is nobody's surprise. Of the staff the network counts as well: their accounts are worth a trip.
    """
    with override("en"):
        seen = name(request.META.get("HTTP_USER_AGENT", ""))
    if member.is_staff:
        seen = f"{seen} · {_network(get_adapter().get_client_ip(request))}"
    is_first = not member.known_browsers.exists()
    known, is_new = KnownBrowser.objects.update_or_create(member=member, name=seen, defaults={"last_seen_at": timezone.now()})
    if is_new and not is_first and _by_password(request, member):
        agent = request.META.get("HTTP_USER_AGENT", "")[:250]
        letter("members.new_browser", key=f"browser:{known.pk}", to=member, urgent=True, browser=known.pk, agent=agent)


def _by_password(request, member: Member) -> bool:
    return any(record["method"] == "password" for record in get_authentication_records(request, member))


def _network(address: str) -> str:
    """Sixteen bits of an IPv4 address, thirty-two of an IPv6: a provider, in a region."""
    bits = 16 if ipaddress.ip_address(address).version == 4 else 32
    return str(ipaddress.ip_network((address, bits), strict=False))
