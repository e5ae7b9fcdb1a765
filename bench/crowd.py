"""The phones of bench/hall.py, in a process of their own: they behave as exchange/static/live.js
does, keep the times, and print them as one JSON object. Read from standard input: what to do.

A phone holds a stream open, takes what changed in its pane or looks again when it is told to, and
posts one move after another. Moves are due at fixed times whether the server keeps up or not; a time
is counted from when the move was due, so a server that stops for a second is not excused (no
coordinated omission). What a phone shows is known by the revision that its view carries.
"""

import asyncio
import json
import random
import re
import resource
import sys
import time
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import httpx
import uvloop

EVENT = re.compile(rb"(?:event: (\w+)\n)?data: ([^\n]*)\n\n")
SIGNATURE = re.compile(rb'data-signature="([^"]*)"')
REVISION = re.compile(rb'data-revision="(\d+)"')
CSRF = "k" * 32
PAIRS = (("1", "2a"), ("2b", "3a"), ("3b", "3c"), ("4a", "4b"))
Answered = Callable[[int, bytes], None]


class Line(asyncio.Protocol):
    """One connection kept alive: a question at a time, its answer given to whoever asked. Where the
    server has closed it meanwhile, it is opened again."""

    def __init__(self, port: int) -> None:
        self.port, self.held = port, b""
        self.transport: Any = None
        self.asked: deque[Answered] = deque()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def ask(self, question: bytes, answered: Answered) -> None:
        self.asked.append(answered)
        if self.transport is None or self.transport.is_closing():
            self.waits = asyncio.ensure_future(self.again(question))
        else:
            self.transport.write(question)

    async def again(self, question: bytes) -> None:
        self.held = b""
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)
        except OSError:
            self.asked.popleft()(0, b"")
        else:
            self.transport.write(question)

    def data_received(self, data: bytes) -> None:
        self.held += data
        while self.asked:
            end = self.held.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.held[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r", 1)[0]) if at >= 0 else 0
            if len(self.held) < end + 4 + length:
                return
            body, self.held = self.held[end + 4 : end + 4 + length], self.held[end + 4 + length :]
            self.asked.popleft()(int(head[9:12]), body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport, unanswered = None, list(self.asked)
        self.asked.clear()
        for answered in unanswered:
            answered(0, b"")


class Ear(asyncio.Protocol):
    """The stream: calls `told` with each event's name and data."""

    def __init__(self, told: Callable[[bytes, bytes], None]) -> None:
        self.told, self.raw, self.held, self.begun = told, b"", b"", False

    def data_received(self, data: bytes) -> None:
        self.raw += data
        if not self.begun:
            _head, begun, self.raw = self.raw.partition(b"\r\n\r\n")
            if not begun:
                self.raw = _head
                return
            self.begun = True
        self.unpack()
        past = 0
        for found in EVENT.finditer(self.held):
            self.told(found[1] or b"message", found[2])
            past = found.end()
        self.held = self.held[past:]

    def unpack(self) -> None:
        """The chunks that have come whole: a proxy cuts them where it likes."""
        while (end := self.raw.find(b"\r\n")) >= 0:
            size = int(self.raw[:end], 16)
            if len(self.raw) < end + size + 4:
                return
            self.held += self.raw[end + 2 : end + 2 + size]
            self.raw = self.raw[end + size + 4 :]


class Phone:
    def __init__(self, crowd: "Crowd", one: dict[str, Any]) -> None:
        self.crowd, self.one = crowd, one
        self.path = f"/runs/{one['run']}/board/"
        self.head = (
            f"Host: {crowd.host}\r\nCookie: seat-{one['run']}={one['token']}; csrf={CSRF}\r\n"
        )
        self.signature, self.revision = b"", 0
        self.shown: list[tuple[int, float]] = []  # revision, when
        self.looking = self.again = False
        self.changes: list[dict[str, Any]] = []
        self.due: deque[float] = deque()
        self.sending = False
        self.number = 0

    async def come(self) -> None:
        where = ("127.0.0.1", self.one.get("port", self.crowd.port))
        loop = asyncio.get_running_loop()
        self.line, self.second = Line(where[1]), Line(where[1])
        ear, _ = await loop.create_connection(lambda: Ear(self.told), *where)
        ear.write(f"GET {self.path}stream/ HTTP/1.1\r\n{self.head}\r\n".encode())

    def told(self, event: bytes, data: bytes) -> None:
        self.crowd.events += 1
        self.crowd.told_bytes += len(data)
        if event == b"pane":
            change = json.loads(data)
            if self.looking:
                self.changes.append(change)
            else:
                self.changed(change)
        elif event == b"message" and data != self.signature:
            self.look()

    def changed(self, change: dict[str, Any]) -> None:
        """A change of the pane: made where it follows on what the phone has, else it looks."""
        if change["from"].encode() == self.signature:
            self.signature, self.revision = change["to"].encode(), change["revision"]
            self.shown.append((self.revision, time.monotonic()))
        elif change["to"].encode() != self.signature:
            self.look()

    def look(self) -> None:
        if self.looking:
            self.again = True
            return
        self.looking = True
        have = self.signature.decode().replace(":", "%3A")
        self.crowd.looks += 1
        self.line.ask(
            f"GET {self.path}view/?have={have} HTTP/1.1\r\nAccept: text/html\r\n{self.head}\r\n".encode(),
            self.looked,
        )

    def looked(self, status: int, body: bytes) -> None:
        self.looking = False
        self.crowd.answers[f"view {status}"] += 1
        self.crowd.bytes += len(body)
        if status == 200:
            self.signature = SIGNATURE.search(body)[1]  # type: ignore[index]
            found = REVISION.search(body)
            self.revision = int(found[1]) if found else 0
            self.shown.append((self.revision, time.monotonic()))
        changes, self.changes = self.changes, []
        for change in changes:
            self.changed(change)
        if self.again:
            self.again = False
            self.look()

    async def move(self, begins: float, seconds: float, every: float) -> None:
        at = begins + random.random() * every
        while at < begins + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            self.due.append(at)
            self.send()
            at += every

    def send(self) -> None:
        if self.sending or not self.due:
            return
        self.sending = True
        due, self.number = self.due.popleft(), self.number + 1
        name = f"hall-{self.one['seat']}-{self.number:06d}"
        fields = "&".join(f"{k}={v}" for k, v in self.fields().items()) + f"&move_id={name}"
        self.crowd.offered += 1
        self.second.ask(
            (
                f"POST {self.path}moves/ HTTP/1.1\r\nAccept: application/json\r\nX-CSRFToken: {CSRF}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(fields)}\r\n{self.head}\r\n{fields}"
            ).encode(),
            lambda status, body: self.answered(due, name, status, body),
        )

    def answered(self, due: float, name: str, status: int, body: bytes) -> None:
        self.sending = False
        self.crowd.answers[f"move {status}"] += 1
        if status == 200:
            revision = json.loads(body)["revision"]
            self.crowd.kept.append((name, self.one["run"], self.one["hears"], revision, due))
            self.crowd.acks.append(time.monotonic() - due)
        elif status:
            self.crowd.said[body[:120].decode("utf-8", "replace")] += 1
        self.send()

    def fields(self) -> dict[str, str]:
        """The next move of this person: in a group with cards, in the room with wordings."""
        n, place = self.number, self.one.get("place")
        if place is None:
            return {"kind": "agree_finding", "finding": f"f{n}"}
        if place < len(PAIRS):
            return {"kind": "group_place", "card": self.one["card"], "slot": PAIRS[place][n % 2]}
        if n % 2:
            return {"kind": "group_place", "card": self.one["card"], "slot": "5"}
        return {"kind": "group_unplace", "card": self.one["card"]}


class Desk(Phone):
    """The facilitator's desk, or the projector: signed in, it looks again whenever it is told to."""

    def __init__(self, crowd: "Crowd", one: dict[str, Any]) -> None:
        super().__init__(crowd, {**one, "token": ""})
        self.path = f"/runs/{one['run']}/{one['page']}/"
        self.head = f"Host: {crowd.host}\r\nCookie: {one['cookie']}\r\n"

    def looked(self, status: int, body: bytes) -> None:
        self.looking = False
        self.crowd.answers[f"{self.one['page']} {status}"] += 1
        if status == 200:
            self.signature = SIGNATURE.search(body)[1]  # type: ignore[index]
        if self.again:
            self.again = False
            self.look()


class Crowd:
    def __init__(self, told: dict[str, Any]) -> None:
        self.port, self.told = told["port"], told
        self.host = f"localhost:{self.port}"
        self.offered = self.looks = self.bytes = self.events = self.told_bytes = 0
        self.acks: list[float] = []
        self.kept: list[tuple[str, int, str, int, float]] = []
        self.answers: dict[str, int] = defaultdict(int)
        self.said: dict[str, int] = defaultdict(int)
        self.phones = [Phone(self, one) for one in told["phones"]]
        self.desks = [Desk(self, one) for one in told.get("desks", ())]

    async def act(self) -> dict[str, Any]:
        for at in range(0, len(self.phones), 25):
            await asyncio.gather(*(phone.come() for phone in self.phones[at : at + 25]))
        await asyncio.gather(*(desk.come() for desk in self.desks))
        for phone in (*self.phones, *self.desks):
            phone.look()
        await asyncio.sleep(self.told["settle"])
        print("ready", flush=True)
        before = resource.getrusage(resource.RUSAGE_SELF)
        begins, seconds = time.monotonic() + 0.1, self.told["seconds"]
        await asyncio.gather(*(p.move(begins, seconds, self.told["every"]) for p in self.phones))
        ends = time.monotonic() + self.told["grace"]
        while time.monotonic() < ends and any(p.sending or p.due for p in self.phones):
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return self.report(used / (time.monotonic() - begins))

    def report(self, cpu: float) -> dict[str, Any]:
        seen, unseen = self.seen()
        return {
            "offered": self.offered, "behind": sum(len(p.due) for p in self.phones),
            "kept": [[name, run] for name, run, *_ in self.kept], "looks": self.looks,
            "bytes": self.bytes, "events": self.events, "told_bytes": self.told_bytes,
            "acks": sorted(self.acks), "shown": sorted(seen),
            "unseen": unseen, "answers": self.answers, "said": self.said, "cpu": cpu,
        }  # fmt: skip

    def seen(self) -> tuple[list[float], int]:
        """From when a move was due until each other phone that hears it showed it; and how often
        one never did."""
        by_hearing: dict[tuple[int, str], list[Phone]] = defaultdict(list)
        for phone in self.phones:
            by_hearing[phone.one["run"], phone.one["hears"]].append(phone)
        took, missed = [], 0
        for name, run, hears, revision, due in self.kept:
            others = by_hearing[run, hears]
            for phone in others if len(others) <= 10 else random.sample(others, 10):
                if name.startswith(f"hall-{phone.one['seat']}-"):
                    continue
                at = bisect_left(phone.shown, (revision, 0.0))
                if at < len(phone.shown):
                    took.append(phone.shown[at][1] - due)
                else:
                    missed += 1
        return took, missed


#: What was found is printed in parts: as a whole, a pipe had now and then no more than its first 64 kB.
PART = 4096
HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')


async def join(told: dict[str, Any], number: int, begins: float, found: dict[str, Any]) -> None:
    """One person comes: the code's page, the form, the phone's page; then the stream stays open."""
    due = begins + number * told["seconds"] / told["people"]
    await asyncio.sleep(max(0.0, due - time.monotonic()))
    url = f"http://localhost:{told['port']}"
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        try:
            page = await client.get(f"/join/{told['code']}/")
            words = dict(HIDDEN.findall(page.text)) | {
                "label": f"G{number}", "school": "other", "role": "teacher", "people": "1",
            }  # fmt: skip
            answer = await client.post(page.url.path, data=words, headers={"Referer": url + "/"})
            board = await client.get(answer.headers.get("Location", "/no-seat"))
        except httpx.TransportError as fault:
            found["answers"][type(fault).__name__] += 1
            return
        statuses = (page.status_code, answer.status_code, board.status_code)
        found["answers"][" ".join(map(str, statuses))] += 1
        if statuses == (200, 302, 200):
            found["acks"].append(time.monotonic() - due)
        async with client.stream("GET", str(board.url.path) + "stream/") as stream:
            found["streams"] += stream.status_code == 200
            await asyncio.sleep(max(0.0, begins + told["seconds"] + 5 - time.monotonic()))


async def storm(told: dict[str, Any]) -> dict[str, Any]:
    """Everybody joins within some seconds, from one address."""
    found: dict[str, Any] = {"answers": defaultdict(int), "acks": [], "streams": 0}
    print("ready", flush=True)
    before, begins = time.process_time(), time.monotonic()
    await asyncio.gather(*(join(told, n, begins, found) for n in range(told["people"])))
    found["cpu"] = (time.process_time() - before) / (time.monotonic() - begins)
    return found | {"acks": sorted(found["acks"])}


if __name__ == "__main__" and sys.argv[1:] in (["phones"], ["storm"]):
    asked = json.loads(sys.stdin.readline())
    told = json.dumps(uvloop.run(storm(asked) if sys.argv[1] == "storm" else Crowd(asked).act()))
    for at in range(0, len(told), PART):
        print(told[at : at + PART], end="", flush=True)
    print()
