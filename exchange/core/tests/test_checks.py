"""Each unsafe setting is named, and a sound one is not."""

from pathlib import Path

import pytest
from django.conf import settings as live_settings

from exchange.core import checks

SOUND = {
    "BASE_URL": "https://learning.example.org",
    "ALLOWED_HOSTS": ["learning.example.org"],
    "EMAIL_URL": "smtp+tls://exchange:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "learning@example.org",
    "FOUNDERS": "anyone",
    "TRUSTED_PROXY": True,
}


@pytest.fixture
def sound(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A deployment with nothing wrong."""
    for name, value in SOUND.items():
        setattr(settings, name, value)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    settings.HOME = home
    monkeypatch.delenv("EXCHANGE_FLOOR", raising=False)
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    monkeypatch.setitem(live_settings.DATABASES, "default", _sqlite(home / "exchange.sqlite3"))
    return settings


def _sqlite(path: Path) -> dict[str, str]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def found() -> list[str]:
    """The ids of all that is wrong."""
    return [message.id for message in [*checks.check_settings(), *checks.check_deployment()]]


def test_nothing_is_wrong_with_a_sound_deployment(sound: object) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("FOUNDERS", "everybody", ["exchange.E001"]),
        ("FOUNDERS", "office", []),
        ("READY_TOKEN", "guess", ["exchange.W011"]),
        ("READY_TOKEN", "x" * 24, []),
        ("METRICS_TOKEN", "guess", ["exchange.W011"]),
        ("METRICS_TOKEN", "x" * 24, []),
        ("BASE_URL", "learning.example.org", ["exchange.E002", "exchange.W001"]),
        ("BASE_URL", "https://learning.example.org/exchange", ["exchange.E002"]),
        ("BASE_URL", "https://[", ["exchange.E002"]),
        ("BASE_URL", "https://ada@learning.example.org", ["exchange.E002"]),
        ("BASE_URL", "https://learning.example.org:port", ["exchange.E002"]),
        ("BASE_URL", "https://other.example.org", ["exchange.E003"]),
        ("BASE_URL", "http://learning.example.org", ["exchange.W001"]),
        ("EMAIL_URL", "", ["exchange.W003"]),
        ("EMAIL_URL", "smtps://mail.example.org", ["exchange.E004"]),
        ("EMAIL_URL", "mail.example.org", ["exchange.E004"]),
        ("EMAIL_URL", "smtp://exchange:secret@mail.example.org", ["exchange.W004"]),
        ("EMAIL_URL", "smtp://exchange:secret@localhost:25", []),
        ("EMAIL_URL", "smtp://mail.example.org", []),
        ("REDIS_URL", "redis://exchange:secret@redis.example.org:6379", ["exchange.W012"]),
        ("REDIS_URL", "rediss://exchange:secret@redis.example.org:6379", []),
        ("REDIS_URL", "redis://exchange:secret@localhost", []),
        ("REDIS_URL", "redis://redis.example.org", []),
        ("DEFAULT_FROM_EMAIL", "exchange@localhost", ["exchange.W005"]),
        ("DEFAULT_FROM_EMAIL", "Exchange <exchange@localhost>", ["exchange.W005"]),
        ("DEFAULT_FROM_EMAIL", "Exchange <exchange@example.org>", []),
    ],
)
def test_each_setting(name: str, value: str, ids: list[str], sound: object) -> None:
    setattr(sound, name, value)
    assert found() == ids


@pytest.mark.parametrize(
    ("raw", "ids"),
    [("4", ["exchange.W010"]), ("-5", ["exchange.W010"]), ("5", []), ("8", []), ("", [])],
)
def test_the_floor_is_never_lowered(
    raw: str, ids: list[str], sound: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXCHANGE_FLOOR", raw)
    assert found() == ids


def test_a_proxy_is_named(sound: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert found() == ["exchange.W002"]
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.7")
    assert found() == []


def test_what_others_on_the_machine_may_read(sound: object) -> None:
    home = sound.HOME
    database = home / "exchange.sqlite3"
    database.touch(0o644)
    assert found() == []
    home.chmod(0o755)
    assert found() == ["exchange.W006", "exchange.W006"]
    database.chmod(0o640)
    assert found() == ["exchange.W006"]
    home.chmod(0o750)
    assert found() == []
