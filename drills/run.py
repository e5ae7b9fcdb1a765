"""Drills of "nothing lost": a server that is killed, a database that is killed, a full disk, a clock
that is set back, while phones move; in the end a history is checked (drills/history.py).

    .venv/bin/python -m drills.run kills --times 100       # the server, by kill -9
    .venv/bin/python -m drills.run postgres --times 20     # a PostgreSQL of its own, by kill -9
    .venv/bin/python -m drills.run several --times 20      # one of two processes, or Redis
    .venv/bin/python -m drills.run disk --times 3          # as root: a small disk is mounted
    .venv/bin/python -m drills.run clock                   # an hour back; needs a C compiler

What the machine lacks is skipped aloud, with status 3. Status 1: something was lost, or else.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import django

from drills import places
from drills.history import KINDS, Violation

if TYPE_CHECKING:
    from drills.hall import House

SKIPPED = 3
#: In kills: so often the server is killed again while it starts.
WHILE_STARTING = 0.15
Asked = argparse.Namespace


def house(asked: Asked, place: Path, url: str, **environment: str) -> "House":
    """Set Django up on this database and build the house."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "exchange.settings", "DATABASE_URL": url,
        "EXCHANGE_HOME": str(place), "EXCHANGE_SECOND_STEP": "nobody", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    django.setup()
    from drills.hall import built  # Django is needed first

    desks = asked.drill != "clock"  # which looks at one that nobody stops
    return built(place, asked.people, asked.sessions, asked.every, desks, **environment)


def sqlite(place: Path) -> str:
    return f"sqlite:///{place}/drill.sqlite3"


def database(asked: Asked, place: Path, rest: ExitStack) -> str:
    """The address of a fresh database of the kind that was asked for."""
    return started_cluster(place, rest).url if asked.on == "postgres" else sqlite(place)


# --- kills: the server ---


def kills(asked: Asked, place: Path, rest: ExitStack) -> "House":
    """Kill the server, start it again, wait until every phone went on; so many times."""
    made = house(asked, place, database(asked, place, rest))

    async def once() -> None:
        await asyncio.sleep(random.uniform(0, asked.between))
        made.server.kill()
        since = time.monotonic()
        made.server.begin()
        if random.random() < WHILE_STARTING:
            await asyncio.sleep(random.uniform(0, 2))
            made.server.kill()
            made.faults += 1
            since = time.monotonic()
            made.server.begin()
        made.note(await made.crowd.until_all_went_on(since))

    act(asked, made, rest, once, lambda: made.faults < asked.times)
    return made


def act(
    asked: Asked,
    made: "House",
    rest: ExitStack,
    once: Callable[[], Awaitable[None]],
    goes_on: Callable[[], bool],
) -> None:
    """Let the phones move, have `once` done as long as it goes on, and let what waits arrive."""

    async def all_of_it() -> None:
        made.crowd.begin()
        await made.crowd.until_all_went_on(0.0)
        while goes_on():
            await once()
            if asked.times >= 10 and made.faults % 10 == 0:
                say(f"  {made.faults} of {asked.times}")
        await made.crowd.go_home()

    rest.callback(made.server.kill)
    made.server.start()
    asyncio.run(all_of_it())


# --- postgres: the database ---


def started_cluster(place: Path, rest: ExitStack) -> places.Cluster:
    cluster = places.Cluster(place)
    rest.callback(cluster.kill)
    cluster.start()
    return cluster


def postgres(asked: Asked, place: Path, rest: ExitStack) -> "House":
    """Kill all of PostgreSQL and start it again, or only one of its processes; the server stays."""
    cluster = started_cluster(place, rest)
    made = house(asked, place, cluster.url)
    kinds: Counter[str] = Counter()

    async def once() -> None:
        await asyncio.sleep(random.uniform(0, asked.between))
        since = time.monotonic()
        whole = made.faults % 2 == 0
        kinds["all of it" if whole else "one process"] += 1
        if whole:
            cluster.kill()
            await asyncio.to_thread(cluster.start)
        else:
            cluster.kill_worker()
        made.note(await made.crowd.until_all_went_on(since))

    act(asked, made, rest, once, lambda: made.faults < asked.times)
    made.lines.append(f"killed: {', '.join(f'{what} {n}' for what, n in kinds.items())}")
    return made


# --- several: processes, and Redis between them ---


def several(asked: Asked, place: Path, rest: ExitStack) -> "House":
    """Two server processes on PostgreSQL: kill one, which is started again, or Redis."""
    from tests.redis_server import PROGRAM, OwnRedis  # only this drill needs it

    if shutil.which(PROGRAM) is None:
        raise places.Missing(f"{PROGRAM} is missing")
    redis = OwnRedis()
    rest.callback(redis.kill)
    redis.start()
    made = house(asked, place, started_cluster(place, rest).url, REDIS_URL=redis.url)
    made.server.options = ("--no-worker", "--processes", "2")
    kinds: Counter[str] = Counter()

    async def once() -> None:
        await asyncio.sleep(random.uniform(0, asked.between))
        since = time.monotonic()
        answering = made.server.processes()
        if made.faults % 2 == 0 and len(answering) == 2:
            kinds["one of two processes"] += 1
            os.kill(random.choice(answering), signal.SIGKILL)
        else:
            kinds["Redis"] += 1
            redis.kill()
            await asyncio.sleep(random.uniform(0, asked.between))
            await asyncio.to_thread(redis.start)
        made.note(await made.crowd.until_all_went_on(since))

    act(asked, made, rest, once, lambda: made.faults < asked.times)
    made.lines.append(f"killed: {', '.join(f'{what} {n}' for what, n in kinds.items())}")
    return made


