"""The age format: another implementation reads what we wrote, and we read what it wrote."""

import io
from base64 import b64decode

import pyrage
import pytest

from exchange.core.age import CHUNK, Opening, Sealing, Unreadable

WORDS = "four plain words here"
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1)


def some(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


def sealed(plain: bytes, *, step: int = 10_000) -> bytes:
    target = io.BytesIO()
    sealing = Sealing(target, WORDS, work=2)
    for start in range(0, len(plain), step):
        sealing.write(plain[start : start + step])
    sealing.finish()
    return target.getvalue()


def opened(data: bytes, words: str = WORDS, step: int = 50_000) -> bytes:
    opening, pieces = Opening(io.BytesIO(data), words), []
    while piece := opening.read(step):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens_here_and_elsewhere(size):
    data = sealed(some(size))
    assert pyrage.passphrase.decrypt(data, WORDS) == some(size)
    assert opened(data) == some(size)


#: Made with `age -p` 1.1.1 of Debian 12 and the passphrase above.
BY_THE_TOOL = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBhMlNmUnNsK0E5S3FWSWF0ajFqOWJRIDE4ClFKcTVYNTdS"
    "WnZCWEU2cjBPYWQ0elAvWXJpK2wxRk5ZT1VoVVBtL1RuK3MKLS0tIFlsWGtOTW8zNWI2ekdkQmJidGhvQm82Q1BP"
    "UFh0U1VrR09PNUs2TlZmSm8K0NJkU0PIAh+OJmdkIB/3TKb4PiebdofV70AOvU1Cxu7NanBAxFYIShichbw12FYt"
    "87qtxA=="
)


def test_what_the_tool_sealed_opens_here():
    assert opened(b64decode(BY_THE_TOOL)) == b"made by the tool age"


def test_two_files_of_the_same_share_nothing_but_the_first_line():
    one, other = sealed(b"same"), sealed(b"same")
    assert (one[:22], one[-20:] == other[-20:]) == (other[:22], False)


def test_a_file_to_a_key_is_not_one_with_a_passphrase():
    identity = pyrage.x25519.Identity.generate()
    with pytest.raises(Unreadable):
        opened(pyrage.encrypt(b"x", [identity.to_public()]))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda data: data.replace(b" 2\n", b" 19\n", 1),  # would take half a gigabyte
        lambda data: data.replace(b" 2\n", b" 3\n", 1),
        lambda data: data.replace(b" 2\n", b" 02\n", 1),
        lambda data: data[:-16],  # a last chunk that says nothing
        lambda data: data[: -(5 + 16)],  # without the last chunk
        lambda data: data + data[-21:],  # the last chunk twice
        lambda data: data[: -(CHUNK + 16) - 21] + data[-(CHUNK + 16) - 21 :][::-1],
        lambda data: data + b"\0",
        lambda data: data[:100],
        lambda data: b"",
    ],
)
def test_what_was_changed_does_not_open(break_it):
    data = sealed(some(CHUNK + 5))
    with pytest.raises(Unreadable):
        opened(break_it(data))


def test_another_passphrase_does_not_open():
    with pytest.raises(Unreadable, match="passphrase"):
        opened(sealed(b"x"), "four plain words there")
