"""The write-up of a meeting leads its page once it is over, for whoever may read the whole of it."""

import json
import re

import pytest
from django.urls import reverse

from posts import moderating
from posts.models import Comment, Discussion
from tests.cast import cast
from tests.make import make_attachment, make_comment, make_discussion, make_document, make_event, make_post, make_registration

pytestmark = pytest.mark.django_db
LEADS = 'id="write-up"'
FOLDED = '<details class="disclosure"><summary>L’annonce de la rencontre'


def page_of(client, event, who=None) -> str:
    if who:
        client.force_login(cast(who))
    return client.get(event.get_absolute_url()).text


def linked_data(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])


def test_it_leads_and_the_announcement_folds(client):
    event = make_event(days=-3, summary="Venez nombreux.", body="Ce dont il sera **question**.")
    post = make_post(
        title="Ce qu’on a dit", kind="report", event=event, excerpt="Une accroche.", takeaways="Une idée", body="Lu."
    )
    page = page_of(client, event)
    body = page[page.index("<main") :]
    places = [body.index(said) for said in (LEADS, "Une accroche.", "Une idée", "Lu.", 'id="rsvp"', FOLDED, "Venez nombreux.")]
    assert places == sorted(places)
    assert page.count(f'href="{post.get_absolute_url()}"') == 2  # its title and its button; no card besides
    assert '<meta name="description" content="Une accroche.">' in page
    assert '<meta property="og:description" content="Une accroche.">' in page


@pytest.mark.parametrize(
    ("meeting", "post"),
    [
        ({"days": 3}, {}),
        ({"days": -3, "status": "cancelled"}, {}),
        ({"days": -3}, {"kind": "article"}),
        ({"days": -3}, {"days": None}),
        ({"days": -3}, {"days": 1}),
        ({"days": -3}, {"audience": "members"}),
    ],
)
def test_what_is_no_write_up_of_a_meeting_that_took_place_leads_nothing(client, meeting, post):
    event = make_event(summary="Venez nombreux.", **meeting)
    make_post(event=event, **{"kind": "report"} | post)
    page = page_of(client, event)
    assert (LEADS in page, FOLDED in page) == (False, False)
    assert '<p class="lede">Venez nombreux.</p>' in page


@pytest.mark.parametrize(("who", "leads"), [(None, False), ("flora", False), ("milan", True), ("olga", True)])
def test_one_for_members_leads_for_members_whoever_read_the_page_before(client, who, leads):
    event = make_event(days=-3)
    make_post(kind="report", event=event, audience="members", body="Entre nous.", excerpt="Pour tous.")
    page_of(client, event, "milan")
    client.logout()
    page = page_of(client, event, who)
    assert (LEADS in page, "Entre nous." in page) == (leads, leads)
    assert "subjectOf" not in linked_data(page)
    assert '<meta property="og:description" content="Pour tous.">' not in page


def test_outsiders_of_a_confidential_meeting_are_told_nothing_of_it(client):
    event = make_event(days=-3, is_confidential=True)
    make_post(title="Ce qu’on a dit", kind="report", event=event, audience="members")
    assert "Ce qu’on a dit" not in page_of(client, event)
    assert LEADS in page_of(client, event, "milan")


def test_the_first_leads_in_the_language_of_the_reader_and_others_follow(client):
    event = make_event(days=-9)
    first = make_post(title="Le premier", kind="report", event=event, days=-5)
    make_post(title="The first", lang="en", original=first, kind="report", event=event, days=-4)
    make_post(title="Un autre regard", kind="opinion", event=event, days=-6)
    french, english = page_of(client, event), client.get(f"/en{event.get_absolute_url()}").text
    assert french.index(LEADS) < french.index("Le premier</a></h2>") < french.index("Ce qu’on en a écrit aussi")
    assert french.index("Ce qu’on en a écrit aussi") < french.index("Un autre regard")
    assert ("The first" in french, "Le premier" in english) == (False, False)
    assert "The first</a></h2>" in english


