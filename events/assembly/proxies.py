"""Proxies (*pouvoirs*): a member who does not come to an assembly gives their vote to one who does, until it begins.

One signed on paper is recorded by those who run the assembly, until it is over: it comes through the door with its holder.

Under the event's lock, like every deed about who comes: two members who give to the same third at once are counted. Who comes
after all votes in person: their proxy stays, and counts for nothing as long as the door has seen them (events.assembly.counting).
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.assembly import counting
from events.models import Event, Proxy
from events.patience import patient
from events.refusals import Refused
from members.mail import letter
from members.models import Entry, Member
from smclub import limits

TRIES = {"times": 10, "seconds": 3600}  # addresses that one member may try: each answer tells who has paid


@dataclass(frozen=True)
class Vote:
    """What one member may do with theirs."""

    is_voter: bool
    is_open: bool  # whether proxies are given and withdrawn still
    given: Proxy | None
    held: list[Proxy]
    is_going: bool

    @property
    def may_give(self) -> bool:
        return self.is_voter and self.is_open and self.given is None and not self.is_going


def vote_of(event: Event, member: Member) -> Vote:
    standing = event.proxies.standing().named()
    return Vote(
        is_voter=counting.voters(event).filter(pk=member.pk).exists(),
        is_open=_why_shut(event) is None and event.proxies_each > 0,
        given=standing.filter(giver=member).first(),
        held=list(standing.filter(holder=member)),
        is_going=event.registrations.going().filter(member=member).exists(),
    )


@patient
@transaction.atomic
def give(event: Event, *, giver: Member, email: str) -> Proxy:
    """The same twice is done once. Those who had given their vote to `giver` get it back, and a letter. Raises Refused."""
    event = Event.objects.lock(event.pk)
    refuse_unless_open(event)
    _refuse_unless_theirs_to_give(event, giver)
    if not limits.allowed("proxies", str(giver.pk), **TRIES):
        raise Refused(_("Too many tries: come back in an hour."), code="often")
    holder = counting.voter_at(event, email)
    if holder is None:
        text = _("No member whose dues are paid up has this address: ask them which one they use here.")
        raise Refused(text, code="unknown", field="email")
    if before := event.proxies.standing().filter(giver=giver).first():
        if before.holder_id == holder.pk:
            return before
        raise Refused(_("You have given your vote already: take it back first."), code="given")
    if holder == giver:
        raise Refused(_("This is your own address: name another member."), code="self", field="email")
    _refuse_to_hold(event, holder, field="email")
    return _entrust(event, giver=giver, holder=holder)


@patient
@transaction.atomic
def withdraw(event: Event, *, giver: Member) -> None:
    """Theirs again; it was already, for who had given none. Raises Refused."""
    event = Event.objects.lock(event.pk)
    if _has_begun(event):
        raise Refused(_("The assembly has begun: come in, and you vote yourself."), code="begun")
    event.proxies.standing().filter(giver=giver).update(revoked_at=timezone.now())


@patient
@transaction.atomic
def record(event: Event, *, giver: Member, holder: Member, by: Member) -> Proxy:
    """One signed on paper: both get a letter, and the log says who recorded it. The same twice is done once. Raises Refused."""
    event = Event.objects.lock(event.pk)
    refuse_unless_open(event, on_paper=True)
    if before := event.proxies.standing().filter(giver=giver).first():
        if before.holder_id == holder.pk:
            return before
        raise Refused(_("This member has given their vote already: revoke that proxy first."), code="given", field="giver")
    _refuse_of_another(event, giver, holder)
    _refuse_to_hold(event, holder, field="holder")
    proxy = _entrust(event, giver=giver, holder=holder, is_on_paper=True)
    letter("events.proxy_recorded", key=f"events.proxy_recorded:{proxy.pk}", to=giver, proxy=proxy.pk)
    Entry.objects.write("proxy.record", proxy, by=by, note=event.title)
    return proxy


@patient
@transaction.atomic
def revoke(proxy: Proxy, *, by: Member, reason: str) -> None:
    """For a reason that giver and holder read; nothing is done to one revoked already. Raises Refused."""
    event = Event.objects.lock(proxy.event_id)
    if event.is_over:
        raise Refused(_("This meeting is over."), code="over")
    if not event.proxies.filter(pk=proxy.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return
    for member in filter(None, (proxy.giver, proxy.holder)):
        key = f"events.proxy_revoked:{proxy.pk}:{member.pk}"
        letter("events.proxy_revoked", key=key, to=member, proxy=proxy.pk, reason=reason)
    Entry.objects.write("proxy.revoke", proxy, by=by, note=event.title, reason=reason)


def return_votes(holders: QuerySet[Member]) -> None:
    """Who left the club comes to no assembly: those who had given them a vote have it again, and a letter. Raises Busy."""
    held = Proxy.objects.standing().filter(holder__in=holders, event__in=Event.objects.to_come())
    for event, holder in held.order_by("event", "holder").values_list("event", "holder").distinct():
        _return_votes(event, holder)


@patient
@transaction.atomic
def _return_votes(event: int, holder: int) -> None:
    _give_back(Event.objects.lock(event), holder=Member.objects.get(pk=holder))


def _entrust(event: Event, *, giver: Member, holder: Member, is_on_paper: bool = False) -> Proxy:
    _give_back(event, holder=giver)
    proxy = Proxy.objects.create(event=event, giver=giver, holder=holder, is_on_paper=is_on_paper)
    letter("events.proxy_given", key=f"events.proxy_given:{proxy.pk}", to=holder, proxy=proxy.pk)
    return proxy


def _give_back(event: Event, *, holder: Member) -> None:
    """Who will not be there brings nobody's vote."""
    for proxy in event.proxies.standing().filter(holder=holder).select_related("giver"):
        proxy.revoked_at = timezone.now()
        proxy.save(update_fields=["revoked_at"])
        letter("events.proxy_returned", key=f"events.proxy_returned:{proxy.pk}", to=proxy.giver, proxy=proxy.pk)


