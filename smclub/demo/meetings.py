"""Venues, cycles, events and who comes."""

from datetime import datetime, timedelta

from django.utils import translation

from events import preparing
from events.assembly import counting
from events.models import Cycle, Event, EventPartner, Invitation, Proxy, Question, Registration, Talk, Venue
from members.models import Member
from smclub.demo.people import topics_named
from smclub.demo.shelf import Shelf, at, table

State = Registration.State


def events(demo: Shelf) -> None:
    venues = {
        row["slug"]: Venue.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "street": row.get("street", ""),
                "postcode": row.get("postcode", ""),
                "city": row.get("city", ""),
                "country": row.get("country", "FR"),
                "latitude": row.get("latitude"),
                "longitude": row.get("longitude"),
                "access": row.get("access_public", ""),
                "access_en": row.get("access_public_en", ""),
                "step_free": row.get("step_free", ""),
                "accessibility": row.get("accessibility", ""),
                "accessibility_en": row.get("accessibility_en", ""),
                "access_notes": row.get("access_private", ""),
                "capacity_hint": row.get("capacity_hint"),
            },
        )[0]
        for row in table("venues")
        if not row.get("online")
    }
    cycles = {
        row["slug"]: Cycle.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "title": row["title"],
                "title_en": row.get("title_en", ""),
                "description": row.get("description_fr", ""),
            },
        )[0]
        for row in table("cycles")
    }
    demo.fills = {}
    for row in table("events"):
        event, made = Event.objects.get_or_create(slug=row["slug"], defaults=_event_fields(demo, row, venues, cycles))
        demo.events[event.slug] = event
        if made:
            _event_rows(demo, event, row)
            demo.fills[event.slug] = row.get("fill", "few")


def _event_fields(demo: Shelf, row: dict, venues: dict, cycles: dict) -> dict:
    starts_at, ends_at = _dates(demo, row)
    published_at = min(demo.now - timedelta(days=20), (starts_at or demo.now) - timedelta(days=30))
    cycle = row.get("cycle", {})
    return {
        "kind": row["kind"],
        "title": row["title"],
        "lang": row.get("lang", "fr"),
        "group": demo.groups.get(row.get("group", "")),
        "cycle": cycles.get(cycle.get("slug", "")),
        "cycle_position": cycle.get("position"),
        "summary": row.get("summary", ""),
        "body": row.get("body", "").strip(),
        "hashtag": row.get("hashtag", "").lstrip("#"),
        "audience": row.get("audience", "open"),
        "is_confidential": row.get("confidential", False),
        "public_title": row.get("public_title", ""),
        "precision": row.get("precision", "hour"),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "is_hour_to_be_confirmed": row.get("hour_tbc", False),
        "venue": venues.get(row.get("venue", "")),
        "is_online": row.get("online", False),
        "online_url": "https://salon.example.org/club" if row.get("online") else "",
        "organiser_name": row.get("organiser_name", ""),
        "outside_url": row.get("outside_url", ""),
        "price": row.get("price", ""),
        "status": row.get("status", "scheduled"),
        "status_reason": row.get("status_reason", ""),
        "previous_venue": venues.get(row.get("previous_venue", "")),
        "was_online": False if row.get("status") == "online" else None,
        "capacity": row.get("capacity"),
        "max_guests": row.get("max_guests", 0),
        "is_by_approval": row.get("on_request", False),
        "quorum": row.get("quorum"),
        "published_at": published_at if row.get("published", True) else None,
        "created_at": published_at,
        "modified_at": published_at,
    }


def _dates(demo: Shelf, row: dict) -> tuple[datetime | None, datetime | None]:
    """Start and end as precisely as the row knows them: an hour, a local day, a local month, nothing."""
    precision = row.get("precision", "hour")
    if precision == "none":
        return None, None
    on = row.get("starts") or demo.today + timedelta(days=row["days"])
    if "weekday" in row:
        on += timedelta(days=(row["weekday"] - on.weekday()) % 7 if row["days"] > 0 else -((on.weekday() - row["weekday"]) % 7))
    if precision == "month":
        first = on.replace(day=1)
        return at(first, "00:00"), at((first + timedelta(days=32)).replace(day=1), "00:00")
    if precision == "day":
        return at(on, "00:00"), at(on + timedelta(days=1), "00:00")
    starts_at = at(on, row["time"])
    ends_at = at(on, row["ends"]) if "ends" in row else starts_at + timedelta(hours=2)
    return starts_at, ends_at


