"""The club, its people, groups and partners."""

import tomllib
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from members.models import (
    Application,
    Club,
    Group,
    GroupMembership,
    GroupNotice,
    GroupRequest,
    Mandate,
    Member,
    Organisation,
    Person,
    PersonLanguage,
    Topic,
)
from members.models.shown import FIELDS
from partners.models import Counterpart, Partner, Period
from smclub import roles
from smclub.demo.shelf import HERE, Shelf, at, plain, table
from smclub.words import slug

TOWNS = {"smc-paris": "Paris", "smc-rennes": "Rennes", "smc-lyon": "Lyon"}
PASSWORD = "une belle rencontre"  # noqa: S105 - printed beside the demo accounts


def club(demo: Shelf) -> None:
    settings = tomllib.loads((HERE / "club.toml").read_text("utf-8"))
    Club.objects.get_or_create(pk=1, defaults=settings)


def topics(demo: Shelf) -> None:
    for row in table("topics"):
        topic, _made = Topic.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "name_en": row.get("name_en", ""),
                "description": row.get("description_fr", ""),
                "description_en": row.get("description_en", ""),
            },
        )
        demo.topics[plain(topic.name)] = topic


def topics_named(demo: Shelf, names: list[str]) -> list[Topic]:
    found = []
    for name in names:
        if plain(name) not in demo.topics:
            demo.topics[plain(name)], _made = Topic.objects.get_or_create(slug=slug(name), defaults={"name": name})
        found.append(demo.topics[plain(name)])
    return found


def organisations(demo: Shelf) -> None:
    for row in table("organisations"):
        demo.organisations[row["slug"]], _made = Organisation.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "kind": row.get("kind", "company"),
                "city": row.get("city", ""),
                "website": row.get("website", ""),
                "description": row.get("description_fr", ""),
                "description_en": row.get("description_en", ""),
            },
        )


def members(demo: Shelf) -> None:
    password = make_password(PASSWORD)  # hashed once: Argon2 for sixty would take seconds
    demo_version = Club.current().conduct_version
    for number, row in enumerate(table("members")):
        standing = row["standing"]
        member, made = Member.objects.get_or_create(
            email=row["email"],
            defaults={
                "name": row["name"],
                "password": password,
                "standing": standing,
                "is_active": standing != Member.Standing.BLOCKED,
                "language": row.get("language", "fr"),
                "shows_encounters": number % 3 != 0 or row["email"] == "milan@example.org",
                "conduct_version": demo_version,
                "conduct_accepted_at": demo.now,
                "created_at": (joined_at := at(date(2008, 3, 5) + timedelta(days=105 * number))),
                "accepted_on": joined_at.date() + timedelta(days=20) if standing == "member" else None,
            },
        )
        demo.members[member.email] = member
        if not made:
            continue
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        if row.get("roles"):
            roles.give(member, *row["roles"])


def people(demo: Shelf) -> None:
    accounts = {row["person"]: row["email"] for row in table("members") if row.get("person")}
    for row in table("people"):
        handles = row.get("handles", {})
        demo.people[row["slug"]], _made = Person.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "member": demo.members.get(accounts.get(row["slug"], "")),
                "headline": row.get("headline", ""),
                "headline_en": row.get("headline_en", ""),
                "organisation": demo.organisations.get(row.get("organisation", "")),
                "bio": row.get("bio_fr", ""),
                "mastodon": handles.get("mastodon", ""),
                "visibility": Person.Visibility.PUBLIC,
                **dict.fromkeys((f"{field}_for" for field in FIELDS if field != "meetings"), Person.Visibility.PUBLIC),
            },
        )
    for number, row in enumerate(table("members")):
        _profile(demo, row, number)


def _profile(demo: Shelf, row: dict, number: int) -> None:
    """The person of a member who is in the directory or holds a mandate; each says in their own way who reads what."""
    member = demo.members[row["email"]]
    person = demo.people.get(row.get("person", "")) or Person.objects.filter(member=member).first()
    if not person and row.get("directory"):
        everybody, members, nobody = Person.Visibility
        person = Person.objects.create(
            name=row["name"],
            slug=slug(row["name"]),
            member=member,
            headline=row.get("headline", ""),
            city=TOWNS.get(next(iter(row.get("groups", [])), ""), ""),
            visibility=everybody if number % 4 == 1 else members,
            headline_for=everybody,
            city_for=(everybody, members, nobody)[number % 3],
            topics_for=(members, everybody)[number % 2],
            groups_for=members,
            meetings_for=(nobody, nobody, members)[number % 3],
            bio=row.get("bio", ""),
            bio_lang="fr",
            bio_for=members,
            mastodon=row.get("mastodon", ""),
            links_for=members,
            languages_for=members,
            takes_messages=number % 3 != 2,
        )
        spoken = ("fr", "en", *("br" if person.city == "Rennes" else "", ("es", "de", "it", "ar", "fsl")[number % 5]))
        PersonLanguage.objects.bulk_create(PersonLanguage(person=person, code=code) for code in spoken if code)
    if not person:
        return
    demo.people[person.slug] = person
    if row.get("directory") and not person.is_in_directory:
        person.is_in_directory = True
        person.headline = person.headline or row.get("headline", "")
        person.save(update_fields=["is_in_directory", "headline"])
    if not person.topic_items.exists():
        person.topics.add(*topics_named(demo, row.get("topics", [])))


