"""Pages about the second step of signing in: what one has, and the codes on paper."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.directory import rules
from exchange.directory.requests import SignedIn

Kind = Authenticator.Type


def unused_codes(codes: Authenticator | None) -> list[str]:
    """The recovery codes that still open something, in two groups of four digits."""
    unused: list[str] = codes.wrap().get_unused_codes() if codes else []
    return [f"{code[:4]} {code[4:]}" for code in unused]


@login_required
@require_safe
def second_step(request: SignedIn) -> HttpResponse:
    """What is asked besides the password, and how to set it up or change it."""
    steps = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    codes = next((step for step in steps if step.type == Kind.RECOVERY_CODES), None)
    context: dict[str, Any] = {
        "app": next((step for step in steps if step.type == Kind.TOTP), None),
        "keys": [step for step in steps if step.type == Kind.WEBAUTHN],
        "secure": settings.HTTPS or urlsplit(settings.BASE_URL).hostname == "localhost",
        "codes": codes,
        "left": len(unused_codes(codes)),
        "must": rules.must_have_second_step(request.user),
    }
    return render(request, "mfa/index.html", context)


@login_required
@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def recovery_codes(request: SignedIn) -> HttpResponse:
    """The codes that are left, to be printed or written down."""
    steps = Authenticator.objects.filter(user=request.user)
    codes = steps.filter(type=Kind.RECOVERY_CODES).first()
    if codes is None:
        raise Http404
    return render(request, "mfa/recovery_codes/index.html", {"codes": unused_codes(codes)})
