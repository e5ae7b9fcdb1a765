"""Settings out of the environment, and the refusal to start an unsafe production. Django-free."""

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import dj_database_url

Read = TypeVar("Read")
DATABASES = ("sqlite", "postgres", "postgresql")
DEMO_KEY = "demo-key-not-for-production"


class Unsafe(SystemExit):
    """The deployment would be unsafe; the message says what to change. Exit status 2."""

    def __init__(self, sentence: str) -> None:
        print(f"Learning Exchange does not start: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
        super().__init__(2)


def flag(name: str, default: bool) -> bool:
    """A yes/no setting: 1, true, yes, on (any case) are yes; 0, false, no, off, empty are no."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise Unsafe(f"{name} is {raw!r}; write yes or no.")


def number(name: str, default: int) -> int:
    """A whole number from the environment."""
    raw = os.environ.get(name, "")
    if not raw.strip():
        return default
    try:
        return int(raw)
    except ValueError:
        raise Unsafe(f"{name} is {raw!r}; write a whole number.") from None


def listed(name: str, default: list[str]) -> list[str]:
    """A comma-separated list from the environment."""
    raw = os.environ.get(name)
    return default if raw is None else [part.strip() for part in raw.split(",") if part.strip()]


def chosen(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of some words, in any case; empty is the default."""
    word = os.environ.get(name, "").strip()
    for choice in choices:
        if (word or default).lower() == choice.lower():
            return choice
    raise Unsafe(f"{name} is {word!r}; write {', '.join(choices[:-1])} or {choices[-1]}.")


def understood(name: str, default: str, read: Callable[[str], Read], write: str) -> Read:
    """What `read` makes of a setting, or of the default when it is empty.

    The value may hold a password and is not repeated: `write` says how it should look.
    """
    try:
        return read(os.environ.get(name, "").strip() or default)
    except (ValueError, LookupError, OSError):
        raise Unsafe(f"{name} cannot be understood; write {write}.") from None


def database(url: str) -> dict[str, Any]:
    """Django's words for the address of a database; ValueError for one that we do not run on."""
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if url.partition(":")[0] not in DATABASES or found["NAME"] in ("", ":memory:"):
        raise ValueError(url)
    if found["ENGINE"].endswith("sqlite3"):
        # Measured (docs/decisions/0003): without IMMEDIATE half of 1,000 moves were refused as
        # "locked"; FULL means that what we acknowledge is on the disk. What is erased is written
        # over with zeros at once, whatever the library was built with, and the log beside the file
        # is cut short each time it has been taken into it.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA busy_timeout=5000; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=0;",
        }
    return found


def mail_server(url: str) -> SplitResult:
    """The parts of a mail server's address; ValueError where host or port cannot be read."""
    parts = urlsplit(url)
    if parts.port == 0:
        raise ValueError(url)
    return parts


def redis_server(url: str) -> str:
    """The address of a Redis as it was given, or ""; ValueError where it cannot be one."""
    parts = urlsplit(url)
    there = parts.path if parts.scheme == "unix" else parts.hostname
    if url and (parts.scheme not in ("redis", "rediss", "unix") or not there or parts.port == 0):
        raise ValueError(url)
    return url


def time_zone(name: str) -> str:
    """A time zone's name; LookupError, ValueError or OSError where there is none of that name."""
    return ZoneInfo(name).key


GOOGLE, MICROSOFT = "https://accounts.google.com", "https://login.microsoftonline.com"


def client(word: str) -> tuple[str, str] | None:
    """A client's id and secret out of `id:secret`; None for nothing, ValueError for half of it."""
    ident, _colon, secret = word.partition(":")
    if word and not (ident and secret):
        raise ValueError(word)
    return (ident, secret) if word else None


def tenant(word: str) -> str:
    """The id of a tenant of Microsoft Entra; Unsafe for what is none, such as "common"."""
    try:
        return str(UUID(word))
    except ValueError:
        raise Unsafe(
            f"EXCHANGE_MICROSOFT_TENANTS names {word!r}; write the ids of tenants."
        ) from None


