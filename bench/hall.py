"""A hall of people on the real product: how many moves it keeps, how fast, at what price.

    .venv/bin/python bench/hall.py                    # all shapes
    .venv/bin/python bench/hall.py groups --people 100 --seconds 10
    .venv/bin/python bench/hall.py groups --behind nginx      # or caddy; its work is not counted

groups  one session in groups of five that sort one diamond each, one move a second each person
room    the same people agree to wordings: every phone follows every change
        (in both the facilitator's desk and the projector are open and follow as well)
storm   all of them join within a minute, from one address
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
from ground import ROOT, throw_away_database
from proxies import COMMANDS, in_front

os.environ |= {"EXCHANGE_SECOND_STEP": "nobody", "LOG_LEVEL": "WARNING"}
sys.path.insert(0, str(ROOT))
folder = throw_away_database(os.environ.get("BENCH_DATABASE", ""))

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

from exchange.core.packs import load_packs  # noqa: E402
from exchange.directory.models import Network  # noqa: E402
from exchange.live.actions import Posted, open_run, play_moves  # noqa: E402
from exchange.live.actions.seats import play_joining  # noqa: E402
from exchange.live.codes import fingerprint, new_token, show_code  # noqa: E402
from exchange.live.models import Move, Seat  # noqa: E402
from exchange.site import demo, demo_session  # noqa: E402
from exchange.site.demo_session import SLOTS  # noqa: E402

PORT, FRONT, TICKS = 8765, 8766, os.sysconf("SC_CLK_TCK")
GROUP = 5


class Hall:
    """One session with its people, made through the product's own actions."""

    def __init__(self, people: int, network: Network | None = None) -> None:
        with transaction.atomic():
            network = network or demo.make_network()
        self.ben = demo.person("ben")
        run = demo_session.set_up(
            network, title="What matters most?", cards="learning_between_schools",
            criterion="most helpful",
        )  # fmt: skip
        self.run, self.count = open_run(run=run, by=self.ben), 0
        self.tokens = {f"s{n}": new_token() for n in range(1, people + 1)}
        seats = [
            Seat(run=run, key=key, token_hash=fingerprint(token), label=f"Guest {key}")
            for key, token in self.tokens.items()
        ]
        play_joining(Seat.objects.bulk_create(seats))
        self.codes = [card["code"] for card in self.run.setup["cards"]]

    def play(self, *moves: tuple[str, str, dict[str, Any]]) -> None:

        posted = []
        for seat, kind, data in moves:
            self.count += 1
            by = "seat" if seat else "desk"
            posted.append(Posted(self.run.pk, f"before-{self.count:06d}", by, kind, data, seat))
        wrong = [reply for reply in play_moves(posted) if reply.status != "kept"]
        if wrong:
            raise RuntimeError(wrong[0].sentence)
        self.run.refresh_from_db()

    def reach(self, phase: str) -> None:
        while self.run.phase != phase:
            self.play(("", "advance", {"saw": self.run.phase}))
            if self.run.phase == "sort":
                self.sort_alone()

    def sort_alone(self) -> None:

        moves: list[tuple[str, str, dict[str, Any]]] = []
        for at, key in enumerate(self.tokens):
            nine = (self.codes[at % 7 :] + self.codes)[:9]
            moves += [(key, "choose", {"card": card}) for card in nine]
            for card, slot in zip(nine, SLOTS, strict=True):
                moves.append((key, "place", {"card": card, "slot": slot}))
            moves.append((key, "lock", {}))
        for at in range(0, len(moves), 1000):
            self.play(*moves[at : at + 1000])

    def phones(self, shape: str) -> list[dict[str, Any]]:
        """What crowd.py needs to know of each phone, once the session is where it belongs."""
        if shape == "room":
            self.reach("findings")
            missing = range(12 - len(self.run.room["findings"]))
            self.play(*[("", "propose_finding", {"text": f"Wording {n}"}) for n in missing])
            return [self.phone(key, "room") for key in self.tokens]
        self.reach("groups")
        self.fill_groups()
        made = []
        for letter, keys in self.run.room["groups"].items():
            tray = self.run.state["groups"][letter]["tray"]
            made += [
                self.phone(key, f"group:{letter}") | {"place": at, "card": tray[at]}
                for at, key in enumerate(keys)
            ]
        return made

    def phone(self, key: str, hears: str) -> dict[str, Any]:
        return {"run": self.run.pk, "seat": key, "token": self.tokens[key], "hears": hears}

    def desks(self) -> list[dict[str, Any]]:
        """The facilitator's desk and the projector, signed in."""
        signed_in = Client()
        signed_in.force_login(self.ben)
        cookie = "; ".join(f"{name}={one.value}" for name, one in signed_in.cookies.items())
        return [
            {"run": self.run.pk, "seat": "", "cookie": cookie, "page": page}
            for page in ("desk", "screen")
        ]

    def fill_groups(self) -> None:
        """Groups of five, where the rule makes them of three to five."""
        groups = {letter: list(keys) for letter, keys in self.run.room["groups"].items()}
        order, moves = list(groups), []
        whole = order[: len(self.tokens) // GROUP]
        spare = [key for letter in order[len(whole) :] for key in groups[letter]]
        for letter in whole:
            for _ in range(GROUP - len(groups[letter])):
                moves.append(("", "move_seat", {"seat": spare.pop(), "group": letter}))
        if moves:
            self.play(*moves)


class Server:
    """`exchange serve` as everybody starts it, watched from outside."""

    def __init__(self, port: int = PORT, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "exchange", "serve", "--no-worker", "--port", str(port)],
            cwd=ROOT, env={**os.environ, "BASE_URL": f"http://localhost:{port}", **environment},
        )  # fmt: skip
        for _ in range(200):
            try:
                if (
                    httpx.get(f"http://localhost:{port}/healthz", trust_env=False).status_code
                    == 200
                ):
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def cpu(self) -> float:
        """Seconds of processor so far, its children's too."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(word) for word in words[11:15]) / TICKS

    def memory(self) -> float:
        """Resident megabytes."""
        words = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def measure(shape: str, people: int, seconds: float, behind: str = "") -> dict[str, Any]:
    """One shape from an empty database to its figures. behind  nginx, caddy or nothing"""

    load_packs(settings.CONTENT_DIRS)
    hall = Hall(0 if shape == "storm" else people)
    phones = [] if shape == "storm" else hall.phones(shape)
    server = Server()
    port = FRONT if behind else PORT
    try:
        with in_front(behind, PORT, FRONT) if behind else nullcontext():
            if shape == "storm":
                return watch_storm(server, hall, people, port)
            return watch(server, hall, phones, shape, seconds, port)
    finally:
        server.stop()


def watch(
    server: Server,
    hall: Hall,
    phones: list[dict[str, Any]],
    shape: str,
    seconds: float,
    port: int = PORT,
) -> dict[str, Any]:
    """Let the crowd in and say what came of it."""
    empty = server.memory()
    told = {
        "port": port, "phones": phones, "seconds": min(seconds, 12) if shape == "room" else seconds,
        "desks": hall.desks(), "every": 1.0, "settle": max(3.0, len(phones) / 40), "grace": 20.0,
    }  # fmt: skip
    found = let_in(server, "phones", told)
    names = [name for name, _run in found["kept"]]
    there = set(Move.objects.filter(run=hall.run).values_list("move_id", flat=True))
    found |= {
        "shape": shape, "people": len(phones), "asked": told["seconds"], "lost": len(set(names) - there),
        "memory": (server.memory() - empty) / len(phones), "resident": server.memory(),
    }  # fmt: skip
    return found


def let_in(server: Server, what: str, told: dict[str, Any]) -> dict[str, Any]:
    """Start the crowd in a process of its own, and say what it found and what the server took."""
    crowd = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("crowd.py")), what],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert crowd.stdin and crowd.stdout
    crowd.stdin.write(json.dumps(told) + "\n")
    crowd.stdin.flush()
    crowd.stdout.readline()
    before, began = server.cpu(), time.monotonic()
    found: dict[str, Any] = json.loads(crowd.stdout.readline())
    return found | {"server": (server.cpu() - before) / (time.monotonic() - began)}


def watch_storm(server: Server, hall: Hall, people: int, port: int) -> dict[str, Any]:
    """Everybody joins within a minute."""
    empty = server.memory()
    told = {"port": port, "people": people, "seconds": 60, "code": show_code(hall.run.code)}
    found = let_in(server, "storm", told)
    seats = Seat.objects.taken().filter(run=hall.run).count()
    return found | {
        "shape": "storm", "people": people, "seats": seats, "resident": server.memory(),
        "memory": (server.memory() - empty) / people,
    }  # fmt: skip


def storm_table(found: dict[str, Any]) -> str:
    """What the storm came to, in lines."""
    p = [at(found["acks"], share) for share in (0.5, 0.95, 0.99)]
    return "\n".join([
        f"storm: {found['people']} people join within 60 s from one address",
        f"  {found['seats']} seats taken, {found['streams']} streams open",
        f"  {p[0]:>6} {p[1]:>6} {p[2]:>6} ms  p50 p95 p99 from the code to the phone's page",
        f"  server {found['server'] * 100:.0f} % of a core, {found['memory'] * 1000:.0f} kB a person"
        f" ({found['resident']:.0f} MB); phones {found['cpu'] * 100:.0f} % of a core",
        f"  answers {dict(found['answers'])}",
    ])  # fmt: skip


def at(times: list[float], share: float) -> str:
    """A quantile in milliseconds."""
    if not times:
        return "-"
    return f"{times[min(len(times) - 1, int(share * len(times)))] * 1000:.0f}"


def table(found: dict[str, Any]) -> str:
    """What was measured, in lines."""
    lines = [
        f"{found['shape']}: {found['people']} people, {found['asked']:g} s",
        f"  moves   {found['offered']} offered, {len(found['kept'])} acknowledged, {found['lost']}"
        f" of these lost, {found['behind']} not offered in time",
    ]
    for name, what in (("acks", "to the acknowledgement"), ("shown", "to the other phones")):
        p = [at(found[name], share) for share in (0.5, 0.95, 0.99)]
        lines.append(f"  {p[0]:>6} {p[1]:>6} {p[2]:>6} ms  p50 p95 p99 {what}")
    lines += [
        f"  never shown to another {found['unseen']}; looks {found['looks']}"
        f" ({found['bytes'] / max(1, found['looks']) / 1000:.1f} kB each), events {found['events']}"
        f" ({found['told_bytes'] / max(1, found['events']) / 1000:.1f} kB each)",
        f"  server {found['server'] * 100:.0f} % of a core, {found['memory'] * 1000:.0f} kB a person"
        f" ({found['resident']:.0f} MB); phones {found['cpu'] * 100:.0f} % of a core",
        f"  answers {dict(found['answers'])}",
    ]
    return "\n".join([*lines, *(f"  said {n}: {what}" for what, n in found["said"].items())])


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("shapes", nargs="*", default=["groups", "room", "storm"])
    asked.add_argument("--people", type=int, default=500)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--behind", choices=sorted(COMMANDS), default="")
    given = asked.parse_args()
    if len(given.shapes) > 1:  # each in a process and so with a database of its own
        options = ["--people", str(given.people), "--seconds", str(given.seconds)]
        options += ["--behind", given.behind] if given.behind else []
        return max(
            subprocess.call([sys.executable, __file__, one, *options]) for one in given.shapes
        )
    found = measure(given.shapes[0], given.people, given.seconds, given.behind)
    print(storm_table(found) if found["shape"] == "storm" else table(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
