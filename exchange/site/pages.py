"""Pages that an installer writes: the privacy notice, the accessibility statement, help, others.

They are packs of the kinds `page` and `help` (docs/packs.md), read once from the folders of the
settings: so they can be shown when the database cannot. A text in the reader's language goes before
the one that names no language.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from exchange.core.packs import read_packs

#: kind -> those the house itself has, in the order in which they are linked; others follow by title.
FIRST = {
    "page": ("privacy", "accessibility"),
    "help": ("joining", "teacher", "facilitator", "co-leader", "head", "it-team", "words"),
}


def pages(kind: str = "page") -> dict[str, dict[str, Any]]:
    """key -> page or help text in the language of the moment, in the order in which they are linked."""
    return _pages(kind, get_language() or settings.LANGUAGE_CODE)


@cache
def _pages(kind: str, language: str) -> dict[str, dict[str, Any]]:
    first = FIRST[kind]
    packs, _problems = read_packs(settings.CONTENT_DIRS)
    ours = [pack for pack in packs if pack["kind"] == kind]
    # the later of two with one key is kept
    chosen = [p for at in ("", language) for p in ours if p.get("language", "") == at]
    found = list({page["key"]: page for page in chosen}.values())
    found.sort(key=lambda page: page["title"])
    found.sort(key=lambda page: first.index(page["key"]) if page["key"] in first else len(first))
    return {page["key"]: page for page in found}


def blocks_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a page with what only this site knows put in.

    A heading has an `id` beside it, by which it is linked: its number among the headings.
    """
    known = {"{contact}": settings.PRIVACY_CONTACT, "{days}": str(settings.LABEL_DAYS)}

    def put(words: str) -> str:
        for name, value in known.items():
            words = words.replace(name, value)
        return words

    blocks = [
        {
            name: [put(line) for line in value] if isinstance(value, list) else put(value)
            for name, value in block.items()
        }
        for block in page["blocks"]
    ]
    headings = [block for block in blocks if "heading" in block]
    for number, block in enumerate(headings, 1):
        block["id"] = f"q{number}"
    return blocks
