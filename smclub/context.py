from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from members.models import Club
from smclub.keeping import kept_here

ELSEWHERE = {  # addresses whose place in the navigation is not that of their app
    "search": "search",
    "page": "club",
    "members:team": "club",
    "members:contact": "club",
    "members:contact_thanks": "club",
    "members:groups": "groups",
    "members:group": "groups",
    "members:organisation": "",
    "members:me": "account",
    "members:name": "account",
    "members:letters": "account",
    "members:profile": "account",
    "members:profile_seen": "account",
    "members:message_answer": "account",
    "members:message_report": "account",
    "members:apply": "account",
    "members:join": "account",
    "members:answer": "account",
    "members:sponsor": "",
    "members:dues": "account",
    "members:seat_give": "account",
    "members:receipt": "account",
    "members:invoice": "account",
    "posts:report": "",
    "posts:report_thanks": "",
    "places:cycle": "events",
    "places:venue": "events",
    "places:programme": "events",
}


def site(request):
    """What every template may use.

    `has_session` says that the request came with a session cookie: only then may a template look at
    `request.user` (looking reads the session, and a page that read it cannot be shared by visitors).
    """
    match, has_session = request.resolver_match, settings.SESSION_COOKIE_NAME in request.COOKIES
    return {
        "section": _section(match) if match else "",
        "translated_url": SimpleLazyObject(lambda: _translated(request)),
        "club": SimpleLazyObject(lambda: kept_here("club", Club.current)),
        "has_session": has_session,
        "is_signed_in": lambda: has_session and request.user.is_authenticated,
        "SITE_URL": settings.SITE_URL,
        "DEMO": settings.DEMO,
    }


def _section(match) -> str:
    return ELSEWHERE.get(match.view_name, match.namespace)


def _translated(request) -> str:
    """The same page in the other language, query included."""
    return translate_url(request.get_full_path(), "fr" if get_language() == "en" else "en")
