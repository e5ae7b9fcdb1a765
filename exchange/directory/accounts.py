"""How allauth behaves in this house: accounts by invitation only, and our own words."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


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

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to follow `next`: only to this very host, over https if we are."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

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
        """Sends allauth's letter in our words; `home` is where the reader can start."""
        super().send_mail(template_prefix, email, {**context, "home": f"{settings.BASE_URL}/"})
