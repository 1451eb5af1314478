from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    name = "smclub"
    verbose_name = "smclub"

    def ready(self) -> None:
        from smclub import checks, roles  # noqa: F401  # lazy: models must be loaded first; importing registers the checks

        post_migrate.connect(roles.sync_after_migrate, dispatch_uid="smclub.roles")


class ClubAdminConfig(AdminConfig):
    default_site = "smclub.admin.ClubAdminSite"

    def ready(self) -> None:
        super().ready()
        from allauth.account.models import EmailAddress  # lazy: models must be loaded first
        from allauth.mfa.models import Authenticator  # lazy: models must be loaded first
        from allauth.usersessions.models import UserSession  # lazy: models must be loaded first
        from django.contrib import admin  # lazy: models must be loaded first
        from django.contrib.auth.models import Group as Role  # lazy: models must be loaded first
        from django_tasks_db.models import DBTaskResult  # lazy: models must be loaded first
        from taggit.models import Tag  # lazy: models must be loaded first

        from smclub import account_desk, people_desk  # lazy: models must be loaded first

        account_desk.take_over(admin.site)  # deeds on accounts that the members' desk may not look up at
        people_desk.take_over(admin.site)
        admin.site.unregister(Tag)  # Topic is the one vocabulary
        admin.site.unregister(Role)  # roles come from smclub/roles.py and are given on a member
        admin.site.unregister(DBTaskResult)  # in English, and for programmers: letters and jobs have pages of their own
        # Keys to somebody's account: nobody reads them, and what must be done about one is a verb that leaves a trace.
        admin.site.unregister([EmailAddress, Authenticator, UserSession])
