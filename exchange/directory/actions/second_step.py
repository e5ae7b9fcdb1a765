"""Codes of the second step, each of which counts once, and the operator's way back in."""

import logging

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.db import transaction

from exchange.core.sealing import Unreadable
from exchange.directory.actions.visits import end_other_visits
from exchange.directory.models import Person
from exchange.directory.models.events import record

log = logging.getLogger(__name__)
LONGEST = 32


def counter_of(secret: str, code: str) -> int | None:
    """The time step (RFC 6238) whose code this is, one early or late allowed; None if it is none."""
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if totp.compare_user_code(actual=code, expected=expected):
            return int(counter)
    return None


@transaction.atomic
def use_code(person: Person, code: str) -> Authenticator | None:
    """Take a code of the app or a recovery code; what it belongs to, or None.

    Of the app only a code newer than the last one taken counts, so one that was watched while it
    was typed opens nothing (RFC 6238, 5.2). A recovery code counts once. The rows are held, so of
    two requests with one code one gets in.
    """
    rows = Authenticator.objects.select_for_update().filter(user=person)
    steps = {row.type: row for row in rows}
    kinds = Authenticator.Type
    try:
        if (app := steps.get(kinds.TOTP)) and (
            counter := counter_of(decrypt(app.data["secret"]), code)
        ):
            if counter <= app.data.get("used", 0):
                return None
            app.data["used"] = counter
            app.save(update_fields=["data"])
            return app
        codes = steps.get(kinds.RECOVERY_CODES)
        if codes and codes.wrap().validate_code(code):
            return codes
    except Unreadable:
        log.warning("A second step cannot be read: SECRET_KEY is not the one it was set up with.")
    return None


@transaction.atomic
def reset_second_step(person: Person, *, by: Person | None) -> int:
    """Take away every second step of somebody who has lost them, and end their visits; how many
    steps there were.

    Only the command line asks for it, after the operator has made sure who asks; `by` is None then.
    """
    gone, _each = Authenticator.objects.filter(user=person).delete()
    record(by, "reset_second_step", person, steps=gone)
    end_other_visits(person, by=by)
    return int(gone)
