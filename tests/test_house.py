"""The architecture as assertions: who may import whom, where foreign keys point, which names a module may bear."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from members.kinds import kinds
from members.mail import COMPOSERS
from members.models.journal import deeds
from members.telling import TELLERS

ROOT = Path(__file__).resolve().parent.parent
APPS = ["members", "partners", "events", "posts"]  # from the ground up
FLOOR = {
    "smclub." + name
    for name in (
        "markdown",
        "images",
        "words",
        "changed",
        "keeping",
        "limits",
        "addresses",
        "languages",
        "links",
        "money",
        "tables",
        "desk",
        "converters",
        "covers",
        "share_cards",
        "dates",
        "clocks",
        "paging",
        "players",
        "searchable",
        "letterbox",
        "editions",
        "shared",
    )
}
BANNED_NAMES = {"utils", "helpers", "common", "core", "misc", "services", "base", "mixins"}


def modules():
    for top in ("smclub", *APPS):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path):
    """(module, line, is inside a function, text of the line) of each import."""
    source = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inside, lines[node.lineno - 1]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno, id(node) in inside, lines[node.lineno - 1]


def storey(module: str) -> int:
    """0 for the floor, 1 to 4 for the apps, 5 for the roof, -1 for a library."""
    top = module.split(".")[0]
    if top in APPS:
        return APPS.index(top) + 1
    if top != "smclub":
        return -1
    return 0 if any(module == floor or module.startswith(floor + ".") for floor in FLOOR) else 5


def test_imports_point_down():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path, name in modules()
        for module, line, _inside, _text in imports(path)
        if storey(module) > storey(name)
    ]
    assert wrong == []


def test_an_import_inside_a_function_says_why():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, _name in modules()
        for _module, line, inside, text in imports(path)
        if inside and "# lazy:" not in text
    ]
    assert wrong == []


def test_modules_have_names_that_can_refuse_something():
    assert [str(path) for path, _name in modules() if path.stem in BANNED_NAMES] == []


def test_the_package_of_the_roof_is_empty():
    assert (ROOT / "smclub/__init__.py").read_text() == ""


@pytest.mark.parametrize("label", APPS)
def test_foreign_keys_point_down(label):
    wrong = []
    for model in apps.get_app_config(label).get_models():
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model:
                target = field.related_model._meta.app_label
                if target in APPS and APPS.index(target) > APPS.index(label):
                    wrong.append(f"{model.__name__}.{field.name} → {target}")
    assert wrong == []


def upper_names(label: str) -> set[str]:
    """Names through which the models of `label` see rows of the apps above, and nothing of their own."""
    own, upper = set(), set()
    for model in apps.get_app_config(label).get_models():
        own |= {field.name for field in model._meta.get_fields() if not field.auto_created}
        for relation in model._meta.related_objects:
            above = relation.related_model._meta.app_label in APPS[APPS.index(label) + 1 :]
            (upper if above else own).add(relation.name)
    return upper - own


@pytest.mark.parametrize("label", APPS[:-1])
def test_no_lower_app_looks_through_an_upper_name(label):
    names = upper_names(label)
    wrong = []
    for path, name in modules():
        if not name.startswith(label):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg and node.arg.split("__")[0] in names and "__" in node.arg:
                wrong.append(f"{path.relative_to(ROOT)}:{node.value.lineno} looks up {node.arg}")
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and "__" in node.value
                and node.value.isidentifier()
                and node.value.split("__")[0] in names
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} looks up {node.value!r}")
    assert wrong == []


def test_html_is_marked_safe_in_one_place():
    wrong = [
        str(path.relative_to(ROOT))
        for path, name in modules()
        if name != "smclub.markdown" and "mark_safe" in path.read_text(encoding="utf-8")
    ]
    wrong += [str(p.relative_to(ROOT)) for p in (ROOT / "templates").rglob("*.html") if "|safe" in p.read_text(encoding="utf-8")]
    assert wrong == []


def test_templates_hold_no_inline_script_or_style():
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        if {"mail", "email"} & set(path.parts) or path.name == "_mail.html":
            continue  # mail readers need inline styles
        text = path.read_text(encoding="utf-8")
        if " style=" in text or "<style" in text or " onclick=" in text or ("<script>" in text):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_lock_files_name_no_address():
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (ROOT / name).read_text()


def test_no_setting_is_read_from_the_environment_elsewhere():
    wrong = [
        str(path.relative_to(ROOT))
        for path, name in modules()
        if name not in ("smclub.settings", "smclub.wsgi") and ("os.environ" in path.read_text() or "getenv" in path.read_text())
    ]
    assert wrong == []


def test_every_deed_written_to_the_log_has_its_words():
    """Those said by name; what is put together is tested beside its verbs."""
    known, wrong = deeds(), []
    for path, _name in modules():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            is_write = isinstance(call.func, ast.Attribute) and ast.unparse(call.func).endswith("Entry.objects.write")
            said = [call.args[0]] if is_write and call.args else [word.value for word in call.keywords if word.arg == "verb"]
            verbs = [
                node.value
                for verb in said
                for node in ast.walk(verb)
                if isinstance(node, ast.Constant) and "." in node.value.strip(".")
            ]
            wrong += [f"{path.relative_to(ROOT)}:{call.lineno} {verb}" for verb in verbs if verb not in known]
    assert wrong == []


def test_every_letter_written_is_declared_by_its_app():
    """Those said by name; `letter` and `tell` refuse the others when they are written."""
    known, wrong = kinds(), []
    for path, _name in modules():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args):
                continue
            if call.func.id in ("letter", "tell", "composes", "tells") and isinstance(call.args[0], ast.Constant):
                is_news = call.func.id in ("tell", "tells")
                kind = known.get(call.args[0].value)
                if kind is None or kind.is_news != is_news:
                    wrong.append(f"{path.relative_to(ROOT)}:{call.lineno} {call.args[0].value}")
    assert wrong == []


def test_every_kind_declared_is_put_into_words():
    assert {key for key, kind in kinds().items() if not kind.is_news} == set(COMPOSERS)
    assert {key for key, kind in kinds().items() if kind.is_news} == set(TELLERS)


def test_what_is_refused_is_said_by_the_site_and_not_by_the_browser():
    """A browser speaks its own language, and in a bubble that is gone."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        for form in re.findall(r"<form [^>]*>", path.read_text(encoding="utf-8"))
        if re.search(r'class="(rsvp-)?form\b', form) and "novalidate" not in form and 'method="get"' not in form
    ]
    assert wrong == []
