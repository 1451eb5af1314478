from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members.kinds import Cadence, Family, Kind


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Programme")
    deeds = {  # as the log of deeds calls them
        "event.publish": _("Publish a meeting"),
        "event.cancel": _("Cancel a meeting"),
        "event.postpone": _("Postpone a meeting"),
        "event.move_online": _("Move a meeting online"),
        "event.move_back": _("Move a meeting back to its venue"),
        "event.restore": _("Restore a meeting"),
        "event.reschedule": _("Move a meeting"),
        "event.link": _("Change the link of a meeting online"),
        "event.copy": _("Copy a meeting"),
        "event.repeat": _("Repeat a meeting"),
        "event.pass_on": _("Give a meeting what another one says"),
        "event.discard": _("Discard a draft"),
        "cycle.number": _("Number the sessions of a cycle"),
        "event.prepare": _("Make the list of what is to be done"),
        "todo.tick": _("Tick something to do"),
        "todo.untick": _("Untick something to do"),
        "event.promote": _("Seat who was waiting"),
        "registration.export": _("Export who is coming"),
        "registration.approve": _("Accept a request for a place"),
        "registration.decline": _("Decline a request for a place"),
        "registration.register": _("Register somebody at the desk"),
        "registration.seat": _("Give a place ahead of the queue or beyond the places"),
        "registration.reinstate": _("Reinstate a registration"),
        "event.capacity": _("Change the number of places"),
        "event.write": _("Write to the people of a meeting"),
        "talk.tell": _("Give one’s texts as a speaker"),
        "talk.revoke": _("Revoke the link of a speaker"),
        "registration.remove": _("Remove a registration"),
        "event.admit": _("Let somebody waiting in at the door"),
        "event.walk_in": _("Let somebody in without a registration"),
        "event.door_link": _("Give a link to the door"),
        "event.door_link_revoke": _("Revoke a link to the door"),
        "event.convoke": _("Convoke to an assembly"),
        "proxy.record": _("Record a proxy signed on paper"),
        "proxy.revoke": _("Revoke a proxy"),
        "event.hand_out": _("Hand out a list of names"),
    }

    letters = {
        "registered": Kind(_("You are registered"), Family.MEETINGS),
        "waiting": Kind(_("You are on the waiting list"), Family.MEETINGS),
        "asked": Kind(_("You asked for a place"), Family.MEETINGS),
        "accepted": Kind(_("Your request for a place is accepted"), Family.MEETINGS),
        "declined": Kind(_("Your request for a place is declined"), Family.MEETINGS),
        "promoted": Kind(_("A place is yours"), Family.MEETINGS),
        "skipped": Kind(_("My party is larger than the places there are"), Family.MEETINGS),
        "last_minute": Kind(_("A place is free at the last minute"), Family.MEETINGS),
        "left": Kind(_("You gave your place back"), Family.MEETINGS),
        "removed": Kind(_("An organiser removed your registration"), Family.MEETINGS),
        "rescheduled": Kind(_("A meeting of yours has another date or place"), Family.MEETINGS),
        "cancelled": Kind(_("A meeting of yours is cancelled"), Family.MEETINGS),
        "postponed": Kind(_("A meeting of yours is postponed"), Family.MEETINGS),
        "new_link": Kind(_("A meeting of yours online has another link"), Family.MEETINGS),
        "moved_online": Kind(_("A meeting of yours takes place online"), Family.MEETINGS),
        "restored": Kind(_("A meeting of yours takes place after all"), Family.MEETINGS),
        "still_coming": Kind(_("A week before a meeting: am I still coming?"), Family.MEETINGS, Cadence.NOW, is_alone=True),
        "tomorrow": Kind(_("The day before a meeting of mine: how to get in"), Family.MEETINGS, Cadence.NOW, is_alone=True),
        "soon": Kind(_("An hour before an online meeting of mine: its link"), Family.MEETINGS, Cadence.NOW, is_alone=True),
        "mailing": Kind(_("What those who run a meeting write to its people"), Family.MEETINGS),
        "convocation": Kind(_("I am called to a general assembly"), Family.MEETINGS),
        "proxy_given": Kind(_("A member gives me their vote"), Family.MEETINGS),
        "proxy_recorded": Kind(_("The proxy that I signed on paper is recorded"), Family.MEETINGS),
        "proxy_revoked": Kind(_("The organisers revoke a proxy that I gave or hold"), Family.MEETINGS),
        "proxy_returned": Kind(_("My vote at an assembly is mine again"), Family.MEETINGS),
        "remark": Kind(_("What speakers write to the organisers"), Family.TEAM),
        "invitation": Kind(_("You are invited to a meeting"), Family.MEETINGS),
        "registration_asked": Kind(
            _("Who asks for a place at a meeting I run"), Family.TEAM, Cadence.DAILY, permission="events.change_event"
        ),
        "thanks": Kind(_("The day after a meeting I went to"), Family.MEETINGS, Cadence.NOW),
        "new_meeting": Kind(_("A new meeting of one of my groups"), Family.GROUPS, Cadence.WEEKLY),
    }

    def ready(self) -> None:
        from events import mail, news  # noqa: F401  # lazy: models must be loaded first; importing registers the letters
