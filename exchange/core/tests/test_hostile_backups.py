"""A hundred files and more that are not to be restored: each refused with a sentence, before the
database was asked anything.

Damage from outside meets the seal. What was built by somebody who knows the passphrase is sealed
as it should be, and meets what is inside.
"""

import gzip
import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.apps import apps as django_apps

from exchange.core import backup, restoring, rows
from exchange.core.age import Sealing, Unreadable
from exchange.core.archive import BLOCK, Damaged, Writing, members
from exchange.core.models import Pack
from exchange.core.tests.test_age import WORDS, sealed
from tests.dbs.spare import spare

Parts = dict[str, bytes]
PACK = "rows/core.pack/000001"


@pytest.fixture
def parts(db: Any, tmp_path: Path, settings: Any) -> Parts:
    """What a sound backup of two packs and an upload holds, unpacked: name -> bytes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "a.txt").write_bytes(b"upload")
    Pack.objects.all().delete()
    for key in ("one", "two"):
        Pack.objects.create(kind="card_set", key=key, title="Cards", body={"deep": [1, 2.5]})
    plain = io.BytesIO()
    backup.write_plain(plain, using="default")
    plain.seek(0)
    return {member.name.removesuffix(".gz"): member.whole() for member in members(plain)}


def put(parts: Parts) -> bytes:
    """The archive of these parts."""
    plain = io.BytesIO()
    archive = Writing(plain)
    for name, content in parts.items():
        archive.add(name, content)
    archive.finish()
    return plain.getvalue()


def with_json(parts: Parts, name: str, **changed: Any) -> Parts:
    """The parts, with something else in the JSON of one of them."""
    return parts | {name: json.dumps(json.loads(parts[name]) | changed).encode()}


def with_rows(parts: Parts, text: bytes) -> Parts:
    """The parts with other rows of packs, and the sums that go with them."""
    one = rows.Sum()
    list(one.passing(text.splitlines(keepends=True)))
    tables = json.loads(parts["sums.json"])["tables"] | {"core.pack": one.told()}
    return with_json(parts, "sums.json", tables=tables) | {PACK: text}


def with_place(parts: Parts, *places: object) -> Parts:
    """The parts with uploads that say they lie there."""
    (upload,) = json.loads(parts["sums.json"])["files"]
    told = [upload | {"path": place} for place in places]
    more = {f"files/{number:06}": parts["files/000001"] for number in range(1, len(places) + 1)}
    sums = with_json(parts, "sums.json", files=told)["sums.json"]
    return {k: v for k, v in parts.items() if k != "sums.json"} | more | {"sums.json": sums}


def renamed(parts: Parts, old: str, new: str) -> Parts:
    return {new if name == old else name: content for name, content in parts.items()}


def outside(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Damage to a sealed file, by chance with a fixed seed."""
    chance = random.Random(3)
    for _ in range(40):
        at, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
        yield f"bit {bit} of byte {at}", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
    for cut in [0, 1, 21, len(data) - 1, *chance.sample(range(len(data)), 20)]:
        yield f"cut to {cut}", data[:cut]
    yield "something behind it", data + b"x"
    yield "another's first half", data[: len(data) // 2] + sealed(b"x" * len(data))
    yield "text", b"Dear colleagues, here is the backup.\n" * 50
    yield "a zip file", b"PK\3\4" + bytes(500)
    yield "an SQLite file", b"SQLite format 3\0" + bytes(500)
    yield "to a key", pyrage.encrypt(data, [pyrage.x25519.Identity.generate().to_public()])


def rows_of(parts: Parts) -> Iterator[tuple[str, Parts]]:
    """Rows that no such table can have, with sums that are right."""
    row, other = parts[PACK].splitlines(keepends=True)
    pk = json.loads(row)[0]
    for name, text in {
        "not JSON": b"[1,\n",
        "an object": b"{}\n",
        "a column less": json.dumps(json.loads(row)[:-1]).encode() + b"\n",
        "a column more": row.replace(b"]\n", b",1]\n"),
        "a word for a number": row.replace(b"[%d" % pk, b'["x"', 1),
        "a number in other words": row.replace(b"[%d" % pk, b'["%d"' % pk, 1),
        "no date": row.replace(b"T", b"x"),
        "not a number": row.replace(b"2.5", b"NaN"),
        "endless": row.replace(b"2.5", b"1e999"),
        "digits without end": row.replace(b"2.5", b"9" * 5000),
        "deep": row.replace(b"2.5", b"[" * 50_000 + b"]" * 50_000),
        "spaces": row.replace(b",", b", "),
        "no end of line": row + other.rstrip(b"\n"),
        "empty lines": row + b"\n" + other,
        "bytes": b"\xff\xfe" + row,
    }.items():
        yield f"row: {name}", with_rows(parts, text)


def built(parts: Parts) -> Iterator[tuple[str, bytes | Parts]]:
    """What somebody with the passphrase might build."""
    head = json.loads(parts["backup.json"])
    for name, changed in {
        "another format": {"format": "zulip"},
        "a newer format": {"version": 2},
        "no version": {"version": None},
        "a newer migration": {"migrations": [*head["migrations"], ["core", "9999_later"]]},
        "another program's": {"migrations": [["cookbook", "0001_initial"]]},
        "no migrations": {"migrations": []},
        "migrations that are none": {"migrations": 7},
        "odd migrations": {"migrations": [["core"]]},
        "a table less": {"tables": {}},
        "other columns": {"tables": head["tables"] | {"core.pack": ["id"]}},
    }.items():
        yield name, with_json(parts, "backup.json", **changed)
    sums = json.loads(parts["sums.json"])
    for name, changed in {
        "no sums": {"tables": {}},
        "other sums": {"tables": sums["tables"] | {"core.pack": {"rows": 2, "sha256": "0" * 64}}},
        "no uploads told": {"files": []},
        "uploads that are none": {"files": [7]},
        "another upload": {"files": [sums["files"][0] | {"sha256": "0" * 64}]},
        "a word more": {"more": 1},
    }.items():
        yield name, with_json(parts, "sums.json", **changed)
    yield "a row changed", parts | {PACK: parts[PACK].replace(b"Cards", b"Carts")}
    yield "a row gone", parts | {PACK: parts[PACK].splitlines(keepends=True)[0]}
    yield "a table gone", {k: v for k, v in parts.items() if k != PACK}
    yield "the end gone", {k: v for k, v in parts.items() if k != "sums.json"}
    yield "the beginning gone", {k: v for k, v in parts.items() if k != "backup.json"}
    yield "a part more", parts | {"more.txt": b"x"}
    yield "the head not JSON", parts | {"backup.json": b"{"}
    yield "the head a list", parts | {"backup.json": b"[]"}
    yield "the head deep", parts | {"backup.json": b"[" * 100_000}
    for name in ("../../etc/passwd", "/etc/passwd", "rows/../core.pack/000001", "rows/core.pack/2"):
        yield f"a part named {name}", renamed(parts, PACK, name)
    for place in ("../a", "/a", "a/../../b", "a//b", "", ".", "a\0b", "..\\a"):
        yield f"an upload at {place!r}", with_place(parts, place)
    yield "two uploads at one place", with_place(parts, "a", "a")
    yield "an upload where a folder is", with_place(parts, "a/b", "a")
    yield "an upload without a name", with_place(parts, 7)
    yield "signs for the terminal", with_json(parts, "backup.json", made="\x1b[2J")
    yield "no date", with_json(parts, "backup.json", made=7)
    yield from rows_of(parts)
    yield from tarred(parts)


def tarred(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """What tar can say and no backup does; and what unpacks to more than it should."""
    plain = put(parts)
    rest = plain[BLOCK:]
    for name, kind in (
        ("a link", tarfile.SYMTYPE), ("a hard link", tarfile.LNKTYPE),
        ("a folder", tarfile.DIRTYPE), ("a device", tarfile.CHRTYPE),
        ("a long name", tarfile.GNUTYPE_LONGNAME), ("an extended head", tarfile.XHDTYPE),
        ("a sparse file", tarfile.GNUTYPE_SPARSE),
    ):  # fmt: skip
        one = tarfile.TarInfo("backup.json")
        one.type, one.size, one.linkname = kind, len(parts["backup.json"]), "/etc/passwd"
        yield name, one.tobuf(tarfile.GNU_FORMAT) + rest
    huge = tarfile.TarInfo("backup.json")
    huge.size = 2**40
    yield "a terabyte", huge.tobuf(tarfile.GNU_FORMAT) + rest
    below = tarfile.TarInfo("backup.json")
    below.size = -1
    yield "less than nothing", below.tobuf(tarfile.GNU_FORMAT) + rest
    yield "not whole blocks", plain[:-700]
    yield "no end", plain[: -2 * BLOCK]
    yield "something behind the end", plain + bytes(BLOCK)
    yield "nothing", b""
    yield "noise", random.Random(5).randbytes(4096)
    bomb = gzip.compress(bytes(30_000_000))
    yield "a bomb", put(renamed(parts, PACK, f"{PACK}.gz") | {f"{PACK}.gz": bomb})
    for name, packed in {
        "gzip cut": gzip.compress(parts[PACK])[:-4],
        "gzip and more": gzip.compress(parts[PACK]) + b"x",
        "no gzip": b"plainly not",
    }.items():
        yield name, put(renamed(parts, PACK, f"{PACK}.gz") | {f"{PACK}.gz": packed})


def resealed(plain: bytes) -> bytes:
    target = io.BytesIO()
    sealing = Sealing(target, WORDS, work=2)
    sealing.write(plain)
    sealing.finish()
    return target.getvalue()


def test_more_than_a_hundred_are_refused_before_anything_is_touched(
    parts: Parts, tmp_path: Path, django_assert_num_queries: Callable[..., Any]
) -> None:
    path, sound = tmp_path / "one.age", resealed(put(parts))
    path.write_bytes(sound)
    assert backup.verify(path, WORDS).rows > 2  # else everything below would prove nothing
    tried = list(outside(sound))
    for name, made in built(parts):
        tried.append((name, resealed(put(made) if isinstance(made, dict) else made)))
    assert len(tried) >= 100
    assert len({name for name, _ in tried}) >= len(tried) - 5
    wrong = []
    with django_assert_num_queries(0):
        for name, content in tried:
            path.write_bytes(content)
            try:
                restoring.restore(path, WORDS, replace=True)
            except (Unreadable, Damaged) as refused:
                if not str(refused).endswith("."):
                    wrong.append(f"{name}: {refused}")
            else:
                wrong.append(f"{name}: taken")
        path.write_bytes(sound)
        with pytest.raises(Unreadable):
            restoring.restore(path, f"{WORDS} ", replace=True)
    assert wrong == []
    assert sorted(one.name for one in tmp_path.iterdir()) == ["media", "one.age"]


def test_a_table_that_is_kept_no_longer_is_read_and_left(parts: Parts, tmp_path: Path) -> None:
    """What was sealed when sessions were kept can be restored, without them."""
    table = next(one for one in rows.tables(django_apps) if rows.label(one) == "sessions.session")
    row, one = b'["a-key","a-body","2026-11-25T06:05:04+00:00"]\n', rows.Sum()
    list(one.passing([row]))
    head, sums = (json.loads(parts[name]) for name in ("backup.json", "sums.json"))
    old = with_json(
        parts, "backup.json", tables=head["tables"] | {rows.label(table): rows.names(table)}
    )
    old = with_json(old, "sums.json", tables=sums["tables"] | {rows.label(table): one.told()})
    upload, last = old.pop("files/000001"), old.pop("sums.json")
    old |= {"rows/sessions.session/000001": row, "files/000001": upload, "sums.json": last}
    path = tmp_path / "old.age"
    path.write_bytes(resealed(put(old)))
    assert backup.verify(path, WORDS).tables["sessions.session"]["rows"] == 1
    with spare(tmp_path) as empty, restoring.leading(empty):
        restoring.restore(path, WORDS, replace=True)
        assert (table._base_manager.count(), Pack.objects.count()) == (0, 2)


def test_rows_of_one_kind_are_told_apart_from_a_bomb(parts: Parts) -> None:
    """A part that packs better than a bomb may is stored as it is, so that it can be read."""
    plain = io.BytesIO()
    archive = Writing(plain)
    archive.add_packed("rows", b"[1,2,3]\n" * 200_000)
    archive.add_packed("others", json.dumps(list(range(1000))).encode())
    archive.finish()
    plain.seek(0)
    found = [(member.name, len(member.whole())) for member in members(plain)]
    assert found == [("rows", 1_600_000), ("others.gz", 4890)]
