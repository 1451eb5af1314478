"""The leak walk: words stand in everything that somebody must not read, and are looked for everywhere they can look.

What may show: of a members-only post the title and the excerpt (not its text), of a members-only meeting its
sheet (not its street, access notes or online link), of a confidential one its public title, date and group.
"""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event, EventTopic
from members.models import Dues, Invoice, Organisation, Person
from members.models.shown import FIELDS
from partners.models import Partner
from posts.models import Comment, Post
from smclub.search import BY_KEY
from tests import make
from tests.cast import cast
from tests.rails import club

ASKED = "zephyrien"  # stands beside each word: a search for it may repeat it, and must not find the other
WORD = "xylophage"  # what is nobody's, or of a few: drafts, invitations, another group, private people
HELD = "tamarin"  # comments that do not show
FILED = "quetzalcoatl"  # names of topics, series, cycles, venues and hosts that only such things bear
MEMBERS = "ornithorynque"  # what accepted members may read
STUB = "wapiti"  # public titles of confidential meetings
STUBS = (
    "home",
    "events:list",
    "events:past",
    "places:programme",
    "meeting dinner",
    "commission members:group",
)  # where those may show
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwatched")]


def hide(people) -> dict[str, str]:
    """Puts the words everywhere; answers the addresses of hidden things that somebody could guess."""
    secret, filed, shared = (f"{word} {ASKED}" for word in (WORD, FILED, MEMBERS))
    halves = _half_hide(people)
    topic, series = make.make_topic(name=filed, slug="prepare"), make.make_series(title=filed, slug="prepare")
    author = make.make_person(name=f"Autrice {secret}", visibility=Person.Visibility.PRIVATE, slug="cachee")
    on = timezone.localdate()
    told = {"title": secret, "body": secret, "excerpt": secret, "takeaways": secret, "event": people.past, "kind": "report"}
    told["cover"] = make.make_picture(alt=filed, credit=filed)  # the desk shares its pictures
    told |= {"topics": [topic], "categories": [people.category], "series": series, "author": author}
    draft = make.make_post(**told, days=None, address_on=on, slug="en-cours")
    later = make.make_post(**told, days=3, slug="demain")
    make.make_post(**told, days=None, address_on=on, slug=f"{WORD}-brouillon", created_by=people.edith)
    around = told | {"series": people.series, "topics": [people.topic], "author": people.person}
    around["mentions"] = [people.organisation]
    make.make_post(**around, days=1, slug=WORD)
    twin = {"title": secret, "body": secret, "excerpt": secret, "days": 3, "slug": f"{WORD}-twin"}
    make.make_post(**twin, lang="en", original=people.report_post)
    first = make.make_post(title=secret, body=secret, excerpt=secret, days=None, address_on=on, slug=f"{WORD}-original")
    make.make_post(title="Translated", lang="en", original=first, topics=[people.topic], slug="translated")
    _hide_dues()
    locked = {"title": "Entre nous", "excerpt": "Un mot.", "body": shared, "takeaways": shared, "slug": "reserve"}
    locked = make.make_post(**locked, audience="members")
    make.make_comment(discussion=make.make_discussion(post=locked), body=shared, member=people.milan)
    held = [
        make.make_comment(discussion=discussion, member=people.milan, body=f"{HELD} {state}", state=state)
        for state in ("pending", "rejected", "spam", "removed", "withdrawn")
        for discussion in (people.discussion, people.event_discussion)
    ]
    discreet = make.make_person(name=shared, bio=shared, visibility=Person.Visibility.MEMBERS, slug="discrete")
    owner = make.make_organisation(name=f"Maison {filed}")
    partner = make.make_partner(organisation=owner, is_published=False, summary=secret, body=secret, slug="cache")
    cards = {"draft": draft, "later": later, "original": first}
    return {
        **{f"{key} card_post": reverse("card_post", args=[row.pk, *club.post_card(row)]) for key, row in cards.items()},
        "draft": draft.get_absolute_url(),
        "later": later.get_absolute_url(),
        "locked": locked.get_absolute_url(),
        "comment": reverse("posts:comment", args=[held[0].pk]),
        "unpublished partners:detail": partner.get_absolute_url(),
        "discreet members:person": discreet.get_absolute_url(),
        **{f"half {each.slug} members:person": each.get_absolute_url() for each in halves},
        **{f"half {slug} posts:topic": reverse("posts:topic", args=[slug]) for slug in ("interet", "interet-de-membre")},
        **{
            f"members:directory {name}": f"{reverse('members:directory')}?{name}={value}"
            for name, value in (("q", ASKED), ("theme", people.topic.slug), ("groupe", people.group.slug))
        },
        "hidden members:person": author.get_absolute_url(),
        "hidden feed_person": reverse("feed_person", args=[author.slug]),
        "hidden posts:series": series.get_absolute_url(),
        **{f"hidden {name}": reverse(name, args=[topic.slug]) for name in ("posts:topic", "feed_topic", "feed_topic_json")},
        "hidden agenda_topic": reverse("agenda_topic", args=[topic.slug]),
        **_hide_meetings(people, topic=topic, speaker=author),
    }


