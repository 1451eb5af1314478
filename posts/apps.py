from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from members.kinds import Cadence, Family, Kind


class PostsConfig(AppConfig):
    name = "posts"
    verbose_name = _("Posts")
    deeds = {  # as the log of deeds calls them
        "post.submit": _("Submit an article"),
        "post.publish": _("Publish an article"),
        "post.schedule": _("Schedule an article"),
        "post.withdraw": _("Withdraw an article"),
        "post.rename": _("Change the address of an article"),
        "comment.post": _("Write a comment"),
        "comment.edit": _("Edit a comment"),
        "comment.withdraw": _("Withdraw a comment"),
        "comment.approve": _("Approve a comment"),
        "comment.reject": _("Reject a comment"),
        "comment.remove": _("Remove a comment"),
        "comment.mark_spam": _("Mark a comment as spam"),
        "comment.restore": _("Restore a comment"),
        "comment.erase": _("Erase a comment"),
        "discussion.close": _("Close a discussion"),
        "discussion.reopen": _("Open a discussion again"),
        "report.receive": _("Report a comment"),
        "report.decide": _("Answer a report"),
    }

    letters = {
        "comment_moderated": Kind(_("What was decided about your comment"), Family.DISCUSSIONS),
        "report_received": Kind(_("Your report has arrived"), Family.DISCUSSIONS),
        "report_decided": Kind(_("What was decided about your report"), Family.DISCUSSIONS),
        "write_up": Kind(_("The write-up of a meeting I went to"), Family.MEETINGS, Cadence.NOW),
        "comment_on_meeting": Kind(_("Comments on a meeting I go to"), Family.MEETINGS, Cadence.DAILY),
        "comment_reply": Kind(_("Replies to my comments"), Family.DISCUSSIONS, Cadence.NOW),
        "comment_on_article": Kind(_("Comments on my articles"), Family.DISCUSSIONS, Cadence.NOW),
        "comment_held": Kind(
            _("Comments that wait for approval"), Family.TEAM, Cadence.DAILY, permission="posts.moderate_comment"
        ),
    }

    def ready(self):
        from posts import comment_mail, news  # noqa: F401  # lazy: composers register once models are loaded
