"""Photographs every page at three widths, light and dark: `make shots`, or

    .venv/bin/python -m tests.shots [NAME ...]

Starts the demo with a home of its own, photographs the pages of `tests/shot_list.py` into shots/,
and ends with 1 if a page of the site map has no entry there, or if a page could not be had.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.journeys.browser import opened, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.shot_list import Shot

HOUSE = Path(__file__).resolve().parent.parent
SHOTS = HOUSE / "shots"
SIZES = {"phone": (360, 740), "tablet": (820, 1180), "projector": (1920, 1080)}
SCHEMES = ("light", "dark")
PATIENCE = 180  # seconds for the demo to load its network and answer


def demo_command(port: int) -> list[str]:
    """How the demo is started."""
    return [sys.executable, "-m", "exchange", "demo", "--port", str(port)]


def in_demo(home: str, port: int) -> dict[str, str]:
    """The environment in which this process sees what the demo sees."""
    return {
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
        "EXCHANGE_HOME": str(Path(home) / "demo"),
        "EXCHANGE_DEMO": "1",
        "BASE_URL": f"http://localhost:{port}",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(base, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextlib.contextmanager
def demo(home: Path, port: int) -> Iterator[str]:
    """The demo, answering; its address. Its own words go to demo.log in `home`."""
    base = f"http://localhost:{port}"
    with (home / "demo.log").open("w") as said:
        server = subprocess.Popen(
            demo_command(port),
            cwd=HOUSE,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "EXCHANGE_HOME": str(home)},
        )
        try:
            end = time.monotonic() + PATIENCE
            while not answers(base):
                if server.poll() is not None or time.monotonic() > end:
                    raise SystemExit(
                        f"The demo did not start:\n{(home / 'demo.log').read_text()[-3000:]}"
                    )
                time.sleep(0.3)
            yield base
        finally:
            server.terminate()
            server.wait(20)


def taken(browser: "Browser", base: str, shots: list["Shot"], size: str, scheme: str) -> list[str]:
    """Photographs these pages in one kind of window; what went wrong, one line each."""
    width, height = SIZES[size]
    wrong = []
    for who in dict.fromkeys(shot.who for shot in shots):
        context = browser.new_context(
            base_url=base, viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.add_cookies([{**cookie, "url": base} for cookie in who.cookies])
        for shot in (shot for shot in shots if shot.who == who):
            page = context.new_page()
            wrong += [
                f"{size} {scheme} {fault}" for fault in photographed(page, shot, size, scheme)
            ]
            page.close()
        context.close()
    return wrong


def photographed(page: "Page", shot: "Shot", size: str, scheme: str) -> list[str]:
    """Takes one picture; its faults: another status than expected, or wider than the window."""
    # A page that listens never falls silent, so it is not waited for beyond its load.
    answer = page.goto(shot.path, wait_until="load")
    page.wait_for_timeout(150)
    page.screenshot(path=SHOTS / f"{shot.file}-{size}-{scheme}.png", full_page=not shot.window_only)
    faults = []
    if answer is None or answer.status != shot.status:
        faults.append(f"{shot.file}: {answer and answer.status} instead of {shot.status}")
    if over := overflow(page):
        faults.append(f"{shot.file}: {over} px wider than the window")
    return faults


def main(wanted: list[str]) -> int:
    """0 when every page of the site map was photographed as it should be."""
    with tempfile.TemporaryDirectory(prefix="exchange-shots-") as folder:
        port = free_port()
        with demo(Path(folder), port) as base:
            os.environ |= in_demo(folder, port)
            os.environ.pop("DATABASE_URL", None)
            django.setup()
            from tests import shot_list  # its models need a Django that is set up

            every = shot_list.shots()
            missing = shot_list.missing(every)
            shots = [shot for shot in every if not wanted or shot.name in wanted]
            SHOTS.mkdir(exist_ok=True)
            with opened() as browser:
                wrong = [
                    fault
                    for size in SIZES
                    for scheme in SCHEMES
                    for fault in taken(browser, base, shots, size, scheme)
                ]
    lines = [f"No shot of the page {name}: add it to tests/shot_list.py." for name in missing]
    pictures = len(shots) * len(SIZES) * len(SCHEMES)
    lines += [*wrong, f"{len(shots)} pages, {pictures} pictures in {SHOTS.name}/."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if missing or wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
