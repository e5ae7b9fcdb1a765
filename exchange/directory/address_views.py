"""Pages about one's e-mail address: asking for another, and answering the letter sent to it."""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exchange.directory import actions
from exchange.directory.account_views import private
from exchange.directory.outcomes import form_page, tried
from exchange.directory.people_forms import AddressForm
from exchange.directory.requests import SignedIn
from exchange.directory.visit_views import own_key


def kept_private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose address opens something: also where it only leads to the sign-in page."""
    return wraps(view)(lambda *words, **named: private(view(*words, **named)))


@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def account_address(request: SignedIn) -> HttpResponse:
    """Ask for another address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and tried(
        form,
        lambda: actions.ask_address_change(
            request.user, by=request.user, email=form.cleaned_data["email"]
        ),
    ):
        messages.success(request, _("A letter is on its way to the new address."))
        return redirect("account_address")
    waiting = request.user.address_changes.waiting().first()
    return form_page(request, "directory/address.html", form, {"waiting": waiting})


@require_http_methods(["GET", "POST"])
@kept_private
@login_required
def address_change(request: SignedIn, token: str) -> HttpResponse:
    """The link of the letter to the new address: asks (GET), and changes it (POST)."""
    change = actions.find_address_change(token, request.user)
    if change is None:
        return render(request, "directory/address_over.html", status=404)
    form = Form(request.POST if request.method == "POST" else None)
    if form.is_bound and tried(
        form, lambda: actions.change_address(change, by=request.user, here=own_key(request))
    ):
        messages.success(request, _("Your account has the new address. Sign in with it from now."))
        return redirect("account")
    return form_page(request, "directory/address_change.html", form, {"change": change})
