import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from events import wording
from events.models import Event, Registration
from tests.cast import cast
from tests.make import (
    make_cycle,
    make_event,
    make_group,
    make_invitation,
    make_member,
    make_post,
    make_question,
    make_registration,
    make_venue,
)

pytestmark = pytest.mark.django_db
State = Registration.State
HTMX = {"HX-Request": "true"}


def signed_in(client, who):
    member = cast(who) if isinstance(who, str) else who
    client.force_login(member)
    return member


def page(client, event, **query):
    return client.get(reverse("events:detail", args=[event.slug]), query)


def text(response):
    return " ".join(response.content.decode().split())


# -- lists ---------------------------------------------------------------------
def test_the_list_shows_what_is_to_come_soonest_first(client):
    later, soon = make_event(days=20), make_event(days=2)
    make_event(days=-2)
    make_event(published_at=None)
    make_event(published_at=timezone.now() + timedelta(hours=1))
    make_event(audience="invitation")
    assert list(client.get(reverse("events:list")).context["page"]) == [soon, later]


def test_a_cancelled_meeting_stays_in_the_list_and_says_so(client):
    make_event(status="cancelled")
    assert "badge is-cancelled" in text(client.get(reverse("events:list")))


def test_a_line_of_the_list_says_hour_town_and_group_and_of_a_confidential_meeting_the_group_alone(client):
    group, venue = make_group(name="SMC Rennes"), make_venue(city="Rennes")
    make_event(group=group, venue=venue, starts_at=timezone.localtime().replace(hour=18, minute=30) + timedelta(days=2))
    make_event(group=group, venue=venue, days=3, is_confidential=True)
    told, hidden = re.findall('<p class="entry-where">(.*?)</p>', text(client.get(reverse("events:list"))))
    assert told == f"<strong>18 h 30</strong> <span>Rennes</span> <span>{group.name}</span>"
    assert hidden == f"<span>{group.name}</span>"


@pytest.mark.parametrize("number", [3, 18])
def test_the_list_costs_the_same_however_long_it_is(client, number, django_assert_num_queries):
    for n in range(number):
        make_event(venue=make_venue(), group=make_group(), days=n + 1)
    with django_assert_num_queries(5):
        client.get(reverse("events:list"))


@pytest.mark.parametrize("url", ["events:list", "events:past"])
@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=1e9",
        "page=%00",
        "annee=abcd",
        "annee=%D9%A1%D9%A2%D9%A3%D9%A4",
        "type=x%00y",
        "groupe=%27",
        "ville=" + "x" * 3000,
        "annee=2012&annee=2013",
        "order=password",
        "_connector=OR",
    ],
)
def test_nonsense_in_the_address_is_a_page(client, url, query):
    make_event()
    assert client.get(f"{reverse(url)}?{query}").status_code == 200


def test_the_list_is_narrowed_by_kind_group_and_town(client):
    group = make_group()
    wanted = make_event(kind="focus", group=group, venue=make_venue(city="Lyon"))
    make_event(kind="focus", group=group, venue=make_venue(city="Paris"))
    make_event(kind="conference", group=group, venue=make_venue(city="Lyon"))
    query = {"type": "focus", "groupe": group.slug, "ville": "Lyon"}
    assert list(client.get(reverse("events:list"), query).context["page"]) == [wanted]


def test_filters_tell_nothing_of_a_confidential_meeting(client):
    make_event(is_confidential=True, kind="focus", venue=make_venue(city="Bordeaux", name="La Cachette"))
    for query in ({"type": "focus"}, {"ville": "Bordeaux"}):
        assert list(client.get(reverse("events:list"), query).context["page"]) in ([], list(Event.objects.all()))
    shown = text(client.get(reverse("events:list")))
    assert "Réunion privée" in shown
    for secret in ("Bordeaux", "Cachette", "Rencontre de juin", "badge is-kind"):
        assert secret not in shown


