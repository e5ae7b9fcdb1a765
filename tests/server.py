"""A real server process on this test's database: to be started, killed and started again.

The test and the server share one database, so a test prepares with actions and looks with models.
What the server needs of its own (its home, its key, its port) lies in a temporary folder.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

HERE = Path(__file__).resolve().parent.parent
SAMPLE = HERE / "exchange" / "live" / "tests" / "sample"
PATIENCE = 60
KEY = "k" * 32


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def database_url() -> str:
    """The address of the database this test runs on, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    given = urlsplit(settings.DATABASE_URL)
    return given._replace(path=f"/{name}").geturl()


class Server:
    """One server process. `url` stays the same over a restart."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        worker: bool = False,
        program: tuple[str, str] = ("-m", "exchange"),
        **environment: str,
    ) -> None:
        self.options = options if worker else ("--no-worker", *options)
        self.program = program
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.home = folder
        self.log_path = folder / "server.log"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("EXCHANGE_", "PYTEST"))},
            "DJANGO_SETTINGS_MODULE": "exchange.settings",
            "DATABASE_URL": database_url(),
            "EXCHANGE_HOME": str(folder),
            "EXCHANGE_ACTIVITY_DIRS": str(SAMPLE),
            "SECRET_KEY": settings.SECRET_KEY,
            "BASE_URL": self.url,
            "LOG_LEVEL": "WARNING",
            "EXCHANGE_SECOND_STEP": "nobody",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it and wait for nothing."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--port", str(self.port), *self.options],
                cwd=HERE, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers; one that is running goes on."""
        if self.process is not None and self.process.poll() is None:
            return
        self.begin()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/join/", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the server did not start:\n{self.log()}")

    def kill(self) -> None:
        """End it at once, as a power cut does (kill -9)."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(10)
            self.process = None

    def processes(self) -> list[int]:
        """Those of `--processes` that answer people, by number."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_text()
            except (OSError, ValueError, IndexError):  # no process, or gone meanwhile
                continue
            if self.process and parent == self.process.pid and "spawn_main" in command:
                found.append(int(entry.name))
        return sorted(found)

    def client(self, person: Any = None, **cookies: str) -> httpx.AsyncClient:
        """A browser on this server: signed in as that person, with these cookies, able to post."""
        if person is not None:
            browser = Client()
            browser.force_login(person)
            name = settings.SESSION_COOKIE_NAME
            cookies[name] = browser.cookies[name].value
        return httpx.AsyncClient(
            base_url=self.url, trust_env=False, timeout=30,
            cookies={settings.CSRF_COOKIE_NAME: KEY, **cookies},
            headers={"X-CSRFToken": KEY, "Accept": "application/json"},
        )  # fmt: skip

    def phone(self, seat: Any) -> httpx.AsyncClient:
        """The browser that holds a seat made by `holding.sit`."""
        return self.client(**{f"seat-{seat.run_id}": seat.token})

    def open_connections(self) -> int:
        """How many connections to the database are open (this test's own among them)."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "select count(*) from pg_stat_activity where datname = current_database()"
                )
                return int(cursor.fetchone()[0])
        assert self.process is not None
        name, open_files = str(connection.settings_dict["NAME"]), f"/proc/{self.process.pid}/fd"
        return [_leads_to(entry.path) for entry in os.scandir(open_files)].count(name)

    def log(self) -> str:
        """All it has said so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


def _leads_to(descriptor: str) -> str:
    """What an open file of a process is, or "" where it was closed meanwhile."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


@pytest.fixture(scope="session")
def process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of this session: of its own it keeps counts of failed tries only."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.kill()


@pytest.fixture
def server(process: Server, transactional_db: None) -> Server:
    """A started server on this test's database."""
    process.start()
    return process
