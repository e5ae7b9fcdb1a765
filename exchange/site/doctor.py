"""`exchange doctor`: what is wrong with this installation, and what to do about it."""

import os
import stat
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.checks import WARNING as LEAST
from django.core.checks import CheckMessage, run_checks
from django.core.mail import get_connection

from exchange.core import checks
from exchange.core.packs import read_packs
from exchange.core.readiness import AMISS, FINE, WRONG, Line, look, looked
from exchange.core.serving import Busy, alone
from exchange.live.discovery import activities


def examined() -> list[Line]:
    """All lines: settings first, then what lies on the disk, then what lives."""
    own = (home, files, left_over, packs, plugins, mail, server)
    return [*of_settings(), *(looked(one, WRONG) for one in own), *look()]


def of_settings() -> list[Line]:
    """What Django and we find unsafe; all of it where real people sign in, else what never works."""
    real = settings.PRODUCTION or settings.HTTPS
    found = [
        message
        for message in run_checks(include_deployment_checks=real)
        if message.level >= LEAST and not message.is_silenced()
    ]
    if real and not settings.PRODUCTION:
        return [
            Line("settings", AMISS, "EXCHANGE_PRODUCTION is not set; nothing unsafe is refused."),
            *map(_told, found),
        ]
    return [_told(message) for message in found] or [Line("settings", FINE, "Nothing is unsafe.")]


def _told(message: CheckMessage) -> Line:
    state = WRONG if message.is_serious() else AMISS
    return Line("settings", state, f"{message.msg} {message.hint or ''}".strip())


def home() -> Line:
    """Whether we can write where our things lie."""
    folder = Path(settings.HOME)
    if not folder.is_dir():
        return Line("home", WRONG, f"{folder} is not there. Run `exchange migrate`.")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as fault:
        return Line("home", WRONG, f"Nothing can be written in {folder} ({fault.strerror}).")
    return Line("home", FINE, f"{folder} can be written.")


def files() -> Line:
    """Whether others on this machine can read what we keep."""
    found = [f"{message.msg} {message.hint}" for message in checks.files()]
    for name in ("secret.key", "backups", "mail", "media"):
        path = Path(settings.HOME) / name
        open_ = path.exists() and path.stat().st_mode & stat.S_IRWXO
        if open_ and path.parent.stat().st_mode & stat.S_IRWXO:
            found.append(f"Others on this machine can read {path}: chmod o-rwx {path}")
    if os.environ.get("EXCHANGE_BACKUP_PASSPHRASE_FILE"):
        path = Path(os.environ["EXCHANGE_BACKUP_PASSPHRASE_FILE"])
        if not path.is_file():
            found.append(f"The passphrase of backups is not there: {path}")
        elif path.stat().st_mode & stat.S_IRWXO:
            found.append(f"Others on this machine can read {path}: chmod o-rwx {path}")
    return Line("files", AMISS if found else FINE, " ".join(found) or "Nobody else can read them.")


def left_over() -> Line:
    """What a restore left that was ended in the middle, such as by a power cut."""
    found = [path.name for path in Path(settings.HOME).glob("*.restoring*")]
    if found:
        return Line(
            "restore", AMISS,
            f"One was ended in the middle: {', '.join(sorted(found))} in {settings.HOME}. "
            "Restore again, which takes it away.",
        )  # fmt: skip
    return Line("restore", FINE, "None was ended in the middle.")


def packs() -> Line:
    """Whether the content can be read."""
    found, problems = read_packs(settings.CONTENT_DIRS)
    if problems:
        return Line("packs", WRONG, f"{problems[0]} `exchange packs check` names all.")
    return Line("packs", FINE, f"{len(found)} are sound.")


def plugins() -> Line:
    """Whether the activities can be read: they are somebody's programs."""
    try:
        found = activities()
    except Exception as fault:
        return Line(
            "activities", WRONG,
            f"One cannot be read ({type(fault).__name__}: {fault}). Mend it, or take its folder "
            "out of EXCHANGE_ACTIVITY_DIRS.",
        )  # fmt: skip
    return Line("activities", FINE, f"{len(found)} can be held.")


def mail() -> Line:
    """Whether the mail server lets us in. No letter is sent."""
    if not settings.EMAIL_URL:
        return Line("mail", FINE, f"No mail server; letters are written to {settings.HOME}/mail.")
    server = get_connection()
    try:
        server.open()
        server.close()
    except OSError as fault:  # smtplib's faults are of this family
        return Line(
            "mail", WRONG,
            f"The mail server does not let us in ({type(fault).__name__}). Check EMAIL_URL, and "
            "whether this machine may reach it.",
        )  # fmt: skip
    return Line("mail", FINE, "The mail server lets us in.")


def server() -> Line:
    """Whether the server runs on this EXCHANGE_HOME; that it does not is no fault."""
    if not Path(settings.HOME).is_dir():
        return Line("server", FINE, "It does not run.")
    try:
        with alone():
            return Line("server", FINE, "It does not run now.")
    except Busy:
        return Line("server", FINE, "It runs.")