def test_past_meetings_by_year_latest_first_and_the_undated_last(client):
    old = make_event(days=-800)
    recent, undated = make_event(days=-3), make_event(days=None)
    make_event()
    assert list(client.get(reverse("events:past")).context["page"]) == [recent, old, undated]
    year = old.local_start.year
    response = client.get(reverse("events:past"), {"annee": year})
    assert list(response.context["page"]) == [old]
    assert {row["year"]: row["number"] for row in response.context["years"]}[year] == 1


def test_lists_answer_to_reading_only(client):
    for name in ("events:list", "events:past"):
        assert client.post(reverse(name)).status_code == 405


# -- the page of an event ------------------------------------------------------
PRIVATE = {"access_notes": "Code 1789", "online_url": "https://visio.example/secret", "is_online": True}


def private_event(**fields):
    venue = make_venue(name="La Halle", street="7 rue Cachée", city="Lyon", access_notes="Sonner deux fois")
    event = make_event(title="Titre entier", venue=venue, summary="Résumé entier", body="Texte entier", **PRIVATE, **fields)
    going = make_registration(event=event, member=make_member(name="Gaëlle Quivient"))
    make_registration(event=event, member=make_member(name="Secrète Personne", shows_attendance=False))
    make_registration(event=event, member=make_member(name="Wanda Attente"), state=State.WAITING)
    return event, going.member


SHEET = {"Titre entier", "Résumé entier", "Texte entier", "Lyon"}
ADDRESS = {"La Halle", "7 rue Cachée"}
GOING = {"Code 1789", "Sonner deux fois", "https://visio.example/secret", "Gaëlle Quivient"}
NEVER = {"Wanda Attente"}
EVERYTHING = SHEET | ADDRESS | GOING | NEVER | {"Secrète Personne"}


@pytest.mark.parametrize(
    ("fields", "who", "expected"),
    [
        ({}, None, SHEET | ADDRESS),
        ({}, "flora", SHEET | ADDRESS),
        ({}, "going", SHEET | ADDRESS | GOING),
        ({}, "olga", SHEET | ADDRESS | GOING | {"Secrète Personne"}),
        ({"audience": "members"}, None, SHEET),
        ({"audience": "members"}, "flora", SHEET),
        ({"audience": "members"}, "milan", SHEET | ADDRESS),
        ({"audience": "members"}, "going", SHEET | ADDRESS | GOING),
        ({"is_confidential": True}, None, set()),
        ({"is_confidential": True}, "flora", set()),
        ({"is_confidential": True}, "milan", SHEET | ADDRESS),
        ({"is_confidential": True}, "going", SHEET | ADDRESS | GOING),
        ({"audience": "invitation"}, None, 404),
        ({"audience": "invitation"}, "milan", 404),
        ({"audience": "invitation"}, "invited", SHEET | ADDRESS),
        ({"audience": "invitation"}, "olga", SHEET | ADDRESS | GOING | {"Secrète Personne"}),
        ({"published_at": None}, "milan", 404),
        ({"published_at": None}, "coralie", 404),
        ({"published_at": None}, "olga", SHEET | ADDRESS),
    ],
)
def test_who_reads_what(client, fields, who, expected):
    event, going = private_event(**fields)
    if who == "going":
        signed_in(client, going)
    elif who == "invited":
        make_invitation(event=event, member=signed_in(client, "flora"))
    elif who:
        signed_in(client, who)
    response = page(client, event)
    if expected == 404:
        assert response.status_code == 404
        return
    assert response.status_code == 200
    shown = text(response)
    assert {fact for fact in EVERYTHING if fact in shown} == expected


@pytest.mark.parametrize(("who", "expected"), [("olga", 200), ("coralie", 200), ("edith", 404), ("mona", 404), (None, 404)])
@pytest.mark.parametrize("days", [None, 3])
def test_a_draft_is_read_by_those_who_run_it(client, who, expected, days):
    draft = make_event(
        group=make_group(coordinators=[cast("coralie")]), published_at=days and timezone.now() + timedelta(days=days)
    )
    make_event(published_at=None, title="Autre brouillon")
    if who:
        signed_in(client, who)
    response = page(client, draft)
    assert response.status_code == expected
    if expected == 200:
        assert "Pas encore publi" in text(response)
        assert not {"og:title", "application/ld+json"} & set(text(response).replace('"', " ").split())


