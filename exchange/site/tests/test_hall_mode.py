"""A hall without internet: what is told, what is answered under its address, what is refused."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from exchange.core.local import addresses, local
from exchange.site.hall_mode import FOR_GUESTS
from exchange.site.tests.test_commands import KEY, PATIENCE, ROOT, environment, exchange
from tests.addresses import names

HALL = "127.0.0.2"
WHERE = {"HTTP_HOST": f"{HALL}:8000", "SERVER_NAME": HALL}
LAPTOP = {"HTTP_HOST": "localhost:8000", "SERVER_NAME": "127.0.0.1"}


@pytest.fixture
def hall(settings: Any) -> None:
    settings.HALL, settings.BASE_URL = [HALL, "127.0.0.3"], f"http://{HALL}:8000"
    settings.ALLOWED_HOSTS = [HALL, "127.0.0.3", "localhost"]


@contextmanager
def served(home: Path, *before: str) -> Iterator[str]:
    """`exchange serve --hall` on 127.0.0.2, behind other words of a command line; its port."""
    assert exchange("migrate", home=home, SECRET_KEY=KEY).returncode == 0
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = str(trial.getsockname()[1])
    words = [sys.executable, "-m", "exchange", "serve", "--hall", "--host", HALL, "--port", port]
    process = subprocess.Popen(
        [*before, *words], cwd=ROOT, env=environment(home, SECRET_KEY=KEY),
        stdout=(home / "said").open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"http://{HALL}:{port}/healthz", trust_env=False)
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def test_every_name_for_guests_is_an_address() -> None:
    assert sorted(FOR_GUESTS - set(names())) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("hall")
def test_under_the_halls_address_only_guests_are_answered(client: Client) -> None:
    asked = ["/", "/join/", "/rejoin/", "/help/", "/hall/", "/account/sign-in/", "/account/",
             "/networks/", "/keep/", "/runs/1/desk/", "/invitations/x/", "/nothing/"]  # fmt: skip
    met = {path: client.get(path, **WHERE).status_code for path in asked}  # type: ignore[arg-type]
    assert met == {
        "/": 200, "/join/": 200, "/rejoin/": 200, "/help/": 200, "/hall/": 200,
        "/account/sign-in/": 403, "/account/": 403, "/networks/": 403, "/keep/": 403,
        "/runs/1/desk/": 403, "/invitations/x/": 403, "/nothing/": 404,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("hall")
def test_a_password_is_refused_whatever_name_a_phone_writes(client: Client) -> None:
    for name, socket_of in [(HALL, HALL), ("localhost", HALL), (HALL, "127.0.0.1")]:
        where = {"HTTP_HOST": f"{name}:8000", "SERVER_NAME": socket_of}
        for answer in (client.get("/account/sign-in/", **where),  # type: ignore[arg-type]
                       client.post("/account/sign-in/", {}, **where)):  # type: ignore[arg-type]  # fmt: skip
            assert (answer.status_code, answer.content.count(b"<h1>This needs https</h1>")) == (
                403,
                1,
            )
    assert client.get("/account/sign-in/", **LAPTOP).status_code == 200  # type: ignore[arg-type]


@pytest.mark.django_db
def test_without_a_hall_nothing_is_different(client: Client) -> None:
    assert client.get("/account/sign-in/").status_code == 200
    assert client.get("/hall/").status_code == 404
    assert client.get("/join/", HTTP_HOST=f"{HALL}:8000").status_code == 400


def test_addresses_are_those_of_the_kernel_and_no_loopback() -> None:
    assert [one for one in addresses() if one.startswith("127.") or one.count(".") != 3] == []
    assert [one for one in ["192.168.0.10", "127.0.0.2", "8.8.8.8", "0.0.0.0", "a.b", "::1"] if local(one)] == [  # noqa: E501
        "192.168.0.10", "127.0.0.2"]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "settings", "sentence"),
    [
        (["--host", HALL], {"EXCHANGE_PRODUCTION": "1", "SECRET_KEY": KEY},
         "Learning Exchange does not start: EXCHANGE_PRODUCTION is on, and a hall is served "
         "without https. Unset it for --hall.\n"),
        (["--host", "8.8.8.8"], {}, "exchange: 8.8.8.8 is not an address of a local network.\n"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_told(
    tmp_path: Path, words: list[str], settings: dict[str, str], sentence: str
) -> None:
    done = exchange("serve", "--hall", *words, home=tmp_path, **settings)
    assert (done.returncode, done.stderr) == (2, sentence)


def test_a_hall_is_served_and_told_of(tmp_path: Path) -> None:
    with served(tmp_path) as port:
        hall, laptop = f"http://{HALL}:{port}", f"http://localhost:{port}"
        met = [
            httpx.get(at + path, trust_env=False).status_code
            for at in (hall, laptop) for path in ("/join/", "/account/sign-in/")
        ]  # fmt: skip
        # a name written into the request does not make the phone the laptop
        forged = httpx.get(
            f"{hall}/account/sign-in/", headers={"Host": f"localhost:{port}"}, trust_env=False
        )
        said = (tmp_path / "said").read_text().splitlines()
    assert (met, forged.status_code) == ([200, 403, 200, 200], 403)
    assert said[:2] == [
        f"Learning Exchange answers at {hall} (on 127.0.0.1:{port}, {HALL}:{port}).",
        f"Phones on this wifi join at {hall}/join/",
    ]


def can_be_cut_off() -> bool:
    """Whether this machine lets us start a program that has no network but loopback."""
    try:
        done = subprocess.run(
            ["unshare", "-rn", "ip", "link", "set", "lo", "up"], capture_output=True
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(not can_be_cut_off(), reason="no network namespaces here")
def test_a_hall_needs_nothing_outside(tmp_path: Path) -> None:
    """The server and one who asks, both in a network that has nothing but loopback."""
    ask = (
        "import httpx,sys,time\n"
        "for _ in range(600):\n"
        "    try: print(httpx.get(sys.argv[1],trust_env=False).status_code); break\n"
        "    except httpx.TransportError: time.sleep(0.1)\n"
    )
    assert exchange("migrate", home=tmp_path, SECRET_KEY=KEY).returncode == 0
    script = (
        f'ip link set lo up; "$0" -m exchange serve --hall --host {HALL} --port 8123 & server=$!; '
        f'"$0" -c "$1" http://{HALL}:8123/join/; kill $server; wait $server'
    )
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script, sys.executable, ask], cwd=ROOT, timeout=PATIENCE,
        env=environment(tmp_path, SECRET_KEY=KEY), capture_output=True, text=True,
    )  # fmt: skip
    assert [line for line in done.stdout.splitlines() if line.isdecimal()] == ["200"]
