"""Settings out of the environment; what must not run in production does not start."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exchange.core import environment

ROOT = Path(__file__).resolve().parents[3]
KEY = "this-key-is-only-for-tests-" * 2
SOUND = {
    "EXCHANGE_PRODUCTION": "yes",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "learning.example.org",
    "BASE_URL": "https://learning.example.org",
    "EMAIL_URL": "smtp+tls://exchange:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Learning Exchange <learning@example.org>",
}


def manage(
    *arguments: str, environment: Mapping[str, str], home: Path
) -> subprocess.CompletedProcess[str]:
    """Run manage.py in a process whose environment holds only what is given."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "EXCHANGE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *[(word, True) for word in ("1", "Yes", " on ", "true")],
        *[(word, False) for word in ("0", "no", "OFF", "")],
    ],
)
def test_a_flag(raw: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_FLAG", raw)
    assert environment.flag("X_FLAG", not value) is value


def test_what_is_not_set_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X_NONE", raising=False)
    assert environment.flag("X_NONE", True) is True
    assert environment.number("X_NONE", 5) == 5
    assert environment.listed("X_NONE", ["a"]) == ["a"]


@pytest.mark.parametrize(
    ("read", "raw", "sentence"),
    [
        (environment.flag, "maybe", "X_BAD is 'maybe'; write yes or no."),
        (environment.number, "five", "X_BAD is 'five'; write a whole number."),
    ],
)
def test_bad_values_end_with_a_sentence(
    read, raw: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("X_BAD", raw)
    with pytest.raises(SystemExit) as stopped:
        read("X_BAD", 1)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f"Learning Exchange does not start: {sentence}\n"


DATABASE = "DATABASE_URL cannot be understood; write postgres://user:password@host:5432/name."
MAIL = "EMAIL_URL cannot be understood; write smtp+tls://user:password@host:587."
ZONE = "TIME_ZONE cannot be understood; write the name of a place such as Europe/London."
REDIS = "REDIS_URL cannot be understood; write redis://user:password@host:6379."
LEVEL = "LOG_LEVEL is 'LOUD'; write DEBUG, INFO, WARNING or ERROR."


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        *[
            ("DATABASE_URL", raw, DATABASE)
            for raw in (
                "nonsense", "mysql://u:secret@host/name", "postgres://u:secret@host:port/name",
                "postgres://u:secret@host:5432", "postgres://[::1/name", "sqlite://",
            )
        ],
        *[
            ("EMAIL_URL", raw, MAIL)
            for raw in ("smtp://u:secret@host:mail", "smtp://host:0", "smtp+tls://[", "smtp://h:99999")
        ],
        *[
            ("REDIS_URL", raw, REDIS)
            for raw in ("http://u:secret@host", "redis://", "redis://host:0", "redis://h:port", "host:6379")
        ],
        *[("TIME_ZONE", raw, ZONE) for raw in ("Mars/Base", "Europe", "../etc/passwd", "/")],
        ("LOG_LEVEL", "LOUD", LEVEL),
        *[
            (name, "no/such/folder", f"{name} names no/such/folder, which is not a folder. "
             "Make it, or leave it out.")
            for name in ("EXCHANGE_CONTENT_DIRS", "EXCHANGE_ACTIVITY_DIRS")
        ],
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_stops_every_command(
    name: str, raw: str, sentence: str, tmp_path: Path
) -> None:
    """Status 2 and one line, which repeats no password."""
    ran = manage("check", environment={name: raw}, home=tmp_path)
    assert (ran.returncode, ran.stderr, ran.stdout) == (
        2,
        f"Learning Exchange does not start: {sentence}\n",
        "",
    )


def test_empty_values_are_the_defaults_and_small_letters_do(tmp_path: Path) -> None:
    names = (
        "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "TIME_ZONE", "LOG_LEVEL", "EXCHANGE_CONTENT_DIRS",
        "EXCHANGE_ACTIVITY_DIRS",
    )  # fmt: skip
    for given in (dict.fromkeys(names, ""), {"LOG_LEVEL": "error", "TIME_ZONE": "UTC"}):
        ran = manage("check", environment=given, home=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_list_leaves_blanks_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_LIST", " a.example.org, ,b.example.org,")
    assert environment.listed("X_LIST", []) == ["a.example.org", "b.example.org"]


def test_the_key_file_is_made_once_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(home, False), range(24)))
    assert len(keys) == 1
    assert not environment.weak(keys.pop())
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


def test_an_empty_key_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "secret.key").write_text(" \n")
    with pytest.raises(environment.Unsafe):
        environment.secret_key(tmp_path, False)


def test_production_makes_no_key_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert environment.secret_key(tmp_path, True) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DEBUG": "1"}, "DEBUG is on in production. Unset DEBUG."),
        (
            {"EXCHANGE_DEMO": "1"},
            "EXCHANGE_DEMO is on in production; its password is known. Unset it.",
        ),
        *[
            (
                {"SECRET_KEY": key},
                "SECRET_KEY is missing, short or the default. Set one of 32 characters or more.",
            )
            for key in (
                "",
                "short",
                environment.DEMO_KEY,
                "a" * 40,
                "django-insecure-0123456789abcdefghij",
            )
        ],
        *[
            (
                {"ALLOWED_HOSTS": hosts},
                "ALLOWED_HOSTS is empty or a wildcard. Name the hosts, separated by commas.",
            )
            for hosts in ("", "*", "*.example.org", "a.example.org,.example.org")
        ],
    ],
)
def test_an_unsafe_production_does_not_start(
    change: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    ran = manage("check", environment=SOUND | change, home=tmp_path)
    assert (ran.returncode, ran.stderr, ran.stdout) == (
        2,
        f"Learning Exchange does not start: {sentence}\n",
        "",
    )


def test_the_same_is_no_matter_outside_production(tmp_path: Path) -> None:
    unsafe = {"DEBUG": "1", "SECRET_KEY": "short", "ALLOWED_HOSTS": "*"}
    ran = manage("check", environment=unsafe, home=tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_a_sound_production_passes_all_checks(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    ran = manage("check", "--deploy", "--fail-level", "WARNING", environment=SOUND, home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "System check identified no issues (3 silenced).\n"
