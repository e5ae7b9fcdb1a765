"""A hall on two server processes: PostgreSQL, Redis, and the phones of each group at both.

    .venv/bin/python bench/hall_two.py
    .venv/bin/python bench/hall_two.py groups --people 100 --seconds 10 --processes 2

Each shape of bench/hall.py on one process, then on two, on the same PostgreSQL. Half of the phones of
each group talk to one process, half to the other; a time "to the other phones" that is p50 is thus as
often one through Redis as one without. PostgreSQL compresses as docs/operating.md recommends it, or
with `--compression pglz` as it does unasked. Needs PostgreSQL (EXCHANGE_TEST_POSTGRES) and a Redis
(REDIS_URL, else on this machine); without them it says so and measures nothing.
"""

import argparse
import os
import subprocess
import sys

import psycopg
from ground import empty_postgres
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

SHAPES = ("groups", "room")
REDIS = os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379")


def measure(shape: str, people: int, seconds: float, processes: int, compression: str) -> str:
    """One shape on an empty database; what was found, in lines."""
    with empty_postgres() as url:
        compress(url, compression)
        os.environ["BENCH_DATABASE"] = url
        import hall  # noqa: PLC0415  (once it is known on which database)

        hall.load_packs(hall.settings.CONTENT_DIRS)
        session = hall.Hall(people)
        phones = session.phones(shape)
        ports = [hall.PORT + n for n in range(processes)]
        for at, phone in enumerate(phones):
            phone["port"] = ports[at % processes]
        servers = Together([hall.Server(port) for port in ports])
        try:
            found = hall.watch(servers, session, phones, shape, seconds)
        finally:
            servers.stop()
    kind = "PostgreSQL, one process" if processes == 1 else f"PostgreSQL and Redis, {processes}"
    return f"{kind}, {compression}\n{hall.table(found)}"


def compress(url: str, compression: str) -> None:
    """How this database compresses large values from now on."""
    with psycopg.connect(url, autocommit=True) as database:
        name = sql.Identifier(database.info.dbname)
        words = sql.SQL("ALTER DATABASE {} SET default_toast_compression = {}")
        database.execute(words.format(name, sql.Literal(compression)))


class Together:
    """Several servers, counted as one."""

    def __init__(self, servers: list) -> None:
        self.servers = servers

    def cpu(self) -> float:
        return sum(one.cpu() for one in self.servers)

    def memory(self) -> float:
        return sum(one.memory() for one in self.servers)

    def stop(self) -> None:
        for one in self.servers:
            one.stop()


def missing() -> str:
    """What is not there, in a sentence, or ""."""
    try:
        with empty_postgres():
            pass
        Redis.from_url(REDIS).ping()
    except psycopg.OperationalError:
        return "PostgreSQL is missing (EXCHANGE_TEST_POSTGRES)."
    except RedisError:
        return "Redis is missing (REDIS_URL)."
    return ""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("shapes", nargs="*", default=SHAPES, metavar="groups|room")
    asked.add_argument("--people", type=int, default=500)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    asked.add_argument("--compression", choices=["lz4", "pglz"], default="lz4")
    given = asked.parse_args()
    if why := missing():
        print(f"{why} Nothing was measured.")
        return 0
    todo = [(shape, number) for shape in given.shapes for number in given.processes]
    if len(todo) == 1:
        shape, number = todo[0]
        print(measure(shape, given.people, given.seconds, number, given.compression), flush=True)
        return 0
    options = ["--people", str(given.people), "--seconds", str(given.seconds)]
    options += ["--compression", given.compression]
    return max(  # each in a process and so with a database of its own
        subprocess.call(
            [sys.executable, __file__, shape, *options, "--processes", str(number)]
        )
        for shape, number in todo
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
