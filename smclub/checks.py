from django.conf import settings
from django.core.checks import Error, Warning, register


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
