"""Letters on their way. Written in the same transaction as what they tell of, sent by the worker
(`exchange work`), and tried again until the mail server takes them.

A letter is sent at least once: a worker that is killed between the mail server's yes and the note
of it sends that one letter again after LEASE, under the same Message-ID.
"""

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import formatdate, make_msgid
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from exchange.core.models import Letter
from exchange.core.sealing import Unreadable, seal, unseal
from exchange.core.writing import writing

log = logging.getLogger(__name__)

PURPOSE = "outbox"
BATCH = 20
# How long a worker may be at a batch before another takes its letters for left behind.
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=10)
PATIENCE = timedelta(days=3)
KEPT = timedelta(days=30)

#: Kind of letter -> whether it shall still be sent, asked just before it goes. A member who was
#: removed while the mail server was away gets nothing.
wanted: dict[str, Callable[[Letter], bool]] = {}


def post(
    message: EmailMultiAlternatives,
    *,
    kind: str,
    about: int = 0,
    reader: int | None = None,
    due: datetime | None = None,
) -> Letter:
    """Put a letter into the outbox, inside the caller's transaction if there is one.

    `kind` and `about` (an id) say what it is about, `reader` is the id of the person it goes to,
    where there is one; `due` a moment before which it is not sent. One that no mail server could
    take (an impossible address) is given up at once.
    """
    now = timezone.now()
    letter = Letter(kind=kind, about=about, reader=reader, queued_at=now, due_at=due or now)
    message.subject = " ".join(str(message.subject).split())  # a header is one line
    try:
        message.message()
    except ValueError:
        _give_up(letter, "ValueError")
    else:
        letter.sealed = seal(PURPOSE, _written(message))
    letter.save()
    if settings.POST_AT_ONCE:
        transaction.on_commit(lambda: deliver() and None, robust=True)
    return letter


def _written(message: EmailMultiAlternatives) -> bytes:
    """A letter as JSON, with the date and the id it keeps however often it is tried."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    headers = {"Date": formatdate(localtime=True), "Message-ID": make_msgid(domain=host)}
    words = {
        "subject": message.subject,
        "body": message.body,
        "from": message.from_email,
        "to": message.to,
        "headers": headers | dict(message.extra_headers or {}),
        "html": [str(part[0]) for part in message.alternatives],
    }
    return json.dumps(words).encode()


def _read(sealed: bytes, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The letter again, to be sent over this connection."""
    words = json.loads(unseal(PURPOSE, sealed))
    message = EmailMultiAlternatives(
        subject=words["subject"], body=words["body"], from_email=words["from"], to=words["to"],
        headers=words["headers"], connection=connection,
    )  # fmt: skip
    for html in words["html"]:
        message.attach_alternative(html, "text/html")
    return message


def withdraw(kind: str, about: int) -> int:
    """Take back what has not been sent yet; returns how many letters."""
    return Letter.objects.waiting().filter(kind=kind, about=about).delete()[0]


def withdraw_from(address: str) -> int:
    """Take back every letter to this address that waits; returns how many. What was sealed with
    another key cannot be read, and is never sent."""
    gone = [one.pk for one in Letter.objects.waiting().iterator() if _is_to(one, address)]
    return Letter.objects.filter(pk__in=gone).delete()[0]


def _is_to(letter: Letter, address: str) -> bool:
    try:
        words = json.loads(unseal(PURPOSE, bytes(letter.sealed)))
    except Unreadable:
        return False
    return any(address.lower() in one.lower() for one in words["to"])


