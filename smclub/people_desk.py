"""At the desk: two pages of one person become one, a deed that reaches every app."""

from django import forms
from django.contrib import admin, messages
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from members.admin.people import PersonAdmin
from members.models import Member, Person
from smclub import uniting
from smclub.account_desk import counted, which_stays

KEPT = _("What it says stays; what it leaves empty is filled from the other, whose address leads to it from then on.")
READERS = _("Where one of the two is read by fewer people, so is the page that stays.")
OWNER = _("Who has an account keeps their own page, and says who reads it.")


class _Page(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        """Names are often the same: that is how there came to be two."""
        return f"{obj} – /personnes/{obj.slug}/"


def _brings(person: Person) -> str:
    said = {"slug": person.slug, "readers": person.get_visibility_display(), "what": counted(uniting.preview(person))}
    return _("/personnes/%(slug)s/ is read by: %(readers)s. It has: %(what)s") % said


def _merged(person: Person, *, into: Person, by: Member) -> None:
    if person != into:
        uniting.merge(person, into=into, by=by)


class PageAdmin(PersonAdmin):
    """In the place of the one of `members`, which may not look up."""

    actions = ["merge"]
    refusals = (uniting.Refused,)

    @admin.action(description=_("Merge two pages of one person…"), permissions=["change"])
    def merge(self, request, queryset):
        pair = sorted(queryset, key=lambda person: person.member_id is None)
        if len(pair) != 2:
            self.message_user(request, _("Select the two pages."), messages.WARNING)
            return None
        refusals = {into.pk: uniting.why_not(person, into, by=request.user) for person, into in (pair, pair[::-1])}
        may_stay = queryset.filter(pk__in=[pk for pk, refusal in refusals.items() if refusal is None])
        if not may_stay:
            self.message_user(request, refusals[pair[0].pk], messages.WARNING)
            return None
        told = [*map(_brings, pair), KEPT, READERS if len(may_stay) == 2 else OWNER]
        help_text = format_html_join("", "<p>{}</p>", ((sentence,) for sentence in told))
        form = which_stays(may_stay, label=_("The page that stays"), field=_Page, help_text=help_text)
        return self.ask(request, queryset, _merged, form, action="merge", title=_("Merge these pages: it cannot be undone"))


def take_over(site) -> None:
    site.unregister(Person)
    site.register(Person, PageAdmin)
