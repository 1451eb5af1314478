"""`make shots`: every kind of page of the demo club as people see it, on one contact sheet, `shots/index.html`.

Makes a club of its own under `shots/var`, starts the server that `make run` starts, and visits it in Chromium as a visitor,
a member and an organiser; French and English, 360, 768 and 1,280 px, light and dark. `--only post,event` visits some pages,
`--widths 360` some widths.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from html import escape
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "shots"
LANGUAGES, WIDTHS, SCHEMES = ("fr", "en"), (360, 768, 1280), ("light", "dark")
ROLES = {"": None, "member": "milan", "organiser": "organiser", "treasurer": "octave.delmas"}
ASSEMBLIES = ("assemblee-generale", "assemblee-generale-de-janvier")  # to come, held
LONGEST = 4000  # pixels: the foot of longer pages is cut


@dataclass(frozen=True)
class Shot:
    name: str
    path: str  # in French, as all of them have it
    role: str = ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settle(port: int) -> None:
    """Before Django reads its settings."""
    sys.path.insert(0, str(ROOT))
    os.environ |= {"VAR_DIR": str(OUT / "var"), "DEMO": "1", "SITE_URL": f"http://localhost:{port}", "PAGE_CACHE": "false"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "smclub.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's calls run inside a loop of its own
    import django  # lazy: after its settings

    django.setup()


def start(port: int) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if "Ctrl-C" in line:
            return process
    raise SystemExit("The server did not start: try `manage.py serve`.")


def extreme_cases() -> dict[str, str]:
    """What the demo club has not: the longest title, and lists with nothing in them."""
    from django.utils import timezone  # lazy: once Django is set up

    from members.models import Group
    from posts.models import Category, Post

    title = "Anticonstitutionnellement, ou comment une association de bénévoles a réécrit la charte de ses quarante salons"
    post, _made = Post.objects.get_or_create(
        slug="un-titre-tres-long",
        defaults={
            "title": title,
            "lang": "fr",
            "excerpt": "Un résumé.",
            "body": "Un texte.",
            "published_at": timezone.now(),
            "address_on": timezone.localdate(),
        },
    )
    category, _made = Category.objects.get_or_create(slug="categorie-vide", defaults={"name": "Catégorie vide"})
    group, _made = Group.objects.get_or_create(slug="groupe-vide", defaults={"name": "SMC Saint-Étienne", "kind": "local"})
    found = {"post-long-title": post, "category-empty": category, "group-empty": group}
    return {name: thing.get_absolute_url() for name, thing in found.items()}


def addresses() -> list[Shot]:
    """One of each kind of page, and of each state that a page may be in."""
    from django.urls import reverse  # lazy: once Django is set up
    from django.utils import timezone

    from events.models import Event, Venue
    from events.programme import Season
    from members.models import Club, Group, Letter, Organisation, Person
    from partners.models import Partner
    from posts.models import Post, Series

    now = timezone.now()
    public = Post.objects.announced().filter(lang="fr")
    told = {
        "post": public.filter(kind="article").exclude(cover=None).first() or public.filter(kind="article").first(),
        "post-report": public.filter(kind="report").first(),
        "post-members": Post.objects.filter(audience="members", published_at__lte=now).first(),
        "series": Series.objects.first(),
        "topic": public.exclude(topics=None).first().topics.first(),
        "category": public.exclude(categories=None).first().categories.first(),
        "partner": Partner.objects.filter(is_published=True).order_by("pk").first(),
        "person": Person.objects.filter(talks__isnull=False, visibility="public").first(),
        "organisation": Organisation.objects.filter(partnerships__isnull=False).first(),
        "group": Group.objects.order_by("pk").first(),
        "venue": Venue.objects.exclude(events=None).first(),
    }
    for slug in ("sous-titrer-vraiment", "apres-la-plateforme", "lire-ses-statistiques", *ASSEMBLIES):
        told[f"event-{slug}"] = Event.objects.filter(slug=slug).first()
    for status in ("cancelled", "postponed", "online"):
        told[f"event-{status}"] = Event.objects.filter(status=status).first()
    told["event-full"] = next(filter(is_full, Event.objects.filter(starts_at__gt=now, capacity__gt=0)), None)
    told["event-cycle"] = Event.objects.exclude(cycle=None).first().cycle
    paths = {name: thing.get_absolute_url() for name, thing in told.items() if thing} | extreme_cases()
    names = {
        **{
            "home": "home",
            "posts": "posts:list",
            "reports": "posts:reports",
            "events": "events:list",
            "events-past": "events:past",
        },
        **{"partners": "partners:list", "groups": "members:groups", "directory": "members:directory", "team": "members:team"},
        **{"contact": "members:contact", "search-empty": "search", "sign-in": "account_login", "sign-up": "account_signup"},
        **{"reset": "account_reset_password", "report-form": "posts:report", "letters": "demo_letters"},
        **{"apply": "members:apply"},
    }
    paths |= {name: reverse(url) for name, url in names.items()}
    paths |= {slug: reverse("page", args=[slug]) for slug in ("le-club", "adherer", "accessibilite", "mentions-legales")}
    season = Season.of(timezone.localdate(), Club.current())
    paths |= {
        "programme": reverse("places:programme", args=[season.slug]),
        "search": reverse("search") + "?q=radio",
        "not-found": "/nulle-part/",
        "year": "/2017/",
        "search-none": "/recherche/?q=xyzzy",
    }
    if letter := Letter.objects.order_by("-pk").first():
        paths["letter"] = reverse("demo_letter", args=[letter.pk])
    mine = {"account": "members:me", "profile": "members:profile", "sessions": "usersessions_list", "keys": "mfa_index"}
    mine |= {"password": "account_change_password", "address": "account_email", "calendar": "events:my_calendar"}
    mine |= {"data": "my_data", "erase": "my_data_erase", "dues": "members:dues", "letters": "members:letters"}
    mine |= {"people-met": "people_met", "name": "members:name"}
    reachable = Person.objects.filter(takes_messages=True, visibility="members").order_by("pk").last()
    with_arguments = {
        "profile-seen": reverse("members:profile_seen", args=["visiteur"]),
        "profile-seen-member": reverse("members:profile_seen", args=["membre"]),
        "message": reverse("members:message_write", args=[reachable.slug]),
        "person": reachable.get_absolute_url(),
        "directory": reverse("members:directory"),
        "directory-none": reverse("members:directory") + "?q=xyzzy&ville=Rennes",
        **tickets(),
        "proxy": reverse("events:proxy", args=[ASSEMBLIES[0]]),
    }
    return [
        *(Shot(name, path) for name, path in sorted(paths.items())),
        *(Shot(name, reverse(url), "member") for name, url in mine.items()),
        *(Shot(name, path, "member") for name, path in with_arguments.items()),
        *after_a_meeting(),
        *(
            Shot(name, paths[name], "member")
            for name in (
                "home",
                "event-full",
                "post",
                "post-members",
                *(f"event-{slug}" for slug in ("sous-titrer-vraiment", *ASSEMBLIES)),
            )
        ),
        *(Shot(name, path, "member") for name, path in receipts().items()),
        *(Shot(name, path, "organiser") for name, path in (desk() | assemblies()).items()),
        *(Shot(name, path, "treasurer") for name, path in money().items()),
    ]


def after_a_meeting() -> list[Shot]:
    """A meeting that left everything, its opinions, those of one with few answers, and the request to take a photograph down."""
    from django.urls import reverse  # lazy: once Django is set up

    from events.models import Attachment, Event

    whole, few = (Event.objects.get(slug=slug) for slug in ("moderation-a-l-echelle", "coulisses-d-une-crise"))
    page, photo = whole.get_absolute_url(), Attachment.objects.filter(event=whole, kind=Attachment.Kind.PHOTO)[:1].get()
    return [
        *(Shot("past", page, role) for role in ("", "member", "organiser")),
        Shot("past-take-down", f"{reverse('posts:report')}?url={page}%23photo-{photo.pk}"),
        Shot("past-opinion", reverse("events:feedback", args=[whole.slug]), "member"),
        Shot("past-opinions", reverse("events:opinions", args=[whole.slug]), "organiser"),
        Shot("past-opinions-few", reverse("events:opinions", args=[few.slug]), "organiser"),
    ]


def assemblies() -> dict[str, str]:
    """The desk of the assembly to come, and the list of who came to the one that was held."""
    from django.urls import reverse  # lazy: once Django is set up

    from events.models import Event

    coming, held = (Event.objects.get(slug=slug) for slug in ASSEMBLIES)
    proxy = coming.proxies.standing()[:1].get()
    return {
        "desk-convoke": reverse("admin:events_event_convoke", args=[coming.pk]),
        "desk-proxies": reverse("admin:events_event_proxies", args=[coming.pk]),
        "desk-proxy-revoke": reverse("admin:events_event_proxy_revoke", args=[coming.pk, proxy.pk]),
        "desk-elections": reverse("admin:events_event_attendees", args=[held.pk]),
        "door-assembly": reverse("door:door", args=[ASSEMBLIES[0]]),
    }


def tickets() -> dict[str, str]:
    """Of the member, for the next meeting that they go to."""
    from django.urls import reverse  # lazy: once Django is set up

    from events.models import Event, Registration
    from members.models import Member

    member = Member.objects.get(email=f"{ROLES['member']}@example.org")
    place = Registration.objects.going().filter(member=member).at(Event.objects.published().upcoming()).first()
    return {"ticket": reverse("events:ticket", args=[place.event.slug])} if place else {}


def receipts() -> dict[str, str]:
    """What a member prints of their dues."""
    from members.models import Dues, Member  # lazy: once Django is set up

    paid = Dues.objects.counting().filter(member=Member.objects.get(email=f"{ROLES['member']}@example.org")).first()
    return {"receipt": paid.get_absolute_url()} if paid else {}


def is_full(event) -> bool:
    return event.registrations.filter(state="waiting").exists()


def desk() -> dict[str, str]:
    from django.urls import reverse  # lazy: once Django is set up

    from events.models import Event
    from members.models import Application, GroupNotice, GroupRequest, Member
    from posts.models import Comment, Post

    event = Event.objects.filter(slug="sous-titrer-vraiment").first() or Event.objects.first()
    rows = {"events_event": event, "posts_post": Post.objects.first(), "posts_comment": Comment.objects.first()}
    rows["members_application"] = Application.objects.first()
    rows |= {"members_grouprequest": GroupRequest.objects.first(), "members_groupnotice": GroupNotice.objects.first()}
    rows |= {"members_joinlink": None, "members_groupmembership": None}
    coordinator = Member.objects.filter(email="coordinator@example.org").get()
    return {
        "desk-handover": reverse("admin:handover"),
        "desk-handover-of": reverse("admin:handover_of", args=[coordinator.pk]),
        "desk": reverse("admin:index"),
        "desk-figures": reverse("admin:events_event_figures"),
        "desk-figures-all": reverse("admin:events_event_figures") + "?saison=",
        "desk-figures-of": reverse("admin:events_event_figures_of", args=[Event.objects.took_place().of_the_club()[0].pk]),
        "desk-attendees": reverse("admin:events_event_attendees", args=[event.pk]),
        "door": reverse("door:door", args=[event.slug]),
        "door-walk-in": reverse("door:walk_in", args=[event.slug]),
        "door-links": reverse("door:links", args=[event.slug]),
        "desk-register": reverse("admin:events_event_register", args=[event.pk]),
        "desk-write": reverse("admin:events_event_write", args=[event.pk]),
        "desk-member-list": reverse("admin:members_member_changelist"),
        "desk-event-add": reverse("admin:events_event_add"),
        "desk-log": reverse("admin:members_entry_changelist"),
        **{f"desk-{name}-list": reverse(f"admin:{name}_changelist") for name in rows},
        **{f"desk-{name}": reverse(f"admin:{name}_change", args=[row.pk]) for name, row in rows.items() if row},
    }


def money() -> dict[str, str]:
    """The treasurer's desk."""
    from django.urls import reverse  # lazy: once Django is set up

    from members.models import Dues, Import, Invoice

    paths = {
        "dues-list": "dues_changelist",
        "dues-add": "dues_add",
        "totals": "dues_totals",
        "invoice-list": "invoice_changelist",
        "import-add": "import_add",
        "import-list": "import_changelist",
    }
    shown = {f"desk-{name}": reverse(f"admin:members_{url}") for name, url in paths.items()}
    shown["desk-dues"] = reverse("admin:members_dues_change", args=[Dues.objects.filter(organisation__isnull=False)[:1].get().pk])
    if batch := Import.objects.first():
        shown["desk-import"] = reverse("admin:members_import_change", args=[batch.pk])
    if invoice := Invoice.objects.first():
        shown["invoice"] = invoice.get_absolute_url()
    return shown


