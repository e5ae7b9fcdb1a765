"""The shape of the house: sizes, names, and what no file may contain."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_VIEW = 500, 60, 30
#: Too long on purpose, each with its reason.
MAY_BE_LONG = {
    "exchange/static/exchange.css": "one stylesheet, in layers: docs/architecture.md",
}
WRITTEN = {".py", ".js", ".css", ".html", ".md", ".txt", ".sh", ".yaml", ".toml"}
NO_NAMES = {
    "base", "common", "data", "handler", "handlers", "helper", "helpers", "info", "manager",
    "managers", "service", "services", "util", "utils",
}  # fmt: skip
REASONS = ("# slow import", "# app ready")
WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
}

# Written backwards, so that this file does not contain what it forbids.
REGISTRIES = [
    word[::-1]
    for word in (
        "gro.ipyp", "gro.detsohnohtyp", "gro.sjmpn", "gro.gnalog",
        "lru-xedni--", "lru-xedni-artxe--", "tsoh-detsurt-",
    )
]  # fmt: skip
MACHINE = re.compile(
    "|".join(word[::-1] for word in (r"w\/emoh/", "/toor/", r"w\/sresU/", "/krow/"))
)


@cache
def listed() -> tuple[Path, ...]:
    """Every file that is tracked or about to be; of an unpacked archive, every file of it."""
    if not (HOUSE / ".git").exists():
        return walked()
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # no git here, or none that will answer
        return walked()
    found = (HOUSE / name for name in told.stdout.splitlines())
    return tuple(sorted(path for path in found if path.is_file()))


def walked() -> tuple[Path, ...]:
    """Every file of the folder but what .gitignore names."""
    ignored = [".git", *(HOUSE / ".gitignore").read_text().split()]

    def kept(folder: str, name: str) -> bool:
        return not any(
            fnmatch(name, pattern.strip("/"))
            if "/" not in pattern.rstrip("/")
            else Path(folder, name) == HOUSE / pattern.strip("/")
            for pattern in ignored
        )

    found = []
    for folder, inner, files in os.walk(HOUSE):
        inner[:] = [name for name in inner if kept(folder, name)]
        found += [Path(folder, name) for name in files if kept(folder, name)]
    return tuple(sorted(found))


def test_a_folder_without_git_has_the_same_files() -> None:
    assert [name(path) for path in walked()] == [name(path) for path in listed()]
    assert HOUSE / "tests" / "test_shape.py" in walked()


def of(*suffixes: str, below: str = "") -> list[Path]:
    return [
        path for path in listed() if path.suffix in suffixes and path.is_relative_to(HOUSE / below)
    ]


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def is_test(path: Path) -> bool:
    parts = path.relative_to(HOUSE).parts
    return "tests" in parts or path.name.startswith("test_") or path.name == "conftest.py"


def is_migration(path: Path) -> bool:
    return path.parent.name == "migrations"


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]


def lines_with(paths: list[Path], pattern: str) -> list[str]:
    """ "file:line: the line" for every line in which `pattern` occurs."""
    wanted = re.compile(pattern)
    return [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_file_is_too_long() -> None:
    long = {
        name(path): len(text(path).splitlines())
        for path in of(*WRITTEN)
        if len(text(path).splitlines()) > LONGEST_FILE
    }
    assert {path: lines for path, lines in long.items() if path not in MAY_BE_LONG} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{name(path)}:{node.lineno}: {node.name} has {length(node)} lines"
        for path in of(".py")
        for node in functions(path)
        if length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_view_is_too_long() -> None:
    long = [
        f"{name(path)}:{node.lineno}: {node.name} has {length(node)} lines"
        for path in of(".py", below="exchange")
        if path.stem.endswith("views")
        for node in functions(path)
        if length(node) > LONGEST_VIEW
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = [
        name(path)
        for path in of(".py")
        if NO_NAMES & {*path.stem.split("_"), *path.relative_to(HOUSE).parts[:-1]}
    ]
    assert empty == []


def test_no_view_writes_to_the_database() -> None:
    writing = [
        f"{name(path)}:{node.lineno}: .{node.func.attr}("
        for path in of(".py", below="exchange")
        if path.stem.endswith("views")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
    ]
    assert writing == []


def test_a_run_changes_by_its_moves_only() -> None:
    """One door: moves are stored in one file, and room and state are laid anew in few."""
    product = [path for path in of(".py", below="exchange") if not is_test(path)]
    stored = lines_with(
        product,
        r"\bMove\.objects\.(bulk_)?create|\.moves\.(bulk_)?create|\bmany\.(insert|update)\(",
    )
    assert sorted({line.split(":")[0] for line in stored}) == ["exchange/live/actions/moves.py"]
    laid = lines_with(product, r"^\s*run\.(room|state)\b(, run\.\w+)* = ")
    assert sorted({line.split(":")[0] for line in laid}) == [
        "exchange/live/actions/runs.py",  # a new run, a changed draft, a cancelled run
        "exchange/live/hall.py",  # what is at hand, where the database has that
        "exchange/live/versions.py",  # brought up to the present version
        "exchange/site/demo_session.py",  # laid back in time, by playing its log again
    ]


def imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """(statement, module) of every import in a file, at any depth."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def test_no_mocks() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in of(".py")
        for node, module in imports(path)
        if module == "mock" or module == "unittest" or module.startswith("unittest.")
    ]
    assert found == []


