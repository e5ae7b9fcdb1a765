"""The people of bench/peers/run.py, in a process of their own: each sets one key of the map it shares
with its room to the next number, once a second, and notes when it sees those of the others.

Read from standard input, one JSON object: `kind` of server, `port`, `people`, `room` (people in each),
`seconds`, and `what`: "calm" (print what was found), "crash" (say "now" after the seconds, and go on
until the server is gone), or "load" (a new person in each room: print what the server still has).

As in bench/crowd.py changes are due at fixed times, and times count from then. In a large room ten
people are witnesses, who take what the others do; the rest receives it and lets it lie, which spares
this process, not the server.
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections import defaultdict
from typing import Any

import uvloop
from pycrdt import Doc, Map, create_sync_message, create_update_message, handle_sync_message
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

SYNC, AUTH, REPLY, STATUS = 0, 2, 4, 8
STEP_1, STEP_2, UPDATE = 0, 1, 2
WITNESSES = 10


class Person:
    def __init__(self, all_: "People", number: int, witness: bool) -> None:
        self.all, self.room, self.key = all_, f"r{number // all_.told['room']}", f"c{number}"
        self.witness, self.count, self.answered = witness, 0, 0
        self.doc: Doc = Doc()
        self.map = self.doc.get("counts", type=Map)
        self.last: dict[str, int] = defaultdict(int)  # key -> the number seen last
        self.map.observe(self.changed)
        name = self.room.encode()
        self.prefix = bytes([len(name)]) + name if all_.told["kind"] == "hocuspocus" else b""

    async def come(self) -> None:
        where = f"ws://127.0.0.1:{self.all.told['port']}/{self.room}"
        self.line = await connect(where, compression=None, max_size=None, ping_interval=None)
        if self.prefix:  # a token is asked for by the protocol, and looked at by nobody
            await self.line.send(self.prefix + bytes([AUTH, 0, 1]) + b"x")
        await self.line.send(self.prefix + create_sync_message(self.doc))
        self.hearing = asyncio.create_task(self.hear())

    async def hear(self) -> None:
        try:
            async for raw in self.line:
                await self.heard(bytes(raw)[len(self.prefix) :])
        except ConnectionClosed:
            pass
        self.all.gone.set()

    async def heard(self, message: bytes) -> None:
        if message[0] == STATUS:
            self.answered += message[1]
        elif message[0] in (SYNC, REPLY) and (self.witness or message[1] != UPDATE):
            answer = handle_sync_message(message[1:], self.doc)
            if answer is not None:
                await self.line.send(self.prefix + answer)

    def changed(self, event: Any) -> None:
        now = time.monotonic()
        for key in event.keys:
            new, before = int(self.map[key]), self.last[key]
            self.last[key] = new
            if key != self.key and self.all.due:
                due = self.all.due[key]
                self.all.shown += [now - due[n] for n in range(before, min(new, len(due)))]
                self.all.seen[self.room][key] = max(self.all.seen[self.room][key], new)

    async def act(self, begins: float, ends: float) -> None:
        at = begins + random.random()
        while at < ends and not self.all.gone.is_set():
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            self.all.due[self.key].append(at)
            before, self.count = self.doc.get_state(), self.count + 1
            self.map[self.key] = self.count
            update = create_update_message(self.doc.get_update(before))
            try:
                await self.line.send(self.prefix + update)
            except ConnectionClosed:
                return
            at += 1.0


class People:
    def __init__(self, told: dict[str, Any]) -> None:
        self.told, self.gone = told, asyncio.Event()
        self.due: dict[str, list[float]] = {}
        self.shown: list[float] = []
        self.seen: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        room = told["room"]
        numbers = range(0, told["people"], room if told["what"] == "load" else 1)
        self.people = [Person(self, n, n % room < WITNESSES) for n in numbers]

    async def act(self) -> dict[str, Any]:
        for at in range(0, len(self.people), 25):
            await asyncio.gather(*(one.come() for one in self.people[at : at + 25]))
        await asyncio.sleep(3.0)
        if self.told["what"] == "load":
            return {one.room: {key: int(n) for key, n in one.map.items()} for one in self.people}
        self.due = defaultdict(list)
        for one in self.people:  # coming is answered as well
            one.answered = 0
        print("ready", flush=True)
        crash = self.told["what"] == "crash"
        begins, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        ends = begins + self.told["seconds"]
        acting = asyncio.gather(
            *(one.act(begins, ends + 60 if crash else ends) for one in self.people)
        )
        if crash:
            await asyncio.sleep(self.told["seconds"])
            print("now", flush=True)
            await self.gone.wait()
        await acting
        await asyncio.sleep(2.0)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        for one in self.people:  # what the server itself has said that it has
            self.seen[one.room][one.key] = max(self.seen[one.room][one.key], one.answered)
        return {
            "offered": sum(one.count for one in self.people), "shown": sorted(self.shown),
            "kept": self.seen, "cpu": used / (time.monotonic() - begins),
            "unseen": self.expected() - len(self.shown),
        }  # fmt: skip

    def expected(self) -> int:
        """How often a witness should have seen a change of another."""
        by_room: dict[str, int] = defaultdict(int)
        for one in self.people:
            by_room[one.room] += one.count
        return sum(by_room[one.room] - one.count for one in self.people if one.witness)


async def main() -> None:
    print(json.dumps(await People(json.loads(sys.stdin.readline())).act()), flush=True)


uvloop.run(main())
