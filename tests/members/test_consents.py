"""PV-06: what somebody agreed to and withdrew is proven by lines that nobody changes."""

import pytest
from django.urls import reverse

from members import preferring
from members.models import Club, Consent, Member
from members.models.append_only import AppendOnly
from tests.cast import cast
from tests.make import make_event

pytestmark = pytest.mark.django_db
NEW_MEETING = "events.new_meeting"
WAY = Consent.Way


def ledger(member: Member) -> list[tuple]:
    return list(member.consents.order_by("pk").values_list("about", "words", "lang", "answer", "way"))


def test_each_turn_is_kept_with_the_words_that_were_read_and_the_way_it_came(client):
    mona = cast("mona")
    client.force_login(mona)
    typed = {key.replace(".", "-"): cadence for key, cadence in preferring.cadences_of(mona).items()}
    page, link = "members:letters", reverse("members:letters_stop", args=[preferring.stop_token(mona.pk, [NEW_MEETING])])
    client.post(reverse(page), typed | {"events-new_meeting": "daily"})
    client.post(link, {"List-Unsubscribe": "One-Click"})
    client.post("/en" + reverse(page), typed | {"events-new_meeting": "now"})
    client.post(link, {})
    client.post(reverse(page), typed | {"events-new_meeting": "never"})
    french, english = "Une nouvelle rencontre dans un de mes groupes", "A new meeting of one of my groups"
    assert ledger(mona) == [
        (NEW_MEETING, french, "fr", "daily", WAY.FORM),
        (NEW_MEETING, french, "fr", "never", WAY.PROGRAM),
        (NEW_MEETING, english, "en", "now", WAY.FORM),
        (NEW_MEETING, french, "fr", "never", WAY.LINK),
    ]  # and nothing of what was sent again unchanged


def test_each_version_of_the_code_of_conduct_that_was_accepted_is_kept(client):
    mona = cast("mona")
    client.force_login(mona)
    for version in ("2026-11", "2027-01"):
        Club.objects.update_or_create(pk=1, defaults={"conduct_version": version})
        client.post(reverse("events:register", args=[make_event().slug]), {"conduct": "on"})
    words = "J’accepte le code de conduite."
    assert ledger(mona) == [("conduct", words, "fr", version, WAY.FORM) for version in ("2026-11", "2027-01")]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda line: line.save(),
        lambda line: line.delete(),
        lambda line: Consent.objects.update(answer="daily"),
        lambda line: Consent.objects.all().delete(),
        lambda line: Consent.objects.bulk_update([line], ["answer"]),
    ],
)
def test_nobody_changes_a_line(tamper):
    mona = cast("mona")
    preferring.choose(mona, wanted={NEW_MEETING: "daily"})
    with pytest.raises(AppendOnly):
        tamper(Consent.objects.get())
    assert ledger(mona)[0][3] == "daily"
