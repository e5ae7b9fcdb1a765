"""Two well-known programs for editing together, given the same work as a hall, and then killed.

    .venv/bin/python bench/peers/run.py --ours
    .venv/bin/python bench/peers/run.py rooms --people 100 --seconds 10

rooms  people in rooms of five, one change a second each
room   all of them in one

Hocuspocus with its SQLite extension, and y-websocket with LevelDB, both as their documentation sets
them up. They bring changes of a shared map to the others and nothing else: no seats, no rules, no
pages. `--ours` measures bench/hall.py with as many people beside them and prints ratios. Then each
server is ended by kill -9 in the middle, started again, and asked by a new person after all others
have gone: a change is lost that another person had seen, or the server had answered, and that is not
there. Ours counts what it had acknowledged. (kill -9 ends the program, not the machine: what a program
handed to the operating system is there afterwards, on the disk or not.)

Needs node (22 is asked for by Hocuspocus; 20 did) and npm; what it installs lies in
bench/peers/node_modules and bench/peers/.venv. Not part of `make bench`, which fetches nothing.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"
PORT, TICKS = 8775, os.sysconf("SC_CLK_TCK")
KINDS = {
    "hocuspocus": "Hocuspocus, SQLite",
    "y-websocket": "y-websocket, LevelDB",
}
SHAPES = {"rooms": "groups", "room": "room"}  # and what bench/hall.py calls it
#: Both shapes of ours in a process of their own: one shape, one database.
OURS = """
import json, os, sys, threading
sys.path.insert(0, sys.argv[1])
import hall
if sys.argv[2] == "crash":
    start = hall.let_in
    def let_in(server, what, told):
        threading.Timer(told["settle"] + told["seconds"] / 2, server.process.kill).start()
        return start(server, what, {**told, "grace": 1.0})
    hall.let_in = let_in
    hall.Server.memory = lambda server: 0.0
found = hall.measure(sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
print(json.dumps({name: found[name] for name in ("shown", "offered", "lost", "server", "unseen", "cpu")}
                 | {"kept": len(found["kept"])}))
"""


def install() -> str:
    """Install what is measured; why not, in a sentence, or ""."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node or npm is missing."
    if not (HERE / "node_modules").is_dir():
        npm = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        if subprocess.call(npm, cwd=HERE):
            return "npm could not install the peers."
    if not PYTHON.exists():
        subprocess.check_call([sys.executable, "-m", "venv", HERE / ".venv"])
    pip = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        HERE / "requirements.txt",
    ]
    return "pip could not install the phones." if subprocess.call(pip) else ""


class Peer:
    """One of them, on a folder of its own."""

    def __init__(self, kind: str, folder: str) -> None:
        self.command, self.environment = ["node", "hocuspocus.js", str(PORT), folder], {}
        if kind == "y-websocket":
            self.command = ["node", "node_modules/y-websocket/bin/server.cjs"]
            self.environment = {"HOST": "127.0.0.1", "PORT": str(PORT), "YPERSISTENCE": folder}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=HERE, env={**os.environ, **self.environment},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        while (line := self.process.stdout.readline()) and not line.startswith(("list", "running")):
            pass

    def cpu(self) -> float:
        """Seconds of processor so far."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(word) for word in words[11:13]) / TICKS

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def phones(told: dict[str, Any], peer: Peer) -> dict[str, Any]:
    """Let the people in and say what they found; at their "now" the server is killed."""
    crowd = subprocess.Popen(
        [PYTHON, HERE / "phones.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert crowd.stdin and crowd.stdout
    crowd.stdin.write(json.dumps(told) + "\n")
    crowd.stdin.flush()
    before, began = peer.cpu(), time.monotonic()
    while (line := crowd.stdout.readline()).strip() in ("ready", "now"):
        if line.strip() == "now":
            peer.kill()
        else:
            before, began = peer.cpu(), time.monotonic()
    found: dict[str, Any] = json.loads(line)
    if told["what"] == "calm":
        found["server"] = (peer.cpu() - before) / (time.monotonic() - began)
    return found


def measure(kind: str, shape: str, people: int, seconds: float) -> dict[str, Any]:
    """What a peer does with this shape, and what it loses."""
    told = {
        "kind": kind, "port": PORT, "people": people, "seconds": seconds,
        "room": 5 if shape == "rooms" else people,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(kind, folder)
        found = phones(told | {"what": "calm"}, peer)
        peer.kill()
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(kind, folder)
        crash = phones(told | {"what": "crash"}, peer)
        peer.start()
        there = phones(told | {"what": "load"}, peer)
        peer.kill()
    kept = [
        (n, there.get(room, {}).get(key, 0))
        for room, counts in crash["kept"].items()
        for key, n in counts.items()
    ]
    return found | {
        "had": sum(n for n, _ in kept), "lost": sum(max(0, n - left) for n, left in kept)
    }  # fmt: skip


def ours(shape: str, people: int, seconds: float) -> dict[str, Any]:
    """The product with this shape, calm and killed."""
    found = {}
    for what in ("calm", "crash"):
        words = [str(HERE.parent), what, SHAPES[shape], str(people), str(seconds)]
        ran = subprocess.run(
            [sys.executable, "-c", OURS, *words], stdout=subprocess.PIPE, text=True, check=True
        )
        found[what] = json.loads(ran.stdout.splitlines()[-1])
    crash = found["crash"]
    return found["calm"] | {"had": crash["kept"], "lost": crash["lost"]}


def at(times: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return times[min(len(times) - 1, int(share * len(times)))] * 1000 if times else float("nan")


def row(name: str, found: dict[str, Any], beside: dict[str, Any] | None) -> str:
    """One line on one of them."""
    times = [at(found["shown"], share) for share in (0.5, 0.95, 0.99)]
    ratio = ""
    if beside is not None and beside is not found:
        parts = [at(found["shown"], one) / at(beside["shown"], one) for one in (0.5, 0.95)]
        cpu = found["server"] / beside["server"]
        ratio = "  of ours: " + " ".join(f"{part:.3f}" for part in parts) + f", server {cpu:.2f}"
    return (
        f"  {name:<22}" + " ".join(f"{one:>7.1f}" for one in times) + " ms  p50 p95 p99 to the others;"
        f" {found['offered']} changes, never shown {found['unseen']};"
        f" server {found['server'] * 100:.0f} %, phones {found['cpu'] * 100:.0f} % of a core\n"
        f"  {'':<22}killed: {found['lost']} of {found['had']} lost{ratio}"
    )  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("shapes", nargs="*", default=list(SHAPES), metavar="rooms|room")
    asked.add_argument("--people", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--ours", action="store_true", help="bench/hall.py beside them")
    given = asked.parse_args()
    if why := install():
        print(f"{why} Nothing was measured.")
        return 0
    for shape in given.shapes:
        print(f"{shape}: {given.people} people, {given.seconds:g} s", flush=True)
        beside = ours(shape, given.people, given.seconds) if given.ours else None
        if beside:
            print(row("ours", beside, beside), flush=True)
        for kind, name in KINDS.items():
            found = measure(kind, shape, given.people, given.seconds)
            print(row(name, found, beside), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
