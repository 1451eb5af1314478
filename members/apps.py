from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


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

    def ready(self) -> None:
        from members import dues_letters, group_letters, mail  # noqa: F401  # lazy: models must be loaded first; importing registers the letters
