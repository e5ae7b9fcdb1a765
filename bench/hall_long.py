"""Ten sessions at once for ten minutes: whether the server's memory stays flat.

    .venv/bin/python bench/hall_long.py
    .venv/bin/python bench/hall_long.py --runs 2 --people 10 --seconds 30

The phones of bench/hall.py in groups of five, `--people` in each of `--runs` sessions, each with a
move a second (`--every`). The server's resident memory is read every few seconds. What a first
minute fills (kept pieces, runs at hand, Python's own) is not growth, so the slope is that of a
straight line through the last three quarters.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import linear_regression, median

import hall

Samples = list[tuple[float, float]]


@contextmanager
def sampled(server: hall.Server, every: float) -> Iterator[Samples]:
    """(seconds, megabytes) of the server, as long as this block lasts."""
    found: Samples = []
    over, began = threading.Event(), time.monotonic()

    def sample() -> None:
        while not over.is_set():
            found.append((time.monotonic() - began, server.memory()))
            over.wait(every)

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield found
    finally:
        over.set()
        sampling.join()


def grows(samples: Samples) -> float:
    """Megabytes an hour, without the first quarter.

    >>> round(grows([(0, 9), (900, 10), (1800, 11), (2700, 12), (3600, 13)]), 3)
    4.0
    """
    later = [one for one in samples if one[0] >= samples[-1][0] / 4]
    return linear_regression(*zip(*later, strict=True)).slope * 3600


def around(samples: Samples, share: float) -> float:
    """The memory at this part of the time: the median of the five samples nearest to it."""
    at = share * samples[-1][0]
    return median(mb for _, mb in sorted(samples, key=lambda one: abs(one[0] - at))[:5])


def measure(runs: int, people: int, seconds: float, every: float) -> str:
    """All sessions from an empty database to what was found, in lines."""
    hall.load_packs(hall.settings.CONTENT_DIRS)
    network = hall.demo.make_network()
    phones = [
        phone for _ in range(runs) for phone in hall.Hall(people, network).phones("groups")
    ]  # fmt: skip
    server = hall.Server()
    told = {
        "port": hall.PORT, "phones": phones, "seconds": seconds, "every": every,
        "settle": max(3.0, len(phones) / 40), "grace": 20.0,
    }  # fmt: skip
    try:
        empty = server.memory()
        with sampled(server, max(0.5, min(5.0, seconds / 60))) as samples:
            found = hall.let_in(server, "phones", told)
    finally:
        server.stop()
    there = set(hall.Move.objects.values_list("move_id", "run_id"))
    found |= {
        "shape": f"long, {runs} sessions", "people": len(phones), "asked": seconds,
        "lost": len({tuple(one) for one in found["kept"]} - there),
        "memory": (samples[-1][1] - empty) / len(phones), "resident": samples[-1][1],
    }  # fmt: skip
    start, middle, end = (around(samples, share) for share in (0.25, 0.5, 1.0))
    return "\n".join([
        hall.table(found),
        f"  memory {empty:.0f} MB without people; {start:.0f} after a quarter, {middle:.0f} in the "
        f"middle, {end:.0f} at the end; {grows(samples):+.1f} MB an hour ({len(samples)} samples)",
    ])  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=10)
    asked.add_argument("--people", type=int, default=50, help="in each session")
    asked.add_argument("--seconds", type=float, default=600)
    asked.add_argument("--every", type=float, default=1.0, help="seconds from move to move")
    given = asked.parse_args()
    print(measure(given.runs, given.people, given.seconds, given.every), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
