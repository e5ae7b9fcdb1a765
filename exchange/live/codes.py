"""Join codes: six letters of twenty-three, readable aloud. Pure.

The alphabet leaves out I, L and O, which are taken for one another or for digits. Of A, E and U at
most one stands in a code, so that no code spells a word: 20^6 + 6*3*20^5, about 122 million codes.
"""

import hashlib
import secrets
import unicodedata

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


def new_code() -> str:
    """A random code such as "KTRMWX"."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if sum(letter in "AEU" for letter in code) <= 1:
            return code


def read_code(typed: str, words: int = 1) -> str | None:
    """What somebody typed or pasted as a code, or None if it cannot be one.

    Case, dashes, dots and blanks do not matter: " ktr-mwx " -> "KTRMWX". `words` times six letters.
    """
    folded = unicodedata.normalize("NFKC", typed[:64]).upper()
    letters = "".join(c for c in folded if c.isalnum())
    if len(letters) != words * LENGTH or any(c not in ALPHABET for c in letters):
        return None
    return letters


def show_code(code: str | None) -> str:
    """The code as it is shown, in threes: "KTRMWX" -> "KTR-MWX"."""
    return "-".join(code[at : at + 3] for at in range(0, len(code), 3)) if code else ""


def new_token() -> str:
    """A secret of 256 bits for a seat's cookie or a QR address."""
    return secrets.token_urlsafe(32)


def read_token(given: str) -> str | None:
    """A token as `new_token` makes them, or None if it cannot be one."""
    proper = (
        len(given) <= 64 and given.isascii() and given.replace("-", "").replace("_", "").isalnum()
    )
    return given if proper else None


def fingerprint(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