def forget_files(address: str) -> int:
    """Delete the files of letters to this address, where letters are written to files
    (no EMAIL_URL); returns how many. A file holds what was sent in one go."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    files = Path(folder).glob("*.log") if folder and Path(folder).is_dir() else []
    gone = [file for file in files if address.encode() in file.read_bytes().lower()]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def states(kind: str, abouts: Iterable[int]) -> dict[int, str]:
    """What became of the last letter about each: "waiting", "sent" or "given up"; an id without
    a letter is missing."""
    letters = Letter.objects.filter(kind=kind, about__in=list(abouts)).order_by("pk")
    return {letter.about: letter.state for letter in letters}


def deliver(most: int = BATCH) -> int:
    """Send up to so many letters that are due; returns how many the mail server took.

    Where it does not answer, the rest of the batch is left for a later try at once.
    """
    letters, sent = _claimed(most), 0
    if not letters:
        return 0
    connection = get_connection()
    try:
        connection.open()
        while letters:
            sent += _send(letters[0], connection)
            del letters[0]
        connection.close()
    except OSError as fault:  # smtplib's faults are of this family
        _postpone(letters, type(fault).__name__)
    return sent


def _claimed(most: int) -> list[Letter]:
    """Letters that are due, taken for this worker until the lease runs out."""
    now = timezone.now()
    with writing():
        due = Letter.objects.waiting().filter(due_at__lte=now).order_by("due_at", "pk")
        letters = list(due.select_for_update(skip_locked=True)[:most])
        taken = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
        taken.update(due_at=now + LEASE, tries=F("tries") + 1)
    for letter in letters:
        letter.tries += 1
    return letters


def _send(letter: Letter, connection: BaseEmailBackend) -> bool:
    """Send one letter; whether it went out. OSError where the mail server is to blame, and not
    this letter."""
    still = wanted.get(letter.kind)
    if still is not None and not still(letter):
        letter.delete()
        return False
    try:
        _read(bytes(letter.sealed), connection).send()
    except SMTPRecipientsRefused as refused:
        _refused(letter, max(code for code, _said in refused.recipients.values()), "the address")
    except SMTPDataError as refused:  # else one letter would hold up all behind it
        _refused(letter, refused.smtp_code, "the letter")
    except (ValueError, Unreadable) as fault:
        _give_up(letter, type(fault).__name__)
        _note(letter)
    else:
        letter.sent_at, letter.sealed = timezone.now(), b""
        _note(letter)
    return letter.sent_at is not None


def _refused(letter: Letter, code: int, what: str) -> None:
    """The mail server did not take this one letter: for good (5xx), or for now."""
    if code >= 500:
        _give_up(letter, f"the mail server refused {what}")
        _note(letter)
    else:
        _postpone([letter], f"the mail server puts {what} off")


def _note(letter: Letter) -> None:
    """Keep what became of a letter. One that was taken back meanwhile does not come again, as it
    would by `save`."""
    Letter.objects.filter(pk=letter.pk).update(
        sent_at=letter.sent_at, given_up_at=letter.given_up_at, due_at=letter.due_at,
        fault=letter.fault, sealed=letter.sealed,
    )  # fmt: skip


def _postpone(letters: list[Letter], fault: str) -> None:
    """Try these again: after one, two, four ... minutes, ten at most; after three days no more."""
    now = timezone.now()
    for letter in letters:
        wait = min(timedelta(minutes=2 ** min(letter.tries - 1, 6)), LONGEST_WAIT)
        letter.due_at, letter.fault = now + wait, fault
        if now - letter.queued_at > PATIENCE:
            _give_up(letter, fault)
        _note(letter)
    if letters:
        log.warning("Not sent yet: %d letter(s) (%s).", len(letters), fault)


def _give_up(letter: Letter, fault: str) -> None:
    """Try it no more, and keep none of its words. The log never holds the address."""
    letter.given_up_at, letter.fault, letter.sealed = timezone.now(), fault, b""
    log.warning("Not sent: a letter of %s about %s (%s)", letter.kind, letter.about, fault)


def old(until: datetime) -> QuerySet[Letter]:
    """What was sent or given up, and written before."""
    return Letter.objects.over().filter(queued_at__lt=until)


def lag() -> timedelta:
    """How long the oldest letter that is due has waited; zero where none does."""
    oldest = Letter.objects.waiting().filter(due_at__lte=timezone.now()).order_by("due_at").first()
    return timezone.now() - oldest.due_at if oldest else timedelta(0)


def not_again() -> None:
    """After a restore: give up what was waiting when the backup was made. Most of it went out
    since, and of the rest nobody knows whether it is still true."""
    given_up = {"given_up_at": timezone.now(), "fault": "it came out of a backup", "sealed": b""}
    Letter.objects.waiting().update(**given_up)
