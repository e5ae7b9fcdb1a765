"""Content packs: reading YAML files, checking them, loading them into the database.

A pack is one YAML mapping with `kind`, `key`, `version`, `title` and what its kind asks for. Kinds
are checked by the functions in CHECKS; a new kind is one function (docs/packs.md).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from exchange.core.models import Pack

LARGEST = 1_000_000
DEEPEST = 20
MOST = 1e15
NOT_PLAIN = "`{}` should be text, a number, yes/no, a list or a mapping; quote dates."


@dataclass(frozen=True)
class Problem:
    """What is wrong with which file, in one sentence."""

    path: Path
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


def check_card_set(body: dict[str, Any]) -> list[str]:
    """Sentences on what is wrong with a card set: 9 to 25 cards, each with its own code and text."""
    cards = body.get("cards")
    if not isinstance(cards, list) or not all(isinstance(card, dict) for card in cards):
        return ["`cards` should be a list of cards, each with `code` and `text`."]
    wrong = []
    if not 9 <= len(cards) <= 25:
        wrong.append(f"It has {len(cards)} cards; a card set has 9 to 25.")
    for field, longest in (("code", 12), ("text", 120)):
        values = [card.get(field) for card in cards]
        if not all(isinstance(v, str) and v.strip() and len(v) <= longest for v in values):
            wrong.append(f"Every card needs a `{field}` of 1 to {longest} characters.")
        elif len({v.casefold() for v in values}) < len(values):
            wrong.append(f"Two cards have the same `{field}`.")
    return wrong


#: Words of an address below /about/ that are pages of the house, so no pack has them for a key.
TAKEN = ("questions", "components")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,8})?")
#: What a block of a page may be; a link has `to` beside it.
BLOCKS = ("heading", "text", "list", "link")


def check_page(body: dict[str, Any]) -> list[str]:
    """Sentences on what is wrong with a page: blocks, each a heading, a text, a list or a link."""
    key, blocks = body.get("key"), body.get("blocks")
    wrong = check_language(body)
    if not isinstance(key, str) or not key.isascii() or not key.replace("-", "").isalnum():
        wrong.append("`key` of a page stands in its address: letters, digits and hyphens.")
    elif key in TAKEN:
        wrong.append(f"The house has a page {key!r} of its own: choose another `key`.")
    if not isinstance(blocks, list) or not blocks:
        return [*wrong, "`blocks` should be a list of headings, texts, lists and links."]
    for number, block in enumerate(blocks, 1):
        kind = next((name for name in BLOCKS if name in block), "") if is_mapping(block) else ""
        extra = set(block) - {kind, "to"} if kind else {""}
        lines = block[kind] if kind == "list" else [block[kind]] if kind else []
        if extra or not isinstance(lines, list) or not all(is_line(line) for line in lines):
            wrong.append(f"Block {number} should be one of: {', '.join(BLOCKS)}, with its words.")
        elif kind == "link" and not is_safe_link(block.get("to")):
            wrong.append(f"Block {number}: `to` should begin with /, https:// or mailto:.")
    return wrong


def check_language(body: dict[str, Any]) -> list[str]:
    """Sentences on what is wrong with the `language` of a page or help text, which may be absent."""
    language = body.get("language", "cy")
    if isinstance(language, str) and LANGUAGE.fullmatch(language):
        return []
    return ["`language` should be a code such as cy."]


def check_help(body: dict[str, Any]) -> list[str]:
    """Sentences on what is wrong with a help text: a page with a `lead`, the line in its list."""
    wrong = check_page(body)
    lead = body.get("lead")
    if not isinstance(lead, str) or not lead.strip() or len(lead) > 200:
        wrong.append("`lead` should say in 1 to 200 characters what the text is about.")
    return wrong


def is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def is_line(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 2000


def is_safe_link(to: Any) -> bool:
    """An address of this site, of another over https, or of a letter box."""
    if not isinstance(to, str) or len(to) > 500 or to.startswith("//"):
        return False
    return to.startswith(("/", "https://", "mailto:"))


CHECKS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "card_set": check_card_set,
    "help": check_help,
    "page": check_page,
}
#: Kinds of which a later folder may put its own in place of an earlier one.
REPLACEABLE = frozenset({"page", "help"})


def plain(name: Any, value: Any, depth: int = 0) -> bool:
    """Whether a value may be kept as JSON in every database: no dates, no NUL, not too deep."""
    if not isinstance(name, str) or not _sound(name) or depth > DEEPEST:
        return False
    if isinstance(value, dict):
        return all(plain(key, inner, depth + 1) for key, inner in value.items())
    if isinstance(value, list):
        return all(plain(name, inner, depth + 1) for inner in value)
    if isinstance(value, str):
        return _sound(value)
    if isinstance(value, float | int):  # larger ones do not come back as they went
        return abs(value) < MOST
    return value is None


def _sound(text: str) -> bool:
    """Neither NUL nor half a character."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def check_pack(body: Any) -> list[str]:
    """Sentences on what is wrong with a pack's content; none if it is sound."""
    if not isinstance(body, dict):
        return ["It is not a mapping of names to values."]
    wrong = []
    for field, longest in (("key", 60), ("title", 120)):
        value = body.get(field)
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            wrong.append(f"`{field}` should be a text of 1 to {longest} characters.")
    version = body.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= 9999:
        wrong.append("`version` should be a whole number from 1 to 9999.")
    wrong += [NOT_PLAIN.format(name) for name, value in body.items() if not plain(name, value)]
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in CHECKS:
        return [*wrong, f"`kind` should be one of: {', '.join(sorted(CHECKS))}."]
    return [*wrong, *CHECKS[kind](body)]


