"""What pages of a site of some size ask of PostgreSQL and how long they take: one process for each size, which the drill asks.

A line `plans` has every page visited once by each role: what comes back names, page by page, the big tables that a query read
from end to end. A line `time NAME` gives the milliseconds of a few visits of that page. Answers are lines of JSON.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator

VISITS = 5
RARE, COMMON = "hébergeur", "modération"  # words of few and of many texts of `seed_load`


def settle() -> None:
    """Before Django reads its settings."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "smclub.settings", "PAGE_CACHE": "false"}
    import django  # lazy: after its settings

    django.setup()
    logging.disable(logging.CRITICAL)


def public_pages() -> dict[str, str]:
    """One of each kind, and of each kind the fullest: the longest discussion, the day with most posts, who wrote most."""
    from django.db.models import Count  # lazy: once Django is set up
    from django.urls import reverse

    from events.models import Cycle, Event, Venue
    from members.models import Group, Organisation, Person, Topic
    from members.views import PEOPLE_A_PAGE
    from partners.models import Partner
    from posts.models import Category, Comment, Discussion, Post, Series

    posts = Post.objects.announced().filter(slug__startswith="billet")
    newest, longest = posts.newest_first(), Discussion.objects.annotate(n=Count("comments")).order_by("-n", "pk").first()
    talked_of = longest.posts.first() or longest.event
    translated = newest.filter(lang="en").first()
    topic = Topic.objects.annotate(n=Count("post_items")).order_by("-n", "pk").first()
    rare = Topic.objects.filter(post_items__isnull=False, name__startswith="Mesure").annotate(n=Count("post_items")).earliest("n")
    writer = Person.objects.annotate(n=Count("credits")).order_by("-n", "pk").first()
    desk = Organisation.objects.get(slug="la-redaction")
    group = Group.objects.current().in_order().first()
    partner = Partner.objects.published().first()
    meeting = Event.objects.filter(slug__startswith="rencontre-de-mesure").order_by("-starts_at")
    on = newest[40].address_on
    days = posts.order_by().values("address_on").annotate(n=Count("pk")).order_by("-n", "address_on")
    full = days.values_list("address_on", flat=True)[0]
    middle = Person.objects.in_directory().announced().count() // PEOPLE_A_PAGE // 2 + 1
    last = Comment.objects.counted().filter(discussion=longest).order_by("-path").first()
    return {
        "home": "/",
        "posts": reverse("posts:list"),
        "posts, second page": reverse("posts:list") + "?page=2",
        "posts, last page": reverse("posts:list") + "?page=99999",
        "write-ups": reverse("posts:reports"),
        "year": f"/{on:%Y}/",
        "month": f"/{full:%Y/%m}/",
        "day": f"/{full:%Y/%m/%d}/",
        "category": Category.objects.get(slug="mesure-0").get_absolute_url(),
        "topic": topic.get_absolute_url(),
        "topic, rare": rare.get_absolute_url(),
        "series": Series.objects.filter(slug__startswith="serie-").first().get_absolute_url(),
        "post": newest[40].get_absolute_url(),
        "post, oldest": newest.last().get_absolute_url(),
        "post, translated": translated.get_absolute_url(),
        "post of a meeting": newest.filter(kind="report").first().get_absolute_url(),
        "post of a series": newest.exclude(series=None).first().get_absolute_url(),
        "post for members": newest.filter(audience="members").first().get_absolute_url(),
        "longest discussion": talked_of.get_absolute_url(),
        "longest discussion, last page": talked_of.get_absolute_url() + "?page=999",
        "address of a comment": last.get_absolute_url(),
        "events": reverse("events:list"),
        "events, past": reverse("events:past"),
        "events of a year": reverse("events:past") + f"?annee={on:%Y}",
        "event": meeting[2].get_absolute_url(),
        "event, past": meeting[40].get_absolute_url(),
        "venue": Venue.objects.exclude(events=None).first().get_absolute_url(),
        "cycle": Cycle.objects.exclude(events=None).first().get_absolute_url(),
        "partners": reverse("partners:list"),
        "partner": partner.get_absolute_url(),
        "organisation": desk.get_absolute_url(),
        "organisation, last page": desk.get_absolute_url() + "?page=99999",
        "groups": reverse("members:groups"),
        "group": group.get_absolute_url(),
        "group, largest": reverse("members:group", args=["club-de-mesure"]),
        "group, announcements": reverse("members:group_notices", args=[group.slug]),
        "directory": reverse("members:directory"),
        "directory, in the middle": reverse("members:directory") + f"?page={middle}",
        "directory, last page": reverse("members:directory") + "?page=99999",
        "directory, narrowed": reverse("members:directory") + "?q=membre&ville=Rennes&organisation=&langue=",
        "person": writer.get_absolute_url(),
        "person, any": Person.objects.get(slug="membre-400").get_absolute_url(),
        "team": reverse("members:team"),
        "contact": reverse("members:contact"),
        "page": reverse("page", args=["le-club"]),
        "report": reverse("posts:report"),
        "search, empty": reverse("search"),
        "search, rare word": reverse("search") + f"?q={RARE}",
        "search, common word": reverse("search") + f"?q={COMMON}",
        "search, in posts": reverse("search") + f"?q={COMMON}&kind=posts",
        "search, in posts, last page": reverse("search") + f"?q={COMMON}&kind=posts&page=99999",
        "sign-in": reverse("account_login"),
        "missing": "/nulle-part/",
        "feed": reverse("feed"),
        "feed, JSON": reverse("feed_json"),
        "feed of a topic": reverse("feed_topic", args=[topic.slug]),
        "feed of a category": reverse("feed_category", args=["mesure-0"]),
        "feed of a person": reverse("feed_person", args=[writer.slug]),
        "feed of a group": reverse("feed_group", args=[group.slug]),
        "feed of a partner": reverse("feed_partner", args=[partner.slug]),
        "calendar": reverse("agenda"),
        "calendar of a topic": reverse("agenda_topic", args=[topic.slug]),
        "calendar of a partner": reverse("agenda_partner", args=[partner.slug]),
        "calendar of a meeting": reverse("event_file", args=[meeting[2].slug]),
        "sitemap": reverse("sitemap"),
        "sitemap, first part": reverse("sitemap") + "?part=1",
        "robots": reverse("robots"),
    }


