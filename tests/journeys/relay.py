"""What stands between a browser and our server: a school's proxy, a wifi with a sign-in page, a
weak radio. A relay on a port of its own, in a thread of its own; each connection is one request.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

PIECE = 1460  # what one packet carries
CUT = 3.0  # seconds after which a connection is ended that may not stay open
STRANGE = (
    b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: 22\r\nConnection: close\r\n\r\n"
    b"<p>Please sign in.</p>"
)


def passes(path: str) -> str:
    """Let everything through."""
    return "pass"


class Radio:
    """A weak line: so many bytes a second, so long one way, and so many packets of a hundred lost.

    A lost packet holds up its connection until it was sent again: one way there and back more.
    """

    def __init__(self, rate: float, delay: float, lost: float) -> None:
        self.rate, self.delay, self.lost = rate, delay, lost
        self.chance = random.Random(7)
        self.free = {"up": 0.0, "down": 0.0}

    def due(self, way: str, size: int, now: float) -> float:
        """When a packet that is there now has arrived at the other end."""
        self.free[way] = max(self.free[way], now) + size / self.rate
        again = self.chance.random() < self.lost
        return self.free[way] + self.delay * (3 if again else 1)


class Relay:
    """`rule(path)` says what becomes of a request, and may be changed at any time:

    pass     it goes on to the server
    hold     the server's answer begins and then never goes on, as with a proxy that buffers
    gather   the server's answer comes when it has ended, and then all at once
    cut      it goes on to the server, and the connection is ended after a few seconds
    refuse   403 and a page of the proxy's own, which our server knows nothing of
    portal   200 and a page of the proxy's own
    """

    def __init__(self, url: str, radio: Radio | None = None) -> None:
        self.rule: Callable[[str], str] = passes
        self.radio = radio
        self.upstream = urlsplit(url).port
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        opened = Event()
        thread = Thread(target=lambda: asyncio.run(self._live(opened)), daemon=True)
        thread.start()
        assert opened.wait(10)
        try:
            yield self
        finally:
            self.loop.call_soon_threadsafe(self.over.set)
            thread.join(10)

    async def _live(self, opened: Event) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        await self.over.wait()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one of the two went away, or the test is over
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.radio:  # the way there and back on which a connection is made
            await asyncio.sleep(2 * self.radio.delay)
        head = await reader.readuntil(b"\r\n\r\n")
        rule = self.rule(head.split(b" ", 2)[1].decode())
        if rule in ("refuse", "portal"):
            writer.write(STRANGE % (b"403 Forbidden" if rule == "refuse" else b"200 OK"))
            await writer.drain()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.upstream)
        lines = [x for x in head.split(b"\r\n") if not x.lower().startswith(b"connection:")]
        back.write(b"\r\n".join([*lines[:-2], b"Connection: close", b"", b""]))
        up = asyncio.create_task(self._pump(reader, back, "up"))
        try:
            if rule == "hold":
                writer.write(await there.readuntil(b"\r\n\r\n"))
                await there.read(-1)
            elif rule == "gather":
                writer.write(await there.read(-1))
                await writer.drain()
            elif rule == "cut":
                with suppress(TimeoutError):
                    async with asyncio.timeout(CUT):
                        await self._pump(there, writer, "down")
            else:
                await self._pump(there, writer, "down")
        finally:
            up.cancel()
            back.close()

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, way: str) -> None:
        """Carry what comes to the other side; with a radio packet by packet, each in its time."""
        clock = asyncio.get_running_loop().time
        due: list[float] = [0.0]
        sending: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def carry() -> None:
            while True:
                at, piece = await sending.get()
                await asyncio.sleep(max(0.0, at - clock()))
                to.write(piece)
                sending.task_done()

        carrying = asyncio.create_task(carry())
        try:
            while piece := await source.read(PIECE):
                at = self.radio.due(way, len(piece), clock()) if self.radio else 0.0
                due.append(max(due[-1], at))  # nothing overtakes what was lost before it
                await sending.put((due[-1], piece))
            await sending.join()
            await to.drain()
        finally:
            carrying.cancel()