# --- disk: no room ---


async def read_on(made: "House", seen: Counter[str]) -> None:
    """What people meet who read, and who come, counted by page and status."""
    for phone in made.crowd.phones:
        at = f"/runs/{phone.run}"
        if phone.page == "board":
            seen[f"board {(await phone.client.get(f'{at}/board/')).status_code}"] += 1
            continue
        for page in ("desk", "screen"):
            seen[f"{page} {(await phone.client.get(f'{at}/{page}/')).status_code}"] += 1
    form = {"school": "other", "role": "teacher", "label": "x"}
    for session in made.sessions:
        async with made.crowd.browser({}) as newcomer:
            joined = await newcomer.post(f"/join/{session.run.code}/", data=form)
            seen[f"joining {joined.status_code}"] += 1


def disk(asked: Asked, place: Path, rest: ExitStack) -> "House":
    """Fill the disk until every phone is told that nothing can be kept, read, and make room."""
    small = places.Disk(place, megabytes=160 if asked.on == "postgres" else 24)
    rest.callback(small.unmount)
    made = house(asked, place, database(asked, small.place, rest))
    seen: Counter[str] = Counter()

    async def once() -> None:
        small.fill()
        before = made.crowd.answers["503 later"]
        async with asyncio.timeout(60):
            while made.crowd.answers["503 later"] < before + 2 * len(made.crowd.phones):
                made.crowd.notice()
                await asyncio.sleep(0.05)
        if made.faults % 2:  # and nobody has to make room before it can be started again
            made.server.kill()
            await asyncio.to_thread(made.server.start)
        await read_on(made, seen)
        since = time.monotonic()
        small.make_room()
        made.note(await made.crowd.until_all_went_on(since))

    act(asked, made, rest, once, lambda: made.faults < asked.times)
    made.lines.append(f"pages while it was full: {counted(seen)}")
    return made


# --- clock: an hour back ---


def clock(asked: Asked, place: Path, rest: ExitStack) -> "House":
    """Set the server's clock back by an hour while phones move; the timers stay as they were."""
    watch = places.Clock(place)
    made = house(asked, place, database(asked, place, rest), **watch.environment)
    steps: list[tuple[int, int]] = []

    async def left() -> int:
        """The seconds that the first phone's timer shows."""
        return await made.crowd.phones[0].left()

    async def once() -> None:
        began, shown = time.monotonic(), await left()
        watch.set(-3600 * (made.faults + 1))
        made.note(await made.crowd.until_all_went_on(time.monotonic()))
        passed = round(time.monotonic() - began)
        steps.append((shown - passed, await left()))

    act(asked, made, rest, once, lambda: made.faults < asked.times)
    made.lines += [f"timer: {shown} s left, should be {due}" for due, shown in steps]
    return made


# --- the figures ---


def counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {n}" for what, n in sorted(counts.items())) or "none"


def figures(what: str, made: "House", found: list[Violation]) -> list[str]:
    """What came of it, in lines."""
    kinds = Counter(violation.kind for violation in found)
    posts, crowd = made.crowd.posts, made.crowd
    status = Counter(post.status for post in posts)
    backs = sorted(made.backs)
    wrong = ", ".join(f"{kind} {kinds[kind]}" for kind in {**KINDS, **kinds})
    return [
        f"{what}: faults {made.faults}, phones and desks {len(crowd.phones)}, sessions {len(made.sessions)}",
        f"  moves acknowledged {status['kept'] + status['again']}, of these sent again and answered"
        f" “again” {status['again']}; refused {status['refused']}; views {len(crowd.looks)}",
        f"  {wrong}",
        f"  seconds until a phone went on: p50 {backs[len(backs) // 2]:.1f}, max {backs[-1]:.1f}",
        f"  answers {counted(crowd.answers)}",
        *(f"  said {n}: {sentence}" for sentence, n in crowd.said.most_common()),
        *(f"  {line}" for line in made.lines),
        *(f"  {violation.kind}: {violation.where}" for violation in found[:20]),
    ]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


DRILLS = {
    "kills": kills, "postgres": postgres, "several": several, "disk": disk, "clock": clock,
}  # fmt: skip


def main() -> int:
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("drill", choices=DRILLS)
    words.add_argument("--times", type=int, default=1, help="how many faults")
    words.add_argument("--people", type=int, default=40)
    words.add_argument("--sessions", type=int, default=2)
    words.add_argument("--every", type=float, default=0.5, help="seconds from one move to the next")
    words.add_argument("--between", type=float, default=1.5, help="seconds to the next, at most")
    words.add_argument("--on", choices=["sqlite", "postgres"], default="sqlite")
    words.add_argument("--seed", type=int, help="of the moments at which it happens")
    asked = words.parse_args()
    random.seed(asked.seed)
    with ExitStack() as rest:
        place = rest.enter_context(places.folder())
        try:
            made = DRILLS[asked.drill](asked, place, rest)
        except places.Missing as missing:
            say(f"{asked.drill}: skipped, {missing}")
            return SKIPPED
        except BaseException:
            log = place / "server.log"
            say(
                log.read_text(errors="replace")[-4000:] if log.exists() else "no server was started"
            )
            raise
        from drills.hall import judged  # Django is there now

        found = judged(made)
        for line in figures(asked.drill, made, found):
            say(line)
        return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
