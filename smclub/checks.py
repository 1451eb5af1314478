from django.conf import settings
from django.core.checks import Error, Warning, register
from django.db import DatabaseError

from smclub import duties


@register()
def demo_stays_at_home(app_configs, **kwargs):
    if settings.DEMO and not settings.LOOPBACK:
        return [
            Error(
                "DEMO shows every letter, codes included, to anybody: it is for a loopback address only.",
                hint="Unset DEMO, or set SITE_URL to http://localhost:PORT.",
                id="smclub.E001",
            )
        ]
    return []


@register(deploy=True)
def mail_goes_out(app_configs, **kwargs):
    if settings.DEMO or settings.EMAIL_HOST_NAME:
        return []
    return [Warning("No SMTP_HOST: letters stay in the outbox and nobody can sign in by code.", id="smclub.W001")]


@register(deploy=True)
def the_law_is_answered(app_configs, **kwargs):
    """A database that is not there has faults of its own to tell."""
    try:
        missing = [str(gap.label) for gap in duties.known_gaps()]
    except DatabaseError:
        return []
    if not missing or settings.DEMO:
        return []
    return [Warning(f"The law asks the site to say: {'; '.join(missing)}.", hint="Write it in the admin.", id="smclub.W002")]
