"""Signing in elsewhere, coming back from there, and what one's account is tied to."""

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from exchange.directory import actions
from exchange.directory.outcomes import pressed
from exchange.directory.requests import SignedIn
from exchange.directory.single_sign_on import IdTokens, SingleSignOn


def tokens(request: HttpRequest, provider_id: str) -> IdTokens:
    """The provider of this name, or 404."""
    try:
        SingleSignOn().get_app(request, provider=provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return IdTokens(request, provider_id)


@require_POST
def sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider."""
    view = OAuth2LoginView.adapter_view(tokens(request, provider_id))
    response: HttpResponse = view(request)
    return response


@require_safe
def sign_on_return(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider; only an attempt that began in this browser counts."""
    view = OAuth2CallbackView.adapter_view(tokens(request, provider_id))
    response: HttpResponse = view(request)
    return response


@login_required
@require_safe
def single_sign_on(request: SignedIn) -> HttpResponse:
    """What one's account is tied to, and what it could be."""
    tied = list(SocialAccount.objects.filter(user=request.user).order_by("pk"))
    names = dict(settings.SINGLE_SIGN_ON)
    rows = [(one, names.get(one.provider, one.provider)) for one in tied]
    held = {one.provider for one in tied}
    free = [(key, name) for key, name in settings.SINGLE_SIGN_ON if key not in held]
    return render(request, "directory/single_sign_on.html", {"rows": rows, "free": free})


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def sign_on_end(request: SignedIn, pk: int) -> HttpResponse:
    """Tie it no longer."""
    tied = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    return pressed(
        request,
        lambda: actions.untie_sign_on(tied, by=request.user),
        said=_("It no longer opens your account."),
        to=reverse("single_sign_on"),
    )
