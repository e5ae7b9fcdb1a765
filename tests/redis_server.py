"""A Redis of this test alone: to be ended, started again at the same address, and held up."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Unreached

from tests.server import free_port

PROGRAM = "redis-server"


class OwnRedis:
    """One Redis that keeps nothing. `url` stays the same over a restart."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.client = Redis.from_url(self.url)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.client.ping()
                return
            except Unreached:
                time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def hold(self) -> None:
        """It takes connections and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def let_go(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def listening(self, channel: str) -> int:
        """How many hear this channel."""
        ((_name, count),) = self.client.pubsub_numsub(channel)
        return int(count)


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    """A started Redis of this test alone."""
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"{PROGRAM} is missing")
    made = OwnRedis()
    made.start()
    yield made
    made.kill()
