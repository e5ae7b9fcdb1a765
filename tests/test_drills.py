"""The drills of "nothing lost" in short: what docs/operating.md has in long, run as everybody runs
them, each in a house of its own on the kind of database that this suite runs on."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection

from drills.history import KINDS
from drills.run import SKIPPED
from tests.server import HERE

pytestmark = [pytest.mark.server, pytest.mark.django_db]
LATER = "Nothing can be kept at the moment. Send it again in a minute."
WELL = ", ".join(f"{kind} 0" for kind in KINDS)


def drilled(*words):
    """What a drill says, line by line; the test is skipped where the machine lacks what it needs."""
    ours = ("EXCHANGE_", "PYTEST", "DJANGO_", "DATABASE_URL")
    given = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "drills.run", *words, "--people", "20", "--every", "0.2"],
        cwd=HERE, env=given, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode == SKIPPED:
        pytest.skip(f"a drill that this machine cannot do: {done.stdout.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[2] == WELL
    assert int(re.match(r"moves acknowledged (\d+)", lines[1])[1]) > 40  # all, and again
    return lines


def where():
    return ["--on", "postgres"] if connection.vendor == "postgresql" else []


def test_a_server_that_is_killed_loses_nothing():
    lines = drilled("kills", "--times", "3", *where())
    assert re.fullmatch(r"kills: faults [34], phones and desks 22, sessions 2", lines[0])


def test_a_database_that_fails_is_told_of_and_loses_nothing():
    """PostgreSQL is killed; SQLite's disk is full, and people read on."""
    if connection.vendor == "postgresql":
        lines = drilled("postgres", "--times", "2")
        assert lines[-1] == "killed: all of it 1, one process 1"
        return
    lines = drilled("disk", "--times", "2")
    assert [line.partition(": ")[2] for line in lines if line.startswith("said")] == [LATER]
    assert lines[-1] == (
        "pages while it was full: board 200 40, desk 200 4, joining 503 4, screen 200 4"
    )


def test_one_of_two_processes_and_redis_between_them_are_killed():
    """On PostgreSQL; with SQLite there is one process."""
    if connection.vendor == "sqlite":
        return
    lines = drilled("several", "--times", "2")
    assert lines[-1] == "killed: one of two processes 1, Redis 1"


def test_a_clock_that_is_set_back_leaves_order_and_timers_right():
    lines = drilled("clock", *where())
    shown, due = map(int, re.fullmatch(r"timer: (\d+) s left, should be (\d+)", lines[-1]).groups())
    assert abs(shown - due) <= 20  # a second for each move that a loaded machine was late with
