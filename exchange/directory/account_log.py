"""The log of events about accounts: who signed in, what was set up and taken away.

The verbs are allauth's, so they are heard of by its signals; connected in `apps.ready()`.
"""

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from exchange.core.limits import failed
from exchange.directory.actions.visits import end_other_visits
from exchange.directory.devices import device_of
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.directory.visits import DEVICE, SIGNED_IN_AT, hashed


def refused(person: Person, by: str) -> None:
    """Note that somebody failed at an account more often than is allowed; once in five minutes."""
    if failed(f"refusal noted, {by}", str(person.pk), 300) == 1:
        record(None, "sign_in_refused", person, by=by)


def remember_when(sender: Any, request: HttpRequest, user: Person, **more: Any) -> None:
    """When this session began, and on what: what matters is asked for anew some minutes later."""
    request.session[SIGNED_IN_AT] = time.time()
    request.session[DEVICE] = device_of(request.headers.get("User-Agent", ""))


def signed_in(sender: Any, request: HttpRequest, user: Person, **more: Any) -> None:
    """By whatever way: the ways stand in the session, as allauth noted them."""
    record(user, "sign_in", user)


def signed_out(sender: Any, user: Person | None = None, **more: Any) -> None:
    """Nobody, where the session had run out before."""
    if isinstance(user, Person):
        record(user, "sign_out", user)


def password_changed(sender: Any, request: HttpRequest, user: Person, **more: Any) -> None:
    """Whoever was signed in by the old one is signed in no longer."""
    record(user, "change_password", user)
    end_other_visits(user, by=user, but=hashed(request.session.session_key or ""))


def password_reset(sender: Any, user: Person, **more: Any) -> None:
    record(user, "reset_password", user)
    end_other_visits(user, by=user)


def step_added(sender: Any, user: Person, authenticator: Authenticator, **more: Any) -> None:
    """The code that proved a new app counts as used, and so do those beside it."""
    if authenticator.type == Authenticator.Type.TOTP:
        authenticator.data["used"] = max(yield_hotp_counters_from_time())
        authenticator.save(update_fields=["data"])
    record(user, "set_up_second_step", user, kind=authenticator.type)


def step_removed(sender: Any, user: Person, authenticator: Authenticator, **more: Any) -> None:
    record(user, "remove_second_step", user, kind=authenticator.type)


def codes_renewed(sender: Any, user: Person, authenticator: Authenticator, **more: Any) -> None:
    record(user, "renew_recovery_codes", user)


def tied(sender: Any, sociallogin: SocialLogin, **more: Any) -> None:
    """Of whom the provider speaks stands with the account, not here."""
    user: Person = sociallogin.user
    record(user, "tie_sign_on", user, provider=sociallogin.account.provider)


def connect() -> None:
    """Hear of what allauth does."""
    user_logged_in.connect(remember_when)
    account.user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    account.password_changed.connect(password_changed)
    account.password_set.connect(password_changed)
    account.password_reset.connect(password_reset)
    social_account_added.connect(tied)
    mfa.authenticator_added.connect(step_added)
    mfa.authenticator_removed.connect(step_removed)
    mfa.authenticator_reset.connect(codes_renewed)