def session_of(who: str):
    from django.conf import settings  # lazy: once Django is set up
    from django.test import Client

    from members.models import Member

    client = Client()
    client.force_login(Member.objects.get(email=f"{who}@example.org"))
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def take(shots: list[Shot], site: str, widths: tuple[int, ...]) -> dict[Shot, list[Path]]:
    from playwright.sync_api import sync_playwright  # lazy: for developers only

    from tests.browsing import FLAGS, path_of_chromium

    taken: dict[Shot, list[Path]] = {shot: [] for shot in shots}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path_of_chromium(), args=FLAGS)
        for role, language, width, scheme in product(ROLES, LANGUAGES, widths, SCHEMES):
            asked = [shot for shot in shots if shot.role == role]
            if not asked:
                continue
            looks = {"color_scheme": scheme, "reduced_motion": "reduce", "locale": language}
            context = chromium.new_context(base_url=site, viewport={"width": width, "height": 900}, **looks)
            if ROLES[role]:
                name, value = session_of(ROLES[role])
                context.add_cookies([{"name": name, "value": value, "url": site, "httpOnly": True}])
            page = context.new_page()
            for shot in asked:
                file = OUT / "pages" / re.sub(r"\W+", "-", f"{shot.role}-{shot.name}-{language}-{width}-{scheme}".strip("-"))
                file = file.with_suffix(".jpg")
                page.goto(shot.path if language == "fr" or shot.path.startswith("/demo/") else "/en" + shot.path)
                high = min(LONGEST, page.evaluate("document.documentElement.scrollHeight"))
                page.screenshot(
                    path=file, type="jpeg", quality=70, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": high}
                )
                taken[shot].append(file)
            context.close()
            print(f"{role or 'visitor'} {language} {width} {scheme}: {len(asked)}", flush=True)  # noqa: T201 -- a command
        chromium.close()
    return taken


