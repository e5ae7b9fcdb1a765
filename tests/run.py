"""All that a change must pass, one step after the other: `make test`, or

    .venv/bin/python -m tests.run [check]

`check` leaves out what needs a database or a browser. What the machine lacks is skipped aloud;
what EXCHANGE_REQUIRE names (postgres, chromium) may not be missing, and then no test may be
skipped either. The last line is a count, such as "123 passed, 0 failed"; the exit status is 1 if
anything failed.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.journeys.browser import chromium

HOUSE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
CHECKS = {
    "lint": ("ruff", "check", "."),
    "shape of the code": ("ruff", "format", "--check", "."),
    "contracts": ("lint-imports",),
    "types": ("mypy", "exchange"),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
}
#: Settings of a real installation; `make test` may be called on one.
SETTINGS = (
    "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "DEBUG", "DEFAULT_FROM_EMAIL", "EMAIL_URL",
    "EXCHANGE_ACTIVITY_DIRS", "EXCHANGE_BACKUP_PASSPHRASE", "EXCHANGE_BACKUP_PASSPHRASE_FILE",
    "EXCHANGE_CONTENT_DIRS", "EXCHANGE_DEMO", "EXCHANGE_FLOOR", "EXCHANGE_HALL",
    "EXCHANGE_FOUNDERS", "EXCHANGE_HOME", "EXCHANGE_PRODUCTION", "EXCHANGE_READY_TOKEN",
    "EXCHANGE_METRICS_TOKEN", "FORWARDED_ALLOW_IPS", "LOG_FORMAT", "REDIS_URL",
    "SECRET_KEY", "TIME_ZONE", "TRUSTED_PROXY",
)  # fmt: skip
#: Tests that need what is not in the repository, or rights over the machine, may be skipped even
#: where all else is required.
NOT_OURS = ("EXCHANGE_DATA", "a drill that this machine cannot do")


@dataclass
class Tally:
    """What came of a step: how many passed and failed, and why some were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        found = f"{self.passed} passed, {self.failed} failed"
        skipped = self.skipped.total()
        return f"{found}, {skipped} skipped" if skipped else found


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(command: tuple[str, ...], **environment: str) -> int:
    """Run a program of the virtual environment in the house; its exit status.

    Settings of an installation that stand in the environment do not reach it.
    """
    program, *arguments = command
    given = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    given |= environment
    return subprocess.run([BIN / program, *arguments], cwd=HOUSE, env=given, check=False).returncode


def required() -> set[str]:
    """What EXCHANGE_REQUIRE names."""
    return {part.strip() for part in os.environ.get("EXCHANGE_REQUIRE", "").split(",")} - {""}


def postgres() -> str:
    """The address of a PostgreSQL that answers, or ""."""
    url = os.environ.get("EXCHANGE_TEST_POSTGRES", POSTGRES)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error:
        return ""
    return url


def check(name: str, command: tuple[str, ...]) -> Tally:
    say(f"== {name}")
    status = run(command)
    return Tally(passed=int(status == 0), failed=int(status != 0))


def counted(report: Path, status: int) -> Tally:
    """What pytest wrote down; a run that broke without a failing test is a failure too."""
    tally = Tally()
    cases = ET.parse(report).iter("testcase") if report.exists() else ()
    for case in cases:
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failed += 1
        elif skipped is not None:
            tally.skipped[skipped.get("message", "no reason given")] += 1
        else:
            tally.passed += 1
    if status != 0 and not tally.failed:
        tally.failed = 1
    return tally


def tests(name: str, *arguments: str, **environment: str) -> Tally:
    """Run pytest and count."""
    say(f"== {name}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = run(("pytest", *arguments, f"--junitxml={report}"), **environment)
        return counted(report, status)


def missing(name: str, part: str, needed: set[str], how: str) -> Tally:
    """A step that cannot run here: skipped aloud, or failed where the part is required."""
    if part in needed:
        say(f"== {name}: FAILED, {part} is required and missing. {how}")
        return Tally(failed=1)
    say(f"== {name}: skipped, {part} is missing. {how}")
    return Tally(skipped=Counter({f"{part} is missing": 1}))


def judged(tally: Tally, needed: set[str]) -> Tally:
    """Where parts are required, a skipped test is a failed one."""
    if not needed:
        return tally
    kept = Counter(
        {why: n for why, n in tally.skipped.items() if any(word in why for word in NOT_OURS)}
    )
    lost = tally.skipped.total() - kept.total()
    return Tally(tally.passed, tally.failed + lost, kept if lost == 0 else tally.skipped)


def suites(needed: set[str]) -> dict[str, Tally]:
    """The suite on both databases, then the journeys in a browser."""
    suite = ("-m", "not browser", "-n", "2", "--dist", "worksteal", "--durations=8")
    done = {
        "suite on SQLite": judged(tests("suite on SQLite", *suite), needed),
    }
    url, name = postgres(), "suite on PostgreSQL"
    if url:
        done[name] = judged(tests(name, *suite, DATABASE_URL=url), needed)
    else:
        done[name] = missing(name, "postgres", needed, "Set EXCHANGE_TEST_POSTGRES to its address.")
    name = "journeys in a browser"
    if chromium().exists():
        done[name] = judged(tests(name, "-m", "browser"), needed)
    else:
        done[name] = missing(name, "chromium", needed, "Set EXCHANGE_CHROMIUM to its path.")
    return done


def uneven(done: dict[str, Tally]) -> bool:
    """Whether the two databases saw different numbers of tests."""
    counts = {
        tally.passed + tally.failed + tally.skipped.total()
        for name, tally in done.items()
        if name.startswith("suite on ") and tally.passed
    }
    return len(counts) > 1


def main(arguments: list[str]) -> int:
    """Run the steps, say what each found, and add up."""
    began, needed = time.monotonic(), required()
    done = {name: check(name, command) for name, command in CHECKS.items()}
    if arguments != ["check"]:
        done |= suites(needed)
    if uneven(done):
        done["the same tests on both databases"] = Tally(failed=1)
    say(f"\n== after {time.monotonic() - began:.0f} s")
    for name, tally in done.items():
        say(f"{name}: {tally.line()}")
        for why, times in tally.skipped.items():
            say(f"    skipped {times}: {why}")
    passed = sum(tally.passed for tally in done.values())
    failed = sum(tally.failed for tally in done.values())
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
