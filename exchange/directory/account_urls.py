"""The pages of allauth that this house has, and its own about accounts."""

from collections.abc import Callable
from typing import Any

from allauth.account import views
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as keys
from django.http import HttpResponseBase
from django.urls import path, re_path, reverse_lazy
from django.views.decorators.http import require_http_methods

from exchange.directory import address_views as addresses
from exchange.directory import second_step_views as ours
from exchange.directory import single_sign_on_views as elsewhere
from exchange.directory import visit_views as visits

View = Callable[..., HttpResponseBase]


def page(view: Any) -> View:
    """A page that is opened or posted; allauth's own take a PUT for a POST."""
    kept: View = require_http_methods(["GET", "HEAD", "POST"])(view)
    return kept


removal = keys.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))

urlpatterns = [
    path("sign-in/", page(views.login), name="account_login"),
    path("sign-out/", page(views.logout), name="account_logout"),
    path("sign-up/", page(views.signup), name="account_signup"),
    path("closed/", page(views.account_inactive), name="account_inactive"),
    path("single-sign-on/", elsewhere.single_sign_on, name="single_sign_on"),
    path("single-sign-on/<int:pk>/end/", elsewhere.sign_on_end, name="sign_on_end"),
    path("sign-in/passkey/", page(keys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/<slug:provider_id>/", elsewhere.sign_on, name="openid_connect_login"),
    path(
        "sign-in/<slug:provider_id>/return/",
        elsewhere.sign_on_return,
        name="openid_connect_callback",
    ),
    path("confirm/", page(views.reauthenticate), name="account_reauthenticate"),
    path("password/", page(views.password_change), name="account_change_password"),
    path("password/first/", page(views.password_set), name="account_set_password"),
    path("password/reset/", page(views.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent/", page(views.password_reset_done), name="account_reset_password_done"
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        page(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("address/", addresses.account_address, name="account_address"),
    path("address/<str:token>/", addresses.address_change, name="address_change"),
    path("devices/", visits.devices, name="devices"),
    path("devices/<int:pk>/end/", visits.device_end, name="device_end"),
    path("devices/ends/", visits.devices_end, name="devices_end"),
    # The second step
    path("second-step/", ours.second_step, name="mfa_index"),
    path("second-step/code/", page(second_step.authenticate), name="mfa_authenticate"),
    path("confirm/code/", page(second_step.reauthenticate), name="mfa_reauthenticate"),
    path("second-step/app/", page(app.activate_totp), name="mfa_activate_totp"),
    path("second-step/app/removal/", page(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-step/passkeys/new/", page(keys.add_webauthn), name="mfa_add_webauthn"),
    path("second-step/passkeys/<int:pk>/removal/", page(removal), name="mfa_remove_webauthn"),
    path(
        "confirm/passkey/", page(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("second-step/recovery-codes/", ours.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-step/recovery-codes/new/",
        page(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