def sheet(taken: dict[Shot, list[Path]]) -> str:
    """The contact sheet: a row per page, a picture per look."""
    rows = [
        f"<h2>{escape(shot.name)} <small>{escape(shot.role or 'visitor')}</small></h2><p>"
        + "".join(
            f'<a href="pages/{file.name}" title="{file.stem}"><img src="pages/{file.name}" loading="lazy" alt="{file.stem}"></a>'
            for file in files
        )
        for shot, files in taken.items()
    ]
    style = "body{font:14px system-ui;margin:2rem}p{display:flex;gap:8px;overflow-x:auto}img{height:420px;border:1px solid #ccc}"
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>smclub</title><style>{style}</style>' + "".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of pages, or how they begin, by commas")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    options = parser.parse_args()
    only, widths = tuple(options.only.split(",")), tuple(map(int, options.widths.split(",")))
    port = free_port()
    settle(port)
    shutil.rmtree(OUT / "pages", ignore_errors=True)
    (OUT / "pages").mkdir(parents=True)
    process = start(port)
    try:
        shots = [shot for shot in addresses() if shot.name.startswith(only)]
        (OUT / "index.html").write_text(sheet(take(shots, f"http://localhost:{port}", widths)), encoding="utf-8")
    finally:
        process.terminate()
        process.wait()
    print(OUT / "index.html")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
