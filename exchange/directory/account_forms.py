"""Allauth's forms in our words, without placeholders (settings.ACCOUNT_FORMS)."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from django.forms import BooleanField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from exchange.core.limits import give_back, take
from exchange.core.mailing import check_deliverable
from exchange.directory.accounts import ACCOUNT_WINDOW, PER_ACCOUNT
from exchange.directory.visits import SHARED

LONG_ENOUGH = _("At least 12 characters. Three or four plain words are easy to keep in mind.")
LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "shared": _("This is a shared computer"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "password2": _("New password once more"),
}
HINTS = {
    "login": "",
    "password": "",
    "oldpassword": "",
    "password1": LONG_ENOUGH,
    "shared": _("You are signed out when the browser closes, or after four hours without use."),
}


class InOurWords:
    """Mixin: our labels and hints; a label says what a placeholder would."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)


class SignIn(InOurWords, forms.LoginForm):
    """E-mail address and password, and whether others use this computer."""

    shared = BooleanField(required=False)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """What comes after the password; the session remembers where it is."""
        request.session[SHARED] = self.cleaned_data["shared"]
        response: HttpResponse = super().login(request, redirect_url)
        return response


class AskForReset(InOurWords, forms.ResetPasswordForm):
    """The address to which the link goes."""

    def clean_email(self) -> str:
        check_deliverable(self.cleaned_data["email"])
        return str(super().clean_email())


class ResetPassword(InOurWords, forms.ResetPasswordKeyForm):
    """A new password, from the link in the letter."""


class ChangePassword(InOurWords, forms.ChangePasswordForm):
    """A new password for someone who knows the present one."""

    def clean_oldpassword(self) -> str:
        """Wrong ones are limited for each person; strangers who try to sign in do not count."""
        who = str(self.user.pk)
        if not take("present password", who, PER_ACCOUNT, ACCOUNT_WINDOW):
            raise get_adapter().validation_error("rate_limited")
        password: str = super().clean_oldpassword()
        give_back("present password", who)
        return password


class SetPassword(InOurWords, forms.SetPasswordForm):
    """A first password."""


class ConfirmItIsYou(InOurWords, forms.ReauthenticateForm):
    """The password once more before something that matters."""

    def clean_password(self) -> str:
        """Wrong ones are limited for each person; strangers who try to sign in do not count."""
        who, password = str(self.user.pk), str(self.cleaned_data["password"])
        if not take("present password", who, PER_ACCOUNT, ACCOUNT_WINDOW):
            raise get_adapter().validation_error("rate_limited")
        if not self.user.check_password(password):
            raise get_adapter().validation_error("incorrect_password")
        give_back("present password", who)
        return password