def sign_in_elsewhere() -> list[dict[str, Any]]:
    """The providers of single sign-on as allauth wants them, each with the issuers and domains
    that count. Unsafe where nobody is named who may come that way."""
    found = []
    write = "the client's id, a colon, its secret"
    if google := understood("EXCHANGE_GOOGLE", "", client, write):
        domains = [one.lower() for one in listed("EXCHANGE_GOOGLE_DOMAINS", [])]
        if not domains:
            raise Unsafe("EXCHANGE_GOOGLE is set; name in EXCHANGE_GOOGLE_DOMAINS who may come.")
        found.append(provider("google", "Google", google, GOOGLE, [GOOGLE], domains=domains))
    if microsoft := understood("EXCHANGE_MICROSOFT", "", client, write):
        tenants = [tenant(one) for one in listed("EXCHANGE_MICROSOFT_TENANTS", [])]
        if not tenants:
            raise Unsafe(
                "EXCHANGE_MICROSOFT is set; name in EXCHANGE_MICROSOFT_TENANTS who may come."
            )
        where = tenants[0] if len(tenants) == 1 else "organizations"
        issuers = [f"{MICROSOFT}/{one}/v2.0" for one in tenants]
        url = f"{MICROSOFT}/{where}/v2.0"
        found.append(provider("microsoft", "Microsoft", microsoft, url, issuers))
    return found


def provider(
    key: str, name: str, known_as: tuple[str, str], url: str, issuers: list[str], **more: Any
) -> dict[str, Any]:
    """One provider: where its description lies, and whose tokens count."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    settings = {"server_url": url, "issuers": issuers, "origin": origin, **more}
    words = {"provider_id": key, "name": name, "client_id": known_as[0], "secret": known_as[1]}
    return {**words, "settings": settings}


def folders(name: str) -> list[Path]:
    """Folders that exist, from a comma-separated list."""
    found = [Path(part) for part in listed(name, [])]
    for folder in found:
        if not folder.is_dir():
            raise Unsafe(f"{name} names {folder}, which is not a folder. Make it, or leave it out.")
    return found


def secret_key(home: Path, production: bool) -> str:
    """SECRET_KEY, or a key made on the first run and kept (mode 0600) in `home`/secret.key.

    In production the key must be given: a key file made in a container is lost with it.
    """
    given = os.environ.get("SECRET_KEY", "")
    if given or production:
        return given
    path = home / "secret.key"
    try:
        if not path.exists():
            _write_key(path)
        key = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unsafe(
            f"{path} cannot be used ({error.strerror}). Set EXCHANGE_HOME to a folder of its own."
        ) from None
    if not key:
        raise Unsafe(f"{path} is empty. Delete it, and a new key is made.")
    return key


def _write_key(path: Path) -> None:
    """Make the key file all at once: of two processes that start together one wins, whole."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(50))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def weak(key: str) -> bool:
    """Whether a key is one that somebody could guess: short, monotonous or printed somewhere."""
    known = key == DEMO_KEY or key.startswith("django-insecure-")
    return known or len(key) < 32 or len(set(key)) < 5


def refuse(production: bool, debug: bool, key: str, hosts: list[str]) -> None:
    """Stop a production start that would be unsafe. Does nothing outside production."""
    if not production:
        return
    if debug:
        raise Unsafe("DEBUG is on in production. Unset DEBUG.")
    if flag("EXCHANGE_DEMO", False):
        raise Unsafe("EXCHANGE_DEMO is on in production; its password is known. Unset it.")
    if weak(key):
        raise Unsafe(
            "SECRET_KEY is missing, short or the default. Set one of 32 characters or more."
        )
    if not hosts or any("*" in host or host.startswith(".") for host in hosts):
        raise Unsafe("ALLOWED_HOSTS is empty or a wildcard. Name the hosts, separated by commas.")


def refuse_hall(production: bool, hall: list[str], base_url: str) -> None:
    """Stop a hall in production, or one that would tell phones to come elsewhere."""
    if not hall:
        return
    if production:
        raise Unsafe(
            "EXCHANGE_PRODUCTION is on, and a hall is served without https. Unset it for --hall."
        )
    if urlsplit(base_url).hostname != hall[0] or urlsplit(base_url).scheme != "http":
        raise Unsafe("EXCHANGE_HALL does not go with BASE_URL. Use `exchange serve --hall`.")
