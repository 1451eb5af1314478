"""Those who run a meeting write to its people: each gets a letter of their own, once, in which nobody else's address stands."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event, EventPartner, Mailing
from events.patience import patient
from events.refusals import Refused
from members.mail import letter
from members.models import Entry, Member
from partners.models import Partner

To = Mailing.To


def recipients(event: Event, to: Iterable[str]) -> dict[int, int | None]:
    """The accounts that are written to, whatever they are chosen for, with the registration that it is about if there is one."""
    found: dict[int, int | None] = {}
    for chosen in To.values:  # in that order: who goes and speaks is written to as somebody who goes
        if chosen in to:
            for member, registration in _those(event, chosen):
                found.setdefault(member, registration)
    return found


def counts(event: Event) -> dict[str, int]:
    """How many each choice reaches."""
    return {chosen: len(recipients(event, [chosen])) for chosen in To.values}


def unreachable(event: Event) -> int:
    """People who speak or lead and have no account here: the site knows no address of theirs."""
    return event.talks.filter(person__member=None).values("person").distinct().count()


def _those(event: Event, chosen: str):
    rows = event.registrations.filter(member__is_active=True).order_by("pk")
    registered = {To.GOING: rows.going, To.WAITING: rows.waiting, To.ABSENT: rows.absent}
    if chosen in registered:
        return registered[To(chosen)]().values_list("member", "pk")
    accounts = Member.objects.filter(is_active=True)
    if chosen == To.SPEAKERS:
        people = event.talks.values("person")
    else:
        hosts = event.partners.filter(role=EventPartner.Role.HOST).values("organisation")
        people = Partner.objects.filter(organisation__in=hosts, contacts__isnull=False).values("contacts")
    return [(member, None) for member in accounts.filter(person__in=people).order_by("pk").values_list("pk", flat=True)]


@patient
@transaction.atomic
def write(
    event: Event, *, by: Member, to: list[str], subject: str, body: str, nonce: str, reply_to: str = "", at_once: bool = False
) -> Mailing:
    """Sent twice from the same page it is sent once. It keeps the quiet hours of the meeting unless it is to leave `at_once`."""
    event = Event.objects.lock(event.pk)
    if not Event.objects.run_by(by).filter(pk=event.pk).exists():
        raise Refused(_("You do not run this meeting."), code="stranger")
    if known := Mailing.objects.filter(event=event, nonce=nonce).first():
        return known
    people = recipients(event, to)
    if not people:
        raise Refused(_("Nobody is among those you chose."), code="nobody", field="to")
    said = {"to": to, "subject": subject, "body": body, "author": by, "nonce": nonce, "letters": len(people)}
    mailing = Mailing.objects.create(event=event, **said)
    for member in Member.objects.filter(pk__in=people).order_by("pk"):
        letter(
            "events.mailing",
            key=f"events.mailing:{mailing.pk}:{member.pk}",
            to=member,
            reply_to=reply_to,
            quiet_zone="" if at_once else event.zone_name,
            mailing=mailing.pk,
            registration=people[member.pk],
        )
    Entry.objects.write("event.write", event, by=by, after=",".join(to), note=f"{subject} ({len(people)})")
    return mailing
