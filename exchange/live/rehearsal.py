"""`exchange rehearse`: a whole session played by bots over HTTP, to practise with and to test.

It talks to the one server it is given and reads only what a browser would. Afterwards it posts
every acknowledged move once more: a server that lost none answers "again" with the same number.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from random import Random
from urllib.parse import urlsplit

import httpx

from exchange.live.bots import Gone, Kept, Ledger, Participant, Phone, trusted, understood
from exchange.live.codes import read_code, show_code
from exchange.live.habits import Habits
from exchange.live.pageforms import Form
from exchange.live.plugin import LOBBY

#: What a facilitator who practises rarely presses.
DESK_HABITS = {
    "advance": 0.0, "regroup": 0.02, "move_seat": 0.05, "pause": 0.05, "resume": 0.8, "extend": 0.05,
    "drop_finding": 0.02, "dissent_finding": 0.1, "word_finding": 0.1, "settle_finding": 0.5,
    "propose_finding": 0.2,
}  # fmt: skip
LONGEST = 240
Say = Callable[[str], None]


def patience(lasts: float) -> float:
    """Seconds until everybody gives up on a session planned for `lasts` seconds."""
    return 3 * lasts + 180


class Facilitator(Phone):
    """The one at the desk: starts, goes through the phases, settles findings, closes."""

    def __init__(self, url: str, ledger: Ledger, lasts: float, people: int, chance: Random) -> None:
        super().__init__(url, time.monotonic() + patience(lasts), ledger)
        self.lasts, self.people, self.chance = lasts, people, chance
        self.habits = Habits(chance, DESK_HABITS)

    async def sign_in(self, desk: str, email: str, password: str) -> None:
        """Open the desk, which asks to sign in; Gone when that fails."""
        self.desk = desk
        await self.open(desk)
        form = next(
            (f for f in self.page.forms if any(b.kind == "password" for b in f.boxes)), None
        )
        if form is None:
            raise Gone("there is no sign-in form")
        data = {box.name: box.value for box in form.boxes if box.kind == "hidden"}
        for box in form.boxes:
            if box.kind in {"email", "text"}:
                data[box.name] = email
            elif box.kind == "password":
                data[box.name] = password
        answer = await self.ask("POST", self.own_path(form.action or self.path), data=data)
        if not answer.has_redirect_location:
            raise Gone("the facilitator could not sign in")
        if "/second-step/" in answer.headers["Location"]:
            raise Gone("this person has a second step at sign-in, which is not a bot's to take")
        await self.open(desk)
        if not self.page.view:
            raise Gone("this person does not facilitate the session")

    async def hold(self, phases: int) -> None:
        """Take the session through `phases` steps, then close it. Each has its share of the time,
        and more while many are not ready."""
        share = self.lasts / (phases + 1)
        going_on = True
        while going_on:
            began = time.monotonic()
            while self.stays(time.monotonic() - began, share):
                await asyncio.sleep(min(share / 6, 5.0))
                await self.touch()
            going_on = await self.advance()
        await self.finish()

    def stays(self, since: float, share: float) -> bool:
        """Whether to stay in this phase: its time is not over, or many are still at it."""
        if self.page.phase == LOBBY:
            ready = self.ledger.seats >= self.people
        else:
            ready = int(self.page.view.get("data-waiting") or 0) <= self.people // 6
        return since < share or (since < max(3 * share, 60.0) and not ready)

    async def touch(self) -> None:
        """Do something a facilitator does between two phases."""
        await self.open(self.desk)
        form = self.habits.choose(self.page.moves(), self.page.phase)
        if form is not None:
            self.habits.sent(form, await self.send(form, self.habits.fill(form), "script"))

    def form(self, kind: str) -> Form | None:
        """The desk's form of that kind (or whose address ends so), if there is one."""
        found = (f for f in self.page.forms if f.kind == kind or f.action.endswith(kind))
        return next(found, None)

    async def advance(self) -> bool:
        """Start the next phase; False when there is none."""
        await self.open(self.desk)
        form = self.form("advance")
        if form is None:
            return False
        await self.send(form, self.habits.fill(form), "script")
        return True

    async def finish(self) -> None:
        """Settle what the room worded and close."""
        await self.open(self.desk)
        agreed = [form for form in self.page.forms if "settled=yes" in form.about]
        for one in agreed[:6]:
            await self.send(one, self.habits.fill(one), "script")
        form = self.form("/closure/")
        if form is not None:
            await self.send(form, self.habits.fill(form), "plain")
        await self.close()


async def rehearse(
    code: str,
    *,
    people: int,
    url: str,
    minutes: float,
    seed: int | None = None,
    facilitate: tuple[str, str] | None = None,
    say: Say = lambda line: None,
    ledger: Ledger | None = None,
) -> Ledger:
    """Play one session and return what happened.

    facilitate  (e-mail, password) of the one who holds it, to drive the desk too
    ledger      where to note what happens, for somebody who wants to read along
    Without a facilitator the bots stay until the real one closes, `minutes` at the longest.
    """
    chance = Random(seed)  # noqa: S311  (behaviour, not secrets)
    ledger = Ledger() if ledger is None else ledger
    lasts, pace = minutes * 60, max(0.05, minutes * 60 / 200)
    ends = time.monotonic() + (patience(lasts) if facilitate else lasts)
    bots = [
        Participant(url, code, ends, ledger, Random(chance.random()), pace)  # noqa: S311
        for _ in range(people)
    ]
    at_work = [asyncio.create_task(bot.attend()) for bot in bots]
    telling = asyncio.create_task(tell(bots, ledger, say))
    try:
        if facilitate:
            desk = Facilitator(url, ledger, lasts, people, chance)
            await hold(bots, desk, *facilitate)
        await asyncio.gather(*at_work)
    finally:
        telling.cancel()
        for task in at_work:
            task.cancel()
    return ledger


