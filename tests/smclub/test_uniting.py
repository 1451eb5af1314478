"""Two pages of one person become one: what moves, what was there twice, who reads it, and where the old address leads."""

import pytest
from django.urls import reverse

from events import speaking
from events.models import Talk
from members.models import Entry, Mandate, OldAddress, Person, PersonLanguage
from posts.models import Credit
from smclub import erasing, uniting
from tests.cast import cast
from tests.make import (
    make_event,
    make_mandate,
    make_member,
    make_partner,
    make_person,
    make_picture,
    make_post,
    make_talk,
    make_topic,
)

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:members_person_changelist")


def merge(person, into, by="olga"):
    uniting.merge(person, into=into, by=cast(by))
    into.refresh_from_db()


def test_all_that_one_page_has_is_the_other_s():
    marie, twin = make_person(name="Marie Un", headline=""), make_person(name="Marie Deux", headline="Autrice", city="Rennes")
    topic, talk, post = make_topic(), make_talk(person=twin), make_post(author=twin)
    partner, mandate = make_partner(), make_mandate(person=twin)
    partner.contacts.add(twin)
    twin.topics.add(topic)
    PersonLanguage.objects.create(person=twin, code="en")
    merge(twin, marie)
    assert list(Person.objects.all()) == [marie]
    assert (marie.name, marie.headline, marie.city) == ("Marie Un", "Autrice", "Rennes")
    rows = [marie.talks.get(), marie.credits.get().post, marie.mandates.get(), marie.topics.get(), marie.partnerships.get()]
    assert rows == [talk, post, mandate, topic, partner]
    assert marie.languages.get().code == "en"
    entry = Entry.objects.get(verb="person.merge")
    assert (entry.actor, entry.note) == (cast("olga"), f"{twin.pk} → {marie.pk}")


def test_what_the_page_that_stays_says_stays_and_a_text_keeps_its_language():
    marie = make_person(bio="Elle écrit.", bio_lang="", website="https://marie.example")
    twin = make_person(bio="She writes.", bio_lang="en", website="https://autre.example", mastodon="@marie@piaille.fr")
    merge(twin, marie)
    assert (marie.bio, marie.bio_lang, marie.website) == ("Elle écrit.", "", "https://marie.example")
    assert marie.mastodon == "@marie@piaille.fr"


def test_two_talks_at_one_meeting_stay_and_the_same_one_goes_once():
    event, (marie, twin) = make_event(), (make_person(), make_person())
    kept = make_talk(event=event, person=marie, title="Le fil", image_consent="yes")
    make_talk(event=event, person=twin, title="Le fil", image_consent="voice", slides_url="https://diapos.example/x")
    make_talk(event=event, person=twin, title="La suite")
    merge(twin, marie)
    assert list(event.talks.order_by("pk").values_list("person", "title")) == [(marie.pk, "Le fil"), (marie.pk, "La suite")]
    kept.refresh_from_db()
    assert kept.slides_url == "https://diapos.example/x"


@pytest.mark.parametrize(
    ("said", "other", "holds"), [("yes", "no", "no"), ("", "voice", "voice"), ("voice", "yes", "voice"), ("", "", "")]
)
def test_the_strictest_word_on_pictures_holds_for_all_talks_of_the_evening(said, other, holds):
    event, (marie, twin) = make_event(), (make_person(), make_person())
    make_talk(event=event, person=marie, title="Un", image_consent=said)
    make_talk(event=event, person=twin, title="Deux", image_consent=other)
    merge(twin, marie)
    assert set(Talk.objects.values_list("image_consent", flat=True)) == {holds}


def test_credits_and_mandates_that_say_the_same_go_once():
    marie, twin = make_person(), make_person()
    post = make_post(author=marie)
    Credit.objects.create(post=post, person=twin)
    Credit.objects.create(post=post, person=twin, role=Credit.Role.PHOTOGRAPHER)
    mandate = make_mandate(person=marie)
    make_mandate(person=twin)
    make_mandate(person=twin, title="Trésorière")
    merge(twin, marie)
    assert list(post.credits.order_by("pk").values_list("person", "role")) == [(marie.pk, "author"), (marie.pk, "photographer")]
    assert list(Mandate.objects.order_by("pk").values_list("title", flat=True)) == [mandate.title, "Trésorière"]


# -- who reads it --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stays", "goes", "left"),
    [("public", "members", "members"), ("private", "public", "private"), ("public", "public", "public")],
)
def test_of_two_pages_without_an_account_the_fewer_readers_are_kept(stays, goes, left):
    marie, twin = make_person(visibility=stays), make_person(visibility=goes)
    merge(twin, marie)
    assert marie.visibility == left


def test_what_is_brought_is_read_by_no_more_people_than_before():
    marie = make_person(member=cast("milan"), bio="", headline="Cheffe", headline_for="public")
    twin = make_person(visibility="members", bio="Elle écrit.", bio_for="public", headline="Autrice", headline_for="private")
    topic = make_topic()
    twin.topics.add(topic)
    merge(twin, marie)
    assert (marie.visibility, marie.headline_for, marie.bio_for, marie.topics_for) == ("public", "public", "members", "members")


def test_no_page_that_is_hidden_is_told_by_the_address_of_another(client):
    hidden, twin = make_person(name="Marie Cachée", member=cast("milan"), visibility="private"), make_person(name="Marie")
    talk = make_talk(person=twin)
    merge(twin, hidden)
    assert not OldAddress.objects.exists()
    assert client.get(twin.get_absolute_url()).status_code == 404
    assert hidden.slug not in client.get(talk.event.get_absolute_url()).text


