"""The second step of signing in: who must have one, and how allauth.mfa behaves in this house.

The verbs are in `actions/second_step.py`, the forms in `second_step_forms.py`.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import segno
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.decorators import sync_only_middleware
from django.utils.translation import gettext_lazy as _

from exchange.core.sealing import seal, unseal
from exchange.directory import rules, slots
from exchange.directory.devices import device_of
from exchange.directory.models import Person, Visit

PURPOSE = "second step"
#: Addresses that stay open for somebody who has yet to set up a second step, beside those in
#: `slots.before_second_step` and the pages on which it is set up.
OPEN = {
    "account_logout", "account_reauthenticate", "account_set_password", "invitation", "mail_choice",
    "address_change", "question_new",
}  # fmt: skip


class SecondStep(DefaultMFAAdapter):
    """Secrets are sealed with a key made of SECRET_KEY; QR pictures are ours."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That is not the code. Wait for the next one and type that."),
        "incorrect_key": _("That passkey does not fit. Try again, or choose another way."),
    }

    def get_totp_issuer(self) -> str:
        """The name under which an app lists the codes."""
        return "Learning Exchange"

    def build_totp_svg(self, url: str) -> str:
        """The QR picture with its quiet zone, dark on white in every scheme."""
        picture = segno.make(url, error="m", micro=False)
        svg = picture.svg_inline(scale=1, border=4, dark="#1b1f2a", light="#ffffff", omitsize=True)
        return str(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whose passkeys these are: of the site's own name, never of a Host header."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "", "name": "Learning Exchange"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """A name that tells one's passkeys apart: the device on which it is made."""
        agent = context.request.headers.get("User-Agent", "")
        return Visit(device=device_of(agent)).device_words

    def encrypt(self, text: str) -> str:
        return seal(PURPOSE, text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; Unreadable where SECRET_KEY is another one now."""
        return unseal(PURPOSE, encrypted_text.encode()).decode()


def has_second_step(person: Person) -> bool:
    """Whether signing in asks this person for more than a password."""
    steps = Authenticator.objects.filter(user=person)
    return bool(steps.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def lacks_second_step(person: Person) -> bool:
    """Whether this person must have a second step and has none; one query, two at most."""
    return rules.must_have_second_step(person) and not has_second_step(person)


def stays_open(request: HttpRequest) -> bool:
    """Whether this address may be met before the second step is set up."""
    try:
        name = resolve(request.path_info).url_name or ""
    except Resolver404:
        return True
    return name in OPEN or name in slots.before_second_step or name.startswith("mfa_")


@sync_only_middleware
def led_there(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Whoever must have a second step and has none meets the page that sets it up, whatever they
    ask for (docs/decisions/0025)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and lacks_second_step(person) and not stays_open(request):
            return redirect("mfa_index")
        return get_response(request)

    return middleware
