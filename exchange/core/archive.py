"""Members one after another, as a plain tar file: written and read in pieces, never unpacked.

Of all that tar can say only plain files with short names are read; no name is ever used as a path.
Members that end in .gz are gzip; one can never become larger in memory than LARGEST.
"""

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

BLOCK = 512
PIECE = 1024 * 1024
LARGEST = 64 * PIECE
#: More than this is never asked of gzip: what packs better is stored as it is.
DENSEST = 100


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Target(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Damaged(ValueError):
    """It is no archive of ours, or it was cut or changed; the sentence says which."""


class Writing:
    """An archive that grows in `target`."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def add(self, name: str, data: bytes) -> None:
        """A member that is at hand as a whole."""
        self.add_pieces(name, len(data), [data])

    def add_packed(self, name: str, data: bytes) -> None:
        """A member with gzip, and ".gz" behind its name, or as it is where that packs too well to
        be told from a bomb."""
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = packer.compress(data) + packer.flush()
        if len(packed) * DENSEST < len(data):
            self.add(name, data)
        else:
            self.add(f"{name}.gz", packed)

    def add_pieces(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """A member of exactly `size` bytes; OSError where the pieces do not make that many."""
        head = tarfile.TarInfo(name)
        head.size, head.mode = size, 0o600
        self.target.write(head.tobuf(tarfile.USTAR_FORMAT))
        left = size
        for piece in pieces:
            left -= len(piece)
            if left >= 0:
                self.target.write(piece)
        if left != 0:
            raise OSError(f"a file changed while it was read: {name}")
        self.target.write(bytes(-size % BLOCK))

    def finish(self) -> None:
        """The two empty blocks that end a tar file."""
        self.target.write(bytes(2 * BLOCK))


class Member:
    """One member of an archive that is being read; must be read before the next one."""

    def __init__(self, name: str, size: int, source: Source) -> None:
        self.name, self.size, self.left, self._source = name, size, size, source

    def pieces(self) -> Iterator[bytes]:
        """Its bytes."""
        while self.left:
            yield self._some(min(self.left, PIECE))
        if self.size % BLOCK and any(_exactly(self._source, -self.size % BLOCK)):
            raise Damaged("The file is damaged.")

    def _some(self, most: int) -> bytes:
        self.left -= most
        return _exactly(self._source, most)

    def whole(self) -> bytes:
        """All of it, unpacked if its name ends in .gz; Damaged above LARGEST."""
        if self.size > LARGEST:
            raise Damaged(f"{self.name} is larger than a backup's parts are.")
        packed = b"".join(self.pieces())
        return _unpacked(packed, self.name) if self.name.endswith(".gz") else packed


def _unpacked(packed: bytes, name: str) -> bytes:
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(packed, min(LARGEST, len(packed) * DENSEST) + 1)
    except zlib.error:
        raise Damaged(f"{name} cannot be unpacked.") from None
    if len(plain) > min(LARGEST, len(packed) * DENSEST):
        raise Damaged(f"{name} would unpack to more than a backup's parts do.")
    if not unpacker.eof or unpacker.unused_data:
        raise Damaged(f"{name} cannot be unpacked.")
    return plain


def _exactly(source: Source, size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise Damaged("The file is not whole.")
    return found


def members(source: Source) -> Iterator[Member]:
    """The members of an archive, in order; Damaged where it is not one of ours, whole."""
    while any(block := _exactly(source, BLOCK)):
        try:
            head = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.TarError, UnicodeError, ValueError):
            raise Damaged("The file is damaged, or none of ours.") from None
        if head.type != tarfile.REGTYPE or head.size < 0 or head.linkname:
            raise Damaged("It holds something else than plain parts.")
        member = Member(head.name, head.size, source)
        yield member
        if member.left:
            raise Damaged("A part was not read.")
    if any(_exactly(source, BLOCK)) or source.read(1):
        raise Damaged("Something follows the end of the file.")
