"""The staff roles: one table, synced to Django's groups after each migrate, read by the admin, the matrix and the tests."""

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission

COORDINATOR, AUTHOR, MODERATOR, EDITOR = "coordinator", "author", "moderator", "editor"
TREASURER, SECRETARY, ORGANISER, OWNER = "treasurer", "secretary", "organiser", "owner"

_VIEW, _ADD, _CHANGE, _DELETE = "view", "add", "change", "delete"
_WRITE = (_VIEW, _ADD, _CHANGE)
_ALL = (_VIEW, _ADD, _CHANGE, _DELETE)

# role -> app -> deeds -> models
TABLE: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    COORDINATOR: [
        ("events", _WRITE, ("event",)),
        ("events", _ALL, ("attachment", "talk", "eventpartner", "invitation", "question", "todo")),
        ("events", (_VIEW,), ("registration", "venue", "cycle")),
        ("members", (_VIEW, _CHANGE), ("group", "grouprequest")),
        ("members", _WRITE, ("groupmembership",)),
        ("members", _ALL, ("groupnotice",)),
        ("members", (_VIEW,), ("person", "organisation", "topic", "picture")),
    ],
    AUTHOR: [
        ("posts", _WRITE, ("post",)),
        ("posts", _ALL, ("credit",)),
        ("posts", (_VIEW,), ("category", "series")),
        ("members", (_VIEW,), ("person", "organisation", "topic")),
        ("members", (_VIEW, _ADD), ("picture",)),
        ("events", (_VIEW,), ("event",)),
    ],
    MODERATOR: [
        ("posts", (_VIEW, "moderate"), ("comment",)),
        ("posts", (_VIEW, _CHANGE), ("report",)),
        ("posts", _ALL, ("watchedword",)),
        ("posts", (_VIEW,), ("discussion",)),
    ],
    EDITOR: [
        ("posts", _WRITE, ("post", "page", "category", "series")),
        ("posts", _ALL, ("credit",)),
        ("posts", ("publish",), ("post",)),
        ("posts", (_VIEW,), ("discussion",)),
        ("posts", (_VIEW, "moderate"), ("comment",)),
        ("events", (_VIEW,), ("event",)),
        ("members", _WRITE, ("person", "organisation", "topic", "picture")),
    ],
    TREASURER: [
        ("members", _WRITE, ("plan", "dues")),
        ("members", (_VIEW,), ("duesseat", "invoice")),
        ("members", _WRITE, ("organisation",)),
        ("members", (_VIEW, _ADD), ("import",)),
        ("members", (_VIEW, _CHANGE), ("club",)),
        ("members", (_VIEW,), ("member", "group", "person", "picture")),
    ],
    SECRETARY: [
        ("members", _WRITE, ("person", "organisation", "mandate")),
        ("members", (_VIEW, _CHANGE), ("application", "club")),
        ("members", (_VIEW, _ADD), ("import",)),
        ("members", _WRITE, ("joinlink",)),
        ("members", (_VIEW,), ("member", "group", "groupmembership", "topic", "picture", "plan", "dues", "duesseat")),
        ("events", (_VIEW,), ("event",)),
    ],
}
TABLE[ORGANISER] = [
    *TABLE[EDITOR],
    *TABLE[MODERATOR],
    ("events", _WRITE, ("event", "venue", "cycle")),
    ("events", _ALL, ("attachment", "talk", "eventpartner", "invitation", "question", "todo")),
    ("events", ("run_every",), ("event",)),
    ("events", (_VIEW,), ("registration",)),
    ("partners", _WRITE, ("partner",)),
    ("partners", _ALL, ("period", "counterpart")),
    ("members", _WRITE, ("member", "person", "organisation", "group", "topic", "picture", "mandate")),
    ("members", _ALL, ("groupmembership", "groupnotice", "oldaddress")),
    ("members", ("run_every",), ("group",)),
    ("members", (_VIEW, _CHANGE), ("application", "club", "grouprequest")),
    ("members", _WRITE, ("joinlink",)),
    ("members", (_VIEW,), ("letter", "entry", "jobrun", "plan", "dues", "duesseat")),
]
LAST_APP = "posts"  # of ours in INSTALLED_APPS
ROLES = (COORDINATOR, AUTHOR, MODERATOR, EDITOR, TREASURER, SECRETARY, ORGANISER, OWNER)


def codenames(role: str) -> set[tuple[str, str]]:
    """(app label, codename) pairs of a role; the owner, a superuser, needs none."""
    return {(app, f"{deed}_{model}") for app, deeds, models in TABLE.get(role, []) for deed in deeds for model in models}


def sync() -> None:
    """Makes the groups of TABLE hold exactly its permissions."""
    known = {(p.content_type.app_label, p.codename): p for p in Permission.objects.select_related("content_type")}
    for role in TABLE:
        group, _made = Role.objects.get_or_create(name=role)
        group.permissions.set([known[pair] for pair in codenames(role) if pair in known])


def sync_after_migrate(sender, **kwargs) -> None:
    """After the last of our apps, whose permissions may not exist yet: this receiver can come before Django's own."""
    if sender.label == LAST_APP:
        create_permissions(sender, verbosity=0, **{name: kwargs[name] for name in ("using", "apps") if name in kwargs})
        sync()


def give(member, *roles: str) -> None:
    """Makes `member` staff with exactly `roles`."""
    member.is_staff = bool(roles)
    member.is_superuser = OWNER in roles
    member.save(update_fields=["is_staff", "is_superuser"])
    member.groups.set(Role.objects.filter(name__in=[role for role in roles if role != OWNER]))
