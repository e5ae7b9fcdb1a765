"""Every word of a template, a script and the program goes through gettext.

`test_languages.py` looks at the pages that come of it.
"""

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
#: What is said the same in every language.
NAMES = {"Learning Exchange", "CSV", "PDF", "SVG", "XLSX"}
#: Example content that its page calls invented.
EXAMPLES = HOUSE / "exchange" / "site" / "templates" / "site" / "components"
#: Told to whoever runs the site, by its commands, its settings and its log: in English.
FOR_OPERATORS = {
    "__main__", "account_commands", "age", "archive", "audit", "backup", "channel", "checks", "commands",
    "discovery", "doctor", "environment", "importing", "keeping", "metrics", "network_commands", "packs",
    "reading", "readiness", "rehearsal", "restoring", "rows", "serving", "settings",
    "subject_commands",
}  # fmt: skip
#: What no person reads on a page, by module: keys, marks, what is invented and says so.
NO_PAGE = {
    "pieces": "a mistake in a template, told to whoever writes it",
    "apps": "names of chores, and of rows in docs/privacy.md",
    "bots": "what befell a bot of a rehearsal",
    "components": "examples, which their page calls invented",
    "demo": "the invented network",
    "demo_session": "the invented network",
    "demo_words": "the invented network",
    "england": "the register's own words",
    "errors": "the log",
    "events": "a fault of the program",
    "habits": "what bots write",
    "letters": "the purpose of a key",
    "logs": "the log",
    "outbox": "why a letter was given up, for the log",
    "post": "the purpose of a key",
    "retention": "the table in docs/privacy.md",
    "second_step_forms": "the name of a limit",
    "single_sign_on": "the log",
    "subjects": "names of values in my-data.json, translated from HEADS",
    "tables": "names of columns, translated from words.HEADS",
    "typesetting": "another process",
    "working": "the name of a lock",
}
#: What is given to these is translated, or no word of ours: a pattern, a line of the log.
CALLS = {
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy",
    "compile", "error", "exception", "info", "warning",
}  # fmt: skip
BLOCKS = re.compile(
    r"{% block body_class %}\w+{% endblock %}|"
    r"{%\s*(blocktranslate|comment)\b.*?{%\s*end\1\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<!doctype[^>]*>",
    re.DOTALL,
)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SAID = re.compile(r'\s(?:alt|title|aria-label|placeholder|summary)="([^"]*)"')


def templates() -> list[Path]:
    found = [*HOUSE.glob("exchange/**/*.html"), *HOUSE.glob("exchange/**/*.txt")]
    ours = [path for path in found if "tests" not in path.parts and EXAMPLES not in path.parents]
    return sorted(ours)


def bare(path: Path) -> list[str]:
    """The words of a template that no translation reaches: of its text and of its attributes."""
    text = BLOCKS.sub("", path.read_text(encoding="utf-8"))
    said = [*TAG.sub("\n", text).split("\n"), *SAID.findall(text)]
    lines = [re.sub(r"&\w+;", "", line).strip(" ·") for line in said]
    return [line for line in lines if re.search(r"[A-Za-z]{2,}", line) and line not in NAMES]


def test_the_lint_finds_words(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<h1>Hard</h1><p title=\'x\'>{% translate "Soft" %} {{ name }}</p><img alt="A cat">'
        "{% blocktranslate %}Soft too{% endblocktranslate %}<b>CSV</b>"
    )
    assert bare(page) == ["Hard", "A cat"]


@pytest.mark.parametrize(
    "folder", ["activities", "core", "directory", "live", "meetings", "site", "templates"]
)
def test_no_template_holds_words_outside_gettext(folder: str) -> None:
    here = HOUSE / "exchange" / folder
    wrong = {path.name: bare(path) for path in templates() if here in path.parents and bare(path)}
    assert wrong == {}


def test_the_script_has_no_words_of_its_own_and_every_page_that_loads_it_has_them() -> None:
    """What live.js says stands in live/_script_words.html, translated with the page."""
    script = (HOUSE / "exchange" / "static" / "live.js").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.DOTALL)
    sentences = re.findall(r"""["'`]([A-Z][a-z]+(?: [a-z]+)+[^"'`]*)["'`]""", code)
    assert sentences == []
    names = set(re.findall(r"\bwords\.(\w+)", code))
    given = HOUSE / "exchange" / "live" / "templates" / "live" / "_script_words.html"
    assert names == set(re.findall(r"data-(\w+)=", given.read_text(encoding="utf-8")))
    without = [
        path.name
        for path in templates()
        if "'live.js'" in (text := path.read_text(encoding="utf-8"))
        and "live/_script_words.html" not in text
    ]
    assert without == []


def name_of(called: ast.expr) -> str:
    return getattr(called, "id", "") or getattr(called, "attr", "")


def sentences(path: Path) -> list[str]:
    """Texts of three words and more in a file of the program that are not given to gettext."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node.func) in CALLS
        for part in ast.walk(node)
    }
    said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and id(node) not in said and re.search(r"[A-Za-z]{2,} [A-Za-z]+ [a-z]{2,}", node.value)
    ]  # fmt: skip


def test_the_lint_finds_sentences(tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text(
        '"""What it is for."""\nx = _("Said to all people."), "Said to no one."\nlog.info("To the log")'
    )
    assert sentences(file) == ["Said to no one."]


def test_no_sentence_of_the_program_stays_outside_gettext() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted((HOUSE / "exchange").rglob("*.py")):
        if {"tests", "migrations"}.isdisjoint(path.parts) and sentences(path):
            found.setdefault(path.stem, []).extend(sentences(path))
    known = FOR_OPERATORS | NO_PAGE.keys()
    assert {name: texts for name, texts in found.items() if name not in known} == {}
    assert known - found.keys() == set()


@pytest.mark.parametrize(
    "path", sorted((HOUSE / "exchange").rglob("*.js")), ids=lambda path: path.name
)
def test_no_script_has_words_of_its_own(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"""["'`]([A-Z][a-z]+ [a-z]+[^"'`]*)["'`]""", code) == []
