"""Forms of the second step, in our words (settings.MFA_FORMS)."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.utils.translation import gettext_lazy as _

from exchange.core.limits import give_back, take
from exchange.directory.account_log import refused
from exchange.directory.actions.second_step import LONGEST, use_code
from exchange.directory.models import Person
from exchange.directory.words import LineField

# Wrong codes of one person: in five minutes, and in a day. Whoever gets so far knows the password.
TRIES, WINDOW = 5, 300
A_DAY, DAY = 30, 24 * 3600


class CodeField:
    """Mixin: how the one field of these forms looks; digits are easier to type than to read."""

    label: Any = _("Code")
    hint: Any = _("Six digits from the app on your phone, or one of your recovery codes.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label, field.help_text, field.max_length = self.label, self.hint, LONGEST
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs |= {
            "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": LONGEST,
            "spellcheck": "false",
        }  # fmt: skip


class TakesACode:
    """Mixin: the code is right, has not been used, and few wrong ones came before it."""

    user: Person
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        code, who = str(self.cleaned_data["code"])[:LONGEST], str(self.user.pk)
        if not take("code of", who, TRIES, WINDOW) or not take("codes a day", who, A_DAY, DAY):
            refused(self.user, "code")
            raise get_adapter().validation_error("too_many_login_attempts")
        self.authenticator = use_code(self.user, code)
        if self.authenticator is None:
            raise get_mfa_adapter().validation_error("incorrect_code")
        self.authenticator.user = self.user
        give_back("code of", who)
        give_back("codes a day", who)
        return code


class SecondStepForm(CodeField, TakesACode, AuthenticateForm):
    """A code after the password."""


class ConfirmByCode(CodeField, TakesACode, ReauthenticateForm):
    """A code before something that matters."""


class ReadsAKey:
    """Mixin: what no browser would have sent is a wrong key, not a fault of ours."""

    cleaned_data: dict[str, Any]

    def told(self, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise get_mfa_adapter().validation_error("incorrect_key") from None


class AddKey(ReadsAKey, AddWebAuthnForm):
    """A new passkey and what it is called; whether it can stand alone is the device's to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"] = LineField(
            label=_("What do you call it?"), max_length=80, required=False,
            help_text=_("So that you know later which device holds it."),
        )  # fmt: skip

    def clean(self) -> Any:
        return self.told(super().clean)


class StepByKey(ReadsAKey, AuthenticateWebAuthnForm):
    """A passkey after the password."""

    def clean_credential(self) -> Any:
        return self.told(super().clean_credential)


class SignInByKey(ReadsAKey, LoginWebAuthnForm):
    """A passkey instead of address and password."""

    def clean_credential(self) -> Any:
        key = self.told(super().clean_credential)
        if not key.user.is_active:
            raise get_adapter().validation_error("account_inactive")
        return key


class ConfirmByKey(ReadsAKey, ReauthenticateWebAuthnForm):
    """A passkey before something that matters."""

    def clean_credential(self) -> Any:
        return self.told(super().clean_credential)


class SetUpApp(CodeField, ActivateTOTPForm):
    """The first code of an app shows that it holds the secret."""

    label = _("The six digits it shows now")
    hint = ""
