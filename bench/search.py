"""How fast and how forgiving the school search is, against SQLite's full-text search and LIKE.

    .venv/bin/python bench/search.py

Real names (49,029) where EXCHANGE_DATA has them, else as many invented ones. The questions are
names drawn from the list and spoilt by bench/spoiling.py: two typing errors each, apostrophes
and "St." lost, church words in other forms, "Primary School" left out. The search was tuned on the
list of one seed; what is judged are lists of other seeds, by the worst of them. Peers, asked the
same questions in the same run: FTS5 (words joined by OR, best bm25) and LIKE on the longest word.
"""

import os
import re
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import ground  # noqa: E402

FOLDER = ground.throw_away_database()

from spoiling import HELD, TUNED_ON, spoil  # noqa: E402

from exchange.directory.register.importing import import_register  # noqa: E402
from exchange.directory.schoolsearch import _entries, school_index, search_schools  # noqa: E402

NAMES = 49_029
QUESTIONS = 1_000
Ask = Callable[[str], list[int]]


def load() -> str:
    real = ground.register_folder()
    if real:
        import_register(paths=[real / "names_2021.csv", real / "establishments_2022-04-25.csv"])
        return "real names"
    import_register(paths=[ground.made_up_file(Path(FOLDER.name) / "made.csv", NAMES)])
    return "made-up names (no EXCHANGE_DATA)"


def peers(entries: list) -> dict[str, Ask]:  # type: ignore[type-arg]
    """The two ways SQLite itself offers, over the same names and towns."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE found USING fts5(text, tokenize='porter unicode61')")
    database.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, text TEXT)")
    rows = [(entry.key, f"{entry.name} {entry.town}".lower()) for entry in entries]
    database.executemany("INSERT INTO found (rowid, text) VALUES (?, ?)", rows)
    database.executemany("INSERT INTO plain VALUES (?, ?)", rows)

    def full_text(text: str) -> list[int]:
        words = re.findall(r"\w+", text)
        sql = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY bm25(found) LIMIT 10"
        return [key for (key,) in database.execute(sql, (" OR ".join(f'"{w}"' for w in words),))]

    def like(text: str) -> list[int]:
        word = max(re.findall(r"\w+", text), key=len, default="")
        sql = "SELECT id FROM plain WHERE text LIKE ? LIMIT 10"
        return [key for (key,) in database.execute(sql, (f"%{word}%",))]

    return {"peer FTS5": full_text, "peer LIKE": like}


@dataclass
class Measured:
    """Milliseconds by the clock at p50 and p95, of the processor at p95, and recall at ten."""

    p50: float
    p95: float
    busy: float
    recall: float

    def line(self, name: str) -> str:
        return (
            f"{name:32} p50 {self.p50:6.1f} ms  p95 {self.p95:6.1f} ms "
            f"(processor {self.busy:5.1f} ms)  in the first ten {self.recall:6.1%}"
        )


def measure(ask: Ask, questions: list[tuple[str, int]]) -> Measured:
    clock, work, hits = [], [], 0
    for text, key in questions:
        start, busy = time.perf_counter(), time.process_time()
        found = ask(text)
        clock.append((time.perf_counter() - start) * 1000)
        work.append((time.process_time() - busy) * 1000)
        hits += key in found
    at = int(len(clock) * 0.95)
    recall = hits / len(clock)
    return Measured(sorted(clock)[len(clock) // 2], sorted(clock)[at], sorted(work)[at], recall)


def ours(text: str) -> list[int]:
    return [school.pk for school in search_schools(text)]


def judged(held: list[Measured]) -> bool:
    """Whether the worst of the held lists keeps the promise; by processor time if others work."""
    busyness, cores = os.getloadavg()[0], os.cpu_count() or 1
    slowest = max(one.p95 for one in held)
    if busyness > cores:
        print(
            f"the machine is busy (load {busyness:.1f} on {cores} cores): judged by processor time"
        )
        slowest = max(one.busy for one in held)
    worst = min(one.recall for one in held)
    print(f"worst of the held lists: p95 {slowest:.1f} ms, in the first ten {worst:.1%}")
    return slowest < 50 and worst >= 0.95


def main() -> int:
    print(load())
    start = time.perf_counter()
    index = school_index()
    built = time.perf_counter() - start
    entries = _entries()
    print(f"{len(index):,} schools, index built in {built:.1f} s; {QUESTIONS:,} questions a list")
    lists = {seed: spoil(entries, QUESTIONS, seed) for seed in (*HELD, TUNED_ON)}
    held = {seed: measure(ours, lists[seed]) for seed in HELD}
    for seed, one in held.items():
        print(one.line(f"held list, seed {seed}"))
    print(measure(ours, lists[TUNED_ON]).line(f"tuned on, seed {TUNED_ON}"))
    first = lists[HELD[0]]
    print(measure(index.search, first).line("index alone, first held list"))
    best = 0.0
    for name, ask in peers(entries).items():
        peer = measure(ask, first)
        best = max(best, peer.recall)
        print(peer.line(f"{name}, first held list"))
    times = held[HELD[0]].recall / max(best, 0.001)
    print(f"ratio: {times:.1f} times as many found as by the better peer")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of the process {memory:.0f} MB")
    kept = judged(list(held.values()))
    print("promise (p95 under 50 ms, 95 % in the first ten): " + ("kept" if kept else "NOT kept"))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