MINE = ("home", "posts", "post", "post for members", "longest discussion", "events", "event", "event, past", "organisation")
MINE += ("person", "directory", "directory, in the middle", "group", "group, largest", "topic")
MINE += ("search, common word", "missing")


def members_pages() -> dict[str, str]:
    from django.urls import reverse  # lazy: once Django is set up

    from events import calendar
    from posts.models import Comment

    names = {"account": "members:me", "profile": "members:profile", "calendar of mine": "events:my_calendar"}
    names |= {"dues": "members:dues", "letters": "members:letters", "data": "my_data"}
    names |= {"sessions": "usersessions_list", "address": "account_email"}
    comment = Comment.objects.by(somebody()).counted().in_discussions_of(somebody()).first()
    return {
        **{name: reverse(url) for name, url in names.items()},
        "calendar, personal": reverse("agenda_personal", args=[calendar.token(somebody())]),
        "answer to a comment": reverse("posts:comment_reply", args=[comment.pk]),
        "taking a comment back": reverse("posts:comment_withdraw", args=[comment.pk]),
    }


def desk_pages() -> dict[str, str]:
    from django.contrib import admin  # lazy: once Django is set up
    from django.urls import reverse

    found = {"desk": reverse("admin:index")}
    for model in admin.site._registry:
        label, name = f"{model._meta.app_label}_{model._meta.model_name}", model._meta.verbose_name
        found[f"desk: {name}, list"] = reverse(f"admin:{label}_changelist")
        if row := model._default_manager.order_by("pk").first():
            found[f"desk: {name}"] = reverse(f"admin:{label}_change", args=[row.pk])
    found["desk: comments that wait"] = reverse("admin:posts_comment_changelist") + "?state__exact=pending"
    found["desk: posts, search"] = reverse("admin:posts_post_changelist") + "?q=mesure+99"
    found["desk: members, search"] = reverse("admin:members_member_changelist") + "?q=load99"
    return found | keeping_pages()


