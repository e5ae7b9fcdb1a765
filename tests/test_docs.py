"""What the code has, docs/ names; what docs/ points at, exists."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils.text import slugify

from exchange.core import retention
from exchange.core.packs import CHECKS
from exchange.directory import slots
from exchange.directory.models import Role
from tests.test_shape import HOUSE, functions, is_test, listed, name, of, text, tree

DOCS = HOUSE / "docs"
READERS = {"flag", "number", "listed", "chosen", "understood", "folders", "get", "getenv"}
LEAST_LINES, MOST_LINES = 15, 30
#: Roles that are no RoleAssignment: by a tie to a school, by a seat, by the command line.
OTHER_ROLES = ("headteacher", "teacher", "link-person", "guest", "site-administrator")


def documents() -> list[Path]:
    return [path for path in listed() if path.suffix == ".md"]


def settings_read() -> list[str]:
    """Names of environment variables that the product reads, from its source."""
    found = set()
    for path in of(".py", below="exchange"):
        if is_test(path):
            continue
        for node in ast.walk(tree(path)):
            first = None
            if isinstance(node, ast.Call) and node.args:
                called = node.func
                reader = getattr(called, "attr", getattr(called, "id", ""))
                if reader in READERS and ("environ" in ast.unparse(called) or reader != "get"):
                    first = node.args[0]
            elif isinstance(node, ast.Subscript) and "environ" in ast.unparse(node.value):
                first = node.slice
            if isinstance(first, ast.Constant) and re.fullmatch(
                "[A-Z][A-Z0-9_]+", str(first.value)
            ):
                found.add(first.value)
    return sorted(found)


def commands() -> list[str]:
    """Words after `exchange` on the command line: every literal given to add_parser."""
    return sorted(
        {
            str(node.args[0].value)
            for path in of(".py", below="exchange")
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "add_parser"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        }
    )


def targets() -> list[str]:
    """What `make` can be asked for."""
    makefile = HOUSE / "Makefile"
    lines = text(makefile).splitlines() if makefile.exists() else []
    found = {word for line in lines if (word := line.partition(":")[0]) and "=" not in word}
    return sorted(word for word in found if re.fullmatch("[a-z][a-z-]*", word))


def test_every_setting_is_in_operating() -> None:
    operating = text(DOCS / "operating.md")
    assert settings_read() != []
    assert [key for key in settings_read() if f"`{key}`" not in operating] == []


def test_operating_names_no_setting_that_is_not_read() -> None:
    rows = re.findall(r"^\|\s*`([A-Z][A-Z0-9_]+)`", text(DOCS / "operating.md"), re.MULTILINE)
    assert sorted(set(rows) - set(settings_read())) == []


def test_the_example_of_settings_sets_what_is_read() -> None:
    lines = text(DOCS / "examples" / "exchange.env").splitlines()
    names = [line.partition("=")[0] for line in lines if not line.startswith("#")]
    assert [key for key in names if key not in settings_read()] == []


def test_the_examples_call_commands_there_are() -> None:
    called = re.findall(
        r"/bin/exchange ([a-z-]+)",
        "".join(path.read_text() for path in sorted((DOCS / "examples").glob("*.service"))),
    )
    assert called == ["backup", "migrate", "serve"]
    assert [word for word in called if word not in commands()] == []


def test_every_command_is_in_operating() -> None:
    operating = text(DOCS / "operating.md")
    assert commands() != []
    assert [
        word for word in commands() if not re.search(rf"exchange [^\n`]*\b{word}\b", operating)
    ] == []


def test_every_make_target_is_named() -> None:
    read = "\n".join(text(path) for path in [HOUSE / "README.md", *of(".md", below="docs")])
    assert targets() != []
    assert [word for word in targets() if f"make {word}" not in read] == []


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_its_page_and_its_word(role: str) -> None:
    label = str(Role(role).label)
    page = DOCS / "rules" / f"{slugify(label)}.md"
    assert page.is_file(), f"docs/rules/{page.name} is missing"
    assert text(page).startswith(f"# {label}\n")
    assert label.lower() in text(DOCS / "glossary.md").lower()


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_everybody_else_has_a_page_too(role: str) -> None:
    assert (DOCS / "rules" / f"{role}.md").is_file()


def test_every_slot_is_named() -> None:
    held = (name for name, value in vars(slots).items() if isinstance(value, (list, dict)))
    there = [slot for slot in held if not slot.startswith("_")]
    read = "\n".join(text(path) for path in of(".md", below="docs"))
    assert [slot for slot in there if f"`{slot}`" not in read] == []


def test_every_pack_kind_is_in_packs() -> None:
    packs = text(DOCS / "packs.md")
    assert [kind for kind in CHECKS if f"`{kind}`" not in packs] == []


def test_every_field_kind_and_part_of_an_activity_is_in_activities() -> None:
    """The interface of live/plugin.py, as somebody reads who writes an activity."""
    plugin = tree(HOUSE / "exchange/live/plugin.py")
    declared = next(
        node for node in plugin.body if isinstance(node, ast.ClassDef) and node.name == "Activity"
    )
    parts = [
        node.target.id
        for node in declared.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    wanted = [part for part in parts if part != "order"]  # made from the phases, not declared
    activities = text(DOCS / "activities.md")
    assert [part for part in wanted if f"`{part}`" not in activities] == []


def test_the_table_of_what_is_erased_when_is_the_one_of_the_code() -> None:
    section = text(DOCS / "privacy.md").partition("## When it is erased\n")[2].partition("\n##")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert sorted(rows[1:]) == sorted((rule.what, rule.when) for rule in retention.rules)


def test_the_data_map_names_every_table_of_ours() -> None:
    """A new table has its row: what it is, who sees it, when it goes."""
    section = text(DOCS / "privacy.md").partition("## Data map\n")[2].partition("\n##")[0]
    named = {
        word
        for row in re.findall(r"^\| .* \| ([^|]*) \|$", section, re.MULTILINE)
        for word in re.findall(r"`(\w+)`", row)
    }
    ours = {model.__name__ for model in apps.get_models() if hasattr(model, "confidential")}
    assert sorted(named) == sorted(ours)


def checklist() -> list[list[str]]:
    """The rows of the table in docs/security.md: number, what, tests, state."""
    section = text(DOCS / "security.md").partition("## The checklist\n")[2]
    rows = re.findall(r"^\| (D-\d+) \| (.+) \| (.*) \| (.+) \|$", section, re.MULTILINE)
    return [list(row) for row in rows]


def test_the_security_checklist_is_whole_and_each_line_has_its_state() -> None:
    """44 lines; what is tested, even in part, names a test; what is missing is said."""
    assert [number for number, *_ in checklist()] == [f"D-{n}" for n in range(1, 45)]
    state = re.compile(r"tested(: .+)?|(in part|not yet|does not apply yet): .+")
    assert [row[0] for row in checklist() if not state.fullmatch(row[3])] == []
    proved = ("tested", "in part")
    assert [row[0] for row in checklist() if row[3].startswith(proved) and not row[2]] == []


def test_the_security_checklist_names_tests_there_are() -> None:
    wrong = []
    for number, _what, tests, _state in checklist():
        for part in filter(None, tests.split("<br>")):
            found = re.fullmatch(
                r"\[(\w+\.py)\]\(\.\./([\w/]+\.py)\) (`test_\w+`(?:, `test_\w+`)*)", part
            )
            path = HOUSE / found[2] if found else None
            if not found or not path or not path.is_file() or path.name != found[1]:
                wrong.append(f"{number}: {part}")
                continue
            there = {node.name for node in functions(path)}
            named = re.findall(r"`(\w+)`", found[3])
            wrong += [f"{number}: {path.name} has no {test}" for test in named if test not in there]
    assert wrong == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in documents():
        plain = re.sub(r"```.*?```", "", text(path), flags=re.DOTALL)
        for target in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)", plain):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (path.parent / target.partition("#")[0]).exists():
                broken.append(f"{name(path)}: {target}")
    assert broken == []


def packages() -> list[Path]:
    """The floors of the house and the folders of activities."""
    package = HOUSE / "exchange"
    floors = [path.parent for path in of(".py", below="exchange") if path.name == "apps.py"]
    activities = [
        path.parent for path in of(".py", below="exchange/activities") if path.name == "activity.py"
    ]
    assert floors
    return sorted({package / "activities", *floors, *activities})


@pytest.mark.parametrize("package", packages(), ids=name)
def test_every_package_says_what_it_is(package: Path) -> None:
    """An activity's README holds the facilitator's script too and may be longer."""
    readme = package / "README.md"
    assert readme.is_file()
    lines = len(text(readme).splitlines())
    most = 3 * MOST_LINES if (package / "activity.py").exists() else MOST_LINES
    assert (lines, LEAST_LINES <= lines <= most) == (lines, True)


def test_public_actions_say_what_they_do() -> None:
    """Every verb and every rule has a docstring, except predicates that their name explains."""
    silent = [
        f"{name(path)}:{node.lineno}: {node.name}"
        for path in of(".py", below="exchange")
        if "actions" in path.parts or path.stem == "actions"
        for node in functions(path)
        if not node.name.startswith("_") and node.col_offset == 0 and not ast.get_docstring(node)
    ]
    assert silent == []
