"""The words of a text, folded the same way on every database: search terms and slugs."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_ELISION = re.compile(r"\b(?:jusqu|lorsqu|puisqu|quoiqu|qu|[ldjnscmt])['’ʼ]", re.IGNORECASE)


_STOP_WORDS = """
    a au aux avec ce ces dans de des du elle en et est eux il ils je la le les leur lui ma mais me meme mes moi mon ne nos
    notre nous on ou par pas pour qu que qui sa se ses son sur ta te tes toi ton tu un une vos votre vous
    an and are as at by for from in is it of or that the this to was with
"""
STOP_WORDS = frozenset(re.findall(r"\w+", _STOP_WORDS))  # folded; left out of a query unless nothing else is asked

LONGEST = 60  # letters of a word that count: one of 100,000 takes a second to stem, and would stay in memory


def fold(text: str) -> str:
    """Lower case, no accents, œ and æ spelt out."""
    text = unicodedata.normalize("NFC", text).casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Folded words without elided articles: « L’Entreprise » gives ["entreprise"]."""
    return re.findall(r"\w+", fold(_ELISION.sub(" ", text)))


def analyse(text: str) -> str:
    """French stems of `text`, for the index and for the query alike."""
    return " ".join(_stem(word[:LONGEST]) for word in words(text))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The French stem of a folded word; each has a stemmer of its own, since they work in place and threads would share it."""
    return snowballstemmer.stemmer("french").stemWord(word)


def extract(text: str, query: str, *, length: int = 220) -> list[tuple[str, bool]]:
    """About `length` characters of `text` around the first word that matches `query`, cut into (piece, is it a match)."""
    wanted = set(analyse(query).split())
    initials = {stem[0] for stem in wanted}  # stemming is dear: only words that can match are stemmed
    spans = [match.span() for match in re.finditer(r"\w+", text)]
    hits = [(at, end) for at, end in spans if fold(text[at])[:1] in initials and analyse(text[at:end]) in wanted]
    first = hits[0][0] if hits else 0
    start = max(0, first - length // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = start + length
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + length // 2)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begin, stop in hits:
        if begin >= start and stop <= end:
            pieces += [(text[at:begin], False), (text[begin:stop], True)]
            at = stop
    pieces.append((text[at:end].rstrip() + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]


def slug(text: str) -> str:
    """ASCII slug; empty when nothing of `text` can be spelt in ASCII."""
    folded = fold(text.replace("’", " ").replace("'", " "))
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