def _event_rows(demo: Shelf, event: Event, row: dict) -> None:
    for position, talk in enumerate(row.get("talks", [])):
        Talk.objects.create(
            event=event,
            person=demo.people[talk["person"]],
            role="chair" if talk.get("role") == "host_of_evening" else "speaker",
            title=talk.get("title", ""),
            position=position,
        )
    for position, tie in enumerate(row.get("partners", [])):
        EventPartner.objects.create(
            event=event, organisation=demo.organisations[tie["organisation"]], role=tie["role"], position=position
        )
    for position, asked in enumerate(row.get("questions", [])):
        Question.objects.create(event=event, position=position, **asked)
    event.topics.add(*topics_named(demo, row.get("topics", [])))
    if event.audience == Event.Audience.INVITATION:
        invited = ["milan@example.org", "lea@example.org", "organiser@example.org"]
        Invitation.objects.bulk_create(Invitation(event=event, email=e, member=demo.members[e]) for e in invited)
    if shares := row.get("todos"):
        _prepare(demo, event, shares)


def _prepare(demo: Shelf, event: Event, shares: list[dict]) -> None:
    """The list of its kind, as organisers get it, each thing for somebody; what is done was done in time."""
    with translation.override(event.lang):
        todos = preparing.prepare(event, by=demo.members["organiser@example.org"])
    for todo, share in zip(todos, shares, strict=True):
        todo.assigned_to = demo.members[share["who"]]
        if share.get("done"):
            todo.done_at, todo.done_by = at(todo.due_on), todo.assigned_to
        todo.save()


def registrations(demo: Shelf) -> None:
    """About four hundred: in order of arrival, going while there is room, waiting after."""
    rows = []
    for number, (slug_, fill) in enumerate(demo.fills.items()):
        event = demo.events[slug_]
        if not event.takes_registrations or event.published_at is None:
            continue
        who = _who_may_come(demo, event)
        wanted = {"full": (event.capacity or 20) + 5, "half": 15, "few": 7}[fill]
        rows += _enqueue(demo, event, who[number % 7 :] + who[: number % 7], wanted)
    Registration.objects.bulk_create(rows)


def proxies(demo: Shelf) -> None:
    """At an assembly, some who do not come give their vote to the first who do."""
    for event in Event.objects.published().filter(kind=Event.Kind.ASSEMBLY, proxies=None):
        going = list(event.registrations.going().order_by("queue_no").values_list("member", flat=True))
        voters = counting.voters(event).order_by("pk")
        holders, away = list(voters.filter(pk__in=going)[:2]), list(voters.exclude(pk__in=going)[:3])
        rows = [Proxy(event=event, giver=giver, holder=holders[n // 2]) for n, giver in enumerate(away) if holders[n // 2 :]]
        Proxy.objects.bulk_create(rows)


def _who_may_come(demo: Shelf, event: Event) -> list[Member]:
    accepted = [m for m in demo.members.values() if m.is_accepted]
    if event.audience == Event.Audience.OPEN:
        return [m for m in demo.members.values() if m.is_active]
    if event.audience == Event.Audience.GROUP:
        inside = set(event.group.memberships.values_list("member_id", flat=True))
        return [m for m in accepted if m.pk in inside]
    if event.audience == Event.Audience.INVITATION:
        inside = set(event.invitations.values_list("member_id", flat=True))
        return [m for m in accepted if m.pk in inside]
    return accepted


def _enqueue(demo: Shelf, event: Event, who: list[Member], wanted: int) -> list[Registration]:
    free = event.capacity
    is_kept = event.is_over and len(event.slug) % 5  # the door; of one meeting in five nobody knows who came
    rows = []
    for queue_no, member in enumerate(who[:wanted], start=1):
        guests = 1 if event.max_guests and queue_no % 6 == 0 else 0
        is_going = free is None or 1 + guests <= free
        is_pending = event.is_by_approval and queue_no % 3 == 0
        if is_going and not is_pending and free is not None:
            free -= 1 + guests
        at = event.published_at + timedelta(hours=5 * queue_no)
        is_here = is_kept and is_going and not is_pending and queue_no % 7
        rows.append(
            Registration(
                event=event,
                member=member,
                state=State.PENDING if is_pending else State.GOING if is_going else State.WAITING,
                guests=guests,
                queue_no=queue_no,
                source=Registration.Source.IMPORT,
                arrived=1 + guests if is_here else 0,
                checked_in_at=event.starts_at if is_here else None,
                created_at=at,
                state_changed_at=at,
            )
        )
    return rows
