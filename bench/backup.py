"""How long a backup and a restore take, how much memory, against Django's plain way.

    .venv/bin/python bench/backup.py

A house of a size that few will reach: 50,000 schools, 5,000 people, 45,000 events, 500 MB of
uploads. The peer, run on the same database just after: `dumpdata` into a file and `loaddata` into
an empty database. It takes the rows alone, without uploads, without a seal, and reads nothing back.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import ground  # noqa: E402

FOLDER = ground.throw_away_database()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from exchange.core import backup, keeping, restoring  # noqa: E402
from exchange.core.environment import database  # noqa: E402
from exchange.directory.models import Event, Person, School  # noqa: E402

WORDS = "four plain words here"
UPLOADS, EACH = 50, 10_000_000


def fill() -> None:
    """Rows and uploads, seeded."""
    schools = [
        School(register="england", number=row["urn"], name=row["school_name"], town=row["town"])
        for row in ground.made_up_schools(50_000)
    ]
    School.objects.bulk_create(schools, batch_size=500)
    people = [Person(email=f"p{n}@example.org", name=f"Person {n}") for n in range(5_000)]
    Person.objects.bulk_create(people, batch_size=500)
    events = [
        Event(
            actor=people[n % 5_000],
            verb="bench",
            subject_kind="person",
            subject_id=n,
            data={"n": n},
        )
        for n in range(45_000)
    ]
    Event.objects.bulk_create(events, batch_size=500)
    chance = random.Random(7)
    settings.MEDIA_ROOT.mkdir()
    for number in range(UPLOADS):
        (settings.MEDIA_ROOT / f"{number}.bin").write_bytes(chance.randbytes(EACH))


def timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def elsewhere(name: str, do: Callable[[], object]) -> float:
    """Seconds that `do` takes on an empty database."""
    with restoring.leading(database(f"sqlite:///{FOLDER.name}/{name}.sqlite3")):
        return timed(do)


def main() -> int:
    fill()
    place, dump = Path(FOLDER.name) / "all.age", Path(FOLDER.name) / "rows.json"
    made = timed(lambda: keeping.make(place, WORDS))
    checked = timed(lambda: backup.verify(place, WORDS))
    restored = elsewhere("back", lambda: restoring.restore(place, WORDS, replace=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def load() -> None:
        call_command("migrate", verbosity=0)
        connection.ops.execute_sql_flush(
            ["delete from auth_permission", "delete from django_content_type"]
        )
        call_command("loaddata", str(dump), verbosity=0)

    leave = ["sessions", "directory.visit"]
    dumped = timed(lambda: call_command("dumpdata", exclude=leave, output=str(dump), verbosity=0))
    loaded = elsewhere("peer", load)
    size = place.stat().st_size / 1e6
    print(
        f"backup, read again to its end: {made:.1f} s, {size:.0f} MB; verify alone {checked:.1f} s"
    )
    print(f"restore: {restored:.1f} s; peak memory of all {memory:.0f} MB")
    print(f"peer, rows alone: dumpdata {dumped:.1f} s, loaddata {loaded:.1f} s")
    print(f"ratio: {made / dumped:.2f} of dumpdata, {restored / loaded:.2f} of loaddata")
    return 0


if __name__ == "__main__":
    sys.exit(main())
