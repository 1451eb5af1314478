"""What French law wants the site of an association to say (LCEN, GDPR, DSA), and what of it nobody has written yet.

Gaps are to-dos: on the first page of the desk, in `check --deploy`, and when the site starts. Nothing is ever invented.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Club
from posts.models import Page

FACTS = {  # fields of the club
    "publisher_name": _("Director of publication"),
    "seat": _("Seat of the association"),
    "telephone": _("Telephone"),
    "host": _("Host of the site: name, address, telephone"),
    "contact_email": _("Point of contact: the club’s address"),
}
TEXTS = {  # slugs of pages
    "mentions-legales": _("Legal notice"),
    "confidentialite": _("Privacy"),
    "code-de-conduite": _("Code of conduct: the terms of discussions and meetings"),
    "accessibilite": _("Accessibility statement"),
}
BLANK = "à compléter"  # as the first texts say it, in either language


@dataclass(frozen=True)
class Gap:
    """Something that is missing, and the page of the desk where it is written."""

    label: str | Promise
    url: str


def gaps() -> list[Gap]:
    """In two queries; the list of clubs leads to the form of the only one."""
    club, form = Club.current(), reverse("admin:members_club_changelist")
    return [*(Gap(label, form) for name, label in FACTS.items() if not getattr(club, name)), *_of_texts()]


def _of_texts() -> list[Gap]:
    written = {page.slug: page for page in Page.objects.filter(slug__in=TEXTS, lang="fr").only("slug", "body")}
    found = []
    for slug, label in TEXTS.items():
        if slug not in written:
            query = urlencode({"slug": slug, "lang": "fr", "title": label})
            found.append(Gap(label, f"{reverse('admin:posts_page_add')}?{query}"))
        elif BLANK in written[slug].body:
            missing = _("%(text)s: what is still “to be completed”") % {"text": label}
            found.append(Gap(missing, reverse("admin:posts_page_change", args=[written[slug].pk])))
    return found


def known_gaps() -> list[Gap]:
    """The same before the first migration, when nothing can be known."""
    tables = set(connection.introspection.table_names())
    return gaps() if {Club._meta.db_table, Page._meta.db_table} <= tables else []
