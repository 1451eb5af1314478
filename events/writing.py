"""Those who run a meeting write to its people: each gets a letter of their own, once, in which nobody else's address stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event, EventPartner, Mailing
from events.patience import patient
from events.refusals import Refused
from members.mail import letter
from members.models import Entry, Member, Person
from partners.models import Partner

To = Mailing.To


@dataclass(frozen=True)
class Recipient:
    """Somebody who is written to, by their account or by the address that a talk gives, and what it is about."""

    to: Member | str
    language: str = ""  # that of the account, where there is one
    registration: int | None = None
    talk: int | None = None

    @property
    def address(self) -> str:
        return self.to.email if isinstance(self.to, Member) else self.to

    @property
    def key(self) -> str:
        if isinstance(self.to, Member):
            return str(self.to.pk)
        return f"registration:{self.registration}" if self.registration else f"talk:{self.talk}"


def recipients(event: Event, to: Iterable[str]) -> list[Recipient]:
    """Each address once, whatever it is chosen for, with the registration that it is about if there is one."""
    found: dict[str, Recipient] = {}
    for chosen in To.values:  # in that order: who goes and speaks is written to as somebody who goes
        if chosen in to:
            for recipient in _those(event, chosen):
                found.setdefault(recipient.address, recipient)
    return list(found.values())


def counts(event: Event) -> dict[str, int]:
    """How many each choice reaches."""
    return {chosen: len(recipients(event, [chosen])) for chosen in To.values}


def unreachable(event: Event, to: Iterable[str]) -> list[str]:
    """The names of those among them whose address the site does not know."""
    nameless = Person.objects.filter(member=None)
    people = Person.objects.none()
    if To.SPEAKERS in to:
        known = event.talks.exclude(email="").values("person")
        people |= nameless.filter(pk__in=event.talks.values("person")).exclude(pk__in=known)
    if To.HOST in to:
        people |= nameless.filter(pk__in=_contacts_of_hosts(event))
    return list(people.by_name().values_list("name", flat=True))


def _those(event: Event, chosen: str) -> Iterator[Recipient]:
    rows = event.registrations.to_write_to()
    registered = {To.GOING: rows.going, To.WAITING: rows.waiting, To.ABSENT: rows.absent}
    if chosen in registered:
        yield from (Recipient(row.reader, row.language, registration=row.pk) for row in registered[To(chosen)]())
    elif chosen == To.SPEAKERS:
        yield from _speakers(event)
    else:
        contacts = Member.objects.filter(is_active=True, person__in=_contacts_of_hosts(event))
        yield from (Recipient(member) for member in contacts.order_by("pk"))


def _speakers(event: Event) -> Iterator[Recipient]:
    """By the account of their page, else by the address that their talk gives, which may be that of an account."""
    talks = list(event.talks.select_related("person__member").order_by("position", "pk"))
    accounts = Member.objects.by_address([talk.email for talk in talks if talk.email])
    for talk in talks:
        to = talk.person.member or accounts.get(talk.email) or talk.email
        if to and (isinstance(to, str) or to.is_active):
            yield Recipient(to, "" if isinstance(to, Member) else event.lang, talk=talk.pk)


def _contacts_of_hosts(event: Event):
    hosts = event.partners.filter(role=EventPartner.Role.HOST).values("organisation")
    return Partner.objects.filter(organisation__in=hosts, contacts__isnull=False).values("contacts")


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
    for recipient in people:
        letter(
            "events.mailing",
            key=f"events.mailing:{mailing.pk}:{recipient.key}",
            to=recipient.to,
            language=recipient.language,
            reply_to=reply_to,
            quiet_zone="" if at_once else event.zone_name,
            mailing=mailing.pk,
            registration=recipient.registration,
            talk=recipient.talk,
        )
    Entry.objects.write("event.write", event, by=by, after=",".join(to), note=f"{subject} ({len(people)})")
    return mailing
