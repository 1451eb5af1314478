"""How often people want to hear of what: chosen on their page, or stopped by the link of a letter."""

from collections.abc import Iterable, Mapping

from django.core import signing
from django.db import transaction
from django.utils import timezone

from members.kinds import Cadence, choices_of, kinds
from members.models import Consent, Letter, Member, Notice, Preference
from members.models.news import due
from members.quiet import awake
from smclub.addresses import absolute, in_language

SALT, UNDO = "members.stop", "members.stop.undo"
A_WEEK = 7 * 24 * 3600


def chosen_by(member: Member) -> dict[str, str]:
    """What they chose themselves, kind by kind."""
    return dict(Preference.objects.filter(member=member).values_list("kind", "cadence"))


def cadences_of(member: Member) -> dict[str, str]:
    """How often they hear of each kind that they may have: as they chose, else by default."""
    chosen = chosen_by(member)
    return {key: chosen.get(key, str(kind.default)) for key, kind in choices_of(member).items()}


@transaction.atomic
def choose(member: Member, *, wanted: Mapping[str, str], way: str = Consent.Way.FORM) -> None:
    """What is as by default leaves no row, so that it follows the default; what waits already follows the choice."""
    Member.objects.select_for_update().get(pk=member.pk)
    before = cadences_of(member)
    changes = {key: Cadence(cadence) for key, cadence in wanted.items() if before.get(key, cadence) != cadence}
    chosen = {key: cadence for key, cadence in changes.items() if cadence != kinds()[key].default}
    Preference.objects.filter(member=member, kind__in=changes.keys() - chosen.keys()).delete()
    Preference.objects.bulk_create(
        [Preference(member=member, kind=key, cadence=cadence) for key, cadence in chosen.items()],
        update_conflicts=True,
        unique_fields=["member", "kind"],
        update_fields=["cadence", "chosen_at"],
    )
    for key, cadence in changes.items():
        waiting = Notice.objects.waiting().filter(member=member, kind=key)
        if cadence == Cadence.NEVER:
            waiting.delete()
        else:
            at = due(cadence, timezone.now())
            waiting.update(cadence=cadence, is_chosen=key in chosen, due_at=at if key in chosen else awake(at))
    Consent.objects.keep(member, {key: (str(kinds()[key].words), str(new)) for key, new in changes.items()}, way=way)


def choose_nothing(member: Member) -> None:
    choose(member, wanted=dict.fromkeys(choices_of(member), Cadence.NEVER))


def wants(member: Member, kind: str) -> bool:
    """Whether they have not stopped a letter of its own."""
    return cadences_of(member).get(kind, Cadence.NEVER) != Cadence.NEVER


def stopped_for(members: Iterable[int], kind: str) -> set[int]:
    """Of these, who hears nothing of that kind."""
    chosen = dict(Preference.objects.filter(kind=kind, member__in=members).values_list("member", "cadence"))
    return {member for member in members if chosen.get(member, kinds()[kind].default) == Cadence.NEVER}


# -- the links of letters --------------------------------------------------------
def stop_token(member_id: int, stopped: Iterable[str]) -> str:
    """The key of a letter's link: it stops these kinds for this account, reads nothing and never ends."""
    return signing.dumps([member_id, sorted(stopped)], salt=SALT, compress=True)


def stop_url(row: Letter, stopped: Iterable[str]) -> str:
    return absolute(in_language(row.language, "members:letters_stop", stop_token(row.member_id, stopped)))


def stopped_by(token: str) -> tuple[Member, list[str]] | None:
    """Whom and what a link is about; None of one that is forged, of an account that is no more, of kinds that are no more."""
    try:
        member_id, keys = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    member = Member.objects.filter(pk=member_id, is_active=True).first()
    keys = [key for key in keys if key in kinds() and kinds()[key].may_be_stopped]
    return (member, keys) if member and keys else None


def stop(member: Member, *, stopped: Iterable[str], way: str = Consent.Way.LINK) -> str:
    """Nothing more of these kinds. Returns the key that undoes it, for a week."""
    before = cadences_of(member)
    keys = [key for key in stopped if key in before]
    choose(member, wanted=dict.fromkeys(keys, Cadence.NEVER), way=way)
    return signing.dumps([member.pk, {key: before[key] for key in keys}], salt=UNDO, compress=True)


def undo(token: str, *, stopped: str) -> Member | None:
    """Puts back what the link `stopped` had stopped; None when the key is forged, old, or another account's."""
    named = stopped_by(stopped)
    try:
        member_id, before = signing.loads(token, salt=UNDO, max_age=A_WEEK)
    except signing.BadSignature:
        return None
    if named is None or named[0].pk != member_id:
        return None
    choose(named[0], wanted={key: cadence for key, cadence in before.items() if key in named[1]}, way=Consent.Way.LINK)
    return named[0]


def masked(email: str) -> str:
    """As much of an address as its owner knows it by, and nobody else."""
    name, _at, domain = email.rpartition("@")
    host, _dot, top = domain.rpartition(".")
    return f"{name[:1]}•••@{host[:1]}•••.{top}"