@pytest.mark.parametrize(
    ("fields", "call"), [({}, "J’y serai"), ({"capacity": 0}, "liste d’attente"), ({"audience": "group"}, "J’y serai")]
)
def test_those_who_run_a_draft_see_its_form_of_registration_and_send_nothing(client, fields, call):
    signed_in(client, "olga")
    draft = make_event(published_at=None, max_guests=2, group=make_group(), **fields)
    make_question(event=draft, text="Un régime ?")
    shown = text(page(client, draft))
    panel = re.search(r'<section class="rsvp.*?</section>', shown, re.DOTALL)[0]
    assert "Un aperçu" in panel
    form = re.search(r'<fieldset class="rsvp-form" disabled>(.*?</button>)\s*</fieldset>', panel, re.DOTALL)[1]
    assert "Un régime ?" in form
    assert 'name="guests"' in form
    assert call in form
    assert "<form" not in panel
    assert client.post(reverse("events:register", args=[draft.slug]), {"guests": "0"}).status_code == 404
    assert not draft.registrations.exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"precision": "month"}, "Les inscriptions ouvriront avec la date."),
        ({"days": -3}, "Cette rencontre a eu lieu."),
        ({"kind": "external", "organiser_name": "La Voisine"}, "Organisé par La Voisine"),
    ],
)
def test_a_draft_nobody_registers_for_says_why(client, fields, says):
    signed_in(client, "olga")
    shown = text(page(client, make_event(published_at=None, **fields)))
    assert says in shown
    assert "rsvp-form" not in shown


def test_a_coordinator_does_not_read_the_drafts_of_others(client):
    signed_in(client, "coralie")
    assert page(client, make_event(published_at=None)).status_code == 404


def test_the_public_page_is_the_same_for_all_visitors_and_may_be_shared(client):
    response = page(client, make_event(max_guests=2))
    shown = response.content.decode()
    assert "csrfmiddlewaretoken" not in shown
    assert "nonce" not in shown
    assert "Cookie" not in response.get("Vary", "")
    assert response.cookies == {}


def test_a_confidential_page_has_a_banner_and_nothing_to_pass_on(client):
    event = make_event(is_confidential=True)
    signed_in(client, "milan")
    shown = text(page(client, event))
    assert "Ne pas diffuser" in shown
    for word in ("share-links", "og:title", "ld+json", "google.com", event.slug + ".ics"):
        assert word not in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "cancelled", "status_reason": "Grève"}, ["is-cancelled", "annulée", "Grève", "<s>"]),
        ({"status": "postponed", "status_reason": "Salle fermée"}, ["is-postponed", "reportée", "Salle fermée", "<s>"]),
        ({"days": -2}, ["is-closed", "a eu lieu"]),
        ({"rsvp_closes_at": timezone.now()}, ["is-closed", "closes"]),
        ({"rsvp_opens_at": timezone.now() + timedelta(days=1)}, ["is-closed", "ouvrent"]),
        ({"capacity": 0}, ["is-full", "Complet"]),
        ({"capacity": 3}, ["is-open", "Il reste 3 places"]),
        ({"capacity": 4, "reserved": 3}, ["is-open", "Il reste 1 place."]),
        ({"precision": "month"}, ["ouvriront avec la date"]),
        ({"audience": "members"}, ["is-restricted", "Réservé aux membres"]),
        (
            {"kind": "external", "organiser_name": "Kiva", "price": "12 €", "outside_url": "https://kiva.example/"},
            ["is-external", "Organisé par Kiva", "12 €", 'href="https://kiva.example/"'],
        ),
    ],
)
def test_the_panel_says_where_things_stand(client, fields, words):
    shown = text(page(client, make_event(**fields)))
    assert [word for word in words if word not in shown] == []


