"""Searching the directory's schools: keeps the index of `matching` fresh in this process.

Every search asks the database two short questions (when was a school last noted, how many files
were read) and builds the index anew when the answers changed. So several processes need not know
of each other. A change made past `School.save` and the register (a bare `update()`) is not seen.
"""

import threading
from dataclasses import dataclass

from django.utils import timezone

from exchange.directory.matching import Entry, Point, SchoolIndex
from exchange.directory.models.schools import RegisterReading, School
from exchange.directory.register import COUNTRIES

Stamp = tuple[object, ...]
Near = School | Point | str | None
# Registers have grids of their own. In the index they lie this many metres apart, so that a
# school of one country is never near one of another.
APART = 100_000_000


@dataclass(frozen=True)
class _Held:
    stamp: Stamp
    index: SchoolIndex


class _Shelf:
    """The index this process holds, and the lock under which it is built."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: _Held | None = None


_shelf = _Shelf()


def _shift(register: str) -> int:
    """How far east the grid of a register lies in the index."""
    return APART * (list(COUNTRIES).index(register) if register in COUNTRIES else len(COUNTRIES))


def school_index() -> SchoolIndex:
    """The index of all schools as they stand now; about two seconds when it must be rebuilt.

    While one thread rebuilds, others go on with the index before.
    """
    stamp = _stamp()
    held = _shelf.held
    if held is not None and held.stamp == stamp:
        return held.index
    if not _shelf.lock.acquire(blocking=held is None):
        assert held is not None
        return held.index
    try:
        if _shelf.held is None or _shelf.held.stamp != stamp:
            _shelf.held = _Held(stamp, SchoolIndex(_entries()))
        return _shelf.held.index
    finally:
        _shelf.lock.release()


def search_schools(text: str, *, near: Near = None, limit: int = 10) -> list[School]:
    """Schools that `text` may mean, best first; empty when it is blank or like nothing.

    `text`: name, town, postcode, register number or several of them, mistyped or not. `near`: a
    school, a point on the grid of the first register, a postcode or a town; of like matches the
    nearer come first.
    """
    if not text.strip():
        return []
    index = school_index()
    keys = index.search(text, near=_place(near, index), limit=limit)
    found = School.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def schools_near(school: School, limit: int = 20) -> list[School]:
    """Open schools of the same register by distance from `school`, nearest first, without it.

    Each carries `distance2`, the square of the distance in metres. Empty when nobody knows where
    the school lies.
    """
    east, north = school.easting, school.northing
    if east is None or north is None:
        point = school_index().point(school.pk)
        if point is None:
            return []
        east, north = round(point[0]) - _shift(school.register), round(point[1])
    others = School.objects.filter(register=school.register).open().exclude(pk=school.pk)
    return list(others.by_distance(east, north)[:limit])


def _place(near: Near, index: SchoolIndex) -> Point | str | None:
    if not isinstance(near, School):
        return near
    if near.easting is not None and near.northing is not None:
        return (float(near.easting + _shift(near.register)), float(near.northing))
    return index.point(near.pk)


def _stamp() -> Stamp:
    newest = School.objects.order_by("-noted_at", "-pk").values_list("noted_at", "pk").first()
    # The day belongs to it: a school whose closing date has come is closed from then on.
    return (newest, RegisterReading.objects.count(), timezone.localdate())


def _entries() -> list[Entry]:
    rows = School.objects.order_by("pk").only(
        "register", "name", "number", "postcode", "locality", "town", "authority", "closed_on",
        "easting", "northing",
    )  # fmt: skip
    return [
        Entry(
            key=school.pk,
            name=school.name,
            number=school.number,
            postcode=school.postcode,
            town=school.town,
            places=(school.locality, school.authority),
            is_open=school.is_open,
            easting=None if school.easting is None else school.easting + _shift(school.register),
            northing=school.northing,
        )
        for school in rows.iterator(chunk_size=2_000)
    ]
