"""Django's sessions (settings.SESSION_ENGINE), kept as visits: whose, on what kind of device, how
long. They end after 12 hours without use, 14 days after signing in at the latest; on a shared
computer after 4 hours, or when the browser is closed (docs/decisions/0026).
"""

import json
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from exchange.core.sealing import Unreadable, seal, unseal
from exchange.core.writing import is_away
from exchange.directory.models import Visit

log = logging.getLogger(__name__)

PURPOSE = "visit"
#: What stands in a session for the columns of its row.
SIGNED_IN_AT, SHARED, DEVICE = "signed_in_at", "shared", "device"
IDLE, IDLE_SHARED, LONGEST = timedelta(hours=12), timedelta(hours=4), timedelta(days=14)
#: That somebody is still there is noted at most so often: each note is a write.
NOTE = timedelta(minutes=5)


def hashed(key: str) -> str:
    """What is kept of the key in a browser's cookie: its SHA-256, in hex."""
    return sha256(f"visit:{key}".encode()).hexdigest()


def end_of(began: datetime, now: datetime, *, shared: bool) -> datetime:
    """When a visit ends that is not used again."""
    return min(began + LONGEST, now + (IDLE_SHARED if shared else IDLE))


def _note(row: Visit, now: datetime) -> None:
    """That somebody is still there. Where nothing can be written, on a full disk, they may read on."""
    end = end_of(row.began_at, now, shared=row.is_shared)
    try:
        Visit.objects.filter(pk=row.pk).update(seen_at=now, expires_at=end)
    except DatabaseError as fault:
        if not is_away(fault):
            raise
        log.warning("a visit could not be noted: %s", type(fault).__name__)


class SessionStore(SessionBase):
    """One browser's session."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing where it has ended or cannot be read."""
        row = Visit.objects.current().filter(key_hash=hashed(self.session_key or "")).first()
        now = timezone.now()
        if row is not None:
            with suppress(Unreadable):
                held: dict[str, Any] = json.loads(unseal(PURPOSE, bytes(row.sealed)))
                if now - row.seen_at > NOTE:
                    _note(row, now)
                return held
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        return Visit.objects.filter(key_hash=hashed(session_key)).exists()

    def create(self) -> None:
        """A new session under a key that nobody has."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """CreateError: the key is taken. UpdateError: the session was ended meanwhile."""
        if self.session_key is None:
            return self.create()
        row = self._row(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if not must_create:
            if not Visit.objects.filter(key_hash=hashed(self.session_key)).update(**row):
                raise UpdateError
            return None
        try:
            with transaction.atomic():
                Visit.objects.create(key_hash=hashed(self.session_key), **row)
        except IntegrityError:
            raise CreateError from None
        return None

    def _row(self, held: dict[str, Any]) -> dict[str, Any]:
        """The columns of a session that holds this."""
        now, shared = timezone.now(), bool(held.get(SHARED))
        signed_in = held.get(SIGNED_IN_AT)
        began = datetime.fromtimestamp(signed_in, UTC) if signed_in else now
        return {
            "person_id": held.get(SESSION_KEY),
            "device": held.get(DEVICE, ""),
            "is_shared": shared,
            "began_at": began,
            "seen_at": now,
            "expires_at": end_of(began, now, shared=shared),
            "sealed": seal(PURPOSE, json.dumps(held).encode()),
        }

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Visit.objects.filter(key_hash=hashed(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the rows of sessions that have ended."""
        Visit.objects.filter(expires_at__lte=timezone.now()).delete()

    def get_expire_at_browser_close(self) -> bool:
        return bool(self.get(SHARED))

    def get_expiry_age(self, **given: Any) -> int:
        """How long the cookie lives, in seconds: the row decides, so as long as it may."""
        return int(LONGEST.total_seconds())
