"""A language that nobody speaks: every word of the house with other letters, and longer.

The words are found as `makemessages` finds them, so a sentence that stays in plain letters either
never met gettext or could not be found for translation.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import yaml
from django.utils.translation.template import templatize

HOUSE = Path(__file__).resolve().parent.parent.parent
PRODUCT = HOUSE / "exchange"
#: Welsh lends its code, so that all that knows languages knows this one.
LANGUAGE = "cy"
PLAIN = "abcdefghijklmnopqrstuvwxyz"
OTHER = "àƀçđéƒĝĥïĵķļɱñöþɋŕšţüṽŵẋÿž"
LETTERS = str.maketrans(PLAIN + PLAIN.upper(), OTHER + OTHER.upper())
#: What is no word: places for values, tags, entities.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{[^{}]*\}|<[^<>]*>|&\w+;)")
SAID = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
CALLED = re.compile(
    rf"\b(?:(n?gettext|_)\({SAID}(?:\s*,\s*{SAID})?|(n?pgettext)\({SAID}\s*,\s*{SAID})"
)
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
TWO = {"ngettext", "ngettext_lazy"}
#: With one word in four said twice a sentence is about a third longer, as Welsh and German may be.
EVERY = 4


def other(text: str) -> str:
    """The text as that language has it."""
    parts = KEPT.split(text)
    return "".join(
        part if n % 2 else _longer(part).translate(LETTERS) for n, part in enumerate(parts)
    )


def _longer(text: str) -> str:
    words = re.split(r"(\s+)", text)
    return "".join(
        f"{word} {word}" if n % (2 * EVERY) == 0 and len(word) > 3 else word
        for n, word in enumerate(words)
    )


def of_python(source: str) -> Iterator[tuple[str, str]]:
    """(message, its plural or "") of every call of gettext in a Python file."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        texts = [
            one.value for one in node.args
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]  # fmt: skip
        if name in ONE and texts:
            yield texts[0], ""
        elif name in TWO and len(texts) > 1:
            yield texts[0], texts[1]


def of_template(source: str) -> Iterator[tuple[str, str]]:
    """The same of a template."""
    for found in CALLED.finditer(templatize(source)):
        _name, one, many, _context, _given, said = found.groups()
        yield ast.literal_eval(one or said), ast.literal_eval(many) if many else ""


def of_django() -> Iterator[tuple[str, str]]:
    """What Django and allauth bring in their own catalogues: months, refusals of forms."""
    parts = [Path(django.__file__).parent / "conf", Path(allauth.__file__).parent]
    parts += [Path(django.__file__).parent / "contrib" / "auth"]
    for part in parts:
        text = (part / "locale" / "en" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
        for entry in text.split("\n\n"):
            texts = {
                key: "".join(ast.literal_eval(line) for line in lines.strip().split("\n"))
                for key, lines in re.findall(r'^(msgid|msgid_plural) ((?:".*"\n?)+)', entry, re.M)
            }
            if texts.get("msgid"):
                yield texts["msgid"], texts.get("msgid_plural", "")


def messages() -> dict[str, str]:
    """Message -> its plural or "", of the whole product."""
    found = dict(of_django())
    for path in sorted(PRODUCT.rglob("*")):
        if "tests" in path.relative_to(PRODUCT).parts:
            continue
        if path.suffix == ".py":
            found |= dict(of_python(path.read_text(encoding="utf-8")))
        elif path.suffix in {".html", ".txt", ".svg"}:
            found |= dict(of_template(path.read_text(encoding="utf-8")))
    return found


def compiled(words: dict[str, str]) -> bytes:
    """The catalogue as gettext reads it (the MO format of the GNU gettext manual, 10.3)."""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"
    pairs = {"": head}
    for one, many in words.items():
        pairs[f"{one}\0{many}" if many else one] = (
            f"{other(one)}\0{other(many)}" if many else other(one)
        )
    keys = sorted(pairs, key=lambda key: key.encode())
    texts = [key.encode() for key in keys] + [pairs[key].encode() for key in keys]
    at = 28 + 8 * len(texts)
    table = b""
    for text in texts:
        table += struct.pack("<II", len(text), at)
        at += len(text) + 1
    count = len(keys)
    header = struct.pack("<IIIIIII", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    return header + table + b"".join(text + b"\0" for text in texts)


def write(folder: Path) -> None:
    """locale/ with the catalogue and content/ with the house's pages, below `folder`."""
    place = folder / "locale" / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.mo").write_bytes(compiled(messages()))
    content = folder / "content"
    content.mkdir()
    for path in [
        *(PRODUCT / "content" / "pages").glob("*"),
        *(PRODUCT / "content" / "help").glob("*"),
    ]:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        body["blocks"] = [
            {name: value if name == "to" else said(value) for name, value in block.items()}
            for block in body["blocks"]
        ]
        body |= {name: said(body[name]) for name in ("title", "lead") if name in body}
        (content / path.name).write_text(yaml.safe_dump({**body, "language": LANGUAGE}))


def said(value: str | list[str]) -> str | list[str]:
    return [other(one) for one in value] if isinstance(value, list) else other(value)
