"""The seats of an organisation's dues, handed out by its contact or by the treasurer."""

from django.db import transaction
from django.utils.translation import gettext as _

from members.joining import account_of
from members.mail import letter
from members.models import Dues, DuesSeat, Entry, Member
from members.models.member import fold_email
from members.refusals import Refused
from smclub import limits

TRIES = {"times": 20, "seconds": 24 * 3600}  # addresses that no member has


def hand_out(dues: Dues, *, email: str, by: Member) -> DuesSeat:
    """Gives a seat to the member of that address, who is told; never more than there are. Raises Refused."""
    _refuse_unless_led(dues, by)
    return _give(dues, _member_of(email, by=by), by=by)


@transaction.atomic
def _give(dues: Dues, member: Member, *, by: Member) -> DuesSeat:
    dues = Dues.objects.lock(dues.pk)
    _refuse_unless_led(dues, by)
    if dues.cancelled_at or not dues.organisation_id:
        raise Refused(_("These dues have no seats to hand out."), code="cancelled", field="email")
    if dues.holders.count() >= dues.seats:
        raise Refused(_("Every seat is taken: take one back first."), code="full", field="email")
    if dues.holders.filter(member=member).exists():
        raise Refused(_("This member has a seat already."), code="twice", field="email")
    seat = dues.holders.create(member=member)
    Entry.objects.write("dues.seat", dues, by=by, note=member.public_name)
    letter("members.dues_seat", key=f"dues:{dues.pk}:seat:{seat.pk}", to=member, seat=seat.pk)
    return seat


@transaction.atomic
def take_back(seat: DuesSeat, *, by: Member) -> None:
    """The seat is free again; nothing happens when it was already."""
    dues = Dues.objects.lock(seat.dues_id)
    _refuse_unless_led(dues, by)
    taken, _kinds = dues.holders.filter(pk=seat.pk).delete()
    if taken:
        Entry.objects.write("dues.seat_back", dues, by=by, note=seat.member.public_name)


def _refuse_unless_led(dues: Dues, by: Member) -> None:
    if by.pk != dues.contact_id and not by.may("members.change_dues"):
        raise Refused(_("Only the contact of this organisation or the treasurer hands out its seats."), code="contact")


def _member_of(email: str, *, by: Member) -> Member:
    """Who owns the address and is a member; whoever types many that no member has is stopped, as they may be guessing."""
    member = account_of(fold_email(email))
    if member and member.is_accepted:
        return member
    if not limits.allowed("dues-seats", str(by.pk), **TRIES):
        raise Refused(
            _("Too many addresses that no member has: try again tomorrow, or write to us."), code="limit", field="email"
        )
    raise Refused(_("No member of the club has this address."), code="unknown", field="email")
