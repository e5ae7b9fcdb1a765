"""Sets one document, in a process of its own: `python typesetting.py FOLDER`. Only printing.py
calls it.

FOLDER holds main.typ, what it imports, and data.json; nothing outside it can be read. The PDF
goes to the standard output. A process, because a compiler cannot be stopped in a thread: here time
and memory have limits that hold.
"""

import json
import re
import resource
import sys
import unicodedata
from pathlib import Path
from typing import Any

import typst

CPU_SECONDS, MEMORY = 20, 2 << 30
#: The compiler tells of one missing sign in each text at a time.
TRIES = 12
#: What the compiler says of signs for which no font has a form.
WITHOUT_FORM = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
JOINED = re.compile(
    "(?<=[\u2190-\u2bff\U0001f000-\U0001faff\ufe0e\ufe0f\u200d])[\u200d\ufe0e\ufe0f]"
)
FORMLESS = {"Cf", "Mn", "Me", "Co", "Cn", "Cc"}


def limit() -> None:
    """No more time and memory than a paper needs."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def compiled(folder: Path) -> bytes:
    """The PDF, by the rules for accessible documents (PDF/UA-1) where every sign has a form.

    Emoji and other symbols that no font has are printed as their names in brackets. Where letters
    are missing, because the machine has no font for a script, the PDF is tagged all the same, and
    those letters are boxes.
    """
    path = folder / "data.json"
    for _ in range(TRIES):
        try:
            return _pdf(folder, ["ua-1"])
        except typst.TypstError as error:
            missing = {ESCAPED.sub(_sign, found) for found in WITHOUT_FORM.findall(str(error))}
            if not missing:
                raise
        words = json.loads(path.read_text(encoding="utf-8"))
        named = _named(words, frozenset("".join(missing)))
        if named == words:
            break
        path.write_text(json.dumps(named, ensure_ascii=False), encoding="utf-8")
    return _pdf(folder, [])


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _named(value: Any, missing: frozenset[str]) -> Any:
    """The same value with every missing symbol written as its name."""
    if isinstance(value, dict):
        return {key: _named(one, missing) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, missing) for one in value]
    if not isinstance(value, str):
        return value
    # Between symbols a joiner makes one picture of several; without pictures it has no use, and
    # the compiler takes its neighbour for missing.
    text = JOINED.sub("", value)
    return "".join(_name(sign) if sign in missing else sign for sign in text)


def _name(sign: str) -> str:
    category = unicodedata.category(sign)
    if category.startswith("S"):
        return f"[{unicodedata.name(sign, 'symbol').lower()}]"
    return "" if category in FORMLESS else sign


def _pdf(folder: Path, standards: list[Any]) -> bytes:
    made = typst.compile(
        str(folder / "main.typ"), root=str(folder), format="pdf", pdf_standards=standards,
        package_path=str(folder), package_cache_path=str(folder),
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("not one file")
    return made


if __name__ == "__main__":
    limit()
    try:
        sys.stdout.buffer.write(compiled(Path(sys.argv[1])))
    except (typst.TypstError, MemoryError) as fault:
        sys.exit(f"{type(fault).__name__}: {fault}"[:2000])