def _hide_dues() -> None:
    """What is known of money, on the papers of others."""
    Dues.objects.update(reference=WORD, purchase_order=WORD)
    Invoice.objects.update(payer_name=WORD, payer_address=WORD, payer_siret=WORD, purchase_order=WORD, line=WORD)
    make.make_dues(member=make.make_member(name=WORD), reference=WORD)
    Organisation.objects.update(billing_address=WORD, siret=WORD)


def _half_hide(people) -> list[Person]:
    """Somebody whose page nobody reads, or of whose public page some fields are read by nobody, or by members."""
    private, members = Person.Visibility.PRIVATE, Person.Visibility.MEMBERS
    hidden, shared = _told(WORD, employer=FILED), _told(MEMBERS, employer=MEMBERS)
    interests = make.make_topic(name=f"{FILED} {ASKED}", slug="interet"), make.make_topic(name=MEMBERS, slug="interet-de-membre")
    _named_everywhere(people, visibility=private, slug=f"{WORD}-priscille", meetings_for="public", **hidden)
    for readers, told, topic in ((private, hidden, interests[0]), (members, shared, interests[1])):
        each = {f"{field}_for": readers for field in FIELDS}
        somebody = _named_everywhere(people, visibility="public", slug=f"pages-a-demi-{readers}", **told, **each)
        somebody.topics.add(topic)
        somebody.topics.add(people.topic)
    return list(Person.objects.filter(slug__startswith="pages-a-demi"))


def _told(word: str, *, employer: str) -> dict:
    told = {"headline": f"{word} {ASKED}", "headline_en": f"{word} {ASKED}", "bio": f"{word} {ASKED}", "city": word}
    told |= {"linkedin": f"https://{word}.example", "mastodon": f"@{word}@{word}.example", "bluesky": f"{word}.example"}
    told |= {"website": f"https://{word}.example", "organisation": make.make_organisation(name=employer)}
    return told | {"portrait": make.make_picture(alt=word, credit=word)}


def _named_everywhere(people, **told) -> Person:
    """A person who spoke, wrote, serves and commented: their name stands there, and nothing else of them."""
    account = make.make_member(name=f"Priscille Discrète {told['slug'][-3:]}")
    person = make.make_person(name=account.name, member=account, is_in_directory=True, **told)
    make.make_post(title="Signé", author=person, topics=[people.topic], slug=f"signe-{person.pk}")
    make.make_talk(event=people.open, person=person)
    make.make_talk(event=people.past, person=person)
    make.make_mandate(person=person)
    make.GroupMembership.objects.create(group=people.group, member=account, role="coordinator")
    people.partner.contacts.add(person)
    make.make_comment(discussion=people.discussion, member=account)
    make.make_registration(event=people.past, member=account)
    return person