def keeping_pages() -> dict[str, str]:
    """The desk of the treasurer and the secretary."""
    from django.urls import reverse  # lazy: once Django is set up

    from members.models import Group, Import

    dues, file = reverse("admin:members_dues_changelist"), Import.objects.get(name="mesure.csv")
    report, members = reverse("admin:members_import_change", args=[file.pk]), reverse("admin:members_member_changelist")
    largest = f"?group__id__exact={Group.objects.get(slug='club-de-mesure').pk}"
    return {
        "desk: dues to renew": f"{dues}?renouvellement=over",
        "desk: dues in grace": f"{dues}?renouvellement=grace",
        "desk: dues that end soon": f"{dues}?renouvellement=soon",
        "desk: dues asked for": f"{dues}?paiement=asked",
        "desk: dues, last page": f"{dues}?p=99",
        "desk: dues, search": f"{dues}?q=membre+99",
        "desk: totals of dues": reverse("admin:members_dues_totals"),
        "desk: members paid up": f"{members}?cotisation=paid_up",
        "desk: report of an import": report,
        "desk: report of an import, last page": f"{report}?page=99999",
        "desk: applications that wait": reverse("admin:members_application_changelist") + "?state__exact=waiting",
        "desk: members of the largest group": reverse("admin:members_groupmembership_changelist") + largest,
        "handover": reverse("admin:handover"),
    }


def somebody():
    from members.models import Member  # lazy: once Django is set up

    return Member.objects.get(email="load60@example.org")


class Site:
    """The pages by name, and somebody in each role to visit them."""

    def __init__(self):
        from django.test import Client  # lazy: once Django is set up

        from members.models import Member

        public, self.clients = public_pages(), {role: Client(raise_request_exception=False) for role in ("", "member", "owner")}
        self.clients["member"].force_login(somebody())
        self.clients["owner"].force_login(Member.objects.filter(is_superuser=True).first())
        self.pages = {(name, ""): path for name, path in public.items()}
        self.pages |= {(name, "member"): path for name, path in members_pages().items()}
        self.pages |= {(name, "member"): public[name] for name in MINE}
        self.pages |= {(name, "owner"): path for name, path in desk_pages().items()}

    def visit(self, name: str, role: str):
        from django.utils import translation  # lazy: once Django is set up

        with translation.override("fr"):
            response = self.clients[role].get(self.pages[name, role], HTTP_HOST="localhost")
        if response.status_code >= 500 or (response.status_code in (403, 404) and name != "missing"):
            raise SystemExit(f"{name} ({role}) {self.pages[name, role]}: {response.status_code}")
        return response

    def time(self, name: str, role: str) -> list[float]:
        self.visit(name, role)
        taken = []
        for _visit in range(VISITS):
            began = time.perf_counter()
            self.visit(name, role)
            taken.append((time.perf_counter() - began) * 1000)
        return taken

    def plans(self, many: int) -> dict:
        """Of each page: how many queries, and (table, query) where a table of more than `many` rows is read from end to end."""
        big = {table for table, rows in sizes().items() if rows > many}
        found = {}
        for name, role in self.pages:
            self.visit(name, role)  # what the first visit of all asks is no page's doing
            asked = queries_of(lambda name=name, role=role: self.visit(name, role))
            scans = [(table, sql) for sql, params in asked for table in sorted(read_whole(sql, params) & big)]
            found[f"{name}|{role}"] = {"queries": len(asked), "scans": scans}
        return {"big": sorted(big), "pages": found}


def sizes() -> dict[str, int]:
    from django.db import connection  # lazy: once Django is set up

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_live_tup FROM pg_stat_user_tables")
        return dict(cursor.fetchall())


def queries_of(deed: Callable) -> list[tuple]:
    """The (SQL, parameters) that reading something asked of the database."""
    from django.db import connection  # lazy: once Django is set up

    asked = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        deed()
    return [(sql, params) for sql, params in asked if sql.lstrip().startswith(("SELECT", "WITH", "(SELECT"))]


def read_whole(sql: str, params) -> set[str]:
    """The tables that the plan of this query reads from end to end, as it was really carried out."""
    from django.db import connection  # lazy: once Django is set up

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return {node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan" and was_read(node)}


def was_read(node: dict) -> bool:
    return node.get("Actual Loops", 1) > 0


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def main() -> None:
    settle()
    site = Site()
    print(json.dumps(list(site.pages)), flush=True)  # noqa: T201 -- read by the drill
    for line in sys.stdin:
        deed, _space, rest = line.strip().partition(" ")
        name, _bar, role = rest.partition("|")
        answer = site.plans(int(rest)) if deed == "plans" else site.time(name, role)
        print(json.dumps(answer), flush=True)  # noqa: T201 -- read by the drill


if __name__ == "__main__":
    main()
