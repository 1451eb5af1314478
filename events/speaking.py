"""Those who speak give their own texts through a signed link, without an account; the same link shows them the write-up."""

from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from events.models import Event, Talk
from members import profiles
from members.contacting import Subject, address_for
from members.mail import letter
from members.models import Entry, Member
from smclub.changed import changed

SIGNER = signing.Signer(salt="smclub.speaker")
LASTS = timedelta(days=90)  # after the meeting: the time of a write-up


def key_of(talk: Talk) -> str:
    """What is in the address of the link; the same until it is revoked."""
    return SIGNER.sign(f"{talk.pk}-{talk.key_version}")


def talk_of(key: str) -> Talk | None:
    """The talk that a link is about; None of one that is forged or revoked."""
    try:
        pk, version = SIGNER.unsign(key).split("-")
    except (signing.BadSignature, ValueError):
        return None
    talks = Talk.objects.select_related("event__venue", "person__member", "person__portrait")
    return talks.filter(pk=pk, key_version=version).first()


def is_over(event: Event) -> bool:
    """Whether its links answer no more: of a meeting that waits for another date, which needs them, as `over_for` has it."""
    return Event.objects.over_for(LASTS).filter(pk=event.pk).exists()


@transaction.atomic
def tell(talk: Talk, *, talks: dict[int, dict], image_consent: str, remark: str = "", portrait=None, **texts) -> None:
    """Keeps what a speaker says of themselves (`texts`, of who has no account), of pictures, and of `talks`, by key."""
    now, rows = timezone.now(), Talk.objects.of_speaker(talk).select_for_update()
    for row in rows:
        for name, value in talks.get(row.pk, {}).items():
            setattr(row, name, value)
        row.image_consent, row.told_at = image_consent, now
        row.save()
    if talk.person.member_id is None:
        profiles.describe(talk.person, portrait=portrait, **texts)
    Entry.objects.write("talk.tell", talk)
    if remark:
        letter(
            "events.remark",
            key=f"events.remark:{talk.pk}:{now.isoformat()}",
            to=address_for(Subject.CLUB),
            language="fr",
            talk=talk.pk,
            remark=remark,
        )
    changed(talk.event)


def revoke(talk: Talk, *, by: Member) -> None:
    """The link of `talk` answers no more; another takes its place."""
    Talk.objects.filter(pk=talk.pk).update(key_version=F("key_version") + 1)
    Entry.objects.write("talk.revoke", talk, by=by)