@pytest.mark.parametrize(("audience", "said"), [("members", "Réservé aux membres"), ("group", "Membres du groupe : {}")])
def test_a_meeting_of_a_group_for_all_members_is_not_said_to_be_for_those_of_the_group(client, audience, said):
    event = make_event(audience=audience, group=make_group())
    state = re.search(r'<p class="rsvp-state"><span>(.*?)</span>', text(page(client, event)), re.DOTALL)[1].strip()
    assert state == said.format(event.group.name)


def test_nobody_is_shown_the_way_to_a_meeting_that_is_called_off(client):
    venue = make_venue(access="Métro République.")
    shown = {status: page(client, make_event(venue=venue, status=status)).text for status in ("scheduled", "cancelled")}
    assert ["Métro République." in html for html in shown.values()] == [True, False]
    assert venue.name in shown["cancelled"]


def test_a_missing_event_and_a_wrong_verb(client):
    assert client.get("/evenements/nulle-part/").status_code == 404
    assert client.post(reverse("events:detail", args=[make_event().slug])).status_code == 405


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_costs_the_same_however_many_come(client, number, django_assert_max_num_queries):
    event = make_event(cycle=make_cycle(), venue=make_venue(), group=make_group())
    for _n in range(number):
        make_registration(event=event)
        make_event(cycle=event.cycle)
    signed_in(client, make_registration(event=event).member)
    with django_assert_max_num_queries(19):
        page(client, event)


def test_reading_changes_nothing(client):
    event = make_event()
    registration = make_registration(event=event)
    signed_in(client, registration.member)
    before = list(Registration.objects.values_list()), list(Event.objects.values_list())
    page(client, event, going=1, guests=1)
    client.get(reverse("events:register", args=[event.slug]), {"guests": 1})
    client.get(reverse("events:leave_by_link", args=[event.slug, registration.token]))
    assert client.get(reverse("events:leave", args=[event.slug])).status_code == 405
    assert (list(Registration.objects.values_list()), list(Event.objects.values_list())) == before


# -- registering ---------------------------------------------------------------
def register(client, event, headers=None, **data):
    return client.post(reverse("events:register", args=[event.slug]), data, headers=headers)


def test_a_visitors_choice_goes_through_the_door_and_comes_back(client):
    event = make_event(max_guests=3)
    response = client.get(reverse("events:register", args=[event.slug]), {"guests": "2"})
    assert response["Location"] == f"/compte/login/?next=%2Fevenements%2F{event.slug}%2F%3Fgoing%3D1%26guests%3D2%23rsvp"
    signed_in(client, make_member(name=""))
    shown = text(page(client, event, going=1, guests=2))
    assert '<option value="2" selected>' in shown
    assert 'name="name"' in shown


def test_the_button_of_a_visitor_is_a_link_to_the_door(client):
    event = make_event()
    assert f'href="/compte/login/?next=%2Fevenements%2F{event.slug}%2F%3Fgoing%3D1%23rsvp"' in text(page(client, event))


def test_registering_gives_a_place_and_comes_back_to_the_page(client):
    event, milan = make_event(max_guests=2), signed_in(client, "milan")
    response = register(client, event, guests="1")
    assert response["Location"] == f"{event.get_absolute_url()}#rsvp"
    assert [(r.member, r.state, r.guests) for r in event.registrations.all()] == [(milan, State.GOING, 1)]
    assert "Vous y serez, avec 1 personne." in text(page(client, event))


def test_htmx_gets_the_panel_alone(client):
    event = make_event()
    signed_in(client, "milan")
    shown = text(register(client, event, headers=HTMX))
    assert shown.startswith("<section")
    assert "Vous y serez." in shown
    assert "Je ne peux plus venir" in shown
    assert "hx-swap-oob" in shown


