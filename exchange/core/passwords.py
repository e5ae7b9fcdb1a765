"""What a password may not be, beside too short and too common: one short piece again and again.

The list of common passwords holds hardly any of twelve signs; people lengthen a short one by
typing it twice.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def shortest_piece(password: str) -> str:
    """The shortest piece of which the password is a repetition: "abab" -> "ab", "abc" -> "abc"."""
    return password[: (password + password).find(password, 1)]


class NotRepeated:
    """Refuses a password that is one piece of fewer signs than a password needs, repeated."""

    def __init__(self, min_length: int = 12) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: object = None) -> None:
        if password and len(shortest_piece(password.lower())) < min(self.min_length, len(password)):
            raise ValidationError(
                _("This password is a short piece repeated. Take three or four different words."),
                code="password_repeated",
            )

    def get_help_text(self) -> str:
        return _("Not a short piece repeated.")
