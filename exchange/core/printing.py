"""Papers as PDF. What people wrote enters as data, never as markup; the compiler (typst) sees a
temporary folder with our templates and that data, and nothing else.

Why a process of its own and embedded letters: docs/decisions/0035.
"""

import json
import logging
import shutil
import subprocess
import sys
import unicodedata
from collections import UserString
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any

from exchange.core.translating import gettext as _

log = logging.getLogger(__name__)

HOUSE = Path(__file__).parent / "paper" / "house.typ"
TYPESETTER = Path(__file__).with_name("typesetting.py")
#: Most that goes in and comes out, in bytes, and the time one paper may take, in seconds.
MOST_DATA, MOST_PDF, LONGEST = 2_000_000, 20_000_000, 30
#: As many papers are set at once; others wait a little, then are told.
AT_ONCE, PATIENCE = 2, 15
#: A word longer than this may be broken after every so many signs: no margin would hold it.
LONG_WORD, PIECE = 28, 14
#: Signs that turn the direction of what follows: they would rewrite the line they stand in.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BREAK = "\u200b"

_places = BoundedSemaphore(AT_ONCE)


class NotPrinted(Exception):
    """A paper that could not be made; `sentence` tells the person why and what to do.

    busy  try again in a minute
    """

    def __init__(self, sentence: str, *, busy: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.busy = busy


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The document that `template` makes of `data`, as PDF: tagged, with embedded letters.

    template  a .typ file; it may import its neighbours and "house.typ", and reads "data.json"
    data      plain JSON values
    Raises NotPrinted with a sentence when it is too large, takes too long or too many are made.
    """
    words = json.dumps(printable(data), ensure_ascii=False, allow_nan=False).encode()
    if len(words) > MOST_DATA:
        raise NotPrinted(_("There is too much to print in one paper."))
    if not _places.acquire(timeout=PATIENCE):
        raise NotPrinted(_("Many papers are being made. Try again in a minute."), busy=True)
    try:
        with TemporaryDirectory(prefix="paper-") as folder:
            _lay_out(Path(folder), template, words)
            return _run(Path(folder), template.name)
    finally:
        _places.release()


def printable(value: Any) -> Any:
    """Plain values with every text made fit for paper: no control or direction signs, long words
    given places to break."""
    if isinstance(value, Mapping):
        return {str(key): printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one) for one in value]
    return _text(str(value)) if isinstance(value, str | UserString) else value


def _text(text: str) -> str:
    known = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    kept = "".join(
        sign if sign == "\n" or unicodedata.category(sign) != "Cc" else " "
        for sign in known
        if sign not in TURNING
    )
    return " ".join(_broken(word) for word in unicodedata.normalize("NFC", kept).split(" "))


def _broken(word: str) -> str:
    if len(word) <= LONG_WORD:
        return word
    return BREAK.join(word[at : at + PIECE] for at in range(0, len(word), PIECE))


def _lay_out(folder: Path, template: Path, words: bytes) -> None:
    """The root of the compiler: the template as main.typ, its neighbours, the house's, the data."""
    for neighbour in template.parent.glob("*.typ"):
        shutil.copyfile(neighbour, folder / neighbour.name)
    shutil.copyfile(HOUSE, folder / "house.typ")
    shutil.copyfile(template, folder / "main.typ")
    (folder / "data.json").write_bytes(words)


def _run(folder: Path, name: str) -> bytes:
    command = [sys.executable, "-I", str(TYPESETTER), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        log.error("not printed: %s took longer than %s s", name, LONGEST)
        raise NotPrinted(_("This paper took too long to make. Leave something out.")) from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        # What the compiler says may quote the data, so only the kind of fault is logged.
        fault = done.stderr.decode("utf-8", "replace").partition(":")[0][:80]
        log.error("not printed: %s ended with %s %s", name, done.returncode, fault)
        raise NotPrinted(_("This paper could not be made. Tell whoever looks after this site."))
    if len(done.stdout) > MOST_PDF:
        raise NotPrinted(_("There is too much to print in one paper."))
    return done.stdout
