"""Phones that go on by themselves, as exchange/static/outbox.js and live.js do: what is done goes into
an outbox, is sent one after another, and again with the same id until it is judged; after each answer
the phone looks. What they did and saw is kept for drills/history.py.
"""

import asyncio
import random
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from drills.history import KEPT, Look, Post

SIGNATURE = re.compile(r'data-signature="([^"]*)"')
REVISION = re.compile(r'data-revision="(\d+)"')
NOW, ENDS = re.compile(r'data-now="(\d+)"'), re.compile(r'data-ends-at="(\d+)"')
#: A phone waits three seconds before it tries again; these are less patient, so that more happens.
RETRY, PATIENCE, TRIES = 0.25, 12.0, 3
#: What is done while nobody answers, at most; a person would do less.
MOST_WAITING = 12
#: Where the cards of five people go to and fro: places of Diamond 9, so that none is in another's way.
PAIRS = (("1", "2a"), ("2b", "3a"), ("3b", "3c"), ("4a", "4b"), ("5", ""))
KEY = "k" * 32


@dataclass
class Waits:
    """A move that is not judged yet."""

    number: int
    move_id: str
    data: dict[str, str]
    asked: float = 0.0
    sent: float = 0.0
    tries: int = 0


@dataclass
class Phone:
    """One person of a session who moves one card to and fro.

    cookies  by which the server knows them; `page` is the board, or the desk of the facilitator,
             who stops the clock and lets it go on
    """

    crowd: "Crowd"
    run: int
    name: str
    cookies: dict[str, str]
    page: str = "board"
    card: str = ""
    place: int = 0
    number: int = 0
    revision: int = 0
    signature: str = ""
    waiting: deque[Waits] = field(default_factory=deque)
    due: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: list[tuple[float, float]] = field(default_factory=list)  # last sent, answered

    def __post_init__(self) -> None:
        self.client = self.crowd.browser(self.cookies)

    def fields(self) -> dict[str, str]:
        """What this person does next."""
        n = self.number
        if self.page == "desk":
            return {"kind": "pause" if n % 2 else "resume"}
        slot = PAIRS[self.place][n % 2]
        if slot:
            return {"kind": "group_place", "card": self.card, "slot": slot}
        return {"kind": "group_unplace", "card": self.card}

    async def live(self) -> None:
        """Do one thing after another until the crowd goes home."""
        sending = asyncio.create_task(self.deliver())
        while not self.crowd.ends.is_set():
            if len(self.waiting) < MOST_WAITING:
                self.number += 1
                name = f"drill-{self.page}-{self.name}-{self.number:06d}"
                self.waiting.append(Waits(self.number, name, self.fields()))
                self.due.set()
            await asyncio.sleep(self.crowd.every * random.uniform(0.5, 1.5))
        self.due.set()
        await sending
        await self.client.aclose()

    async def deliver(self) -> None:
        """Send what waits, in order, until the crowd goes home and nothing waits."""
        while True:
            if not self.waiting:
                if self.crowd.ends.is_set():
                    return
                self.due.clear()
                await self.due.wait()
                continue
            if self.crowd.given_up.is_set():
                self.judge(self.waiting.popleft(), "", {})
                continue
            if await self.sent(self.waiting[0]):
                self.waiting.popleft()
            else:
                await asyncio.sleep(RETRY * random.uniform(1, 1.5))
            if self.page == "board":
                await self.look()

    async def sent(self, move: Waits) -> bool:
        """Post it once; whether it is judged."""
        now = time.monotonic()
        move.asked, move.sent = move.asked or now, now
        try:
            answer = await self.client.post(
                f"/runs/{self.run}/{self.page}/moves/",
                data={**move.data, "move_id": move.move_id}, headers={"Accept": "application/json"},
            )  # fmt: skip
        except httpx.TransportError as fault:
            self.crowd.answers[type(fault).__name__] += 1
            return False
        said = _read(answer)
        status = str(said.get("status", ""))
        self.crowd.answers[f"{answer.status_code} {status}".strip()] += 1
        if sentence := said.get("sentence"):
            self.crowd.said[str(sentence)] += 1
        if status in (*KEPT, "refused"):
            self.judge(move, status, said)
            return True
        wrong = answer.status_code in range(400, 501) and answer.status_code != 429
        move.tries += wrong and "X-Request-ID" in answer.headers
        if move.tries >= TRIES:
            self.judge(move, "", said)  # its words would come back to the person
        return move.tries >= TRIES

    def judge(self, move: Waits, status: str, said: dict[str, Any]) -> None:
        now = time.monotonic()
        if status in KEPT:
            self.acknowledged.append((move.sent, now))
        data = {**move.data, "by": self.name}
        self.crowd.posts.append(
            Post(
                self.run, self.name, move.number, move.move_id, data, move.asked, now, status,
                int(said.get("revision") or 0), str(said.get("at", "")),
            )
        )  # fmt: skip

    async def look(self) -> bool:
        """See what there is, every other time only if it is new; whether the server answered."""
        whole = random.random() < 0.5
        asked = time.monotonic()
        have = {} if whole or not self.signature else {"have": self.signature}
        try:
            answer = await self.client.get(f"/runs/{self.run}/board/view/", params=have)
        except httpx.TransportError:
            return False
        self.crowd.answers[f"view {answer.status_code}"] += 1
        if answer.status_code == 200:
            found, signed = REVISION.search(answer.text), SIGNATURE.search(answer.text)
            self.revision = int(found[1]) if found else 0
            self.signature = signed[1] if signed else ""
        elif answer.status_code != 304:
            return False
        new = answer.status_code == 200
        self.crowd.looks.append(
            Look(self.run, self.name, asked, time.monotonic(), self.revision, new)
        )
        return True

    async def left(self) -> int:
        """The seconds that this phone's timer shows, as live.js works them out."""
        answer = await self.client.get(f"/runs/{self.run}/board/view/")
        now, ends = NOW.search(answer.text), ENDS.search(answer.text)
        assert now and ends, answer.text[:400]
        return int(ends[1]) - int(now[1])

    def went_on(self, since: float) -> float:
        """When it was first told that something it sent after `since` is kept; 0.0: not yet. What
        was on its way before counts when it is sent again."""
        found = 0.0
        for sent, answered in reversed(self.acknowledged):
            if sent <= since:
                break
            found = answered
        return found


