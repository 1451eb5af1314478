import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from smclub import words
from smclub.words import analyse, extract, fold, slug


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("reseaux sociaux", "réseau social"),
        ("evenement", "Événements"),
        ("strategies", "Stratégies"),
        ("entreprise", "L’Entreprise"),
        ("entreprise", "l'entreprise"),
        ("coeur", "cœur"),
        ("communaute", "communautés"),
        ("benoit raphael", "Benoît Raphaël"),
        ("#SMCFaces 13", "SMCFaces #13"),
        ("ETE", "été"),
    ],
)
def test_what_is_typed_and_what_is_written_have_the_same_stems(typed, written):
    assert analyse(typed) == analyse(written)


def test_threads_do_not_stem_into_each_other():
    """A stemmer works in place: one that threads shared gave each the ends of the others' words."""
    texts = [
        " ".join(f"{word}{a}{b}ations" for a in "abcdefghijklm" for b in "nopqrstuvwxyz")
        for word in ("organis", "communic", "anim")
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(len(texts)) as pool:
            found = list(pool.map(analyse, texts))
    finally:
        sys.setswitchinterval(before)
    words._stem.cache_clear()
    assert found == [analyse(text) for text in texts]


def test_an_extract_begins_near_the_first_match_and_marks_each():
    text = "Un début sans rapport. " * 20 + "Le réseau social d’un quartier. " + "Une fin sans rapport. " * 20
    pieces = extract(text, "reseaux", length=120)
    assert [piece for piece, is_match in pieces if is_match] == ["réseau"]
    assert pieces[0] == ("… ", False)
    assert len("".join(piece for piece, _m in pieces)) < 140


def test_an_extract_without_a_match_is_the_beginning():
    assert extract("Un texte court.", "absent") == [("Un texte court.", False)]


@pytest.mark.parametrize(("text", "expected"), [("L’Entreprise", "l-entreprise"), ("Cœur d’été", "coeur-d-ete"), ("日本", "")])
def test_a_slug_is_ascii(text, expected):
    assert slug(text) == expected


def test_folding_spells_ligatures_out():
    assert fold("Œuvre Ægir ÉTÉ") == "oeuvre aegir ete"


@pytest.mark.parametrize("letter", ["y", "İ", "ß"])
def test_a_word_without_end_is_cut(letter):
    """IN-08: the time to stem a word grows with it, and stems are kept in memory."""
    assert len(analyse(letter * 100_000)) <= words.LONGEST
    assert analyse(letter * 1000) == analyse(letter * 2000)
