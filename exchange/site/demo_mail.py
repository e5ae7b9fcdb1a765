"""The letters of the demonstration, read from the files they were written to. Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

BETWEEN = b"-" * 79 + b"\n"
ADDRESS = re.compile(r"https?://[^\s<>\"'`]+")
MOST = 200


@dataclass(frozen=True)
class Piece:
    """A piece of a letter's text; `url` if it leads to a page of this very site."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter as it is shown. `key` names it in addresses."""

    key: str
    sender: str
    to: str
    subject: str
    sent: str
    text: str


def letters(folder: Path) -> list[Letter]:
    """The newest letters, the newest first; none where there is no folder."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), key=lambda path: path.name, reverse=True)[:MOST]
    return [letter for path in files for letter in read(path)]


def read(path: Path) -> list[Letter]:
    """The letters of one file, the last first."""
    parts = [part for part in path.read_bytes().split(BETWEEN) if part.strip()]
    made = [
        _letter(f"{path.stem}-{number}", message_from_bytes(part, policy=default))
        for number, part in enumerate(parts, 1)
    ]
    return made[::-1]


def _letter(key: str, message: EmailMessage) -> Letter:
    body = message.get_body(("plain",))
    return Letter(
        key=key,
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent=str(message["Date"] or ""),
        text=str(body.get_content()) if body else "",
    )


def pieces(text: str, base_url: str) -> list[Piece]:
    """The text with its addresses apart; only those below `base_url` may be followed."""
    found, at = [], 0
    for match in ADDRESS.finditer(text):
        shown = match.group().rstrip(".,;:!?)]")
        ours = shown == base_url or shown.startswith(f"{base_url}/")
        found += [Piece(text[at : match.start()]), Piece(shown, shown if ours else "")]
        at = match.start() + len(shown)
    return [piece for piece in [*found, Piece(text[at:])] if piece.text]