def test_the_first_registration_asks_for_the_name_and_keeps_it(client):
    event, member = make_event(max_guests=1), signed_in(client, make_member(name=""))
    refused = register(client, event, guests="1")
    assert "name" in refused.context["panel"].form.errors
    assert '<option value="1" selected>' in text(refused)
    register(client, event, guests="1", name="Nadia Nouvelle")
    member.refresh_from_db()
    assert member.name == "Nadia Nouvelle"
    assert event.registrations.get().is_going


@pytest.mark.parametrize("typed", ["-1", "9", "abc", "99999999999999999999", "1\x00", "1.5", "١"])
def test_a_number_that_cannot_be_is_said_next_to_the_field(client, typed):
    event = make_event(max_guests=2)
    signed_in(client, "milan")
    response = register(client, event, guests=typed)
    if typed == "١":  # an Arabic-Indic one is one
        assert response.status_code == 302
        return
    assert response.status_code == 200
    assert response.context["panel"].form.errors["guests"]
    assert event.registrations.count() == 0


def test_a_name_with_a_nul_byte_is_refused_next_to_the_field(client):
    event = make_event()
    signed_in(client, make_member(name=""))
    assert "name" in register(client, event, name="a\x00b").context["panel"].form.errors


def test_a_refusal_of_the_verb_is_shown_in_the_form(client):
    event = make_event(max_guests=2, capacity=2)
    signed_in(client, "milan")
    response = register(client, event, guests="2")
    assert "Il n’y a pas autant de places en tout." in text(response)
    assert "guests" in response.context["panel"].form.errors


def test_what_closed_meanwhile_is_said(client):
    event = make_event()
    signed_in(client, "milan")
    Event.objects.filter(pk=event.pk).update(status="cancelled")
    assert "annulée" in text(register(client, event))
    assert event.registrations.count() == 0


@pytest.mark.parametrize(
    ("fields", "who", "status"),
    [({"audience": "members"}, "flora", 200), ({"audience": "invitation"}, "milan", 404), ({"published_at": None}, "milan", 404)],
)
def test_registering_outside_ones_audience(client, fields, who, status):
    event = make_event(**fields)
    signed_in(client, who)
    assert register(client, event).status_code == status
    assert event.registrations.count() == 0


def test_registering_without_being_signed_in_leads_to_the_door(client):
    event = make_event()
    assert register(client, event)["Location"].startswith("/compte/login/?next=%2Fevenements%2F")
    assert event.registrations.count() == 0


def test_registering_where_there_is_no_event(client):
    signed_in(client, "milan")
    assert client.post("/evenements/nulle-part/inscription/").status_code == 404


def test_a_full_meeting_offers_the_queue_and_shows_the_rank(client):
    event = make_event(capacity=1)
    make_registration(event=event)
    signed_in(client, "milan")
    assert "Rejoindre la liste d’attente" in text(page(client, event))
    register(client, event)
    shown = text(page(client, event))
    assert "is-waiting" in shown
    assert '<strong class="rsvp-rank">1er</strong>' in shown


# -- leaving -------------------------------------------------------------------
def test_leaving_gives_the_place_back(client):
    event, milan = make_event(), signed_in(client, "milan")
    make_registration(event=event, member=milan)
    url = reverse("events:leave", args=[event.slug])
    for _twice in range(2):
        assert client.post(url)["Location"] == f"{event.get_absolute_url()}#rsvp"
    assert event.registrations.get().state == State.CANCELLED
    assert "J’y serai" in text(page(client, event))


def test_htmx_gets_the_chip_of_the_last_places_with_the_panel(client):
    event = make_event(capacity=4)
    for n in range(2):
        make_registration(event=event, member=make_member(email=f"m{n}@example.net"))
    client.force_login(cast("milan"))

    def chips(verb):
        said = client.post(reverse(f"events:{verb}", args=[event.slug]), headers=HTMX).content.decode()
        return re.search(r'<p class="event-badges" id="event-badges" hx-swap-oob="true">(.*?)</p>', said)[1]

    assert "Dernières places" in client.get(event.get_absolute_url()).content.decode()
    assert "Dernières places" in chips("register")
    make_registration(event=event, member=make_member(email="m3@example.net"))
    assert "Complet" in chips("register")
    Registration.objects.exclude(member=cast("milan")).delete()
    gone = chips("leave")
    assert "Complet" not in gone
    assert "Dernières places" not in gone