def groups(demo: Shelf) -> None:
    joined = {row["email"]: row.get("groups", []) for row in table("members")}
    for position, row in enumerate(table("groups")):
        group, made = Group.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "kind": row["kind"],
                "city": row.get("city", ""),
                "description": row.get("description_fr", ""),
                "description_en": row.get("description_en", ""),
                "meets": row.get("meets", ""),
                "meets_en": row.get("meets_en", ""),
                "joining": row.get("joining", "open"),
                "position": position,
            },
        )
        demo.groups[group.slug] = group
        if made:
            group.topics.add(*topics_named(demo, row.get("topics", [])))
        if made:
            coordinators = row.get("coordinators", [])
            GroupMembership.objects.bulk_create(
                GroupMembership(
                    group=group, member=demo.members[email], role="coordinator" if email in coordinators else "member"
                )
                for email in demo.members
                if email in coordinators or group.slug in joined[email]
            )


def requests(demo: Shelf) -> None:
    """Who asks to join a group; whoever is in it already asks for nothing."""
    if GroupRequest.objects.exists():
        return
    for number, row in enumerate(table("group_requests")):
        group, member = demo.groups[row["group"]], demo.members[row["member"]]
        if not GroupMembership.objects.filter(group=group, member=member).exists():
            received = demo.now - timedelta(days=number, hours=7)
            GroupRequest.objects.create(group=group, member=member, message=row["message"], created_at=received)


def notices(demo: Shelf) -> None:
    if GroupNotice.objects.exists():
        return
    for row in table("group_notices"):
        pinned_until = demo.now.date() + timedelta(days=row["pinned"]) if row.get("pinned") else None
        GroupNotice.objects.create(
            group=demo.groups[row["group"]],
            author=demo.members[row["author"]],
            title=row["title"],
            body=row["body"],
            lang=row.get("lang", "fr"),
            audience=row.get("audience", "group"),
            published_at=demo.now + timedelta(days=row["days"]),
            pinned_until=pinned_until,
        )


def mandates(demo: Shelf) -> None:
    if Mandate.objects.exists():
        return
    for row in table("mandates"):
        person = Person.objects.filter(member=demo.members[row["member"]]).first()
        if person:
            Mandate.objects.create(
                person=person,
                title=row["title_fr"],
                title_en=row.get("title_en", ""),
                starts_on=row["since"],
                ends_on=row.get("until"),
                elected_on=row["since"],
                position=row.get("order", 0),
            )


def partners(demo: Shelf) -> None:
    for position, row in enumerate(table("partners")):
        partner, made = Partner.objects.get_or_create(
            organisation=demo.organisations[row["organisation"]],
            kind=row["kind"],
            defaults={
                "slug": row.get("slug", row["organisation"]),
                "summary": row.get("summary_fr", ""),
                "summary_en": row.get("summary_en", ""),
                "body": row.get("body_fr", ""),
                "body_en": row.get("body_en", ""),
                "position": position,
            },
        )
        if not made:
            continue
        for stretch in row.get("periods", []):
            period = Period.objects.create(
                partner=partner, starts_on=stretch.get("from"), ends_on=stretch.get("to"), is_paid=stretch.get("paid", False)
            )
            Counterpart.objects.bulk_create(Counterpart(period=period, text=text) for text in stretch.get("returns", []))
        if row.get("contact_person"):
            partner.contacts.add(demo.people[row["contact_person"]])


def applications(demo: Shelf) -> None:
    if Application.objects.exists():
        return
    friends = [m for m in demo.members.values() if m.standing == Member.Standing.FRIEND and m.email != "friend@example.org"]
    for number, (member, row) in enumerate(zip(friends, table("applications"), strict=False)):
        said = {name: row.get(name, "") for name in ("occupation", "organisation", "motivation")}
        received = demo.now - timedelta(days=3 * number + 1)
        application = Application.objects.create(member=member, created_at=received, **said)
        if sponsor := row.get("vouches"):
            answered = {"state": "vouches", "answered_at": received + timedelta(hours=9)}
            application.sponsorships.create(member=demo.members[sponsor], **answered)
        if sponsor := row.get("asked"):
            application.sponsorships.create(member=demo.members[sponsor])
        if question := row.get("question"):
            Application.objects.filter(pk=application.pk).update(state=Application.State.ASKED)
            application.inquiries.create(asked_by=demo.members["organiser@example.org"], question=question)
