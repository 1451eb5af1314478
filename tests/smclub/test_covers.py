import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from smclub import covers
from smclub.templatetags.club import cover, json_ld, mark

TITLES = [
    "Médias hyper-locaux",
    "L’agenda du club",
    "",
    "<script>alert(1)</script>",
    "a\x00b",
    "\ud800",
    "日本",
    "É" * 300,
    '"&<>',
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("seed", ["a", "bb", "c-c", "dd-dd", "un-titre-long", "été", "\ud800", ""])
def test_a_drawing_is_one_well_formed_harmless_svg(title, seed):
    for svg in (covers.cover(title, seed=seed), covers.mark(title, seed=seed)):
        tree = ET.fromstring(svg)  # noqa: S314
        assert {each.tag for each in tree.iter()} <= {"svg", "path", "circle", "text"}
        assert not re.search(r"\s(style|id|on\w+|href)=", svg)
        assert tree.get("aria-hidden") == "true"
        assert len(svg) < 2000


def test_the_same_words_give_the_same_drawing_and_others_another():
    assert covers.cover("Titre", seed="a") == covers.cover("Titre", seed="a")
    assert len({covers.cover("Titre", seed=f"post-{n}") for n in range(50)}) == 50


def test_all_kinds_of_drawing_are_used():
    drawn = "".join(covers.cover("Titre", seed=f"post-{n}") for n in range(60))
    assert all(f"cover is-{ground}" in drawn for ground in covers.GROUNDS)
    assert "cover-letter" in drawn


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("L’Entreprise", "E"),
        ("Rue89 Strasbourg", "RS"),
        ("CNRS", "CNR"),
        ("La rédaction", "R"),
        ("Le", "L"),
        ("…", "?"),
        ("", "?"),
    ],
)
def test_initials_leave_small_words_out(name, letters):
    assert covers.initials(name) == letters


def test_tags_draw_for_posts_events_and_organisations():
    assert cover(SimpleNamespace(title="Titre", slug="a")) == covers.cover("Titre", seed="a")
    kept = SimpleNamespace(title="Nom gardé", shown_title="Réunion privée", slug="a")
    assert cover(kept) == covers.cover("Réunion privée", seed="a")
    assert mark(SimpleNamespace(name="CNRS", slug="cnrs")) == covers.mark("CNRS", seed="cnrs")


def test_nothing_in_json_ld_can_end_its_block():
    block = json_ld({"name": "</script><!-- & \u2028"})
    assert str(block) == (
        '<script type="application/ld+json">{"name": "\\u003C/script\\u003E\\u003C!-- \\u0026 \\u2028"}</script>'
    )
