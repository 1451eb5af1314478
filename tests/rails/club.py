"""A club with one of everything, and the address of each of its pages: what the generated checks walk over.

A new URL needs nothing here when its name takes no argument; otherwise it needs a line in `arguments()`.
`name[label]` is the same URL with another thing behind it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.core import signing
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from events import linked_data, speaking, tickets
from events.models import DoorLink, EventTopic
from events.programme import Season
from members import preferring
from members.mail import MESSAGE_SALT, ready_made
from members.models import Club, Entry, Export, Import, JobRun, OldAddress, Picture, SealedRecord
from posts import metadata
from posts.models import Report, WatchedWord
from posts.previews import SALT
from smclub import share_cards
from tests import make
from tests.cast import ROLE_OF, cast

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def build() -> SimpleNamespace:
    """Rows for every kind of page; Milan goes to the open meeting and wrote the comment, Coralie coordinates the group."""
    people = {who: cast(who) for who in ROLE_OF.values()}
    club = SimpleNamespace(**people, club=Club.objects.create(pk=1, contact_email="club@example.org"))
    club.group = make.make_group(coordinators=[club.coralie], members=[make.make_member()])
    club.commission = make.make_group(name="Social Data", kind="commission", members=[club.milan])
    club.elsewhere = make.make_group(name="SMC Lyon", members=[club.olga], joining="request")  # Coralie has no part in it
    club.group_request = make.make_group_request(group=club.group, member=club.aude, message="Bonjour.")
    club.request_elsewhere = make.make_group_request(group=club.elsewhere, member=club.milan)
    club.topic, club.category, club.series = make.make_topic(), make.make_category(), make.make_series()
    club.group.topics.add(club.topic)
    club.notice = make.make_group_notice(group=club.group, audience="everybody", author=club.coralie)
    club.inner_notice = make.make_group_notice(group=club.group, title="Entre nous")
    club.notice_elsewhere = make.make_group_notice(group=club.elsewhere)
    club.person = make.make_person(member=club.milan, takes_messages=True)
    club.hidden_person = make.make_person(name="Fabienne Discrète", visibility="members")
    club.private_person = make.make_person(name="Priscille Privée", visibility="private")
    club.organisation = make.make_organisation()
    club.partner = make.make_partner(organisation=club.organisation)
    club.mandate = make.make_mandate(person=club.person)
    club.venue, club.cycle = make.make_venue(), make.make_cycle()
    _meetings(club)
    _stories(club)
    _papers(club)
    _dues(club)
    return club


def _meetings(club) -> None:
    club.open = make.make_event(venue=club.venue, cycle=club.cycle, group=club.group, title="Rencontre ouverte")
    EventTopic.objects.create(content_object=club.open, tag=club.topic)
    club.past = make.make_event(title="Rencontre passée", days=-30, venue=club.venue, cycle=club.cycle)
    club.members = make.make_event(title="Entre membres", audience="members")
    club.paid_up = make.make_event(title="Entre membres à jour", audience="paid_up", days=60)
    club.grouped = make.make_event(title="Entre nous", audience="group", group=club.group)
    club.invited = make.make_event(title="Sur invitation", audience="invitation")
    club.confidential = make.make_event(title="Dîner privé", is_confidential=True)
    club.draft_event = make.make_event(title="Pas encore annoncée", published_at=None)
    club.talk = make.make_talk(event=club.open, person=club.person)
    make.make_event_partner(event=club.open, organisation=club.organisation)
    make.make_invitation(event=club.invited, member=club.milan)
    club.registration = make.make_registration(event=club.open, member=club.milan)
    club.was_there = make.make_registration(event=club.past, member=club.milan)
    make.make_feedback(event=club.past, remark="Très bien.")
    club.photo = make.make_attachment(event=club.past, kind="photo")
    club.document = make.make_document(event=club.past)
    club.members_document = make.make_document(event=club.past, is_for_members=True)
    club.invited_document = make.make_document(event=club.invited)
    club.attachment = make.make_attachment(event=club.open)
    club.todo = make.make_todo(event=club.open, assigned_to=club.coralie)
    club.todo_elsewhere = make.make_todo(event=club.invited)
    club.tonight = make.make_event(days=0, group=club.group, title="Rencontre de ce soir", audience="invitation")
    club.place = make.make_registration(event=club.tonight, member=club.milan, guests=1)
    club.door_link = DoorLink.objects.create(event=club.tonight, made_by=club.olga)
    club.assembly = make.make_event(title="Assemblée générale", kind="assembly", audience="members", quorum=25)
    club.proxy = make.make_proxy(event=club.assembly, giver=club.milan)
    club.registration_elsewhere = make.make_registration(event=club.invited, member=club.milan)


def _stories(club) -> None:
    filed = {"topics": [club.topic], "categories": [club.category]}
    club.post = make.make_post(author=club.person, series=club.series, series_position=1, **filed)
    club.twin = make.make_post(title="Neighbourhood media", lang="en", original=club.post, **filed)
    club.report_post = make.make_post(title="Ce qu'on a dit", kind="report", event=club.past, takeaways="- Un\n- Deux", **filed)
    club.members_post = make.make_post(title="Pour les membres", audience="members", **filed)
    club.draft_post = make.make_post(title="Brouillon", days=None, address_on=timezone.localdate())
    club.author_draft = make.make_post(title="Brouillon d'Aude", days=None, created_by=club.aude)
    club.later_post = make.make_post(title="Demain", days=1)
    club.discussion = make.make_discussion(post=club.post)
    club.event_discussion = make.make_discussion(event=club.open)
    club.comment = make.make_comment(discussion=club.discussion, member=club.milan)
    club.pending = make.make_comment(discussion=club.discussion, member=club.flora, state="pending")
    WatchedWord.objects.create(text="gain facile")
    club.report = Report.objects.create(kind="rules", url="/", comment=club.comment, reason="Hors sujet.")
    for slug in ("le-club", "adherer", "presse", "mentions-legales", "confidentialite", "accessibilite", "code-de-conduite"):
        make.make_page(slug=slug, title=slug, body="## Un titre\n\nUn texte.")
    club.page = make.make_page(slug="le-club", lang="en", title="The club")


def _papers(club) -> None:
    club.application = make.make_application(member=club.flora)
    make.make_join_link()
    club.sponsorship = club.application.sponsorships.create(member=club.milan)
    club.picture = Picture.objects.create(file=ContentFile(GIF, "x.gif"), is_decorative=True)
    club.letter = ready_made("account.x", key="k", to="a@example.org", subject="Bonjour", text="Voici.", html="<p>Voici.</p>")
    club.entry = Entry.objects.write("opened", club.club, by=club.olga)
    club.job = JobRun.objects.create(job="letters", started_at=timezone.now(), finished_at=timezone.now())
    club.old_address = OldAddress.objects.create(path="/avant/", target="/articles/")
    club.export = Export.objects.create(member=club.milan)
    club.import_ = Import.objects.create(made_by=club.tristan, name="membres.csv", state="done", counts={"lines": 1})
    club.import_.file.save("", ContentFile(b"E-mail;Nom complet\nzoe@example.org;Zoe Le Goff\n"))
    club.import_.lines.create(number=2, outcome="new", name="Zoé Le Goff", email="zoe@example.org")
    club.sealed = SealedRecord.objects.create(number=1, kind="identity", facts={}, purge_at=timezone.now())
    club.key = Authenticator.objects.create(user=club.milan, type="totp", data={"secret": "A" * 32})
    UserSession.objects.create(
        user=club.milan, session_key="s" * 32, ip="127.0.0.1", user_agent="x", created_at=timezone.now() - timedelta(days=1)
    )


def _dues(club) -> None:
    """Milan paid his own, and leads those of an organisation, of which Coralie has a seat."""
    club.plan = make.make_plan()
    club.dues = make.make_dues(member=club.milan, plan=club.plan)
    club.company_dues = make.make_dues(organisation=club.organisation, contact=club.milan)
    club.seat = club.company_dues.holders.create(member=club.coralie)
    club.invoice = make.make_invoice(dues=club.company_dues)
    club.asked_dues = make.make_dues(member=club.olga, plan=club.plan, paid_on=None, method="")


def arguments(club) -> dict[str, list]:
    """URL name (and label) → positional arguments of `reverse`."""
    on = club.post.address_on
    day = [f"{on:%Y}", f"{on:%m}", f"{on:%d}"]
    feeds = {"topic": club.topic, "category": club.category, "person": club.person, "group": club.group, "partner": club.partner}
    agendas = {"group": club.group, "cycle": club.cycle, "topic": club.topic, "partner": club.partner}
    return {
        **{f"feed_{kind}": [thing.slug] for kind, thing in feeds.items()},
        **{f"feed_{kind}_json": [thing.slug] for kind, thing in feeds.items()},
        **{f"agenda_{kind}": [thing.slug] for kind, thing in agendas.items()},
        "agenda_personal": ["forged"],
        **{f"event_file{label}": [event.slug] for label, event in _events(club).items()},
        **{f"events:detail{label}": [event.slug] for label, event in _events(club).items()},
        **{f"events:register{label}": [event.slug] for label, event in _events(club).items()},
        **{f"events:leave{label}": [event.slug] for label, event in _events(club).items()},
        "events:claim": [club.open.slug],
        "events:claim_by_link": [club.open.slug, club.registration.token],
        "events:claim_by_link[forged]": [club.open.slug, "forged"],
        "events:guests_by_link": [club.open.slug, club.registration.token],
        "events:guests_by_link[forged]": [club.open.slug, "forged"],
        "events:document": [club.past.slug, club.document.pk],
        "events:document[members]": [club.past.slug, club.members_document.pk],
        "events:document[invitation]": [club.invited.slug, club.invited_document.pk],
        "events:document[photo]": [club.past.slug, club.photo.pk],
        "events:feedback": [club.past.slug],
        "events:feedback_by_link": [club.past.slug, club.was_there.token],
        "events:feedback_by_link[forged]": [club.past.slug, "forged"],
        "events:opinions": [club.past.slug],
        "events:opinions[group]": [club.open.slug],
        "events:leave_by_link": [club.open.slug, club.registration.token],
        "events:confirm_by_link": [club.open.slug, club.registration.token],
        "events:confirm_by_link[forged]": [club.open.slug, "forged"],
        "events:leave_by_link[forged]": [club.open.slug, "forged"],
        **{f"events:{name}": [club.assembly.slug] for name in ("proxy", "proxy_withdraw")},
        **{f"events:{name}[elsewhere]": [club.open.slug] for name in ("proxy", "proxy_withdraw")},
        "events:ticket": [club.tonight.slug],
        "events:ticket_by_link": [club.tonight.slug, club.place.token],
        "events:ticket_code": [club.tonight.slug, club.place.token],
        "events:ticket_by_link[forged]": [club.tonight.slug, "forged"],
        "speaker": [speaking.key_of(club.talk)],
        "speaker[forged]": ["1:forged"],
        "door:ticket": [tickets.code_of(club.place)],
        "door:ticket[forged]": ["forged"],
        **{f"door:{name}": [club.door_link.key] for name in ("door", "walk_in")},
        **{f"door:{name}[own]": [club.tonight.slug] for name in ("door", "walk_in")},
        **{f"door:{name}[elsewhere]": [club.invited.slug] for name in ("door", "walk_in", "links", "give_link")},
        **{f"door:{name}[forged]": ["1:forged"] for name in ("door", "walk_in")},
        **{f"door:{name}": [club.door_link.key, club.place.pk] for name in ("check_in", "admit", "undo")},
        **{f"door:{name}[own]": [club.tonight.slug, club.place.pk] for name in ("check_in", "admit", "undo")},
        **{f"door:{name}": [club.tonight.slug] for name in ("links", "give_link")},
        "door:revoke_link": [club.tonight.slug, club.door_link.pk],
        **{f"card_event{label}": [event.pk, *event_card(event)] for label, event in _events(club).items()},
        "card_event[forged]": [club.open.pk, "wide", "0" * 20],
        "card_post": [club.post.pk, *post_card(club.post)],
        "card_post[members]": [club.members_post.pk, *post_card(club.members_post)],
        "card_post[draft]": [club.draft_post.pk, *post_card(club.draft_post)],
        "card_post[later]": [club.later_post.pk, *post_card(club.later_post)],
        "card_post[forged]": [club.post.pk, "wide", "0" * 20],
        "media": ["pictures/none.jpg"],
        "media[private]": ["secret_key"],
        "demo_letter": [club.letter.pk],
        "my_data_download": [club.export.pk],
        "mfa_remove_webauthn": [club.key.pk],
        "mfa_edit_webauthn": [club.key.pk],
        "places:cycle": [club.cycle.slug],
        "places:programme": [Season.of(timezone.localdate(), club.club).slug],
        "places:programme[missing]": ["1901-1902"],
        "places:venue": [club.venue.slug],
        "partners:detail": [club.partner.slug],
        "members:group": [club.group.slug],
        "members:group_join": [club.group.slug],
        "members:group_leave": [club.group.slug],
        "members:group[on_request]": [club.elsewhere.slug],
        "members:group_notices": [club.group.slug],
        "members:group_ask": [club.elsewhere.slug],
        "members:group_withdraw": [club.elsewhere.slug],
        "members:join": ["laissez-passer"],
        "members:join[forged]": ["forged"],
        "members:sponsor": [club.sponsorship.token],
        "members:sponsor[forged]": ["forged"],
        "members:letters_stop": [preferring.stop_token(club.milan.pk, ["posts.comment_reply"])],
        "members:letters_stop[forged]": ["forged"],
        "members:letters_undo": [preferring.stop_token(club.milan.pk, ["posts.comment_reply"])],
        "members:letters_undo[forged]": ["forged"],
        "members:person": [club.person.slug],
        "members:profile_seen": ["visiteur"],
        "members:profile_seen[member]": ["membre"],
        "members:profile_seen[nobody]": ["personne"],
        "members:message_write": [club.person.slug],
        "members:message_write[deaf]": [club.hidden_person.slug],
        "members:message_answer": [signing.dumps([club.olga.pk, club.milan.pk], salt=MESSAGE_SALT)],
        "members:message_answer[forged]": ["forged"],
        "members:message_report": [signing.dumps([club.olga.pk, club.milan.pk], salt=MESSAGE_SALT)],
        "members:message_report[forged]": ["forged"],
        "members:person[members]": [club.hidden_person.slug],
        "members:organisation": [club.organisation.slug],
        "members:receipt": [club.dues.pk],
        "members:receipt[organisation]": [club.company_dues.pk],
        "members:receipt[asked]": [club.asked_dues.pk],
        "members:invoice": [club.invoice.number],
        "members:seat_give": [club.company_dues.pk],
        "members:seat_give[member]": [club.dues.pk],
        "members:seat_take_back": [club.seat.pk],
        "posts:year": day[:1],
        "posts:month": day[:2],
        "posts:day": day,
        "posts:detail": [*day, club.post.slug],
        "posts:detail[report]": [*day, club.report_post.slug],
        "posts:detail[members]": [*day, club.members_post.slug],
        "posts:detail[draft]": [*day, club.draft_post.slug],
        "posts:detail[later]": [*f"{club.later_post.address_on:%Y %m %d}".split(), club.later_post.slug],
        "posts:preview": [signing.dumps(club.draft_post.pk, salt=SALT)],
        "posts:preview[forged]": ["forged"],
        "posts:old_articles_page": [2],
        "posts:old_reports_page": [2],
        "posts:category": [club.category.slug],
        "posts:topic": [club.topic.slug],
        "posts:series": [club.series.slug],
        "posts:comment": [club.comment.pk],
        "posts:comment[pending]": [club.pending.pk],
        "posts:comment_reply": [club.comment.pk],
        "posts:comment_edit": [club.comment.pk],
        "posts:comment_withdraw": [club.comment.pk],
        **{f"posts:comment_on_event{label}": [event.pk] for label, event in _events(club).items()},
        "posts:comment_on_post": [club.post.pk],
        "posts:comment_on_post[members]": [club.members_post.pk],
        "posts:comment_on_post[draft]": [club.draft_post.pk],
        "page": ["le-club"],
        "page[missing]": ["nulle-part"],
        "admin:events_attachment_change": [club.attachment.pk],
        "admin:events_attachment_change[elsewhere]": [club.invited_document.pk],
        "admin:events_todo_of": [club.open.pk],
        "admin:events_todo_of[elsewhere]": [club.invited.pk],
        "admin:events_todo_tick": [club.todo.pk],
        "admin:events_todo_tick[elsewhere]": [club.todo_elsewhere.pk],
        "admin:events_todo_change[elsewhere]": [club.todo_elsewhere.pk],
        "admin:events_event_attendees": [club.open.pk],
        "admin:events_event_paper": [club.open.pk, "emargement"],
        "admin:events_event_paper[elsewhere]": [club.invited.pk, "badges"],
        "admin:events_event_attendees[elsewhere]": [club.invited.pk],
        "admin:events_event_table": [club.open.pk],
        "admin:events_event_table[elsewhere]": [club.invited.pk],
        "admin:events_event_figures_of": [club.open.pk],
        "admin:events_event_figures_of[elsewhere]": [club.invited.pk],
        "admin:events_event_figures_csv": ["rencontres"],
        "admin:events_event_figures_csv[none]": ["personnes"],
        "admin:events_event_convoke": [club.assembly.pk],
        "admin:events_event_convoke[elsewhere]": [club.open.pk],
        "admin:events_event_proxies": [club.assembly.pk],
        "admin:events_event_proxies[elsewhere]": [club.open.pk],
        "admin:events_event_proxy_revoke": [club.assembly.pk, club.proxy.pk],
        "admin:events_event_proxy_revoke[elsewhere]": [club.open.pk, club.proxy.pk],
        "admin:events_event_register": [club.open.pk],
        "admin:events_event_register[elsewhere]": [club.invited.pk],
        "admin:events_event_write": [club.open.pk],
        "admin:events_event_write[elsewhere]": [club.invited.pk],
        "admin:events_event_change[elsewhere]": [club.invited.pk],
        "admin:events_registration_change[elsewhere]": [club.registration_elsewhere.pk],
        "admin:members_person_change[private]": [club.private_person.pk],
        "admin:handover_of": [club.olga.pk],
        "admin:handover_of[nobody]": [club.flora.pk],
        "admin:handover_tick": [club.olga.pk],
        "admin:members_group_change[elsewhere]": [club.elsewhere.pk],
        "admin:members_groupmembership_change[elsewhere]": [club.elsewhere.memberships.get().pk],
        "admin:members_groupnotice_change[elsewhere]": [club.notice_elsewhere.pk],
        "admin:members_groupnotice_delete[elsewhere]": [club.notice_elsewhere.pk],
        "admin:members_grouprequest_change[elsewhere]": [club.request_elsewhere.pk],
        "admin:members_dues_csv": [2026],
        **{f"admin:members_import_{page}": [club.import_.pk] for page in ("columns", "meanings", "try", "confirm", "give_up")},
        "admin:members_import_csv": [club.import_.pk],
        "admin:members_dues_change[organisation]": [club.company_dues.pk],
        "admin:members_member_change[owner]": [club.oscar.pk],
        "admin:posts_post_change[author's]": [club.author_draft.pk],
        **{f"admin:app_list[{label}]": [label] for label in sorted({model._meta.app_label for model in admin.site._registry})},
    }  # fmt: skip


def event_card(event) -> list[str]:
    """Shape and digest as somebody would guess them who knew all that would be drawn."""
    return ["wide", share_cards.digest(linked_data.card(event, club=Club.current()), "wide")]


def post_card(post) -> list[str]:
    return ["wide", share_cards.digest(metadata.card(post, club=Club.current()), "wide")]


def _events(club) -> dict[str, object]:
    return {
        "": club.open,
        "[past]": club.past,
        "[members]": club.members,
        "[paid_up]": club.paid_up,
        "[group]": club.grouped,
        "[invitation]": club.invited,
        "[confidential]": club.confidential,
        "[draft]": club.draft_event,
    }


# --- every URL of the site ------------------------------------------------------
@dataclass(frozen=True)
class Url:
    name: str  # with its namespaces; an unnamed one has its route after a tilde
    route: str
    view: Callable


def urls(resolver=None, namespace: str = "", route: str = "") -> Iterator[Url]:
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from urls(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""), here)
        elif isinstance(pattern, URLPattern):
            yield Url(namespace + (pattern.name or f"~{here}"), here, pattern.callback)


ADMIN_OF_MODEL = re.compile(r"admin:([a-z_]+)_([a-z]+)_(changelist|add|history|delete|change)$")
ADMIN_REDIRECT = re.compile(r"admin:~admin/([a-z_]+)/([a-z]+)/<path:object_id>/$")


def addresses(club) -> dict[str, str]:
    """Key of the matrix → path, for every URL there is; a name that takes arguments nobody gave is an AssertionError."""
    with translation.override("fr"):
        return _addresses(arguments(club)) | completions("a")


def completions(term: str) -> dict[str, str]:
    """`admin:autocomplete[app.model.field]` → path, for every field of the desk that completes what is typed."""
    forms = [form for owner in admin.site._registry.values() for form in (owner, *owner.inlines)]
    found = {}
    for model, name in sorted({(form.model, name) for form in forms for name in form.autocomplete_fields}, key=str):
        asked = {"term": term, "app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
        found[f"admin:autocomplete[{model._meta.label_lower}.{name}]"] = f"{reverse('admin:autocomplete')}?{urlencode(asked)}"
    return found


def _addresses(given: dict[str, list]) -> dict[str, str]:
    found = {}
    for url in urls():
        if ADMIN_REDIRECT.match(url.name):
            continue  # to the change page, which has its own rows; see admin_redirects()
        labelled = {key: args for key, args in given.items() if key.partition("[")[0] == url.name}
        if path := _of_admin(url):
            found[url.name] = path
        if labelled:
            found |= {key: reverse(key.partition("[")[0], args=args) for key, args in labelled.items()}
        elif not path:
            assert "~" in url.name or "<" not in url.route, f"{url.name} takes arguments: give some in tests/rails/club.py"
            path = "/" + re.sub(r"<int:\w+>", "2", url.route) if "~" in url.name else reverse(url.name)
            found[url.name] = path
    return found


def admin_redirects(club) -> list[str]:
    """The admin's short addresses of a row, which redirect to its change page."""
    with translation.override("fr"):
        matches = [ADMIN_REDIRECT.match(url.name) for url in urls()]
    return [f"/admin/{match[1]}/{match[2]}/{_one(match[1], match[2])}/" for match in matches if match]


def _of_admin(url: Url) -> str | None:
    """The path of a page that the admin makes for a model, or of what it answers to anything else."""
    if url.name.startswith("admin:~admin/(?P<url>"):
        return reverse("admin:index") + "nowhere/"
    match = ADMIN_OF_MODEL.match(url.name)
    if not match or not _is_registered(match[1], match[2]):
        return None
    args = [] if match[3] in ("changelist", "add") else [_one(match[1], match[2])]
    return reverse(url.name, args=args)


def _is_registered(app: str, model: str) -> bool:
    try:
        return admin.site.is_registered(apps.get_model(app, model))
    except LookupError:
        return False


def _one(app: str, model: str):
    """The key of a row of that model; the matrix means nothing without one."""
    found = apps.get_model(app, model)._default_manager.order_by("pk").first()
    assert found, f"build() in tests/rails/club.py makes no {app}.{model}"
    return found.pk


def ask(client: Client, method: str, path: str, **sent):
    """The answer to one request, of which nothing stays."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    before = transaction.savepoint_create()
    response = client.generic(method, path, **sent)
    if response.streaming:
        b"".join(response.streaming_content)
    transaction.savepoint_rollback(before)
    client.cookies.clear()
    client.cookies.load(cookies)
    cache.clear()
    return response
