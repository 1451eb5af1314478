"""The French catalogue is whole, compiled as it stands, and set as French is set."""

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "smclub/locale/fr/LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
STRAIGHT_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
BARE_MARK = re.compile(r"(?<!\u202f)(?<![;!?])[;!?]|(?<!\u00a0):")
BARE_QUOTE = re.compile(r"«(?!\u202f)|(?<!\u202f)»|\"")
MARKUP = re.compile(r"https?://\S+|mailto:|&#?\w+;|%\(\w+\)[a-z]|\{[^}]*\}|<[^>]*>|\b\d\d:\d\d\b|\b[A-Z]{5,}:\S+")
GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
    "npgettext_lazy",
}


def catalogue():
    return read_po(io.BytesIO((FOLDER / "django.po").read_bytes()), locale="fr", abort_invalid=True)


def forms(message) -> list[str]:
    """The translations of one entry: one, or as many as there are plural forms."""
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def entries() -> list[tuple[str | tuple[str, str], str]]:
    """Every (English, French) of the catalogue, the header left out."""
    return [(message.id, french) for message in catalogue() if message.id for french in forms(message)]


def told(compiled: bytes) -> dict:
    """What a compiled catalogue says, by context and English text; the header names the compiler, so it is left out."""
    return {(m.context, str(m.id)): m.string for m in read_mo(io.BytesIO(compiled)) if m.id}


def unset(french: str) -> list[str]:
    """The marks of `french` that lack their no-break space, outside addresses, markup and placeholders."""
    text = MARKUP.sub("", french)
    return BARE_MARK.findall(text) + BARE_QUOTE.findall(text)


def test_the_compiled_catalogue_says_what_the_source_says():
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert told((FOLDER / "django.mo").read_bytes()) == told(compiled.getvalue())


def test_nothing_is_left_untranslated():
    assert [english for english, french in entries() if not french.strip()] == []


def test_nothing_is_fuzzy():
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


def test_french_has_two_forms_and_none_counts_as_one():
    assert (catalogue().num_plurals, catalogue().plural_expr) == (2, "(n > 1)")


def test_placeholders_and_tags_are_those_of_the_english():
    wrong = []
    for message in catalogue():
        if not message.id:
            continue
        # The singular may spell its number out: « une place ». The general form never may.
        english = message.id[1] if isinstance(message.id, tuple) else message.id
        singular = message.id[0] if isinstance(message.id, tuple) else message.id
        general = forms(message)[-1]
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(general)):
            wrong.append((english, general))
        if sorted(TAG.findall(english)) != sorted(TAG.findall(general)):
            wrong.append((english, general))
        allowed = set(PLACEHOLDER.findall(english)) | set(PLACEHOLDER.findall(singular))
        if not set(PLACEHOLDER.findall(forms(message)[0])) <= allowed:
            wrong.append((singular, forms(message)[0]))
    assert wrong == []


def test_apostrophes_are_curved_in_both_languages():
    english = [text for message in catalogue() for text in (message.id if isinstance(message.id, tuple) else [message.id])]
    texts = [*english, *(french for _english, french in entries())]
    assert [text for text in texts if STRAIGHT_APOSTROPHE.search(TAG.sub("", text))] == []


def test_marks_have_their_no_break_spaces():
    assert [(french, unset(french)) for _english, french in entries() if unset(french)] == []


@pytest.mark.parametrize(
    "french",
    [
        "Vide\u00a0: rien",
        "Déjà là\u202f?",
        "Oui\u202f; non\u202f!",
        "À 19:30, voir https://exemple.fr/?a=b",
        "«\u202fLe club\u202f»",
        "Quoi\u202f?!",
    ],
)
def test_well_set_french_passes(french):
    assert unset(french) == []


@pytest.mark.parametrize("french", ["Vide : rien", "Vide: rien", "Déjà là ?", "Oui; non", "Non !", "« Le club »", 'Le "club"'])
def test_badly_set_french_is_seen(french):
    assert unset(french)


def test_no_text_hides_in_an_f_string():
    """makemessages does not read them: a text there would never reach the catalogue."""
    wrong = []
    for top in ("smclub", "members", "partners", "events", "posts"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    wrong += [
                        f"{path.relative_to(ROOT)}:{call.lineno}"
                        for call in ast.walk(node)
                        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GETTEXT
                    ]
    assert wrong == []
