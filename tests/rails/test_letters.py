"""Every letter that the site can send, put into words in both languages: a kind that has no row here fails."""

import re
from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context as library
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import Group as Role
from django.contrib.sessions.backends.db import SessionStore
from django.urls import resolve
from django.utils import timezone, translation

from members import contacting, grouping, joining, mandating, messaging, noticing, seats, standing, telling, treasury
from members.mail import COMPOSERS, compose, letter
from members.models import KnownBrowser, Letter, Member
from posts import moderating, reporting
from smclub import erasing, exporting, roles
from tests import make
from tests.cast import cast
from tests.events.test_mail import a_letter_of_each_kind

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en")
ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")

CROWDED = re.compile(r"^https?://\S+\n(?!http)\S.*", re.MULTILINE)  # an address, and what is said next without a line between

ELSEWHERE = ("https://www.openstreetmap.org/", "https://visio.example.org/")  # a map, and where a meeting is held online
TO_THE_CLUB = ("members.contact", "members.message_reported", "events.remark")  # in French


def somebody(language: str, **fields):
    return make.make_member(language=language, **fields)


def of_members(language: str) -> None:
    olga, oscar = cast("olga"), cast("oscar")
    said = {"occupation": "Community manager", "motivation": "Des pairs.", "sponsors": [somebody(language).email]}
    joining.apply(somebody(language, standing="friend"), **said)
    asked = make.make_application(member=somebody(language, standing="friend"))
    joining.ask(asked, by=olga, question="Viendriez-vous à Rennes ?")
    joining.accept(make.make_application(member=somebody(language, standing="friend")), by=olga)
    joining.decline(make.make_application(member=somebody(language, standing="friend")), by=olga, reason="Pas cette fois.")
    joining.invite(somebody(language, standing="friend"), by=olga)
    standing.give_roles(somebody(language), by=oscar, roles=[Role.objects.get(name="editor")], is_owner=False)
    key = somebody(language)
    key.authenticator_set.create(type="totp", data={})
    standing.rescue(key, by=oscar)
    copy = exporting.ask(somebody(language))
    exporting.make.func(copy.pk)
    leaving, unused = somebody(language), somebody(language)
    erasing.ask(leaving, by=leaving)
    asked = erasing.ask(unused, by=None)
    letter("members.unused", key=f"unused:{asked.pk}", to=unused, erasure=asked.pk)
    letter("members.merged", key=f"merged:{language}", to=somebody(language))
    letter("members.imported", key=f"imported:{language}", to=somebody(language))
    letter("members.erased", key=f"erased:{language}", to="gone@example.org", language=language)
    fields = {"subject": "club", "name": "Ana", "email": "ana@example.org", "message": "Bonjour.", "website": ""}
    contacting.write(**fields, from_address="192.0.2.1")
    messaging.write(somebody(language), by=key, text="Bonjour.", gives_address=True)
    messaging.report(key, by=somebody(language), reason="Insistant.")
    known = KnownBrowser.objects.create(member=key, name="Firefox on Windows")
    letter("members.new_browser", key=f"browser:{known.pk}", to=key, browser=known.pk, agent="Firefox/140.0 Windows")


def of_groups(language: str) -> None:
    olga, group = cast("olga"), make.make_group(coordinators=[somebody(language)], joining="request")
    roles.give(group.memberships.get().member, roles.COORDINATOR)
    for message in ("Je reprends la radio du quartier.", ""):
        grouping.ask(group, member=somebody(language), message=message)
    waiting = [make.make_group_request(group=group, member=somebody(language)) for _number in range(2)]
    grouping.accept(waiting[0], by=olga)
    grouping.decline(waiting[1], by=olga, reason="La saison est complète.")
    grouping.add(group, member=somebody(language), by=olga)
    for reason in ("Vous avez déménagé.", ""):
        grouping.remove(grouping.enter(group, member=somebody(language)), by=olga, reason=reason)
    told = make.make_group_notice(group=group, author=olga)
    make.GroupMembership.objects.create(group=group, member=somebody(language))
    noticing.tell_members(told, by=olga)
    telling.sweep()


def of_mandates(language: str) -> None:
    cast("oscar")  # whose letters are in French
    for ends in (20, -1):
        member = somebody(language)
        roles.give(member, roles.TREASURER)
        holder = make.make_person(member=member)
        ends_on = timezone.localdate() + timedelta(days=ends)
        make.make_mandate(person=holder, starts_on=ends_on - timedelta(days=300), ends_on=ends_on, staff_role="treasurer")
    mandating.sweep()


