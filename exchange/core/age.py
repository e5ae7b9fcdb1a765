"""Files sealed with a passphrase, in the age format (age-encryption.org/v1, published by C2SP), so
that the tool `age` opens them, too. Read and written in pieces: a file may be larger than memory.

Why not a library: docs/decisions/0020. Tests read what another implementation wrote, and let it
read what we wrote. All ciphers are those of `cryptography` and the standard library.
"""

import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"age-encryption.org/v1\n"
MOST_WORK = 18  # scrypt's N is 2 to this power: 256 MB of memory, what the tool asks for
CHUNK, TAG = 64 * 1024, 16
HEADER = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n"
    rb"([A-Za-z0-9+/]{43})\n---"
)
MAC = re.compile(rb" ([A-Za-z0-9+/]{43})\n")


class Unreadable(ValueError):
    """The file is none of this format, was changed or cut, or the passphrase is another one."""


def _plain(text: bytes) -> bytes:
    """Unpadded base64, in its one canonical form."""
    raw = b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if _text(raw) != text:
        raise Unreadable("This is not a backup, or its beginning is damaged.")
    return raw


def _text(raw: bytes) -> bytes:
    return b64encode(raw).rstrip(b"=")


def _derived(key: bytes, *, salt: bytes = b"", words: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt or None, info=words).derive(key)


def _wrapping(passphrase: str, salt: bytes, work: int) -> ChaCha20Poly1305:
    """What the file's own key is wrapped with: scrypt of the passphrase."""
    n = 2**work
    key = hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt,
        n=n, r=8, p=1, maxmem=128 * 8 * (n + 64), dklen=32,
    )  # fmt: skip
    return ChaCha20Poly1305(key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, words=b"header"), header, "sha256")


class _Stream:
    """The payload's chunks, each sealed with its number and whether it is the last."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self.cipher = ChaCha20Poly1305(_derived(file_key, salt=nonce, words=b"payload"))
        self.number = 0

    def next(self, last: bool) -> bytes:
        """The nonce of the next chunk."""
        nonce = self.number.to_bytes(11, "big") + bytes([last])
        self.number += 1
        return nonce


class Sealing:
    """What is written here arrives in `target` sealed; `finish` must be called at the end. `work` is
    the binary logarithm of scrypt's N."""

    def __init__(self, target: BinaryIO, passphrase: str, work: int) -> None:
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        wrapped = _wrapping(passphrase, salt, work).encrypt(bytes(12), file_key, None)
        header = VERSION + b"-> scrypt %s %d\n%s\n---" % (_text(salt), work, _text(wrapped))
        target.write(header + b" " + _text(_mac(file_key, header)) + b"\n" + nonce)
        self.target, self.stream, self.kept = target, _Stream(file_key, nonce), bytearray()

    def write(self, data: bytes) -> None:
        """Take some bytes; a chunk is kept back until it is known whether it is the last."""
        self.kept += data
        while len(self.kept) > CHUNK:
            self._send(bytes(self.kept[:CHUNK]), last=False)
            del self.kept[:CHUNK]

    def finish(self) -> None:
        """Seal the rest as the last chunk."""
        self._send(bytes(self.kept), last=True)

    def _send(self, chunk: bytes, *, last: bool) -> None:
        self.target.write(self.stream.cipher.encrypt(self.stream.next(last), chunk, None))


class Opening:
    """What lies sealed in `source`; Unreadable as soon as something is not as it was written."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self.source, self.kept, self.over = source, bytearray(), False
        start = source.read(256)
        header, mac = HEADER.match(start), None
        if header:
            mac = MAC.match(start, header.end())
        if not header or not mac or len(start) < mac.end() + 16:
            raise Unreadable("This is not a backup, or its beginning is damaged.")
        salt, work, wrapped = header.groups()
        if int(work) > MOST_WORK:
            raise Unreadable(
                "Opening this file would take more memory than a backup ever asks for."
            )
        try:
            file_key = _wrapping(passphrase, _plain(salt), int(work)).decrypt(
                bytes(12), _plain(wrapped), None
            )
        except InvalidTag:
            raise Unreadable("The passphrase is another one, or the file is damaged.") from None
        if not hmac.compare_digest(_mac(file_key, header.group()), _plain(mac[1])):
            raise Unreadable("The file is damaged.")
        nonce = start[mac.end() : mac.end() + 16]
        self.stream, self.ahead = _Stream(file_key, nonce), start[mac.end() + 16 :]

    def read(self, size: int) -> bytes:
        """So many bytes, fewer only at the end."""
        while len(self.kept) < size and not self.over:
            self.kept += self._chunk()
        found = bytes(self.kept[:size])
        del self.kept[:size]
        return found

    def _chunk(self) -> bytes:
        """The next chunk opened. It is the last when nothing follows it."""
        sealed = self.ahead + self.source.read(CHUNK + TAG + 1 - len(self.ahead))
        self.ahead = sealed[CHUNK + TAG :]
        self.over = not self.ahead
        first = self.stream.number == 0
        try:
            nonce = self.stream.next(self.over)
            chunk = self.stream.cipher.decrypt(nonce, sealed[: CHUNK + TAG], None)
        except InvalidTag:
            raise Unreadable("The file is damaged or not whole.") from None
        if not chunk and not first:
            raise Unreadable("The file is damaged.")
        return chunk
