"""Handing letters to the mail server. What was written must stand even where it is away."""

import logging
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


def posted(send: Callable[[], object], what: str) -> bool:
    """Call `send`; whether the mail server took it. If not, one line in the log says why.

    Away, refusing, too slow (OSError covers smtplib's faults), or an address that cannot be
    written in a letter (ValueError). The log never holds the address.
    """
    try:
        send()
    except (OSError, ValueError) as fault:
        log.warning("Not sent: %s (%s)", what, type(fault).__name__)
        return False
    return True


def check_deliverable(address: str) -> None:
    """ValidationError for an address that no letter can carry, such as one whose domain is longer
    than the Internet's names may be. Whether somebody reads there, nobody can know."""
    try:
        EmailMessage(to=[address.strip().lower()]).message()
    except ValueError:
        raise ValidationError(
            _("No letter can be sent to this address. Check what stands after the @.")
        ) from None