class PlainLoader(yaml.SafeLoader):
    """YAML without references: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references (&, *) are not used in packs")
        return super().compose_node(parent, index)


def read_packs(folders: Iterable[Path]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """All packs below the folders, and what is wrong with those that could not be read.

    A page or help text of a later folder takes the place of one with the same key and language of
    an earlier folder.
    """
    packs: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], Path] = {}
    for folder in map(Path, folders):
        here: set[tuple[str, ...]] = set()
        for path in sorted(folder.rglob("*.yaml")):
            body, wrong = read_pack(path)
            if body is not None and not wrong:
                name = name_of(body)
                replaces = name[0] in REPLACEABLE and name not in here
                if name in seen and not replaces:
                    wrong = [f"The {name[0]} {name[1]!r} already stands in {seen[name]}."]
                else:
                    packs = [one for one in packs if name_of(one) != name]
                    packs.append(body)
                    seen[name] = path
                    here.add(name)
            problems += [Problem(path, sentence) for sentence in wrong]
    return packs, problems


def name_of(body: dict[str, Any]) -> tuple[str, ...]:
    """What tells a pack from all others: kind and key, of a page its language too."""
    language = str(body.get("language", "")) if body["kind"] in REPLACEABLE else ""
    return body["kind"], body["key"], language


def read_pack(path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """One file's content and what is wrong with it. Never runs anything the file says."""
    try:
        if path.stat().st_size > LARGEST:
            return None, ["It is larger than 1 MB."]
        body = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError, ValueError) as error:
        return None, [f"It cannot be read: {str(error).splitlines()[0]}."]
    return (body if isinstance(body, dict) else None), check_pack(body)


def load_packs(folders: Iterable[Path]) -> dict[str, list[str]]:
    """Load all sound packs that sessions are made of.

    Returns {"added" | "changed" | "unchanged": titles, "refused": sentences}. If any file is
    refused, nothing is loaded. Pages are read from their files by whoever shows them.
    """
    packs, problems = read_packs(folders)
    report: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": [], "refused": []}
    if problems:
        report["refused"] = [str(problem) for problem in problems]
        return report
    with transaction.atomic():
        known = {(pack.kind, pack.key): pack for pack in Pack.objects.all()}
        for body in (one for one in packs if one["kind"] not in REPLACEABLE):
            pack = known.get((body["kind"], body["key"]))
            what = "added" if pack is None else "unchanged" if pack.body == body else "changed"
            report[what].append(body["title"])
            if what != "unchanged":
                Pack.objects.update_or_create(
                    kind=body["kind"], key=body["key"],
                    defaults={
                        "version": body["version"], "title": body["title"],
                        "body": body, "loaded_at": timezone.now(),
                    },
                )  # fmt: skip
    return report


def packs_by_kind() -> dict[str, list[dict[str, Any]]]:
    """kind -> the loaded packs as plain values, for an activity's set-up."""
    found: dict[str, list[dict[str, Any]]] = {}
    for pack in Pack.objects.all():
        found.setdefault(pack.kind, []).append(pack.body)
    return found
