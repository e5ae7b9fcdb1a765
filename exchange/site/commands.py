"""What the command line does with the site: starting it, and bringing its database up to date."""

import socket
import sys
from contextlib import nullcontext
from typing import Any

import uvicorn
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from exchange.core.packs import load_packs
from exchange.core.pictures import qr_signs
from exchange.core.readiness import AMISS, FINE, WRONG, pending
from exchange.core.serving import together
from exchange.core.working import worker_beside
from exchange.live.discovery import activities
from exchange.site import demo as demonstration
from exchange.site import hall_mode
from exchange.site.doctor import examined

APPLICATION = "exchange.asgi:application"
ONE_OF_SEVERAL = "exchange.asgi:one_of_several"
PACKAGE = settings.PACKAGE
# Event streams stay open; a stop does not wait for them longer than this.
GRACE = 3
SIGNS = {FINE: "ok", AMISS: "look", WRONG: "WRONG"}


def migrate() -> int:
    """Bring the database up to date. Returns the exit status."""
    settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=1)
    return 0


def refused() -> str:
    """Why the server must not start, in a sentence, or "". Warnings are told on the way."""
    found = run_checks(include_deployment_checks=settings.PRODUCTION)
    for message in found:
        if message.level >= WARNING and not message.is_silenced():
            print(f"{message.msg} {message.hint or ''}".strip(), file=sys.stderr)
    if any(message.is_serious() and not message.is_silenced() for message in found):
        return "A setting stands in the way; see above."
    try:
        activities()
    except Exception as fault:  # an activity is somebody's program: it may fail in any way
        return f"An activity cannot be read ({type(fault).__name__}: {fault})."
    missing = pending()
    if missing:
        return f"The database lacks {len(missing)} change(s). Run `exchange migrate` first."
    packs = load_packs(settings.CONTENT_DIRS)["refused"]
    return f"A pack is not sound. {packs[0]}" if packs else ""


def doctor() -> int:
    """Print one line for each thing looked at. Exit status 0 when all is fine, 1 otherwise."""
    lines = examined()
    widest = max(len(line.what) for line in lines)
    for line in lines:
        print(f"{SIGNS[line.state]:<6} {line.what:<{widest}}  {line.says}")
    amiss = sum(line.state != FINE for line in lines)
    print(f"\n{amiss} to look at." if amiss else "\nAll is fine.")
    return 1 if amiss else 0


def taken(host: str, port: int) -> bool:
    """Whether another program already listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return True
    return False


def stop(sentence: str) -> int:
    """Say in one line why not; returns the exit status for bad input."""
    print(f"exchange: {sentence}", file=sys.stderr)
    return 2


def told_of_hall() -> str:
    """What the terminal shows: the addresses, the picture of the first, where the desk is."""
    first, *others = hall_mode.urls()
    port = settings.BASE_URL.rpartition(":")[2]
    lines = [f"Phones on this wifi join at {first}", "", qr_signs(first), ""]
    if others:
        lines += ["If that does not open on a phone, try " + " or ".join(others)]
        lines += ["and start again with --host and the address that opened."]
    lines += [
        f"The desk is on this computer only: http://localhost:{port}/",
        f"For the projector: http://localhost:{port}{reverse('hall')}",
        "Letters wait until the server runs without --hall.",
    ]
    return "\n".join(lines)


def too_many(processes: int, hall: bool) -> str:
    """Why there cannot be so many processes, in a sentence, or ""."""
    if processes == 1:
        return ""
    if hall:
        return "A hall is served by one process. Leave out --processes."
    if connection.vendor == "sqlite":
        return (
            "Several processes need PostgreSQL, and this is SQLite. Set DATABASE_URL; "
            "`exchange move-to` copies what is there."
        )
    if not settings.REDIS_URL:
        return "Several processes tell each other by Redis what changed. Set REDIS_URL."
    return ""


def serve(host: str, port: int, worker: bool, hall: bool, processes: int) -> int:
    """Start the server, one process or several, and the worker beside it; refuses with a sentence
    where that would be unsafe. In a hall it listens on the hall's addresses and for this computer,
    and no worker is started: a worker would ask a mail server."""
    if sentence := too_many(processes, hall) or refused():
        return stop(sentence)
    hosts = list(dict.fromkeys(["127.0.0.1", *settings.HALL])) if hall else [host]
    for one in hosts:
        if taken(one, port):
            return stop(f"{one}:{port} is taken or is not ours. Choose another with --port.")
    connection.close()
    where = ", ".join(f"{one}:{port}" for one in hosts)
    print(f"Learning Exchange answers at {settings.BASE_URL} (on {where}).", flush=True)
    if hall:
        print(told_of_hall(), flush=True)
    with together(), worker_beside() if worker and not hall else nullcontext():
        run(host, port, also=hosts if hall else None, processes=processes)
    return 0


def demo(port: int, reload: bool) -> int:
    """Start the demonstration: its own database, an invented network, a session to join."""
    if taken("127.0.0.1", port):
        return stop(f"Port {port} is taken. Choose another: make demo PORT={port + 1}")
    settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    if sentence := refused():
        return stop(sentence)
    print(demonstration.told(demonstration.prepare()), flush=True)
    connection.close()
    run("127.0.0.1", port, reload=reload)
    return 0


def run(
    host: str, port: int, *, reload: bool = False, also: list[str] | None = None, processes: int = 1
) -> None:
    """Hand over to uvicorn until it is stopped; `also` are addresses to listen on in place of one.
    Of several processes uvicorn starts again whichever ends; one port leads to them all.

    No access log: addresses may carry keys. Headers of a proxy are believed only when there is
    one (TRUSTED_PROXY), and then only from FORWARDED_ALLOW_IPS, by default this machine.
    """
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "proxy_headers": settings.TRUSTED_PROXY,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "log_level": "warning",
        "timeout_graceful_shutdown": GRACE,
    }
    if also:
        doors = [socket.create_server((one, port), backlog=2048) for one in also]
        uvicorn.Server(uvicorn.Config(APPLICATION, **options)).run(sockets=doors)
        return
    if processes > 1:
        uvicorn.run(ONE_OF_SEVERAL, factory=True, workers=processes, **options)
        return
    reload_dirs = [str(PACKAGE)] if reload else None
    uvicorn.run(APPLICATION, reload=reload, reload_dirs=reload_dirs, **options)
