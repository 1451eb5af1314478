"""Who was here today: the day alone, for the organisers and for what is forgotten one day."""

import logging

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from members.models import Member

log = logging.getLogger("smclub.presence")


class LastSeenMiddleware:
    """Writes the day of an account's first request, once a day; a page is never lost for it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            try:
                _see(request.user)
            except OperationalError:  # locked for long, or away: the next request says it
                log.warning("visit not remembered")
        return response


def _see(visitor) -> None:
    today = timezone.localdate()
    if visitor.is_authenticated and visitor.last_seen_on != today:
        Member.objects.filter(pk=visitor.pk).update(last_seen_on=today)