# -- refusals ------------------------------------------------------------------
def _has_begun(event: Event) -> bool:
    return event.starts_at is None or event.starts_at <= timezone.now()


def refuse_unless_open(event: Event, *, on_paper: bool = False) -> None:
    if refusal := _why_shut(event, on_paper=on_paper):
        raise refusal
    if not event.proxies_each:
        raise Refused(_("At this assembly, everybody votes in person."), code="none")


def _why_shut(event: Event, *, on_paper: bool = False) -> Refused | None:
    if not event.is_assembly or not event.takes_registrations or not event.is_published:
        return Refused(_("Votes are given to others at a general assembly alone."), code="elsewhere")
    if event.is_cancelled:
        return Refused(_("This meeting is cancelled."), code="cancelled")
    if event.is_postponed:
        return Refused(_("This meeting is postponed."), code="postponed")
    if on_paper and event.is_over:
        return Refused(_("This meeting is over."), code="over")
    if not on_paper and _has_begun(event):
        return Refused(_("The assembly has begun: votes are not given any more."), code="begun")
    return None


def _refuse_unless_theirs_to_give(event: Event, giver: Member) -> None:
    if not counting.voters(event).filter(pk=giver.pk).exists():
        raise Refused(_("Those vote whose dues are paid up on the day of the assembly."), code="dues")
    if event.registrations.going().filter(member=giver).exists():
        raise Refused(_("You are registered: you vote yourself. Give your place back first."), code="going")


def _refuse_of_another(event: Event, giver: Member, holder: Member) -> None:
    """What is refused to members who give their own, said to who records it."""
    voters = counting.voters(event)
    for field, member in (("giver", giver), ("holder", holder)):
        if not voters.filter(pk=member.pk).exists():
            raise Refused(_("Those vote whose dues are paid up on the day of the assembly."), code="dues", field=field)
    if holder == giver:
        raise Refused(_("Nobody gives their vote to themselves."), code="self", field="holder")
    if event.registrations.going().filter(member=giver).exists():
        text = _("This member is registered, and so votes in person: remove their registration first.")
        raise Refused(text, code="going", field="giver")


def _refuse_to_hold(event: Event, holder: Member, *, field: str) -> None:
    standing = event.proxies.standing()
    if standing.filter(giver=holder).exists():
        raise Refused(_("This member does not come either: name another one."), code="absent", field=field)
    most = event.proxies_each
    if standing.filter(holder=holder).count() >= most:
        text = ngettext(
            "This member brings %(most)s vote already, the most that is allowed: name another one.",
            "This member brings %(most)s votes already, the most that is allowed: name another one.",
            most,
        )
        raise Refused(text % {"most": most}, code="full", field=field)
