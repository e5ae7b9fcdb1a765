"""What is unsafe or will not work about a deployment, in plain words (`manage.py check --deploy`).

Errors stand in the way of every start; warnings are told in production only. What must never run
at all is refused earlier, in `environment.refuse`.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host

FOUNDERS = ("anyone", "office")
LEAST = 5
SHORTEST_TOKEN = 24
MAIL_SCHEMES = ("", "smtp", "smtp+tls")
LOCAL = ("localhost", "127.0.0.1", "::1")


def host_of(base_url: str) -> str:
    """The host of an address that has scheme and host alone; "" where it is another thing."""
    try:
        address = urlsplit(base_url)
        plain = address.port != 0 and not (address.path or address.query or address.fragment)
    except ValueError:
        return ""
    if address.scheme not in ("http", "https") or not plain or address.username is not None:
        return ""
    host = address.hostname or ""
    return f"[{host}]" if ":" in host else host


def words_of_settings() -> Iterator[CheckMessage]:
    """Settings whose value is none of those there are."""
    if settings.FOUNDERS not in FOUNDERS:
        yield Error(
            f"EXCHANGE_FOUNDERS is {settings.FOUNDERS!r}, which nobody knows.",
            hint="Write anyone (with a confirmed tie to a school) or office.",
            id="exchange.E001",
        )
    host = host_of(settings.BASE_URL)
    if not host:
        yield Error(
            f"BASE_URL is {settings.BASE_URL!r}: letters and QR codes would lead nowhere.",
            hint="Write scheme and host alone, such as https://learning.example.org",
            id="exchange.E002",
        )
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield Error(
            f"BASE_URL names {host}, which ALLOWED_HOSTS does not.",
            hint="Add it to ALLOWED_HOSTS; links in letters would be refused.",
            id="exchange.E003",
        )
    if settings.EMAIL_URL.partition(":")[0] not in MAIL_SCHEMES:
        yield Error(
            "EMAIL_URL names a way of sending mail that is not known here.",
            hint="Write smtp+tls://user:password@host:587, or smtp:// without encryption.",
            id="exchange.E004",
        )


def floor() -> Iterator[CheckMessage]:
    """The floor can be raised, never lowered; what was asked for is compared with what holds."""
    asked = os.environ.get("EXCHANGE_FLOOR", "").strip()
    if asked and asked.lstrip("+-").isdecimal() and int(asked) < LEAST:
        yield Warning(
            f"EXCHANGE_FLOOR is {asked}; figures about fewer than {LEAST} people stay hidden.",
            hint="Unset it, or raise it.",
            id="exchange.W010",
        )


def address() -> Iterator[CheckMessage]:
    """How people reach the site."""
    if not settings.BASE_URL.startswith("https://"):
        yield Warning(
            f"BASE_URL is {settings.BASE_URL}, without https: passwords and what people write "
            "could be read on the way.",
            hint="Put a proxy with a certificate in front and set BASE_URL=https://...",
            id="exchange.W001",
        )
    if settings.TRUSTED_PROXY and "*" in os.environ.get("FORWARDED_ALLOW_IPS", ""):
        yield Warning(
            "FORWARDED_ALLOW_IPS believes every sender: anybody could give another address than "
            "their own and so pass the limits on failed tries.",
            hint="Name the address of the proxy.",
            id="exchange.W002",
        )


def mail() -> Iterator[CheckMessage]:
    """Whether letters arrive, and whether the mail server's password travels in the open."""
    if not settings.EMAIL_URL:
        yield Warning(
            "EMAIL_URL is not set: letters are written to files and nobody gets them.",
            hint="Set EMAIL_URL=smtp+tls://user:password@host:587",
            id="exchange.W003",
        )
    elif _password_in_the_open(settings.EMAIL_URL):
        yield Warning(
            "EMAIL_URL sends the mail server's password without encryption.",
            hint="Write smtp+tls:// instead of smtp://",
            id="exchange.W004",
        )
    sender = settings.DEFAULT_FROM_EMAIL.rstrip("> ").rpartition("@")[2]
    if "." not in sender:
        yield Warning(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL}: most mail servers refuse such "
            "a sender, and nobody can answer to it.",
            hint="Name an address that is read, such as learning@example.org",
            id="exchange.W005",
        )


def _password_in_the_open(email_url: str) -> bool:
    if not email_url.startswith("smtp://"):
        return False
    url = urlsplit(email_url)
    return bool(url.password) and url.hostname not in LOCAL


def tokens() -> Iterator[CheckMessage]:
    """Whether what is told to the holder of a token can be had by guessing."""
    for name in ("READY_TOKEN", "METRICS_TOKEN"):
        token = getattr(settings, name)
        if token and len(token) < SHORTEST_TOKEN:
            yield Warning(
                f"EXCHANGE_{name} is short; somebody could guess it.",
                hint=f"Set one of {SHORTEST_TOKEN} characters or more.",
                id="exchange.W011",
            )


def redis() -> Iterator[CheckMessage]:
    """Whether the password of Redis travels in the open."""
    url = urlsplit(settings.REDIS_URL)
    if url.scheme == "redis" and url.password and url.hostname not in LOCAL:
        yield Warning(
            "REDIS_URL sends the password of Redis without encryption.",
            hint="Write rediss:// instead of redis://",
            id="exchange.W012",
        )


def files() -> Iterator[CheckMessage]:
    """Whether others on this machine may read what we keep."""
    kept = [Path(settings.HOME)]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        kept.append(Path(database["NAME"]))
    for path in kept:
        # A closed folder closes all that lies in it.
        if _open_to_others(path) and (path.is_dir() or _open_to_others(path.parent)):
            yield Warning(
                f"{path} may be read by everybody who has an account on this machine.",
                hint=f"chmod o-rwx {path}",
                id="exchange.W006",
            )


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & stat.S_IRWXO)


ALWAYS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (words_of_settings, floor)
DEPLOYED: tuple[Callable[[], Iterator[CheckMessage]], ...] = (address, mail, tokens, redis, files)


def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All that is wrong with the settings wherever they are used."""
    return [message for part in ALWAYS for message in part()]


def check_deployment(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All that is unsafe about a deployment; asked by `check --deploy` and by `exchange serve`."""
    return [message for part in DEPLOYED for message in part()]


def register_checks() -> None:
    """Called once, when the app is ready."""
    register(check_settings, Tags.security)
    register(check_deployment, Tags.security, deploy=True)
