"""The pages of the door: for who runs the meeting, for who has a link, and for nobody else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from events import registering, tickets
from events.door import arriving
from events.models import DoorTap, Event, Registration
from members.mail import compose
from members.models import Letter
from tests.cast import cast
from tests.make import make_event, make_group, make_member, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State
HTMX = {"HX-Request": "true"}


@pytest.fixture
def event():
    return make_event(title="Soirée radio", days=0)


@pytest.fixture
def key(event):
    return arriving.give_link(event, by=cast("olga")).key


def named(event, *names, **fields):
    return [make_registration(event=event, member=make_member(name=name), **fields) for name in names]


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, key, **query):
    return client.get(reverse("door:door", args=[key]), query)


def press(client, deed, key, row, **said):
    return client.post(reverse(f"door:{deed}", args=[key, row.pk]), {"people": 1, "nonce": "n1"} | said)


def names(response):
    found = response.context["list"]
    return [[line.registration.shown_name for line in lines] for lines in (found.going, found.waiting)]


# -- who comes in ------------------------------------------------------------------
def test_a_link_opens_the_list_without_an_account(client, event, key):
    named(event, "Zoé Le Goff", "Ali Ben")
    named(event, "Paul", state=State.PENDING)
    named(event, "Wanda", state=State.WAITING)
    response = page(client, key)
    assert (response.status_code, names(response)) == (200, [["Ali Ben", "Zoé Le Goff"], ["Wanda", "Paul"]])
    assert "@" not in text(response)
    assert response["Cache-Control"] == "private, no-store"
    assert "camera=(self)" in response["Permissions-Policy"]


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("coralie", 404), ("milan", 404), ("edith", 404)])
def test_under_its_name_for_who_runs_it(client, event, who, status):
    client.force_login(cast(who))
    assert page(client, event.slug).status_code == status


def test_a_coordinator_keeps_the_door_of_their_group(client):
    event = make_event(days=0, group=make_group(coordinators=[cast("coralie")]))
    client.force_login(cast("coralie"))
    assert page(client, event.slug).status_code == 200


def test_a_visitor_signs_in_first(client, event):
    assert page(client, event.slug).headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("forge", [lambda key: key[:-1], lambda key: "9" + key, lambda key: "1:x", lambda key: ":"])
def test_a_forged_link_opens_nothing(client, key, forge):
    assert page(client, forge(key)).status_code == 404


def test_a_link_of_one_meeting_is_of_no_other(client, key):
    row = make_registration(event=make_event(days=0))
    assert "Cette inscription n’existe plus." in text(press(client, "check_in", key, row))
    assert not DoorTap.objects.exists()


@pytest.mark.parametrize(
    ("moved", "status", "said"),
    [(-3, 410, "pas encore ouvert"), (-0.9, 200, "Zoé"), (0.9, 200, "Zoé"), (3, 410, "a expiré")],
)
def test_a_link_opens_the_day_before_and_ends_with_the_day_after(client, key, event, moved, status, said):
    named(event, "Zoé")
    with time_machine.travel(timezone.now() + timedelta(days=moved)):
        response = page(client, key)
    assert response.status_code == status
    assert said in text(response)
    assert status == 200 or ("Zoé" not in text(response) and "radio" not in text(response))


def test_a_revoked_link_is_over_for_the_list_and_for_each_tap(client, event, key):
    row, link = make_registration(event=event), event.door_links.get()
    client.force_login(cast("olga"))
    client.post(reverse("door:revoke_link", args=[event.slug, link.pk]))
    client.logout()
    assert page(client, key).status_code == 410
    assert press(client, "check_in", key, row).status_code == 410
    assert not DoorTap.objects.exists()


@pytest.mark.parametrize("days", [None, 1])
def test_a_link_opens_nothing_of_a_meeting_that_is_not_on_the_site(client, event, key, days):
    named(event, "Zoé")
    Event.objects.filter(pk=event.pk).update(published_at=days and timezone.now() + timedelta(days=days))
    response = page(client, key)
    assert response.status_code == 410
    assert "Zoé" not in text(response)


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_a_link_opens_nothing_of_a_meeting_that_is_called_off(client, event, key, status):
    named(event, "Zoé")
    Event.objects.filter(pk=event.pk).update(status=status)
    response = page(client, key)
    assert response.status_code == 410
    assert "Zoé" not in text(response)


def test_the_links_are_given_by_who_runs_it(client, event):
    client.force_login(cast("olga"))
    given = client.post(reverse("door:give_link", args=[event.slug]), {"label": "Yann"})
    assert given.headers["Location"] == reverse("door:links", args=[event.slug])
    link = event.door_links.get()
    assert (link.label, link.made_by) == ("Yann", cast("olga"))
    shown = client.get(given.headers["Location"])
    assert reverse("door:door", args=[link.key]) in shown.content.decode()
    for name in ("door:links", "door:give_link"):
        client.force_login(cast("milan"))
        address = reverse(name, args=[event.slug])
        assert (client.get(address) if name == "door:links" else client.post(address)).status_code == 404


# -- the list -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ali Ben", "Émile d’Arc", "Zoé Le Goff"]),
        ("zo", ["Zoé Le Goff"]),
        ("goff ZOE", ["Zoé Le Goff"]),
        ("em", ["Émile d’Arc"]),
        ("arc", ["Émile d’Arc"]),
        ("oé", []),
        ("%_\x00'", ["Ali Ben", "Émile d’Arc", "Zoé Le Goff"]),
    ],
)
def test_first_letters_find_a_name(client, event, key, query, found):
    named(event, "Zoé Le Goff", "Ali Ben", "Émile d’Arc")
    assert names(page(client, key, q=query))[0] == found


def test_the_count_is_of_people_whatever_is_searched_for(client, event, key):
    party, _other = named(event, "Zoé", "Ali", guests=2)
    press(client, "check_in", key, party, people=2)
    found = page(client, key, q="ali").context["list"]
    assert (found.here, found.expected) == (2, 6)


@pytest.mark.parametrize("number", [2, 9])
def test_a_longer_list_costs_the_same(client, event, key, number, django_assert_num_queries):
    named(event, *(f"Personne {n}" for n in range(number)))
    named(event, *(f"Attente {n}" for n in range(number)), state=State.WAITING)
    with django_assert_num_queries(3):  # the link with its meeting, the list, the club
        page(client, key)


def test_a_script_is_sent_only_what_is_new(client, event, key):
    row = named(event, "Zoé")[0]
    rev = page(client, key).context["event"].rsvp_rev
    address = reverse("door:door", args=[key])
    assert client.get(address, {"rev": rev}, headers=HTMX).status_code == 204
    press(client, "check_in", key, row)
    part = client.get(address, {"rev": rev}, headers=HTMX)
    assert part.status_code == 200
    assert part.content.startswith(b'<div id="door-live"')


# -- tapping ------------------------------------------------------------------------
def test_one_tap_and_back_to_the_list(client, event, key):
    row = make_registration(event=event)
    response = press(client, "check_in", key, row)
    assert response.headers["Location"] == f"{reverse('door:door', args=[key])}#r{row.pk}"
    assert DoorTap.objects.get().link == event.door_links.get()


def test_a_script_gets_the_list_as_it_is_now(client, event, key):
    row = named(event, "Zoé")[0]
    part = client.post(reverse("door:check_in", args=[key, row.pk]), {"people": 1, "nonce": "a"}, headers=HTMX)
    assert part.content.startswith(b'<div id="door-live"')
    assert part.context["list"].here == 1


def test_the_second_telephone_reads_since_when(client, event, key):
    row = named(event, "Zoé")[0]
    with time_machine.travel("2026-03-05T17:42:00Z"):
        event.starts_at, event.ends_at = timezone.now(), timezone.now() + timedelta(hours=2)
        event.published_at = timezone.now() - timedelta(days=1)
        event.save()
        press(client, "check_in", key, row, nonce="a")
        second = press(client, "check_in", key, row, nonce="b")
        assert f"?deja={row.pk}#r{row.pk}" in second.headers["Location"]
        assert "Déjà là depuis 18 h 42" in text(page(client, key, deja=row.pk)).replace("\u00a0", " ")


@pytest.mark.parametrize("people", ["", "x", "-1", "99999999999999999999", "²", "3"])
def test_nonsense_is_answered_on_the_list(client, event, key, people):
    row = make_registration(event=event)
    response = press(client, "check_in", key, row, people=people)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not DoorTap.objects.exists()


@pytest.mark.parametrize("nonce", ["", "x" * 400, "é", "a b"])
def test_a_tap_with_a_strange_nonce_counts_by_itself(client, event, key, nonce):
    row = make_registration(event=event)
    press(client, "check_in", key, row, nonce=nonce)
    assert len(DoorTap.objects.get().nonce) == 32


def test_a_full_house_is_asked_about_with_one_button(client, event, key):
    event.capacity = 0
    event.save()
    row = make_registration(event=event, state=State.WAITING)
    asked = press(client, "admit", key, row)
    again = f"{reverse('door:admit', args=[key, row.pk])}?confirme"
    assert f'formaction="{again}"' in asked.content.decode()
    client.post(again, {"people": 1, "nonce": "n2"})
    row.refresh_from_db()
    assert (row.state, row.arrived) == (State.GOING, 1)


def test_a_tap_is_undone(client, event, key):
    row = make_registration(event=event)
    press(client, "check_in", key, row)
    press(client, "undo", key, row, nonce="n2")
    row.refresh_from_db()
    assert row.arrived == 0


# -- without a registration -----------------------------------------------------------
def walk_in(client, key, **said):
    return client.post(reverse("door:walk_in", args=[key]), {"name": "Zoé", "people": 1, "nonce": "w"} | said)


def test_somebody_comes_in_without_a_registration(client, event, key):
    response = walk_in(client, key, people=2)
    row = event.registrations.get()
    assert response.headers["Location"].endswith(f"#r{row.pk}")
    assert (row.name, row.arrived) == ("Zoé", 2)
    walk_in(client, key, people=2)
    assert event.registrations.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": ""}, "name"), ({"people": "11"}, "people"), ({"email": "zoe"}, "email"), ({"name": "a\x00b"}, "name")],
)
def test_a_bad_entry_is_said_beside_its_field(client, event, key, said, field):
    response = walk_in(client, key, **said)
    assert list(response.context["form"].errors) == [field]
    assert not event.registrations.exists()


def test_beyond_the_places_nothing_typed_is_lost_and_one_button_confirms(client, event, key):
    event.capacity = 0
    event.save()
    asked = walk_in(client, key, email="zoe@example.net")
    shown = asked.content.decode()
    assert 'name="is_confirmed" value="on"' in shown
    assert 'value="zoe@example.net"' in shown
    walk_in(client, key, email="zoe@example.net", is_confirmed="on")
    assert event.free() == -1


# -- tickets ---------------------------------------------------------------------------
def test_a_ticket_opens_the_list_at_its_person_for_who_keeps_the_door(client, event):
    row, _other = named(event, "Zoé", "Ali")
    client.force_login(cast("olga"))
    code = tickets.code_of(row)
    response = client.get(reverse("door:ticket", args=[code]), follow=True)
    assert names(response)[0] == ["Zoé"]


def test_a_volunteer_reads_it_in_their_page(client, event, key):
    row, _other = named(event, "Zoé", "Ali")
    assert names(page(client, key, billet=tickets.code_of(row)))[0] == ["Zoé"]


@pytest.mark.parametrize(
    "forge", [lambda row: "forged", lambda row: f"{row.pk}:x", lambda row: tickets.code_of(make_registration())]
)
def test_another_ticket_is_said_to_be_another(client, event, key, forge):
    row = named(event, "Zoé")[0]
    response = page(client, key, billet=forge(row))
    assert "Ce billet n’est pas pour cette rencontre." in text(response)
    assert names(response)[0] == ["Zoé"]


def test_a_ticket_is_its_owners(client, event):
    row = make_registration(event=event, member=cast("milan"))
    read, mine = reverse("door:ticket", args=[tickets.code_of(row)]), reverse("events:ticket", args=[event.slug])
    assert client.get(read).status_code == client.get(mine).status_code == 302
    client.force_login(cast("milan"))
    assert client.get(read).headers["Location"] == mine
    shown = client.get(mine)
    assert "Milan Membre" in text(shown)
    assert shown.context["code"]["path"]
    client.force_login(cast("mona"))
    assert client.get(read).status_code == client.get(mine).status_code == 404


@pytest.mark.parametrize(
    ("state", "status", "has_code"), [(State.GOING, 200, True), (State.WAITING, 200, False), (State.CANCELLED, 404, False)]
)
def test_a_letter_leads_to_the_ticket_of_a_place(client, event, state, status, has_code):
    row = make_registration(event=event, state=state)
    response = client.get(reverse("events:ticket_by_link", args=[event.slug, row.token]))
    assert response.status_code == status
    assert status == 404 or bool(response.context["code"]) == has_code


def test_the_confirmation_holds_the_ticket_and_a_letter_to_who_waits_does_not():
    event, far = make_event(capacity=1), make_event(is_online=True)
    for meeting in (event, event, far):
        registering.join(meeting, member=make_member())
    held = []
    for row in Letter.objects.order_by("pk"):
        compose(row)
        held.append((row.kind, "/billet/" in row.text, "code.png" in row.html))
    assert held == [("events.registered", True, True), ("events.waiting", False, False), ("events.registered", False, False)]


def test_the_picture_of_a_code_is_of_a_place(client, event):
    for state, status in [(State.GOING, 200), (State.WAITING, 404)]:
        row = make_registration(event=event, state=state)
        answer = client.get(reverse("events:ticket_code", args=[event.slug, row.token]))
        assert (answer.status_code, answer.content.startswith(b"\x89PNG")) == (status, status == 200)


def test_the_code_is_drawn_as_it_is_read():
    """Each dark module is under the path, and no light one."""
    import segno

    found = tickets.drawing("https://example.org/accueil/billet/1:x/")
    rows = segno.make("https://example.org/accueil/billet/1:x/", error="m", micro=False).matrix
    dark = {(x - 4, y - 4) for x, y in _modules(found["path"])}
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert found["side"] == len(rows) + 8


def _modules(path):
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        yield from ((int(x) + n, int(y)) for n in range(int(length)))


def test_at_an_assembly_the_address_of_who_walks_in_is_asked_for_the_quorum(client):
    said = "c’est par elle que le quorum"
    for kind, is_said in ((Event.Kind.ASSEMBLY, True), (Event.Kind.CONFERENCE, False)):
        link = arriving.give_link(make_event(days=0, kind=kind), by=cast("olga"))
        assert (said in text(client.get(reverse("door:walk_in", args=[link.key])))) == is_said
