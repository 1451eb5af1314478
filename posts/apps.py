from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


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

    def ready(self):
        from posts import comment_mail  # noqa: F401  # lazy: composers register once models are loaded
