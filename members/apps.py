from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members.kinds import Family, Kind


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")
    deeds = {  # as the log of deeds calls them: members/models/journal.py
        "desk.add": _("Add at the desk"),
        "desk.change": _("Change at the desk"),
        "desk.delete": _("Delete at the desk"),
        "application.send": _("Apply for membership"),
        "application.ask": _("Ask an applicant a question"),
        "application.answer": _("Answer the club's question"),
        "sponsorship.vouches": _("Vouch for an applicant"),
        "sponsorship.cannot": _("Not vouch for an applicant"),
        "application.accept": _("Become a member, by application"),
        "application.accepted": _("Accept an application"),
        "application.declined": _("Decline an application"),
        "member.join": _("Become a member, the club being open"),
        "member.invite": _("Invite to become a member"),
        "member.take_up": _("Become a member, by invitation"),
        "member.join_by_link": _("Become a member, by a joining link"),
        "join_link.make": _("Make a joining link"),
        "join_link.revoke": _("Revoke a joining link"),
        "join_link.take": _("Use a joining link"),
        "group.accepted": _("Accept a request to join a group"),
        "group.declined": _("Decline a request to join a group"),
        "group.add": _("Add to a group"),
        "group.remove": _("Remove from a group"),
        "group.entrust": _("Make coordinator of a group"),
        "group.relieve": _("Relieve of the coordination of a group"),
        "member.admit": _("Make a member"),
        "member.block": _("Block an account"),
        "member.unblock": _("Unblock an account"),
        "member.roles": _("Give roles"),
        "member.rescue": _("Take away a lost second step"),
        "dues.record": _("Record dues"),
        "dues.ask": _("Ask for dues"),
        "dues.pay": _("Mark dues as paid"),
        "dues.cancel": _("Cancel dues"),
        "dues.seat": _("Give a seat of an organisation"),
        "dues.seat_back": _("Take back a seat of an organisation"),
        "dues.invoice": _("Make an invoice"),
        "dues.credit": _("Make a credit note"),
        "data.export": _("Ask for a copy of one's data"),
        "data.download": _("Fetch a copy of one's data"),
        "erasure.ask": _("Ask for the erasure of an account"),
        "erasure.withdraw": _("Give up the erasure of an account"),
        "erasure.done": _("Erase an account"),
        "member.merge": _("Merge two accounts"),
        "sealed.read": _("Read a sealed record"),
        "topic.merge": _("Merge topics"),
        "letter.retry": _("Send a letter again"),
    }

    letters = {  # every kind that is written, as its reader calls it: members/kinds.py
        "news": Kind(_("What is new, as often as you wish"), Family.ACCOUNT),
        "application_received": Kind(_("Your application has arrived"), Family.ACCOUNT),
        "application_asked": Kind(_("A question about your application"), Family.ACCOUNT),
        "application_accepted": Kind(_("You are a member"), Family.ACCOUNT),
        "application_declined": Kind(_("The club's answer to your application"), Family.ACCOUNT),
        "invited": Kind(_("The club invites you to become a member"), Family.ACCOUNT),
        "sponsorship": Kind(_("Somebody names you as a member who knows them"), Family.ACCOUNT),
        "dues_asked": Kind(_("Dues to pay"), Family.ACCOUNT),
        "dues_receipt": Kind(_("Receipts"), Family.ACCOUNT),
        "dues_cancelled": Kind(_("Dues cancelled"), Family.ACCOUNT),
        "dues_seat": Kind(_("A seat among the dues of your organisation"), Family.ACCOUNT),
        "dues_reminder": Kind(_("The end of your dues, thirty days before, on the day and a fortnight after"), Family.ACCOUNT),
        "new_browser": Kind(_("Somebody signed in to your account in a new browser"), Family.ACCOUNT),
        "second_factor_removed": Kind(_("The second step of an account was taken away"), Family.ACCOUNT),
        "roles_changed": Kind(_("Roles were given or taken away"), Family.ACCOUNT),
        "export_ready": Kind(_("The copy of your data is ready"), Family.ACCOUNT),
        "erasure_asked": Kind(_("Your account is to be erased"), Family.ACCOUNT),
        "unused": Kind(_("Your account has not been used for two years"), Family.ACCOUNT),
        "merged": Kind(_("Your accounts are one"), Family.ACCOUNT),
        "erased": Kind(_("Your account is erased"), Family.ACCOUNT),
        "group_accepted": Kind(_("You are in the group you asked for"), Family.GROUPS),
        "group_added": Kind(_("A coordinator took you into a group"), Family.GROUPS),
        "group_declined": Kind(_("The answer of a group to your request"), Family.GROUPS),
        "group_removed": Kind(_("A coordinator took you out of a group"), Family.GROUPS),
        "group_request": Kind(_("Somebody asks to enter a group that you run"), Family.TEAM),
        "contact": Kind(_("What is written to the club by its form"), Family.TEAM),
    }

    def ready(self) -> None:
        from members import dues_letters, group_letters, mail, news  # noqa: F401  # lazy: models must be loaded first; importing registers the letters