def _hide_meetings(people, *, topic, speaker) -> dict[str, str]:
    secret, filed = f"{WORD} {ASKED}", f"{FILED} {ASKED}"
    venue = make.make_venue(name=f"Salle {filed}", street=FILED, access_notes=FILED, slug="prepare", city=f"{FILED}-sur-Vilaine")
    cycle, host = make.make_cycle(title=filed, slug="prepare"), make.make_organisation(name=f"Hôte {filed}")
    told = {"title": secret, "summary": secret, "body": secret, "venue": venue, "cycle": cycle, "hashtag": WORD}
    told |= {"group": people.commission, "cover": make.make_picture(alt=filed, credit=filed)}
    confidential = {"audience": "group", "is_confidential": True, "public_title": f"{STUB} {ASKED}"}
    hidden = [
        make.make_event(**told, published_at=None, slug="en-cours"),
        make.make_event(**told, published_at=timezone.now() + timedelta(days=1), slug=f"{WORD}-demain"),
        make.make_event(**told, audience="invitation", slug="invitation"),
        make.make_event(**told, audience="invitation", days=-9, slug=f"{WORD}-invitation-passee"),
        make.make_event(**told, **confidential, days=1, slug="dinner"),
        make.make_event(**told, **confidential, days=-2, slug="dinner-d-hier"),
        make.make_event(**told | {"cycle": people.cycle}, published_at=None, slug=f"{WORD}-cycle"),
    ]
    for event in hidden:
        EventTopic.objects.create(content_object=event, tag=topic)
        EventTopic.objects.create(content_object=event, tag=people.topic)
        make.make_talk(event=event, person=speaker)
        make.make_talk(event=event, person=people.person)
        for kind in ("photo", "link", "document"):
            make.make_attachment(event=event, kind=kind, title=secret)
        make.make_event_partner(event=event, organisation=host)
        make.make_event_partner(event=event, organisation=people.organisation)
        make.make_registration(event=event, member=make.make_member(name=f"Invitée {WORD}"))
        said = make.make_comment(discussion=make.make_discussion(event=event), body=secret, member=people.milan)
    for audience, word in (("members", MEMBERS), ("paid_up", FILED), ("group", FILED)):
        home = make.make_venue(name=f"Chez {word}", slug=f"chez-{audience}", street=f"3 rue {word}", access=word)
        private = {"venue": home, "online_url": f"https://{word}.example", "access_notes": WORD, "group": people.commission}
        sheet = make.make_event(title="Entre nous", audience=audience, slug=f"sheet-{audience}", **private)
        past = make.make_event(title="Entre nous", audience=audience, slug=f"past-{audience}", days=-3, group=people.commission)
        for kind in ("photo", "link", "document"):
            make.make_attachment(event=past, kind=kind, title=word)
        make.make_registration(event=sheet, member=make.make_member(name=f"Inscrite {WORD}"))
        make.make_comment(discussion=make.make_discussion(event=sheet), body=word, member=people.milan)
    seen = make.make_event(title="Ouverte", online_url=f"https://{WORD}.example", access_notes=WORD, slug="sheet-open")
    make.make_registration(event=seen, member=make.make_member(name=f"Inscrite {WORD}"))
    for kind in ("photo", "link", "document"):
        make.make_attachment(event=people.past, kind=kind, title=MEMBERS, is_for_members=True)
        if kind != "document":
            make.make_attachment(event=seen, kind=kind, title=WORD)  # it is not over yet
    slugs = (
        "past-members",
        "past-group",
        "en-cours",
        "invitation",
        "dinner",
        "dinner-d-hier",
        "sheet-members",
        "sheet-group",
        "sheet-open",
    )
    return {
        **{f"meeting {slug}": reverse("events:detail", args=[slug]) for slug in slugs},
        **{f"file {slug}": reverse("event_file", args=[slug]) for slug in slugs},
        **{f"{row.slug} card_event": reverse("card_event", args=[row.pk, *club.event_card(row)]) for row in hidden},
        "hidden posts:comment": said.get_absolute_url(),
        "hidden posts:report": f"{reverse('posts:report')}?comment={said.pk}",
        "hidden places:cycle": cycle.get_absolute_url(),
        "hidden agenda_cycle": reverse("agenda_cycle", args=[cycle.slug]),
        "hidden places:venue": venue.get_absolute_url(),
        "members places:venue": reverse("places:venue", args=["chez-members"]),
        "group places:venue": reverse("places:venue", args=["chez-group"]),
        **{f"commission {name}": reverse(name, args=[people.commission.slug]) for name in ("members:group", "agenda_group")},
    }


def surfaces(people, hidden: dict[str, str]) -> dict[str, str]:
    """Every address that a GET may read, both languages, later pages and searches by kind included."""
    found = {key: path for key, path in club.addresses(people).items() if not key.startswith(("admin:", "demo_"))}
    found |= hidden
    found |= {f"en {key}": "/en" + path for key, path in found.items() if _has_prefix(key.split()[-1], path)}
    found |= {f"{key} page 2": f"{found[key]}?page=2" for key in ("posts:list", "events:past", "posts:topic", "posts:category")}
    for kind in ("", *BY_KEY):
        found[f"search {kind}"] = f"{reverse('search')}?q={ASKED}&kind={kind}"
    return found


