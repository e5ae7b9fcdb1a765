"""Bots that take part in a session as people do: over HTTP, through the pages' own forms."""

import asyncio
import contextlib
import ssl
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from exchange.live.habits import Habits, bare
from exchange.live.pageforms import Form, Page, read_page

NAMES = (
    "Amira", "B.K.", "Carys", "Dev", "Elin", "Femi", "Grace", "Huw", "Ines", "Jo", "Kit", "Lena",
    "Mo", "Nia", "Owain", "Priya", "Q", "Rhys", "Sian", "Tom O'Neill", "Ürün", "Viv", "Wen", "Zoë",
)  # fmt: skip
JSON = {"Accept": "application/json"}
OVER = "closed"


class Gone(Exception):
    """The session is over for this bot: closed, removed, out of time, or never let in."""


@dataclass
class Kept:
    """A move the server acknowledged: enough to ask for it again."""

    path: str
    data: dict[str, str]
    cookies: dict[str, str]
    csrf: str
    revision: int = 0


@dataclass
class Ledger:
    """What all bots did together; `kept` by move id."""

    kept: dict[str, Kept] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seats: int = 0

    def keep(self, move_id: str, move: Kept) -> None:
        """Note an acknowledged move; one that was acknowledged as new before is doubled."""
        before = self.kept.setdefault(move_id, move)
        if before is not move and before.revision and move.revision != before.revision:
            self.counts["doubled"] += 1


@cache
def trusted() -> ssl.SSLContext:
    """Certificates to trust, read once for all bots."""
    return httpx.create_ssl_context()