class Crowd:
    """All phones of a drill, and what they keep."""

    def __init__(self, url: str, every: float) -> None:
        self.url, self.every = url, every
        self.tls = httpx.create_ssl_context()  # once: each phone of its own takes 20 ms
        self.phones: list[Phone] = []
        self.posts: list[Post] = []
        self.looks: list[Look] = []
        self.answers: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.ends, self.given_up = asyncio.Event(), asyncio.Event()
        self.living: list[asyncio.Task[None]] = []

    def add(self, **fields: Any) -> Phone:
        self.phones.append(Phone(self, **fields))
        return self.phones[-1]

    def browser(self, cookies: dict[str, str]) -> httpx.AsyncClient:
        """A browser with these cookies, able to post."""
        return httpx.AsyncClient(
            base_url=self.url, trust_env=False, timeout=PATIENCE, verify=self.tls,
            cookies={"csrf": KEY, **cookies}, headers={"X-CSRFToken": KEY},
        )  # fmt: skip

    def begin(self) -> None:
        self.living = [asyncio.create_task(phone.live()) for phone in self.phones]

    async def until_all_went_on(self, since: float, within: float = 120.0) -> list[float]:
        """The seconds from `since` until each phone was told again that something is kept.

        Raises TimeoutError when one never is.
        """
        async with asyncio.timeout(within):
            while not all(phone.went_on(since) for phone in self.phones):
                self.notice()
                await asyncio.sleep(0.02)
        return sorted(phone.went_on(since) - since for phone in self.phones)

    def notice(self) -> None:
        """A phone that broke breaks the drill."""
        for task in self.living:
            if task.done():
                task.result()

    async def go_home(self, within: float = 60.0) -> None:
        """Stop moving; what waits is delivered, and what is not within that time stays unjudged."""
        self.ends.set()
        _done, late = await asyncio.wait(self.living, timeout=within)
        self.given_up.set()
        if late:
            await asyncio.wait(late, timeout=2 * PATIENCE)
        self.notice()


def _read(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer; {} where it has none."""
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
