"""Where a drill keeps its data: a folder, a PostgreSQL of its own, a disk that can be filled."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.server import free_port


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="exchange-drill-") as made:
        yield Path(made)


class Missing(Exception):
    """What this machine lacks for a drill, in a sentence."""


def programs() -> Path | None:
    """The folder of PostgreSQL's newest server programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    return found[-1].parent if found else None


class Cluster:
    """A PostgreSQL of its own in this folder; as root its programs run as the user postgres."""

    def __init__(self, place: Path) -> None:
        self.bin, self.port = programs(), free_port()
        if self.bin is None:
            raise Missing("there is no PostgreSQL server on this machine")
        self.place, self.log = place / "cluster", place / "postgres.log"
        self.user: str | None = None
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                raise Missing("PostgreSQL does not run as root, and nobody is postgres") from None
            self.user = "postgres"
            os.chown(place, owner.pw_uid, owner.pw_gid)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-instructions"]
        subprocess.run(
            [self.bin / "initdb", "-D", self.place, *options], user=self.user, group=self.user,
            check=True, stdout=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, within: float = 60.0) -> None:
        """Start it and wait until it answers."""
        assert self.bin
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.place, "-p", str(self.port), "-h", "127.0.0.1",
                 "-k", ""],
                user=self.user, group=self.user, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + within
        while time.monotonic() < until:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None:  # what was killed has not wholly gone yet
                    return self.start(until - time.monotonic())
                time.sleep(0.05)
            else:
                return None
        raise TimeoutError(f"PostgreSQL does not start: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End all of its processes at once (kill -9)."""
        if self.process is None:
            return
        for number in [*self.workers(), self.process.pid]:
            _kill(number)
        self.process.wait(30)
        self.process = None

    def kill_worker(self) -> None:
        """End the process that serves the newest connection: the others end themselves, and it
        recovers by itself from its log."""
        _kill(self.workers()[-1])

    def workers(self) -> list[int]:
        """Its processes but the first, oldest first."""
        assert self.process
        number = self.process.pid
        told = Path(f"/proc/{number}/task/{number}/children").read_text()
        return [int(word) for word in told.split()]


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


class Disk:
    """A small disk in memory that can be filled to its last byte; only root may mount one."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place, self.filling = place / "disk", place / "disk" / "filling"
        if os.geteuid() != 0 or sys.platform != "linux":
            raise Missing("only root on Linux may mount a small disk")
        place.chmod(0o711)  # another user's database may lie on it
        self.place.mkdir()
        size = f"size={megabytes}m,mode=0755"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", self.place], capture_output=True, text=True
        )  # fmt: skip
        if done.returncode:
            raise Missing(f"no disk could be mounted ({done.stderr.strip()})")

    def fill(self) -> None:
        """Take all the room there is."""
        with self.filling.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        self.filling.unlink()

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.place], check=True)


class Clock:
    """The clock of the day of another process, to be set while it runs (drills/clock.c)."""

    def __init__(self, place: Path) -> None:
        made, self.says = place / "clock.so", place / "clock"
        compiler = shutil.which("cc")
        if compiler is None or sys.platform != "linux":
            raise Missing("there is no C compiler, or this is not Linux")
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, source], check=True)
        self.says.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(made), "DRILL_CLOCK": str(self.says)}

    def set(self, seconds: int) -> None:
        """Put it so far ahead of the true time."""
        with self.says.open("r+b") as file:
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))
