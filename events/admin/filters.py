"""How the desk narrows the list of meetings."""

import re
import uuid

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PublishedFilter(admin.SimpleListFilter):
    title = _("publication")
    parameter_name = "shown"

    def lookups(self, request, model_admin):
        return [("next", _("To come")), ("past", _("Past")), ("draft", _("Drafts")), ("later", _("Appear later"))]

    def queryset(self, request, queryset):
        if self.value() == "next":
            return queryset.published().upcoming()
        if self.value() == "past":
            return queryset.published().past()
        return {"draft": queryset.drafts, "later": queryset.scheduled}.get(self.value(), queryset.all)()


class RepetitionFilter(admin.SimpleListFilter):
    """Offered on the list of one repetition alone, where the form of a meeting leads."""

    title = _("repetition")
    parameter_name = "suite"

    def lookups(self, request, model_admin):
        typed = request.GET.get(self.parameter_name, "")
        return [(typed, _("This repetition"))] if re.fullmatch(r"[0-9a-f-]{36}", typed) else []

    def queryset(self, request, queryset):
        try:
            return queryset.filter(repetition=uuid.UUID(self.value())) if self.value() else queryset
        except ValueError:
            return queryset.none()
