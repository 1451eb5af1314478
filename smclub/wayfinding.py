"""What robots and researchers read: robots.txt, the sitemap, where to report a hole."""

from datetime import UTC, timedelta
from types import SimpleNamespace

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.models import Club
from smclub import sitemaps
from smclub.addresses import absolute, site_host
from smclub.shared import shared

ROBOTS = """\
User-agent: *
Disallow: /admin/
Disallow: /en/admin/
Disallow: /compte/
Disallow: /en/compte/
Allow: /compte/login/$
Allow: /en/compte/login/$
Disallow: /recherche/?
Disallow: /en/recherche/?
Disallow: /agenda/

Sitemap: {sitemap}
"""


@require_safe
def favicon(request):
    """Asked for by browsers on pages that name no icon (the admin, a feed)."""
    return redirect(static("smclub/favicon.svg"), permanent=True)


@require_safe
@shared()
def robots(request):
    return HttpResponse(ROBOTS.format(sitemap=absolute("/sitemap.xml")), content_type="text/plain; charset=utf-8")


@require_safe
@shared()
def security_txt(request):
    """RFC 9116; without an address in the club's settings there is nobody to write to, and the contact page says so."""
    club = Club.current()
    contact = f"mailto:{club.contact_email}" if club.contact_email else absolute("/contact/")
    lines = [
        f"Contact: {contact}",
        f"Expires: {(timezone.now() + timedelta(days=180)).astimezone(UTC):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: fr, en",
        f"Canonical: {absolute('/.well-known/security.txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request):
    """On one page, or for a large club a page that names the others; the host is ours whatever Host the request names."""
    parts, asked = sitemaps.number_of_parts(), request.GET.get("part", "")
    if parts > 1 and not asked:
        return HttpResponse(sitemaps.index(parts), content_type="application/xml")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    here = SimpleNamespace(domain=site_host())
    scheme = settings.SITE_URL.partition(":")[0]
    sections = sitemaps.sections(number) if 0 < number <= parts else []
    urls = [url for section in sections for url in section.get_urls(site=here, protocol=scheme)]
    return TemplateResponse(request, "sitemap.xml", {"urlset": urls}, content_type="application/xml")