def _has_prefix(key: str, path: str) -> bool:
    machine = ("feed", "agenda", "event_file", "card_", "healthz", "readyz", "robots", "sitemap", "security_txt", "media")
    return not key.startswith((*machine, "search")) and not path.endswith(".ics")


def look(client: Client, paths: dict[str, str]) -> dict[str, dict[str, str]]:
    """Word → the keys of the pages where it is read, headers included → what stands around it."""
    found: dict[str, dict[str, str]] = {word: {} for word in (WORD, HELD, FILED, MEMBERS, STUB)}
    for key, path in paths.items():
        cache.clear()
        response = client.get(path)
        body = response.getvalue() if response.streaming else response.content
        text = body.decode(errors="replace")  # a drawn card tells its title beside its pixels
        shown = f"{text} {response.headers}".lower()
        for word, pages in found.items():
            if word in shown:
                at = shown.find(word)
                pages[key] = f"{path} {shown[max(0, at - 80) : at + 60]!r}"
    return found


def signed_in(who: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(cast(who))
    return client


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (None, (WORD, HELD, FILED, MEMBERS)),
        pytest.param("flora", (WORD, HELD, FILED, MEMBERS), marks=pytest.mark.embedded),  # the same questions as a visitor's
        ("mona", (WORD, HELD, FILED)),
    ],
)
def test_what_is_not_for_somebody_shows_them_nowhere(who, words):
    """AZ-02, AZ-06, AZ-07: a visitor, a friend, a member who is neither invited nor of the group."""
    people = club.build()
    paths = surfaces(people, hide(people))
    call_command("rebuild_modelsearch_index", verbosity=0)
    found = look(signed_in(who), paths)
    assert {word: found[word] for word in words} == {word: {} for word in words}
    stubs = {key.removeprefix("en ") for key in found[STUB]}
    assert {key for key in stubs if not key.startswith(STUBS)} == set()
    assert stubs >= {"home", "events:list", "events:past", "places:programme", "meeting dinner", "commission members:group"}
    assert not re.findall("/(?:prepare|cachee|cache|chez-group|dinner)/", signed_in(who).get(paths["sitemap"]).text)
    if who == "mona":  # and what is for members, she reads
        assert set(found[MEMBERS]) >= {"locked", "discreet members:person", "search people", "members:directory"}
        assert set(found[MEMBERS]) >= {"half pages-a-demi-members members:person", "events:detail", "members:team"}


@pytest.mark.embedded
def test_the_walk_sees_each_word_on_each_surface_once_it_is_public():
    """The negative control: the same rows, published."""
    people = club.build()
    paths = surfaces(people, hide(people))
    publish_everything()
    call_command("rebuild_modelsearch_index", verbosity=0)
    found = {word: set(pages) for word, pages in look(signed_in(None), paths).items()}
    assert found[WORD] >= {
        *("home", "posts:list", "posts:reports", "posts:category", "posts:topic", "posts:series", "posts:year", "posts:month"),
        *("posts:detail", "posts:detail[report]", "draft", "later", "events:list", "events:past", "events:detail[past]"),
        *("feed", "feed_json", "feed_topic", "feed_category", "feed_person", "feed_partner", "sitemap"),
        *("agenda", "agenda_cycle", "agenda_topic", "agenda_partner", "meeting dinner", "file dinner"),
        *("members:person", "members:organisation", "partners:detail", "places:cycle"),
        *("commission members:group", "commission agenda_group", "hidden members:person", "hidden feed_person"),
        *("draft card_post", "later card_post", "original card_post", "dinner card_event", "invitation card_event"),
        *("search ", "search posts", "search events", "search people", "search partners"),
    }
    assert found[HELD] >= {"posts:detail", "events:detail"}
    assert found[FILED] >= {
        *("hidden posts:topic", "hidden feed_topic", "hidden agenda_topic", "hidden posts:series", "hidden places:cycle"),
        *(
            "hidden agenda_cycle",
            "hidden places:venue",
            "agenda",
            "meeting dinner",
            "search topics",
            "partners:list",
            "group places:venue",
        ),
    }
    assert found[MEMBERS] >= {
        "locked",
        "feed",
        "discreet members:person",
        "members places:venue",
        "search people",
        "search posts",
    }


