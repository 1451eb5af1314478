from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")
    deeds = {  # as the log of deeds calls them
        "event.publish": _("Publish a meeting"),
        "event.cancel": _("Cancel a meeting"),
        "event.postpone": _("Postpone a meeting"),
        "event.restore": _("Restore a meeting"),
        "event.reschedule": _("Move a meeting"),
        "event.copy": _("Copy a meeting"),
        "event.promote": _("Seat who was waiting"),
        "registration.remove": _("Remove a registration"),
    }

    def ready(self) -> None:
        from events import mail  # noqa: F401  # lazy: models must be loaded first; importing registers the letters
