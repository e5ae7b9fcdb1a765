"""The command line in processes of its own: what it does, and one line and status 2 where not."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from exchange.__main__ import main
from exchange.site import commands
from exchange.site.demo_words import PASSWORD, PEOPLE

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90
KEY = "this-key-is-only-for-tests-" * 2


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Only what is given, so that settings of this machine do not matter."""
    return {"PATH": os.environ["PATH"], "EXCHANGE_HOME": str(home), **settings}


def exchange(*words: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m exchange` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "exchange", *words],
        cwd=ROOT,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(*words: str, port: int, home: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A server that answers; stopped with Ctrl-C at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "exchange", *words, "--port", str(port)],
        cwd=ROOT,
        env=environment(home, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(f"http://localhost:{port}/healthz", process)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within {PATIENCE} s")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database is up to date."""
    folder = tmp_path_factory.mktemp("homes") / "home"
    ran = exchange("migrate", home=folder)
    assert ran.returncode == 0, ran.stderr
    assert folder.stat().st_mode & 0o777 == 0o700
    return folder


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "exchange: the following arguments are required: COMMAND."),
        (["dance"], "exchange: argument COMMAND: invalid choice: 'dance'"),
        (
            ["serve", "--port", "80000"],
            "exchange serve: argument --port: '80000' is not a port from 1 to 65535.",
        ),
        (
            ["demo", "--port", "x"],
            "exchange demo: argument --port: 'x' is not a port from 1 to 65535.",
        ),
        (["register"], "exchange register: the following arguments are required: VERB."),
        (
            ["register", "import"],
            "exchange register import: the following arguments are required: FILE.",
        ),
        (["user", "add", "x"], "exchange user add: the following arguments are required: NAME."),
        (
            ["rehearse", "KTRMWX", "--people", "0"],
            "exchange rehearse: argument --people: '0' is not a whole number from 1 to 600.",
        ),
        (["migrate", "--now"], "exchange: unrecognized arguments: --now."),
    ],
)
def test_bad_words_get_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    found = capsys.readouterr()
    assert (stopped.value.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert found.err[: len(said)] == said


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    names = re.findall(r"^    ([a-z][\w-]*)", capsys.readouterr().out, re.MULTILINE)
    expected = [
        "demo", "serve", "work", "migrate", "doctor", "rehearse", "backup", "verify-backup", "restore",
        "move-to", "register", "packs", "mfa-reset", "user", "network", "audit",
        "subject-export", "erase", "retention",
    ]  # fmt: skip
    assert (stopped.value.code, names) == (0, expected)


def test_a_server_without_its_tables_does_not_start(tmp_path: Path) -> None:
    ran = exchange("serve", "--port", str(free_port()), home=tmp_path)
    assert ran.returncode == 2
    assert re.fullmatch(
        r"exchange: The database lacks \d+ change\(s\)\. Run `exchange migrate` first\.\n",
        ran.stderr,
    )


def test_an_unanswering_database_is_said_in_one_line(tmp_path: Path) -> None:
    nobody = f"postgres://postgres@127.0.0.1:{free_port()}/postgres"
    ran = exchange("migrate", home=tmp_path, DATABASE_URL=nobody)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert ran.stderr.startswith("exchange: The database is not ready (")


def test_a_setting_in_the_way_is_said(home: Path) -> None:
    ran = exchange("serve", home=home, EXCHANGE_FOUNDERS="nobody")
    assert (ran.returncode, ran.stderr.splitlines()) == (
        2,
        [
            "EXCHANGE_FOUNDERS is 'nobody', which nobody knows. "
            "Write anyone (with a confirmed tie to a school) or office.",
            "exchange: A setting stands in the way; see above.",
        ],
    )


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken(command: str, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = exchange(command, "--port", str(other.getsockname()[1]), home=home)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "taken" in ran.stderr


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run a command in this process: its exit status and what it wrote."""
    status = main(words)
    found = capsys.readouterr()
    return status, found.out, found.err


def test_our_packs_are_sound(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "packs", "check")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"[1-9]\d* sound, 0 not\.\n", out)


def test_packs_that_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("kind: card_set")
    status, out, err = told(capsys, "packs", "check", str(tmp_path))
    assert (status, out) == (2, "0 sound, 1 not.\n")
    assert {line.partition(": ")[0] for line in err.splitlines()} == {str(tmp_path / "bad.yaml")}
    nowhere = tmp_path / "none"
    line = f"exchange packs: {nowhere} is not a folder.\n"
    assert told(capsys, "packs", "check", str(nowhere)) == (2, "", line)
    assert told(capsys, "packs", "load", str(nowhere)) == (2, "", line)


def test_packs_are_loaded_once(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, first, err = told(capsys, "packs", "load")
    assert (status, err) == (0, "")
    assert {line.partition(": ")[0] for line in first.splitlines()} == {"added"}
    again = first.replace("added: ", "unchanged: ")
    assert told(capsys, "packs", "load") == (0, again, "")
    (tmp_path / "bad.yaml").write_text("- 1")
    status, out, err = told(capsys, "packs", "load", str(tmp_path))
    assert (status, out, err.splitlines()[-1]) == (2, "", "Nothing was loaded.")


def test_a_register_file_that_is_none(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _out, err = told(capsys, "register", "import", str(tmp_path / "none.csv"))
    assert (status, err.splitlines()[-1]) == (2, "Nothing was changed.")


def test_a_person_is_let_in_by_a_link(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("user", "add", "pam@example.org", "Pam", "--role", "operations")
    status, out, err = told(capsys, *words)
    assert (status, err) == (0, "")
    link = r"pam@example\.org opens, within 14 days: http://localhost:8000/invitations/[\w-]+/\n"
    assert re.fullmatch(link, out)


def test_a_trust_that_is_unknown(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "network", "from-trust", "No Such Trust")
    assert (status > 0, out, err.count("\n")) == (True, "", 1)


def test_a_code_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "rehearse", "12345")
    assert (status, (out + err).count("\n")) == (2, 1)


@pytest.mark.server
def test_the_server_starts_believes_no_proxy_and_stops(home: Path) -> None:
    port = free_port()
    with running("serve", port=port, home=home, BASE_URL="https://localhost") as process:
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.1.1"}
        answer = httpx.get(f"http://127.0.0.1:{port}/", headers=forwarded)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        strange = httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"})
        assert strange.status_code == 400
    out, err = process.communicate()
    line = f"Learning Exchange answers at https://localhost (on 127.0.0.1:{port})."
    assert (process.returncode, out.splitlines()[0]) == (0, line)
    assert [found for found in err.splitlines() if " 200" in found] == []  # no access log


@pytest.mark.server
def test_a_production_server_believes_its_proxy_and_warns(home: Path) -> None:
    settings = {
        "EXCHANGE_PRODUCTION": "yes",
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "https://localhost",
        "TRUSTED_PROXY": "yes",
    }
    port = free_port()
    url = f"http://localhost:{port}/account/sign-in/"
    with running("serve", port=port, home=home, **settings) as process:
        proxied = httpx.get(url, headers={"X-Forwarded-Proto": "https"})
        assert proxied.headers["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in httpx.get(url).headers
    warned = process.communicate()[1].splitlines()
    said = [line for line in warned if "letters are written to files" in line]
    assert (process.returncode, len(said)) == (0, 1)


def signed_in_as(base: str, email: str, password: str) -> str:
    """Sign in by the form as a browser does; the page one comes to, with one's own name on it."""
    with httpx.Client(base_url=base, follow_redirects=True) as browser:
        form = browser.get("/account/sign-in/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert token is not None
        words = {"login": email, "password": password, "csrfmiddlewaretoken": token.group(1)}
        found = browser.post("/account/sign-in/", data=words)
        assert found.status_code == 200, email
        return browser.get("/account/").text


def told_people(out: str) -> tuple[str, list[str]]:
    """The password and the lines of people that the demonstration prints."""
    password = re.search(r"^  Sign in    with the password (.+) as$", out, re.MULTILINE)
    assert password is not None, out
    return password.group(1), re.findall(r"^    (\S+@example\.org +\S.*)$", out, re.MULTILINE)


@pytest.mark.server
def test_the_demonstration_starts_twice(tmp_path: Path) -> None:
    port, codes, told = free_port(), [], ("", [])
    base = f"http://localhost:{port}"
    real = tmp_path / "exchange.sqlite3"
    for _start in range(2):
        # A real installation's database stands in the environment and is left alone.
        words = {"DATABASE_URL": f"sqlite:///{real}", "ALLOWED_HOSTS": "learning.example.org"}
        with running("demo", "--no-reload", port=port, home=tmp_path, **words) as process:
            letters = httpx.get(f"{base}/demo/mail/").text
            page = httpx.get(f"{base}/").text
            password, people = told
            for email in (line.split()[0] for line in people):  # as the first start told them
                assert email in signed_in_as(base, email, password)
        out = process.communicate()[0]
        found = re.search(r"Join code  ([A-Z]{3}-[A-Z]{3})", out)
        assert found is not None, out
        assert found.group(1) in page
        assert letters.count("ola@example.org") == 1
        assert f"  Open       {base}\n" in out
        codes.append(found.group(1))
        told = told_people(out)
        assert told == (PASSWORD, [f"{one.email:<18} {one.says}" for one in PEOPLE if one.says])
    assert codes[0] != codes[1]
    assert (real.exists(), (tmp_path / "demo" / "exchange.sqlite3").exists()) == (False, True)


def test_no_demonstration_in_production(tmp_path: Path) -> None:
    ran = exchange("demo", home=tmp_path, EXCHANGE_PRODUCTION="yes", SECRET_KEY=KEY)
    assert (ran.returncode, ran.stderr) == (
        2,
        "Learning Exchange does not start: EXCHANGE_DEMO is on in production; "
        "its password is known. Unset it.\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_an_activity_that_cannot_be_read_stops_the_start(db, settings, tmp_path):
    folder = tmp_path / "torn"
    folder.mkdir()
    (folder / "activity.py").write_text("ACTIVITY = nothing\n")
    settings.ACTIVITY_DIRS = [tmp_path]
    assert commands.refused() == (
        "An activity cannot be read (NameError: name 'nothing' is not defined)."
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The command as `make` writes it, in a house whose path has a blank; its .venv is ours."""
    house = tmp_path / "a house"
    (house / ".venv" / "bin").mkdir(parents=True)
    python = house / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    shutil.copy(ROOT / "Makefile", house)
    (house / "exchange").symlink_to(ROOT / "exchange")
    made = subprocess.run(
        ["make", "-C", str(house), ".venv/bin/exchange"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    return house / ".venv" / "bin" / "exchange"


def test_the_command_works_in_any_folder(installed: Path, tmp_path: Path) -> None:
    """Also where another folder is called exchange; files are named from where one stands."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "exchange").mkdir(parents=True)
    (elsewhere / "exchange" / "__main__.py").write_text("raise SystemExit('not ours')")
    shutil.copytree(ROOT / "exchange" / "content", elsewhere / "packs")

    def ran(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [installed, *words], cwd=elsewhere, env=environment(tmp_path / "home"),
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines()[0] if done.stdout else "", done.stderr

    assert ran("--help") == (0, "usage: exchange [-h] COMMAND ...", "")
    assert ran("packs", "check", "packs") == (0, "12 sound, 0 not.", "")
    assert ran("packs", "check", "nowhere")[0] == 2
    assert ran("dance")[0] == 2
