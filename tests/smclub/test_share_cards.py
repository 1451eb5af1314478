import time
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.cache import caches
from django.db import DatabaseError
from django.urls import reverse
from PIL import Image, ImageChops

from events import linked_data
from members.models import Club
from posts import metadata
from smclub import share_cards
from smclub.share_cards import PAPER, SHAPES, Card, drawable, drawn
from tests.cast import cast
from tests.make import make_event, make_picture, make_post, make_venue
from tests.posts.reading import json_ld, properties

CARD = Card(
    "Médias hyper-locaux\u202f: et après\u202f?", "Conférence", "Social Media Club", "18", "juin", "2026", "jeudi 18\u00a0juin"
)
HARD = [
    "",
    "Œuvre",
    "W" * 160,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2,
    "«\u00a0Ce que l’on sait, ce que l’on ne sait pas\u00a0»\u202f: retour sur une soirée, quatre rédactions",
    " ".join(["été"] * 50),
    "日本 😀\u200d\ufe0f \x00\ud800 a\u0301\n\tb",
    "é\u00a0" * 80,
]
SLOWEST = 500  # milliseconds for a card, on a busy machine too


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """The box around all that is not paper."""
    return ImageChops.difference(image, Image.new("RGB", image.size, PAPER)).getbbox()


@pytest.mark.parametrize(("shape", "size"), [("wide", (1200, 675)), ("square", (1080, 1080))])
def test_a_card_is_a_png_of_its_size_that_tells_its_title(shape, size):
    image = opened(drawn(CARD, shape))
    assert (image.format, image.size, image.mode) == ("PNG", size, "RGB")
    assert (image.text["Title"], image.text["Description"]) == (CARD.title, CARD.when)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_card_is_the_same_bytes_and_another_is_another(shape):
    assert drawn(CARD, shape) == drawn(Card(**vars(CARD)), shape)
    others = [Card(**vars(CARD) | {name: "autre"}) for name in vars(CARD) if name != "is_off"]
    others.append(Card(**vars(CARD) | {"is_off": True}))
    assert len({share_cards.digest(card, shape) for card in (CARD, *others)}) == len(others) + 1
    assert len({drawn(card, shape) for card in (CARD, *others)}) == len(others) + 1


@pytest.mark.parametrize("title", HARD)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_title_fits_between_the_margins_and_above_the_foot(shape, title):
    form = SHAPES[shape]
    long = {"club": title[:80] or "Club", "kind": title[:40], "when": title, "month": "WWWWWWWWW", "year": "2026", "day": "30"}
    image = opened(drawn(Card(title, **long), shape))
    left, top, right, bottom = ink(image)
    assert left >= form.margin - 4
    assert top >= form.margin - 4
    assert right <= form.width - form.margin + 4
    assert bottom <= form.height - form.margin + 4
    above_the_line = image.crop((0, form.foot_top - 16, form.width, form.foot_top - 1))
    assert ink(above_the_line) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_cut_short_says_so(shape):
    form = SHAPES[shape]
    block = share_cards._fitted("mot " * 400, width=form.text_width, height=120, sizes=(40, 30))
    assert block.lines[-1].endswith("mot…")
    assert block.height <= 120


def test_french_is_drawn_as_it_is_written():
    """No glyph is missing of what French needs, spaces included."""
    letters = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ«»’‘“”–—…·€№°²\u00a0\u202f"
    assert [c for c in letters if not share_cards._is_in_font(c)] == []
    assert drawable(f"a{letters}b") == f"a{letters}b"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("日本", ""),
        ("Fête 😀 !", "Fête !"),
        ("a\x00b\u200bc\ud800", "abc"),
        ("e\u0301te\u0301", "été"),
        ("½ １", "½ 1"),
        ("a\nb", "a b"),
    ],
)
def test_what_the_font_has_not_is_replaced_or_goes(typed, shown):
    assert drawable(typed) == shown


def test_a_card_is_drawn_quickly():
    spent = []
    for _ in range(3):
        began = time.thread_time()
        drawn(Card(**vars(CARD) | {"title": "été " * 40}), "square")
        spent.append((time.thread_time() - began) * 1000)
    assert min(spent) < SLOWEST


# -- what is asked for -------------------------------------------------------------
def address(post, shape="wide") -> str:
    return reverse("card_post", args=[post.pk, shape, share_cards.digest(metadata.card(post, club=Club.current()), shape)])


def event_address(event, shape="wide") -> str:
    return reverse("card_event", args=[event.pk, shape, share_cards.digest(linked_data.card(event, club=Club.current()), shape)])