@pytest.mark.parametrize(
    ("places", "left"), [(0, []), (1, []), (2, [1]), (3, [1]), (5, [1, 2]), (20, [1, 2, 3]), (100, [*range(1, 16)])]
)
def test_few_places_are_left_when_most_are_taken(places, left):
    event = Event(capacity=places)
    found = []
    for event.seats_taken in range(places + 1):
        if event.has_few_places:
            found.append(event.places_left)
    assert sorted(found) == left


def test_leaving_by_htmx_answers_with_the_panel(client):
    event, milan = make_event(), signed_in(client, "milan")
    make_registration(event=event, member=milan)
    assert "J’y serai" in text(client.post(reverse("events:leave", args=[event.slug]), headers=HTMX))


def test_leaving_what_one_is_not_in(client):
    event = make_event()
    assert client.post(reverse("events:leave", args=[event.slug])).status_code == 302
    signed_in(client, "milan")
    assert client.post(reverse("events:leave", args=[event.slug])).status_code == 404


def test_leaving_what_is_over_is_refused_in_words(client):
    event, milan = make_event(days=-2), signed_in(client, "milan")
    make_registration(event=event, member=milan)
    assert "Cette rencontre a eu lieu." in text(client.post(reverse("events:leave", args=[event.slug])))


def test_the_link_of_a_letter_shows_a_button_and_only_the_button_leaves(client):
    event = make_event()
    registration = make_registration(event=event)
    url = reverse("events:leave_by_link", args=[event.slug, registration.token])
    response = client.get(url)
    assert "Je ne peux plus venir" in text(response)
    assert "no-store" in response["Cache-Control"]
    registration.refresh_from_db()
    assert registration.is_going
    assert "n’êtes plus inscrit" in text(client.post(url))
    registration.refresh_from_db()
    assert registration.state == State.CANCELLED
    assert "n’êtes plus inscrit" in text(client.post(url))


def test_the_link_of_a_letter_of_another_event_or_a_guess_is_nothing(client):
    registration = make_registration()
    for slug, token in [(make_event().slug, registration.token), (registration.event.slug, "guess")]:
        assert client.post(reverse("events:leave_by_link", args=[slug, token])).status_code == 404
    registration.refresh_from_db()
    assert registration.is_going


def test_the_link_of_a_letter_after_the_meeting_says_so(client):
    registration = make_registration(event=make_event(days=-3))
    url = reverse("events:leave_by_link", args=[registration.event.slug, registration.token])
    assert "Cette rencontre a eu lieu." in text(client.post(url))


# -- cycles and venues ---------------------------------------------------------
def test_a_cycle_shows_its_meetings_in_order_without_those_of_which_only_a_stub_is_shown(client):
    cycle = make_cycle()
    second, first = make_event(cycle=cycle, cycle_position=2), make_event(cycle=cycle, cycle_position=1)
    make_event(cycle=cycle, cycle_position=3, is_confidential=True, title="Titre entier")
    make_event(cycle=cycle, published_at=None)
    make_event(cycle=cycle, audience="invitation")
    response = client.get(cycle.get_absolute_url())
    assert list(response.context["events"]) == [first, second]
    assert {one.pk for one in client.get(first.get_absolute_url()).context["sessions"]} == {first.pk, second.pk}
    assert client.get("/cycles/nulle-part/").status_code == 404


def test_the_name_of_a_cycle_or_a_venue_does_not_tell_what_is_prepared(client):
    cycle, venue = make_cycle(), make_venue()
    make_event(cycle=cycle, venue=venue, published_at=None)
    make_event(cycle=cycle, venue=venue, is_confidential=True)
    addresses = [cycle.get_absolute_url(), f"{cycle.get_absolute_url()}agenda.ics", venue.get_absolute_url()]
    assert [client.get(url).status_code for url in addresses] == [404, 404, 404]
    make_event(cycle=cycle, venue=venue)
    assert [client.get(url).status_code for url in addresses] == [200, 200, 200]