class Phone:
    """One browser: its cookies, its present page, and patience with a bad connection."""

    def __init__(self, url: str, ends: float, ledger: Ledger) -> None:
        self.url, self.ends, self.ledger = url, ends, ledger
        self.client = self.connect({})
        self.page = Page()

    def connect(self, cookies: dict[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url, timeout=30, cookies=cookies, headers={"Referer": self.url + "/"},
            verify=trusted(), trust_env=False,
        )  # fmt: skip

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.client.cookies.jar}

    async def ask(self, method: str, path: str, **words: Any) -> httpx.Response:
        """One request, tried again while there is no connection; Gone when time is up."""
        wait = 0.2
        while time.monotonic() < self.ends:
            try:
                answer = await self.client.request(method, path, **words)
            except httpx.TransportError:
                self.ledger.counts["cut"] += 1
                await asyncio.sleep(wait)
                wait = min(2.0, wait * 1.5)
                continue
            if answer.status_code >= 500:
                self.ledger.faults[f"{answer.status_code} {method} {path.split('?')[0]}"] += 1
            return answer
        raise Gone("out of time")

    def own_path(self, address: str) -> str:
        """The path of an address on this server; Gone for any other server."""
        there, here = urlsplit(urljoin(self.url + "/", address)), urlsplit(self.url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise Gone(f"the page leads to another server: {there.netloc}")
        return there.path + (f"?{there.query}" if there.query else "")

    async def open(self, path: str) -> Page:
        """A page, following redirects on this server."""
        for _ in range(5):
            answer = await self.ask("GET", path)
            if not answer.has_redirect_location:
                break
            path = self.own_path(answer.headers["Location"])
        if answer.status_code != 200:
            raise Gone(f"{path} answered {answer.status_code}")
        self.path = path
        self.page = read_page(answer.text)
        return self.page

    async def look(self) -> bool:
        """Fetch the view again if it changed; whether it did."""
        view = self.page.view
        if not view.get("data-view"):
            return False
        path = self.own_path(view["data-view"])
        answer = await self.ask("GET", path, params={"have": view.get("data-signature", "")})
        if answer.status_code in {404, 410}:
            raise Gone("the session is over here")
        if answer.status_code != 200:
            return False
        self.page = read_page(answer.text)
        return True

    async def send(self, form: Form, data: dict[str, str], style: str) -> str:
        """Post a form: kept, again, refused or failed. style: json, script or plain."""
        path = self.own_path(form.action or self.path)
        words: dict[str, Any] = {"data": data}
        csrf = data.get("csrfmiddlewaretoken", "")
        if style != "plain":
            words["headers"] = {**JSON, "X-CSRFToken": csrf}
        if style == "json" and form.value("kind"):
            words = {"json": bare(data) | {"move_id": data["move_id"]}, "headers": words["headers"]}
        self.ledger.counts["offered"] += 1
        answer = await self.ask("POST", path, **words)
        status, sentence, revision = understood(answer)
        self.ledger.counts[status] += 1
        if status == "kept" and "/ballots/" in form.action:
            self.ledger.counts["secret answers"] += 1
        if status == "refused":
            self.ledger.refused[sentence] += 1
        if status in {"kept", "again"} and data.get("move_id") and form.value("kind"):
            self.ledger.keep(data["move_id"], Kept(path, data, self.cookies, csrf, revision))
        return status

    async def close(self) -> None:
        await self.client.aclose()


def understood(answer: httpx.Response) -> tuple[str, str, int]:
    """(status, sentence, revision) of what a post was answered; revision 0 if it was not told."""
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        reply = answer.json()
        return reply["status"], reply.get("sentence", ""), int(reply.get("revision", 0))
    if answer.has_redirect_location:
        return "kept", "", 0
    if answer.status_code >= 500:
        return "failed", "", 0
    said = read_page(answer.text).said or f"({answer.status_code} without a sentence)"
    return "refused", said.removeprefix("Not done: "), 0


class Participant(Phone):
    """One person with a phone, or one phone for a table."""

    def __init__(
        self, url: str, code: str, ends: float, ledger: Ledger, chance: Random, pace: float
    ) -> None:
        super().__init__(url, ends, ledger)
        self.code, self.chance, self.pace = code, chance, pace
        self.habits = Habits(chance)
        self.style = chance.choices(("script", "json", "plain"), (5, 3, 2))[0]
        self.streams = chance.random() < 0.85
        self.nudged = asyncio.Event()
        self.news = ""
        self.listening: asyncio.Task[None] | None = None
        self.stale: Form | None = None
        self.run_path = ""

    async def attend(self) -> None:
        """Come, take part until the session is over, and leave."""
        try:
            await asyncio.sleep(self.chance.random() * min(20.0, 10 * self.pace))
            await self.join()
            while time.monotonic() < self.ends and self.page.phase != OVER:
                await self.think()
                await self.live_a_little()
        except Gone as why:
            self.ledger.counts[f"left: {why}"] += 1
        finally:
            await self.hang_up()
            await self.close()

    async def think(self) -> None:
        await asyncio.sleep(min(6 * self.pace, self.chance.expovariate(1 / self.pace)))

    async def join(self) -> None:
        """Type the code, read what is announced, take a seat."""
        answer = await self.ask("GET", f"/join/{self.code}/")
        if answer.status_code != 200:
            raise Gone(f"the code was answered with {answer.status_code}")
        form = next((f for f in read_page(answer.text).forms if f.method == "post"), None)
        if form is None:
            raise Gone("the joining page has no form")
        data = self.habits.fill(form)
        data["label"] = self.chance.choice((*NAMES, ""))
        data["people"] = str(self.chance.choice((1,) * 12 + (4,)))
        answer = await self.ask("POST", form.action or f"/join/{self.code}/", data=data)
        if not answer.has_redirect_location:
            raise Gone(f"no seat: {understood(answer)[1]}")
        self.run_path = self.own_path(answer.headers["Location"])
        self.ledger.seats += 1
        await self.open(self.run_path)
        self.listen()

    def listen(self) -> None:
        if self.streams and self.page.view.get("data-stream"):
            self.listening = asyncio.create_task(self.hear())

    async def hear(self) -> None:
        """Follow the event stream; when it fails, fall back to looking now and then."""
        path = self.own_path(self.page.view["data-stream"])
        patience = httpx.Timeout(15, read=40)
        while True:
            with contextlib.suppress(httpx.HTTPError):
                async with self.client.stream("GET", path, timeout=patience) as events:
                    if events.status_code != 200:
                        self.ledger.counts[f"stream {events.status_code}"] += 1
                        return
                    self.ledger.counts["streams"] += 1
                    async for line in events.aiter_lines():
                        if line.startswith(("data:", "event: gone")):
                            self.news = line.partition(":")[2].strip()
                            self.nudged.set()
            self.news = ""
            await asyncio.sleep(1)

    async def hang_up(self) -> None:
        self.news = ""
        if self.listening is not None:
            self.listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                await self.listening
            self.listening = None

    async def live_a_little(self) -> None:
        """One thing a person does: something unusual, a move, or waiting for news."""
        phase, luck = self.page.phase, self.chance.random()
        if luck < 0.001:
            await self.lose_cookie()
        elif luck < 0.02:
            await self.drop_off()
        form = self.habits.choose(self.page.moves(), phase)
        before = self.page
        if form is not None:
            await self.move(form)
            await self.look()
        elif await self.something_new():
            await self.look()
        if self.page.phase != phase and before.moves():
            self.stale = self.chance.choice(before.moves())
        if self.stale is not None and self.chance.random() < 0.1:
            await self.post_late()

    async def something_new(self) -> bool:
        """Wait a while for a nudge; whether to look again. Polling is the fallback."""
        if not self.news or self.news == self.page.view.get("data-signature"):
            self.nudged.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(1.0, 8 * self.pace)):
                    await self.nudged.wait()
        if self.news:
            return self.news != self.page.view.get("data-signature")
        return self.chance.random() < 0.5

    async def move(self, form: Form) -> None:
        """Send a form; now and then twice at once, as an impatient thumb does."""
        data = self.habits.fill(form)
        if "move_id" in data and self.style != "plain":
            data["move_id"] = uuid.uuid4().hex
        if self.chance.random() < 0.03 and form.value("kind"):
            self.ledger.counts["sent twice"] += 1
            both = await asyncio.gather(*(self.send(form, data, self.style) for _ in range(2)))
            if both.count("kept") > 1 and self.style != "plain":
                self.ledger.counts["doubled"] += 1
            status = both[0]
        else:
            status = await self.send(form, data, self.style)
        self.habits.sent(form, status)

    async def post_late(self) -> None:
        """Press a button of the page as it was before the session went on."""
        form, self.stale = self.stale, None
        if form is not None:
            self.ledger.counts["late"] += 1
            await self.send(form, self.habits.fill(form), "script")

    async def drop_off(self) -> None:
        """Lose the connection for a while, then come back with the same cookie."""
        self.ledger.counts["drops"] += 1
        await self.hang_up()
        cookies = self.cookies
        await self.close()
        await asyncio.sleep(self.chance.uniform(2, 12) * self.pace)
        self.client = self.connect(cookies)
        await self.open(self.run_path)
        self.ledger.counts["returns"] += 1
        self.listen()

    async def lose_cookie(self) -> None:
        """A private window was closed: come again as a newcomer."""
        self.ledger.counts["newcomers"] += 1
        self.stale = None
        await self.hang_up()
        await self.close()
        self.client = self.connect({})
        await self.join()
