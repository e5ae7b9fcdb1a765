"""How long the import of a register takes, how much memory, against Django's plain way.

    .venv/bin/python bench/register.py

The peer, run on the same rows just after: csv.DictReader and `update_or_create` row by row,
in one transaction, on a sample of 1,000 rows, scaled to the whole file.
"""

import csv
import resource
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import ground  # noqa: E402

FOLDER = ground.throw_away_database()

from django.db import transaction  # noqa: E402

from exchange.directory.models import School  # noqa: E402
from exchange.directory.register.importing import import_register  # noqa: E402

SCHOOLS = 20_185
SAMPLE = 1_000


def timed(path: Path, **how: bool) -> tuple[float, str]:
    start = time.perf_counter()
    (report,) = import_register(paths=[path], **how)
    seconds = time.perf_counter() - start
    said = (
        f"{len(report.added):,} added, {len(report.changed):,} changed, "
        f"{len(report.closed):,} closed, {report.unchanged:,} unchanged, "
        f"{len(report.refused):,} refused"
    )
    return seconds, said


def peer(path: Path) -> float:
    """Seconds that the plain way would take for the whole file, from a sample."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    start = time.perf_counter()
    with transaction.atomic():
        for row in rows[:SAMPLE]:
            School.objects.update_or_create(
                register="peer",
                number=row["urn"],
                defaults={
                    "name": row["school_name"],
                    "kind": row["establishment_type"],
                    "phase": row["phase_type"],
                    "authority": row["administrative_district"],
                    "street": row["street"],
                    "town": row["town"],
                    "postcode": row["postcode"],
                    "easting": int(row["easting"]),
                    "northing": int(row["northing"]),
                },
            )
    return (time.perf_counter() - start) / min(SAMPLE, len(rows)) * len(rows)


def main() -> int:
    real = ground.register_folder()
    if real:
        path = real / "establishments_2022-04-25.csv"
        print(f"the real extract of establishments, {path.stat().st_size / 1e6:.1f} MB")
    else:
        path = ground.made_up_file(Path(FOLDER.name) / "made.csv", SCHOOLS)
        print(f"no real file (EXCHANGE_DATA): a made-up one, {path.stat().st_size / 1e6:.1f} MB")
    dry, _ = timed(path, dry_run=True)
    first, said = timed(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again, said_again = timed(path)
    plain = peer(path)
    print(f"dry run       {dry:6.1f} s")
    print(f"first import  {first:6.1f} s   {said}")
    print(f"second import {again:6.1f} s   {said_again}")
    print(f"peak memory   {peak:6.0f} MB")
    print(f"peer          {plain:6.1f} s   update_or_create row by row, from {SAMPLE:,} rows")
    print(f"ratio         {plain / first:6.1f}     times as fast as the peer")
    kept = first < 30 and peak < 300
    print("promise (under 30 s, under 300 MB): " + ("kept" if kept else "NOT kept"))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