def test_a_venue_does_not_tell_which_restricted_meetings_take_place_there(client):
    venue = make_venue()
    shown, old = make_event(venue=venue), make_event(venue=venue, days=-5)
    make_event(venue=venue, audience="members")
    make_event(venue=venue, is_confidential=True)
    response = client.get(venue.get_absolute_url())
    assert (list(response.context["upcoming"]), list(response.context["past"])) == ([shown], [old])
    assert client.get("/lieux/nulle-part/").status_code == 404


def test_every_page_answers_in_english_too(client):
    event = make_event(cycle=make_cycle(), venue=make_venue())
    for url in (
        "/en/evenements/",
        "/en/evenements/passes/",
        f"/en/evenements/{event.slug}/",
        f"/en/cycles/{event.cycle.slug}/",
        f"/en/lieux/{event.venue.slug}/",
    ):
        shown = text(client.get(url))
        assert '<html lang="en">' in shown
    assert f'<link rel="canonical" href="http://localhost:8000/evenements/{event.slug}/">' in text(
        client.get(f"/en/evenements/{event.slug}/")
    )
    assert 'lang="fr">Rencontre de juin' in text(client.get(f"/en/evenements/{event.slug}/"))


def test_the_hour_is_that_of_the_events_own_zone(client):
    with time_machine.travel("2026-11-01T10:00:00Z"):
        start = timezone.datetime(2026, 12, 2, 15, 0, tzinfo=timezone.get_fixed_timezone(0))
        event = make_event(zone_name="Indian/Reunion", starts_at=start, ends_at=start + timedelta(hours=2))
        shown = text(page(client, event)).replace("\xa0", " ")
    assert "de 19 h à 21 h (heure de La Réunion)" in shown


def test_how_a_venue_is_entered_is_said_on_its_page_and_on_that_of_its_meetings(client):
    venue = make_venue(step_free="help", accessibility="Ascenseur.", accessibility_en="A lift.", capacity_hint=40)
    open_to_all, for_members = make_event(venue=venue), make_event(venue=venue, audience="members")
    pages = [one.get_absolute_url() for one in (venue, open_to_all, for_members)]
    assert "Sans marche si vous nous prévenez" in client.get(pages[0]).text
    assert "Environ 40 places" in client.get(pages[0]).text
    for prefix, lift in (("", "Ascenseur."), ("/en", "A lift.")):
        assert [lift in client.get(prefix + page).text for page in pages] == [True, True, False]


@pytest.mark.parametrize(("days", "is_told"), [(2, True), (-2, False)])
def test_how_to_get_in_is_told_to_those_going_until_it_is_over(client, days, is_told):
    event = make_event(days=days, access_notes="Code 1234")
    make_registration(event=event, member=signed_in(client, "milan"))
    assert ("Code 1234" in text(page(client, event))) is is_told


def test_the_map_of_a_venue_is_a_link_and_nothing_is_loaded_from_it(client):
    venue = make_venue(latitude="48.10", longitude="-1.67", access="Métro République", access_notes="Code 1789")
    event = make_event(venue=venue)
    for path in (venue.get_absolute_url(), event.get_absolute_url()):
        page = client.get(path)
        assert page.text.count("openstreetmap.org") == 1
        assert '<a href="https://www.openstreetmap.org/?mlat=48.10' in page.text
        assert "openstreetmap" not in page["Content-Security-Policy"]
        assert ("Métro République" in page.text, "1789" in page.text) == (True, False)