def test_an_import_inside_a_function_says_why() -> None:
    found = []
    for path in of(".py", below="exchange"):
        if is_test(path):
            continue
        lines = text(path).splitlines()
        inner = (node for function in functions(path) for node in ast.walk(function))
        found += [
            f"{name(path)}:{node.lineno}: {lines[node.lineno - 1].strip()}"
            for node in inner
            if isinstance(node, (ast.Import, ast.ImportFrom))
            and not any(reason in lines[node.lineno - 1] for reason in REASONS)
        ]
    assert found == []


def test_migrations_do_not_import_the_house() -> None:
    """They must run in ten years, when the house has moved its walls."""
    found = [
        f"{name(path)}:{node.lineno}: {module}"
        for path in of(".py")
        if is_migration(path)
        for node, module in imports(path)
        if module.split(".")[0] in {"exchange", ""}
    ]
    assert found == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b",
        r"\bautoescape\s+off\b",
        r"<[^>]*\sstyle\s*=",
        r"<[^>{]*\son[a-z]+\s*=",
        r"<style\b",
        r"<script(?![^>]*\bsrc=)",
        r"javascript:",
        r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//",
    ],
)
def test_templates_hold_nothing_the_content_policy_forbids(pattern: str) -> None:
    assert lines_with(of(".html", ".svg"), pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\b(?:inner|outer)HTML\b",
        r"insertAdjacentHTML",
        r"document\.write",
        r"\beval\s*\(",
        r"new Function\b",
        r"\.setAttribute\(\s*[\"']style",
        r"https?://(?!www\.w3\.org/)",
    ],
)
def test_scripts_make_no_markup_from_text(pattern: str) -> None:
    assert lines_with(of(".js"), pattern) == []


def test_no_text_is_declared_safe() -> None:
    product = [path for path in of(".py", below="exchange") if not is_test(path)]
    assert lines_with(product, r"\bmark_safe\b|\bSafeString\b|\bSafeText\b") == []


def test_format_html_has_a_literal_first() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in of(".py", below="exchange")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"format_html", "format_html_join"}
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert found == []


def test_no_raw_sql_in_the_product() -> None:
    """But in one module, whose statements are made of the names of a model's fields alone, looked up
    in the model (core/tests/test_many.py): docs/decisions/0056."""
    product = [
        path for path in of(".py", below="exchange") if not is_test(path) and not is_migration(path)
    ]
    found = lines_with(product, r"\.(?:raw|extra|execute|executemany)\(|\bRawSQL\b")
    assert [line.split(":")[0] for line in found] == ["exchange/core/many.py"] * 2


def readable() -> list[Path]:
    """Files in text; pictures and fonts are not."""
    pictures = {".png", ".jpg", ".jpeg", ".gif", ".ico", ".woff2", ".pdf", ".gz", ".zip"}
    return [path for path in listed() if path.suffix.lower() not in pictures]


def test_no_file_names_a_registry() -> None:
    pattern = "|".join(map(re.escape, REGISTRIES))
    # cp1252 samples of the register cannot be read as UTF-8 and hold no addresses of ours
    found = [
        f"{name(path)}:{number}"
        for path in readable()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


def test_locked_requirements_name_no_host() -> None:
    assert lines_with([HOUSE / "requirements.lock", HOUSE / "requirements-dev.lock"], "://") == []


def test_no_file_names_a_path_of_a_machine() -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in readable()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert found == []