def test_a_long_one_is_begun_and_a_short_one_is_whole(client):
    paragraphs = [f"Début{n} " + "mot " * 60 for n in range(9)]
    long, short = make_event(days=-3), make_event(days=-3)
    make_post(kind="report", event=long, body="\n\n".join(paragraphs))
    make_post(kind="report", event=short, body="\n\n".join(paragraphs[:3]))
    page = page_of(client, long)
    assert [f"Début{n} " in page for n in range(4)] == [True, True, True, False]
    assert "Lire tout le compte rendu" in page
    assert "Lire tout le compte rendu" not in page_of(client, short)


def test_machines_are_told_of_what_everybody_may_read(client):
    event = make_event(title="La rencontre", days=-3)
    post = make_post(title="Ce qu’on a dit", kind="report", event=event)
    make_attachment(event=event, kind="video", title="Le film", url="https://video.example/1")
    make_attachment(event=event, kind="video", title="Le film entier", url="https://video.example/2", is_for_members=True)
    slides = make_document(event=event, kind="slides", title="Les diapositives")
    data = linked_data(page_of(client, event, "milan"))
    assert (data["subjectOf"]["@id"], data["subjectOf"]["headline"]) == (post.canonical_url(), "Ce qu’on a dit")
    assert [work["name"] for work in data["recordedIn"]] == ["Le film"]
    assert data["workFeatured"][0]["url"].endswith(reverse("events:document", args=[event.slug, slides.pk]))
    about = linked_data(client.get(post.get_absolute_url()).text)["about"]
    assert about == {"@type": "Event", "@id": event.canonical_url(), "name": "La rencontre"}


def test_a_post_names_no_confidential_meeting_to_machines(client):
    post = make_post(kind="report", event=make_event(days=-3, is_confidential=True, title="Le secret"))
    assert "about" not in linked_data(client.get(post.get_absolute_url()).text)


def test_nobody_is_asked_to_register_for_what_is_over(client):
    event = make_event(days=-3, capacity=20)
    make_registration(event=event)
    make_post(kind="report", event=event)
    page = page_of(client, event)
    assert ("1 personne avait sa place." in page, reverse("events:register", args=[event.slug]) in page) == (True, False)


def test_what_is_said_on_either_page_is_read_on_both(client):
    event = make_event(days=-3)
    post = make_post(kind="report", event=event)
    client.force_login(cast("mona"))
    for thing, said in ((event, "Dit sous la rencontre."), (post, "Dit sous le compte rendu.")):
        moderating.post(thing, member=cast("mona"), body=said)
    for thing in (event, post):
        page = client.get(thing.get_absolute_url()).text
        assert ("Dit sous la rencontre." in page, "Dit sous le compte rendu." in page) == (True, True)


def test_one_tied_to_its_meeting_later_brings_its_comments_along(client):
    event, post = make_event(days=-3), make_post(kind="report", lang="fr", slug="dit")
    there, twin = make_discussion(event=event), make_post(lang="en", original=post)
    own = make_discussion(post=post)
    make_discussion(post=twin).posts.update(discussion=own)
    said = [make_comment(discussion=own), make_comment(discussion=there)]
    make_comment(discussion=own, parent=said[0])
    post.event = event
    post.save()
    moderating.join_discussions(post)
    assert set(Comment.objects.values_list("discussion", flat=True)) == {there.pk}
    assert not Discussion.objects.filter(pk=own.pk).exists()
    for thing in (post, twin):
        thing.refresh_from_db()
        assert thing.discussion == there


@pytest.mark.parametrize("meeting", [{"audience": "members"}, {"is_confidential": True}])
def test_one_for_other_readers_than_its_meeting_keeps_its_own(meeting):
    post = make_post(kind="report", event=make_event(days=-3, **meeting))
    own = make_discussion(post=post)
    moderating.join_discussions(post)
    post.refresh_from_db()
    assert post.discussion == own
