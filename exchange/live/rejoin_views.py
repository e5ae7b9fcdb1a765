"""Going on with a seat on another device: the code, and the page where it is typed."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from exchange.directory.requests import SignedIn
from exchange.live.actions import make_place_code, make_seat_code
from exchange.live.actions import rejoin as take_up
from exchange.live.codes import show_code
from exchange.live.facilitator_views import typed_code
from exchange.live.forms import OneTimeForm
from exchange.live.guessing import WINDOW
from exchange.live.models import OneTimeCode, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.seating import facilitated_or_404, give_cookie, seat_for, seat_or_404


def _shown(request: HttpRequest, template: str, run: Run, seat: Seat, letters: str) -> HttpResponse:
    """The page that shows a code once: only its hash is kept."""
    address = settings.BASE_URL.split("://", 1)[-1] + reverse("rejoin")
    words = {"run": run, "seat": seat, "letters": show_code(letters), "address": address}
    return render(request, template, words)


@require_POST
def board_codes(request: HttpRequest, run_id: int) -> HttpResponse:
    """A code on the seat's own phone, with which the seat goes on elsewhere."""
    seat = seat_or_404(request, run_id)
    try:
        letters = make_seat_code(seat=seat)
    except Refused as refused:
        words = {"run": seat.run, "refused": refused.sentence}
        return render(request, "live/seat_code.html", words, status=409)
    return _shown(request, "live/seat_code.html", seat.run, seat, letters)


@login_required
@require_POST
def seat_codes(request: SignedIn, run_id: int, key: str) -> HttpResponse:
    """A code that the desk reads out to somebody whose phone died."""
    run = facilitated_or_404(request, run_id)
    seat = get_object_or_404(run.seats.taken(), key=key)
    try:
        letters = make_place_code(run=run, seat=seat, by=request.user)
    except Refused as refused:
        words = {"run": run, "refused": refused.sentence}
        return render(request, "live/place_code.html", words, status=409)
    return _shown(request, "live/place_code.html", run, seat, letters)


@require_http_methods(["GET", "POST"])
def rejoining(request: HttpRequest) -> HttpResponse:
    """Type the code from the former phone, or the one the facilitator reads out."""
    form = OneTimeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, 422 if form.errors else 200)
    code = typed_code(request, form, OneTimeCode.Kind.SEAT, OneTimeCode.Kind.PLACE)
    if isinstance(code, int):
        return _form(request, form, code)
    here = seat_for(request, code.run_id)
    if here and here.pk != code.seat_id:
        said = _(
            "This device has a seat of its own in that session. Ask for it to be removed first."
        )
        form.add_error("code", said)
        return _form(request, form, 409)
    try:
        seat, token = take_up(code=code)
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return _form(request, form, 409)
    response = redirect("board", seat.run_id)
    give_cookie(response, seat.run, token)
    return response


def _form(request: HttpRequest, form: OneTimeForm, status: int) -> HttpResponse:
    response = render(request, "live/rejoin.html", {"form": form}, status=status)
    if status == 429:
        response["Retry-After"] = str(WINDOW)
    return response
