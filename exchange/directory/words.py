"""What people type into one line or several, made fit to keep."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.core.mailing import check_deliverable

# They turn the direction of what follows them, on pages and in mails that are not ours.
TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def tidy(text: str) -> str:
    """Without control characters (line ends and tabs stay) and direction overrides, NFC: what is
    counted against a limit is then what is kept."""
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(TURNING)
    return "".join(
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()


class LineField(forms.CharField):
    """One line: runs of blanks and line ends become one blank."""

    def to_python(self, value: Any) -> str:
        return " ".join(tidy(super().to_python(value) or "").split())

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not any(unicodedata.category(sign)[0] in "LNS" for sign in value):
            raise ValidationError(_("Write a word that can be read."))


class TextField(forms.CharField):
    """Several lines, tidied."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")


class AddressField(forms.EmailField):
    """An e-mail address to which a letter can be sent."""

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:
            check_deliverable(value)
