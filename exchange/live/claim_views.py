"""Keeping a guest's seat in an account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from exchange.directory.requests import SignedIn
from exchange.live.actions import claim_by_code, claim_seat, make_claim_code
from exchange.live.codes import show_code
from exchange.live.facilitator_views import typed_code
from exchange.live.forms import ClaimForm
from exchange.live.guessing import WINDOW
from exchange.live.models import OneTimeCode
from exchange.live.plugin import Refused
from exchange.live.seating import seat_or_404


@login_required
@require_POST
def board_claim(request: SignedIn, run_id: int) -> HttpResponse:
    """The seat that this device holds becomes mine."""
    seat = seat_or_404(request, run_id)
    try:
        claim_seat(seat=seat, by=request.user)
    except Refused as refused:
        words = {"run": seat.run, "refused": refused.sentence}
        return render(request, "live/claim_code.html", words, status=409)
    messages.success(request, _("Kept. It stands in your record of learning once it is closed."))
    return redirect("run" if seat.run.closed_at else "board", run_id)


@require_POST
def board_claim_codes(request: HttpRequest, run_id: int) -> HttpResponse:
    """A code to take home, shown once: only its hash is kept."""
    seat = seat_or_404(request, run_id)
    try:
        letters = make_claim_code(seat=seat)
    except Refused as refused:
        words = {"run": seat.run, "refused": refused.sentence}
        return render(request, "live/claim_code.html", words, status=409)
    address = settings.BASE_URL.split("://", 1)[-1] + reverse("claims")
    words = {"run": seat.run, "letters": show_code(letters), "address": address}
    return render(request, "live/claim_code.html", words)


@login_required
@require_http_methods(["GET", "POST"])
def claims(request: SignedIn) -> HttpResponse:
    """Type the code that the phone showed."""
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, 422 if form.errors else 200)
    code = typed_code(request, form, OneTimeCode.Kind.CLAIM)
    if isinstance(code, int):
        return _form(request, form, code)
    try:
        run = claim_by_code(code=code, by=request.user)
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return _form(request, form, 409)
    messages.success(request, _("Kept. It stands in your record of learning."))
    return redirect("run", run.pk)


def _form(request: SignedIn, form: ClaimForm, status: int) -> HttpResponse:
    response = render(request, "live/claims.html", {"form": form}, status=status)
    if status == 429:
        response["Retry-After"] = str(WINDOW)
    return response
