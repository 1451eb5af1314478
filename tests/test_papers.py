"""The papers name nothing that does not exist: files, commands, targets, settings, links."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from smclub import roles
from tests.test_house import FLOOR, ROOT

PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
TOP = r"(?:smclub|members|partners|events|posts|templates|tests|docs|\.ci)"
NAMED = re.compile(rf"`({TOP}/[\w./-]*|[\w-]+\.(?:txt|toml|py))`")
LINK = re.compile(r"(?:\]\(|src=\")(?!https?://|mailto:|#)([^)#\s\"]+)")
TARGET = re.compile(r"(?<![\w-])make ([a-z]+)(?=[`\s,;:.)]|$)", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
EXAMPLES = {"urls.py", "admin.py"}  # one in each app
SERVED = {"robots.txt", "security.txt"}  # no file of ours, but an address


@pytest.fixture(params=PAPERS, ids=lambda path: path.name)
def paper(request) -> Path:
    return request.param


def code(text: str) -> str:
    """What stands between backquotes or in an indented or fenced block."""
    fenced = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}\S.*$", text, re.MULTILINE)
    return "\n".join([*fenced, *indented, *re.findall(r"`[^`\n]+`", text)])


def test_the_files_named_exist(paper):
    named = set(NAMED.findall(paper.read_text(encoding="utf-8"))) - EXAMPLES - SERVED
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_links_lead_somewhere(paper):
    links = LINK.findall(paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []


def test_the_targets_of_make_exist(paper):
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(TARGET.findall(code(paper.read_text(encoding="utf-8")))) - known == set()


def test_the_commands_exist(paper):
    assert set(COMMAND.findall(paper.read_text(encoding="utf-8"))) - set(get_commands()) == set()


def test_the_floor_is_described_as_it_is():
    described = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.MULTILINE)
    standing = {name.removeprefix("smclub.") for name in FLOOR if (ROOT / name.replace(".", "/")).with_suffix(".py").exists()}
    assert set(described) == standing


def test_the_roles_are_described_as_they_are():
    rows = re.findall(r"^\| (\w+) \|", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(row for row in rows if row in roles.ROLES) == roles.ROLES


def test_every_setting_is_in_the_deployment_guide():
    read = re.findall(r'read\("\w+", "(\w+)"', (ROOT / "smclub/settings.py").read_text(encoding="utf-8"))
    told = re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs/deploy.md").read_text(encoding="utf-8"), re.MULTILINE)
    example = re.findall(r"^#? ?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(set(read)) == sorted(example)


def test_the_pictures_are_light_and_each_is_shown():
    shown = {Path(link).name for paper in PAPERS for link in LINK.findall(paper.read_text(encoding="utf-8"))}
    pictures = list((ROOT / "docs/pictures").iterdir())
    assert [picture.name for picture in pictures if picture.name not in shown or picture.stat().st_size > 200_000] == []


UNSET = re.compile("(?<![\u202f#?!&])[;!?](?![\\[(])| :|\\w: |«(?!\u202f)|(?<!\u202f)»")


def test_the_french_guide_is_set_as_french_is():
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|!\[", "", (ROOT / "docs/organisateurs.md").read_text(encoding="utf-8"))
    assert [text[max(0, found.start() - 20) : found.end()] for found in UNSET.finditer(text)] == []


PROVEN = re.compile(r"^\| [^|]+ \(((?:[A-Z]{2}-\d\d(?:, )?)+)\) \| (.+) \|$", re.MULTILINE)


def test_what_is_said_to_be_proven_is_spoken_of_by_the_tests_named():
    lines = PROVEN.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(lines) > 10
    wrong = []
    for numbers, files in lines:
        told = {
            file: set(re.findall(r"[A-Z]{2}-\d\d", (ROOT / file).read_text(encoding="utf-8"))) for file in NAMED.findall(files)
        }
        wrong += [f"{number}: no test of {files}" for number in numbers.split(", ") if number not in set().union(*told.values())]
        wrong += [f"{file}: nothing of {numbers}" for file, named in told.items() if not named & set(numbers.split(", "))]
    assert wrong == []
