"""The worker beside a real server: it sends, it is started again, and it ends with the server."""

import asyncio
import os
import signal
import time
from collections.abc import Callable

import pytest

from exchange.core.models import ChoreDone, Letter
from exchange.core.tests.mail_server import mail_server
from tests import make
from tests.server import Server

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def until(so: Callable[[], object], seconds: float = 30) -> object:
    """Wait until `so` gives something; what it gave last."""
    end = time.monotonic() + seconds
    while not (found := so()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def worker_of(server: Server) -> int:
    """The process id of the worker beside a server; 0 where there is none."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", encoding="utf-8") as words:
                if f"--parent\0{server.process.pid}\0" in words.read():
                    return int(name)
        except OSError:
            continue
    return 0


def gone(pid: int) -> bool:
    """Whether that process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_letters_go_out_and_a_killed_worker_is_started_again(tmp_path):
    make.person("Ada", email="ada@harbour.example")
    with mail_server() as post:
        server = Server(tmp_path, worker=True, EMAIL_URL=f"smtp://127.0.0.1:{post.port}")
        server.start()
        try:
            first = until(lambda: worker_of(server))
            assert until(ChoreDone.objects.exists)
            os.kill(first, signal.SIGKILL)
            # What was killed is there for a moment yet.
            second = until(lambda: {worker_of(server)} - {first, 0}).pop()
            asyncio.run(
                server.client().post(
                    "/account/password/reset/", data={"email": "ada@harbour.example"}
                )
            )
            assert until(lambda: post.readers) == ["ada@harbour.example"]
            assert until(Letter.objects.over().exists)
        finally:
            server.kill()
        assert until(lambda: gone(second))
