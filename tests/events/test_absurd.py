"""What nobody means: numbers, names and links that cannot be. Each is a sentence beside its field, and nothing is lost."""

import csv
import io

import pytest
from django.urls import reverse

from events.models import Registration
from tests.cast import cast
from tests.events.tables import said
from tests.make import make_answer, make_event, make_member, make_question, make_registration

pytestmark = pytest.mark.django_db
NUMBERS = ["999", "-1", "9" * 30, "9" * 5000, "1e3", "0x10", "1.5", "deux", "1\x00"]
NAMED = "Zoé Le Goff, Ugo"


@pytest.fixture(params=[3, 60])  # offered as a list, typed in a box
def event(request):
    event = make_event(max_guests=request.param)
    event.question = make_question(event=event)
    return event


def post(client, event, **data):
    client.force_login(cast("milan"))
    return client.post(reverse("events:register", args=[event.slug]), data)


@pytest.mark.parametrize("guests", NUMBERS)
def test_guests_that_cannot_be_on_the_page(client, event, guests):
    typed = {"guests": guests, "guest_names": NAMED, f"question_{event.question.pk}": "Sans noix"}
    answer = post(client, event, **typed)
    form = answer.context["panel"].form
    assert (answer.status_code, list(form.errors)) == (200, ["guests"])
    assert (form["guest_names"].value(), form[f"question_{event.question.pk}"].value()) == (NAMED, "Sans noix")
    assert (NAMED in said(answer), "Sans noix" in said(answer)) == (True, True)
    assert 'id="rsvp-guests_error"' in said(answer)
    assert not event.registrations.exists()


@pytest.mark.parametrize("guests", NUMBERS)
def test_guests_that_cannot_be_leave_who_goes_as_they_are(client, event, guests):
    make_registration(event=event, member=cast("milan"), guests=2, guest_names="Zoé\nUgo")
    before = list(event.registrations.values())
    assert list(post(client, event, guests=guests, guest_names="Zoé").context["panel"].form.errors) == ["guests"]
    assert list(event.registrations.values()) == before


@pytest.mark.parametrize(
    ("names", "said_of_it"),
    [
        ("x" * 81, "Un nom est trop long."),
        ("x" * 5000, "au plus 1000 caractères"),
        ("Zoé, Ugo, Lia", "Vous nommez plus de personnes que vous n’en amenez."),
        ("Zo\x00é", "nul"),
    ],
)
def test_names_that_cannot_be_on_the_page(client, event, names, said_of_it):
    answer = post(client, event, guests="2", guest_names=names)
    form = answer.context["panel"].form
    assert list(form.errors) == ["guest_names"]
    assert said_of_it in form.errors["guest_names"][0]
    assert (form["guests"].value(), form["guest_names"].value()) == ("2", names)
    assert not event.registrations.exists()


def test_where_nobody_is_brought_no_number_is_read(client):
    event = make_event(max_guests=0)
    assert post(client, event, guests="999").status_code == 302
    assert event.registrations.get().guests == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("guests", number) for number in NUMBERS),
        ("name", "x" * 121),
        ("reason", "x" * 251),
        ("email", "x" * 300),
        ("language", "xx"),
    ],
)
def test_what_cannot_be_at_the_desk(client, event, field, typed):
    client.force_login(cast("olga"))
    kept = {"email": "ines@example.net", "name": "Inès", "language": "fr", "guests": "1", "reason": "Elle anime."}
    answer = client.post(reverse("admin:events_event_register", args=[event.pk]), kept | {field: typed})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (200, [field])
    assert {name: form[name].value() for name in kept} == kept | {field: typed}
    assert not event.registrations.exists()


@pytest.mark.parametrize(
    ("field", "typed"), [*(("people", number) for number in NUMBERS), ("name", "x" * 121), ("email", "x" * 300)]
)
def test_what_cannot_be_at_the_door(client, field, typed):
    event = make_event(days=0)
    client.force_login(cast("olga"))
    kept = {"name": "Ugo", "email": "ugo@example.net", "people": "2"}
    answer = client.post(reverse("door:walk_in", args=[event.slug]), kept | {field: typed})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (200, [field])
    assert {name: form[name].value() for name in kept} == kept | {field: typed}
    assert not event.registrations.exists()


@pytest.mark.parametrize("page", ["leave", "claim", "confirm", "guests", "ticket", "feedback"])
@pytest.mark.parametrize(
    "forge",
    [
        lambda row, other: (row.event.slug, row.token[:-1]),
        lambda row, other: (row.event.slug, row.token + "A"),
        lambda row, other: (row.event.slug, row.token.swapcase()),
        lambda row, other: (other.event.slug, row.token),
        lambda row, other: (row.event.slug, "x" * 2000),
        lambda row, other: (row.event.slug, str(row.pk)),
    ],
    ids=["cut", "longer", "other case", "of another meeting", "endless", "its number"],
)
def test_a_link_that_was_tampered_with_opens_nothing(client, page, forge):
    row, other = (make_registration(event=make_event(max_guests=2), guests=1) for _n in range(2))
    before = list(Registration.objects.order_by("pk").values())
    url = reverse(f"events:{page}_by_link", args=forge(row, other))
    assert client.get(url).status_code == 404
    assert client.post(url, {"guests": "0", "score": "1"}).status_code in (404, 405)
    assert list(Registration.objects.order_by("pk").values()) == before


FORMULAS = ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", ' =HYPERLINK("x";"y")', "＝1", 'a;"b"\n=1']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_the_table_of_registrations_is_a_formula(client, text):
    """EX-01."""
    event = make_event(max_guests=2)
    row = make_registration(event=event, member=make_member(name=text), guests=2, guest_names=text)
    make_answer(registration=row, question=make_question(event=event, text=text), text=text)
    client.force_login(cast("olga"))
    answer = client.post(reverse("admin:events_event_table", args=[event.pk]))
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(lines) == 2
    assert len(lines[0]) == len(lines[1])
    assert [cell for line in lines for cell in line if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n＝"))] == []
    assert "2" in lines[1]
