"""Pages that an installer writes: the privacy notice, the accessibility statement, others.

They are packs of the kind `page` (docs/packs.md), read once from the folders of the settings: so
they can be shown when the database cannot.
"""

from functools import cache
from typing import Any

from django.conf import settings

from exchange.core.packs import read_packs

#: Those the house itself has, in the order of the footer; others follow by title.
FIRST = ("privacy", "accessibility")


@cache
def pages() -> dict[str, dict[str, Any]]:
    """key -> page, in the order in which they are linked."""
    packs, _problems = read_packs(settings.CONTENT_DIRS)
    found = [pack for pack in packs if pack["kind"] == "page"]
    found.sort(key=lambda page: (page["key"] not in FIRST, page["title"]))
    found.sort(key=lambda page: FIRST.index(page["key"]) if page["key"] in FIRST else len(FIRST))
    return {page["key"]: page for page in found}


def blocks_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a page with what only this site knows put in."""
    known = {"{contact}": settings.PRIVACY_CONTACT, "{days}": str(settings.LABEL_DAYS)}

    def put(words: str) -> str:
        for name, value in known.items():
            words = words.replace(name, value)
        return words

    return [
        {
            name: [put(line) for line in value] if isinstance(value, list) else put(value)
            for name, value in block.items()
        }
        for block in page["blocks"]
    ]
