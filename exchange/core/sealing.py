"""Words that lie in the database but may be read by this installation only: sealed with a key made
of SECRET_KEY, so that a copy of the database alone does not open them."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed with another key, or changed since."""


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"exchange {purpose}".encode())
    return Fernet(urlsafe_b64encode(derived.derive(secret.encode())))


def seal(purpose: str, words: bytes) -> bytes:
    """The words sealed (Fernet: AES-128-CBC with HMAC-SHA256). One purpose, one key (RFC 5869)."""
    return _key(settings.SECRET_KEY, purpose).encrypt(words)


def unseal(purpose: str, sealed: bytes) -> bytes:
    """The words again; Unreadable where the key is another or the bytes were changed."""
    try:
        return _key(settings.SECRET_KEY, purpose).decrypt(bytes(sealed))
    except InvalidToken:
        raise Unreadable from None
