"""How long it takes from a fresh clone to the first page: `make demo` with nothing prepared.

    .venv/bin/python bench/demo.py

Clones the repository (what is committed) into a temporary folder, runs `make demo` there without
pip's cache, and looks from outside at what has come about: the virtual environment, the packages,
the tables, the first page. Beside it, in the same run: pip by itself fetching the same packages.
Needs git, make and a package registry that pip can reach.
"""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from ground import ROOT  # noqa: E402

PROMISE = 180.0
PATIENCE = 900.0
#: The Python that made the virtual environment in which this runs.
PYTHON = getattr(sys, "_base_executable", "") or sys.executable


def bare() -> dict[str, str]:
    """The environment without anything that would make it easier, or reach a real installation."""
    ours = ("EXCHANGE_", "DATABASE_URL", "DJANGO_", "PYTHON", "VIRTUAL_ENV", "MAKE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PIP_NO_CACHE_DIR": "1"}


def free_port() -> int:

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tables(database: Path) -> int:
    """How many changes of the tables have been made so far."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as held:
            return int(held.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
    except sqlite3.Error:
        return 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200 and b"Learning Exchange" in answer.read()
    except OSError:
        return False


class Steps:
    """When each step of a start was seen to be over, in seconds from its beginning."""

    def __init__(self, house: Path, url: str) -> None:
        self.house, self.url = house, url
        self.began = time.perf_counter()
        self.over: dict[str, float] = {}
        self.known = 0

    def now(self) -> float:
        return time.perf_counter() - self.began

    def look(self) -> None:
        """Note what has come about since the last look."""
        seen: dict[str, Callable[[], bool]] = {
            "virtual environment": (self.house / ".venv" / "bin" / "pip").exists,
            "packages": (self.house / ".venv" / "for-use").exists,
            "first page": lambda: answers(self.url),
        }
        for step, is_over in seen.items():
            if step not in self.over and is_over():
                self.over[step] = self.now()
        made = tables(self.house / "var" / "demo" / "exchange.sqlite3")
        if made > self.known:  # the last change is the end of the step
            self.known, self.over["tables"] = made, self.now()


def started(house: Path, port: int) -> Steps:
    """Run `make demo` until its first page; raises SystemExit with its words if none comes."""
    log = house.parent / "demo.log"
    with log.open("w") as said:
        steps = Steps(house, f"http://localhost:{port}/")
        make = subprocess.Popen(
            ["make", "demo", f"PORT={port}", f"PYTHON={PYTHON}"],
            cwd=house, env=bare(), stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            while "first page" not in steps.over:
                if make.poll() is not None or steps.now() > PATIENCE:
                    raise SystemExit(f"No first page.\n{log.read_text()[-3000:]}")
                steps.look()
                time.sleep(0.1)
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGTERM)
            make.wait()
    return steps


def fetched(house: Path) -> float:
    """Seconds that pip alone takes to fetch the same packages, without a cache."""
    pip = str(house / ".venv" / "bin" / "pip")
    start = time.perf_counter()
    subprocess.run(
        [pip, "download", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes",
         "-r", "requirements.lock", "-d", str(house.parent / "wheels")],
        cwd=house, env=bare(), check=True,
    )  # fmt: skip
    return time.perf_counter() - start


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="exchange-bench-") as folder:
        house = Path(folder) / "exchange"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(house)], check=True)
        over = started(house, free_port()).over
        alone = fetched(house)
    before = 0.0
    for step in ("virtual environment", "packages", "tables", "first page"):
        print(f"{step:22} {over[step] - before:6.1f} s   over after {over[step]:6.1f} s")
        before = over[step]
    print(f"{'peer: pip fetching':22} {alone:6.1f} s   the same packages, without installing them")
    whole = over["first page"]
    busyness, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(f"ratio: the whole start takes {whole / alone:.1f} times as long as pip's fetching alone")
    print(f"load of the machine {busyness:.1f} on {cores} cores")
    kept = whole < PROMISE
    print(f"promise (first page under {PROMISE:.0f} s): " + ("kept" if kept else "NOT kept"))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