# -- what leads there -----------------------------------------------------------------
def test_the_old_address_leads_to_the_page_that_stays_and_so_does_the_feed(client):
    marie, twin = make_person(name="Marie Un"), make_person(name="Marie Deux")
    make_post(author=twin)
    OldAddress.objects.leave("/personnes/marie-ancienne/", target=twin.get_absolute_url())
    merge(twin, marie)
    old, new = twin.get_absolute_url(), marie.get_absolute_url()
    feeds, english = (f"{old}feed/", f"{new}feed/"), (f"/en{old}", f"/en{new}")
    for path, page in ((old, new), ("/personnes/marie-ancienne/", new), feeds, english):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (301, page)


def test_links_of_the_page_that_goes_open_the_one_that_stays_or_nothing(client):
    event, (marie, twin) = make_event(), (make_person(name="Marie Un"), make_person(name="Marie Deux"))
    make_talk(event=event, person=marie, title="Le fil")
    same, moved = (make_talk(event=event, person=twin, title=title) for title in ("Le fil", "La suite"))
    opened, closed = (reverse("speaker", args=[speaking.key_of(talk)]) for talk in (moved, same))
    merge(twin, marie)
    assert "Marie Un" in client.get(opened).text
    assert client.get(closed).status_code == 404


def test_search_finds_the_page_that_stays_alone_and_pages_name_it(client, django_capture_on_commit_callbacks):
    marie, twin = make_person(name="Marie Unetelle"), make_person(name="Marie Autretelle")
    talk = make_talk(person=twin)
    url = talk.event.get_absolute_url()
    assert "Marie Autretelle" in client.get(url).text  # from now on in the cache of pages
    with django_capture_on_commit_callbacks(execute=True):
        merge(twin, marie)
    text = client.get(url).text
    assert "Marie Autretelle" not in text
    assert "Marie Unetelle" in text
    found = client.get(reverse("search"), {"q": "Marie"}).text
    assert marie.get_absolute_url() in found
    assert twin.get_absolute_url() not in found


def test_a_portrait_that_something_else_shows_is_not_thrown_away():
    shared, own = make_picture(), make_picture()
    make_event(cover=shared)
    for portrait in (shared, own):
        merge(make_person(portrait=portrait), make_person(portrait=make_picture()))
    assert type(shared).objects.filter(pk__in=[shared.pk, own.pk]).get() == shared


# -- who does it ------------------------------------------------------------------------
def test_why_two_pages_are_not_merged():
    milan, mona = make_person(member=cast("milan")), make_person(member=cast("mona"))
    speaker, elected = make_person(), make_mandate(staff_role="organiser").person
    erasing.ask(cast("mona"), by=None)
    for person, into, by, said in (
        (milan, mona, "oscar", "un compte"),
        (milan, speaker, "oscar", "a un compte"),
        (speaker, milan, "edith", "a un compte"),
        (speaker, mona, "olga", "va être effacé"),
        (elected, speaker, "olga", "mandat"),
        (speaker, speaker, "olga", "deux pages"),
    ):
        with pytest.raises(uniting.Refused) as refusal:
            merge(person, into, by=by)
        assert said in str(refusal.value)
    assert Person.objects.count() == 4


def test_an_organiser_sees_what_each_has_chooses_and_merges(client):
    marie, twin = make_person(name="Marie", slug="marie"), make_person(name="Marie", slug="marie-2", visibility="members")
    make_talk(person=twin)
    client.force_login(cast("olga"))
    data = {"action": "merge", "_selected_action": [marie.pk, twin.pk]}
    page = client.post(PEOPLE, data).text
    assert (
        "/personnes/marie-2/ est lue par\N{NO-BREAK SPACE}: Les membres du club. Elle a\N{NO-BREAK SPACE}: interventions (1)"
        in page
    )
    assert Person.objects.count() == 2
    client.post(PEOPLE, data | {"confirmed": "yes", "into": marie.pk})
    assert (Person.objects.get(), marie.talks.count()) == (marie, 1)


def test_the_page_of_who_has_an_account_is_the_one_that_stays(client):
    own, told = make_person(name="Marie", member=make_member()), make_person(name="Marie")
    client.force_login(cast("olga"))
    data = {"action": "merge", "_selected_action": [own.pk, told.pk]}
    choices = client.post(PEOPLE, data).context["form"].fields["into"].queryset
    assert list(choices) == [own]
    client.post(PEOPLE, data | {"confirmed": "yes", "into": told.pk})
    assert Person.objects.count() == 2
    client.post(PEOPLE, data | {"confirmed": "yes", "into": own.pk})
    assert Person.objects.get() == own


@pytest.mark.parametrize(("number", "accounts", "said"), [(1, 0, "Cochez les deux pages"), (2, 2, "réunit les comptes")])
def test_what_cannot_be_merged_is_said_at_once(client, number, accounts, said):
    people = [make_person(member=make_member() if n < accounts else None) for n in range(number)]
    client.force_login(cast("olga"))
    data = {"action": "merge", "_selected_action": [person.pk for person in people]}
    assert said in client.post(PEOPLE, data, follow=True).text
    assert Person.objects.count() == number


def test_who_may_not_change_people_merges_none(client):
    people = [make_person(), make_person()]
    client.force_login(cast("aude"))
    data = {"action": "merge", "_selected_action": [person.pk for person in people], "confirmed": "yes", "into": people[0].pk}
    client.post(PEOPLE, data)
    assert Person.objects.count() == 2