def of_dues(language: str) -> None:
    plan, payer = make.make_plan(), make.make_organisation()
    treasury.pay(treasury.ask_for(plan, by=None, member=somebody(language)), by=None, paid_on=timezone.localdate(), method="cash")
    treasury.ask_for(plan, by=None, member=somebody(language))
    treasury.cancel(treasury.record(plan, by=None, member=somebody(language), method="cash"), by=None, reason="Erreur.")
    contact = somebody(language)
    led = make.make_dues(organisation=payer, contact=contact)
    seats.hand_out(led, email=somebody(language).email, by=contact)
    make.make_dues(member=somebody(language), ends_in=20)
    treasury.remind()


def of_discussions(language: str) -> None:
    discussion = make.make_discussion(event=make.make_event())
    parent = make.make_comment(discussion=discussion, member=somebody(language))
    moderating.reply(parent, member=cast("milan"), body=f"Pas d'accord ({language}).", age=20, key=language)
    moderating.remove(
        make.make_comment(discussion=discussion, member=somebody(language)), by=cast("modou"), reason="hate", note="Voir."
    )
    sent = {"url": f"{settings.SITE_URL}/le-club/", "kind": "rules", "reason": "R", "in_good_faith": True}
    with translation.override(language):
        reporting.receive(**sent, email="v@example.org")
        decided = reporting.receive(**sent, email="w@example.org")
    reporting.decide(decided, by=cast("modou"), uphold=True, decision="Parce que.")


def letters(language: str) -> dict[str, Letter]:
    """One letter of each kind, in words."""
    Member.objects.filter(pk=cast("oscar").pk).update(language=language)  # the owner, who is told of roles
    a_letter_of_each_kind(somebody(language))
    of_members(language)
    of_groups(language)
    of_mandates(language)
    of_dues(language)
    of_discussions(language)
    telling.sweep()
    found = {}
    for row in Letter.objects.order_by("pk"):
        if row.kind not in found and (row.language == language or row.kind in TO_THE_CLUB) and compose(row):
            found[row.kind] = row
    return found


def faults(row: Letter, language: str) -> list[str]:
    said = []
    if not row.subject.strip() or "\n" in row.subject:
        said.append("subject")
    if len(row.text.split()) < 10 or "<p" in row.text or "&#x27;" in row.text:
        said.append("text")
    if re.search(r"[ \t]\n|\n{3}", row.text) or CROWDED.search(row.text.partition("\n--\n")[0]):
        said.append("blank lines")
    if f'<html lang="{language}">' not in row.html:
        said.append("lang")
    whole = row.subject + row.text + row.html
    if re.search(r"\{\{|\{%|%\(\w+\)s|\bNone\b", whole):
        said.append("template")
    foreign = [found for found in ADDRESS.findall(row.text + row.html) if not found.startswith((settings.SITE_URL, *ELSEWHERE))]
    return said + foreign


def test_every_kind_is_said_in_both_languages_and_two_forms():
    french = letters("fr")
    Letter.objects.all().delete()
    english = letters("en")
    assert set(french) == set(english) == set(COMPOSERS)
    assert {kind: found for kind in TO_THE_CLUB if (found := faults(french.pop(kind), "fr"))} == {}
    english = {kind: row for kind, row in english.items() if kind not in TO_THE_CLUB}
    assert {kind: found for kind, row in french.items() if (found := faults(row, "fr"))} == {}
    assert {kind: found for kind, row in english.items() if (found := faults(row, "en"))} == {}
    assert [kind for kind in french if french[kind].subject == english[kind].subject] == []


DOOR = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates")).removesuffix("_subject.txt")
    for path in settings.BASE_DIR.glob("templates/*/email/*_subject.txt")
)


@pytest.fixture
def asking(rf):
    """A visitor's request, as the sign-in library keeps it."""
    request = rf.get("/compte/login/")
    request.user, request.session = AnonymousUser(), SessionStore()
    request.resolver_match = resolve("/compte/login/")
    with library.request_context(request):
        yield request


@pytest.mark.parametrize("prefix", DOOR)
def test_every_letter_of_the_door_is_said_in_both_languages_and_two_forms(asking, prefix):
    facts = {
        "user": cast("milan"),
        "code": "123456",
        "timestamp": timezone.now(),
        "ip": "192.0.2.1",
        "user_agent": "Firefox",
        "from_email": "old@example.org",
        "to_email": "new@example.org",
        "deleted_email": "old@example.org",
        "type": "totp",
    }
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            get_adapter().send_mail(prefix, f"{language}@example.org", facts)
        row = said[language] = Letter.objects.get(to_email=f"{language}@example.org")
        assert (row.language, faults(row, language)) == (language, [])
    assert said["fr"].subject != said["en"].subject
