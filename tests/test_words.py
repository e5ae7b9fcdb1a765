"""Every word of a template goes through gettext."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
#: What is said the same in every language.
NAMES = {"Learning Exchange", "CSV", "PDF", "SVG", "XLSX"}
#: Example content that its page calls invented.
EXAMPLES = HOUSE / "exchange" / "site" / "templates" / "site" / "components"
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
