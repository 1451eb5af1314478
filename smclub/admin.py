from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from smclub import handover_views, week

ORDER = ("events", "posts", "members", "partners")


class ClubAdminSite(admin.AdminSite):
    site_header = _("Social Media Club: the organisers’ desk")
    site_title = _("Organisers’ desk")
    index_title = _("Your week")

    def has_permission(self, request):
        """Staff only; over https with a second factor only."""
        return super().has_permission(request) and (not settings.HTTPS or is_mfa_enabled(request.user))

    def index(self, request, extra_context=None):
        """The organiser's week first, then the models."""
        return super().index(request, {"week": week.of(request.user), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """The apps of everyday work first."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER))

    def get_urls(self):
        """Without the redirection to any row's page (`ClubModelAdmin.view_on_site` links to those that may be read)."""
        own = [
            path("passation/", self.admin_view(handover_views.people), name="handover"),
            path("passation/<int:pk>/", self.admin_view(handover_views.person), name="handover_of"),
            path("passation/<int:pk>/cocher/", self.admin_view(handover_views.tick), name="handover_tick"),
        ]
        return [*own, *(url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site")]

    def password_change(self, request, extra_context=None):
        """The house's own form: guesses at the old one are counted, and its owner gets a letter."""
        return redirect("account_change_password")

    def login(self, request, extra_context=None):
        """The same door as everybody: second factor and rate limits included."""
        if super().has_permission(request) and not self.has_permission(request):
            messages.warning(request, _("The organisers’ desk asks for a second step at sign-in: add one first."))
            return redirect("mfa_index")
        return secure_admin_login(super().login)(request, extra_context)
