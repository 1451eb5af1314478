"""An organiser writes from an empty form; a visitor reads it a moment later."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tests.flows.journey import do, field, follow, reads


def test_a_post_is_written_published_and_read(visit, way, person):
    desk = visit(reverse("admin:index"), as_=person("olga"))
    follow(desk, _("New post"))
    field(desk, _("title")).fill("Les radios de quartier")
    field(desk, _("language")).select_option(way.language)
    field(desk, _("excerpt")).fill("Elles ont une longueur d’avance.")
    field(desk, _("text")).fill("Elles parlent **à leurs voisins**, et leurs voisins répondent.")
    desk.get_by_role("button", name=_("Save and continue editing")).first.click()
    reads(desk, _("Read it as it will be (this link lasts 7 days and asks for no account)"))
    do(desk, _("Publish now"))

    page = visit(reverse("posts:list"))
    follow(page.locator("main"), "Les radios de quartier")
    reads(page, "à leurs voisins")


def test_a_meeting_is_announced_and_seen(visit, way, person):
    friday = timezone.localdate() + timedelta(days=20)
    desk = visit(reverse("admin:index"), as_=person("olga"))
    follow(desk, _("New event"))
    field(desk, _("title")).fill("Petit déjeuner des radios")
    field(desk, _("language")).select_option(way.language)
    starts = desk.get_by_role("group", name=re.compile(f"^{capfirst(_('starts'))}"))
    starts.get_by_label(_("Date:")).fill(friday.isoformat())
    starts.get_by_label(_("Time:")).fill("08:30")
    field(desk, _("summary")).fill("Trois stations racontent.")
    field(desk, _("places")).fill("30")
    desk.get_by_role("button", name=_("Save"), exact=True).first.click()
    do(desk, _("Publish now"), to="Petit déjeuner des radios")

    page = visit(reverse("events:list"))
    follow(page.locator("main"), "Petit déjeuner des radios")
    reads(page, "Trois stations racontent.")
    reads(page, ngettext("%(n)s place left.", "%(n)s places left.", 30) % {"n": 30})
    reads(page, _("No password: your e-mail address, the code we send there and, the first time, your name."))