@pytest.mark.parametrize(("fields", "status"), [({}, 200), ({"audience": "members"}, 404), ({"published_at": None}, 404)])
def test_a_venue_has_a_page_once_a_visitor_may_read_where_a_meeting_is(client, fields, status):
    venue = make_venue()
    for _n in range(2):  # a venue is used again
        make_event(venue=venue, **fields)
    assert client.get(venue.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    ("name", "street", "shown", "place"),
    [
        ("La Fabrique", "3 rue du Pré", "La Fabrique, Rennes", "La Fabrique, 3 rue du Pré, 35000 Rennes"),
        ("La Fabrique", "", "La Fabrique, Rennes", "La Fabrique, 35000 Rennes"),
        ("RENNES (lieu à préciser)", "", "RENNES (lieu à préciser)", "RENNES (lieu à préciser)"),
        ("Mairie de Rennes", "Place de la Mairie", "Mairie de Rennes", "Mairie de Rennes, Place de la Mairie, 35000 Rennes"),
        ("Les Parennes", "", "Les Parennes, Rennes", "Les Parennes, 35000 Rennes"),
    ],
)
def test_a_town_that_the_name_says_is_not_said_again(name, street, shown, place):
    venue = make_venue(name=name, street=street, postcode="35000")
    assert (str(venue), venue.place) == (shown, place)


# -- passed on -------------------------------------------------------------------
def passed_on(client, event) -> str:
    """The text ready for LinkedIn on the page of `event`."""
    found = re.search(r'id="text-linkedin"[^>]*>(.*?)</textarea>', client.get(event.get_absolute_url()).text, re.DOTALL)
    return found[1] if found else ""


def test_what_is_passed_on_of_a_meeting_that_is_over_says_that_it_took_place(client):
    event = make_event(title="La radio", summary="Venez nombreux !", venue=make_venue(city="Rennes"))
    assert "Venez nombreux" in passed_on(client, event)
    start = datetime(2026, 4, 1, 17, tzinfo=UTC)
    Event.objects.update(published_at=start - timedelta(days=9), starts_at=start, ends_at=start + timedelta(hours=2))
    lines = passed_on(client, event).splitlines()
    assert lines[:2] == ["La radio", "A eu lieu le mercredi 1er\xa0avril 2026 – Rennes"]
    assert lines[2:] == [event.canonical_url()]


def test_once_a_write_up_leads_the_page_it_is_what_is_passed_on(client):
    event = make_event(title="La radio", days=-5)
    told = make_post(event=event, kind="report", title="Ce que la radio entend", excerpt="On a écouté.")
    assert passed_on(client, event).splitlines() == [told.title, "On a écouté.", told.canonical_url()]


def test_a_write_up_for_members_is_not_passed_on_from_an_open_meeting(client):
    event = make_event(title="La radio", days=-5)
    make_post(event=event, kind="report", title="Entre nous", audience="members")
    client.force_login(cast("milan"))
    assert passed_on(client, event).splitlines()[0] == "La radio"


def test_of_a_meeting_that_did_not_take_place_nothing_is_passed_on_once_its_day_is_over(client):
    assert passed_on(client, make_event(status="cancelled", days=3))
    assert not passed_on(client, make_event(status="cancelled", days=-3))


@pytest.mark.parametrize(
    ("precision", "hours", "said"),
    [
        ("hour", 2, "A eu lieu le mardi 31\xa0mars 2026"),
        ("hour", 7, "A eu lieu le mardi 31\xa0mars 2026"),  # past midnight
        ("hour", 30, "A eu lieu du mardi 31\xa0mars 2026 au jeudi 2\xa0avril 2026"),
        ("month", 2, "A eu lieu en mars 2026"),
        ("none", None, ""),
    ],
)
def test_when_it_took_place(precision, hours, said):
    event = Event(precision=precision)
    if hours:
        event.starts_at = datetime(2026, 3, 31, 18, tzinfo=UTC)
        event.ends_at = event.starts_at + timedelta(hours=hours)
    with translation.override("fr"):
        assert wording.took_place(event) == said


def test_a_hashtag_is_read_as_it_was_written(client):
    """The sheet sets facts with a capital, these excepted."""
    assert '<dd class="as-written">#smcvoix</dd>' in client.get(make_event(hashtag="smcvoix").get_absolute_url()).text