def publish_everything() -> None:
    yesterday = timezone.now() - timedelta(days=1)
    Post.objects.filter(address_on=None).update(address_on=timezone.localdate())
    Post.objects.update(audience="public", published_at=yesterday)
    Event.objects.update(audience="open", is_confidential=False, published_at=yesterday)
    everybody = Person.Visibility.PUBLIC
    Person.objects.update(visibility=everybody, **{f"{field}_for": everybody for field in FIELDS})
    Partner.objects.update(is_published=True)
    Comment.objects.update(state=Comment.State.VISIBLE)


# --- the desk -------------------------------------------------------------------
def desk(people) -> dict[str, str]:
    """Every page of the admin, each list searched, and every field that completes what is typed."""
    found = {key: path for key, path in club.addresses(people).items() if key.startswith("admin:")}
    found |= {f"{key}?q": f"{path}?q={ASKED}" for key, path in list(found.items()) if key.endswith("_changelist")}
    return found | club.completions(ASKED)


@pytest.mark.parametrize(("who", "words"), [("coralie", (WORD, HELD)), ("aude", (WORD, HELD)), ("modou", (WORD,))])
@pytest.mark.embedded  # who reads what is said by the same words of querysets as on the pages of the site
def test_the_desk_shows_low_roles_what_they_run_alone(who, words):
    """Neither the meetings of other groups, nor the drafts of others, nor private people, nor, but to moderators, comments."""
    people = club.build()
    hide(people)
    found = look(signed_in(who), desk(people))
    assert {word: found[word] for word in words} == {word: {} for word in words}
    if who != "coralie":
        return
    seen = look(signed_in("oscar"), desk(people))[WORD]  # the owner sees what was looked for
    assert set(seen) >= {
        "admin:autocomplete[events.talk.person]",
        "admin:events_event_changelist?q",
        "admin:posts_post_changelist",
    }


@pytest.mark.parametrize("who", [None, pytest.param("mona", marks=pytest.mark.embedded)])  # the same counts as a visitor's
def test_counts_do_not_betray_what_is_hidden(who):
    """Every page says the same with and without hidden rows."""
    people = club.build()
    paths = {key: path for key, path in club.addresses(people).items() if not key.startswith(APART)}
    paths |= {"search": f"{reverse('search')}?q=rencontre", "events:list": f"{reverse('events:list')}?kind=conference"}
    client = signed_in(who)
    call_command("rebuild_modelsearch_index", verbosity=0)
    before = {key: _said(client, path) for key, path in paths.items()}
    later = {"published_at": timezone.now() + timedelta(days=5)}
    for _ in range(25):
        make.make_post(days=None, topics=[people.topic], categories=[people.category], event=people.past, author=people.person)
        make.make_post(days=2, series=people.series, mentions=[people.organisation])
        draft = make.make_event(group=people.group, cycle=people.cycle, venue=people.venue, **later)
        invited = make.make_event(group=people.group, cycle=people.cycle, venue=people.venue, audience="invitation")
        make.make_event(audience="invitation", days=-400, cycle=people.cycle)
        for event in (draft, invited):
            EventTopic.objects.create(content_object=event, tag=people.topic)
            make.make_talk(event=event, person=people.person)
            make.make_event_partner(event=event, organisation=people.organisation)
        make.make_partner(is_published=False)
        make.make_person(visibility=Person.Visibility.PRIVATE, member=make.make_member(), is_in_directory=True)
        make.make_comment(discussion=people.discussion, state="pending")
        make.make_comment(discussion=people.event_discussion, state="removed")
    call_command("rebuild_modelsearch_index", verbosity=0)
    assert [key for key, path in paths.items() if _said(client, path) != before[key]] == []


APART = ("admin:", "demo_", "account_", "mfa_", "usersessions_", "readyz")


def _said(client: Client, path: str) -> str:
    """The answer without the token of its forms, which is new each time."""
    cache.clear()
    response = client.get(path)
    text = (response.getvalue() if response.streaming else response.content).decode(errors="replace")
    return re.sub(r'name="(?:csrfmiddlewaretoken|key|nonce|rendered_at|signed|token)" value="[^"]*"', "", text)
