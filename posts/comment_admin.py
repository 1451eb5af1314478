"""The moderators' queue: one list, what waits on top; deeds are those of the site, texts are never edited here."""

from django import forms
from django.contrib import admin
from django.db.models import Case, F, Value, When
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from members.models import Entry
from posts import moderating, reporting
from posts.gate import Held
from posts.models import Comment, Discussion, Report, WatchedWord
from posts.models.comment import WAITING_FIRST
from smclub.desk import EVERYWHERE, ClubModelAdmin, ReadOnlyAdmin


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=moderating.Reason, help_text=_("The author is told."))
    note = forms.CharField(
        label=_("A word more"), required=False, max_length=1000, widget=forms.Textarea, help_text=_("The author is told.")
    )


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=_("Decision and its reason"), max_length=2000, widget=forms.Textarea, help_text=_("Whoever reported is told.")
    )


class DeedsOnlyAdmin(ReadOnlyAdmin):
    """Rows that are read here, and changed by the verbs of its actions alone."""

    refusals = (moderating.Refused,)

    def has_moderate_permission(self, request):
        return request.user.has_perm("posts.moderate_comment")


@admin.register(Comment)
class CommentAdmin(DeedsOnlyAdmin):
    list_display = ["excerpt", "author", "on_what", "state", "why_held", "open_reports", "created_at"]
    list_filter = ["state", "lang", "created_at"]
    search_fields = ["body", "member__name", "member__email"]
    search_help_text = _("Text or name of the author")
    date_hierarchy = "created_at"
    ordering = WAITING_FIRST
    list_per_page = 50
    fields = ["author", "on_what", "parent", "state", "why_held", "text", "created_at", "edited_at", "earlier", "log"]
    actions = ["approve", "reject", "mark_spam", "remove", "restore"]

    def get_queryset(self, request):
        return Comment.objects.moderated_by(request.user).for_moderators()

    @admin.display(description=_("comment"))
    def excerpt(self, comment):
        return Truncator(comment.body).chars(200) or "–"

    @admin.display(description=_("author"), ordering="member__name")
    def author(self, comment):
        return f"{comment.member} ({comment.member.get_standing_display()})" if comment.member else _("Erased member")

    @admin.display(description=_("on"))
    def on_what(self, comment):
        return on_what(comment.discussion)

    @admin.display(description=_("held because"), ordering="held_for")
    def why_held(self, comment):
        return Held(comment.held_for).label if comment.held_for in Held else comment.held_for

    @admin.display(description=_("open reports"), ordering="reported")
    def open_reports(self, comment):
        return comment.reported or ""

    @admin.display(description=_("text"))
    def text(self, comment):
        return comment.body

    @admin.display(description=_("earlier texts"))
    def earlier(self, comment):
        texts = comment.revisions.order_by("-at").values_list("at", "body")
        return format_html_join("", "<p>{} – {}</p>", ((f"{at:%d/%m/%Y %H:%M}", body) for at, body in texts)) or "–"

    @admin.display(description=_("what was done"))
    def log(self, comment):
        said = (
            (f"{line.at:%d/%m/%Y %H:%M}", line.deed, line.actor or "–", line.in_words(line.reason), line.note)
            for line in Entry.objects.about(comment).select_related("actor").reverse()
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} – {} – {} {} {}</li>", said))

    @admin.action(description=_("Approve"), permissions=["moderate"], location=EVERYWHERE)
    def approve(self, request, queryset):
        self.do(request, queryset, moderating.approve)

    @admin.action(description=_("Reject, with a reason"), permissions=["moderate"], location=EVERYWHERE)
    def reject(self, request, queryset):
        return self.ask(request, queryset, moderating.reject, ReasonForm, action="reject", title=_("Reject"))

    @admin.action(description=_("Mark as spam"), permissions=["moderate"], location=EVERYWHERE)
    def mark_spam(self, request, queryset):
        self.do(request, queryset, moderating.mark_spam)

    @admin.action(description=_("Remove from the page, with a reason"), permissions=["moderate"], location=EVERYWHERE)
    def remove(self, request, queryset):
        return self.ask(request, queryset, moderating.remove, ReasonForm, action="remove", title=_("Remove"))

    @admin.action(description=_("Undo: show it again"), permissions=["moderate"], location=EVERYWHERE)
    def restore(self, request, queryset):
        self.do(request, queryset, moderating.restore)


def on_what(discussion: Discussion) -> str:
    """The titles of what is discussed; a draft is named only where nothing is published, to those who run everything."""
    things = ([discussion.event] if discussion.event else []) + list(discussion.posts.all())
    return ", ".join(thing.title for thing in [thing for thing in things if thing.is_published] or things)


@admin.register(Discussion)
class DiscussionAdmin(DeedsOnlyAdmin):
    list_display = ["__str__", "on_what", "is_open", "visible"]
    list_filter = ["is_open"]
    search_fields = ["event__title", "posts__title"]
    fields = ["on_what", "is_open", "created_at"]
    ordering = ["-pk"]
    actions = ["close", "reopen"]

    def get_queryset(self, request):
        return Discussion.objects.moderated_by(request.user).for_moderators()

    @admin.display(description=_("on"))
    def on_what(self, discussion):
        return on_what(discussion)

    @admin.display(description=_("visible comments"), ordering="visible")
    def visible(self, discussion):
        return discussion.visible

    @admin.action(description=_("Close to new comments"), permissions=["moderate"], location=EVERYWHERE)
    def close(self, request, queryset):
        self.do(request, queryset, moderating.close)

    @admin.action(description=_("Open again"), permissions=["moderate"], location=EVERYWHERE)
    def reopen(self, request, queryset):
        self.do(request, queryset, moderating.reopen)


@admin.register(Report)
class ReportAdmin(DeedsOnlyAdmin):
    list_display = ["__str__", "reason_in_short", "who", "state", "created_at", "decided_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["reporter", "decided_by"]
    search_fields = ["url", "reason", "name", "email"]
    date_hierarchy = "created_at"
    ordering = [Case(When(state=Report.State.OPEN, then=Value(0)), default=Value(1)), F("created_at").desc(), F("pk").desc()]
    fields = [
        "kind",
        "url",
        "comment",
        "reason",
        "who",
        "in_good_faith",
        "created_at",
        "state",
        "decision",
        "decided_by",
        "decided_at",
    ]
    actions = ["uphold", "dismiss"]

    def has_decide_permission(self, request):
        return request.user.has_perm("posts.change_report")

    @admin.display(description=_("why"))
    def reason_in_short(self, report):
        return Truncator(report.reason).chars(150)

    @admin.display(description=_("reported by"))
    def who(self, report):
        return ", ".join(filter(None, [report.name, report.email])) or "–"

    @admin.action(description=_("Uphold: the comment or the photograph goes"), permissions=["decide"], location=EVERYWHERE)
    def uphold(self, request, queryset):
        return self.ask(request, queryset, reporting.decide, DecisionForm, action="uphold", title=_("Uphold"), uphold=True)

    @admin.action(description=_("Dismiss"), permissions=["decide"], location=EVERYWHERE)
    def dismiss(self, request, queryset):
        return self.ask(request, queryset, reporting.decide, DecisionForm, action="dismiss", title=_("Dismiss"), uphold=False)


@admin.register(WatchedWord)
class WatchedWordAdmin(ClubModelAdmin):
    list_display = ["text"]
    search_fields = ["text"]
    ordering = ["text"]
