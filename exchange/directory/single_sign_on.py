"""Signing in with Google Workspace or Microsoft Entra (OpenID Connect), on allauth.socialaccount.

Ours beyond allauth: a nonce, a signature that is always checked, issuers and domains that are
named in the settings, people known by issuer and subject, and no account made on the way
(docs/decisions/0027).
"""

import hashlib
from typing import Any, NoReturn

import jwt
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Person

LEEWAY = 60  # seconds by which two clocks may differ
NOT_TIED = _(
    "That sign-in is tied to no account here. Sign in with your password, then tie it on your"
    " account's page."
)
NO_ACCOUNT = _(
    "No account here has that address. If you were invited, open the link of the letter first."
)
TIED_TO_ANOTHER = _(
    "Your account is tied to another sign-in there. Sign in with your password and untie that one"
    " first."
)
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def nonce_of(verifier: str) -> str:
    """The nonce of one attempt, made of its PKCE verifier: both live in the session only."""
    return hashlib.sha256(f"nonce {verifier}".encode()).hexdigest()


def proved_address(claims: dict[str, Any], domains: list[str]) -> str:
    """The e-mail address for which the provider answers, in lower case; "" if for none.

    Google says `email_verified`, and hosts only the domains named in the settings; Microsoft says
    `xms_edov` (the owner of the domain is verified) if the application asks for it.
    """
    email = str(claims.get("email") or "").strip().lower()
    if domains and email.rpartition("@")[2] not in domains:
        return ""
    proved = claims.get("email_verified") is True or claims.get("xms_edov") in (True, 1, "1")
    return email if proved else ""


class IdTokens(OpenIDConnectOAuth2Adapter):
    """Reads the token by which the provider says who somebody is."""

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        if not pkce_code_verifier:
            raise OAuth2Error("no attempt of ours")
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who it is, or OAuth2Error."""
        claims = self.claims(app, str(kwargs["response"].get("id_token") or ""))
        return self.get_provider().sociallogin_from_response(request, claims)

    def claims(self, app: Any, told: str) -> dict[str, Any]:
        """What a token says, once its signature, audience, time, issuer, nonce and domain are
        right; OAuth2Error otherwise (OpenID Connect Core 1.0, 3.1.3.7)."""
        try:
            kid = jwt.get_unverified_header(told)["kid"]
            keys = self.fetched(self.openid_config["jwks_uri"])["keys"]
            (key,) = (one for one in keys if one.get("kid") == kid and one.get("kty") == "RSA")
            claims: dict[str, Any] = jwt.decode(
                told, jwt.PyJWK(key, algorithm="RS256"), algorithms=["RS256"],
                audience=app.client_id, leeway=LEEWAY, options={"require": NEEDED},
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as fault:
            raise OAuth2Error("a token that cannot be believed") from fault
        domains = app.settings.get("domains", [])
        if claims["iss"] not in app.settings["issuers"] or claims["nonce"] != self.nonce:
            raise OAuth2Error("a token of somebody else")
        if isinstance(claims["aud"], list) and claims.get("azp") != app.client_id:
            raise OAuth2Error("a token for several")
        if domains and str(claims.get("hd", "")).lower() not in domains:
            raise OAuth2Error("another organisation")
        return claims

    def fetched(self, url: str) -> Any:
        """What a provider has at an address, from JSON."""
        with SingleSignOn().get_requests_session() as session:
            answer = session.get(url)
            answer.raise_for_status()
            return answer.json()


class Provider(OpenIDConnectProvider):
    """One provider of the settings."""

    oauth2_adapter_class = IdTokens

    def get_pkce_params(self) -> dict[str, Any]:
        """PKCE always, and the nonce with it."""
        params: dict[str, Any] = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def extract_uid(self, data: dict[str, Any]) -> str:
        """By issuer and subject: an address may belong to another person next year."""
        return f"{data['iss']} {data['sub']}"

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Kept for the length of this attempt only: `pre_social_login` takes it out."""
        return {"proved": proved_address(data, self.app.settings.get("domains", []))}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class SingleSignOn(DefaultSocialAccountAdapter):
    """Nobody gets an account this way; whoever has one is found by issuer and subject."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Links the account that has the address for which the provider answers, once. From the
        account page somebody links whichever they are signed in with there."""
        proved = str(sociallogin.account.extra_data.pop("proved", ""))
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        if not proved:
            self.turn_away(request, NOT_TIED)
        with transaction.atomic():
            person = Person.objects.select_for_update().filter(email__iexact=proved).first()
            if person is None:
                self.turn_away(request, NO_ACCOUNT)
            sociallogin.lookup()  # of two attempts at once the other may have tied it
            if sociallogin.is_existing:
                return
            provider = sociallogin.account.provider
            if SocialAccount.objects.filter(user=person, provider=provider).exists():
                self.turn_away(request, TIED_TO_ANOTHER)
            if not person.is_active:
                self.turn_away(request, get_account_adapter().error_messages["account_inactive"])
            sociallogin.connect(request, person)

    def turn_away(self, request: HttpRequest, sentence: Any) -> NoReturn:
        messages.error(request, sentence)
        raise ImmediateHttpResponse(redirect("account_login"))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """Back to the sign-in page, whatever it was; a provider's words are not shown."""
        if error == AuthError.CANCELLED:
            self.turn_away(request, _("You stopped signing in there. Nothing has happened."))
        self.turn_away(
            request, _("Signing in there did not work. Try again, or use your password.")
        )

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("single_sign_on")