@pytest.mark.django_db
def test_a_card_is_drawn_once_and_may_be_kept_for_ever(client, monkeypatch):
    where = address(make_post())
    first = client.get(where)
    assert (first.status_code, first["Content-Type"]) == (200, "image/png")
    assert first["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.cookies == {}
    monkeypatch.setattr(share_cards, "drawn", lambda card, shape: pytest.fail("drawn again"))
    assert client.get(where).content == first.content
    assert client.get(where, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_a_cache_that_is_away_costs_the_drawing_alone(client, monkeypatch):
    def away(*args, **kwargs):
        raise DatabaseError

    where = address(make_post())
    monkeypatch.setattr(type(caches["pages"]), "get", away)
    monkeypatch.setattr(type(caches["pages"]), "set", away)
    assert client.get(where).status_code == 200


@pytest.mark.django_db
def test_an_address_made_up_or_of_yesterday_draws_nothing(client):
    post = make_post(title="Hier")
    where = address(post)
    assert client.get(where).status_code == 200
    assert client.get(where.replace("wide-", "square-")).status_code == 404
    assert client.get(where.replace("wide-", "round-")).status_code == 404
    assert client.get(where.replace("wide-", "wide-0")).status_code == 404
    assert client.get(where.replace(f"/{post.pk}/", f"/{post.pk + 1}/")).status_code == 404
    assert client.post(where).status_code == 405
    post.title = "Aujourd’hui"
    post.save()
    assert client.get(where).status_code == 404
    assert client.get(address(post)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("who", [None, "milan", "oscar"])
def test_what_may_not_be_announced_has_no_card_even_for_who_may_read_it(client, who):
    if who:
        client.force_login(cast(who))
    on = datetime(2026, 6, 18, tzinfo=UTC)
    draft, later = make_post(days=None, address_on=on.date()), make_post(days=2)
    events = [make_event(published_at=None), make_event(audience="invitation"), make_event(is_confidential=True)]
    asked = [address(post) for post in (draft, later)] + [event_address(event) for event in events]
    assert [client.get(where).status_code for where in asked] == [404] * 5
    assert client.get(address(make_post(audience="members"))).status_code == 200  # its title is on its stub


# -- what is drawn of whom ---------------------------------------------------------
START = datetime(2026, 6, 1, 17, 30, tzinfo=UTC)
ON = ("1", "juin", "2026")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "date", "when"),
    [
        ({}, ON, "lundi 1er\u00a0juin 2026 à 19\u00a0h\u00a030"),
        ({"is_hour_to_be_confirmed": True}, ON, "lundi 1er\u00a0juin 2026 à 19\u00a0h\u00a030, heure à confirmer"),
        ({"precision": "day"}, ON, "lundi 1er\u00a0juin 2026"),
        ({"precision": "month"}, ("", "juin", "2026"), "juin 2026"),
        ({"days": None, "starts_at": None, "ends_at": None}, ("", "", ""), "date à venir"),
        ({"zone_name": "Asia/Tokyo", "lang": "en"}, ("2", "June", "2026"), "Tuesday 2\u00a0June 2026 at 02:30 (time in Tokyo)"),
    ],
)
def test_a_meeting_is_dated_as_precisely_as_it_is_known(fields, date, when):
    event = make_event(**{"starts_at": START, "ends_at": START.replace(hour=19), "venue": make_venue()} | fields)
    card = linked_data.card(event, club=Club())
    assert (card.day, card.month, card.year) == date
    assert card.when == f"{when} – Rennes"
    assert (card.title, card.kind, card.club) == (event.title, "Conference" if event.lang == "en" else "Conférence", Club().name)


@pytest.mark.django_db
def test_a_meeting_called_off_says_so():
    card = linked_data.card(make_event(status="cancelled"), club=Club())
    assert (card.kind, card.is_off) == ("Annulée", True)


@pytest.mark.django_db
def test_a_post_is_drawn_in_its_own_language():
    card = metadata.card(make_post(kind="report", lang="en", address_on=START.date()), club=Club())
    assert (card.kind, card.day, card.month, card.year, card.when) == ("Write-up", "1", "June", "2026", "")


# -- where it is shown -------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_post, make_event, lambda: make_event(cover=make_picture())])
def test_a_page_without_a_photograph_is_shared_with_its_card(client, make):
    thing = make()
    page = client.get(thing.get_absolute_url())
    module, where = (metadata, address) if make is make_post else (linked_data, event_address)
    told = properties(page)
    assert told["og:image"] == [f"http://localhost:8000{where(thing)}"]
    assert (told["og:image:width"], told["og:image:height"], told["og:image:type"]) == (["1200"], ["675"], ["image/png"])
    assert told["og:image:alt"] == [module.card(thing, club=Club.current()).description]
    assert json_ld(page)["image"][-2:] == [f"http://localhost:8000{where(thing, shape)}" for shape in SHAPES]
    for shape in SHAPES:
        assert f'href="http://localhost:8000{where(thing, shape)}"' in page.text
    assert client.get(told["og:image"][0]).status_code == 200


@pytest.mark.django_db
def test_a_photograph_is_kept_for_posts_and_a_confidential_meeting_shows_no_card(client):
    cover = make_picture(alt="Une salle pleine")
    page = client.get(make_post(cover=cover).get_absolute_url())
    assert properties(page)["og:image"] == [f"http://localhost:8000{cover.file.url}"]
    assert properties(page)["og:image:alt"] == ["Une salle pleine"]
    client.force_login(cast("milan"))
    for audience in ("members", "invitation"):
        hidden = make_event(is_confidential=True, audience=audience)
        assert "/cartes/" not in client.get(hidden.get_absolute_url()).text