async def hold(bots: list[Participant], desk: Facilitator, email: str, password: str) -> None:
    """Drive the desk of the session the bots are in."""
    while not any(bot.run_path for bot in bots):
        await asyncio.sleep(0.05)
        if time.monotonic() > desk.ends:
            raise Gone("nobody could join")
    run_path = next(bot.run_path for bot in bots if bot.run_path)
    await desk.sign_in(run_path.replace("/board/", "/desk/"), email, password)
    page = (await desk.ask("GET", desk.desk)).text
    # One step for the lobby and one for each phase on the rail (the findings among them).
    rail = page[page.find('class="rail"') :]
    await desk.hold(rail[: rail.find("</ol>")].count("<li"))


async def tell(bots: list[Participant], ledger: Ledger, say: Say) -> None:
    """A line of progress every few seconds."""
    begins = time.monotonic()
    while True:
        await asyncio.sleep(5)
        phases = sorted({bot.page.phase for bot in bots if bot.page.phase})
        since = int(time.monotonic() - begins)
        say(
            f"{since // 60:02d}:{since % 60:02d}  {', '.join(phases) or 'joining'}: "
            f"{ledger.seats} seats, {len(ledger.kept)} moves kept, "
            f"{ledger.counts['refused']} refused"
        )


async def check(url: str, ledger: Ledger) -> int:
    """Post every acknowledged move once more; how many the server does not know any more."""
    waiting = list(ledger.kept.items())
    lost = 0
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=url, limits=limits, timeout=30, verify=trusted(), trust_env=False
    ) as client:

        async def ask(move_id: str, move: Kept) -> None:
            nonlocal lost
            answer = await client.post(
                move.path,
                data=move.data,
                headers={
                    "Accept": "application/json", "X-CSRFToken": move.csrf, "Referer": url + "/",
                    "Cookie": "; ".join(f"{k}={v}" for k, v in move.cookies.items()),
                },
            )  # fmt: skip
            if answer.status_code in {403, 404}:
                ledger.counts["not checked"] += 1  # the seat was removed, or we were signed out
                return
            status, _, revision = understood(answer)
            if status != "again" or (move.revision and revision != move.revision):
                lost += 1
            move.revision = revision

        while waiting:
            some, waiting = waiting[:40], waiting[40:]
            await asyncio.gather(*(ask(*one) for one in some))
    return lost


def doubled(ledger: Ledger) -> int:
    """Moves that were played twice, as far as the answers tell: kept twice, or one place for two."""
    known = [move.revision for move in ledger.kept.values() if move.revision]
    return ledger.counts["doubled"] + len(known) - len(set(known))


def report(ledger: Ledger, lost: int) -> list[str]:
    """The closing report in plain lines."""
    n = ledger.counts
    lines = [
        f"Seats taken: {ledger.seats} (of these {n['newcomers']} came back without their cookie)",
        f"Moves: {n['offered']} offered, {len(ledger.kept)} kept, {n['again']} answered again, "
        f"{n['refused']} refused, {n['failed']} failed; {n['secret answers']} secret answers",
        f"Connections: {n['drops']} dropped off, {n['returns']} came back, {n['cut']} requests cut, "
        f"{n['streams']} streams; {n['sent twice']} moves sent twice, {n['late']} sent late",
    ]
    lines += [f"  refused {times}: {why}" for why, times in ledger.refused.most_common(12)]
    lines += [f"  fault {times}: {what}" for what, times in ledger.faults.most_common(12)]
    lines += [f"  {n[key]} {key}" for key in sorted(n) if key.startswith(("left: ", "stream 4"))]
    if n["not checked"]:
        lines.append(f"{n['not checked']} moves could not be checked: their seats were removed.")
    lines.append(f"lost {lost}, doubled {doubled(ledger)}")
    return lines


def main(
    code: str,
    *,
    people: int = 40,
    url: str = "http://localhost:8000",
    minutes: float | None = None,
    seed: int | None = None,
    facilitate: str | None = None,
) -> int:
    """Rehearse the open session of that join code; 0 if nothing was lost, doubled or broken.

    facilitate  e-mail of the one who holds it, to drive the desk too; the password is read from
                EXCHANGE_PASSWORD
    """

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    letters, url = read_code(code), url.rstrip("/")
    password = os.environ.get("EXCHANGE_PASSWORD", "")
    if letters is None:
        say(f"{code!r} is not a join code. It has six letters, such as KTR-MWX.")
        return 2
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        say(f"{url!r} is not the address of a server, such as http://localhost:8000.")
        return 2
    if facilitate and not password:
        say("To drive the desk, set EXCHANGE_PASSWORD to the facilitator's password.")
        return 2
    lasts = min(LONGEST, minutes or 60)
    say(f"{people} bots go to {url} with {show_code(letters)}, for about {lasts:g} min.")
    try:
        ledger = asyncio.run(
            rehearse(
                letters, people=people, url=url, minutes=lasts, seed=seed, say=say,
                facilitate=(facilitate, password) if facilitate else None,
            )
        )  # fmt: skip
    except Gone as why:
        say(f"The rehearsal could not be held: {why}.")
        return 2
    if not ledger.seats:
        say("No bot could take a seat:")
        for line in report(ledger, 0)[3:-1]:
            say(line)
        return 2
    lost = asyncio.run(check(url, ledger))
    for line in report(ledger, lost):
        say(line)
    return 1 if lost or doubled(ledger) or ledger.faults else 0
