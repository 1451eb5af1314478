"""Members who vouch for an applicant (their *parrains*): asked by letter, they answer through its link, without signing in.

Who is named by an address that is no member's gets nothing, and nothing tells the applicant so.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.mail import letter, may_write_to
from members.models import Application, Entry, Member, Sponsorship
from members.refusals import Refused


@transaction.atomic
def ask_sponsors(application: Application, *, members: list[Member]) -> None:
    for member in members:
        if member.pk != application.member_id and member.is_accepted and may_write_to(member.email):
            sponsorship, made = Sponsorship.objects.get_or_create(application=application, member=member)
            if made:
                letter("members.sponsorship", key=f"sponsorship:{sponsorship.pk}", to=member, sponsorship=sponsorship.pk)


@transaction.atomic
def answer(sponsorship: Sponsorship, *, state: str) -> None:
    """The member says yes or no, and may think better of it as long as the application is undecided."""
    done = Sponsorship.objects.asked_still().filter(pk=sponsorship.pk).update(state=state, answered_at=timezone.now())
    if not done:
        raise Refused(_("This application has been answered already."))
    Entry.objects.write("sponsorship." + state, sponsorship, by=sponsorship.member, before=sponsorship.state, after=state)
    sponsorship.state = state
