"""Addresses that a letter can carry."""

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _


def check_deliverable(address: str) -> None:
    """ValidationError for an address that no letter can carry, such as one whose domain is longer
    than the Internet's names may be. Whether somebody reads there, nobody can know."""
    try:
        EmailMessage(to=[address.strip().lower()]).message()
    except ValueError:
        raise ValidationError(
            _("No letter can be sent to this address. Check what stands after the @.")
        ) from None
