"""The command line: `exchange ...` or `python -m exchange ...`.

This module knows the words of the commands and where each is done; what they do stands in the
`commands` module of their floor. Exit status: 0 done, 1 a fault of ours, 2 bad input or an
unsafe setting, told in one line.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import django
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db.utils import OperationalError, ProgrammingError

from exchange.core.local import addresses, local
from exchange.core.serving import Busy

VAR = Path(__file__).resolve().parent.parent / "var"
# Settings of a real installation that must not reach the demonstration.
NOT_IN_DEMO = ("DATABASE_URL", "EMAIL_URL", "ALLOWED_HOSTS", "TRUSTED_PROXY", "DEBUG")
DEMO = "exchange.site.commands:demo"
SERVE = "exchange.site.commands:serve"


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Try {self.prog} --help\n")


def port(raw: str) -> int:
    """A port number, 1 to 65535."""
    if not raw.isascii() or not raw.isdecimal() or not 1 <= int(raw[:9]) <= 65535:
        raise argparse.ArgumentTypeError(f"{raw!r} is not a port from 1 to 65535")
    return int(raw)


def some(most: int) -> Any:
    """A whole number from 1 to `most`."""

    def read(raw: str) -> int:
        if not raw.isascii() or not raw.isdecimal() or not 1 <= int(raw[:9]) <= most:
            raise argparse.ArgumentTypeError(f"{raw!r} is not a whole number from 1 to {most}")
        return int(raw)

    return read


def parser() -> Parser:
    """All commands with their words."""
    top = Parser(prog="exchange", description="Learning Exchange: run it and look after it.")
    groups = top.add_subparsers(required=True, metavar="COMMAND")
    _running(groups)
    _keeping(groups)
    _content(groups)
    _people(groups)
    _erasing(groups)
    return top


def _running(groups: Any) -> None:
    demo = groups.add_parser("demo", help="start a demonstration with an invented network")
    demo.add_argument("--port", type=port, default=8000)
    demo.add_argument(
        "--no-reload", dest="reload", action="store_false", help="do not restart on changed code"
    )
    demo.set_defaults(target=DEMO)
    serve = groups.add_parser("serve", help="start the server")
    serve.add_argument("--host", help="default: 127.0.0.1; with --hall all local addresses")
    serve.add_argument("--port", type=port, default=8000)
    serve.add_argument(
        "--no-worker", dest="worker", action="store_false", help="a worker runs elsewhere"
    )
    serve.add_argument(
        "--processes", type=some(32), default=1, help="needs PostgreSQL and Redis; default: 1"
    )
    serve.add_argument("--hall", action="store_true", help="for phones on a wifi without internet")
    serve.set_defaults(target=SERVE)
    work = groups.add_parser("work", help="send letters and do what is due, beside the server")
    work.add_argument("--once", action="store_true", help="what is due now, then end")
    work.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
    work.set_defaults(target="exchange.core.working:work")
    migrate = groups.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(target="exchange.site.commands:migrate")
    doctor = groups.add_parser("doctor", help="what is wrong here, and what to do about it")
    doctor.set_defaults(target="exchange.site.commands:doctor")
    rehearse = groups.add_parser("rehearse", help="fill an open session with bots, for practice")
    rehearse.add_argument("code", help="the join code, such as KTR-MWX")
    rehearse.add_argument("--people", type=some(600), default=40)
    rehearse.add_argument("--url", default="http://localhost:8000", help="the running server")
    rehearse.add_argument("--minutes", type=some(240), help="how long the session shall take")
    rehearse.add_argument("--facilitate", metavar="EMAIL", help="drive the desk too, as this one")
    rehearse.set_defaults(target="exchange.live.rehearsal:main")


def _keeping(groups: Any) -> None:
    backup = groups.add_parser("backup", help="all in one sealed file, while the server runs")
    backup.add_argument("where", nargs="?", metavar="FOLDER", help="or a file that ends in .age")
    backup.add_argument(
        "--keep", action="store_true", help="in the folder keep 7 daily, 4 weekly, 12 monthly ones"
    )
    backup.set_defaults(target="exchange.core.commands:backup_make")
    verify = groups.add_parser("verify-backup", help="read a backup to its end")
    verify.set_defaults(target="exchange.core.commands:backup_verify")
    restore = groups.add_parser("restore", help="put a backup in place of what is there")
    restore.add_argument("--replace", action="store_true", help="lose what is there")
    restore.set_defaults(target="exchange.core.commands:restore")
    for one in (verify, restore):
        one.add_argument("file", metavar="FILE")
    move = groups.add_parser("move-to", help="copy the database into another, empty one")
    move.add_argument("url", metavar="URL", help="such as postgres://user:password@host:5432/name")
    move.set_defaults(target="exchange.core.commands:move_to")


def _content(groups: Any) -> None:
    register = groups.add_parser("register", help="a country's public register of schools")
    verbs = register.add_subparsers(required=True, metavar="VERB")
    reading = verbs.add_parser("import", help="read files of the register")
    reading.add_argument("files", nargs="+", metavar="FILE")
    reading.add_argument("--dry-run", action="store_true", help="say what would change")
    reading.add_argument(
        "--register", metavar="KEY", help="which, such as england; else seen from the columns"
    )
    reading.set_defaults(target="exchange.directory.commands:register_import")
    packs = groups.add_parser("packs", help="content such as card sets")
    verbs = packs.add_subparsers(required=True, metavar="VERB")
    load = verbs.add_parser("load", help="load packs into the database")
    check = verbs.add_parser("check", help="say what is wrong with pack files")
    for one, target in ((load, "packs_load"), (check, "packs_check")):
        one.add_argument("folders", nargs="*", metavar="DIR", help="default: our own content")
        one.set_defaults(target=f"exchange.core.commands:{target}")


def _people(groups: Any) -> None:
    reset = groups.add_parser("mfa-reset", help="take away a second step that was lost")
    reset.add_argument("email", metavar="EMAIL")
    reset.set_defaults(target="exchange.directory.account_commands:mfa_reset")
    user = groups.add_parser("user", help="people")
    verbs = user.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("add", help="invite somebody by letter")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", help="such as operations, for the programme office")
    add.add_argument("--site-admin", action="store_true")
    add.add_argument("--school", metavar="NUMBER", help="where they work; in England the URN")
    add.add_argument("--job", help="there, such as headteacher; teacher unless said otherwise")
    add.set_defaults(target="exchange.directory.network_commands:user_add")
    network = groups.add_parser("network", help="networks of schools")
    verbs = network.add_subparsers(required=True, metavar="VERB")
    trust = verbs.add_parser("from-trust", help="make a network of a trust of the register")
    trust.add_argument("name", metavar="NAME")
    trust.add_argument("--co-leader", dest="co_leader_email", metavar="EMAIL")
    trust.set_defaults(target="exchange.directory.network_commands:network_from_trust")
    leader = verbs.add_parser("co-leader", help="invite a co-leader into a network without one")
    leader.add_argument("number", type=some(10**9), metavar="NUMBER")
    leader.add_argument("email", metavar="EMAIL")
    leader.set_defaults(target="exchange.directory.network_commands:network_co_leader")


def _erasing(groups: Any) -> None:
    audit = groups.add_parser("audit", help="the log of who did what")
    verbs = audit.add_subparsers(required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="say whether it was changed, or cut short")
    verify.add_argument("--head", default="", metavar="LINK", help="a last link kept elsewhere")
    verify.set_defaults(target="exchange.directory.commands:audit_verify")
    show = verbs.add_parser("show", help="print the last events")
    show.add_argument("--last", type=some(100_000), default=50, metavar="NUMBER")
    show.set_defaults(target="exchange.directory.commands:audit_show")
    export = groups.add_parser("subject-export", help="all that is stored of one person")
    export.add_argument("email", metavar="EMAIL")
    export.add_argument("--to", metavar="FILE", help="where to write the ZIP file")
    export.set_defaults(target="exchange.directory.subject_commands:subject_export")
    erase = groups.add_parser("erase", help="erase one person, also from backups")
    erase.add_argument("email", metavar="EMAIL")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.set_defaults(target="exchange.directory.subject_commands:erase")
    retention = groups.add_parser("retention", help="erase what is due")
    retention.add_argument("--dry-run", action="store_true", help="say what would be erased")
    retention.set_defaults(target="exchange.core.commands:retention")


def become_demo(number: int) -> None:
    """Set the environment of a demonstration: its own folder, so never a real database."""
    for name in NOT_IN_DEMO:
        os.environ.pop(name, None)
    os.environ["EXCHANGE_DEMO"] = "1"
    os.environ["EXCHANGE_HOME"] = str(Path(os.environ.get("EXCHANGE_HOME") or VAR) / "demo")
    os.environ["BASE_URL"] = f"http://localhost:{number}"


def become_hall(host: str | None, number: int) -> None:
    """Set the environment of a hall: the address given, else all local ones, and this computer.

    What an installation behind a proxy has set does not hold here, except EXCHANGE_PRODUCTION: that
    refuses."""
    if host and not local(host):
        raise ImproperlyConfigured(f"{host} is not an address of a local network.")
    found = [host] if host else addresses()
    if not found:
        raise ImproperlyConfigured(
            "No local address is found. Join the wifi, or name it by --host."
        )
    os.environ["EXCHANGE_HALL"] = ",".join(found)
    os.environ["ALLOWED_HOSTS"] = ",".join([*found, "localhost", "127.0.0.1", "[::1]"])
    os.environ["BASE_URL"] = f"http://{found[0]}:{number}"
    os.environ["TRUSTED_PROXY"] = "no"


def perform(target: str, options: dict[str, Any]) -> int:
    """Set Django up and call `module:function` with the options; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    module, _, name = target.partition(":")
    return int(getattr(importlib.import_module(module), name)(**options) or 0)


def prepare_serve(options: dict[str, Any]) -> None:
    """The environment of a server, and its host where none was chosen."""
    if options["hall"]:
        become_hall(options["host"], options["port"])
    else:
        os.environ.pop("EXCHANGE_HALL", None)
        os.environ.setdefault("BASE_URL", f"http://localhost:{options['port']}")
    options["host"] = options["host"] or "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, do it, and say in one line why not."""
    options = vars(parser().parse_args(arguments))
    target = options.pop("target")
    try:
        if target == DEMO:
            become_demo(options["port"])
        elif target == SERVE:
            prepare_serve(options)
        return perform(target, options)
    except ValidationError as wrong:
        reason = " ".join(wrong.messages)
    except (PermissionDenied, ImproperlyConfigured, Busy) as wrong:
        reason = str(wrong)
    except (OperationalError, ProgrammingError) as wrong:
        said = (str(wrong).splitlines() or [""])[0]
        reason = f"The database is not ready ({said}). Is it up, and has `exchange migrate` run?"
    except KeyboardInterrupt:
        return 130
    print(f"exchange: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
