"""How allauth behaves in this house: accounts by invitation only, and our own words."""

import time
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from exchange.core.limits import address_of, failed, give_back, take, too_many
from exchange.core.outbox import post
from exchange.directory.account_log import refused
from exchange.directory.models import Person
from exchange.directory.visits import SIGNED_IN_AT

# Wrong passwords: of one account, and of one address behind which a whole hall may sit.
PER_ACCOUNT, ACCOUNT_WINDOW = 5, 300
PER_ADDRESS, ADDRESS_WINDOW = 60, 60

#: What a letter says of a change, by the name allauth has for it.
CHANGES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/password_reset": _("Your password was changed by the link of a letter."),
    "mfa/email/totp_activated": _("An app on a phone was set up as the second step of signing in."),
    "mfa/email/totp_deactivated": _("The app is no longer asked for when you sign in."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made; the old ones ended."),
    "socialaccount/email/account_connected": _(
        "Your account can now be opened by signing in with your school's account."
    ),
    "mfa/email/webauthn_added": _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey was removed from your account."),
}

#: The links by which somebody confirms who they are in another way.
WAYS = {
    "reauthenticate": _("Use my password"),
    "mfa_reauthenticate": _("Use a code from my phone"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class InvitedOnly(DefaultAccountAdapter):
    """No open sign-up. Everyone goes home after signing in, and no redirect leaves this host."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask a co-leader of your network."),
        "email_password_mismatch": _(
            "That e-mail address and password do not go together. Check both and try again."
        ),
        "enter_current_password": _("That is not your present password."),
        "incorrect_password": _("That is not your password."),
        "invalid_password_reset": _("This link has been used or is too old."),
        "too_many_login_attempts": _(
            "There have been several wrong tries. Wait five minutes, then try once more."
        ),
        "rate_limited": _("There have been several tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation makes the account."""
        return False

    def clean_email(self, email: str) -> str:
        """The address as it is kept: without spaces around it, in lower case."""
        return email.strip().lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses when this account or this address has had too many wrong passwords.

        Allauth would take a place of the address before it looks at the password, and so refuse
        most of forty right ones that arrive together.
        """
        email = str(credentials.get("email", "")).lower()
        if too_many("password from", address_of(request), PER_ADDRESS):
            raise self.validation_error("too_many_login_attempts")
        if not take("password of", email, PER_ACCOUNT, ACCOUNT_WINDOW):
            if person := Person.objects.filter(email__iexact=email).first():
                refused(person, "password")
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The person to whom these belong, or None; a right password is not counted."""
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if person:
            give_back("password of", str(credentials.get("email", "")).lower())
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the wrong password for the address; for the account it is counted already."""
        failed("password from", address_of(request), ADDRESS_WINDOW)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to follow `next`: only to this very host, over https if we are."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not of somebody who has just signed in with all that their account asks for."""
        began = context.request.session.get(SIGNED_IN_AT, 0)
        return bool(time.time() - began > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How this person can show once more who they are, in our words."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS[way["id"]]} for way in ways]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home, whatever needs the person first."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Home, where the message says that it is done."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the letter, built on BASE_URL and never on the Host header of a stranger."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Puts allauth's letter into the outbox, in our words; `home` is where the reader can start.

        What the page says does not depend on whether the address has an account, nor on whether
        the mail server answers.
        """
        words = {**context, "email": email, "home": f"{settings.BASE_URL}/"}
        post(self.render_mail(template_prefix, email, words), kind=template_prefix)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells somebody by letter what changed about how they sign in, in one sentence, and
        nothing of the device: a letter may be read by others."""
        words = {"sentence": CHANGES[template_prefix], "contact": settings.DEFAULT_FROM_EMAIL}
        self.send_mail("account/email/changed", email or user.email, words)
