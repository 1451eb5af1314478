from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members import join_links
from members.models import JoinLink
from members.refusals import Refused
from smclub.addresses import absolute, in_language
from smclub.desk import EVERYWHERE, ReadOnlyAdmin


@admin.register(JoinLink)
class JoinLinkAdmin(ReadOnlyAdmin):
    """Made here, and revoked; what a link is good for never changes, because it was given to somebody."""

    list_display = ["label", "group", "used", "expires_at", "is_good", "made_by", "made_at"]
    list_filter = ["group"]
    search_fields = ["label"]
    list_select_related = ["group", "made_by"]
    date_hierarchy = "made_at"
    ordering = ["-made_at", "-pk"]
    actions = ["revoke"]
    refusals = (Refused,)
    fields = ["label", "max_uses", "expires_at", "group"]
    facts = ["label", "group", "used", "expires_at", "revoked_at", "made_by", "made_at"]

    def get_fields(self, request, obj=None):
        return self.facts if obj else self.fields

    @admin.display(description=_("used"), ordering="uses")
    def used(self, link):
        return f"{link.uses} / {link.max_uses}"

    @admin.display(description=_("good"), boolean=True)
    def is_good(self, link):
        return not link.why_not

    def has_add_permission(self, request):
        return request.user.has_perm("members.add_joinlink")

    def has_revoke_permission(self, request):
        return request.user.has_perm("members.change_joinlink")

    def save_model(self, request, obj, form, change):
        """By the verb, which alone knows the address: it is told now and never again."""
        link, token = join_links.make(by=request.user, **form.cleaned_data)
        obj.pk, obj._state.adding = link.pk, False
        address = absolute(in_language(get_language() or "fr", "members:join", token))
        said = _("Here is the link. Copy it now: it is not shown again. {}")
        self.message_user(request, format_html(said, format_html("<code>{}</code>", address)), messages.WARNING)

    @admin.action(description=_("Revoke"), permissions=["revoke"], location=EVERYWHERE)
    def revoke(self, request, queryset):
        self.do(request, queryset, join_links.revoke)
